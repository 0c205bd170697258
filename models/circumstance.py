"""Circumstances: what about a person changes the answer besides her consent (DCD, EMP, BAS-03, P1 to P4)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from peewee import DateField, ForeignKeyField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, NotAllowed, Refusal, _l
from models.gather import today
from models.job import Job
from models.permission import Permission
from models.person import Person
from models.trail import Trace
from models.user import User


class Kind(StrEnum):
    """What happened; each shuts doors in its own way."""

    DECEASED = "deceased"
    PROTECTED = "protected"  # a safe address, custody, a witness: never shown
    LEFT = "left"  # an employee who left; her consents end with the work (EMP-02)
    OBJECTION = "objection"  # Art. 21(1): stops what rests on an interest or a public task
    OBJECTION_MARKETING = "objection_marketing"  # Art. 21(2): absolute
    RESTRICTED = "restricted"  # Art. 18
    UNRECOGNISED = "unrecognised"  # asked not to be recognised, perhaps before any photo exists (BIO-13)


# Who may end it again: nobody the one that the law makes absolute, short of the person's own word (BAS-03).
_FOR_DPO = frozenset(
    {Kind.PROTECTED, Kind.RESTRICTED, Kind.OBJECTION, Kind.OBJECTION_MARKETING, Kind.UNRECOGNISED}
)

# While one of these holds nothing biometric is made or kept, whatever was signed (BIO-07, BIO-08, BIO-13).
BARS_RECOGNITION = frozenset({Kind.DECEASED, Kind.LEFT, Kind.RESTRICTED, Kind.UNRECOGNISED})


class Circumstance(Record):
    """Something about a person from a day on, until somebody ends it with a reason."""

    code = code_field()
    person = ForeignKeyField(Person, backref="circumstances", on_delete="CASCADE")
    kind = EnumField(Kind)
    since = DateField()
    note = TextField(default="")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    ended_at = Moment(null=True)
    ended_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
    ended_note = TextField(default="")

    class Meta:
        personal = ("kind", "since", "note", "ended_note")
        plain = ("code", "at", "ended_at")
        indexes = ((("person", "ended_at"), False),)

    @classmethod
    def record(
        cls, person: Person, kind: Kind | str, *, by: User | None, since: date | None = None, note: str = ""
    ) -> Circumstance:
        """Note it; from the next request on every door answers to it. `by` None: the person herself, by her own page."""
        from models import cascade, faceprints

        if by is not None:
            by.require(Permission.CONTACTS)
        if kind not in set(Kind):
            raise Invalid(_l("Choose one of the list."), field="kind")
        kind, since = Kind(kind), since or today()
        if kind is not Kind.LEFT and since > today():
            raise Invalid(_l("This day lies in the future."), field="since")
        if person.circumstances.where(cls.kind == kind, cls.ended_at.is_null()).exists():
            raise Refusal(_l("This is on file already."))
        with db.atomic():
            row = cls.create(person=person, kind=kind, since=since, note=note.strip()[:1000], by=by)
            if kind in BARS_RECOGNITION and since <= today():
                faceprints.forget(person, kind.value)  # DCD-01, BIO-07
            Trace.leave(
                by or "signer",
                "circumstance.recorded",
                row,
                person=person,
                circumstance=kind.value,
                since=since,
            )
            cascade.after(person, kind.value)
        return row

    def may_be_ended_by(self, user: User) -> bool:
        """Whether a user may say that it no longer holds."""
        return user.may(Permission.CONTACTS) and (
            self.kind not in _FOR_DPO or user.may(Permission.COMPLIANCE)
        )

    def end(self, *, by: User, note: str) -> None:
        """It no longer holds, and why; an objection to marketing ends only by the person's own word (BAS-03)."""
        from models import cascade, claim_desk

        by.require(Permission.CONTACTS)
        if not self.may_be_ended_by(by):
            raise NotAllowed(_l("Only the privacy officer can lift this."))
        if not note.strip():
            raise Invalid(_l("Say why it no longer holds."), field="ended")
        if self.kind is Kind.RESTRICTED and not claim_desk.told_of_lifting(self.person, self.since):
            raise Refusal(
                _l(
                    "Tell the person first: open the request, or enter one, and send the letter that the restriction ends."
                )
            )
        with db.atomic():
            gone = Circumstance.update(
                ended_at=clock.now(), ended_by=by, ended_note=note.strip()[:1000]
            ).where(Circumstance.id == self.id, Circumstance.ended_at.is_null())
            if gone.execute() == 1:
                Trace.leave(by, "circumstance.ended", self, person=self.person, circumstance=self.kind.value)
                cascade.after(self.person, self.kind.value)
                if self.kind in BARS_RECOGNITION:
                    Job.put("faceprints", self.person_id)  # made anew if her yes still holds

    @classmethod
    def seen_by(cls, user: User, person: Person) -> list[Circumstance]:
        """What of it a user may know: that someone lives in hiding is for the privacy officer alone (2.3)."""
        return [
            row for row in cls.of(person) if row.kind is not Kind.PROTECTED or user.may(Permission.SEE_ALL)
        ]

    @classmethod
    def of(cls, person: Person) -> list[Circumstance]:
        """What holds of someone now, oldest first."""
        return list(person.circumstances.where(cls.ended_at.is_null()).order_by(cls.id))
