"""Find everything for a request: every store with its count, every photo with a word to say (DSR-10, DSR-11)."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import get_locale, gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import face_search, looking_for, may_search, search_report
from models.base import find
from models.claim import Claim
from models.errors import Gone, _l
from models.face_search import FaceSearch
from models.gather import today
from models.permission import Permission
from models.search_of_claim import ClaimSearch, Searched
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, bytes_response, day_of_form, go, page, pictures_sent

bp = Blueprint("findings", __name__, url_prefix="/claims/<code>/finding")
PAGE = 48
TABS = ("open", "confirmed", "rejected")


@bp.get("")
@needs(Permission.COMPLIANCE)
def show(code: str) -> Response:
    """What to look for, what was found, and where."""
    claim = find(Claim.select(), code)
    tab = request.args.get("tab") if request.args.get("tab") in TABS else "open"
    number = min(max(0, request.args.get("page", 0, type=int)), 10_000)
    rows = list(looking_for.listed(claim, tab=tab).limit(PAGE + 1).offset(number * PAGE))
    return page(
        "findings/show.html", claim=claim, search=ClaimSearch.get_or_none(ClaimSearch.claim == claim), tab=tab, rows=rows[:PAGE],
        stores=list(claim.searched.order_by(Searched.id)), tally=looking_for.tally(claim), number=number, more=len(rows) > PAGE,
        face=FaceSearch.of(claim), why=may_search.why_not(claim), why_words=may_search.WHY, today=today(),
    )  # fmt: skip


@bp.post("")
@needs(Permission.COMPLIANCE)
@back_to(show)
def look(code: str) -> Response:
    """Look, or look once more."""
    form = request.form
    looking_for.look(
        find(Claim.select(), code), by=current_user, names=form.get("names", ""), places=form.get("places", ""),
        first=day_of(form.get("first", ""), "first"), last=day_of(form.get("last", ""), "last"),
    )  # fmt: skip
    return go(url_for("findings.show", code=code))


@bp.post("/word")
@needs(Permission.COMPLIANCE)
def say(code: str) -> Response:
    """These photos show her, or don't; or all those in which somebody saw her before."""
    claim, form = find(Claim.select(), code), request.form
    if form.get("word") == "links":
        count = looking_for.confirm_links(claim, by=current_user)
    else:
        count = looking_for.say(claim, form.getlist("found"), hers=form.get("word") == "yes", by=current_user)
    flash(ngettext("Noted for %(num)s photo.", "Noted for %(num)s photos.", count))
    return go(url_for("findings.show", code=code))


@bp.get("/report.pdf")
@needs(Permission.COMPLIANCE)
def report(code: str) -> Response:
    """The report of the search, for the file."""
    claim = find(Claim.select(), code)
    made = search_report.paper(claim, str(get_locale()), by=current_user)
    return bytes_response(made, "application/pdf", name=f"search-{claim.code}.pdf")


@bp.post("/face/letter")
@needs(Permission.COMPLIANCE)
def ask_face(code: str) -> Response:
    """Ask her whether she wants to be searched for by her face."""
    face_search.ask(find(Claim.select(), code), by=current_user)
    return _to_face(code, gettext("The letter is on its way."))


@bp.post("/face")
@needs(Permission.COMPLIANCE)
@back_to(show)
def note_face(code: str) -> Response:
    """She said yes in a letter: its day, and where it is."""
    claim, form = find(Claim.select(), code), request.form
    FaceSearch.agree(
        claim, actor=current_user, locale=claim.page_locale, letter_on=day_of_form("letter_on"),
        evidence=form.get("evidence", ""),
    )  # fmt: skip
    return _to_face(code, gettext("Noted, with the day and your name."))


@bp.post("/face/pictures")
@needs(Permission.COMPLIANCE)
@back_to(show)
def give_face(code: str) -> Response:
    """Pictures of her that came with her letter."""
    _face(code).give(pictures_sent(), actor=current_user)
    return _to_face(code, gettext("The worker measures them. Photos it proposes are listed below."))


@bp.post("/face/withdrawal")
@needs(Permission.COMPLIANCE)
def withdraw_face(code: str) -> Response:
    """She takes it back, said to somebody: everything of it goes."""
    _face(code).withdraw(actor=current_user)
    return _to_face(code, gettext("The search stopped, and everything of it is deleted."))


@bp.get("/face/pictures/<int:number>")
@needs(Permission.COMPLIANCE)
def picture(code: str, number: int) -> Response:
    """One of her pictures, to compare with what is proposed."""
    return bytes_response(_face(code).picture(number), "image/jpeg")


def _face(code: str) -> FaceSearch:
    search = FaceSearch.of(find(Claim.select(), code))
    if search is None:
        raise Gone(_l("There is no search to change. Nothing is kept."))
    return search


def _to_face(code: str, said: str) -> Response:
    flash(said)
    return go(url_for("findings.show", code=code) + "#face")
