"""What the house counts of itself for whoever watches the machine: numbers only, no code and nothing personal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from peewee import fn

from adapters import clock
from models.base import tools
from models.health import Beat, check
from models.job import Job
from models.notice import Notice
from models.photo import Photo
from models.scrub import Damage

Values = dict[tuple[str, ...], float]


@dataclass(frozen=True)
class Figure:
    """One measure: its name, what it says, and its values by label."""

    name: str
    about: str
    labels: tuple[str, ...]
    values: Values


def figures() -> Iterator[Figure]:
    """Every figure as it is now; how much the storage still takes only where it can say."""
    now = clock.now()
    failed = fn.SUM(Job.failed_at.is_null(False).cast("integer"))
    grouped: Any = Job.select(Job.kind, fn.COUNT(Job.id), failed).where(Job.done_at.is_null())
    rows: list[tuple[str, int, int | None]] = list(grouped.group_by(Job.kind).tuples())
    jobs: Values = {(kind, "failed"): float(gave_up or 0) for kind, _, gave_up in rows}
    jobs |= {(kind, "open"): float(count - (gave_up or 0)) for kind, count, gave_up in rows}
    yield Figure("clearframe_jobs", "Jobs that are not done.", ("kind", "state"), jobs)
    oldest = Job.due().order_by(Job.due_at).first()
    waited = (now - oldest.due_at).total_seconds() if oldest else 0.0
    yield Figure("clearframe_oldest_job_seconds", "How long the oldest due job waits.", (), {(): waited})
    yield Figure("clearframe_photos", "Photos in the library.", (), {(): float(Photo.select().count())})
    waiting = Notice.select().where(Notice.sent_at.is_null(), Notice.failed_at.is_null()).count()
    yield Figure("clearframe_notices_waiting", "Letters not sent yet.", (), {(): float(waiting)})
    beats: Values = {(row.part,): (now - row.at).total_seconds() for row in Beat.select()}
    yield Figure("clearframe_beat_age_seconds", "Since a part gave its last sign of life.", ("part",), beats)
    damaged = Damage.select().where(Damage.mended_at.is_null()).count()
    yield Figure("clearframe_damaged_objects", "Stored files that are not whole.", (), {(): float(damaged)})
    failing = check()["failing"]
    parts: Values = {
        (part,): float(part not in failing) for part in ("database", "keys", "storage", "worker")
    }
    yield Figure("clearframe_up", "1 for a part that answers.", ("part",), parts)
    try:
        free = tools.vault.storage.free()
    except OSError:
        free = None  # `up` says that it is away
    if free is not None:
        yield Figure("clearframe_storage_free_bytes", "Room left for photos.", (), {(): float(free)})
