"""Overrides: a doubt about one photo and one use that the privacy officer and a second person let stand until a day (PUB-07).

What somebody said no to, and what protects somebody, is lifted by no one: `decide` goes over named doubts and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from peewee import BooleanField, DateField, ForeignKeyField, IntegerField, JSONField, ModelSelect, TextField

from adapters import clock
from models import facts
from models.base import Moment, Record, code_field, db
from models.clearance import doubts
from models.errors import Invalid, NotCleared, Refusal, _l, within
from models.facts import Doubt
from models.gather import gather, today
from models.permission import Permission
from models.photo import Photo
from models.reasons import Clearance, Code, Reason
from models.trail import Trace
from models.use import Channel, Use
from models.user import User

LONGEST = timedelta(days=92)  # a quarter, then it is decided anew
SHORTEST_REASON = 10
MOST_WORDS = 2000


class Override(Record):
    """One proposal and what became of it: `confirmed` is empty while it waits for a second person.

    `doubts`, `people`, `faces` and `names` are what the photo was when it was proposed: what comes later is not covered.
    """

    code = code_field()
    photo = ForeignKeyField(Photo, backref="overrides", on_delete="CASCADE")
    use = ForeignKeyField(Use, on_delete="CASCADE")
    doubts = JSONField()
    people = JSONField()
    faces = JSONField()
    names = IntegerField()
    reason = TextField()
    until = DateField()  # last day, inclusive
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    confirmed = BooleanField(null=True)
    answered_at = Moment(null=True)
    answered_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    note = TextField(default="")  # why it was rejected
    ended_at = Moment(null=True)
    ended_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        personal = ("doubts", "people", "reason", "note")
        plain = ("code", "faces", "names", "until", "at", "confirmed", "answered_at", "ended_at")

    @classmethod
    def propose(cls, photo: Photo, use: Use, *, reason: str, until: date | None, by: User) -> Override:
        """Name every doubt there is today and let them wait for a second person; NotCleared where something else stands in the way."""
        by.require(Permission.COMPLIANCE)
        if use.channel is Channel.NAMING:
            raise Invalid(_l("A name beside a photo needs the person's own yes."), field="use")
        found = _Found(photo, use)
        found.must_be_doubts_alone()
        if len(reason.strip()) < SHORTEST_REASON:
            raise Invalid(_l("Say in a sentence why the photo may be used although this is not known."), field="reason")  # fmt: skip
        if until is None or not today() <= until <= today() + LONGEST:
            raise Invalid(_l("Give a last day within three months from now; then it is decided anew."), field="until")  # fmt: skip
        with db.atomic():
            row: Override = cls.create(
                photo=photo, use=use, doubts=[_kept(doubt) for doubt in sorted(found.doubts, key=_order)],
                people=sorted(found.people), faces=sorted(found.faces), names=found.names,
                reason=within(reason, MOST_WORDS, "reason"), until=until, by=by,
            )  # fmt: skip
            Trace.leave(by, "override.proposed", row, photo=photo, use=use, until=until, doubts=row.codes)
        return row

    def confirm(self, *, by: User) -> None:
        """A second person's yes, from which on `decide` lets these doubts stand; Refusal to whoever proposed it (PUB-07)."""
        self._look(by)
        if self.until < today():
            raise Refusal(_l("Its last day has passed. It has to be proposed anew."))
        found = _Found(self.photo, self.use)
        found.must_be_doubts_alone()
        if not found.doubts <= {Doubt(**doubt) for doubt in self.doubts}:
            raise Refusal(
                _l("Something else about this photo is unclear since it was proposed. Reject this one; it has to be proposed anew.")
            )  # fmt: skip
        self._answer(True, "override.confirmed", by)

    def reject(self, note: str, *, by: User) -> None:
        """A second person's no, with a word why."""
        self._look(by)
        if len(note.strip()) < SHORTEST_REASON:
            raise Invalid(_l("Say in a sentence why not: whoever proposed it reads it."), field="note")
        self._answer(False, "override.rejected", by, note=within(note, MOST_WORDS, "note"))

    def end(self, *, by: User) -> None:
        """Take it back, waiting or confirmed: the doubts refuse again from now on, and what went out by it comes down."""
        from models import takedown

        by.require(Permission.BASES)
        with db.atomic():
            stands = Override.confirmed.is_null() | (Override.confirmed == True)  # noqa: E712
            self._once(Override.ended_at.is_null(), stands, ended_at=clock.now(), ended_by=by)
            Trace.leave(by, "override.ended", self, photo=self.photo, use=self.use)
            self._coloured()
            takedown.check([self.photo_id])

    def _look(self, by: User) -> None:
        """Whoever tends grounds may be the second: she answers for them and takes no files out herself."""
        by.require(Permission.BASES)
        if by == self.by:
            raise Refusal(
                _l("Somebody else must look at it: four eyes. Ask a consent officer or a second privacy officer who sees this photo.")
            )  # fmt: skip

    def _answer(self, confirmed: bool, action: str, by: User, **more: Any) -> None:
        with db.atomic():
            self._once(
                Override.ended_at.is_null(), confirmed=confirmed, answered_at=clock.now(), answered_by=by, **more
            )  # fmt: skip
            Trace.leave(by, action, self, photo=self.photo, use=self.use, until=self.until, doubts=self.codes)
            self._coloured()

    def _once(self, *still: Any, **values: Any) -> None:
        """Write only what nobody wrote before: of two at once one is told so."""
        if "confirmed" in values:
            still = (*still, Override.confirmed.is_null())
        done = Override.update(**values).where(Override.id == self.id, *still)
        if done.execute() != 1:
            raise Refusal(_l("This was decided already."))

    def _coloured(self) -> None:
        from models import index

        index.refresh([self.photo_id])

    @property
    def codes(self) -> list[str]:
        """The reasons it lets stand, without whose they are."""
        return sorted({doubt["code"] for doubt in self.doubts})

    @property
    def holds(self) -> bool:
        """Whether it opens anything today."""
        return bool(self.confirmed) and self.ended_at is None and self.until >= today()

    @property
    def waits(self) -> bool:
        """Whether a second person may still answer."""
        return self.confirmed is None and self.ended_at is None and self.until >= today()

    @property
    def reasons(self) -> list[Reason]:
        """The doubts, as reasons to be read."""
        return [_reason(Doubt(**doubt)) for doubt in self.doubts]

    @classmethod
    def seen_by(cls, user: User) -> ModelSelect[Override]:
        """Those about photos this user may see, the newest first, with photo and use at hand."""
        seen = user.photos().select(Photo.id)
        rows = cls.select(cls, Photo, Use).join(Photo).switch(cls).join(Use)
        return rows.where(cls.photo.in_(seen)).order_by(cls.id.desc())

    @classmethod
    def settled(cls, user: User) -> ModelSelect[Override]:
        """Those that wait for nobody any more, the newest first."""
        over = cls.confirmed.is_null(False) | cls.ended_at.is_null(False) | (cls.until < today())
        return cls.seen_by(user).where(over)

    @classmethod
    def waiting(cls, user: User) -> ModelSelect[Override]:
        """What waits for a second person, of photos this user may see, the soonest to run out first."""
        query = cls.seen_by(user).where(cls.confirmed.is_null(), cls.ended_at.is_null(), cls.until >= today())
        return query.order_by(cls.until, cls.id)

    @classmethod
    def holding(cls, photo_ids: Iterable[int] | None = None) -> ModelSelect[Override]:
        """Those that hold today, of all photos or of these."""
        query = cls.select().where(cls.confirmed == True, cls.ended_at.is_null(), cls.until >= today())  # noqa: E712
        return query if photo_ids is None else query.where(cls.photo.in_(list(photo_ids)))

    @classmethod
    def standing(cls, photo: Photo) -> list[Override]:
        """Those of a photo that hold or wait, the newest first."""
        open_ = (cls.confirmed.is_null() | (cls.confirmed == True)) & cls.ended_at.is_null()  # noqa: E712
        return list(
            cls.select().where(cls.photo == photo, open_, cls.until >= today()).order_by(cls.id.desc())
        )

    def fact(self) -> facts.OverrideFact:
        """What `decide` wants to know of it."""
        return facts.OverrideFact(
            code=self.code, use=self.use.code, until=self.until, people=frozenset(self.people), faces=frozenset(self.faces),
            names=self.names, doubts=frozenset(Doubt(**doubt) for doubt in self.doubts),
        )  # fmt: skip


