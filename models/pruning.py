"""Pruning the trail: lines past their time become stumps under a signed segment, and the chain stays whole (AUD-05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from peewee import fn

from adapters import clock
from models import checking, retaining, retention
from models.base import breathe, db, tools
from models.person import Person
from models.setting import Setting
from models.stumps import Segment, Stump
from models.trail import Trace, genesis, take_turn

BATCH = 1_000  # lines walked in one transaction, which others wait for
LEAST_VALIDITY = 24  # months; a shorter consent today says nothing of those given before
# What only shows that somebody looked or that the machine worked. Whatever is not named here is kept as evidence.
ACCESS = (
    "consent.code-sent", "consent.evidence-seen", "consent.paper-seen", "consent.receipt-seen", "job.given-up",
    "my.code-sent", "my.entered", "notice.failed", "notice.sent", "outbox.read", "package.prepared", "photo.look-again",
    "photo.looked-again", "photo.prepared", "photo.viewed", "scan.asked", "scan.ended", "scan.paused", "scan.resumed",
    "scan.stopped", "share.opened", "share.wrong-password", "trail.exported", "trail.read", "trail.verified",
    "user.forgot", "user.login", "user.login-failed", "user.logout", "user.session-ended", "user.sessions-ended", "webhook.tested",
)  # fmt: skip
INCIDENTS = ("breach.", "incident.", "faceprints.strays")


@dataclass(frozen=True)
class Rule:
    """One class of lines and how many months they stay."""

    name: str
    months: int
    where: Any


def rules() -> tuple[Rule, ...]:
    """Access, incidents, and all else for as long as consent lasts here and claims after it; terms stand in models/retention.py."""
    incident: Any = reduce(or_, [Trace.action.startswith(prefix) for prefix in INCIDENTS])
    access: Any = Trace.action.in_(ACCESS)
    kept = Trace.person.in_(Person.select(Person.code).where(retaining.spared(Person.id)))
    longest = max(LEAST_VALIDITY, int(Setting.of("consent_months")))
    return (
        Rule("access", retention.months("trail-access"), access & ~kept),
        Rule("incident", retention.months("trail-incident"), incident & ~kept),
        Rule("evidence", longest + retention.months("trail-evidence"), ~access & ~incident & ~kept),
    )


def prune() -> int:
    """Turn every line past its time into a stump, a batch at a time; stops without harm anywhere and goes on from there."""
    return sum(_prune(rule) for rule in rules())


def prune_access(_before: datetime) -> int:
    """The same for what only shows that somebody looked."""
    return _prune(rules()[0])


def prune_incidents(_before: datetime) -> int:
    """The same for incidents."""
    return _prune(rules()[1])


def prune_evidence(_before: datetime) -> int:
    """The same for what proves consent and publication."""
    return _prune(rules()[2])


def _prune(rule: Rule) -> int:
    gone, before = 0, _before(rule.months)
    due: Any = Trace.select(fn.MIN(Trace.seq), fn.MAX(Trace.seq)).where(Trace.at < before, rule.where)
    ((oldest, newest),) = due.tuples()
    for first in range(oldest, newest + 1, BATCH) if oldest is not None else ():
        if gone:
            breathe()
        with db.atomic():
            take_turn()
            gone += _batch(rule, first, min(first + BATCH - 1, newest), before)
    return gone


def _before(months: int) -> datetime:
    day = clock.months_after(clock.today(tools.zone), -months)
    return datetime.combine(day, time.min, ZoneInfo(tools.zone))


def _batch(rule: Rule, first: int, last: int, before: datetime) -> int:
    """Prune what is due of these lines; whatever was pruned from among them meanwhile is a stump already."""
    found = Trace.select(Trace.seq).where(Trace.seq.between(first, last), Trace.at < before, rule.where)
    due = {line.seq for line in found}
    if not due:
        return 0
    previous, stumps = _head_before(first), []
    for row in checking.lines(after=first - 1, until=last):
        leaf = checking.leaf_of(row)
        previous = checking.link(row, leaf, previous)
        if row[0] in due:
            stumps.append((row[0], leaf, previous))
    Segment.sign(rule.name, before, stumps)
    return len(stumps)


def _head_before(seq: int) -> bytes:
    for table in (Trace, Stump):
        line: Any = table.get_or_none(table.seq == seq - 1)
        if line is not None:
            return bytes.fromhex(line.head)
    return genesis()
