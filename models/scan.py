"""Scans: who opted in late is looked for in earlier photos, behind all other work, to the end whatever happens (BIO-04, BIO-05)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from peewee import FloatField, ForeignKeyField, IntegerField, ModelSelect, fn
from playhouse.fields import EnumField

from adapters import clock
from adapters import recognition as recogniser
from models import modes, opting_in
from models.base import Moment, Record, code_field, db
from models.errors import Refusal, _l
from models.face import Face, Match
from models.job import Job
from models.permission import Permission
from models.person import Person
from models.photo import Photo
from models.trail import Trace
from models.user import User

TURN = 60.0  # seconds of work after which another worker may take over; far within a job's lease
MEASURED = 5  # photos after which a pace is one
# A template grows with the confirmed faces it is the mean of: the first makes her known, the third makes it sure.
WORTH_A_SCAN = (1, 3)


class Over(StrEnum):
    """Why a scan ended."""

    DONE = "done"
    STOPPED = "stopped"  # by somebody
    NOBODY = "nobody"  # nobody it looked for still agrees
    OFF = "off"  # recognition is off everywhere


class Scan(Record):
    """One walk over the photos with unnamed faces, newest first, for one person or for all who opted in before it began."""

    code = code_field()
    at = Moment(default=clock.now)
    started_at = Moment(null=True)
    cursor = IntegerField(null=True)  # the photo looked at last; what is older is still to come
    total = IntegerField(default=0)
    seen = IntegerField(default=0)
    found = IntegerField(default=0)  # photos in which one of them is suggested
    spent = FloatField(default=0)  # seconds of work
    paused_at = Moment(null=True)
    ended_at = Moment(null=True, index=True)
    why = EnumField(Over, null=True)

    class Meta:
        personal = ()
        plain = (
            "code", "at", "started_at", "cursor", "total", "seen", "found", "spent", "paused_at", "ended_at", "why",
        )  # fmt: skip

    @classmethod
    def open(cls) -> ModelSelect[Scan]:
        """The query of scans that are not over, the first to run first."""
        return cls.select().where(cls.ended_at.is_null()).order_by(cls.id)

    @classmethod
    def of(cls, person: Person) -> Scan | None:
        """The newest scan for someone, running or over."""
        found: Scan | None = (
            cls.select().join(Sought).where(Sought.person == person).order_by(cls.id.desc()).first()
        )
        return found

    @property
    def people(self) -> list[Person]:
        """Whom it looks for."""
        return list(Person.select().join(Sought).where(Sought.scan == self).order_by(Person.name, Person.id))

    def pause(self, *, by: User) -> None:
        """Rest after the photo at hand; where it stands is kept."""
        self._turn("scan.paused", by, paused_at=clock.now())

    def resume(self, *, by: User) -> None:
        """Go on where it rested."""
        self._turn("scan.resumed", by, paused_at=None)

    def stop(self, *, by: User) -> None:
        """End it for good; what it found stays."""
        self._turn("scan.stopped", by, ended_at=clock.now(), why=Over.STOPPED)

    def _turn(self, action: str, by: User, **change: object) -> None:
        by.require(Permission.RESTRAIN)
        with db.atomic():
            turned = Scan.update(**change).where(Scan.id == self.id, Scan.ended_at.is_null())
            if turned.execute() != 1:
                raise Refusal(_l("This search is over already."))
            Trace.leave(by, action, self, seen=self.seen, total=self.total)
            wake()


class Sought(Record):
    """Somebody a scan looks for."""

    scan = ForeignKeyField(Scan, backref="sought", on_delete="CASCADE")
    person = ForeignKeyField(Person, on_delete="CASCADE")

    class Meta:
        personal, plain = (), ()
        indexes = ((("scan", "person"), True),)


@dataclass(frozen=True)
class Progress:
    """How far a scan is; `left` is the measured pace times what is left, None before anything was measured."""

    scan: Scan
    left: timedelta | None

    @property
    def state(self) -> str:
        """waiting, running, paused or over."""
        if self.scan.ended_at is not None:
            return "over"
        if self.scan.paused_at is not None:
            return "paused"
        return "running" if self.scan.started_at is not None else "waiting"


def progress(scan: Scan) -> Progress:
    """How far it is, and how long it still works by the pace it had so far, or the last scan before it."""
    pace = _pace(scan) or _pace_before(scan)
    todo = max(scan.total - scan.seen, 0)
    known = pace is not None and scan.ended_at is None and scan.started_at is not None
    return Progress(scan, timedelta(seconds=todo * pace) if known and pace is not None else None)


def progress_of(person: Person) -> Progress | None:
    """How far the search for someone is, also of one that ended within a day; None when there is nothing to tell."""
    newest = Scan.of(person)
    if newest is None or (newest.ended_at is not None and newest.ended_at < clock.now() - timedelta(days=1)):
        return None
    return progress(newest)


def under_way() -> list[Progress]:
    """The progress of every scan that is not over."""
    return [progress(scan) for scan in Scan.open()]


def widen(person: Person, before: int, after: int) -> None:
    """Her numbers were made anew: look for her in earlier photos where that may find more; in the caller's transaction.

    Who opts in while nothing has begun joins the same scan, so that a round of a hundred walks the photos once.
    """
    if not any(before < enough <= after for enough in WORTH_A_SCAN):
        return
    scan = Scan.open().where(Scan.started_at.is_null(), Scan.paused_at.is_null()).first()
    if scan is None:
        scan = Scan.create()
        Trace.leave("system", "scan.asked", scan, person=person)
    Sought.insert(scan=scan, person=person).on_conflict_ignore().execute()
    Job.put("scan", scan.id)


def stop_all(why: Over) -> None:
    """End every scan, within the caller's transaction, and take what it left in the queue."""
    Scan.update(ended_at=clock.now(), why=why).where(Scan.ended_at.is_null()).execute()
    Job.drop("scan")


