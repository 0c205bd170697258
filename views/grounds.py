"""What about a person changes the answer besides consent: circumstances, other grounds, who speaks for her, and having told her."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models.base import find
from models.basis import Basis
from models.circumstance import Circumstance
from models.coming_of_age import CHANNELS, Telling
from models.errors import Invalid, Missing, _l
from models.permission import Permission
from models.person import Guardian, Person
from models.ruling import Ruling
from models.use import Use
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, go, page

bp = Blueprint("grounds", __name__)


@bp.get("/people/<code>/grounds")
@needs(Permission.PEOPLE)
def show(code: str) -> Response:
    """Everything besides consent that decides about this person's photos."""
    person = find(current_user.people(), code)
    return page(
        "grounds/show.html", person=person, circumstances=Circumstance.seen_by(current_user, person), bases=Basis.of(person),
        speakers=person.speakers(), uses=Use.current(), albums=list(current_user.albums()), channels=CHANNELS[1:],
        time_to_tell=Telling.is_time(person),
        tellings=list(person.tellings.order_by(Telling.id.desc())), rulings=list(person.rulings.order_by(Ruling.id.desc())),
    )  # fmt: skip


@bp.post("/people/<code>/circumstances")
@needs(Permission.CONTACTS)
@back_to(show)
def record(code: str) -> Response:
    """Note a death, a departure, an objection, a safe address or a restriction."""
    form, person = request.form, find(current_user.people(), code)
    Circumstance.record(
        person,
        form.get("kind", ""),
        since=day_of(form.get("since", ""), "since"),
        note=form.get("note", ""),
        by=current_user,
    )
    flash(gettext("Noted. It counts from now on, for every photo."))
    return go(_back(person))


@bp.post("/people/<code>/circumstances/<row>/end")
@needs(Permission.CONTACTS)
@back_to(lambda code, row: show(code))
def end_circumstance(code: str, row: str) -> Response:
    """It no longer holds, and why."""
    person = find(current_user.people(), code)
    return _kept(
        person,
        lambda: find(person.circumstances, row).end(by=current_user, note=request.form.get("ended", "")),
    )


@bp.post("/people/<code>/bases")
@needs(Permission.BASES)
@back_to(show)
def add_basis(code: str) -> Response:
    """Put a contract, an interest or a public task on file."""
    form, person = request.form, find(current_user.people(), code)
    given = {
        "kind": form.get("basis"), "evidence": form.get("evidence", ""), "reason": form.get("reason", ""), "after_leaving": form.get("after_leaving"),
        "guardian_signed": form.get("guardian_signed"),
        **{key: day_of(form.get(key, ""), key) for key in ("valid_from", "valid_until", "review_on", "informed_on")},
    }  # fmt: skip
    album = find(current_user.albums(), form["album"]) if form.get("album") else None
    Basis.add(person, _use(form.get("use", "")), given, by=current_user, album=album)
    flash(gettext("On file."))
    return go(_back(person))


@bp.post("/people/<code>/bases/<row>/<act>")
@needs(Permission.BASES)
def change_basis(code: str, row: str, act: str) -> Response:
    """End it, note that the person was told, or that the DPO has looked."""
    person = find(current_user.people(), code)
    basis = find(person.bases, row)
    verbs = {"end": basis.end, "inform": basis.inform, "review": basis.review}
    if act not in verbs:
        raise Missing
    verb = verbs[act]
    return _kept(person, lambda: verb(by=current_user))


@bp.post("/people/<code>/rulings")
@needs(Permission.COMPLIANCE)
@back_to(show)
def settle(code: str) -> Response:
    """Note what settled a disagreement between those who decide for a child (MIN-04)."""
    person = find(current_user.people(), code)
    Ruling.record(person, request.form.get("ruling", ""), by=current_user)
    return go(_back(person))


@bp.post("/people/<code>/tellings")
@needs(Permission.ASK)
@back_to(show)
def tell(code: str) -> Response:
    """Note that she was told, in another way than by our letter, that she decides now (MIN-06)."""
    person = find(current_user.people(), code)
    Telling.record(person, request.form.get("channel", ""), by=current_user)
    return go(_back(person))


@bp.post("/people/<code>/speakers/<row>/end")
@needs(Permission.CONTACTS)
def end_speaker(code: str, row: str) -> Response:
    """Someone no longer speaks for this person."""
    person = find(current_user.people(), code)
    return _kept(
        person, lambda: find(Guardian.select().where(Guardian.person == person), row).end(by=current_user)
    )


def _kept(person: Person, verb: Callable[[], None]) -> Response:
    verb()
    flash(gettext("Saved."))
    return go(_back(person))


def _back(person: Person) -> str:
    return url_for("grounds.show", code=person.code)


def _use(code: str) -> Use:
    use: Use | None = Use.get_or_none(Use.code == code)
    if use is None:
        raise Invalid(_l("Choose one of the list."), field="use")
    return use
