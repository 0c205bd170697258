"""Dispositions: photos of someone that no ground allows us to keep any more, and what was decided about each (WDR-05)."""

from __future__ import annotations

from datetime import timedelta

from peewee import DateField, ForeignKeyField, ModelSelect, TextField, chunked

from adapters import clock, seal
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, Refusal, _l
from models.gather import today
from models.holders import holding
from models.job import Job
from models.notice import Notice, NoticeKind
from models.permission import Permission, Role
from models.person import Person
from models.photo import Photo
from models.trail import Trace
from models.user import User

LIMIT = timedelta(days=30)
DECISIONS = ("erase", "mask", "keep")
# Withdrawals and the organisation's own endings take the ground away; other turns only shut doors.
CAUSES = frozenset({"withdrawn", "invalidated", "revoked", "left"})


class Disposition(Record):
    """One photo of one person without a ground, waiting for a decision; `keep` needs the ground it is kept on."""

    code = code_field()
    person = ForeignKeyField(Person, backref="dispositions", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, backref="dispositions", on_delete="CASCADE")
    cause = TextField()
    due_on = DateField(index=True)
    at = Moment(default=clock.now)
    decision = TextField(default="")
    ground = TextField(default="")
    decided_at = Moment(null=True)
    decided_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        personal = ("ground",)
        plain = ("code", "cause", "due_on", "at", "decision", "decided_at")
        indexes = ((("person", "photo"), True),)

    @classmethod
    def waiting(cls, user: User) -> ModelSelect[Disposition]:
        """What waits, of photos this user may see, the most urgent first."""
        seen = user.photos().select(Photo.id)
        return cls.select().where(cls.decided_at.is_null(), cls.photo.in_(seen)).order_by(cls.due_on, cls.id)

    def decide(self, decision: str, *, ground: str, by: User) -> None:
        """What happens to the photo; to keep it, say on what ground (Art. 17(3)). Until it is erased or masked no door opens."""
        by.require(Permission.WITHDRAW)
        if decision not in DECISIONS:
            raise Invalid(_l("Choose one of the list."), field="decision")
        if decision == "keep" and len(ground.strip()) < 10:
            raise Invalid(
                _l("Say on what ground it is kept, such as a law, a claim, or another consent."),
                field="ground",
            )
        with db.atomic():
            done = Disposition.update(
                decision=decision, ground=ground.strip()[:1000], decided_at=clock.now(), decided_by=by
            ).where(Disposition.id == self.id, Disposition.decided_at.is_null())
            if done.execute() != 1:
                raise Refusal(_l("This was decided already."))
            if decision == "erase":
                Job.put("erase", self.photo_id)
            Trace.leave(
                by, "disposition.decided", self, photo=self.photo, person=self.person, decision=decision
            )


def check(person: Person, photo_ids: list[int], cause: str) -> None:
    """Queue her photos when an act took the last ground to hold them; take back what a new ground has answered."""
    waiting = Disposition.select().where(Disposition.person == person, Disposition.decided_at.is_null())
    if _has_ground(person):
        for row in waiting:
            row.delete_instance()
        return
    if cause not in CAUSES:
        return
    known = {row.photo_id for row in Disposition.select().where(Disposition.person == person)}
    rows = [
        {
            "code": seal.new_code(),
            "person": person,
            "photo": photo,
            "cause": cause,
            "due_on": today() + LIMIT,
            "at": clock.now(),
        }
        for photo in photo_ids
        if photo not in known
    ]
    for some in chunked(rows, 100):
        Disposition.insert_many(some).execute()


def sweep() -> None:
    """Tell the DPO, once each, of photos nobody has decided about in time."""
    with db.atomic():
        for row in Disposition.select().where(Disposition.decided_at.is_null(), Disposition.due_on < today()):
            for dpo in holding(Role.DPO):
                key = f"disposition|{row.code}|{dpo.code}"
                Notice.put(NoticeKind.LATE_DISPOSITION, key, user=dpo, disposition=row.code)


def _has_ground(person: Person) -> bool:
    """Whether any yes or other ground about her still holds, for whatever photos."""
    from models.basis import Basis
    from models.consent import About, in_force

    day = today()
    lines = (line for line in in_force(person) if line.about is About.USE)
    if any(line.valid_until is None or line.valid_until >= day for line in lines):
        return True
    return any(basis.last_day >= day for basis in Basis.of(person))
