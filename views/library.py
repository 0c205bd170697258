"""The library: what do you want to use a photo for?"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from models import preparation
from models.base import find
from models.library import Question, use_of
from models.permission import Permission
from models.photo import Photo
from models.reasons import State
from models.use import Use
from views.access import needs
from views.pages import page
from views.words import STATES, badges

bp = Blueprint("library", __name__)
FILTERS = ("use", "state", "q", "person", "album", "tag", "unnamed")


@bp.get("/library")
@needs(Permission.SEE)
def index() -> Response:
    """Photos with their verdict for the chosen use; filters and pages are plain addresses."""
    asked = _question()
    photos, more = asked.answer(current_user)
    clearances = Photo.clearances(photos, asked.use)
    return page(
        "library/index.html",
        fragment="library/_more.html" if request.args.get("cursor") else None,
        question=asked,
        photos=photos,
        badges=badges(photos, asked.use, clearances),
        uses=Use.of_photos(),
        states=STATES,
        more=here(cursor=more) if more else None,
        here=here,
        stalled=preparation.stalled(photos),
    )


def _question() -> Question:
    given = request.args
    state = given.get("state", "")
    return Question(
        use=use_of(given.get("use")),
        state=State(state) if state in set(State) else None,
        text=given.get("q", "")[:200],
        person=find(current_user.people(), given["person"]) if given.get("person") else None,
        album=find(current_user.albums(), given["album"]) if given.get("album") else None,
        tag=given.get("tag", "")[:80],
        unnamed=bool(given.get("unnamed")),
        cursor=given.get("cursor", ""),
    )


def here(**changes: Any) -> str:
    """The address of this list with some filters changed; an empty value drops one."""
    kept = {key: request.args[key] for key in FILTERS if request.args.get(key)}
    return url_for("library.index", **{key: value for key, value in {**kept, **changes}.items() if value})
