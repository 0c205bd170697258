"""Coming in by a one-time link: choose a password; the first administrator also says who she is."""

from __future__ import annotations

from flask import Blueprint, request, session, url_for
from werkzeug.wrappers import Response

from models.invitation import Invitation
from models.user import Session
from views.access import check_form, client_address, public, seal_form, short_address
from views.pages import back_to, go, page
from views.session import device

bp = Blueprint("welcome", __name__)
CSRF_EXEMPT = True  # no session to ride on yet: the form carries a seal bound to its link


@bp.get("/welcome/<token>")
@public
def show(token: str) -> Response:
    """Choose a password; looking at the page uses nothing up."""
    invitation = Invitation.open(token)
    return page("session/welcome.html", invitation=invitation, token=token, seal=seal_form(token))


@bp.post("/welcome/<token>")
@public
@back_to(show)
def accept(token: str) -> Response:
    """Set the password and go in."""
    check_form(token)
    invitation = Invitation.open(token)
    user = invitation.accept(**_chosen())
    session.clear()
    session["token"] = Session.start(user, address=short_address(client_address(request)), device=device())
    return go(url_for("home.index"))


def _chosen() -> dict[str, str]:
    form = request.form
    return {key: form.get(key, "") for key in ("email", "name", "password", "again")}
