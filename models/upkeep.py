"""What the house needs of those who look after it: one letter for each incident, and a line on the To-do page until it is over."""

from __future__ import annotations

from enum import StrEnum

from models.holders import holding
from models.notice import Notice, NoticeKind
from models.permission import Role


class What(StrEnum):
    """What may go wrong at night, when nobody looks."""

    BACKUP = "backup"
    KEYS = "keys-backup"
    DRILL = "drill"
    OVERDUE = "drill-overdue"
    DAMAGE = "damage"


# Whether what people entrusted to the house is still there is the privacy officer's business too (Art. 32(1)(b), (c)).
OFFICER_TOO = frozenset({What.DRILL, What.OVERDUE, What.DAMAGE})


def tell(what: What, incident: str) -> None:
    """Write to every administrator, once for this incident, within the caller's transaction; `incident` names when it began."""
    roles = (Role.ADMIN, Role.DPO) if what in OFFICER_TOO else (Role.ADMIN,)
    for user in {user.id: user for role in roles for user in holding(role)}.values():
        Notice.put(NoticeKind.UPKEEP, f"{_key(what, incident)}{user.code}", user=user, what=what.value)


def was_told(what: What, incident: str) -> bool:
    """Whether somebody was written to about this incident."""
    return bool(Notice.select().where(Notice.key.startswith(_key(what, incident))).exists())


def _key(what: What, incident: str) -> str:
    return f"upkeep|{what.value}|{incident}|"
