"""The only clock: instants in UTC, days in the organisation's zone (CON-12)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def _read() -> datetime:
    # Apart, so that a story can be told on another day; everything else asks now().
    return datetime.now(UTC)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _read()


def day_of(moment: datetime, zone: str) -> date:
    """The local calendar day of an instant."""
    return moment.astimezone(ZoneInfo(zone)).date()


def today(zone: str) -> date:
    """The local calendar day now."""
    return day_of(now(), zone)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(min(year, 9999), month + 1, last)
        except ValueError:
            continue
    return day
