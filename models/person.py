"""People: who was photographed, how to reach them, who speaks for them."""

from __future__ import annotations

from enum import StrEnum

from peewee import DateField, ForeignKeyField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field


class Relation(StrEnum):
    """What ties a person to the organisation; some ties make a free choice harder (EMP-01)."""

    VISITOR = "visitor"
    EMPLOYEE = "employee"
    VOLUNTEER = "volunteer"
    PATIENT = "patient"
    PUPIL = "pupil"
    RESIDENT = "resident"
    OTHER = "other"


class Person(Record):
    """Someone photographed. A birth date is kept for minors only, where the age rules need it (CON-13)."""

    code = code_field()
    name = TextField(index=True)
    email = TextField(null=True)
    born = DateField(null=True)
    relation = EnumField(Relation, default=Relation.VISITOR)
    locale = TextField(default="")
    note = TextField(default="")
    created_at = Moment(default=clock.now)

    class Meta:
        personal = ("name", "email", "born", "relation", "locale", "note")
        plain = ("code", "created_at")


class Guardian(Record):
    """Someone who declared to have authority over a minor (MIN-03): declaration and contact, nothing more."""

    code = code_field()
    person = ForeignKeyField(Person, backref="guardians", on_delete="CASCADE")
    name = TextField()
    email = TextField(null=True)
    locale = TextField(default="")
    declared_at = Moment(null=True)

    class Meta:
        personal = ("name", "email", "locale")
        plain = ("code", "declared_at")