class _Found:
    """What stands between a photo and a use today, and what the photo is."""

    def __init__(self, photo: Photo, use: Use) -> None:
        known = gather([photo])
        scene, people = known.about(photo)
        self.photo, self.use, self.names = photo, use, scene.unresolved_names
        self.people, self.faces = {person.code for person in people}, {face.code for face in scene.faces}
        self.doubts: frozenset[Doubt]
        self.answer: Clearance
        self.doubts, self.answer = doubts(scene, people, known.use_facts(use), today=today())

    def must_be_doubts_alone(self) -> None:
        if not self.answer.allows:
            raise NotCleared(
                self.answer,
                _l("No exception is possible: it lets a doubt stand, and never goes over a no or a protection. This stands in the way:"),
                photo=self.photo,
                use=self.use,
            )  # fmt: skip
        if not self.doubts:
            raise Refusal(_l("Nothing is unclear about this photo for this use, so there is nothing to let stand."))  # fmt: skip


def told(photo: Photo, use: Use) -> tuple[list[Reason], Clearance]:
    """The doubts an override would let stand, and the answer if they were: for whoever thinks of proposing one."""
    found = _Found(photo, use)
    return [_reason(doubt) for doubt in sorted(found.doubts, key=_order)], found.answer


def _reason(doubt: Doubt) -> Reason:
    code = Code[doubt.code]
    return Reason(code=code, person=doubt.person, face=doubt.face, next=code.next)


def _kept(doubt: Doubt) -> dict[str, str | None]:
    return {"code": doubt.code, "person": doubt.person, "face": doubt.face, "basis": doubt.basis}


def _order(doubt: Doubt) -> tuple[str, ...]:
    return doubt.code, doubt.person or "", doubt.face or "", doubt.basis or ""
