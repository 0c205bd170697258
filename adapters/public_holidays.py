"""Public holidays of a country or region, from a kept library of them."""

from __future__ import annotations

from datetime import date

import holidays


def regions(country: str) -> tuple[str, ...]:
    """The regions of a country whose holidays differ, by their official short names."""
    return tuple(holidays.list_supported_countries().get(country, ()))


def of(country: str, region: str, year: int) -> dict[date, str]:
    """Every public holiday of a year by its day, named in the language of the country; nothing for a country we don't know."""
    try:
        return dict(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError:
        return {}
