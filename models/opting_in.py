"""Who said yes to being recognised, and whose yes holds today (BIO-02, BIO-03, BIO-09)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from peewee import JOIN

from models.consent import About, Answer, Line, Withdrawal
from models.gather import today
from models.person import Person


def opted_in(among: Iterable[int] | None = None) -> list[Person]:
    """Everyone whose recognition consent holds today, or those `among` these ids; minors are left out (BIO-09)."""
    asked = Line.about == About.RECOGNITION
    if among is not None:
        asked &= Line.person.in_(list(among))
    rows = (
        Line.select(Line, Person, Withdrawal.id.alias("withdrawn"))
        .join(Person)
        .switch(Line)
        .join(Withdrawal, JOIN.LEFT_OUTER)
        .where(asked)
        .order_by(Line.decided_at, Line.id)
        .objects()
    )
    newest = {line.person_id: line for line in rows}
    good = [person_id for person_id, line in newest.items() if _holds(line)]
    return [person for person in Person.select().where(Person.id.in_(good)) if not person.is_minor()]


def _holds(line: Any) -> bool:
    given = line.answer in (Answer.GIVEN, Answer.RENEWED) and line.withdrawn is None
    return bool(
        given
        and line.explicit
        and line.valid_from <= today()
        and (line.valid_until is None or line.valid_until >= today())
    )


def is_opted_in(person: Person) -> bool:
    """Whether this person's recognition consent holds today."""
    return bool(opted_in([person.id]))
