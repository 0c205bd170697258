"""What people in the photos wrote to the privacy officer, and what was answered."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models.base import find
from models.inquiry import Inquiry
from models.permission import Permission
from views.access import needs
from views.pages import back_to, go, page

bp = Blueprint("inquiries", __name__)
PAGE = 40


@bp.get("/inquiries")
@needs(Permission.COMPLIANCE)
def index() -> Response:
    """What waits, the oldest first; or what was answered."""
    answered = request.args.get("tab") == "answered"
    number = min(max(0, request.args.get("page", 0, type=int)), 10_000)
    rows = list(Inquiry.board(answered=answered).limit(PAGE + 1).offset(number * PAGE))
    tab = "answered" if answered else None
    return page(
        "inquiries/index.html", rows=rows[:PAGE], answered=answered,
        more=url_for("inquiries.index", tab=tab, page=number + 1) if len(rows) > PAGE else None,
        newer=url_for("inquiries.index", tab=tab, page=number - 1) if number else None,
    )  # fmt: skip


@bp.get("/inquiries/<code>")
@needs(Permission.COMPLIANCE)
def show(code: str) -> Response:
    """One of them, with the photo it is about."""
    return page("inquiries/show.html", inquiry=find(Inquiry.select(), code))


@bp.post("/inquiries/<code>/answer")
@needs(Permission.COMPLIANCE)
@back_to(show)
def answer(code: str) -> Response:
    """Note how it was answered."""
    find(Inquiry.select(), code).answer(request.form.get("note", ""), by=current_user)
    flash(gettext("Noted, with the day and your name."))
    return go(url_for("inquiries.index"))
