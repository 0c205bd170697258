"""Addresses that are told what happened: added, tested, ended."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models.base import find
from models.permission import Permission
from models.webhook import Event, Webhook
from views.access import needs
from views.pages import back_to, go, page

bp = Blueprint("webhooks", __name__, url_prefix="/settings/webhooks")
PAGE = 40


@bp.get("")
@needs(Permission.SETTINGS)
def index() -> Response:
    """The addresses, and how the last call to each went."""
    return _list(None)


@bp.post("")
@needs(Permission.SETTINGS)
@back_to(index)
def create() -> Response:
    """A new address; its secret is shown once, on this answer."""
    _, secret = Webhook.add(request.form.get("url", ""), request.form.getlist("event"), by=current_user)
    return _list(secret)


@bp.get("/<code>")
@needs(Permission.SETTINGS)
def show(code: str) -> Response:
    """What one address was told in the last thirty days."""
    hook = find(Webhook.select(), code)
    number = min(max(0, request.args.get("page", 0, type=int)), 10_000)
    calls = list(hook.calls().limit(PAGE + 1).offset(number * PAGE))
    return page(
        "settings/webhook.html", hook=hook, calls=calls[:PAGE],
        more=url_for("webhooks.show", code=code, page=number + 1) if len(calls) > PAGE else None,
        newer=url_for("webhooks.show", code=code, page=number - 1) if number else None,
    )  # fmt: skip


@bp.post("/<code>/test")
@needs(Permission.SETTINGS)
def test(code: str) -> Response:
    """Send a test."""
    find(Webhook.select(), code).ping(by=current_user)
    flash(gettext("A test is on its way. Look again in a moment."))
    return go(url_for("webhooks.show", code=code))


@bp.post("/<code>/end")
@needs(Permission.SETTINGS)
def end(code: str) -> Response:
    """Tell it no more."""
    find(Webhook.select(), code).end(by=current_user)
    flash(gettext("This address is told nothing any more."))
    return go(url_for("webhooks.index"))


def _list(secret: str | None) -> Response:
    hooks = list(Webhook.select().order_by(Webhook.ended_at.is_null(False), Webhook.id.desc()).limit(200))
    events = [event for event in Event if event is not Event.PING]
    return page("settings/webhooks.html", hooks=hooks, events=events, secret=secret)
