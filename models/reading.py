"""Reading the trail: filtered, a page at a time, or all of it as a file; each look is itself on record (AUD-06)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from peewee import ModelSelect

from models import checking
from models.base import db, tools
from models.permission import Permission
from models.person import Person
from models.stumps import Segment
from models.trail import Head, Trace, covered, genesis, signer, verify
from models.user import User

PAGE = 100


@dataclass(frozen=True)
class Filter:
    """What is looked for; empty means everything."""

    photo: str = ""
    kind: str = ""
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
        if self.kind:
            query = query.where(Trace.kind == self.kind)
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
    # What was typed and found nothing may be anything, also a name: only what is a code here goes into the trail (AUD-03).
    looked_for = wanted if lines else Filter()
    with db.atomic():
        Trace.leave(
            by, "trail.read", photo=looked_for.photo or None, reader_of=looked_for.person or None,
            actor=looked_for.actor or None, acts=looked_for.action or None, kinds=looked_for.kind or None,
            since=wanted.since, until=wanted.until, lines=min(len(lines), PAGE),
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


def exported(*, by: User | str) -> Iterator[dict[str, Any]]:
    """The trail for a stranger: what it is, the signed segments, every entry, the signed head (docs/audit-format.md).

    That it was asked for stands in the trail before the first entry is given.
    """
    if isinstance(by, User):
        by.require(Permission.TRAIL)
    with db.atomic():
        Trace.leave(by, "trail.exported")
    head = Head.sign()
    return _exported(head) if head else iter(())


def as_file(*, by: User) -> Iterator[bytes]:
    """The same as JSON, one entry a line."""
    entries = exported(by=by)
    return (
        json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for entry in entries
    )


def _exported(head: Head) -> Iterator[dict[str, Any]]:
    yield {
        "format": "clearframe-trail/1",
        "origin": signer().origin,
        "genesis": genesis().hex(),
        "public_key": base64.b64encode(signer().public_key).decode(),
    }
    for segment in Segment.select().order_by(Segment.id):
        yield {"segment": segment.id, "note": segment.note}
    for row in checking.lines():
        if row[0] > head.seq:
            break
        yield _entry(row)
    yield {"note": head.note}


def _entry(row: tuple[Any, ...]) -> dict[str, Any]:
    if len(row) == len(checking.STUMP):
        return dict(zip(("seq", "leaf", "head", "segment"), row, strict=True))
    head, facts, salt = row[11:]
    return {**json.loads(covered(row[:11])), "facts": facts, "salt": salt, "head": head}


def verified(*, by: User) -> checking.Verdict:
    """Recompute the whole chain; that somebody had it verified is a line too."""
    by.require(Permission.TRAIL)
    verdict = verify()
    with db.atomic():
        Trace.leave(by, "trail.verified", lines=verdict.lines, bad=verdict.bad)
    return verdict


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(tools.zone))
