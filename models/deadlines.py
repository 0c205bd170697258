"""The clock of requests: periods in months from the day of receipt, on the calendar of the organisation (Reg. 1182/71; DSR-01 to DSR-03).

Nothing here asks for the time or the database: a day and a calendar in, a day out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from adapters.clock import months_after

DAY = timedelta(days=1)
ONE_MONTH, MORE_MONTHS = 1, 2  # Art. 12(3): a month, and two more where it is complex
TARGET = timedelta(days=21)  # our own aim, well before the law's
SPARE = 3  # working days the aim leaves before the law's day
SATURDAY = 5


@dataclass(frozen=True)
class WorkingDays:
    """Which days are worked on: neither a weekend nor what `is_holiday` says."""

    is_holiday: Callable[[date], bool]

    def has(self, day: date) -> bool:
        """Whether a day is worked on."""
        return day.weekday() < SATURDAY and not self.is_holiday(day)

    def roll(self, day: date) -> date:
        """The day itself, or the first working day after it (Reg. 1182/71 Art. 3(4))."""
        while not self.has(day):
            day += DAY
        return day

    def before(self, day: date, count: int) -> date:
        """The day that lies this many working days before another."""
        while count:
            day -= DAY
            count -= self.has(day)
        return day

    def after(self, day: date, count: int) -> date:
        """The day that lies this many working days after another."""
        while count:
            day += DAY
            count -= self.has(day)
        return day


def legal_due(received: date, days: WorkingDays) -> date:
    """The last day on which an answer is in time: the day of the same number, or that month's last, rolled (Art. 12(3); C-152/85)."""
    return days.roll(months_after(received, ONE_MONTH))


def extended_due(received: date, days: WorkingDays) -> date:
    """The last day after an extension: the earlier of both ways to count, then rolled (DSR-03)."""
    first = months_after(received, ONE_MONTH)
    return days.roll(min(months_after(received, ONE_MONTH + MORE_MONTHS), months_after(first, MORE_MONTHS)))


def target(received: date, due: date, days: WorkingDays) -> date:
    """The day we aim for ourselves: three weeks, or three working days before the law's (DSR-01)."""
    return min(received + TARGET, days.before(due, SPARE))
