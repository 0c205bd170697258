"""Wordings and uses: what people are asked, and what for."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models.base import find
from models.permission import Permission
from models.use import Channel, Use
from models.texts import LOCALES
from models.wording import Wording, WordingKind
from views.access import needs
from views.pages import back_to, go, page

bp = Blueprint("wordings", __name__)


@bp.get("/wordings")
@needs(Permission.WORDINGS)
def index() -> Response:
    """Every text on offer and every use."""
    return page("wordings/index.html", wordings=Wording.current(), uses=Use.current())


@bp.get("/wordings/new")
@needs(Permission.WORDINGS)
def new() -> Response:
    """A new text."""
    return page("wordings/edit.html", wording=None, kinds=list(WordingKind), locales=LOCALES, texts={})


@bp.post("/wordings")
@needs(Permission.WORDINGS)
@back_to(new)
def create() -> Response:
    """Publish the first version of a new text."""
    wording = Wording.begin(
        request.form.get("name", ""), request.form.get("kind", ""), _texts(), by=current_user
    )
    flash(gettext("Published. From now on people can be asked with this text."))
    return go(url_for("wordings.show", code=wording.code))


@bp.get("/wordings/<code>")
@needs(Permission.WORDINGS)
def show(code: str) -> Response:
    """A text in every language, as it is, and its versions."""
    wording = find(Wording.select(), code)
    return page(
        "wordings/show.html", wording=wording, versions=wording.in_all_languages(), history=wording.history()
    )


@bp.get("/wordings/<code>/edit")
@needs(Permission.WORDINGS)
def edit(code: str) -> Response:
    """The next version; the one people signed stays as it is."""
    wording = find(Wording.select(), code)
    texts = {version.locale: version for version in wording.in_all_languages()}
    return page("wordings/edit.html", wording=wording, kinds=list(WordingKind), locales=LOCALES, texts=texts)


@bp.post("/wordings/<code>")
@needs(Permission.WORDINGS)
@back_to(edit)
def publish(code: str) -> Response:
    """Publish the next version."""
    wording = find(Wording.select(), code)
    number = wording.publish(_texts(), by=current_user)
    flash(
        gettext(
            "Version %(number)s is published. Requests sent before keep the text they were sent with.",
            number=number,
        )
    )
    return go(url_for("wordings.show", code=code))


@bp.get("/uses/new")
@needs(Permission.WORDINGS)
def new_use() -> Response:
    """A new use."""
    return page("wordings/use.html", use=None, channels=list(Channel), locales=LOCALES)


@bp.post("/uses")
@needs(Permission.WORDINGS)
@back_to(new_use)
def create_use() -> Response:
    """Add it; nobody has agreed to it yet."""
    Use.keep(None, request.form, by=current_user)
    flash(gettext("Added. Nobody has been asked for it yet, so no photo is cleared for it."))
    return go(url_for("wordings.index"))


@bp.get("/uses/<code>/edit")
@needs(Permission.WORDINGS)
def edit_use(code: str) -> Response:
    """Reword a use."""
    return page("wordings/use.html", use=find(Use.select(), code), channels=list(Channel), locales=LOCALES)


@bp.post("/uses/<code>")
@needs(Permission.WORDINGS)
@back_to(edit_use)
def change_use(code: str) -> Response:
    """Keep the new words."""
    Use.keep(find(Use.select(), code), request.form, by=current_user)
    return go(url_for("wordings.index"))


@bp.post("/uses/<code>/end")
@needs(Permission.WORDINGS)
def end_use(code: str) -> Response:
    """Offer it no longer."""
    find(Use.select(), code).end(by=current_user)
    flash(gettext("It is no longer offered. What people answered stays on file."))
    return go(url_for("wordings.index"))


def _texts() -> dict[str, dict[str, str]]:
    parts = ("title", "body", "recognition")
    return {lang: {part: request.form.get(f"{part}-{lang}", "") for part in parts} for lang in LOCALES}
