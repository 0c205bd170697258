"""Erasing photos for good: what goes and what stays is said before anything happens."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import erasure, prospect
from models.base import find
from models.permission import Permission
from models.photo import Photo
from views.access import needs
from views.pages import back_to, go, page

bp = Blueprint("erasures", __name__)


@bp.route("/erasures/new", methods=["GET", "POST"])
@needs(Permission.ERASE)
def new() -> Response:
    """What would go, and what would stay."""
    photos = _photos()
    if not photos:
        return go(url_for("library.index"))
    erasure.may_erase(current_user, photos)
    return page("photos/erase.html", photos=photos, prospect=prospect.prospect(photos))


@bp.post("/erasures")
@needs(Permission.ERASE, fresh=True)
@back_to(new)
def create() -> Response:
    """Erase them: a few at once, many by the worker."""
    photos = _photos()
    erasure.confirmed(request.form.get("sure", ""))
    waiting = erasure.erase_photos(photos, by=current_user)
    flash(_told(len(photos), waiting))
    return go(url_for("library.index"))


@bp.get("/erasures/return")
@needs(Permission.COMPLIANCE)
def ask_return() -> Response:
    """Which erased photo may be taken in again, and why?"""
    return page("photos/return.html")


@bp.post("/erasures/return")
@needs(Permission.COMPLIANCE, fresh=True)
@back_to(ask_return)
def let_return() -> Response:
    """Lift the guard; the file itself has to be handed in anew."""
    erasure.Guard.lift(request.form.get("code", ""), why=request.form.get("why", ""), by=current_user)
    flash(gettext("The file may be uploaded again."))
    return go(url_for("erasures.ask_return"))


def _photos() -> list[Photo]:
    codes = request.values.getlist("photo")[: erasure.MOST + 1]
    if len(codes) == 1:
        return [find(current_user.photos(), codes[0])]
    return list(current_user.photos().where(Photo.code.in_(codes)).order_by(Photo.id))


def _told(count: int, waiting: int) -> str:
    if waiting:
        return gettext(
            "%(done)s photos are erased, %(waiting)s follow within minutes.",
            done=count - waiting,
            waiting=waiting,
        )
    return ngettext("%(num)s photo is erased for good.", "%(num)s photos are erased for good.", count)
