"""Every step of a setting, a term, a use or recognition towards less privacy: what it was, what it became, and why (DBD-02)."""

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
TERM, USE, ALBUM = "retention:", "use:", "album:"  # what a key begins with that is no setting


def _more(before: Any, after: Any) -> bool:
    return bool(after > before)


def _fewer(before: Any, after: Any) -> bool:
    return bool(after < before)


def _later(before: int, after: int) -> bool:
    # 0 is never: a guardian's yes that stays is kept longer than one that lapses on any day.
    return (after or 9999) > (before or 9999)


# Which way each setting loses privacy.
LESS: dict[str, Callable[[Any, Any], bool]] = {
    "consent_months": _more,
    "link_days": _more,
    "shares": _more,
    "share_minors": _more,
    "share_days": _more,
    "files_a_day": _more,
    "second_factor": _fewer,
    "coming_of_age_days": _later,
    "recognition_mode": _more,
}
# Settings that have no such way, and what they are instead; a test holds that each setting stands in one of the two.
NEUTRAL = {
    "instance": "a name of this installation",
    "organisation": "who it is",
    "organisation_address": "who it is",
    "privacy_email": "who it is",
    "country": "a fact: which law applies",
    "region": "a fact: which holidays count",
    "authority": "a fact: which grounds the law leaves open",
    "ends_soon_days": "when a colour changes; no verdict does",
    "photo_credit": "a name in files",
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
        """Whether it is still less private than the default it came with."""
        if self.key in LESS:
            return LESS[self.key](DEFAULTS[self.key], Setting.of(self.key))
        kind, _, what = self.key.partition(":")
        return bool(_STANDS[f"{kind}:"](what))


def _term_stands(key: str) -> bool:
    from models import retention

    return key in retention.RULES and retention.deviates(retention.RULES[key]) is not None


def _use_stands(code: str) -> bool:
    from models.use import Use

    return Use.select().where(Use.code == code, Use.ended_at.is_null()).exists()


def _album_stands(code: str) -> bool:
    from models.album import Album, Mode

    closed = Album.mode.is_null(False) & (Album.mode == Mode.OFF)
    return Album.select().where(Album.code == code, ~closed).exists()


_STANDS = {TERM: _term_stands, USE: _use_stands, ALBUM: _album_stands}


def steps(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The settings that lose privacy by this change."""
    return sorted(key for key, less in LESS.items() if key in after and less(before[key], after[key]))


def record(before: Mapping[str, Any], after: Mapping[str, Any], reason: str, *, by: User) -> None:
    """Note each such step of the settings within the caller's transaction; Invalid without a reason."""
    for key in steps(before, after):
        note(key, before[key], after[key], reason, by=by)


def note(key: str, before: Any, after: Any, reason: str, *, by: User) -> Deviation:
    """Note one step within the caller's transaction; Invalid without a reason."""
    why = reason.strip()[:1000]
    if len(why) < SHORTEST:
        raise Invalid(
            _l(
                "This makes something less private than it was. Say why: it stands in the list of deviations."
            ),
            field="reason",
        )
    made = Deviation.create(key=key, before=before, after=after, reason=why, by=by)
    Trace.leave(by, "setting.deviates", made, setting=key, before=before, after=after)
    return made


def register() -> list[Deviation]:
    """Every step, the newest first."""
    return list(Deviation.select().order_by(Deviation.id.desc()))
