"""Days and moments in words, as Europe writes them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

# Plain "en" would be American: months first and clocks by halves, which nobody here reads.
REGIONS = {"en": "en_GB", "nl": "nl_NL", "de": "de_DE", "fr": "fr_FR"}


def written_day(value: date | None, lang: str, style: str = "medium") -> str:
    """A calendar day as Europe writes it: 24 November 2026."""
    return format_date(value, style, locale=REGIONS.get(lang, lang)) if value else ""


def written_month(value: date, lang: str) -> str:
    """A month as it is said: November 2026."""
    return format_date(value, "LLLL y", locale=REGIONS.get(lang, lang))


def written_moment(value: datetime | None, lang: str, zone: str, style: str = "medium") -> str:
    """A moment in a zone: day and time to the minute, with `exact` to the second."""
    if value is None:
        return ""
    here, locale = value.astimezone(ZoneInfo(zone)), REGIONS.get(lang, lang)
    clock = format_time(here, "medium" if style == "exact" else "short", locale=locale)
    return f"{written_day(here.date(), lang, 'medium' if style == 'exact' else style)}, {clock}"
