"""The duties of backups: each night one, the key store's own, and once a month a restore that is only tried out (ERA-04, ERA-05)."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from peewee import BooleanField, IntegerField, TextField

from adapters import clock
from adapters.places import NoPlace
from adapters.verbs import VerbFailed, called
from models import backing_up, keys_backup, upkeep
from models.base import Moment, Record, code_field, db, tools
from models.errors import Refusal, _l
from models.health import Beat
from models.job import Job
from models.scrub import Damage
from models.trail import Trace
from models.upkeep import What

PARTS = {What.BACKUP: "backup", What.KEYS: "keys-backup", What.DRILL: "drill", What.OVERDUE: "drill"}
LATE = {What.BACKUP: timedelta(days=2), What.KEYS: timedelta(days=2), What.OVERDUE: timedelta(days=40)}
SAMPLE = 50  # files a drill brings back and reads; verifying reads every one


class Drill(Record):
    """A restore that was tried out: of which snapshot, what came back, how long it took, and why it failed if it did."""

    code = code_field()
    at = Moment(default=clock.now)
    snapshot = TextField(default="")
    rows = IntegerField(default=0)
    objects = IntegerField(default=0)
    lines = IntegerField(default=0)  # of the trail, held against the head the backup was made under
    erased_again = IntegerField(default=0)
    seconds = IntegerField(default=0)
    ok = BooleanField(default=False)
    why = TextField(default="")

    class Meta:
        personal, plain = (
            (),
            ("code", "at", "snapshot", "rows", "objects", "lines", "erased_again", "seconds", "ok", "why"),
        )


class DrillFailed(Refusal):
    """A restore that was tried out did not work."""

    kind = "drill-failed"
    words = _l("A restore that was tried out did not work.")


@dataclass(frozen=True)
class Standing:
    """How backups stand, for whoever looks after the machine: where they go, and when the last of each was."""

    to: str
    keys_to: str
    backup: datetime | None
    keys: datetime | None
    drills: list[Drill]


def put_nightly() -> None:
    """Ask for tonight's backups, as far as places are set, and tell of what is overdue."""
    with db.atomic():
        for what in overdue():
            upkeep.tell(what, _since(what))
        if tools.backups.to:
            Job.put("backup", 0)
        if tools.backups.keys_to:
            Job.put("keys-backup", 0)


def put_drill() -> None:
    """Ask for this month's drill."""
    if tools.backups.to:
        with db.atomic():
            Job.put("drill", 0)


def nightly(_subject: int = 0) -> None:
    """Write tonight's backup and take away what is older than its days; a job."""
    with _or_told(What.BACKUP):
        backing_up.make(tools.backups.to)
        backing_up.prune(tools.backups.to, tools.backups.days)


def keys(_subject: int = 0) -> None:
    """Write the key store's backup and take away older ones; a job, put each night and after every erasure."""
    with _or_told(What.KEYS):
        keys_backup.make(tools.backups.keys_to)
        keys_backup.forget_old(tools.backups.keys_to, tools.backups.keys_days)


@contextmanager
def _or_told(what: What) -> Iterator[None]:
    """Tell the administrators when this does not work, once until it works again; it is tried again whatever they do."""
    try:
        yield
    except Exception:
        with db.atomic():
            upkeep.tell(what, _since(what))
        raise


def _since(what: What) -> str:
    """An incident begins with the last time it went well."""
    last = Beat.of(PARTS[what])
    return last.isoformat(timespec="seconds") if last else "never"


def overdue() -> list[What]:
    """What should have gone well by now and did not."""
    begun = Trace.select(Trace.at).order_by(Trace.seq).limit(1).scalar()
    watched = [What.BACKUP, What.OVERDUE] if tools.backups.to else []
    watched += [What.KEYS] if tools.backups.keys_to else []
    last = {what: Beat.of(PARTS[what]) or begun for what in watched}
    return [what for what, at in last.items() if at is not None and at < clock.now() - LATE[what]]


def troubles() -> list[What]:
    """What is open for those who look after the house: it stands on their To-do page until it is over."""
    told = [what for what in (What.BACKUP, What.KEYS) if upkeep.was_told(what, _since(what))]
    last = Drill.select(Drill.ok).order_by(Drill.id.desc()).limit(1).scalar()
    found = {*told, *overdue(), *([What.DRILL] if last is False or last == 0 else [])}
    return [what for what in What if what in found or (what is What.DAMAGE and Damage.open())]


def drill(_subject: int = 0) -> None:
    """This month's drill; a job. DrillFailed when it did not work."""
    if not try_out(tools.backups.to).ok:
        raise DrillFailed


def try_out(place: str) -> Drill:
    """Try a restore out: every byte of the newest backup is read, and it is brought back into a scratch house (SEC-04).

    What only an offline key opens is read byte by byte, and a dump of this moment goes the same way in its place. The trail that
    comes back is held against the head the backup was made under.
    """
    began = time.monotonic()
    try:
        done = _try_out(place)
    except (Refusal, VerbFailed, NoPlace, OSError, ValueError) as trouble:
        why = trouble.sentence() if isinstance(trouble, Refusal) else str(trouble)
        return _noted(why=why, seconds=int(time.monotonic() - began))
    return _noted(ok=True, seconds=int(time.monotonic() - began), **done)


def _noted(**found: Any) -> Drill:
    with db.atomic():
        row: Drill = Drill.create(**found)
        if row.ok:
            Beat.beat("drill")
        else:
            upkeep.tell(What.DRILL, _since(What.DRILL))
        Trace.leave("system", "backup.drilled", row, ok=row.ok, rows=row.rows, lines=row.lines)
    return row


def _try_out(place: str) -> dict[str, Any]:
    found = backing_up.verify(place)
    if found.faults:
        raise Refusal(found.faults[0])
    scratch = tools.staging / "drill"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, mode=0o700)
    try:
        if found.rows is None:
            place = str(scratch / "now.backup")
            backing_up.make(place, drill=True)
        return _restored(place, scratch / "data") | {"snapshot": found.snapshot}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _restored(place: str, data: Path) -> dict[str, Any]:
    """Restore in a process of its own, for this one has its own database open."""
    told = json.loads(
        called(
            "restore", place, "--json", "--sample", str(SAMPLE), CLEARFRAME_DATA=str(data),
            CLEARFRAME_KEYS=str(tools.keys.folder), DATABASE_URL=f"sqlite:///{data / 'clearframe.db'}", STORAGE_URL="file:",
            QUEUE_URL="", SMTP_URL="",
        )
    )  # fmt: skip
    return {name: told[name] for name in ("rows", "objects", "lines", "erased_again")}


def standing() -> Standing:
    """How backups stand now."""
    beats = {beat.part: beat.at for beat in Beat.select().where(Beat.part.in_(["backup", "keys-backup"]))}
    return Standing(
        tools.backups.to, tools.backups.keys_to, beats.get("backup"), beats.get("keys-backup"),
        list(Drill.select().order_by(Drill.id.desc()).limit(12)),
    )  # fmt: skip
