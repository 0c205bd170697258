"""Consents: asking for them, what was answered, the proof, and taking back on someone's behalf."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import calendar, consent_list, consents_of, evidence, fitting
from models.attestation import STATEMENT, is_dependent
from models.base import find
from models.consent import withdraw
from models.errors import Invalid, _l
from models.permission import Permission
from models.person import Person
from models.photo import Photo
from models.publication import Publication
from models.request import Request, Way
from models.use import Use
from models.voiding import Voiding
from models.wording import Wording
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, bytes_response, go, page

bp = Blueprint("consents", __name__)

TABS = ("asked", "given", "ends-soon", "refused", "withdrawn", "ended", "unchecked", "unknown", "void")
MEANS = ("phone", "mail", "letter", "in person")
MOST_SHOWN = 60
OFFERED = (Way.MAIL, Way.LINK, Way.QR)


@bp.get("/consents")
@needs(Permission.CONSENTS)
def index() -> Response:
    """Who was asked and what came of it, by where it stands."""
    tab = request.args.get("tab", "asked")
    if tab not in TABS:
        tab = "asked"
    query = (
        consent_list.requests(current_user)
        if tab == "asked"
        else consent_list.consents(current_user, consent_list.Standing(tab))
    )
    rows, more = consent_list.page(query, request.args.get("after", ""))
    return page(
        "consents/index.html", tab=tab, tabs=TABS, counts=consent_list.counts(current_user), rows=rows,
        more=url_for("consents.index", tab=tab, after=more) if more else None,
    )  # fmt: skip


@bp.get("/consents/endings")
@needs(Permission.CONSENTS)
def endings() -> Response:
    """What ends within a year, day by day, and what goes dark then."""
    number = min(max(0, request.args.get("page", 0, type=int)), 10_000)
    mine = request.args.get("whose") == "mine"
    rows, more = calendar.endings(current_user, mine=mine, page=number)
    whose = "mine" if mine else None
    return page(
        "consents/endings.html", rows=rows, mine=mine,
        more=url_for("consents.endings", page=number + 1, whose=whose) if more else None,
        newer=url_for("consents.endings", page=number - 1, whose=whose) if number else None,
    )  # fmt: skip


@bp.get("/consents/ask")
@needs(Permission.ASK)
def ask() -> Response:
    """First who, then what for."""
    people = _chosen_people()
    photos = _chosen_photos()
    if not people:
        return _choose_people(photos)
    return page(
        "consents/ask.html", people=people, photos=photos, uses=Use.current(), wordings=Wording.current(), ways=OFFERED,
        asked_use=request.values.get("use", ""), dependent=any(map(is_dependent, people)), statement=gettext(STATEMENT),
        fits=fitting.fitting(people, photos), proposed_until=fitting.proposed_until(people),
    )  # fmt: skip


def _choose_people(photos: list[Photo]) -> Response:
    sought = request.args.get("q", "")[:100]
    query = Person.named(current_user.people(), sought)
    named = list(Person.in_photos(current_user.people(), photos)) if photos and not sought else []
    found = named or list(query.limit(MOST_SHOWN + 1))
    return page(
        "consents/who.html", found=found[:MOST_SHOWN], more=len(found) > MOST_SHOWN, sought=sought, photos=photos,
        named=bool(named), standing=consents_of.summary(found[:MOST_SHOWN]),
    )  # fmt: skip


@bp.post("/consents/ask")
@needs(Permission.ASK)
@back_to(ask)
def create() -> Response:
    """Ask each of them, with a link of her own."""
    form = request.form
    made = Request.ask(
        _chosen_people(), _chosen_uses(), _wording(), by=current_user, way=_way(), photos=_chosen_photos(),
        only_photos=form.get("scope") == "photos", ask_recognition=bool(form.get("ask_recognition")),
        valid_until=day_of(form.get("valid_until", ""), "valid_until"), attested=bool(form.get("attest")),
    )  # fmt: skip
    if len(made) == 1:
        return go(url_for("requests.show", code=made[0].code))
    flash(ngettext("%(num)s person was asked.", "%(num)s people were asked.", len(made)))
    return go(url_for("consents.index"))


@bp.get("/consents/<code>")
@needs(Permission.CONSENTS)
def show(code: str) -> Response:
    """One signature: what was answered, how, and the papers."""
    consent = find(current_user.consents(), code)
    withdrawn, voids = consents_of.withdrawn(consent), Voiding.of(consent)
    return page(
        "consents/show.html", consent=consent, withdrawn=withdrawn, means=MEANS, voids=voids,
        standing=consent_list.standing(consent.answers()), proof=evidence.may_see(consent, current_user),
        past=Publication.resting_on(consent, seen_by=current_user) if voids else [],
    )  # fmt: skip


@bp.get("/consents/<code>/papers/evidence")
@needs(Permission.EVIDENCE, fresh=True)
def sealed(code: str) -> Response:
    """The sealed evidence with all that was signed: grave, for it leaves with names and pictures."""
    return paper(code, "evidence")


@bp.get("/consents/<code>/papers/<role>")
@needs(Permission.EVIDENCE)
def paper(code: str, role: str) -> Response:
    """The receipt, the sealed evidence or the scanned form; each look leaves a trace."""
    consent = find(current_user.consents(), code)
    data, mime = evidence.hand_out(consent, role, by=current_user)
    kind = mime.rpartition("/")[2]
    return bytes_response(data, mime, name=f"{role.partition('.')[0]}-{consent.code}.{kind}")


@bp.post("/consents/<code>/voidings")
@needs(Permission.WITHDRAW)
@back_to(show)
def void(code: str) -> Response:
    """The organisation ends it, or declares that it was never valid (T8, T9)."""
    consent = find(current_user.consents(), code)
    Voiding.propose(
        consent, request.form.get("kind", ""), reason=request.form.get("reason", ""), by=current_user
    )
    flash(gettext("Noted. No photo opens by this consent any more."))
    return go(url_for("consents.show", code=consent.code))


@bp.post("/consents/<code>/voidings/confirmation")
@needs(Permission.EVIDENCE)
@back_to(show)
def confirm_void(code: str) -> Response:
    """A second person agrees that it was never valid."""
    consent = find(current_user.consents(), code)
    Voiding.confirm(consent, by=current_user)
    flash(gettext("Confirmed. Every use of it in the past is listed under “To do”."))
    return go(url_for("consents.show", code=consent.code))


@bp.post("/consents/<code>/check")
@needs(Permission.ASK)
@back_to(show)
def check(code: str) -> Response:
    """A second person has read the paper form."""
    find(current_user.consents(), code).check_paper(by=current_user)
    flash(gettext("Thank you. This form counts from now on."))
    return go(url_for("consents.show", code=code))


@bp.post("/consents/<code>/withdrawal")
@needs(Permission.WITHDRAW)
@back_to(show)
def take_back(code: str) -> Response:
    """Withdraw on behalf of someone who called, wrote or came by."""
    consent, form = find(current_user.consents(), code), request.form
    everything = form.get("what") == "all"
    if not everything and not form.getlist("use") and not form.get("recognition"):
        raise Invalid(_l("Tick what is taken back."), field="use")
    if form.get("means") not in MEANS:
        raise Invalid(_l("Say how the person told you."), field="means")
    withdraw(
        consent.person, uses=None if everything else form.getlist("use"),
        recognition=everything or bool(form.get("recognition")), actor="staff", means=form["means"], by=current_user,
    )  # fmt: skip
    flash(gettext("It is withdrawn, from this moment."))
    return go(url_for("consents.show", code=code))


def _chosen_people() -> list[Person]:
    codes = list(dict.fromkeys(request.values.getlist("person")))
    found = {person.code: person for person in current_user.people().where(Person.code.in_(codes))}
    return [found[code] for code in codes if code in found]


def _chosen_photos() -> list[Photo]:
    codes = list(dict.fromkeys(request.values.getlist("photo")))[:50]
    return list(current_user.photos().where(Photo.code.in_(codes), Photo.prepared_at.is_null(False)))


def _chosen_uses() -> list[Use]:
    codes = set(request.form.getlist("use"))
    return [use for use in Use.current() if use.code in codes]


def _wording() -> Wording:
    chosen: Any = (
        Wording.select()
        .where(Wording.code == request.form.get("wording", ""), Wording.ended_at.is_null())
        .first()
    )
    if chosen is None:
        raise Invalid(_l("Choose one of the list."), field="wording")
    return chosen


def _way() -> Way:
    if request.form.get("way") not in set(OFFERED):
        raise Invalid(_l("Choose one of the list."), field="way")
    return Way(request.form["way"])
