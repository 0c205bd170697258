"""Jobs: work that must happen is a row; the queue only wakes workers (house rule 8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from peewee import IntegerField, ModelSelect, TextField

from adapters import clock
from models.base import Moment, Record, clear, code_field, db
from models.errors import Refusal, _l
from models.permission import Permission
from models.trail import Trace

if TYPE_CHECKING:
    from models.user import User

LEASE = timedelta(minutes=2)  # renewed while its worker lives, so that a dead one is noticed soon
LATER = timedelta(minutes=1)
MOST_TRIES = 6
# What may wait until nothing else does: never before a new photo, a letter or anybody's click.
BEHIND_ALL = frozenset({"scan", "face-search"})
PATIENCE = {"hook": 12}  # somebody else's server may be down for a night: twelve tries take seventeen hours


class Job(Record):
    """One duty: a kind and the id it concerns; unique while it is open."""

    code = code_field()
    kind = TextField()
    subject = IntegerField()
    due_at = Moment(default=clock.now)
    leased_until = Moment(null=True)
    tries = IntegerField(default=0)
    done_at = Moment(null=True)
    failed_at = Moment(null=True)
    why = TextField(default="")

    class Meta:
        personal = ()
        plain = ("code", "kind", "subject", "due_at", "leased_until", "tries", "done_at", "failed_at", "why")
        indexes = ((("done_at", "failed_at", "due_at"), False), (("kind", "subject"), False))

    # Wakes a worker for a job id; app wires the queue in, and without one the sweep finds the row.
    nudge: Callable[[int], None] = staticmethod(lambda job_id: None)  # type: ignore[assignment]

    @classmethod
    def put(cls, kind: str, subject: int, *, due_at: datetime | None = None) -> Job:
        """Add a duty within the running transaction, or return the open one; the nudge follows the commit."""
        if not db.in_transaction():
            raise RuntimeError("a job is put inside the transaction of its act")
        waiting = (
            cls.waiting().where(cls.kind == kind, cls.subject == subject, cls.leased_until.is_null()).first()
        )
        job: Any = waiting or cls.create(kind=kind, subject=subject, due_at=due_at or clock.now())
        db.after_commit(lambda: cls.nudge(job.id))
        return job

    @classmethod
    def waiting(cls) -> ModelSelect[Job]:
        """The query of jobs neither done nor given up."""
        return cls.select().where(cls.done_at.is_null(), cls.failed_at.is_null())

    @classmethod
    def gave_up(cls) -> ModelSelect[Job]:
        """The query of jobs that gave up and that nobody has let go."""
        return cls.select().where(cls.failed_at.is_null(False), cls.done_at.is_null())

    @classmethod
    def due(cls) -> ModelSelect[Job]:
        """The query of jobs that may start now: due, and not leased by a living worker; what is behind all others last."""
        now = clock.now()
        return (
            cls.waiting()
            .where(cls.due_at <= now, cls.leased_until.is_null() | (cls.leased_until < now))
            .order_by(cls.kind.in_(list(BEHIND_ALL)), cls.due_at, cls.id)
        )

    @classmethod
    def hurry(cls) -> bool:
        """Whether anything waits for a worker that goes before what is behind all others."""
        return bool(cls.due().where(cls.kind.not_in(list(BEHIND_ALL))).exists())

    @classmethod
    def drop(cls, *kinds: str) -> int:
        """Take duties nobody has begun out of the queue, within the caller's transaction: their ground is gone."""
        gone = cls.delete().where(
            cls.kind.in_(kinds), cls.done_at.is_null(), cls.failed_at.is_null(), cls.leased_until.is_null()
        )
        return int(gone.execute())

    @classmethod
    def claim(cls, job_id: int) -> Job | None:
        """Lease a due job to the caller, or None when another worker has it, it is over, or others go before it."""
        now, kind = clock.now(), cls.select(cls.kind).where(cls.id == job_id).scalar()
        if kind in BEHIND_ALL and cls.hurry():
            return None  # the sweep brings it back
        taken = cls.update(leased_until=now + LEASE, tries=cls.tries + 1).where(
            cls.id == job_id,
            cls.done_at.is_null(),
            cls.failed_at.is_null(),
            cls.due_at <= now,
            cls.leased_until.is_null() | (cls.leased_until < now),
        )
        return cls.get_by_id(job_id) if taken.execute() == 1 else None

    def renew(self) -> None:
        """Hold the lease a while longer: the worker lives and is still at it."""
        mine = (Job.id == self.id) & Job.leased_until.is_null(False) & Job.done_at.is_null()
        Job.update(leased_until=clock.now() + LEASE).where(mine).execute()

    def put_back(self, why: str) -> None:
        """The machine could not, through no fault of the duty: try again soon, and count nothing."""
        again = {"leased_until": None, "due_at": clock.now() + LATER, "tries": max(0, self.tries - 1)}
        Job.update(why=why[:200], **again).where(Job.id == self.id).execute()

    def give_up(self, *, by: User) -> None:
        """Whoever looks after the house lets a failed duty go for good; that it was so stays in the trail."""
        by.require(Permission.JOBS)
        if self.failed_at is None:
            raise Refusal(_l("Only what gave up can be let go."))
        with db.atomic():
            Job.update(done_at=clock.now(), leased_until=None).where(Job.id == self.id).execute()
            Trace.leave(by, "job.given-up", self, work=self.kind, tries=self.tries)

    @property
    def state(self) -> str:
        """waiting, running, failed or done."""
        if self.done_at is not None:
            return "done"
        if self.failed_at is not None:
            return "failed"
        leased = self.leased_until is not None and self.leased_until > clock.now()
        return "running" if leased else "waiting"

    def finish(self) -> None:
        """The duty is done."""
        Job.update(done_at=clock.now(), leased_until=None, why="").where(Job.id == self.id).execute()

    def fail(self, why: str) -> None:
        """It did not work this time: try again later, give up after MOST_TRIES; `why` holds no personal data."""
        later = clock.now() + timedelta(seconds=15 * 2**self.tries)
        over = clock.now() if self.tries >= PATIENCE.get(self.kind, MOST_TRIES) else None
        Job.update(leased_until=None, due_at=later, failed_at=over, why=why[:200]).where(
            Job.id == self.id
        ).execute()

    @classmethod
    def sweep(cls, before: datetime | None = None) -> int:
        """Forget duties done a week ago; returns how many. What failed stays until somebody has looked at it."""
        from models import retention

        return clear(cls, cls.done_at < (before or retention.limit("job")))

    def again(self) -> None:
        """Try a duty that was given up once more, from the start."""
        with db.atomic():
            Job.update(failed_at=None, tries=0, due_at=clock.now()).where(Job.id == self.id).execute()
            db.after_commit(lambda: Job.nudge(self.id))
