"""The desk of consents: who was asked, who answered what, what ends; a page at a time, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from peewee import JOIN, ModelSelect, fn

from adapters import clock
from models.base import find
from models.consent import About, Answer, Consent, Line, Withdrawal
from models.gather import today
from models.request import Request
from models.setting import Setting
from models.use import Use
from models.user import User

PAGE = 40
MOST = 200


class Standing(StrEnum):
    """Where a consent stands, as people speak of it."""

    GIVEN = "given"
    REFUSED = "refused"
    ENDS_SOON = "ends-soon"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    UNCHECKED = "unchecked"  # a paper form that a second person has not read yet


def requests(user: User) -> ModelSelect:
    """The open requests this user may see."""
    return user.requests().where(
        Request.used_at.is_null(), Request.revoked_at.is_null(), Request.expires_at > clock.now()
    )


def consents(user: User, standing: Standing | None = None, *, ends_before: date | None = None) -> ModelSelect:
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


def page(query: ModelSelect, cursor: str = "", limit: int = PAGE) -> tuple[list[Request] | list[Consent], str]:
    """One page, newest first, and the cursor of the next: empty at the end. Missing for a cursor that is none."""
    kind = query.model
    limit = max(1, min(limit, MOST))
    if cursor:
        query = query.where(kind.id < find(kind.select(), cursor).id)
    rows = list(query.order_by(kind.id.desc()).limit(limit + 1))
    return rows[:limit], rows[limit - 1].code if len(rows) > limit else ""


def counts(user: User) -> dict[str, int]:
    """How many stand where, for the tabs."""
    found = {standing.value: consents(user, standing).count() for standing in Standing}
    return {"asked": requests(user).count(), **found}


def standing(lines: Sequence[Line], withdrawn: set[int]) -> dict[int, Standing]:
    """Where each line stands today, by its id."""
    return {line.id: _of(line, line.id in withdrawn) for line in lines}


def _of(line: Line, withdrawn: bool) -> Standing:
    if withdrawn:
        return Standing.WITHDRAWN
    if not line.is_yes:
        return Standing.REFUSED
    if line.valid_until is not None and line.valid_until < today():
        return Standing.ENDED
    soon = line.valid_until is not None and line.valid_until <= _soon()
    return Standing.ENDS_SOON if soon else Standing.GIVEN


def _in_force() -> ModelSelect:
    return Line.select().where(
        Line.answer.in_([Answer.GIVEN, Answer.RENEWED]), Line.id.not_in(Withdrawal.select(Withdrawal.line))
    )


def _standing(standing: Standing) -> ModelSelect:
    if standing is Standing.WITHDRAWN:
        return Line.select(Line.consent).join(Withdrawal)
    if standing is Standing.REFUSED:
        return Line.select(Line.consent).where(Line.answer == Answer.REFUSED, Line.about == About.USE)
    within = {
        Standing.GIVEN: Line.valid_until.is_null() | (Line.valid_until >= today()),
        Standing.ENDS_SOON: Line.valid_until.between(today(), _soon()) & ~fn.EXISTS(_overtaken()),
        Standing.ENDED: (Line.valid_until < today()) & ~fn.EXISTS(_overtaken()),
    }
    return _in_force().where(within[standing]).select(Line.consent)


def _overtaken() -> ModelSelect:
    newer = Line.alias()
    return newer.select(newer.id).where(
        newer.person == Line.person, newer.use == Line.use, newer.about == Line.about, newer.decided_at > Line.decided_at
    )


def _soon() -> date:
    return today() + timedelta(days=int(Setting.of("ends_soon_days")))


def lines_of(rows: Sequence[Consent]) -> dict[int, list[tuple[Line, Standing]]]:
    """The lines of a page of consents by consent id, each with where it stands today, in two queries."""
    ids = [consent.id for consent in rows]
    query = Line.select(Line, Use).join(Use, JOIN.LEFT_OUTER).where(Line.consent.in_(ids)).order_by(Line.number, Line.id)
    lines = list(query) if ids else []
    gone = {w.line_id for w in Withdrawal.select(Withdrawal.line).where(Withdrawal.line.in_([line.id for line in lines]))}
    stands = standing(lines, gone)
    found: dict[int, list[tuple[Line, Standing]]] = {id: [] for id in ids}
    for line in lines:
        found[line.consent_id].append((line, stands[line.id]))
    return found
