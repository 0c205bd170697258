"""What waits for a person: copies to take down, photos without a ground, young people to tell, people to inform, objections at events."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import coming_of_age, consent_list, disposition, holders, retaining
from models.base import find
from models.basis import Basis
from models.disposition import DECISIONS, MOST, Disposition
from models.errors import Invalid, _l
from models.event import OptOut
from models.permission import Permission
from models.takedown import HOWS, TakeDown
from models.user import User
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, go, page

bp = Blueprint("todo", __name__)
PAGE = 40
TABS = ("takedowns", "dispositions", "turning", "tell", "done")


@bp.get("/takedowns")
@needs(Permission.WITHDRAW)
def takedowns() -> Response:
    """Copies outside the house that must go, the most urgent first."""
    return _board(
        "takedowns", TakeDown.seen_by(current_user), hows=HOWS, colleagues=holders.able(Permission.WITHDRAW)
    )


@bp.get("/takedowns/done")
@needs(Permission.WITHDRAW)
def done() -> Response:
    """What was taken down, newest first: where, when, by whom."""
    return _board("done", TakeDown.seen_by(current_user, open_ones=False))


@bp.post("/takedowns/<code>/finish")
@needs(Permission.WITHDRAW)
@back_to(lambda code: takedowns())
def finish(code: str) -> Response:
    """It is gone, or why it can't be made to go."""
    task = find(TakeDown.seen_by(current_user).order_by(), code)
    task.finish(request.form.get("how", ""), note=request.form.get("note", ""), by=current_user)
    flash(gettext("Noted, with the day and your name."))
    return go(url_for("todo.takedowns"))


@bp.post("/takedowns/<code>/owner")
@needs(Permission.WITHDRAW)
@back_to(lambda code: takedowns())
def hand_over(code: str) -> Response:
    """Give it to a colleague, who gets a letter."""
    task = find(TakeDown.seen_by(current_user).order_by(), code)
    task.hand_over(_colleague(), by=current_user)
    flash(gettext("Handed over."))
    return go(url_for("todo.takedowns"))


@bp.get("/dispositions")
@needs(Permission.WITHDRAW)
def dispositions() -> Response:
    """Photos that no ground allows us to keep, the most urgent first."""
    late = len(retaining.late()) if current_user.may(Permission.COMPLIANCE) else 0
    return _board("dispositions", Disposition.waiting(current_user), decisions=DECISIONS, late=late)


@bp.post("/dispositions/decisions")
@needs(Permission.WITHDRAW)
@back_to(dispositions)
def decide_all() -> Response:
    """The same decision about several photos."""
    chosen = request.form.getlist("code")[: MOST + 1]
    rows = list(Disposition.waiting(current_user).where(Disposition.code.in_(chosen)))
    count = disposition.decide_all(rows, **_decided(), by=current_user)
    flash(ngettext("%(num)s photo: decided and noted.", "%(num)s photos: decided and noted.", count))
    return go(url_for("todo.dispositions"))


@bp.post("/dispositions/<code>/decision")
@needs(Permission.WITHDRAW)
@back_to(lambda code: dispositions())
def decide(code: str) -> Response:
    """What happens to a photo without a ground."""
    row = find(Disposition.waiting(current_user).order_by(), code)
    row.decide(**_decided(), by=current_user)
    flash(gettext("Decided and noted."))
    return go(url_for("todo.dispositions"))


@bp.get("/people-to-tell")
@needs(Permission.CONTACTS)
def tell() -> Response:
    """Young people who decide alone now or soon, and people on file on another ground who were not told yet."""
    turning = coming_of_age.turning()[: PAGE * 5]
    return page(
        "todo/tell.html", tab="tell", turning=turning, lost=coming_of_age.out_of_reach(turning),
        bases=Basis.to_tell()[:PAGE * 5], anew=Basis.to_offer_anew()[:PAGE * 5],
        objections=list(OptOut.waiting(current_user).limit(PAGE * 5)),
    )  # fmt: skip


def _board(tab: str, query: Any, **values: Any) -> Response:
    number = max(0, request.args.get("page", 0, type=int))
    rows = list(query.limit(PAGE + 1).offset(min(number, 10_000) * PAGE))
    more = url_for(f"todo.{tab}", page=number + 1) if len(rows) > PAGE else None
    rows = rows[:PAGE]
    people = consent_list.people_of(rows)
    newer = url_for(f"todo.{tab}", page=number - 1) if number else None
    return page(f"todo/{tab}.html", tab=tab, rows=rows, more=more, newer=newer, people=people, **values)


def _decided() -> dict[str, Any]:
    form = request.form
    until = day_of(form.get("review_on", ""), "review_on")
    return {"decision": form.get("decision", ""), "ground": form.get("ground", ""), "review_on": until}


def _colleague() -> User:
    code = request.form.get("owner", "")
    chosen = next((user for user in holders.able(Permission.WITHDRAW) if user.code == code), None)
    if chosen is None:
        raise Invalid(_l("Choose one of the list."), field="owner")
    return chosen
