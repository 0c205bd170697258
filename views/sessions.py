"""Where one is logged in, and the form that waits while one proves who one is (SEC-03, ASVS 7.5.2)."""

from __future__ import annotations

from flask import Blueprint, flash, g, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models.base import find
from models.kept import WaitingForm
from models.permission import Permission
from models.session import end_all, end_one
from models.user import User
from views.access import needs
from views.pages import go, page

bp = Blueprint("sessions", __name__)


@bp.get("/account/sessions")
@needs(Permission.ACCOUNT)
def index() -> Response:
    """One's own logins that still open something."""
    return page("session/sessions.html", sessions=current_user.living_sessions(), this=g.session_row)


@bp.post("/account/sessions/<code>/end")
@needs(Permission.ACCOUNT)
def end(code: str) -> Response:
    """End one of them."""
    end_one(find(current_user.living_sessions(), code), by=current_user)
    return go(url_for("sessions.index"))


@bp.post("/account/sessions/end")
@needs(Permission.ACCOUNT)
def end_others() -> Response:
    """End every one but this."""
    end_all(current_user, by=current_user, but=g.session_row)
    flash(gettext("You are logged in here alone."))
    return go(url_for("sessions.index"))


@bp.post("/settings/users/<code>/sessions/end")
@needs(Permission.USERS, fresh=True)
def end_of(code: str) -> Response:
    """Log a colleague out everywhere."""
    end_all(find(User.select(), code), by=current_user)
    flash(gettext("Logged out everywhere."))
    return go(url_for("settings.user", code=code))


@bp.get("/account/waiting/<code>")
@needs(Permission.ACCOUNT, fresh=True)
def waiting(code: str) -> Response:
    """The form as it was filled in; nothing was sent yet, and its sender sends it now or goes back."""
    path, fields, back = WaitingForm.of(g.session_row, code).read()
    return page("session/waiting.html", path=path, fields=fields, back=back)
