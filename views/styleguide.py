"""The components side by side, for whoever builds pages; hung only in the demo."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from views.access import public
from views.pages import page
from views.words import STATES

bp = Blueprint("styleguide", __name__)


@bp.get("/styleguide")
@public
def index() -> Response:
    """Each component in each of its states."""
    return page("styleguide/index.html", states=STATES)
