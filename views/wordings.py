"""Wordings and uses: what people are asked, written, checked, tried out and published; and what for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import force_locale, gettext, lazy_gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import specimen, texts, wording_history
from models.base import find
from models.errors import Invalid, _l
from models.permission import Permission
from models.use import Channel, Use
from models.wording import LOCALES, PARTS, Wording, WordingKind, check
from views.access import needs
from views.pages import LANGUAGES, back_to, go, page

bp = Blueprint("wordings", __name__)

KINDS = {
    WordingKind.GENERAL: lazy_gettext("Photos of an adult"),
    WordingKind.SHOOT: lazy_gettext("One shoot"),
    WordingKind.MINOR: lazy_gettext("Photos of a child"),
    WordingKind.EMPLOYEE: lazy_gettext("Employees"),
    WordingKind.PATIENT: lazy_gettext("Patients"),
    WordingKind.RECOGNITION: lazy_gettext("Recognition"),
    WordingKind.CONTRACT: lazy_gettext("Paid contract"),
}
EXAMPLE = "example"  # stands in the address where a link's secret stands
Texts = dict[str, dict[str, str]]


@bp.get("/wordings")
@needs(Permission.WORDINGS)
def index() -> Response:
    """Every text on offer, those that ended, and every use."""
    current, ended = Wording.current(), Wording.ended()
    return page(
        "wordings/index.html", wordings=current, ended=ended, newest=wording_history.newest([*current, *ended]),
        uses=Use.current(), kind_words=KINDS, locales=LOCALES,
    )  # fmt: skip


@bp.get("/wordings/new")
@needs(Permission.WORDINGS)
def new() -> Response:
    """A new text: empty, from ours, or from another one."""
    if request.method == "POST":
        return _editor(None, request.form.get("name", ""), request.form.get("kind", ""), _texts())
    if "copy" in request.args:
        other = find(Wording.select(), request.args["copy"])
        return _editor(None, gettext("Copy of %(name)s", name=other.name), other.kind, _published(other))
    kind = request.args.get("start", "")
    if kind in set(WordingKind):
        return _editor(None, "", kind, texts.ours(kind))
    return _editor(None, "", WordingKind.GENERAL, _empty())


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


@bp.post("/wordings/draft")
@needs(Permission.WORDINGS)
def draft() -> Response:
    """The editor with what was typed, checked anew and with a ready sentence put in where that was asked; nothing is kept."""
    wording = _written()
    kind = wording.kind if wording else request.form.get("kind", "")
    given = _texts()
    field, _, item = request.form.get("insert", "").partition(":")
    part, _, locale = field.partition("-")
    if part in PARTS and locale in LOCALES and item in texts.sentences(kind, locale):
        ready = texts.sentences(kind, locale)[item]
        given[locale][part] = "\n\n".join(filter(None, (given[locale][part].rstrip(), ready)))
    return _editor(wording, request.form.get("name", ""), kind, given)


@bp.post("/wordings/preview")
@needs(Permission.WORDINGS)
def preview() -> Response:
    """What a signer would see, in a panel of the editor or on a page of its own that leads back to it; nothing is kept."""
    wording, given = _written(), _texts()
    locale = request.form.get("language", "")
    if locale not in LOCALES:
        raise Invalid(_l("Choose one of the list."))
    kind = wording.kind if wording else request.form.get("kind", "")
    asked, shown = specimen.of(kind, given[locale], locale, (wording.number if wording else 0) + 1)
    with force_locale(locale):
        sheet = render_template(
            "signing/show.html", layout="wordings/_sheet.html", specimen=True, asked=asked, shown=shown, token=EXAMPLE,
            seal="", changed=None, in_use=([], 0),
        )  # fmt: skip
    kept = {name: value for name, value in request.form.items() if name not in ("csrf_token", "language")}
    return page(
        "wordings/preview.html",
        "wordings/_preview.html",
        sheet=sheet,
        locale=locale,
        kept=kept,
        words=LANGUAGES,
    )


@bp.get("/wordings/<code>")
@needs(Permission.WORDINGS)
def show(code: str) -> Response:
    """A text in every language, as it is or as it was in a version, what changed then, and its versions."""
    wording = find(Wording.select(), code)
    history = wording.history()
    chosen = request.args.get("version", wording.number, type=int)
    number = chosen if chosen in {row.number for row in history} else wording.number
    return page(
        "wordings/show.html", wording=wording, number=number, versions=wording.in_all_languages(number), history=history,
        changed=wording_history.compared(wording, number), kind_words=KINDS, locales=LOCALES,
        affected=wording_history.affected(wording),
    )  # fmt: skip


@bp.get("/wordings/<code>/edit")
@needs(Permission.WORDINGS)
def edit(code: str) -> Response:
    """The next version; the one people signed stays as it is."""
    wording = find(Wording.select(), code)
    given = _texts() if request.method == "POST" else _published(wording)
    return _editor(wording, wording.name, wording.kind, given)


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


@bp.post("/wordings/<code>/end")
@needs(Permission.WORDINGS)
def end(code: str) -> Response:
    """Offer it no longer."""
    find(Wording.select(), code).end(by=current_user)
    flash(gettext("It is no longer offered. Requests sent with it keep it, and what people signed stays."))
    return go(url_for("wordings.index"))


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


def _editor(wording: Wording | None, name: str, kind: str, given: Texts) -> Response:
    return page(
        "wordings/edit.html", wording=wording, name=name, kind=str(kind), kind_words=KINDS, locales=LOCALES, texts=given,
        findings={locale: check(kind, locale, given[locale]) for locale in LOCALES}, known=texts.placeholders(),
        affected=wording_history.affected(wording) if wording else None,
    )  # fmt: skip


def _written() -> Wording | None:
    code = request.form.get("wording", "")
    found: Any = find(Wording.select(), code) if code else None
    return found


def _texts() -> Texts:
    return {
        lang: {part: request.form.get(f"{part}-{lang}", "").replace("\r\n", "\n") for part in PARTS}
        for lang in LOCALES
    }


def _published(wording: Wording) -> Texts:
    rows = {row.locale: row for row in wording.in_all_languages()}
    return {
        lang: {part: str(getattr(rows[lang], part)) if lang in rows else "" for part in PARTS}
        for lang in LOCALES
    }


def _empty() -> Texts:
    return {lang: dict.fromkeys(PARTS, "") for lang in LOCALES}
