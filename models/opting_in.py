"""Who said yes to being recognised, and whose yes holds today (BIO-02, BIO-03, BIO-08, BIO-09, BIO-13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from peewee import JOIN, fn

from models import ages, modes, parties, term
from models.assessment import Covers
from models.consent import About, Answer, Consent, Line, Means, Withdrawal
from models.gather import today
from models.grounds import aware
from models.person import Guardian, Person, Speaking
from models.voiding import Voiding


def opted_in(among: Iterable[int] | None = None) -> list[Person]:
    """Everyone, or those of these ids, whose recognition consent holds today and whom the assessment covers.

    While recognition is off, only children are left out: nobody weighed what it means for them (BIO-09).
    """
    scope = modes.covered()
    return [person for person in _agreeing(among) if _is_covered(person, scope)]


def is_opted_in(person: Person) -> bool:
    """Whether this person's recognition consent holds today and the assessment covers her."""
    return bool(opted_in([person.id]))


def not_covered() -> list[Person]:
    """Who said yes but is of a kind that nobody weighed: she waits until an assessment speaks of her (GOV-02)."""
    scope = modes.covered()
    return [person for person in _agreeing(None) if not _is_covered(person, scope)]


def children_may_be_asked() -> bool:
    """Whether the assessment in force has a part about children; without it no guardian is asked (BIO-09)."""
    scope = modes.covered()
    return scope is not None and scope.children


def _agreeing(among: Iterable[int] | None) -> list[Person]:
    lines = _lines(among)
    found = {person.id: person for person in Person.select().where(Person.id.in_(list(lines)))}
    barred, settled = _barred(found), _settled(found)
    return [
        person for person_id, person in sorted(found.items())
        if person_id not in barred and _agrees(person, lines[person_id], settled.get(person_id))
    ]  # fmt: skip


def _is_covered(person: Person, scope: Covers | None) -> bool:
    """A child only where the assessment has a part about children, anybody only of a kind it names."""
    if scope is None:
        return not person.is_minor()
    return person.relation in scope.kinds and (scope.children or not person.is_minor())


def _agrees(person: Person, lines: list[Any], settled: datetime | None) -> bool:
    """Whether she, or for a child those who decide for it, said yes and it holds today (MIN-04)."""
    if not person.is_minor():
        # A guardian's yes ends on the birthday: from then on it takes her own (MIN-08, BIO-07).
        own = [line for line in lines if line.guardian_id is None]
        return bool(own) and _holds(own[-1], person)
    rules = ages.profile()
    verdict = parties.judge(lines, person.born, rules, settled)
    newest = {line.guardian_id: line for line in lines}
    return any(
        _holds(line, person) and line.guardian_kind == Speaking.GUARDIAN
        and line.id not in verdict.vetoed and line.id not in verdict.alone
        for line in newest.values()
    )  # fmt: skip


def _holds(line: Any, person: Person) -> bool:
    """Explicit, complete, ended by nobody, and within its days, which never go beyond what recognition may last (BIO-08)."""
    given = line.answer in (Answer.GIVEN, Answer.RENEWED) and line.withdrawn_at is None and line.void is None
    complete = line.explicit and (line.means != Means.PAPER or line.checked_at is not None)
    last = term.last_recognised(line.valid_from, line.valid_until, person.relation)
    return bool(given and complete and line.valid_from <= today() <= last)


def _lines(among: Iterable[int] | None) -> dict[int, list[Any]]:
    """Every answer about recognition by person, the oldest first, as plain rows."""
    query = (
        Line.select(
            Line.id, Line.person.alias("person_id"), Line.use.alias("use_id"), Line.answer, Line.explicit, Line.valid_from,
            Line.valid_until, Line.decided_at, Consent.guardian.alias("guardian_id"), Guardian.kind.alias("guardian_kind"),
            Consent.means, Consent.checked_at, Withdrawal.at.alias("withdrawn_at"), Voiding.id.alias("void"),
            Withdrawal.actor.alias("withdrawn_actor"), Withdrawal.guardian.alias("withdrawn_by"),
            Guardian.kind.alias("is_relative"),
        )
        .join(Consent)
        .join_from(Consent, Guardian, JOIN.LEFT_OUTER)
        .join_from(Line, Withdrawal, JOIN.LEFT_OUTER)
        .join_from(Line, Voiding, JOIN.LEFT_OUTER)
        .where(Line.about == About.RECOGNITION)
        .order_by(Line.decided_at, Line.id)
    )  # fmt: skip
    if among is not None:
        query = query.where(Line.person.in_(list(among)))
    found: dict[int, list[Any]] = defaultdict(list)
    for row in query.namedtuples():
        line = row._replace(
            decided_at=aware(row.decided_at), withdrawn_at=row.withdrawn_at and aware(row.withdrawn_at),
            is_relative=row.guardian_kind == Speaking.RELATIVE,
        )  # fmt: skip
        found[line.person_id].append(line)
    return found


def _barred(people: Iterable[int]) -> set[int]:
    """Whom nothing biometric may be kept of, whatever she signed: dead, gone, restricted, registered, or another entry now."""
    from models.circumstance import BARS_RECOGNITION, Circumstance
    from models.merging import Merging

    ids = list(people)
    circumstances: Any = Circumstance.select(Circumstance.person).where(
        Circumstance.person.in_(ids), Circumstance.kind.in_(list(BARS_RECOGNITION)),
        Circumstance.ended_at.is_null(), Circumstance.since <= today(),
    )  # fmt: skip
    merged: Any = Merging.select(Merging.gone).where(Merging.gone.in_(ids), Merging.undone_at.is_null())
    return {person_id for rows in (circumstances, merged) for (person_id,) in rows.tuples()}


def _settled(people: Iterable[int]) -> dict[int, datetime]:
    """When those who decide for a child were last at one, by the child's id (MIN-04)."""
    from models.ruling import Ruling

    rows: Any = (
        Ruling.select(Ruling.person, fn.MAX(Ruling.at))
        .where(Ruling.person.in_(list(people)))
        .group_by(Ruling.person)
    )
    return {person_id: aware(at) for person_id, at in rows.tuples()}
