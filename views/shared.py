"""A share as its recipient sees it: no account, no cookie, every photo decided again at every look (SHR-02, SHR-03)."""

from __future__ import annotations

from flask import Blueprint, current_app, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from models import contact_sheet
from models.base import find
from models.errors import NotAllowed, _l
from models.photo import Photo
from models.share import Share, SharedPhoto
from views.access import check_form, public, seal_form
from views.pages import back_to, bytes_response, go, page, speak, while_open

bp = Blueprint("shared", __name__)
CSRF_EXEMPT = True  # no session to ride on: the form carries a seal bound to its link
KEY_HOURS = 12  # how long a typed password is good for, in the address


@bp.get("/share/<token>")
@public
def show(token: str) -> Response:
    """The photos that may be shown now, or the question for the password."""
    share = Share.open(token)
    speak(share.locale)
    if not _has_key(share):
        return page("shared/locked.html", share=share, token=token, seal=seal_form(token))
    share.note("opened")
    return page(
        "shared/show.html", share=share, token=token, choices=share.choices(), key=request.args.get("key")
    )


def _locked(token: str) -> Response:
    share = Share.open(token)
    return page("shared/locked.html", share=share, token=token, seal=seal_form(token))


@bp.post("/share/<token>")
@public
@back_to(_locked)
def unlock(token: str) -> Response:
    """The password, for a key in the address that works for hours."""
    check_form(token)
    share = Share.open(token)
    share.check_password(request.form.get("password", ""))
    return go(
        url_for("shared.show", token=token, key=_sealer().dumps(share.code), lang=request.args.get("lang"))
    )


@bp.get("/share/<token>/photos/<code>")
@public
def picture(token: str, code: str) -> Response:
    """One photo to look at, while it may be shown."""
    share, photo = _photo(token, code)
    share.allowed(photo)
    return bytes_response(photo.preview(1600), "image/webp")


@bp.get("/share/<token>/photos/<code>/file")
@public
def file(token: str, code: str) -> Response:
    """One photo to keep, through the same door as every delivery."""
    share, photo = _photo(token, code)
    data = share.hand_out(photo)
    share.note("downloaded", photo)
    return bytes_response(data, "image/jpeg", name=f"{photo.code}-{share.use.code}.jpg", size=len(data))


@bp.get("/share/<token>/photos.zip")
@public
def archive(token: str) -> Response:
    """All that may be handed out now, as it is packed."""
    share = _opened(token)
    share.check_download()
    share.note("packed")
    return bytes_response(while_open(share.archive()), "application/zip", name=f"photos-{share.code}.zip")


@bp.get("/share/<token>/contact-sheet.pdf")
@public
def sheet(token: str) -> Response:
    """Small pictures of all of them on paper."""
    share = _opened(token)
    share.check_download()
    data = contact_sheet.of_share(share)
    share.note("printed")
    return bytes_response(data, "application/pdf", name=f"contact-sheet-{share.code}.pdf")


def _photo(token: str, code: str) -> tuple[Share, Photo]:
    share = _opened(token)
    return share, find(Photo.select().join(SharedPhoto).where(SharedPhoto.share == share), code)


def _opened(token: str) -> Share:
    share = Share.open(token)
    speak(share.locale)
    if not _has_key(share):
        raise NotAllowed(_l("Open the link first and type the password."))
    return share


def _has_key(share: Share) -> bool:
    if not share.password:
        return True
    try:
        return bool(_sealer().loads(request.args.get("key", ""), max_age=KEY_HOURS * 3600) == share.code)
    except BadSignature:
        return False


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="share-key")
