"""The privacy officer's desk: what people ask about their data, by when, and the answer (DSR-01 to DSR-12)."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import claim_desk, claim_register, claim_rights, holidays, looking_for
from models.base import find
from models.claim import Channel, Claim
from models.claim_letter import ClaimLetter
from models.errors import Invalid, _l
from models.feed import Feed
from models.gather import today
from models.holidays import Holiday
from models.permission import Permission
from models.person import Person
from views.access import needs, public
from views.pages import back_to, bytes_response, day_of_form, go, page

bp = Blueprint("claims", __name__)
PAGE = 40
# What came in on another way than by a page of ours, and is entered by hand.
BY_HAND = (Channel.LETTER, Channel.MAIL, Channel.PHONE, Channel.DESK)


@bp.get("/claims")
@needs(Permission.COMPLIANCE)
def index() -> Response:
    """What waits, the first to be answered first; or what was answered."""
    closed = request.args.get("tab") == "closed"
    number = min(max(0, request.args.get("page", 0, type=int)), 10_000)
    rows = list(Claim.board(closed=closed).limit(PAGE + 1).offset(number * PAGE))
    tab, days = "closed" if closed else None, holidays.working_days()
    return page(
        "claims/index.html", rows=rows[:PAGE], closed=closed, days=days, stage=claim_register.stage,
        more=url_for("claims.index", tab=tab, page=number + 1) if len(rows) > PAGE else None,
        newer=url_for("claims.index", tab=tab, page=number - 1) if number else None,
    )  # fmt: skip


@bp.get("/claims/new")
@needs(Permission.COMPLIANCE)
def new() -> Response:
    """Enter what came by letter, mail, phone or in person."""
    return page("claims/new.html", channels=BY_HAND, today=today())


@bp.post("/claims/new")
@needs(Permission.COMPLIANCE)
@back_to(new)
def enter() -> Response:
    """Keep it, with the day it arrived apart from the day it is entered (DSR-06)."""
    form = request.form
    given = {key: form.get(key, "") for key in ("capacity", "about", "words", "clues", "postal", "locale")}
    channel = form.get("channel", "")
    if channel not in {each.value for each in BY_HAND}:
        raise Invalid(_l("Choose one of the list."), field="channel")
    claim = Claim.receive(
        form.get("right", ""), channel, actor=current_user, name=form.get("name", ""), email=form.get("email", ""),
        received_on=day_of_form("received_on"), **given,
    )  # fmt: skip
    return go(url_for("claims.show", code=claim.code))


@bp.get("/claims/<code>")
@needs(Permission.COMPLIANCE)
def show(code: str) -> Response:
    """One request: its clock, who asks, what was done, and what can be done next."""
    claim, sought = _claim(code), request.args.get("name", "")
    return page(
        "claims/show.html", claim=claim, due=claim.due, stage=claim_register.stage(claim), letters=list(claim.letters.order_by(ClaimLetter.id)),
        steps=claim_register.steps(claim), alike=[] if claim.closed_at else claim_desk.alike(claim),
        likely=[] if claim.closed_at or (claim.person_id and not sought) else claim_desk.likely(claim, sought), sought=sought,
        may_extend=claim_desk.may_extend(claim), frozen=claim_desk.frozen(claim),
        joined=list(Claim.select().where(Claim.joined == claim)), today=today(), standing=claim_rights.standing(claim),
        taken=claim_rights.taken_back(claim), corrections=claim_rights.corrections(claim), looked=claim.searched.exists(),
        unanswered=looking_for.unanswered(claim) if looking_for.is_about_everything(claim.right) else [],
    )  # fmt: skip


@bp.post("/claims/<code>/person")
@needs(Permission.COMPLIANCE)
@back_to(show)
def point_to(code: str) -> Response:
    """Say whom on file it is about."""
    person = Person.get_or_none(Person.code == request.form.get("person", ""))
    if person is None:
        raise Invalid(_l("Choose one of the list."), field="person")
    claim_desk.point_to(_claim(code), person, by=current_user)
    return _back(code, gettext("Noted, with the day and your name."))


@bp.post("/claims/<code>/identity")
@needs(Permission.COMPLIANCE)
@back_to(show)
def identity(code: str) -> Response:
    """Note how we know who asks."""
    claim_desk.attest(_claim(code), request.form.get("identity_note", ""), by=current_user)
    return _back(code, gettext("Noted, with the day and your name."))


@bp.post("/claims/<code>/ask-identity")
@needs(Permission.COMPLIANCE)
@back_to(show)
def ask_identity(code: str) -> Response:
    """Ask who it is, with the reason for the doubt."""
    claim_desk.ask_identity(_claim(code), request.form.get("why", ""), by=current_user)
    return _back(code, gettext("The letter is on its way. Both dates are shown from now on."))


@bp.post("/claims/<code>/pause")
@needs(Permission.COMPLIANCE)
@back_to(show)
def pause(code: str) -> Response:
    """Rely on the later date, with a reason."""
    claim_desk.rely_on_pause(_claim(code), request.form.get("pause_note", ""), by=current_user)
    return _back(code, gettext("Noted, with the day and your name."))


@bp.post("/claims/<code>/extension")
@needs(Permission.COMPLIANCE)
@back_to(show)
def extend(code: str) -> Response:
    """Take two months more, and tell her."""
    claim_desk.extend(
        _claim(code),
        request.form.get("extension", ""),
        request.form.get("extension_note", ""),
        by=current_user,
    )
    return _back(code, gettext("The letter is on its way, and the day has moved."))


@bp.post("/claims/<code>/excessive")
@needs(Permission.COMPLIANCE)
@back_to(show)
def excessive(code: str) -> Response:
    """Tell her beforehand that she asks too often."""
    claim_desk.warn_excessive(_claim(code), request.form.get("why", ""), by=current_user)
    return _back(code, gettext("The letter is on its way."))


@bp.post("/claims/<code>/answer")
@needs(Permission.COMPLIANCE)
@back_to(show)
def answer(code: str) -> Response:
    """Look at the letter first, then send it and close the request."""
    form, claim = request.form, _claim(code)
    claim_desk.answer(
        claim,
        form.get("outcome", ""),
        form.get("words", ""),
        by=current_user,
        excessive=bool(form.get("excessive")),
    )
    return _back(code, gettext("The answer is on its way, and the request is closed."))


@bp.post("/claims/<code>/taken-back")
@needs(Permission.COMPLIANCE)
@back_to(show)
def take_back(code: str) -> Response:
    """She does not want it any more."""
    claim_desk.take_back(_claim(code), request.form.get("note", ""), by=current_user)
    return _back(code, gettext("The request is closed."))


@bp.post("/claims/<code>/join")
@needs(Permission.COMPLIANCE)
@back_to(show)
def join(code: str) -> Response:
    """Go on with the request that came first."""
    claim, other = _claim(code), _claim(request.form.get("joined", ""))
    claim.join(other, by=current_user)
    return _back(
        min(claim, other, key=lambda each: (each.received_on, each.id)).code,
        gettext("They are one request now."),
    )


@bp.post("/claims/<code>/restriction")
@needs(Permission.COMPLIANCE)
@back_to(show)
def restrict(code: str) -> Response:
    """Freeze everything of her."""
    claim_desk.restrict(_claim(code), by=current_user)
    return _back(code, gettext("Frozen: nothing of this person can be used, changed or erased."))


@bp.post("/claims/<code>/withdrawal")
@needs(Permission.COMPLIANCE)
@back_to(show)
def withdrawal(code: str) -> Response:
    """Take back on her behalf what she named."""
    form = request.form
    everything = form.get("what") == "all"
    claim_rights.carry_out(
        _claim(code), None if everything else form.getlist("use"),
        recognition=everything or bool(form.get("recognition")), by=current_user,
    )  # fmt: skip
    return _back(code, gettext("It is withdrawn, from this moment."))


@bp.post("/claims/<code>/lifting")
@needs(Permission.COMPLIANCE)
@back_to(show)
def lifting(code: str) -> Response:
    """Tell her that it may be used again."""
    claim_desk.announce_lifting(
        _claim(code), request.form.get("why", ""), day_of_form("until"), by=current_user
    )
    return _back(code, gettext("The letter is on its way."))


@bp.get("/claims/<code>/letters/<letter>")
@needs(Permission.COMPLIANCE)
def letter(code: str, letter: str) -> Response:
    """A letter as it was sent, on paper."""
    found = find(_claim(code).letters, letter)
    return bytes_response(found.paper, "application/pdf", name=f"letter-{found.code}.pdf")


@bp.post("/claims/<code>/letters/<letter>/posted")
@needs(Permission.COMPLIANCE)
def posted(code: str, letter: str) -> Response:
    """It went by post."""
    find(_claim(code).letters, letter).posted(by=current_user)
    return _back(code, gettext("Noted, with the day and your name."))


@bp.get("/claims/calendar")
@needs(Permission.COMPLIANCE)
def calendar() -> Response:
    """The holidays that move deadlines, and the address for one's own calendar."""
    return _calendar(None)


