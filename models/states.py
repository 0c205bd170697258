"""The states of one line of a consent and the only ways from one to another (requirements 1.2, CON-20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from peewee import fn

from models import ages
from models.base import db
from models.gather import today

_HERSELF = 0  # the person as a party of her own since she decides alone; every other party is a guardian's id, or None


class State(StrEnum):
    """Where a line stands. Only facts are stored; superseded and expired are read from the newer line and the date."""

    DRAFT = "draft"  # choices on a form that nobody has sent
    REQUESTED = "requested"
    GIVEN = "given"
    RENEWED = "renewed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


_YES = (State.GIVEN, State.RENEWED)
# T10 says that a newer answer to the same question takes the place of whatever stood there.
_ANSWERED = (
    *_YES, State.REFUSED, State.WITHDRAWN, State.EXPIRED, State.INVALIDATED, State.REVOKED, State.UNKNOWN,
)  # fmt: skip
TRANSITIONS: dict[tuple[State, State], str] = {
    (State.DRAFT, State.REQUESTED): "T1",
    (State.REQUESTED, State.GIVEN): "T2",
    (State.REQUESTED, State.REFUSED): "T3",
    (State.REQUESTED, State.RENEWED): "T5",
    **{(old, State.WITHDRAWN): "T6" for old in _YES},
    **{(old, State.EXPIRED): "T7" for old in _YES},
    (
        State.EXPIRED,
        State.WITHDRAWN,
    ): "T6",  # what ended by date can still be taken back: nothing may revive it
    **{(old, State.INVALIDATED): "T8" for old in (*_YES, State.EXPIRED)},
    **{(old, State.REVOKED): "T9" for old in (*_YES, State.EXPIRED)},
    **{(old, State.SUPERSEDED): "T10" for old in _ANSWERED},
    (State.UNKNOWN, State.GIVEN): "T11",
}


@dataclass(frozen=True)
class Facts:
    """What the state of a line is read from."""

    answer: str
    withdrawn: bool
    void: str | None  # kind of a confirmed voiding
    overtaken: bool
    ended: bool  # its last day has passed

    @property
    def state(self) -> State:
        """The state: what ended it by an act comes before what came after it, and that before the date."""
        if self.withdrawn:
            return State.SUPERSEDED if self.overtaken else State.WITHDRAWN
        if self.void is not None:
            return State.SUPERSEDED if self.overtaken else State(self.void)
        if self.overtaken:
            return State.SUPERSEDED
        if self.answer in _YES and self.ended:
            return State.EXPIRED
        return State(self.answer)


def of(lines: Sequence[Any]) -> dict[int, State]:
    """The state of each of these lines today, by id, in three queries however many they are."""
    from models.consent import Withdrawal
    from models.voiding import Voiding

    ids = [line.id for line in lines]
    taken = {row.line_id for row in Withdrawal.select(Withdrawal.line).where(Withdrawal.line.in_(ids))}
    void = {
        row.line_id: row.kind.value
        for row in Voiding.select().where(Voiding.line.in_(ids), Voiding.confirmed_at.is_null(False))
    }
    newest = _newest(lines)
    return {
        line.id: Facts(
            answer=line.answer.value,
            withdrawn=line.id in taken,
            void=void.get(line.id),
            overtaken=any(newest.get(key, line.decided_at) > line.decided_at for key in _overtakers(line)),
            ended=line.valid_until is not None and line.valid_until < today(),
        ).state
        for line in lines
    }


def stands() -> Any:
    """SQL: whether a line says yes and nobody ended it, by withdrawing or by declaring it void; its days are another matter."""
    from models.consent import Line, Withdrawal
    from models.voiding import Voiding

    return (
        Line.answer.in_(_YES)
        & Line.id.not_in(Withdrawal.select(Withdrawal.line))
        & Line.id.not_in(Voiding.select(Voiding.line))
    )


def overtaken() -> Any:
    """SQL: whether a newer answer of the same party to the same question covers everything a line covers (T10, MIN-04), or one
    that the person gave herself once she decided alone (T12).

    For queries on Line; an answer for chosen photos overtakes none, for it may be about others.
    """
    from models.consent import Answer, Consent, Line, Scope
    from models.person import Person

    newer, signed, hers = Line.alias(), Consent.alias(), Consent.alias()
    covers = (newer.scope == Scope.ALL) | ((newer.scope == Scope.ALBUM) & (newer.album == Line.album))
    party = hers.select(fn.COALESCE(hers.guardian, 0)).where(hers.id == Line.consent)
    return fn.EXISTS(
        newer.select(newer.id)
        .join(signed, on=newer.consent == signed.id)
        .join(Person, on=newer.person == Person.id)
        .where(
            newer.person == Line.person, newer.about == Line.about, newer.answer != Answer.UNKNOWN,
            fn.COALESCE(newer.use, 0) == fn.COALESCE(Line.use, 0),
            (fn.COALESCE(signed.guardian, 0) == party) | (signed.guardian.is_null() & _grown(Person.born, newer.decided_at)),
            newer.decided_at > Line.decided_at, covers,
        )
    )  # fmt: skip


def _grown(born: Any, at: Any) -> Any:
    """SQL: whether someone was of age at a moment: days written as numbers, the first of March for the 29th of February."""

    def number(day: Any) -> Any:
        year, month, date = (db.extract_date(part, day) for part in ("year", "month", "day"))
        return year * 10_000 + month * 100 + date

    return number(at) - number(born) >= ages.profile().publication_age * 10_000


def _overtakers(line: Any) -> list[tuple[Any, ...]]:
    """The questions whose newer answer takes this line's place: the same party's (T10, MIN-04), or hers since she decides (T12)."""
    asked, guardian = (line.person_id, line.about, line.use_id), line.consent.guardian_id
    parties = (guardian, _HERSELF) if guardian else (None,)
    return [(*asked, party, album) for party in parties for album in {None, line.album_id}]


def _newest(lines: Sequence[Any]) -> dict[tuple[Any, ...], datetime]:
    """When each question was last answered, for all photos (None) or for an album."""
    from models.consent import Answer, Consent, Line, Scope
    from models.person import Person

    people = {line.person_id for line in lines}
    rows = (
        Line.select(Line, Consent, Person)
        .join(Consent)
        .join_from(Line, Person)
        .where(Line.person.in_(people), Line.answer != Answer.UNKNOWN, Line.scope != Scope.PHOTOS)
        .order_by(Line.decided_at)
    )
    newest = {}
    for row in rows:
        asked, guardian = (row.person_id, row.about, row.use_id), row.consent.guardian_id
        newest[(*asked, guardian, row.album_id)] = row.decided_at
        if guardian is None and row.person.born and row.decided_at.date() >= row.person.of_age_on():
            newest[(*asked, _HERSELF, row.album_id)] = row.decided_at
    return newest
