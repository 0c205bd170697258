"""Who speaks for a child, and whose no stands against whose yes (MIN-01, MIN-04, MIN-05): pure, on plain rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models import ages

SELF = 0  # the child as a party; every other party is a guardian's id


@dataclass
class Verdict:
    """Line ids: `vetoed` by another party, `alone` where the child's own signature is missing, `joined` with a guardian's."""

    vetoed: set[int] = field(default_factory=set)
    alone: set[int] = field(default_factory=set)
    joined: set[int] = field(default_factory=set)


def judge(lines: Iterable[Any], born: date | None, rules: ages.Profile, settled: datetime | None) -> Verdict:
    """Weigh the lines of one person that cover one photo.

    Each has id, use_id, guardian_id, is_relative, answer, decided_at, withdrawn_at, withdrawn_by (guardian's id) and
    withdrawn_actor. `settled`: when a disagreement was last settled; noes before it no longer stand.
    """
    found = Verdict()
    by_use: dict[int, list[Any]] = {}
    for line in lines:
        if not line.is_relative and line.answer != "unknown":
            by_use.setdefault(line.use_id, []).append(line)
    for of_use in by_use.values():
        _weigh(of_use, born, rules, settled, found)
    return found


def _weigh(
    lines: list[Any], born: date | None, rules: ages.Profile, settled: datetime | None, found: Verdict
) -> None:
    young = [line for line in lines if line.guardian_id or _signed_young(line, born, rules)]
    stances = _stances(young, settled)
    noes = {party for party, (_, yes) in stances.items() if not yes}
    for line in young:
        if line.answer == "refused" or line.withdrawn_at is not None:
            continue
        party = line.guardian_id or SELF
        if noes - {party}:
            found.vetoed.add(line.id)
        if party == SELF:
            if any(other.guardian_id for other in young):
                found.joined.add(line.id)
        elif (
            born
            and ages.must_sign_too(born, line.decided_at.date(), rules)
            and not stances.get(SELF, (None, False))[1]
        ):
            found.alone.add(line.id)


def _stances(lines: list[Any], settled: datetime | None) -> dict[int, tuple[datetime, bool]]:
    """The newest word of each party: when, and whether it was a yes."""
    newest: dict[int, tuple[datetime, bool]] = {}
    for party, at, yes in _words(lines):
        if not yes and settled is not None and at <= settled:
            continue
        if party not in newest or at >= newest[party][0]:
            newest[party] = (at, yes)
    return newest


def _words(lines: list[Any]) -> Iterable[tuple[int, datetime, bool]]:
    for line in lines:
        signer = line.guardian_id or SELF
        yield signer, line.decided_at, line.answer != "refused"
        if line.withdrawn_at is not None:
            own = SELF if line.withdrawn_actor in ("signer", "person") else signer
            yield line.withdrawn_by or own, line.withdrawn_at, False


def _signed_young(line: Any, born: date | None, rules: ages.Profile) -> bool:
    return born is not None and line.decided_at.date() < ages.birthday(born, rules.publication_age)
