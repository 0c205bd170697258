"""Whole page or fragment: the only module that knows htmx; and what every page is given."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from itertools import groupby
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, render_template, request, stream_with_context, url_for
from flask_babel import get_locale, gettext, lazy_gettext, refresh
from flask_login import current_user
from htmx_flask import make_response
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from models import dates
from models.base import db
from models.errors import Invalid, Refusal, _l
from models.permission import Permission as P
from models.setting import Setting

LANGUAGES = {"en": "English", "nl": "Nederlands", "de": "Deutsch"}


@dataclass(frozen=True)
class Door:
    """One entry of the navigation, shown to whoever has one of its permissions."""

    key: str
    endpoint: str
    label: Any
    icon: str
    needs: frozenset[P]


# The order of a working day: photos first, then who is in them, then what they agreed to.
DOORS = (
    Door("library", "library.index", lazy_gettext("Library"), "image", frozenset({P.SEE})),
    Door("upload", "upload.index", lazy_gettext("Upload"), "upload", frozenset({P.UPLOAD})),
    Door("faces", "faces.index", lazy_gettext("Faces to name"), "scan-face", frozenset({P.NAME})),
    Door("people", "people.index", lazy_gettext("People"), "users", frozenset({P.PEOPLE})),
    Door("consents", "consents.index", lazy_gettext("Consents"), "file-signature", frozenset({P.CONSENTS})),
    Door("todo", "todo.takedowns", lazy_gettext("To do"), "square-check", frozenset({P.WITHDRAW})),
    Door("publications", "publications.index", lazy_gettext("Publications"), "globe", frozenset({P.DELIVER})),
    Door("shares", "shares.index", lazy_gettext("Shares"), "link", frozenset({P.DELIVER})),
    Door("albums", "albums.index", lazy_gettext("Albums"), "folder", frozenset({P.SEE})),
    Door("claims", "claims.index", lazy_gettext("Requests"), "badge-check", frozenset({P.COMPLIANCE})),
    Door(
        "inquiries",
        "inquiries.index",
        lazy_gettext("Messages"),
        "inbox",
        frozenset({P.COMPLIANCE}),
    ),
    Door(
        "compliance",
        "compliance.index",
        lazy_gettext("Compliance"),
        "shield-check",
        frozenset({P.REGISTERS}),
    ),
    Door("trail", "trail.index", lazy_gettext("Trail"), "history", frozenset({P.TRAIL})),
    Door(
        "recognition", "recognition.index", lazy_gettext("Recognition"), "shield", frozenset({P.COMPLIANCE})
    ),
    Door("wordings", "wordings.index", lazy_gettext("Texts and uses"), "file-text", frozenset({P.WORDINGS})),
    Door("settings", "settings.index", lazy_gettext("Settings"), "settings", frozenset({P.SETTINGS})),
)

# Pages without an entry of their own stand under the one they are reached from.
UNDER = {
    "plans": "claims", "findings": "claims", "packages": "claims", "campaigns": "consents", "requests": "consents",
    "imports": "consents", "grounds": "people", "events": "albums", "attendance": "albums", "photos": "library",
    "breaches": "compliance", "retention": "compliance", "copies": "library", "webhooks": "settings", "glass": "settings",
    "overrides": "todo",
}  # fmt: skip


def page(
    template: str, fragment: str | None = None, *, status: int = 200, push: str | None = None, **values: Any
) -> Response:
    """Render the page, or only its fragment for an htmx request that is neither boosted nor a history restore."""
    alone = (
        fragment and request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    )
    body = render_template(fragment if alone else template, **values)
    return make_response((body, status), push_url=push) if push else make_response((body, status))


def bytes_response(
    data: bytes | Iterable[bytes],
    mime: str,
    *,
    name: str = "",
    size: int | None = None,
    cache: str = "private, no-store",
) -> Response:
    """Bytes to look at, or with a name to keep; browsers neither sniff nor run them."""
    response = current_app.response_class(data, mimetype=mime)
    response.headers["Cache-Control"] = cache
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if size is not None:
        response.headers["Content-Length"] = str(size)
    if name:
        response.headers.set("Content-Disposition", "attachment", filename=secure_filename(name) or "photo")
    return response


@stream_with_context
def while_open(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces made while they are sent, with a database of their own: a server closes the request's before the first."""
    opened = db.connect(reuse_if_open=True)
    try:
        yield from pieces
    finally:
        if opened:
            db.close()


def go(url: str) -> Response:
    """Send the browser on after a form: 303, or HX-Redirect for htmx."""
    if request.htmx:
        return make_response(("", 204), redirect=url)
    response = make_response(("", 303))
    response.headers["Location"] = url
    return response


