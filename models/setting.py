"""What the organisation decided about itself; every key has a default that is the private one (DBD-01)."""

from __future__ import annotations

from typing import Any

from peewee import JSONField, TextField

from models.base import Record

DEFAULTS: dict[str, Any] = {
    "instance": "",
    "organisation": "Your organisation",
    "organisation_address": "",
    "privacy_email": "",
    "country": "NL",
    "region": "",  # whose public holidays count, where they differ within the country (DSR-02)
    "authority": False,
    "consent_months": 24,
    "ends_soon_days": 30,
    "recognition_mode": "M0",
    "photo_credit": "",
    "link_days": 30,
    "shares": False,
    "share_minors": False,  # MIN-11
    "share_days": 30,
    "files_a_day": 500,  # one colleague's deliveries, originals and shared photos
    "second_factor": False,  # True: everybody sets one up, not DPO and administrator alone (SEC-02)
    "coming_of_age_days": 0,  # 0: a guardian's yes stays while the young person, once told, says nothing (MIN-07)
}


class Setting(Record):
    """One decision; a missing row means the default."""

    key = TextField(primary_key=True)
    value = JSONField()

    class Meta:
        personal, plain = (), ("value",)

    @classmethod
    def of(cls, key: str) -> Any:
        """The value of a key, or its default; an unknown key is an error of ours."""
        row = cls.get_or_none(cls.key == key)
        return DEFAULTS[key] if row is None else row.value

    @classmethod
    def all(cls) -> dict[str, Any]:
        """Every setting, defaults included, in one query."""
        return DEFAULTS | {row.key: row.value for row in cls.select()}

    @classmethod
    def put(cls, key: str, value: Any) -> None:
        """Keep a decision; whoever calls leaves the trace."""
        if key not in DEFAULTS:
            raise KeyError(key)
        row = cls(key=key, value=value)
        if not row.save(only=[cls.value]):
            row.save(force_insert=True)
