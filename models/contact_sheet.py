"""A contact sheet: small pictures with their names, on paper."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable

from models import papers
from models.base import db, tools
from models.errors import Invalid, _l
from models.photo import Photo
from models.setting import Setting
from models.share import Share
from models.trail import Trace
from models.user import User

MOST = 300  # a page holds fifteen; more belongs on a screen


def of_share(share: Share, *, by: User | None = None) -> bytes:
    """A PDF of the photos of a share that may be shown now, in its recipient's language; Invalid for more than 300.

    Printed by a colleague it leaves a line here; who opens the link leaves one at the door.
    """
    if by is not None:
        with db.atomic():
            Trace.leave(by, "share.printed", share)
    photos = [photo for photo, allowed in share.choices() if allowed]
    lang = share.locale or tools.locale
    return _sheet(
        share,
        photos,
        lang,
        use=share.use.name_in(lang),
        until=share.until or share.expires_on,
        recipient=share.recipient,
    )


def _sheet(share: Share, photos: list[Photo], lang: str, **about: object) -> bytes:
    if len(photos) > MOST:
        raise Invalid(_l("A contact sheet holds at most %(count)s photos."), count=MOST)
    return papers.make(
        "contact-sheet.html",
        lang,
        pictures=_pictures(share, photos),
        organisation=str(Setting.of("organisation")),
        **about,
    )


def _pictures(share: Share, photos: Iterable[Photo]) -> list[dict[str, str]]:
    return [
        {
            "src": _source(*share.picture(photo, 320)),
            "code": photo.code,
            "title": photo.title,
            "credit": photo.credit or photo.creator or str(Setting.of("photo_credit")),
            "alt": photo.alt_text or photo.title or photo.code,
        }
        for photo in photos
    ]


def _source(data: bytes, kind: str) -> str:
    return f"data:{kind};base64," + b64encode(data).decode()
