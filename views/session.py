"""Logging in and out, and choosing a password by a one-time link."""

from __future__ import annotations

from flask import Blueprint, flash, g, request, session, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import password
from models.base import tools
from models.factor import Stage
from models.forgotten import Forgotten
from models.permission import Permission
from models.session import log_in
from views.access import client_address, device_family, needs, public, safe_next, short_address
from views.pages import back_to, go, page

bp = Blueprint("session", __name__)


@bp.get("/login")
@public
def login() -> Response:
    """The way in."""
    if current_user.is_authenticated:
        return go(safe_next(request.args.get("next")))
    return page("session/login.html", next=request.values.get("next", ""), provider=tools.sign_on)


@bp.post("/login")
@public
@back_to(login)
def enter() -> Response:
    """Check the password; a fresh session each time, so that a planted cookie is worth nothing."""
    form = request.form
    address = short_address(client_address(request))
    token = log_in(form.get("email", ""), form.get("password", ""), address=address, device=device())
    session.clear()
    session["token"] = token
    return go(safe_next(form.get("next")))


@bp.get("/login/forgotten")
@public
def forgot() -> Response:
    """Ask for the address a link to a new password goes to."""
    return page("session/forgot.html", asked=False)


@bp.post("/login/forgotten")
@public
@back_to(forgot)
def mail_link() -> Response:
    """One answer, whether an account has this address or not."""
    Forgotten.make(request.form.get("email", ""))
    return page("session/forgot.html", asked=True)


@bp.post("/logout")
@needs(Permission.ACCOUNT, stages=(Stage.CODE, Stage.ENROL))
def leave() -> Response:
    """End the session on the server too: the old cookie opens nothing, and the browser forgets what it was shown (ERA-08)."""
    g.session_row.end()
    session.clear()
    response = go(url_for("session.login"))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/account")
@needs(Permission.ACCOUNT)
def account() -> Response:
    """One's own account."""
    return page("session/account.html")


@bp.post("/account")
@needs(Permission.ACCOUNT)
@back_to(account)
def change() -> Response:
    """Change name and language."""
    current_user.describe(name=request.form.get("name", ""), locale=request.form.get("locale", ""))
    return go(url_for("session.account"))


@bp.post("/account/password")
@needs(Permission.ACCOUNT)
@back_to(account)
def change_password() -> Response:
    """Change one's own password; every other session ends."""
    form = {key: request.form.get(key, "") for key in ("present", "password", "again")}
    token = password.change(g.session_row, **form, address=short_address(client_address(request)))
    session.clear()
    session["token"] = token
    flash(gettext("Your password is changed, and you are logged out everywhere else."))
    return go(url_for("session.account"))


def device() -> str:
    """Which kind of browser on which system, for the list of one's logins."""
    return device_family(request.user_agent.string)
