"""Looking again at who may do what, every six months, and the proof that it was done (GOV-10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import ForeignKeyField, IntegerField, JSONField, fn

from adapters import clock
from models.base import Moment, Record, code_field, db, tools
from models.errors import Invalid, _l
from models.permission import Permission
from models.trail import Trace
from models.user import Grant, Session, User

MONTHS = 6
KEEP, CLOSE = "keep", "close"


@dataclass(frozen=True)
class Account:
    """One open account: its roles, and when its owner last logged in."""

    user: User
    roles: list[str]
    seen_at: datetime | None


class AccessReview(Record):
    """One review: the list as it was shown, by codes, and what was decided of each account."""

    code = code_field()
    at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    accounts = JSONField()
    closed = IntegerField(default=0)

    class Meta:
        personal, plain = (), ("code", "at", "accounts", "closed")


def accounts() -> list[Account]:
    """Every open account with its roles of today and its last login, in three queries."""
    logins: Any = Session.select(Session.user, fn.MAX(Session.created_at)).group_by(Session.user).tuples()
    seen: dict[int, Any] = dict(logins)
    held: dict[int, list[str]] = {}
    now = clock.now()
    for grant in Grant.select().order_by(Grant.id):
        if grant.until is None or grant.until > now:
            held.setdefault(grant.user_id, []).append(grant.role.value)
    users = User.select().where(User.disabled_at.is_null()).order_by(User.name, User.id)
    return [Account(user, sorted(held.get(user.id, [])), _moment(seen.get(user.id))) for user in users]


def _moment(value: Any) -> datetime | None:
    return Session.seen_at.python_value(value) if value is not None else None


def reviews() -> list[AccessReview]:
    """Every review, the newest first."""
    return list(AccessReview.select().order_by(AccessReview.id.desc()))


def due_on() -> date:
    """By when the next one is due: six months after the last, or after the first account was made."""
    last: Any = (
        AccessReview.select(fn.MAX(AccessReview.at)).scalar() or User.select(fn.MIN(User.created_at)).scalar()
    )
    moment = _moment(last)
    start = clock.day_of(moment, tools.zone) if moment else clock.today(tools.zone)
    return clock.months_after(start, MONTHS)


def confirm(shown: Iterable[str], closing: Iterable[str], *, by: User) -> AccessReview:
    """Confirm every account that was shown, or close it; Invalid when the list has changed meanwhile."""
    by.require(Permission.REVIEW)
    here, going = accounts(), set(closing)
    if sorted(shown) != sorted(mark(account) for account in here):
        raise Invalid(_l("The accounts have changed since you opened this list. Look at it once more."))
    if by.code in going:
        raise Invalid(_l("You can't close your own account. Ask an administrator."))
    with db.atomic():
        for account in here:
            if account.user.code in going:
                account.user.disable(by=by)
        made = AccessReview.create(
            by=by, closed=len(going), accounts=[_kept(account, going) for account in here]
        )
        Trace.leave(by, "access.reviewed", made, accounts=len(here), closed=len(going))
    return made


def mark(account: Account) -> str:
    """What the form sends back of an account, so that nobody confirms roles she was not shown."""
    return f"{account.user.code}:{','.join(account.roles)}"


def _kept(account: Account, going: set[str]) -> dict[str, Any]:
    return {
        "user": account.user.code, "roles": account.roles, "seen_at": account.seen_at.isoformat() if account.seen_at else "",
        "decided": CLOSE if account.user.code in going else KEEP,
    }  # fmt: skip
