"""The second factor: showing it at login and before grave steps, setting it up, taking it away (SEC-02)."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, current_app, flash, g, request, session, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import factor
from models.base import find
from models.factor import Factor, RecoveryCode, Stage
from models.permission import Permission
from models.session import show_factor, show_password
from views.access import client_address, needs, safe_next, short_address
from views.pages import back_to, go, page

bp = Blueprint("factors", __name__)


@bp.get("/login/code")
@needs(Permission.ACCOUNT, stages=(Stage.CODE,))
def code() -> Response:
    """The password was right; the code is still to be given."""
    return page("session/code.html", next=request.values.get("next", ""), kinds=_kinds())


@bp.post("/login/code")
@needs(Permission.ACCOUNT, stages=(Stage.CODE,))
@back_to(code)
def enter() -> Response:
    """Take the code; the session goes on under a new token."""
    carry_on(show_factor(g.session_row, request.form.get("number", ""), address=_network()))
    return go(safe_next(request.form.get("next")))


@bp.get("/account/prove")
@needs(Permission.ACCOUNT, stages=(Stage.ENROL,))
def prove() -> Response:
    """Ask once more who it is before a grave step (ASVS 7.5.3)."""
    return page(
        "session/prove.html", next=request.values.get("next", ""), form=request.values.get("form", ""),
        kinds=_kinds(),
    )  # fmt: skip


@bp.post("/account/prove")
@needs(Permission.ACCOUNT, stages=(Stage.ENROL,))
@back_to(prove)
def proven() -> Response:
    """Take the proof and go back to where one was; nothing is sent again unseen."""
    form = request.form
    if "number" in form:
        token = show_factor(g.session_row, form["number"], address=_network())
    else:
        token = show_password(g.session_row, form.get("password", ""), address=_network())
    carry_on(token)
    say_what_is_left(form)
    return go(safe_next(form.get("next")))


def say_what_is_left(form: Mapping[str, str]) -> None:
    """Whose form could not be kept is told to fill it in anew; the page of one that waits says itself that nothing was sent."""
    if form.get("form") == "anew":
        flash(gettext("Thank you. Nothing was sent yet: please fill in the form once more and send it."))


@bp.get("/account/factors")
@needs(Permission.ACCOUNT, stages=(Stage.ENROL,))
def index(**_of_a_form: str) -> Response:
    """One's factors, and a way to add one."""
    return _index([])


@bp.post("/account/factors")
@needs(Permission.ACCOUNT, stages=(Stage.ENROL,), fresh=True)
def add() -> Response:
    """Begin to set up a code app."""
    made = Factor.begin(current_user, request.form.get("name", ""))
    return go(url_for("factors.setup", code=made.code))


@bp.get("/account/factors/<code>")
@needs(Permission.ACCOUNT, stages=(Stage.ENROL,), fresh=True)
def setup(code: str) -> Response:
    """The secret to scan or type, until a first code was right."""
    begun = find(_begun(), code)
    return page("session/factor.html", begun=begun, qr=begun.qr)


@bp.post("/account/factors/<code>")
@needs(Permission.ACCOUNT, stages=(Stage.ENROL,), fresh=True)
@back_to(setup)
def confirm(code: str) -> Response:
    """A first right code takes it into use; recovery codes are shown once, on this answer."""
    return taken_into_use(find(_begun(), code).confirm(request.form.get("number", "")))


def taken_into_use(codes: list[str]) -> Response:
    """A factor counts from now on: every other session ends, and this one goes on under a new token."""
    current_user.end_sessions(but=g.session_row)
    carry_on(g.session_row.prove(factor=True))
    return _index(codes)


@bp.post("/account/factors/<code>/remove")
@needs(Permission.ACCOUNT, fresh=True)
@back_to(index)
def remove(code: str) -> Response:
    """Take a factor away."""
    find(factor.factors(current_user), code).remove(by=current_user)
    return go(url_for("factors.index"))


@bp.post("/account/recovery-codes")
@needs(Permission.ACCOUNT, fresh=True)
@back_to(index)
def renew() -> Response:
    """New recovery codes, shown once on this answer; the old ones stop working."""
    return _index(RecoveryCode.renew(current_user))


def _begun():  # type: ignore[no-untyped-def]  # noqa: ANN202 - a peewee query
    return Factor.select().where(Factor.user == current_user.id, Factor.confirmed_at.is_null())


def _index(codes: list[str]) -> Response:
    return page(
        "session/factors.html", factors=list(factor.factors(current_user)), codes=codes,
        left=RecoveryCode.left(current_user), held=factor.demanded(current_user),
        demo_lenient=current_app.config["CLEARFRAME"].demo,
    )  # fmt: skip


def _kinds() -> set[str]:
    return {each.kind.value for each in factor.factors(current_user)}


def carry_on(token: str) -> None:
    """The session goes on under this token, with nothing of before."""
    session.clear()
    session["token"] = token


def _network() -> str:
    return short_address(client_address(request))
