"""Publications by program: where a delivered photo is shown."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from models import consent_list
from models.delivery import Delivery
from models.permission import Permission
from models.photo import Photo
from models.publication import LONGEST_URL, Publication
from views.access import bearer
from views.api.calls import PAGING, call, listed, theirs
from views.api.shape import CODE, DAY, YES_NO, or_null, text, thing

SENT = thing(
    {"delivery": CODE, "from": DAY}, {"url": text(LONGEST_URL), "medium": text(200), "until": or_null(DAY)}
)
PUBLICATION = thing({
    "code": CODE, "delivery": CODE, "photo": CODE, "use": CODE, "url": text(LONGEST_URL), "medium": text(200), "from": DAY,
    "until": or_null(DAY), "live": YES_NO,
})  # fmt: skip
_EXAMPLE = {
    "code": "p4r8t2w6xy", "delivery": "d5f7g9h2jk", "photo": "k7m2q9vxw3", "use": "website",
    "url": "https://www.example.org/open-day", "medium": "", "from": "2027-03-01", "until": "2028-05-31", "live": True,
}  # fmt: skip


@call(
    "POST", "/publications", bearer("publish", Permission.DELIVER), body=SENT, answers={201: PUBLICATION},
    sent={"delivery": "d5f7g9h2jk", "url": "https://www.example.org/open-day", "from": "2027-03-01"},
    example=_EXAMPLE,
)  # fmt: skip
def publish(given: dict[str, Any]) -> Any:
    """Record where a delivered photo is shown. 201 with the last day it may stand there, or 409 with the reasons."""
    mine = Delivery.select().where(Delivery.photo.in_(current_user.photos().select(Photo.id)))
    row = Publication.record(
        theirs(mine, given["delivery"], "delivery"), url=given.get("url", ""), medium=given.get("medium", ""),
        from_on=given["from"], until_on=given.get("until"), by=current_user,
    )  # fmt: skip
    return _shown(row), 201


@call(
    "GET", "/publications", bearer("read", Permission.DELIVER), query={"photo": CODE, **PAGING},
    answers={200: listed("publications", PUBLICATION)}, example={"publications": [_EXAMPLE], "next": None},
)  # fmt: skip
def list_publications(photo: str | None, cursor: str | None, limit: int | None) -> Any:
    """Where photos are shown or were, newest first."""
    query = mine = Publication.select().where(Publication.photo.in_(current_user.photos().select(Photo.id)))
    if photo:
        query = query.where(Publication.photo == theirs(current_user.photos(), photo, "photo"))
    rows, more = consent_list.page(query, cursor or "", limit or consent_list.PAGE, among=mine)
    return {"publications": [_shown(row) for row in rows], "next": more or None}


def _shown(row: Publication) -> dict[str, Any]:
    return {
        "code": row.code,
        "delivery": row.delivery.code,
        "photo": row.delivery.of,
        "use": row.delivery.use.code,
        "url": row.url,
        "medium": row.medium,
        "from": row.from_on.isoformat(),
        "until": row.until_on.isoformat() if row.until_on else None,
        "live": row.is_live,
    }
