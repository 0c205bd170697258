"""Dispositions: photos of someone that no ground allows us to keep any more, and what was decided about each (WDR-05)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from peewee import DateField, ForeignKeyField, ModelSelect, TextField, chunked

from adapters import clock, seal
from models import retention
from models.base import Moment, Record, code_field, db, tools
from models.errors import Invalid, NotLent, Refusal, _l
from models.gather import today
from models.holders import holding
from models.job import Job
from models.notice import Notice, NoticeKind
from models.permission import Permission, Role, granted
from models.person import Person
from models.photo import Photo
from models.trail import Trace
from models.user import User

ASKED = timedelta(days=30)  # how long a photo waits for the answer somebody was asked for
DECISIONS = ("erase", "mask", "keep", "ask")
MOST = 200  # decided about at once
# Withdrawals and the organisation's own endings take the ground away; other turns only shut doors.
CAUSES = frozenset({"withdrawn", "invalidated", "revoked", "left"})


class Disposition(Record):
    """One photo waiting for a decision: of a person without a ground, or of nobody in particular, for its own age or doubt.

    `keep` needs the ground it is kept on, and a day on which it is looked at again.
    """

    code = code_field()
    person = ForeignKeyField(Person, null=True, backref="dispositions", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, backref="dispositions", on_delete="CASCADE")
    cause = TextField()
    due_on = DateField(index=True)
    at = Moment(default=clock.now)
    decision = TextField(default="")
    ground = TextField(default="")
    review_on = DateField(null=True)
    decided_at = Moment(null=True)
    decided_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        personal = ("ground",)
        plain = ("code", "cause", "due_on", "at", "decision", "review_on", "decided_at")
        indexes = ((("person", "photo"), True),)

    @classmethod
    def waiting(cls, user: User) -> ModelSelect[Disposition]:
        """What waits, of photos this user may see, the most urgent first."""
        seen = user.photos().select(Photo.id)
        return cls.select().where(cls.decided_at.is_null(), cls.photo.in_(seen)).order_by(cls.due_on, cls.id)

    @property
    def age(self) -> int:
        """For how many days it has been waiting."""
        return (today() - clock.day_of(self.at, tools.zone)).days

    def decide(self, decision: str, *, ground: str, by: User, review_on: date | None = None) -> None:
        """What happens to the photo; to keep it, say on what ground (Art. 17(3)) and until when unasked, 24 months at most.

        Until it is erased or masked no door opens. Asking for consent lets it wait once more, and an answer takes it off.
        """
        by.require(Permission.WITHDRAW)
        if by.lent and Permission.WITHDRAW not in granted(by.roles):
            raise NotLent  # nothing is erased, and nothing kept for years, by who was lent a key for hours
        if decision not in DECISIONS:
            raise Invalid(_l("Choose one of the list."), field="decision")
        if decision == "keep" and len(ground.strip()) < 10:
            raise Invalid(
                _l("Say on what ground it is kept, such as a law, a claim, or another consent."),
                field="ground",
            )
        if decision == "ask":
            self._ask(by)
        else:
            self._settle(decision, ground, review_on, by)

    def _settle(self, decision: str, ground: str, review_on: date | None, by: User) -> None:
        from models import retaining

        latest = clock.months_after(today(), retention.amount("review"))
        if review_on is not None and not today() < review_on <= latest:
            raise Invalid(
                _l("Choose a day within %(months)s months."),
                field="review_on",
                months=retention.amount("review"),
            )
        again = (review_on or latest) if decision == "keep" else None
        if decision == "erase" and retaining.held(self.photo):
            raise Refusal(
                _l("A legal hold keeps this photo. Keep it on that ground until the hold is lifted.")
            )
        with db.atomic():
            done = Disposition.update(
                decision=decision,
                ground=ground.strip()[:1000],
                review_on=again,
                decided_at=clock.now(),
                decided_by=by,
            ).where(Disposition.id == self.id, Disposition.decided_at.is_null())
            if done.execute() != 1:
                raise Refusal(_l("This was decided already."))
            if decision == "erase":
                Job.put("erase", self.photo_id)
            Trace.leave(
                by, "disposition.decided", self, photo=self.photo, person=self.person, decision=decision
            )

    def _ask(self, by: User) -> None:
        with db.atomic():
            asked = Disposition.update(decision="ask", due_on=today() + ASKED).where(
                Disposition.id == self.id, Disposition.decided_at.is_null(), Disposition.decision != "ask"
            )
            if asked.execute() != 1:
                raise Refusal(
                    _l("Consent was asked for already. Decide when the answer is there, or without one.")
                )
            Trace.leave(by, "disposition.decided", self, photo=self.photo, person=self.person, decision="ask")


def decide_all(
    rows: Sequence[Disposition], decision: str, *, ground: str, by: User, review_on: date | None = None
) -> int:
    """The same decision about several, all or none; returns how many. Invalid for none or for too many."""
    if not rows or len(rows) > MOST:
        raise Invalid(_l("Tick at least one photo, and at most %(count)s."), count=MOST)
    with db.atomic():
        for row in rows:
            row.decide(decision, ground=ground, by=by, review_on=review_on)
    return len(rows)


def check(person: Person, photo_ids: list[int], cause: str) -> None:
    """Queue her photos when an act took the last ground to hold them; take back what a new ground has answered."""
    waiting = Disposition.select().where(Disposition.person == person, Disposition.decided_at.is_null())
    if has_ground(person):
        for row in waiting:
            row.delete_instance()
        return
    if cause not in CAUSES:
        return
    known = {row.photo_id for row in Disposition.select().where(Disposition.person == person)}
    queue([(person.id, photo) for photo in photo_ids if photo not in known], cause)


def queue(pairs: Iterable[tuple[int | None, int]], cause: str) -> int:
    """Let photos wait for a decision, each for this person or for nobody in particular, within the caller's transaction."""
    due = today() + timedelta(days=retention.amount("ungrounded"))
    rows = [
        {
            "code": seal.new_code(),
            "person": person,
            "photo": photo,
            "cause": cause,
            "due_on": due,
            "at": clock.now(),
        }
        for person, photo in pairs
    ]
    for some in chunked(rows, 100):
        Disposition.insert_many(some).execute()
    return len(rows)


def sweep() -> None:
    """Tell the DPO, once each, of photos nobody has decided about in time."""
    with db.atomic():
        for row in Disposition.select().where(Disposition.decided_at.is_null(), Disposition.due_on < today()):
            for dpo in holding(Role.DPO):
                key = f"disposition|{row.code}|{dpo.code}"
                Notice.put(NoticeKind.LATE_DISPOSITION, key, user=dpo, disposition=row.code)


def has_ground(person: Person) -> bool:
    """Whether any yes or other ground about her still holds, for whatever photos."""
    from models.basis import Basis
    from models.consent import About, in_force

    day = today()
    lines = (line for line in in_force(person) if line.about is About.USE)
    if any(line.valid_until is None or line.valid_until >= day for line in lines):
        return True
    return any(basis.last_day >= day for basis in Basis.of(person))
