"""From which age who signs: a table per country, birthdays and the 29th of February (MIN-01, MIN-02)."""

from __future__ import annotations

from datetime import date

import pytest

from models import ages


@pytest.mark.parametrize(
    ("country", "born", "day", "alone", "beside"),
    [
        ("NL", date(2010, 6, 1), date(2026, 5, 31), False, False),
        ("NL", date(2010, 6, 1), date(2026, 6, 1), True, False),
        ("NL", date(2008, 2, 29), date(2024, 2, 28), False, False),
        ("NL", date(2008, 2, 29), date(2024, 2, 29), True, False),
        ("DE", date(2010, 6, 1), date(2024, 5, 31), False, False),
        ("DE", date(2010, 6, 1), date(2024, 6, 1), False, True),
        ("DE", date(2010, 6, 1), date(2028, 5, 31), False, True),
        ("DE", date(2010, 6, 1), date(2028, 6, 1), True, False),
        ("DE", date(2008, 2, 29), date(2026, 2, 28), False, True),
        ("DE", date(2008, 2, 29), date(2026, 3, 1), True, False),
        ("BE", date(2010, 6, 1), date(2023, 6, 2), False, False),
        ("BE", date(2010, 6, 1), date(2024, 6, 2), False, True),
        ("XX", date(2010, 6, 1), date(2027, 6, 2), False, True),
    ],
)
def test_who_signs(country, born, day, alone, beside):
    rules = ages.profile(country)
    assert (day >= ages.birthday(born, rules.publication_age), ages.must_sign_too(born, day, rules)) == (
        alone,
        beside,
    )


def test_a_country_we_do_not_know_gets_the_strictest_row():
    assert ages.profile("XX").publication_age == max(row.publication_age for row in ages.PROFILES)


def test_rows_are_dated_and_say_where_they_come_from():
    assert all(row.source and row.since <= date(2026, 1, 1) for row in ages.PROFILES)
    assert {row.country for row in ages.PROFILES} == {"NL", "DE", "BE"}
