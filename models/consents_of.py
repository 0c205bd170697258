"""What someone agreed to, for people's pages: choices now, the history, recognition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import JOIN

from models.consent import About, Answer, Consent, Line, Withdrawal
from models.gather import today
from models.opting_in import is_opted_in
from models.person import Person
from models.use import Use
from models.voiding import Voiding


@dataclass(frozen=True)
class Choice:
    """The newest answer for one use: given, refused, withdrawn or ended, and until when."""

    state: str
    until: date | None
    at: datetime
    scope: str


def choices(person: Person) -> dict[int, Choice]:
    """The newest answer per use id."""
    newest: dict[int, Any] = {}
    for line in _lines([person]):
        if line.about == About.USE:
            newest[line.use_id] = line
    return {use_id: _choice(line) for use_id, line in newest.items()}


def recognition(person: Person) -> bool:
    """Whether this person's recognition consent holds today."""
    return is_opted_in(person)


def history(person: Person) -> list[Consent]:
    """The person's consents, newest first."""
    return list(person.consents.order_by(Consent.signed_at.desc()).limit(50))


def withdrawn(consent: Consent) -> dict[int, Withdrawal]:
    """What was taken back of a consent, by the id of the line."""
    rows = Withdrawal.select().join(Line).where(Line.consent == consent)
    return {row.line_id: row for row in rows}


def summary(people: Sequence[Person]) -> dict[int, dict[str, int]]:
    """Per person id: how many uses are given, refused, ended; in one query for a page of people."""
    newest: dict[tuple[int, int], Any] = {}
    for line in _lines(people):
        if line.about == About.USE:
            newest[(line.person_id, line.use_id)] = line
    counted: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (person_id, _), line in newest.items():
        counted[person_id][_choice(line).state] += 1
    return counted


def _lines(people: Sequence[Person]) -> list[Any]:
    query = (
        Line.select(
            Line,
            Use,
            Withdrawal.at.alias("withdrawn_at"),
            Voiding.kind.alias("void"),
            Voiding.confirmed_at.alias("void_at"),
        )
        .join(Use, JOIN.LEFT_OUTER)
        .join_from(Line, Withdrawal, JOIN.LEFT_OUTER)
        .join_from(Line, Voiding, JOIN.LEFT_OUTER)
        .where(Line.person.in_([person.id for person in people]))
        .order_by(Line.decided_at, Line.id)
    )
    return list(query.objects()) if people else []


def _choice(line: Any) -> Choice:
    if line.withdrawn_at is not None:
        state = "withdrawn"
    elif line.void is not None:
        state = "void" if line.void_at is not None else "doubted"
    elif line.answer in (Answer.GIVEN, Answer.RENEWED):
        state = "ended" if line.valid_until and line.valid_until < today() else "given"
    else:
        state = line.answer.value
    return Choice(state, line.valid_until, line.decided_at, line.scope.value)
