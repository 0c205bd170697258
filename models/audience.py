"""Who a campaign asks: chosen people, or everyone found by what is missing; and who is left out, said before sending."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from peewee import ModelSelect, fn

from adapters import clock
from models import ages, states
from models.album import Album
from models.attestation import is_dependent
from models.consent import About, Answer, Line, LinePhoto, Scope
from models.errors import Invalid, _l
from models.face import Appearance
from models.gather import today
from models.person import Guardian, Person, Speaking
from models.photo import Photo
from models.request import PAUSE, Asked, Request
from models.use import Use


@dataclass
class Plan:
    """What would happen to each of the people: nothing has been sent yet."""

    by_mail: list[Person] = field(default_factory=list)
    by_link: list[Person] = field(default_factory=list)  # no address, or links were chosen
    refused: list[tuple[Person, date]] = field(default_factory=list)  # not before this day (T3)
    minors: list[Person] = field(default_factory=list)  # without a guardian who can be reached (SIG-05)

    @property
    def asked(self) -> int:
        """How many would be asked."""
        return len(self.by_mail) + len(self.by_link)

    @property
    def needs_attestation(self) -> bool:
        """Whether any of those who would be asked depends on the organisation (EMP-01)."""
        return any(is_dependent(person) for person in (*self.by_mail, *self.by_link))

    def rows(self) -> list[dict[str, Any]]:
        """Everyone once, as the rows of a campaign."""
        common = {"why": "", "until": None}
        return [
            *({"person": person, "by_mail": True, **common} for person in self.by_mail),
            *({"person": person, "by_mail": False, **common} for person in self.by_link),
            *({"person": p, "by_mail": False, "why": "refused", "until": until} for p, until in self.refused),
            *({"person": p, "by_mail": False, "why": "minor", "until": None} for p in self.minors),
        ]


def plan(people: Sequence[Person], uses: Sequence[Use], *, by_mail: bool) -> Plan:
    """Sort people into who is asked how and who is not, in a few queries for any number of them."""
    made = Plan()
    age = ages.profile().publication_age
    first = {}
    for guardian in (
        Guardian.select()
        .where(
            Guardian.person.in_(list(people)), Guardian.ended_at.is_null(), Guardian.kind == Speaking.GUARDIAN
        )
        .order_by(Guardian.id.desc())
    ):
        first[guardian.person_id] = guardian
    pauses = _pauses(people, uses)
    for person in dict.fromkeys(people):
        minor = person.born is not None and ages.birthday(person.born, age) > today()
        address = (first[person.id].email if person.id in first else None) if minor else person.email
        if minor and not address:
            made.minors.append(person)
        elif person.id in pauses:
            made.refused.append((person, pauses[person.id]))
        else:
            (made.by_mail if by_mail and address else made.by_link).append(person)
    return made


def _pauses(people: Sequence[Person], uses: Sequence[Use]) -> dict[int, date]:
    """Until when each person who lately said no to all of it is left in peace, by id."""
    since, newest = clock.now() - PAUSE, {}
    query = Line.select(Line.person, Line.use, Line.answer, Line.decided_at).where(
        Line.person.in_(list(people)), Line.use.in_(list(uses)), Line.about == About.USE
    )
    for line in query.order_by(Line.decided_at, Line.id):
        newest[line.person_id, line.use_id] = line
    nos: dict[int, list[date]] = {}
    for (person_id, _), line in newest.items():
        if line.answer is Answer.REFUSED and line.decided_at > since:
            nos.setdefault(person_id, []).append((line.decided_at + PAUSE).date())
    return {person_id: min(days) for person_id, days in nos.items() if len(days) == len(uses)}


def unanswered_in(query: ModelSelect[Person], album: Album, uses: Sequence[Use]) -> list[Person]:
    """Those of a query who are named in an album's photos and have neither answered nor an open question for one of the uses.

    An answer about another album, or about photos that are not all of hers in this one, leaves the question open.
    """
    named = (
        Appearance.select(Appearance.person)
        .join(Photo)
        .where(Photo.album == album, Appearance.undone_at.is_null())
    )
    missing = []
    for use in uses:
        holds = (Line.use == use) & (Line.answer != Answer.UNKNOWN) & (
            Line.valid_until.is_null() | (Line.valid_until >= today()) | (Line.answer == Answer.REFUSED)
        )  # fmt: skip
        decided = Line.select(Line.person).where(
            holds, (Line.scope == Scope.ALL) | ((Line.scope == Scope.ALBUM) & (Line.album == album))
        )
        about_it = (
            LinePhoto.select(LinePhoto.id)
            .join(Line)
            .where(holds, Line.person == Appearance.person, LinePhoto.photo == Appearance.photo)
        )
        uncovered = named.where(~fn.EXISTS(about_it))
        asked = Request.select(Request.person).join(Asked).where(Asked.use == use, _is_open())
        missing.append(Person.id.in_(uncovered) & Person.id.not_in(decided) & Person.id.not_in(asked))
    if not missing:
        return []
    any_missing = missing[0]
    for one in missing[1:]:
        any_missing |= one
    return list(query.where(any_missing).order_by(Person.name, Person.id))


def ending_between(
    query: ModelSelect[Person], first: date | None, last: date | None, uses: Sequence[Use]
) -> list[Person]:
    """Those of a query who have a consent for one of the uses in force that ends within these days, both included."""
    if first is None or last is None or last < first:
        raise Invalid(_l("Fill in the first and the last day."), field="ends_from")
    lines = Line.select(Line.person).where(
        Line.about == About.USE, Line.use.in_(list(uses)), states.stands(), Line.valid_until.between(first, last),
        ~states.overtaken(),
    )  # fmt: skip
    return list(query.where(Person.id.in_(lines)).order_by(Person.name, Person.id))


def without_proof(query: ModelSelect[Person], uses: Iterable[Use]) -> list[Person]:
    """Those of a query whose newest answer for one of the uses is on file without proof (MIG-01)."""
    lines = Line.select(Line.person).where(
        Line.about == About.USE, Line.use.in_(list(uses)), Line.answer == Answer.UNKNOWN, ~states.overtaken()
    )  # fmt: skip
    return list(query.where(Person.id.in_(lines)).order_by(Person.name, Person.id))


def _is_open() -> Any:
    return Request.used_at.is_null() & Request.revoked_at.is_null() & (Request.expires_at > clock.now())
