"""Webhooks by program: addresses that are told what happened."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from models import consent_list
from models.base import find
from models.permission import Permission
from models.webhook import MOST_URL, Event, Webhook
from views.access import bearer
from views.api.calls import PAGING, call, listed
from views.api.shape import CODE, MOMENT, YES_NO, many, one_of, or_null, text, thing

EVENT = one_of(*(event.value for event in Event if event is not Event.PING))
FIELDS = {
    "code": CODE, "url": text(MOST_URL), "events": many(EVENT), "active": YES_NO, "failing_since": or_null(MOMENT),
}  # fmt: skip
WEBHOOK = thing(FIELDS)
_EXAMPLE = {
    "code": "w3b5h7k9mn", "url": "https://www.example.org/clearframe", "events": ["photo.blocked"], "active": True,
    "failing_since": None,
}  # fmt: skip


@call(
    "GET", "/webhooks", bearer("read", Permission.SETTINGS), query=PAGING, answers={200: listed("webhooks", WEBHOOK)},
    example={"webhooks": [_EXAMPLE], "next": None},
)  # fmt: skip
def list_webhooks(cursor: str | None, limit: int | None) -> Any:
    """The addresses that are told of changes, newest first."""
    rows, more = consent_list.page(Webhook.select(), cursor or "", limit or consent_list.PAGE)
    return {"webhooks": [_shown(row) for row in rows], "next": more or None}


@call(
    "POST", "/webhooks", bearer("write", Permission.SETTINGS), renamed={"event": "events"},
    body=thing({"url": text(MOST_URL, 1), "events": many(EVENT, 10, 1)}),
    answers={201: thing({**FIELDS, "secret": text(100)})},
    sent={"url": "https://www.example.org/clearframe", "events": ["photo.blocked"]},
    example={**_EXAMPLE, "secret": "shown once"},
)  # fmt: skip
def add_webhook(given: dict[str, Any]) -> Any:
    """Have an address told of changes. The secret its calls are signed with is in this answer and nowhere else."""
    hook, secret = Webhook.add(given["url"], given["events"], by=current_user)
    return {**_shown(hook), "secret": secret}, 201


@call(
    "DELETE",
    "/webhooks/{code}",
    bearer("write", Permission.SETTINGS),
    answers={200: WEBHOOK},
    example={**_EXAMPLE, "active": False},
)
def end_webhook(code: str) -> Any:
    """Tell this address nothing any more."""
    find(Webhook.select(), code).end(by=current_user)
    return _shown(find(Webhook.select(), code))


@call(
    "POST", "/webhooks/{code}/test", bearer("write", Permission.SETTINGS), answers={202: WEBHOOK}, example=_EXAMPLE,
)  # fmt: skip
def ping_webhook(code: str) -> Any:
    """Have a call with the event `ping` made to this address."""
    hook = find(Webhook.select(), code)
    hook.ping(by=current_user)
    return _shown(hook), 202


def _shown(hook: Webhook) -> dict[str, Any]:
    return {
        "code": hook.code,
        "url": hook.url,
        "events": hook.events,
        "active": hook.ended_at is None,
        "failing_since": hook.failing_since.isoformat() if hook.failing_since else None,
    }
