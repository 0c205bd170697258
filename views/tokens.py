"""One's own keys for programs: what they may do, until when, and an end (SEC-04)."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from models.base import find
from models.permission import Permission
from models.token import DAYS, ApiToken, scopes_for
from views.access import needs
from views.pages import back_to, go, page

bp = Blueprint("tokens", __name__)


@bp.get("/account/tokens")
@needs(Permission.ACCOUNT)
def index() -> Response:
    """One's own tokens, and a way to make one."""
    return _page(None)


@bp.post("/account/tokens")
@needs(Permission.ACCOUNT, fresh=True)
@back_to(index)
def create() -> Response:
    """A new one, shown once on this answer and kept only as a hash."""
    form = request.form
    return _page(
        ApiToken.create_for(
            current_user,
            form.getlist("scope"),
            by=current_user,
            name=form.get("name", ""),
            days=days_of_form(),
        )
    )


@bp.post("/account/tokens/<code>/end")
@needs(Permission.ACCOUNT)
def end(code: str) -> Response:
    """End one of them."""
    find(ApiToken.of(current_user), code).revoke(by=current_user)
    return go(url_for("tokens.index"))


def days_of_form() -> int:
    """How long the token of this form is to live; none of those offered is no answer."""
    given = request.form.get("days", "")
    return int(given) if given in map(str, DAYS) else 0


def _page(new: str | None) -> Response:
    tokens = list(ApiToken.of(current_user).limit(100))
    return page("session/tokens.html", tokens=tokens, scopes=scopes_for(current_user), days=DAYS, new=new)
