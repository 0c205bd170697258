"""Publications: where delivered photos are shown, and that they no longer are."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models.base import find
from models.delivery import Delivery
from models.permission import Permission
from models.publication import Publication
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, go, page

bp = Blueprint("publications", __name__)
PAGE = 40


@bp.get("/publications")
@needs(Permission.DELIVER)
def index() -> Response:
    """Where photos are shown now, or were."""
    live = request.args.get("tab") != "ended"
    number = min(max(0, request.args.get("page", 0, type=int)), 10_000)
    rows = list(Publication.seen_by(current_user, live=live).limit(PAGE + 1).offset(number * PAGE))
    tab = "live" if live else "ended"
    return page(
        "publications/index.html", rows=rows[:PAGE], tab=tab,
        more=url_for("publications.index", tab=tab, page=number + 1) if len(rows) > PAGE else None,
        newer=url_for("publications.index", tab=tab, page=number - 1) if number else None,
    )  # fmt: skip


@bp.get("/deliveries/<code>/publications/new")
@needs(Permission.DELIVER)
def new(code: str) -> Response:
    """Say where a file that left is shown."""
    return page("publications/new.html", delivery=_delivery(code))


@bp.post("/deliveries/<code>/publications")
@needs(Permission.DELIVER)
@back_to(new)
def create(code: str) -> Response:
    """Keep it; decided anew for these days."""
    form, delivery = request.form, _delivery(code)
    Publication.record(
        delivery, url=form.get("url", ""), medium=form.get("medium", ""), from_on=day_of(form.get("from_on", ""), "from_on"),
        until_on=day_of(form.get("until", ""), "until"), by=current_user,
    )  # fmt: skip
    flash(gettext("Noted. If someone says no, it becomes a task with a day."))
    return go(url_for("photos.show", code=delivery.of))


@bp.post("/publications/<code>/end")
@needs(Permission.DELIVER)
def end(code: str) -> Response:
    """It is no longer shown."""
    row = find(Publication.select().where(Publication.is_seen_by(current_user)), code)
    row.end(by=current_user, note=request.form.get("note", ""))
    flash(gettext("Noted as taken down."))
    return go(url_for("publications.index"))


def _delivery(code: str) -> Delivery:
    delivery: Delivery = find(Delivery.select(), code)
    find(current_user.photos(), delivery.of)
    return delivery
