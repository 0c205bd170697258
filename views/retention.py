"""How long everything is kept, and the month in numbers; for the privacy officer, and to read for auditors."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import charts, monthly, retaining, retention
from models.permission import Permission
from views.access import needs
from views.pages import back_to, bytes_response, go, month, page

bp = Blueprint("retention", __name__, url_prefix="/compliance")


@bp.get("/retention")
@needs(Permission.REGISTERS)
def index() -> Response:
    """The schedule, what was chosen differently and why, and the last run of each class."""
    return page("compliance/retention.html", rows=retaining.standing(), deviations=retention.deviations())


@bp.post("/retention/<key>")
@needs(Permission.COMPLIANCE)
@back_to(lambda key: index())
def choose(key: str) -> Response:
    """Keep another term."""
    retention.choose(key, request.form, by=current_user)
    flash(gettext("Saved. The next night goes by it."))
    return go(url_for("retention.index"))


@bp.get("/report")
@needs(Permission.REGISTERS)
def report() -> Response:
    """One month in numbers, with drawings."""
    span, numbers, kept_at = monthly.of(request.args.get("month", ""))
    sheet = charts.sheet(numbers, str(get_locale()))
    return page(
        "compliance/report.html",
        span=span,
        kept_at=kept_at,
        months=[(name, month(monthly.Span.of(name).first)) for name in monthly.kept()],
        sheet=sheet,
    )


@bp.get("/report.pdf")
@needs(Permission.REGISTERS)
def paper() -> Response:
    """The same on paper."""
    name = f"clearframe-{request.args.get('month', '')}.pdf"
    return bytes_response(
        charts.paper(request.args.get("month", ""), str(get_locale())), "application/pdf", name=name
    )


@bp.get("/report.csv")
@needs(Permission.REGISTERS)
def table() -> Response:
    """The same as a table."""
    name = f"clearframe-{request.args.get('month', '')}.csv"
    return bytes_response(charts.table(request.args.get("month", "")), "text/csv; charset=utf-8", name=name)
