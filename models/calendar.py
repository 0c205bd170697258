"""The calendar of endings: which consents end on which day, what goes dark then, and how far its renewal is (issue part 11, T7)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from peewee import ModelSelect, fn

from models import states
from models.consent import About, Consent, Line
from models.delivery import Delivery
from models.face import Appearance
from models.gather import today
from models.index import Indexed
from models.notice import Notice
from models.person import Guardian, Person
from models.publication import Publication
from models.request import Request
from models.use import Use
from models.user import User

AHEAD = timedelta(days=366)
PAGE = 40


@dataclass(frozen=True)
class Ending:
    """One signature whose uses end on one day: what goes dark then, what is shown now, and where its renewal stands."""

    day: date
    consent: Consent
    person: Person
    uses: list[Use]
    dark: int  # photos that may be used today and may not the day after
    shown: int  # publications that are live
    renewal: str  # asked, opened, bounced, unreachable, or "" while nobody has asked


def endings(user: User, *, mine: bool, page: int = 0) -> tuple[list[Ending], bool]:
    """A page of what ends within a year, the nearest first, and whether there is more; a fixed number of queries."""
    query = _ending(user, mine).limit(PAGE + 1).offset(page * PAGE)
    rows: Any = list(query.tuples())
    more, rows = len(rows) > PAGE, rows[:PAGE]
    consents = _by_id(Consent, (row[0] for row in rows))
    people = _by_id(Person, (consent.person_id for consent in consents.values()))
    lines = _lines(consents)
    dark, shown, asked, reachable = _dark(people), _shown(people), _asked(people), _reachable(people)
    return [
        Ending(
            day=day,
            consent=consents[consent_id],
            person=people[consents[consent_id].person_id],
            uses=[line.use for line in lines[consent_id, day] if line.use is not None],
            dark=sum(
                dark.get((consents[consent_id].person_id, line.use_id, day), 0)
                for line in lines[consent_id, day]
            ),
            shown=sum(
                shown.get((consents[consent_id].person_id, line.use_id), 0) for line in lines[consent_id, day]
            ),
            renewal=asked.get(consents[consent_id].person_id) or reachable[consents[consent_id].person_id],
        )
        for consent_id, day in rows
    ], more


def _in_force() -> ModelSelect[Line]:
    return Line.select().where(
        Line.about == About.USE,
        states.stands(),
        Line.valid_until.between(today(), today() + AHEAD),
        ~states.overtaken(),
    )


def _ending(user: User, mine: bool) -> ModelSelect[Line]:
    query = _in_force().where(Line.consent.in_(user.consents().select(Consent.id)))
    if mine:
        own = Consent.select(Consent.id).join(Request).where(Request.by == user)
        query = query.where(Line.consent.in_(own))
    pairs = query.select(Line.consent, Line.valid_until).distinct()
    return pairs.order_by(Line.valid_until, Line.consent)


def _by_id(kind: Any, ids: Any) -> dict[int, Any]:
    return {row.id: row for row in kind.select().where(kind.id.in_(set(ids)))}


def _lines(consents: dict[int, Any]) -> dict[tuple[int, date], list[Line]]:
    found: dict[tuple[int, date], list[Line]] = defaultdict(list)
    query = _in_force().select(Line, Use).join(Use).where(Line.consent.in_(list(consents)))
    for line in query.order_by(Use.place):
        if line.valid_until is not None:
            found[line.consent_id, line.valid_until].append(line)
    return found


def _dark(people: dict[int, Any]) -> dict[Any, Any]:
    """How many photos of whom, for which use, may be used until which day by the stored index."""
    rows: Any = (
        Indexed.select(Appearance.person, Indexed.use, Indexed.until, fn.COUNT(Indexed.photo.distinct()))
        .join(Appearance, on=(Appearance.photo == Indexed.photo) & Appearance.undone_at.is_null())
        .where(Appearance.person.in_(list(people)), Indexed.state == "cleared", Indexed.until.is_null(False))
        .group_by(Appearance.person, Indexed.use, Indexed.until)
        .tuples()
    )
    return {(person, use, until): count for person, use, until, count in rows}


def _shown(people: dict[int, Any]) -> dict[Any, Any]:
    rows: Any = (
        Publication.live()
        .select(Appearance.person, Delivery.use, fn.COUNT(Publication.id.distinct()))
        .join(Delivery)
        .join_from(
            Publication,
            Appearance,
            on=(Appearance.photo == Publication.photo) & Appearance.undone_at.is_null(),
        )
        .where(Appearance.person.in_(list(people)))
        .group_by(Appearance.person, Delivery.use)
        .tuples()
    )
    return {(person, use): count for person, use, count in rows}


def _asked(people: dict[int, Any]) -> dict[int, str]:
    open_ones = Request.select().where(
        Request.person.in_(list(people)), Request.renews == True, Request.used_at.is_null(),  # noqa: E712 - SQL
        Request.revoked_at.is_null(),
    )  # fmt: skip
    rows = [row for row in open_ones if row.is_open]
    lost = Notice.select(Notice.key).where(
        Notice.key.in_([f"request|{row.code}|{row.renewed}" for row in rows]), Notice.failed_at.is_null(False)
    )
    bounced = {notice.key for notice in lost}
    return {row.person_id: _stage(row, f"request|{row.code}|{row.renewed}" in bounced) for row in rows}


def _stage(request: Request, bounced: bool) -> str:
    if bounced:
        return "bounced"
    return "opened" if request.opened_at else "asked"


def _reachable(people: dict[int, Any]) -> dict[int, str]:
    """Says "unreachable" of whom no letter can reach, neither herself nor through a guardian with an address; "" of others."""
    spoken = {
        row.person_id
        for row in Guardian.select(Guardian.person).where(
            Guardian.person.in_(list(people)), Guardian.ended_at.is_null(), Guardian.email.is_null(False)
        )
    }
    return {
        key: "" if (key in spoken if person.is_minor() else person.email) else "unreachable"
        for key, person in people.items()
    }
