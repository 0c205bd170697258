"""Switching recognition on and off: the DPO's short assessment comes first (BIO-01)."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import modes, opting_in, preparation, recognition
from models.album import Album, Mode
from models.base import find
from models.errors import Invalid, _l
from models.gather import today
from models.permission import Permission
from models.setting import Setting
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, go, page

bp = Blueprint("recognition", __name__)


@bp.get("/recognition")
@needs(Permission.COMPLIANCE)
def index() -> Response:
    """What is computed and kept now, and the first steps to switch it on."""
    mode = Mode(Setting.of("recognition_mode"))
    return page(
        "recognition/index.html", mode=mode, questions=recognition.QUESTIONS, assessment=modes.current_assessment(mode),
        opted_in=opting_in.opted_in(), albums=list(Album.select().order_by(Album.title)),
        latest=today() + timedelta(days=365), album=None, progress=preparation.progress(),
    )  # fmt: skip


@bp.post("/recognition")
@needs(Permission.COMPLIANCE)
@back_to(index)
def switch_on() -> Response:
    """Keep the assessment and switch on."""
    form = request.form
    mode = form.get("mode", "")
    if mode not in (Mode.ROSTER, Mode.TRANSIENT):
        raise Invalid(_l("Choose how faces may be compared."), field="mode")
    until = day_of(form.get("expires_on", ""), "expires_on")
    if until is None:
        raise Invalid(_l("Choose a day within a year from now."), field="expires_on")
    answers = {question: form.get(question, "") for question in recognition.QUESTIONS}
    recognition.switch_on(Mode(mode), answers, until, by=current_user)
    flash(gettext("Recognition is on. Only people who said yes to it are ever compared."))
    return go(url_for("recognition.index"))


@bp.post("/recognition/off")
@needs(Permission.COMPLIANCE)
def switch_off() -> Response:
    """Switch off; keys, numbers and guesses are gone before the page answers."""
    recognition.switch_off(by=current_user)
    flash(gettext("Recognition is off, and everything it kept is deleted."))
    return go(url_for("recognition.index"))


@bp.post("/recognition/rosters/<code>")
@needs(Permission.COMPLIANCE)
def attest(code: str) -> Response:
    """Attest that everyone in an album opted in."""
    recognition.attest_roster(find(Album.select(), code), by=current_user)
    return go(url_for("recognition.index"))
