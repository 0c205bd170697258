"""Taking photos in through the browser: one request per file, with or without scripts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from models import preparation
from models.album import Album
from models.base import find
from models.errors import Invalid, Refusal, _l
from models.permission import Permission
from models.photo import Photo
from views.access import needs
from views.pages import back_to, page

bp = Blueprint("upload", __name__)


@bp.get("/upload")
@needs(Permission.UPLOAD)
def index() -> Response:
    """Drop photos here."""
    albums = list(current_user.albums().order_by(Album.created_at.desc()))
    return page(
        "upload/index.html", albums=albums, chosen=request.values.get("album", ""), album=None,
        progress=preparation.progress(),
    )  # fmt: skip


@bp.post("/upload")
@needs(Permission.UPLOAD)
@back_to(index)
def create() -> Response:
    """Take in what was sent: one file for a script (JSON), any number for a plain form."""
    if "application/json" in request.headers.get("Accept", ""):
        return _one()
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise Invalid(_l("Choose at least one photo."), field="file")
    album = find(current_user.albums(), request.form.get("album", ""))
    done = [_try(file, album) for file in files]
    return page("upload/done.html", done=done, album=album, progress=preparation.progress(album))


def _one() -> Any:
    file = request.files.get("file")
    try:
        album = find(current_user.albums(), request.form.get("album", ""))
        if file is None:
            raise Invalid(_l("Choose at least one photo."))
        took = Photo.take_in(file.stream, file.filename or "photo", album, by=current_user)
    except Refusal as refusal:
        return jsonify(error=refusal.sentence(gettext)), refusal.status
    answer = {
        "code": took.photo.code,
        "duplicate": took.duplicate,
        "url": url_for("photos.show", code=took.photo.code),
    }
    return jsonify(answer), 200 if took.duplicate else 201


def _try(file: FileStorage, album: Album) -> dict[str, Any]:
    try:
        took = Photo.take_in(file.stream, file.filename or "photo", album, by=current_user)
    except Refusal as refusal:
        return {"name": file.filename, "error": refusal.sentence(gettext), "photo": None, "duplicate": False}
    return {"name": file.filename, "error": "", "photo": took.photo, "duplicate": took.duplicate}