def wake() -> None:
    """Give the first that may run its job if it has none, within the caller's transaction."""
    first = Scan.open().where(Scan.paused_at.is_null()).first()
    if first is not None and not Job.waiting().where(Job.kind == "scan", Job.subject == first.id).exists():
        Job.put("scan", first.id)


def work_on(scan_id: int) -> None:
    """Look at photos for a while, one transaction each, and hand on; a job behind all others that a restart continues."""
    scan = Scan.get_or_none(Scan.id == scan_id)
    if scan is None or scan.ended_at is not None or scan.paused_at is not None or _another_runs(scan):
        return
    if not _begin(scan):
        return
    if _walk(scan):
        with db.atomic():
            Job.put("scan", scan.id)


def _walk(scan: Scan) -> bool:
    """Look at photos until the turn is over or others wait; True when there is more to do."""
    began = time.monotonic()
    people = {person.id for person in opting_in.opted_in([person.id for person in scan.people])}
    if not people:
        _end(scan, Over.NOBODY)
        return False
    while time.monotonic() - began < TURN and not Job.hurry():
        photo_id = _next(scan)
        if photo_id is None:
            _end(scan, Over.DONE)
            return False
        if not _look(scan, photo_id, people):
            return False
    return True


def _begin(scan: Scan) -> bool:
    """Count once what there is to do; False, and over, where no album allows it."""
    albums = modes.allowed()
    if not albums:
        _end(scan, Over.OFF)
        return False
    if scan.started_at is None:
        scan.started_at, scan.total = clock.now(), _photos(albums).count()
        scan.save(only=[Scan.started_at, Scan.total])
    return True


def _photos(albums: list[int]) -> ModelSelect[Photo]:
    """Photos in which an unnamed face waits that is large enough to compare."""
    waits = Face.select(Face.id).where(
        Face.photo == Photo.id, Face.waiting_since.is_null(False), Face.pixels >= recogniser.MIN_PIXELS
    )
    return Photo.select(Photo.id).where(Photo.album.in_(albums), fn.EXISTS(waits))


def _next(scan: Scan) -> int | None:
    query = _photos(modes.allowed())
    if scan.cursor is not None:
        query = query.where(Photo.id < scan.cursor)
    newest = query.order_by(Photo.id.desc()).first()
    return newest.id if newest is not None else None


def _look(scan: Scan, photo_id: int, people: set[int]) -> bool:
    """Compare one photo and move on, also past one that fails; False when somebody paused, ended or took over meanwhile."""
    from models import comparing

    began, stood, hit = time.monotonic(), scan.cursor, False
    try:
        comparing.compare(photo_id)
        hit = _suggested(photo_id, people)
    finally:
        # Only who moves the cursor from where it stood goes on: a job that woke after a crash finds it elsewhere.
        here = Scan.cursor.is_null() if stood is None else Scan.cursor == stood
        moved = Scan.update(
            cursor=photo_id, seen=Scan.seen + 1, found=Scan.found + int(hit),
            spent=Scan.spent + (time.monotonic() - began),
        ).where(Scan.id == scan.id, Scan.ended_at.is_null(), here)  # fmt: skip
        mine = moved.execute() == 1
        scan.cursor, scan.seen = photo_id, scan.seen + 1
    return mine and not Scan.select().where(Scan.id == scan.id, Scan.paused_at.is_null(False)).exists()


def _suggested(photo_id: int, people: set[int]) -> bool:
    hers = Match.select().join(Face).where(Face.photo == photo_id, Match.person.in_(list(people)))
    return bool(hers.exists())


def _end(scan: Scan, why: Over) -> None:
    with db.atomic():
        ended = Scan.update(ended_at=clock.now(), why=why).where(Scan.id == scan.id, Scan.ended_at.is_null())
        if ended.execute() == 1:
            Trace.leave("system", "scan.ended", scan, why=why.value, seen=scan.seen, total=scan.total)
            wake()


def _another_runs(scan: Scan) -> bool:
    """One walk at a time: what waits begins where the one before it ends."""
    other = Scan.open().where(Scan.id < scan.id, Scan.started_at.is_null(False), Scan.paused_at.is_null())
    return bool(other.exists())


def _pace(scan: Scan) -> float | None:
    return scan.spent / scan.seen if scan.seen >= MEASURED else None


def _pace_before(scan: Scan) -> float | None:
    last = (
        Scan.select()
        .where(Scan.id < scan.id, Scan.why == Over.DONE, Scan.seen >= MEASURED)
        .order_by(Scan.id.desc())
        .first()
    )
    return _pace(last) if last is not None else None
