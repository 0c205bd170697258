"""One photo: who is in it, what for it may be used, and the way out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import copies, preparation
from models.base import find
from models.delivery import Delivery, OriginalView
from models.errors import Invalid, _l
from models.library import use_of
from models.override import Override
from models.permission import Permission
from models.photo import Photo
from models.publication import Publication
from models.secrecy import SecrecyCheck
from models.use import Use
from views.access import needs
from views.copies import told, told_of_bulk
from views.pages import back_to, bytes_response, go, page
from views.words import badges_of, copy_offer

bp = Blueprint("photos", __name__)


@bp.get("/photos/<code>")
@needs(Permission.SEE)
def show(code: str) -> Response:
    """The photo beside its verdict for every use."""
    photo = find(current_user.photos(), code)
    photo.note_view(by=current_user)
    uses = Use.of_photos()
    verdicts = Photo.verdicts([photo], uses)
    rows = badges_of(photo, {use: verdicts[use.code][photo.code] for use in uses})
    chosen = request.args.get("use") or uses[0].code
    wanted = next((use for use in uses if use.code == chosen), uses[0])
    return page(
        "photos/show.html", photo=photo, rows=rows, chosen=chosen, seen=photo.who_is_in_it(),
        deliveries=Delivery.latest(photo), published=Publication.of_photo(photo),
        rows_of_copies=told(copies.of_photo(photo)), offered=copy_offer(photo, wanted),
        exceptions=Override.standing(photo) if current_user.may(Permission.BASES) else [],
        secrecy={"needed": SecrecyCheck.is_needed(photo), "check": SecrecyCheck.of(photo)},
    )  # fmt: skip


@bp.get("/photos/<code>/preview/<int:longest>")
@needs(Permission.SEE)
def preview(code: str, longest: int) -> Response:
    """A preview, decrypted for whoever may see the photo; the browser may keep it for five minutes (PUB-09)."""
    photo = find(current_user.photos(), code)
    return bytes_response(photo.preview(longest), "image/webp", cache="private, max-age=300")


@bp.get("/photos/<code>/edit")
@needs(Permission.EDIT)
def edit(code: str) -> Response:
    """Title, caption, tags, rights."""
    photo = find(current_user.photos(), code)
    return page("photos/edit.html", photo=photo, albums=current_user.albums())


@bp.post("/photos/<code>")
@needs(Permission.EDIT)
@back_to(edit)
def change(code: str) -> Response:
    """Keep what was typed about the photo."""
    photo = find(current_user.photos(), code)
    album = find(current_user.albums(), request.form.get("album") or photo.album.code)
    photo.describe(request.form, album=album, by=current_user)
    return go(url_for("photos.show", code=code))


@bp.post("/photos/<code>/review")
@needs(Permission.NAME)
def review(code: str) -> Response:
    """A human's word that everyone who can be recognised is named."""
    photo = find(current_user.photos(), code)
    photo.review(by=current_user)
    return go(url_for("photos.show", code=code))


@bp.post("/photos/<code>/review/undo")
@needs(Permission.NAME)
def unreview(code: str) -> Response:
    """Take that word back."""
    photo = find(current_user.photos(), code)
    photo.unreview(by=current_user)
    return go(url_for("photos.show", code=code))


@bp.post("/photos/<code>/look")
@needs(Permission.NAME)
def look_again(code: str) -> Response:
    """Have the worker look for faces it missed: in twice the size, or on the photo's sides."""
    photo = find(current_user.photos(), code)
    preparation.look_again(photo, request.form.get("how", ""), by=current_user)
    flash(
        gettext(
            "The photo is being looked at once more. Faces that were missed appear here; nothing goes away."
        )
    )
    return go(url_for("photos.show", code=code) + "#people")


@bp.post("/photos/<code>/secrecy")
@needs(Permission.NAME)
def check_secrecy(code: str) -> Response:
    """A human's word that a photo with a patient gives nothing away (SPC-02)."""
    photo = find(current_user.photos(), code)
    SecrecyCheck.keep(photo, by=current_user)
    return go(url_for("photos.show", code=code) + "#secrecy")


@bp.post("/photos/<code>/secrecy/undo")
@needs(Permission.NAME)
def undo_secrecy(code: str) -> Response:
    """Take that word back."""
    photo = find(current_user.photos(), code)
    SecrecyCheck.undo(photo, by=current_user)
    return go(url_for("photos.show", code=code) + "#secrecy")


@bp.get("/photos/<code>/original")
@needs(Permission.ORIGINAL)
def ask_original(code: str) -> Response:
    """What is the original needed for?"""
    return page("photos/original.html", photo=find(current_user.photos(), code))


@bp.post("/photos/<code>/original")
@needs(Permission.ORIGINAL)
@back_to(ask_original)
def original(code: str) -> Response:
    """The original, byte for byte, with the purpose in the trail."""
    photo = find(current_user.photos(), code)
    view = OriginalView.issue(photo, purpose=request.form.get("purpose", ""), by=current_user)
    return bytes_response(view.chunks(), "application/octet-stream", name=photo.name, size=photo.size)


@bp.post("/photos/together")
@needs(Permission.SEE)
def together() -> Response:
    """What is done to several photos at once: each act asks for its own permission."""
    form = request.form
    codes = form.getlist("photo")[:500]
    if not codes:
        raise Invalid(_l("Tick at least one photo."))
    photos = list(current_user.photos().where(Photo.code.in_(codes)))
    act = form.get("act", "")
    if act == "ask":
        return go(url_for("consents.ask", photo=codes[:50], use=form.get("use")))
    if act == "share":
        return redirect(url_for("shares.new"), 307)  # five hundred photos are more than an address can carry
    if act == "erase":
        return redirect(url_for("erasures.new"), 307)
    if act == "mask":
        made, shut = copies.order_offered(photos, use_of(form.get("use")), by=current_user)
        flash(told_of_bulk(len(made), shut))
        return go(url_for("copies.index"))
    if act == "review":
        Photo.review_all(photos, by=current_user)
        flash(ngettext("%(num)s photo checked.", "%(num)s photos checked.", len(photos)))
        return go(url_for("library.index", use=form.get("use")))
    value = form.get("value", "")
    if not value:
        return page("photos/together.html", photos=photos, act=act, albums=current_user.albums())
    if act == "tag":
        Photo.tag_all(photos, value, by=current_user)
    else:
        Photo.move_all(photos, find(current_user.albums(), value), by=current_user)
    flash(ngettext("%(num)s photo changed.", "%(num)s photos changed.", len(photos)))
    return go(url_for("library.index", use=form.get("use")))
