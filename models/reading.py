"""Reading the trail: filtered, a page at a time, and itself on record (AUD-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from peewee import ModelSelect

from models.base import db, tools
from models.permission import Permission
from models.person import Person
from models.trail import Trace
from models.user import User

PAGE = 100


@dataclass(frozen=True)
class Filter:
    """What is looked for; empty means everything."""

    photo: str = ""
    person: str = ""
    actor: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None  # the trail is read backwards, from this line

    def query(self) -> ModelSelect[Trace]:
        """The lines that answer, newest first."""
        query: Any = Trace.select().order_by(Trace.seq.desc())
        if self.photo:
            query = query.where(Trace.kind == "photo", Trace.code == self.photo)
        if self.person:
            query = query.where(Trace.person == self.person)
        if self.actor:
            query = query.where(Trace.actor == self.actor)
        if self.action:
            query = query.where(Trace.action.startswith(self.action))
        if self.since:
            query = query.where(Trace.at >= _start(self.since))
        if self.until:
            query = query.where(Trace.at < _start(self.until + timedelta(days=1)))
        if self.before:
            query = query.where(Trace.seq < self.before)
        return query


def read(wanted: Filter, *, by: User) -> tuple[list[Trace], int | None]:
    """One page of lines and where the next begins, None at the end; that it was read is a line of the trail."""
    by.require(Permission.TRAIL)
    lines = list(wanted.query().limit(PAGE + 1))
    with db.atomic():
        Trace.leave(
            by, "trail.read", photo=wanted.photo or None, reader_of=wanted.person or None, actor=wanted.actor or None,
            lines=min(len(lines), PAGE),
        )  # fmt: skip
    return lines[:PAGE], lines[PAGE - 1].seq if len(lines) > PAGE else None


def names(lines: list[Trace], *, by: User) -> dict[str, str]:
    """Names for the codes on a page, of users for every reader and of people for who may look people up."""
    users: Any = (
        User.select(User.code, User.name).where(User.code.in_({line.actor for line in lines})).tuples()
    )
    found: dict[str, str] = dict(users)
    if by.may(Permission.PEOPLE):
        found |= Person.names({line.person for line in lines})
    return found


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(tools.zone))
