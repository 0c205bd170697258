"""Wordings: the text signed, per language, versioned, immutable once published (CON-03)."""

from __future__ import annotations

from enum import StrEnum

from peewee import ForeignKeyField, IntegerField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field
from models.user import User


class WordingKind(StrEnum):
    """What a wording is for."""

    GENERAL = "general"
    SHOOT = "shoot"
    MINOR = "minor"
    EMPLOYEE = "employee"
    PATIENT = "patient"
    RECOGNITION = "recognition"
    CONTRACT = "contract"


class Wording(Record):
    """A text that people sign, in all its versions."""

    code = code_field()
    name = TextField()
    kind = EnumField(WordingKind, default=WordingKind.GENERAL)
    created_at = Moment(default=clock.now)
    ended_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("code", "name", "kind", "created_at", "ended_at")


class Version(Record):
    """One published text in one language; `digest` is the SHA-256 of title and body as shown."""

    wording = ForeignKeyField(Wording, backref="versions")
    number = IntegerField()
    locale = TextField()
    title = TextField()
    body = TextField()
    recognition = TextField(default="")  # the separate question about recognition (BIO-02)
    digest = TextField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    published_at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("number", "locale", "title", "body", "recognition", "digest", "published_at")
        indexes = ((("wording", "number", "locale"), True),)
