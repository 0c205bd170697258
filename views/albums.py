"""Albums and shoots of one's teams."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from models import preparation
from models.album import Album
from models.base import find
from models.permission import Permission
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, go, page

bp = Blueprint("albums", __name__)


@bp.get("/albums")
@needs(Permission.SEE)
def index() -> Response:
    """The albums this user may see, newest first."""
    return _albums(None)


@bp.get("/albums/progress")
@needs(Permission.SEE)
def progress() -> Response:
    """How many photos the worker has still to look at, of an album or of all."""
    return _albums(find(current_user.albums(), request.args["album"]) if request.args.get("album") else None)


def _albums(album: Album | None) -> Response:
    return page(
        "albums/index.html", fragment="albums/_progress.html", album=album, progress=preparation.progress(album),
        albums=Album.with_covers(current_user.albums()), teams=current_user.teams(),
    )  # fmt: skip


@bp.post("/albums")
@needs(Permission.UPLOAD)
@back_to(index)
def create() -> Response:
    """A new album for one of the user's own teams."""
    form = request.form
    team = find(current_user.teams(), form.get("team", ""))
    album = Album.add(
        form.get("title", ""), team, by=current_user, held_on=day_of(form.get("held_on", ""), "held_on"),
        special_context=bool(form.get("special_context")),
    )  # fmt: skip
    return go(
        url_for("upload.index", album=album.code) if form.get("then") == "upload" else url_for("albums.index")
    )
