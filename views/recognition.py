"""Recognition: weighed and switched on by the privacy officer, held back by whoever keeps an album, and what it does and keeps now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import forgetting, modes, opting_in, preparation, recognition, scan, tally, weighing
from models.album import Album, Mode
from models.assessment import About, Assessment, Condition, Covers, Risk
from models.base import find
from models.errors import Invalid, _l
from models.gather import today
from models.permission import Permission
from models.person import Relation
from models.roster import Roster
from models.scan import Scan
from models.setting import Setting
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, go, page

bp = Blueprint("recognition", __name__)
MOST_SHOWN = 40


@bp.get("/recognition")
@needs(Permission.COMPLIANCE)
def index() -> Response:
    """What is computed and kept now, for whom, in which albums, and every assessment there was."""
    albums = list(Album.select().order_by(Album.title))
    reasons = modes.why_off(albums)
    off = [(album, reasons[album.id]) for album in albums if reasons[album.id] is not None]
    return page(
        "recognition/index.html", state=modes.state(), opted_in=opting_in.opted_in(), uncovered=opting_in.not_covered(),
        counts=forgetting.counts(), strays=len(forgetting.strays()), scans=scan.under_way(), off=off,
        allowed=len(albums) - len(off), registered=recognition.registered(), history=Assessment.history(About.RECOGNITION),
        country=Setting.of("country"), most=MOST_SHOWN, guesses=tally.table(), album=None, progress=preparation.progress(),
    )  # fmt: skip


@bp.get("/recognition/weigh")
@needs(Permission.COMPLIANCE)
def weigh() -> Response:
    """The assessment to fill in, with what the one before said."""
    last = next(iter(Assessment.history(About.RECOGNITION)), None)
    return page(
        "recognition/weigh.html", last=last, questions=weighing.QUESTIONS, kinds=[kind.value for kind in Relation],
        purposes=recognition.purposes(), latest=today() + timedelta(days=365), country=Setting.of("country"),
        scope=last.scope if last else Covers(frozenset(), frozenset()),
    )  # fmt: skip


@bp.post("/recognition")
@needs(Permission.COMPLIANCE)
@back_to(weigh)
def switch_on() -> Response:
    """Keep the assessment and switch on."""
    form = request.form
    until = day_of(form.get("expires_on", ""), "expires_on")
    if until is None:
        raise Invalid(_l("Choose a day within a year from now."), field="expires_on")
    asked = (*weighing.QUESTIONS, *weighing.MORE)
    recognition.switch_on(
        _chosen(Mode, "mode", _l("Choose how faces may be compared.")), {key: form.get(key, "") for key in asked}, until,
        by=current_user, condition=_chosen(Condition, "condition", _l("Name the condition of Art. 9(2) you rely on.")),
        risk=_chosen(Risk, "risk", _l("Say what risk is left.")), covers=_covers(),
    )  # fmt: skip
    flash(gettext("Recognition is on. Only people who said yes to it are ever compared."))
    return go(url_for("recognition.index"))


@bp.post("/recognition/off")
@needs(Permission.COMPLIANCE)
def switch_off() -> Response:
    """Switch off; keys, numbers and guesses are gone before the page answers."""
    recognition.switch_off(by=current_user, why=request.form.get("why", ""))
    flash(gettext("Recognition is off, and everything it kept is deleted."))
    return go(url_for("recognition.index"))


@bp.get("/recognition/assessments/<code>")
@needs(Permission.REGISTERS)
def assessment(code: str) -> Response:
    """One assessment, whole, in force or ended."""
    row = find(Assessment.select(), code)
    return page("recognition/assessment.html", assessment=row, stale=row.stale(modes.state().mode))


@bp.post("/recognition/rosters/<code>")
@needs(Permission.COMPLIANCE)
def attest(code: str) -> Response:
    """Attest that everyone in an album opted in."""
    recognition.attest_roster(find(Album.select(), code), by=current_user)
    return go(url_for("recognition.album", code=code))


@bp.get("/albums/<code>/recognition")
@needs(Permission.RESTRAIN)
def album(code: str) -> Response:
    """Whether faces of this album are compared, why not, and the switch to hold it back."""
    here = find(current_user.albums(), code)
    return page(
        "recognition/album.html", album=here, state=modes.state(), why=modes.why_off([here])[here.id],
        roster=Roster.last(here),
    )  # fmt: skip


@bp.post("/albums/<code>/recognition/off")
@needs(Permission.RESTRAIN)
def close(code: str) -> Response:
    """Off for this album, although on in general."""
    recognition.close(find(current_user.albums(), code), by=current_user)
    flash(gettext("Recognition is off for this album. Suggestions in it are gone."))
    return go(url_for("recognition.album", code=code))


@bp.post("/albums/<code>/recognition/on")
@needs(Permission.COMPLIANCE)
@back_to(album)
def open_again(code: str) -> Response:
    """This album follows the organisation again."""
    here = find(current_user.albums(), code)
    recognition.open_again(here, by=current_user, reason=request.form.get("reason", ""))
    return go(url_for("recognition.album", code=code))


@bp.post("/recognition/unrecognised")
@needs(Permission.CONTACTS)
@back_to(index)
def register() -> Response:
    """Someone asks not to be recognised, before any photo of her exists (BIO-13)."""
    person = recognition.register(
        request.form.get("name", ""), request.form.get("email", ""), by=current_user
    )
    flash(gettext("Noted. No faceprint of this person will ever be made, whatever is signed."))
    return go(url_for("people.show", code=person.code))


@bp.get("/scans/<code>")
@needs(Permission.PEOPLE)
def show_scan(code: str) -> Response:
    """How far a search is."""
    progress = scan.progress(find(Scan.select(), code))
    return page("recognition/scan.html", "recognition/_scan.html", progress=progress)


@bp.post("/scans/<code>")
@needs(Permission.RESTRAIN)
def turn_scan(code: str) -> Response:
    """Pause, go on, or stop for good."""
    here, act = find(Scan.select(), code), request.form.get("act", "")
    acts = {"pause": here.pause, "resume": here.resume, "stop": here.stop}
    if act not in acts:
        raise Invalid(_l("Choose one of the list."))
    acts[act](by=current_user)
    return go(url_for("recognition.show_scan", code=code))


def _chosen(kind: Any, name: str, otherwise: Any) -> Any:
    given = request.form.get(name, "")
    if given not in set(kind):
        raise Invalid(otherwise, field=name)
    return kind(given)


def _covers() -> Covers:
    form = request.form
    return Covers(
        frozenset(form.getlist("kinds")) & frozenset(map(str, Relation)),
        frozenset(form.getlist("purposes")) & frozenset(recognition.purposes()),
        bool(form.get("special")), bool(form.get("covers_children")),
    )  # fmt: skip
