"""The retention jobs: each class is carried out every night, and what came of it is kept as proof (GOV-09)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peewee import IntegerField, JSONField, TextField, fn

from adapters import clock
from models import forgetting, hold, retention, trouble
from models.base import Moment, Record, breathe, db, tools
from models.claim import Claim
from models.errors import Refusal
from models.face import Appearance, Face
from models.health import Beat
from models.hold import Hold
from models.holders import holding
from models.job import Job
from models.notice import Notice, NoticeKind
from models.permission import Role
from models.photo import Photo
from models.request import Request
from models.retention import SCHEDULE, Done, Rule, Term
from models.trail import Trace

log = logging.getLogger("clearframe.retention")
DAY = timedelta(days=1)
LATE = timedelta(hours=12)  # after the night it should have run
BATCH = 500  # rows in one transaction, which others wait for
RUNS = 30  # kept per class


class Run(Record):
    """That a class was carried out: what was looked at, done, and left for which reason; or why it failed."""

    key = TextField()
    at = Moment(default=clock.now)
    looked = IntegerField(default=0)
    acted = IntegerField(default=0)
    left = JSONField(default=dict)
    failed = TextField(default="")
    next_at = Moment()

    class Meta:
        personal, plain = (), ("key", "at", "looked", "acted", "left", "failed", "next_at")
        indexes = ((("key", "at"), False),)


class Unproved(Refusal):
    """What another part should have done left no sign of it."""

    kind = "unproved"


def tonight() -> None:
    """Carry out every class, each by itself: what fails is written down, told to the privacy officer, and holds up no other.

    What was deleted leaves the engine's log and free pages too (ERA-07).
    """
    _order_wipe()  # before too: a night that is killed between a deletion and its end still owes it
    runs = [carry_out(rule) for rule in SCHEDULE]
    if any(run.acted for run in runs):
        _order_wipe()
    tell()


def _order_wipe() -> None:
    with db.atomic():
        Job.put("wipe", forgetting.EVERYTHING)


def often() -> None:
    """Carry out what must not wait for the night; one that fails holds up no other, and is raised when all had their turn."""
    failed: Exception | None = None
    for rule in SCHEDULE:
        if not rule.often:
            continue
        try:
            retention.verb(rule)(retention.limit(rule.key))
        except Exception as error:
            log.error("retention of %s failed", rule.key)
            failed = error
    if failed is not None:
        raise failed


def carry_out(rule: Rule) -> Run:
    """Carry out one class now and keep the proof."""
    try:
        done, failed = _done(retention.verb(rule)(retention.limit(rule.key))), ""
    except Exception as error:  # whatever a disk or a database throws, the proof must say so
        failed = error.kind if isinstance(error, Refusal) else type(error).__name__
        done = Done()
        if not trouble.passes(error) and not isinstance(error, Unproved):
            log.error("retention of %s failed", rule.key, exc_info=error)
    with db.atomic():
        run = Run.create(
            key=rule.key, looked=done.looked, acted=done.acted, left=done.left, failed=failed, next_at=clock.now() + DAY
        )  # fmt: skip
        old = (
            Run.select(Run.id)
            .where(Run.key == rule.key)
            .order_by(Run.id.desc())
            .offset(RUNS)
            .limit(1)
            .scalar()
        )
        if old is not None:
            Run.delete().where(Run.key == rule.key, Run.id <= old).execute()
        if done.acted or failed:
            Trace.leave(
                "system", "retention.carried-out", of=rule.key, acted=done.acted, failed=failed or None
            )
    return run


def last_runs(before: datetime | None = None) -> list[Run]:
    """The newest proof of each class, or the newest before a moment, in the order of the schedule."""
    rows = Run.select() if before is None else Run.select().where(Run.at < before)
    newest = {run.key: run for run in rows.order_by(Run.id)}
    return [newest[rule.key] for rule in SCHEDULE if rule.key in newest]


def _done(answer: Any) -> Done:
    if isinstance(answer, Done):
        return answer
    count = int(answer or 0)
    return Done(looked=count, acted=count)


@dataclass(frozen=True)
class Standing:
    """How one class stands: its term, its last run and whether that is as it should be."""

    rule: Rule
    amount: int
    least: int
    alone: bool
    term: Term | None
    run: Run | None

    @property
    def is_late(self) -> bool:
        """Whether its last run failed, or the next did not come."""
        return self.run is not None and (bool(self.run.failed) or self.run.next_at + LATE < clock.now())


def standing() -> list[Standing]:
    """Every class with its term and its last run."""
    newest = Run.select(Run.key, Run.id).order_by(Run.id)
    last = {row.key: row.id for row in newest}
    runs = {row.key: row for row in Run.select().where(Run.id.in_(list(last.values())))}
    terms = Term.all()
    return [
        Standing(
            rule, retention.amount(rule.key), retention.least(rule), retention.goes_alone(rule.key),
            terms.get(rule.key), runs.get(rule.key),
        )
        for rule in SCHEDULE
    ]  # fmt: skip


def late() -> list[Standing]:
    """The classes whose last run failed or is overdue."""
    return [row for row in standing() if row.is_late]


def tell() -> None:
    """Write to the privacy officer of classes that are late, once for each and each last good run; asked every hour."""
    with db.atomic():
        for row in late():
            good = Run.select(Run.id).where(Run.key == row.rule.key, Run.failed == "").order_by(Run.id.desc())
            since = good.limit(1).scalar() or 0
            for dpo in holding(Role.DPO):
                key = f"retention|{row.rule.key}|{since}|{dpo.code}"
                Notice.put(NoticeKind.LATE_RETENTION, key, user=dpo, of=row.rule.key)


def held(photo: Photo) -> bool:
    """Whether a legal hold forbids erasing this photo (Art. 17(3)(e))."""
    return bool(hold.held([photo.id]).exists())


def spared(person: Any) -> Any:
    """SQL: whether nothing of a person goes by its time alone: a legal hold keeps it, or a request of hers is open.

    The one place where retention asks (Art. 17(3), 12(3)); False for nobody in particular.
    """
    asks = Claim.open_ones().select(Claim.person).where(Claim.person.is_null(False))
    return fn.COALESCE(person.in_(Hold.living().select(Hold.person)) | person.in_(asks), False)


def spared_photos() -> Any:
    """SQL: the photos that show somebody who is spared."""
    return Appearance.select(Appearance.photo).where(
        Appearance.undone_at.is_null(), spared(Appearance.person)
    )


def codes(record: type[Record], ids: list[int]) -> list[str]:
    """The public codes of some rows and of what the engine deletes with them, under which lines of the trail speak of them."""
    tables: list[tuple[Any, Any]] = [(record, record.id)]  # type: ignore[attr-defined]
    tables += [(model, key) for key, model in record._meta.backrefs.items() if key.on_delete == "CASCADE"]
    return [
        code
        for table, key in tables if "code" in table._meta.fields
        for (code,) in table.select(table.code).where(key.in_(ids)).tuples()
    ]  # fmt: skip


def batches(query: Any, key: Any) -> Iterator[list[Any]]:
    """The rows of a query in the order of a key, some at a time, each read anew: what is stopped goes on from the rest."""
    last = 0
    while rows := list(query.where(key > last).order_by(key).limit(BATCH)):
        if last:
            breathe()
        last = getattr(rows[-1], key.name)
        yield rows


def boxes(_before: datetime) -> Done:
    """Boxes go with their photo by the engine's own rule; that none is left over is the proof."""
    left = Face.select().where(Face.photo.not_in(Photo.select(Photo.id))).count()
    done = Done(looked=int(Face.select().count()))
    if left:
        done.acted = int(Face.delete().where(Face.photo.not_in(Photo.select(Photo.id))).execute())
    return done


def unanswered(before: datetime) -> Done:
    """Erase requests that nobody answered and whose link is over; who was asked stays (90 days)."""
    done = Done()
    old = Request.select().where(Request.at < before, Request.used_at.is_null(), ~spared(Request.person))
    for rows in batches(old, Request.id):
        over = [row.id for row in rows if row.expires_at < clock.now()]
        done.looked += len(rows)
        done.leave("open", len(rows) - len(over)) if len(over) < len(rows) else None
        with db.atomic():
            done.acted += int(
                Request.delete().where(Request.id.in_(over), Request.used_at.is_null()).execute()
            )
    return done


def backups_go(before: datetime) -> Done:
    """Whether the nightly backup, which takes older ones away, was made."""
    return _beaten("backup", tools.backups.to)


def key_backups_go(before: datetime) -> Done:
    """The same of the keys' own."""
    return _beaten("keys-backup", tools.backups.keys_to)


def _beaten(part: str, place: str) -> Done:
    done, last = Done(), Beat.of(part)
    if not place:
        done.leave("elsewhere")
    elif last is not None and last < clock.now() - 2 * DAY:
        raise Unproved
    else:
        done.looked = int(last is not None)
    return done
