"""The desk of consents: who was asked, who answered what, what ends; a page at a time, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from peewee import JOIN, ModelSelect

from adapters import clock
from models import states
from models.base import find
from models.consent import About, Answer, Consent, Line, Withdrawal
from models.gather import today
from models.person import Person
from models.request import Asked, Request
from models.setting import Setting
from models.states import State
from models.use import Use
from models.user import User
from models.voiding import Voiding

Row = TypeVar("Row", Request, Consent)
PAGE = 40
MOST = 200


class Standing(StrEnum):
    """Where a consent stands, as people speak of it."""

    GIVEN = "given"
    REFUSED = "refused"
    ENDS_SOON = "ends-soon"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    VOID = "void"  # declared invalid, or ended by the organisation
    UNKNOWN = "unknown"  # on file without proof
    UNCHECKED = "unchecked"  # a paper form that a second person has not read yet


def requests(user: User) -> ModelSelect[Request]:
    """The open requests this user may see."""
    return user.requests().where(
        Request.used_at.is_null(), Request.revoked_at.is_null(), Request.expires_at > clock.now()
    )


def requests_to(user: User, person: Person) -> list[Request]:
    """The open requests to one person, newest first."""
    return list(requests(user).where(Request.person == person).order_by(Request.id.desc()))


def consents(
    user: User, standing: Standing | None = None, *, ends_before: date | None = None
) -> ModelSelect[Consent]:
    """The consents this user may see that have a line standing so, and one that ends before a day."""
    query = user.consents()
    if standing is Standing.UNCHECKED:
        return query.where(Consent.means == "paper", Consent.checked_at.is_null())
    if standing is not None:
        query = query.where(Consent.id.in_(_standing(standing)))
    if ends_before is not None:
        ending = _in_force().where(Line.valid_until < ends_before)
        query = query.where(Consent.id.in_(ending.select(Line.consent)))
    return query


def page(
    query: ModelSelect[Row], cursor: str = "", limit: int = PAGE, *, among: ModelSelect[Row] | None = None
) -> tuple[list[Row], str]:
    """One page, newest first, and the cursor of the next: empty at the end. Missing for a cursor that is none.

    `among` is what the asker may know of at all, where that is not every row: a foreign code is no cursor.
    """
    kind = query.model
    limit = max(1, min(limit, MOST))
    if cursor:
        query = query.where(kind.id < find(kind.select() if among is None else among, cursor).id)
    rows = list(query.order_by(kind.id.desc()).limit(limit + 1))
    return rows[:limit], rows[limit - 1].code if len(rows) > limit else ""


def counts(user: User) -> dict[str, int]:
    """How many stand where, for the tabs."""
    found = {standing.value: consents(user, standing).count() for standing in Standing}
    return {"asked": requests(user).count(), **found}


STATES = {
    State.REFUSED: Standing.REFUSED,
    State.WITHDRAWN: Standing.WITHDRAWN,
    State.EXPIRED: Standing.ENDED,
    State.INVALIDATED: Standing.VOID,
    State.REVOKED: Standing.VOID,
    State.SUPERSEDED: Standing.REPLACED,
    State.UNKNOWN: Standing.UNKNOWN,
}


def standing(lines: Sequence[Line]) -> dict[int, Standing]:
    """Where each line stands today, by its id."""
    stood, soon = states.of(lines), _soon()
    return {line.id: STATES.get(stood[line.id]) or _given(line, soon) for line in lines}


def _given(line: Line, last: date) -> Standing:
    soon = line.valid_until is not None and line.valid_until <= last
    return Standing.ENDS_SOON if soon else Standing.GIVEN


def _in_force() -> ModelSelect[Line]:
    return Line.select().where(states.stands())


def _standing(standing: Standing) -> ModelSelect[Line]:
    if standing is Standing.WITHDRAWN:
        return Line.select(Line.consent).join(Withdrawal)
    if standing is Standing.VOID:
        return Line.select(Line.consent).join(Voiding)
    if standing is Standing.UNKNOWN:
        return Line.select(Line.consent).where(Line.answer == Answer.UNKNOWN, ~states.overtaken())
    if standing is Standing.REPLACED:
        return _in_force().where(states.overtaken()).select(Line.consent)
    if standing is Standing.REFUSED:
        return Line.select(Line.consent).where(Line.answer == Answer.REFUSED, Line.about == About.USE)
    within = {
        Standing.GIVEN: Line.valid_until.is_null() | (Line.valid_until >= today()),
        Standing.ENDS_SOON: Line.valid_until.between(today(), _soon()) & ~states.overtaken(),
        Standing.ENDED: (Line.valid_until < today()) & ~states.overtaken(),
    }
    return _in_force().where(within[standing]).select(Line.consent)


def _soon() -> date:
    return today() + timedelta(days=int(Setting.of("ends_soon_days")))


def lines_of(rows: Sequence[Consent]) -> dict[int, list[tuple[Line, Standing]]]:
    """The lines of a page of consents by consent id, each with where it stands today, in three queries."""
    found: dict[int, list[tuple[Line, Standing]]] = {consent.id: [] for consent in rows}
    query = Line.select(Line, Use, Consent).join(Use, JOIN.LEFT_OUTER).switch(Line).join(Consent)
    query = query.where(Line.consent.in_(list(found)))
    lines = list(query.order_by(Line.number, Line.id))
    stands = standing(lines)
    for line in lines:
        found[line.consent_id].append((line, stands[line.id]))
    return found


def uses_of(rows: Sequence[Request]) -> dict[int, list[Use]]:
    """The uses a page of requests asks for by request id, in one query."""
    found: dict[int, list[Use]] = {request.id: [] for request in rows}
    query = Asked.select(Asked, Use).join(Use).where(Asked.request.in_(list(found)))
    for asked in query.order_by(Use.place, Use.id):
        found[asked.request_id].append(asked.use)
    return found


def people_of(rows: Sequence[Row]) -> dict[int, Person]:
    """The people of a page of requests or consents by id, in one query."""
    return {
        person.id: person for person in Person.select().where(Person.id.in_({row.person_id for row in rows}))
    }
