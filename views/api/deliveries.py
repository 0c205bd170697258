"""The door for programs: a file for one use, and the original with its purpose."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_login import current_user
from werkzeug.wrappers import Response

from models.base import find
from models.copy import Copy
from models.delivery import LONGEST_RECIPIENT, RENDITIONS, Delivery, OriginalView
from models.errors import Invalid, _l
from models.permission import Permission
from models.photo import Photo
from models.reasons import State
from views.access import bearer
from views.api.calls import call, theirs, use_named
from views.api.shape import CODE, DAY, FILE, MOMENT, one_of, or_null, text, thing
from views.deliveries import file_link
from views.pages import bytes_response

ORDER = thing(
    {"photo": CODE, "use": CODE, "recipient": text(LONGEST_RECIPIENT, 1)},
    {"until": DAY, "rendition": CODE},
)
DELIVERY = thing({
    "code": CODE, "photo": CODE, "use": CODE, "recipient": text(LONGEST_RECIPIENT), "rendition": CODE,
    "state": one_of(State.CLEARED, State.ENDS_SOON), "until": or_null(DAY), "valid_through": or_null(DAY),
    "file": {"type": "string", "format": "uri"}, "file_expires_at": MOMENT,
})  # fmt: skip


@call(
    "POST", "/deliveries", bearer("publish", Permission.DELIVER), body=ORDER, answers={201: DELIVERY},
    sent={"photo": "k7m2q9vxw3", "use": "website", "recipient": "Web team", "until": "2027-12-31"},
    example={
        "code": "d5f7g9h2jk", "photo": "k7m2q9vxw3", "use": "website", "recipient": "Web team", "rendition": "web",
        "state": "cleared", "until": "2027-12-31", "valid_through": "2028-05-31",
        "file": "https://photos.example.org/files/...", "file_expires_at": "2027-03-01T09:45:00+00:00",
    },
)  # fmt: skip
def deliver(given: dict[str, Any]) -> Any:
    """Ask the gate for a file. 201 with a link that works for minutes, or 409 with the reasons; either is in the trail.

    Uses that can't be taken back (press, print) need `until`, the last day of use. `rendition` is `web` (2048 pixels),
    `full`, or the code of a masked copy of the photo, which then leaves in its full size.
    """
    photo = theirs(current_user.photos(), given["photo"], "photo")
    size = given.get("rendition", "web")
    copy = None if size in RENDITIONS else _copy(photo, size)
    delivery = Delivery.issue(
        photo,
        use_named(given["use"]),
        to=given["recipient"],
        by=current_user,
        until=given.get("until"),
        rendition="full" if copy else size,
        copy=copy,
    )
    return _shown(delivery), 201


@call(
    "GET", "/photos/{code}/original", bearer("publish", Permission.ORIGINAL), query={"purpose": text(500)},
    needed=("purpose",), answers={200: FILE},
)  # fmt: skip
def original(code: str, purpose: str) -> Response:
    """The original, byte for byte; the purpose stands in the trail. For privacy officers and editors of the album."""
    photo = find(current_user.photos(), code)
    view = OriginalView.issue(photo, purpose=purpose, by=current_user)
    return bytes_response(view.chunks(), "application/octet-stream", name=photo.name, size=photo.size)


def _copy(photo: Photo, code: str) -> Copy:
    found = Copy.get_or_none(Copy.photo == photo, Copy.code == code)
    if found is None:
        raise Invalid(_l("Choose web, full, or the code of a masked copy of this photo."), field="rendition")
    return found


def _shown(delivery: Delivery) -> dict[str, Any]:
    return {
        "code": delivery.code,
        "photo": delivery.of,
        "use": delivery.use.code,
        "recipient": delivery.recipient,
        "rendition": delivery.copy.code if delivery.copy else delivery.rendition,
        "state": delivery.verdict["state"],
        "until": delivery.until.isoformat() if delivery.until else None,
        "valid_through": delivery.valid_through.isoformat() if delivery.valid_through else None,
        "file": current_app.config["CLEARFRAME"].base_url + file_link(delivery),
        "file_expires_at": delivery.expires_at.isoformat(),
    }
