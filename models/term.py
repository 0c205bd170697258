"""How long a consent may last (CON-13)."""

from __future__ import annotations

from datetime import date

from adapters import clock
from models.errors import Invalid, _l
from models.gather import today
from models.setting import Setting


def last_day(until: date | None) -> date:
    """The day a consent asked for today ends: the one wished for, or the latest; Invalid for one beyond (CON-13)."""
    latest = clock.months_after(today(), int(Setting.of("consent_months")))
    if until is not None and not today() < until <= latest:
        words = _l("Choose a last day after today and by %(day)s.")
        raise Invalid(words, field="valid_until", day=latest.isoformat())
    return until or latest