@bp.post("/claims/calendar")
@needs(Permission.COMPLIANCE)
@back_to(calendar)
def say_day() -> Response:
    """This day counts, or does not."""
    form = request.form
    Holiday.say(
        day_of_form("day"), counts=form.get("counts") == "yes", name=form.get("name", ""), by=current_user
    )
    flash(gettext("Noted. Open requests are counted anew."))
    return go(url_for("claims.calendar"))


@bp.post("/claims/calendar/address")
@needs(Permission.COMPLIANCE)
def renew_feed() -> Response:
    """A fresh address, shown once."""
    return _calendar(Feed.renew(current_user))


@bp.post("/claims/calendar/address/end")
@needs(Permission.COMPLIANCE)
def end_feed() -> Response:
    """The address answers no more."""
    Feed.end(current_user)
    return go(url_for("claims.calendar"))


@bp.get("/calendar/<token>")
@public
def feed(token: str) -> Response:
    """The days of open requests, for a calendar program; codes and days only."""
    return bytes_response(Feed.read(token), "text/calendar")


@bp.get("/claims/register")
@needs(Permission.COMPLIANCE)
def register() -> Response:
    """Years in numbers."""
    return page("claims/register.html", years=claim_register.years())


@bp.get("/claims/register.csv")
@needs(Permission.COMPLIANCE)
def register_csv() -> Response:
    """The same for a sheet, without names (DSR-30)."""
    return bytes_response(claim_register.export(current_user), "text/csv", name="requests.csv")


def _claim(code: str) -> Claim:
    claim: Claim = find(Claim.select(), code)
    return claim


def _back(code: str, said: str) -> Response:
    flash(said)
    return go(url_for("claims.show", code=code))


def _calendar(address: str | None) -> Response:
    years = range(today().year, today().year + 3)
    return page(
        "claims/calendar.html", years={year: holidays.listed(year) for year in years}, address=address,
        has_feed=Feed.select().where(Feed.user == current_user.id).exists(),
    )  # fmt: skip
