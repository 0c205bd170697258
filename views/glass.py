"""Emergency access: taken by an administrator with a reason, seen and answered by the privacy officer (GOV-07, GOV-10)."""

from __future__ import annotations

from flask import Blueprint, flash, g, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models.base import find
from models.break_glass import MOST_HOURS, BreakGlass
from models.permission import Permission
from views.access import needs
from views.pages import back_to, go, page

bp = Blueprint("glass", __name__)


@bp.get("/settings/emergency-access")
@needs(Permission.GLASS)
def ask() -> Response:
    """What it opens, what it does not, and who is told."""
    own = list(BreakGlass.of(current_user).limit(20))
    return page("settings/glass.html", own=own, hours=range(1, MOST_HOURS + 1))


@bp.post("/settings/emergency-access")
@needs(Permission.GLASS, fresh=True)
@back_to(ask)
def begin() -> Response:
    """Take it."""
    hours = request.form.get("hours", "", type=str)
    BreakGlass.begin(
        current_user,
        hours=int(hours) if hours in "1234" and hours else 0,
        reason=request.form.get("reason", ""),
    )
    flash(gettext("Emergency access is open. The privacy officer has been told."))
    return go(url_for("glass.ask"))


@bp.post("/settings/emergency-access/end")
@needs(Permission.GLASS)
def end() -> Response:
    """Give it back; who has none any more is led to the same page."""
    if g.glass is not None:
        g.glass.end(by=current_user)
    flash(gettext("Your emergency access is over."))
    return go(url_for("glass.ask"))


@bp.get("/emergency-access")
@needs(Permission.COMPLIANCE)
def index(**_of_a_form: str) -> Response:
    """Every one there was, those nobody looked at first."""
    rows = list(BreakGlass.seen_of(current_user).limit(100))
    return page("todo/glass.html", tab="glass", rows=rows)


@bp.post("/emergency-access/<code>/end")
@needs(Permission.COMPLIANCE)
def stop(code: str) -> Response:
    """The privacy officer ends it."""
    find(BreakGlass.seen_of(current_user), code).end(by=current_user)
    flash(gettext("It is over, from the next click on."))
    return go(url_for("glass.index"))


@bp.post("/emergency-access/<code>/acknowledgement")
@needs(Permission.COMPLIANCE)
@back_to(index)
def acknowledge(code: str) -> Response:
    """The privacy officer looked at it."""
    row = find(BreakGlass.seen_of(current_user), code)
    row.acknowledge(note=request.form.get("note", ""), by=current_user)
    return go(url_for("glass.index"))


@bp.app_template_global()
def unseen_glasses() -> int:
    """How many emergency accesses the privacy officer has still to look at; none for others."""
    return BreakGlass.unseen() if current_user.may(Permission.COMPLIANCE) else 0
