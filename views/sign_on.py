"""Logging in by the organisation's own sign-on (OpenID Connect)."""

from __future__ import annotations

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from models import sign_on
from views.access import client_address, public, safe_next, short_address
from views.pages import back_to, go
from views.session import device, login

bp = Blueprint("sign_on", __name__)


@bp.get("/login/sign-on")
@public
@back_to(login)
def leave() -> Response:
    """Go to the provider; what its answer must fit waits in this browser's own cookie."""
    going = sign_on.begin()
    session["sign_on"] = going | {"next": request.args.get("next", "")}
    return redirect(going["url"])


@bp.get("/login/sign-on/back")
@public
@back_to(login)
def arrive() -> Response:
    """Back from there: the answer is good once, in the browser that asked."""
    remembered = session.pop("sign_on", {})
    token = sign_on.finish(
        remembered, code=request.args.get("code", ""), state=request.args.get("state", ""),
        address=short_address(client_address(request)), device=device(),
    )  # fmt: skip
    session.clear()
    session["token"] = token
    return go(safe_next(remembered.get("next")))
