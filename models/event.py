"""Events: what lets a crowd be shown without a name for each head: an assessment, a notice, a way to object (GRP-02, GRP-03)."""

from __future__ import annotations

from collections.abc import Mapping

from peewee import BooleanField, DateField, ForeignKeyField, ModelSelect, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.album import Album
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, Refusal, _l
from models.facts import BasisKind, CrowdBasis
from models.gather import today
from models.permission import Permission
from models.person import Person
from models.trail import Trace
from models.user import User

# Each must be answered before a crowd may be shown, and each is asked in plain words on the page.
QUESTIONS = ("purpose", "necessity", "balance", "notice", "opt_out")


class Event(Record):
    """The record of one shoot at which people came and went: who weighed what, how they were told, how they could object."""

    code = code_field()
    album = ForeignKeyField(Album, unique=True, backref="events", on_delete="CASCADE")
    kind = EnumField(BasisKind, default=BasisKind.LI)
    assessed_on = DateField()
    purpose = TextField()
    necessity = TextField()
    balance = TextField()
    notice = TextField()  # what stood on the sign or the ticket, and where
    opt_out = TextField()  # how one could say no on the spot
    children = BooleanField(default=False)
    public_space = BooleanField(default=False)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    approved_by = ForeignKeyField(
        User, null=True, on_delete="SET NULL", backref="+"
    )  # needed where children are
    approved_at = Moment(null=True)
    ended_at = Moment(null=True)

    class Meta:
        personal = ()
        plain = (
            "code", "kind", "assessed_on", "purpose", "necessity", "balance", "notice", "opt_out", "children", "public_space",
            "at",
            "approved_at", "ended_at",
        )  # fmt: skip

    @classmethod
    def keep(
        cls, album: Album, given: Mapping[str, str], *, children: bool, by: User, public_space: bool = False
    ) -> Event:
        """Write or rewrite the record of an album; Invalid names the question left open. A change asks for approval anew."""
        by.require(Permission.BASES)
        texts = {key: given.get(key, "").strip()[:3000] for key in QUESTIONS}
        for key, text in texts.items():
            if len(text) < 10:
                raise Invalid(_l("Answer this in a sentence: without it a crowd can't be shown."), field=key)
        kind = BasisKind.PUBLIC_TASK if given.get("kind") == BasisKind.PUBLIC_TASK.value else BasisKind.LI
        values = {
            "kind": kind,
            "children": children,
            "public_space": public_space,
            "assessed_on": today(),
            "by": by,
            "approved_at": None,
            **texts,
        }
        with db.atomic():
            event = cls.of(album)
            if event is None:
                event = cls.create(album=album, **values)
            else:
                cls.update(**values).where(cls.id == event.id).execute()
                event = cls.get_by_id(event.id)
            Trace.leave(
                by, "event.assessed", event, album=album, children=children, public_space=public_space
            )
            event._recolour()
        return event

    @classmethod
    def of(cls, album: Album) -> Event | None:
        """The record of an album, if there is one."""
        return cls.get_or_none(cls.album == album)

    def approve(self, *, by: User) -> None:
        """The DPO has looked at an event with children."""
        by.require(Permission.COMPLIANCE)
        with db.atomic():
            Event.update(approved_at=clock.now(), approved_by=by).where(Event.id == self.id).execute()
            Trace.leave(by, "event.approved", self, album=self.album)
            self._recolour()

    def note_objection(self, note: str, *, by: User, person: Person | None = None) -> OptOut:
        """Someone objected on the spot: until a person has looked at the photos, no crowd of this event is shown (GRP-03)."""
        by.require(Permission.UPLOAD)
        if not note.strip():
            raise Invalid(_l("Say what to look for: a yellow jacket, the left stand, a name."), field="note")
        with db.atomic():
            row = OptOut.create(event=self, note=note.strip()[:500], person=person, by=by)
            Trace.leave(by, "event.objection-noted", row, album=self.album, person=person)
            self._recolour()
        return row

    def objections(self) -> list[OptOut]:
        """Every objection, those still to be looked at first."""
        return list(self.opt_outs.order_by(OptOut.handled_at.is_null(False), OptOut.id.desc()))

    @property
    def basis(self) -> CrowdBasis:
        """What it says of its crowd today."""
        if self.ended_at is not None or (self.children and self.approved_at is None):
            return CrowdBasis.MISSING
        if self.opt_outs.where(OptOut.handled_at.is_null()).exists():
            return CrowdBasis.OBJECTION
        return CrowdBasis.PUBLIC_TASK if self.kind is BasisKind.PUBLIC_TASK else CrowdBasis.LI

    def _recolour(self) -> None:
        from models.job import Job

        Job.put("recolour-album", self.album_id)


class OptOut(Record):
    """One objection at an event: what to look for, and that somebody has looked."""

    code = code_field()
    event = ForeignKeyField(Event, backref="opt_outs", on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, on_delete="SET NULL")
    note = TextField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    handled_at = Moment(null=True)
    handled_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")

    class Meta:
        personal = ("note",)
        plain = ("code", "at", "handled_at")

    @classmethod
    def waiting(cls, user: User) -> ModelSelect[OptOut]:
        """Objections at events of albums this user may see that nobody has looked at yet, the oldest first (GRP-03)."""
        seen = Event.album.in_(user.albums().select(Album.id))
        return cls.select(cls, Event).join(Event).where(cls.handled_at.is_null(), seen).order_by(cls.id)

    def handle(self, *, by: User) -> None:
        """Somebody has gone through the event's photos and named, or marked as not recognisable, whoever objected."""
        by.require(Permission.NAME)
        with db.atomic():
            done = OptOut.update(handled_at=clock.now(), handled_by=by).where(
                OptOut.id == self.id, OptOut.handled_at.is_null()
            )
            if done.execute() != 1:
                raise Refusal(_l("This was done already."))
            Trace.leave(by, "event.objection-handled", self, album=self.event.album)
            self.event._recolour()