def day_of_form(name: str) -> date | None:
    """The day typed into a field of the form, None for an empty one; Invalid for what is no day."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_l("Give a date."), field=name) from error


def pictures_sent() -> list[BinaryIO]:
    """The pictures of a form, without the places left empty."""
    return [file.stream for file in request.files.getlist("pictures") if file.filename]


def back_to(show: Callable[..., Any]) -> Callable[[Any], Any]:
    """A mistake in a form shows the form again: 422, what was typed kept, the words beside the field."""

    def around(view: Any) -> Any:
        @wraps(view)
        def careful(*args: Any, **kwargs: Any) -> Any:
            try:
                return view(*args, **kwargs)
            except Refusal as mistake:
                if mistake.status != 422:
                    raise
                g.mistake = mistake
                response = show(*args, **kwargs)
                response.status_code = 422
                return response

        return careful

    return around


def init_app(app: Flask) -> None:
    """Give every template its surroundings and filters."""
    app.context_processor(surroundings)
    app.add_template_filter(day)
    app.add_template_filter(month)
    app.add_template_filter(moment)
    app.add_template_filter(local)
    app.add_template_filter(size)
    app.add_template_filter(ratio_class)
    app.add_template_filter(data_uri)
    app.add_template_filter(groupby_album)
    app.add_template_filter(codes_and_titles)
    app.add_template_filter(groupby_month)
    app.add_template_filter(codes_and_names)
    app.add_template_filter(pair)
    app.add_template_filter(in_words)


def surroundings() -> dict[str, Any]:
    """What every page may rely on: organisation, language, navigation."""
    settings = _settings()
    return {
        "organisation": settings["organisation"],
        "contact": settings["privacy_email"],
        "consent_months": settings["consent_months"],
        "lang": str(get_locale()),
        "languages": LANGUAGES,
        "in_language": in_language if _can_be_opened() else None,
        "nav": navigation(),
        "demo": current_app.config["CLEARFRAME"].demo,
        "mistake": g.get("mistake"),
        "glass": g.get("glass"),
        "P": P,
    }


def in_language(lang: str) -> str:
    """The address of this page in another language, with all that stands in it: the key to a share, the page of a list."""
    return f"{quote(request.path)}?{urlencode({**request.args, 'lang': lang})}"


def _can_be_opened() -> bool:
    """Whether this address answers somebody who follows a link; some only take forms."""
    return request.url_rule is None or "GET" in (request.url_rule.methods or ())


def navigation() -> list[dict[str, Any]]:
    """The doors this user may use, the current one marked."""
    if not current_user.is_authenticated:
        return []
    known = current_app.view_functions
    room = (request.endpoint or "").split(".")[0]
    here = UNDER.get(room, room)
    return [
        {
            "key": door.key,
            "url": url_for(door.endpoint),
            "label": door.label,
            "icon": door.icon,
            "count": None,
            "current": door.endpoint.split(".")[0] == here,
        }
        for door in DOORS
        if door.endpoint in known and door.needs & current_user.permissions
    ]


def speak(locale: str) -> None:
    """Answer this request in the language of whoever it is addressed to, unless the address asks for another."""
    g.spoken = locale
    refresh()


def choose_locale() -> str:
    """The language asked for in the address, else the one this page is addressed in, the user's, the browser's, ours."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    if g.get("spoken") in LANGUAGES:
        return str(g.spoken)
    if current_user and current_user.is_authenticated and current_user.locale in LANGUAGES:
        return str(current_user.locale)
    default = current_app.config["BABEL_DEFAULT_LOCALE"]
    return request.accept_languages.best_match(LANGUAGES, default) or default


def choose_zone() -> str:
    """Times are shown in the organisation's zone."""
    return str(current_app.config["BABEL_DEFAULT_TIMEZONE"])


def choices(words: Mapping[str, str], keys: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Pairs for a list to choose from, in the reader's language."""
    return [(key, gettext(words[key])) for key in keys or words]


def local(value: datetime) -> str:
    """An instant as a field for day and time wants it, in the organisation's zone."""
    return value.astimezone(ZoneInfo(choose_zone())).strftime("%Y-%m-%dT%H:%M")


def month(value: date) -> str:
    """A month in words of the reader."""
    return dates.written_month(value, str(get_locale()))


def day(value: date | None, style: str = "medium") -> str:
    """A calendar day in the reader's language."""
    return dates.written_day(value, str(get_locale()), style)


def moment(value: datetime | None, style: str = "medium") -> str:
    """An instant in the organisation's zone and the reader's language."""
    return dates.written_moment(value, str(get_locale()), choose_zone(), style)


def size(count: int | None) -> str:
    """Bytes in words a person uses."""
    value = float(count or 0)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit in ("B", "kB") else f"{value:.1f} {unit}"
        value /= 1000
    return ""


def ratio_class(ratio: float) -> str:
    """The class that gives a tile its shape: CSP forbids inline style, so shapes come in steps of a twentieth."""
    return f"r{min(60, max(8, round(ratio * 20)))}"


def data_uri(picture: bytes) -> str:
    """A tiny WebP inside the page."""
    return "data:image/webp;base64," + b64encode(bytes(picture)).decode()


def groupby_album(photos: list[Any]) -> list[tuple[Any, list[Any]]]:
    """Photos in their order, in runs of the same album."""
    runs = groupby(photos, key=lambda photo: photo.album_id)
    return [(group[0].album, group) for group in (list(run) for _, run in runs)]


def groupby_month(rows: list[Any]) -> list[tuple[date, list[Any]]]:
    """Rows with a day, in their order, in runs of the same month."""
    runs = groupby(rows, key=lambda row: row.day.replace(day=1))
    return [(month, list(run)) for month, run in runs]


def codes_and_titles(albums: Iterable[Any]) -> list[tuple[str, str]]:
    """Choices for a select of albums."""
    return [(album.code, album.title) for album in albums]


def codes_and_names(rows: Iterable[Any]) -> list[tuple[str, str]]:
    """Choices for a select of teams or people."""
    return [(row.code, row.name) for row in rows]


def pair(key: str, words: dict[str, str]) -> tuple[str, str]:
    """A choice for a select from its key and a vocabulary."""
    return key, words[key]


def in_words(refusal: Refusal) -> str:
    """What a refusal says, in the reader's language."""
    return refusal.sentence(gettext)


def _settings() -> dict[str, Any]:
    if "settings" not in g:
        g.settings = Setting.all()
    return g.settings
