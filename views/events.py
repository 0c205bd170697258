"""Events: the record that lets a crowd be shown, and objections heard on the spot (GRP-02, GRP-03)."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import weighing
from models.base import find
from models.errors import Missing
from models.event import QUESTIONS, Event, OptOut
from models.permission import Permission
from views.access import needs
from views.pages import back_to, go, page

bp = Blueprint("events", __name__)


@bp.get("/albums/<code>/event")
@needs(Permission.SEE_REASONS)
def show(code: str) -> Response:
    """The record of an album's event, and who objected."""
    album = find(current_user.albums(), code)
    event = Event.of(album)
    return page(
        "events/show.html", album=album, event=event, questions=QUESTIONS, objections=event.objections() if event else [],
        basis=event.basis.value if event else "missing",
        shut=weighing.why_shut(album),
    )  # fmt: skip


@bp.post("/albums/<code>/event")
@needs(Permission.BASES)
@back_to(show)
def keep(code: str) -> Response:
    """Write or rewrite the record."""
    album, form = find(current_user.albums(), code), request.form
    Event.keep(
        album,
        form,
        children=bool(form.get("children")),
        public_space=bool(form.get("public_space")),
        by=current_user,
    )
    flash(gettext("Kept. Faces marked as crowd in this album follow it from now on."))
    return go(url_for("events.show", code=album.code))


@bp.post("/albums/<code>/event/approval")
@needs(Permission.COMPLIANCE)
def approve(code: str) -> Response:
    """The DPO has looked at an event with children."""
    _event(code).approve(by=current_user)
    flash(gettext("Approved."))
    return go(url_for("events.show", code=code))


@bp.post("/albums/<code>/event/objections")
@needs(Permission.UPLOAD)
@back_to(show)
def object_(code: str) -> Response:
    """Someone objected at the event, before or after the photos were there."""
    _event(code).note_objection(request.form.get("note", ""), by=current_user)
    flash(gettext("Noted. No crowd of this event is shown until somebody has gone through its photos."))
    return go(url_for("events.show", code=code))


@bp.post("/albums/<code>/event/objections/<row>/handled")
@needs(Permission.NAME)
def handle(code: str, row: str) -> Response:
    """Somebody has gone through the photos."""
    find(OptOut.select().where(OptOut.event == _event(code)), row).handle(by=current_user)
    return go(url_for("events.show", code=code))


def _event(code: str) -> Event:
    event = Event.of(find(current_user.albums(), code))
    if event is None:
        raise Missing
    return event
