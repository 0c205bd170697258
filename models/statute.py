"""Figures the law sets, each from the day it applies: when one changes, a row is added here and nothing else (GOV-06)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Figure:
    """One figure of the law, from which day it counts, and where it stands."""

    key: str
    value: int
    since: date
    source: str


FIGURES = (
    Figure("breach_hours", 72, date(2018, 5, 25), "Art. 33(1) GDPR"),
    Figure("answer_months", 1, date(2018, 5, 25), "Art. 12(3) GDPR"),
    Figure("longer_months", 2, date(2018, 5, 25), "Art. 12(3) GDPR"),
)


def value(key: str, on: date, figures: Iterable[Figure] = FIGURES) -> int:
    """The figure that applies on a day: the newest that has come into force by then."""
    known = [figure for figure in figures if figure.key == key and figure.since <= on]
    return max(known, key=lambda figure: figure.since).value
