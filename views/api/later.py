"""What the contract names and this version can't do yet: it says so, and does nothing by halves."""

from __future__ import annotations

from typing import Any

from models.errors import Refusal, _l
from models.permission import Permission
from views.access import bearer
from views.api.calls import call


class NotYet(Refusal):
    """A later version will do this."""

    status, kind = 501, "not-yet"


@call("GET", "/webhooks", bearer("read", Permission.ACCOUNT), answers={})
def list_webhooks() -> Any:
    """The addresses that are told of changes. Not there yet: answers 501."""
    raise NotYet(_NO_WEBHOOKS)


@call("POST", "/webhooks", bearer("write", Permission.ACCOUNT), answers={})
def add_webhook() -> Any:
    """Have an address told of changes. Not there yet: answers 501."""
    raise NotYet(_NO_WEBHOOKS)


_NO_WEBHOOKS = _l("Webhooks are not there yet. Ask for GET /photos/{code}/clearance before each use for now.")
