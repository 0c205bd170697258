"""What settles a disagreement between those who decide for a child: their agreement, or a court (MIN-04)."""

from __future__ import annotations

from peewee import ForeignKeyField, TextField

from adapters import clock
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, _l
from models.permission import Permission
from models.person import Person
from models.trail import Trace
from models.user import User


class Ruling(Record):
    """From this moment the noes spoken before it no longer stand against a yes; what was withdrawn stays withdrawn."""

    code = code_field()
    person = ForeignKeyField(Person, backref="rulings", on_delete="CASCADE")
    note = TextField()  # which court and number, or how both were heard
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)

    class Meta:
        personal = ("note",)
        plain = ("code", "at")

    @classmethod
    def record(cls, person: Person, note: str, *, by: User) -> Ruling:
        """Note what settled it; only the DPO may."""
        from models import cascade

        by.require(Permission.COMPLIANCE)
        if len(note.strip()) < 10:
            raise Invalid(_l("Say which court decided, or how both were heard, and when."), field="ruling")
        with db.atomic():
            row = cls.create(person=person, note=note.strip()[:1000], by=by)
            Trace.leave(by, "guardian.conflict-settled", row, person=person)
            cascade.after(person, "ruling")
        return row
