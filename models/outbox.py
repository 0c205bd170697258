"""Letters that lie in the outbox because no mail server is configured, for the administrator to read."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime

from models.base import db, tools
from models.errors import Missing
from models.permission import Permission
from models.trail import Trace
from models.user import User

MOST = 200


@dataclass(frozen=True)
class Kept:
    """One letter as it lies there."""

    name: str
    to: str
    subject: str
    date: str
    text: str


def is_used() -> bool:
    """Whether letters are kept here instead of being sent."""
    return tools.mailer.url is None


def letters(*, by: User) -> list[Kept]:
    """The newest letters, without their text."""
    by.require(Permission.SETTINGS)
    paths = sorted(tools.mailer.outbox.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [_read(path.name) for path in paths[:MOST]]


def letter(name: str, *, by: User) -> Kept:
    """One letter; reading it leaves a trace, for it can hold somebody's link."""
    by.require(Permission.SETTINGS)
    if not any(path.name == name for path in tools.mailer.outbox.glob("*.eml")):
        raise Missing
    with db.atomic():
        Trace.leave(by, "outbox.read", file=name)
    return _read(name)


def forget(before: datetime) -> int:
    """Delete letters written before a moment; returns how many."""
    old = [path for path in tools.mailer.outbox.glob("*.eml") if path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _read(name: str) -> Kept:
    data = (tools.mailer.outbox / name).read_bytes()
    message = email.message_from_bytes(data, policy=email.policy.default)
    body = message.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return Kept(name, str(message["To"]), str(message["Subject"]), str(message["Date"]), text)
