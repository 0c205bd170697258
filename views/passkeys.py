"""Passkeys: the question a browser fetches, and the answer it sends with a form (SEC-02)."""

from __future__ import annotations

from flask import Blueprint, g, jsonify, request, session
from flask_login import current_user
from werkzeug.wrappers import Response

from models import passkey
from models.factor import Stage
from models.permission import Permission
from views import factors
from views.access import client_address, needs, public, safe_next, short_address
from views.pages import back_to, go
from views.session import device, login

bp = Blueprint("passkeys", __name__)


@bp.post("/login/passkey/ask")
@public
def ask_to_log_in() -> Response:
    """A question for whoever wants to log in; nothing is kept but in the browser's own cookie."""
    return _asked(passkey.ask_to_log_in())


@bp.post("/login/passkey")
@public
@back_to(login)
def log_in() -> Response:
    """Log in by passkey: it is password and second factor in one, for its device verified who holds it."""
    token = passkey.log_in(_kept(), request.form.get("answer", ""), address=_network(), device=device())
    factors.carry_on(token)
    return go(safe_next(request.form.get("next")))


@bp.post("/account/passkeys/show/ask")
@needs(Permission.ACCOUNT, stages=(Stage.CODE,))
def ask_to_show() -> Response:
    """A question for one of one's own passkeys."""
    return _asked(passkey.ask_to_show(current_user))


@bp.post("/login/code/passkey")
@needs(Permission.ACCOUNT, stages=(Stage.CODE,))
@back_to(factors.code)
def enter() -> Response:
    """The password was right; a passkey in place of the code."""
    return _shown()


@bp.post("/account/prove/passkey")
@needs(Permission.ACCOUNT)
@back_to(factors.prove)
def prove() -> Response:
    """A passkey before a grave step."""
    return _shown()


@bp.post("/account/passkeys/ask")
@needs(Permission.ACCOUNT, stages=(Stage.ENROL,), fresh=True)
def ask_to_make() -> Response:
    """A question for a passkey to be."""
    return _asked(passkey.ask_to_make(current_user))


@bp.post("/account/passkeys")
@needs(Permission.ACCOUNT, stages=(Stage.ENROL,), fresh=True)
@back_to(factors.index)
def make() -> Response:
    """Take it into use; recovery codes are shown once, on this answer."""
    form = request.form
    return factors.taken_into_use(
        passkey.make(current_user, _kept(), form.get("answer", ""), name=form.get("name", ""))
    )


def _shown() -> Response:
    token = passkey.show(g.session_row, _kept(), request.form.get("answer", ""), address=_network())
    factors.carry_on(token)
    factors.say_what_is_left(request.form)
    return go(safe_next(request.form.get("next")))


def _asked(question):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - options and what is kept of them
    options, session["passkey"] = question
    return jsonify(options)


def _kept() -> dict[str, object]:
    """What this browser was asked; it is forgotten by being read."""
    return session.pop("passkey", {})  # type: ignore[no-any-return]


def _network() -> str:
    return short_address(client_address(request))
