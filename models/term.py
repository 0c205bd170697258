"""How long a consent may last (CON-13)."""

from __future__ import annotations

from datetime import date

from adapters import clock
from models.errors import Invalid, _l
from models.gather import today
from models.person import Relation
from models.setting import Setting

MONTHS_RECOGNISED = 24
SCHOOL_YEAR_ENDS = (7, 31)


def last_day(until: date | None) -> date:
    """The day a consent asked for today ends: the one wished for, or the latest; Invalid for one beyond (CON-13)."""
    latest = clock.months_after(today(), int(Setting.of("consent_months")))
    if until is not None and not today() < until <= latest:
        words = _l("Choose a last day after today and by %(day)s.")
        raise Invalid(words, field="valid_until", day=latest.isoformat())
    return until or latest


def last_recognised(since: date, until: date | None, relation: str) -> date:
    """The last day a yes to recognition may count: after 24 months at the latest, a pupil's with the school year (BIO-08)."""
    latest = clock.months_after(since, MONTHS_RECOGNISED)
    if relation == Relation.PUPIL:
        month, day = SCHOOL_YEAR_ENDS
        end = date(since.year, month, day)
        latest = min(latest, end if since <= end else end.replace(year=since.year + 1))
    return min(latest, until) if until is not None else latest
