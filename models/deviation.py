"""Every step of a setting towards less privacy: what it was, what it became, and why (DBD-02)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from peewee import ForeignKeyField, JSONField, TextField

from adapters import clock
from models.base import Moment, Record, code_field
from models.errors import Invalid, _l
from models.setting import DEFAULTS, Setting
from models.trail import Trace
from models.user import User

SHORTEST = 10


def _more(before: Any, after: Any) -> bool:
    return bool(after > before)


# Which way each setting loses privacy; one that is not here has no such way. Recognition has its own weighing.
LESS: dict[str, Callable[[Any, Any], bool]] = {
    "consent_months": _more,
    "link_days": _more,
    "shares": _more,
    "share_minors": _more,
    "share_days": _more,
}


class Deviation(Record):
    """One such step."""

    code = code_field()
    key = TextField()
    before = JSONField()
    after = JSONField()
    reason = TextField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = ("reason",), ("code", "key", "before", "after", "at")

    @property
    def stands(self) -> bool:
        """Whether the setting is still less private than the default it came with."""
        return LESS[self.key](DEFAULTS[self.key], Setting.of(self.key))


def steps(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The settings that lose privacy by this change."""
    return sorted(key for key, less in LESS.items() if key in after and less(before[key], after[key]))


def record(before: Mapping[str, Any], after: Mapping[str, Any], reason: str, *, by: User) -> None:
    """Note each such step within the caller's transaction; Invalid without a reason."""
    found, why = steps(before, after), reason.strip()[:1000]
    if found and len(why) < SHORTEST:
        raise Invalid(
            _l(
                "This makes something less private than it was. Say why: it stands in the list of deviations."
            ),
            field="reason",
        )
    for key in found:
        made = Deviation.create(key=key, before=before[key], after=after[key], reason=why, by=by)
        Trace.leave(by, "setting.deviates", made, setting=key, before=before[key], after=after[key])


def register() -> list[Deviation]:
    """Every step, the newest first."""
    return list(Deviation.select().order_by(Deviation.id.desc()))
