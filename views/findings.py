"""Find everything for a request: every store with its count, every photo with a word to say (DSR-10, DSR-11)."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import looking_for
from models.base import find
from models.claim import Claim
from models.permission import Permission
from models.search_of_claim import ClaimSearch, Searched
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, go, page

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
