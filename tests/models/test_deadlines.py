"""The clock of requests (DSR-01 to DSR-03): the ten computed rows, and what moves a day."""

from __future__ import annotations

from datetime import date

import pytest

from models import deadlines, holidays
from models.setting import Setting

D = date.fromisoformat
# Received; the month's day; the law's day in the Netherlands and in North Rhine-Westphalia; the last day once extended (NL).
ROWS = [
    ("2026-01-30", "2026-02-28", "2026-03-02", "2026-03-02", "2026-04-28"),
    ("2026-01-31", "2026-02-28", "2026-03-02", "2026-03-02", "2026-04-28"),
    ("2026-03-05", "2026-04-05", "2026-04-07", "2026-04-07", "2026-06-05"),
    ("2026-03-27", "2026-04-27", "2026-04-28", "2026-04-27", "2026-06-29"),
    ("2026-04-05", "2026-05-05", "2026-05-05", "2026-05-05", "2026-07-06"),
    ("2026-04-14", "2026-05-14", "2026-05-15", "2026-05-15", "2026-07-14"),
    ("2026-08-31", "2026-09-30", "2026-09-30", "2026-09-30", "2026-11-30"),
    ("2026-11-25", "2026-12-25", "2026-12-28", "2026-12-28", "2027-02-25"),
    ("2026-11-30", "2026-12-30", "2026-12-30", "2026-12-30", "2027-03-01"),
    ("2028-01-31", "2028-02-29", "2028-02-29", "2028-02-29", "2028-05-01"),
]


@pytest.fixture
def place(house):
    def put(country, region=""):
        Setting.put("country", country)
        Setting.put("region", region)
        return holidays.working_days()

    return put


def test_the_ten_rows(place):
    dutch = place("NL")
    for received, nominal, due, _, extended in ROWS:
        assert deadlines.months_after(D(received), 1) == D(nominal), received
        assert deadlines.legal_due(D(received), dutch) == D(due), received
        assert deadlines.extended_due(D(received), dutch) == D(extended), received
    german = place("DE", "NW")
    for received, _, _, due, _ in ROWS:
        assert deadlines.legal_due(D(received), german) == D(due), received


def test_a_disputed_day_moves_nothing_until_the_privacy_officer_says_so(house, place):
    """DSR-02, row five."""
    dpo = house.user("dpo")
    assert deadlines.legal_due(D("2026-04-05"), place("NL")) == D("2026-05-05")
    shown = [one for one in holidays.listed(2026) if one.day == D("2026-05-05")]
    assert [one.counts for one in shown] == [False]
    holidays.Holiday.say(D("2026-05-05"), counts=True, name="Bevrijdingsdag", by=dpo)
    assert deadlines.legal_due(D("2026-04-05"), place("NL")) == D("2026-05-06")
    holidays.Holiday.say(D("2026-05-05"), counts=False, by=dpo)
    assert deadlines.legal_due(D("2026-04-05"), place("NL")) == D("2026-05-05")
    # A royal decree may put 15 May beside Ascension Day: the row's other reading.
    holidays.Holiday.say(D("2026-05-15"), counts=True, by=dpo)
    assert deadlines.legal_due(D("2026-04-14"), place("NL")) == D("2026-05-18")


def test_our_own_aim_lies_before_the_law(place):
    """Three weeks, or three working days before the law's day, whichever comes first (DSR-01)."""
    days = place("NL")
    due = deadlines.legal_due(D("2026-08-31"), days)
    assert deadlines.target(D("2026-08-31"), due, days) == D("2026-09-21")
    assert deadlines.target(D("2026-09-25"), D("2026-10-02"), days) == D("2026-09-29")


def test_a_year_has_the_days_it_has(place):
    assert deadlines.months_after(D("2027-12-31"), 2) == D("2028-02-29")
    assert deadlines.months_after(D("2026-12-31"), 2) == D("2027-02-28")
    assert place("XX").has(D("2026-12-25"))  # a country we don't know has weekends and nothing else
