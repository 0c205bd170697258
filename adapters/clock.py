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
