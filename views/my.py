"""The door of "My photos": a permanent link that shows nothing, a code by mail, and a way to get the link back."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from models import my_page
from models.entry import Entry, LinkWish, Reader
from views.access import check_form, public, seal_form
from views.pages import back_to, go, page, speak

bp = Blueprint("my", __name__)
CSRF_EXEMPT = True  # no session to ride on: the form carries a seal bound to its link


@bp.get("/my")
@public
def lost() -> Response:
    """Type your address, and your link comes by mail."""
    return page("my/lost.html", seal=seal_form("my"), sent=request.args.get("sent"))


@bp.post("/my")
@public
@back_to(lost)
def mail_link() -> Response:
    """The same answer for every address: whether we know it is nobody else's business."""
    check_form("my")
    LinkWish.make(request.form.get("email", ""))
    return go(url_for("my.lost", sent=1, lang=request.args.get("lang")))


@bp.get("/my/<token>")
@public
def door(token: str) -> Response:
    """Nothing of anyone: only that a code can be sent."""
    reader = _reader(token)
    return page("my/door.html", token=token, seal=seal_form(token), reachable=bool(reader.email))


@bp.post("/my/<token>")
@public
@back_to(door)
def send(token: str) -> Response:
    """Send a code to the address on file."""
    check_form(token)
    Entry.send(_reader(token))
    return go(url_for("my.ask_code", token=token, lang=request.args.get("lang")))


@bp.get("/my/<token>/code")
@public
def ask_code(token: str) -> Response:
    """Type the code."""
    Entry.waiting(_reader(token))
    return page("my/code.html", token=token, seal=seal_form(token))


@bp.post("/my/<token>/code")
@public
@back_to(ask_code)
def enter(token: str) -> Response:
    """In, when the code is right; the key stands in the address, not in a cookie."""
    check_form(token)
    key = Entry.waiting(_reader(token)).confirm(request.form.get("number", ""))
    return go(url_for("my_photos.show", token=token, key=key, lang=request.args.get("lang")))


@bp.get("/my/<token>/closed")
@public
def closed(token: str) -> Response:
    """The page is closed; the link goes on working."""
    _reader(token)
    return page("my/closed.html", link=url_for("my.door", token=token, lang=request.args.get("lang")))


def _reader(token: str) -> Reader:
    reader = my_page.by_token(token)
    speak(reader.locale)
    return reader
