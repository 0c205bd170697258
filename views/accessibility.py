"""The accessibility statement, open to everyone (ACC-03)."""

from __future__ import annotations

from datetime import date

from flask import Blueprint
from werkzeug.wrappers import Response

from views.access import public
from views.pages import page

bp = Blueprint("accessibility", __name__)
DRAWN_UP = date(2026, 11, 26)  # change it with the statement


@bp.get("/accessibility")
@public
def show() -> Response:
    """How accessible these pages are, where they are not, and to whom to write."""
    return page("accessibility/show.html", drawn_up=DRAWN_UP)
