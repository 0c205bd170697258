"""The front door: health, and where to begin."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify
from werkzeug.wrappers import Response

from models.health import check
from models.permission import Permission
from views.access import needs, public
from views.pages import go, navigation, page

bp = Blueprint("home", __name__)


@bp.get("/")
@needs(Permission.ACCOUNT)
def index() -> Response:
    """The first door this user has."""
    doors = navigation()
    return go(doors[0]["url"]) if doors else page("home/empty.html")


@bp.get("/healthz")
@public
def health() -> tuple[Response, int]:
    """200 only when database, key store, storage and worker answer; otherwise the name of what does not."""
    state = check(worker=not current_app.testing)
    return jsonify(state), 200 if state["ok"] else 503
