"""Notices: what must be said to whom and when; a row first, a letter after, each once."""

from __future__ import annotations

from enum import StrEnum

from peewee import ForeignKeyField, IntegerField, JSONField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field
from models.person import Guardian, Person
from models.user import User


class NoticeKind(StrEnum):
    """The letters Clearframe writes; each has templates/mail/<kind>.txt and .html."""

    REQUEST = "request"
    RECEIPT = "receipt"
    RENEWAL = "renewal"
    ENDING = "ending"
    WITHDRAWN = "withdrawn"
    TRAIL_HEAD = "trail-head"


class Notice(Record):
    """One letter to one reader. `key` makes it happen once: kind, subject and threshold (T7)."""

    code = code_field()
    kind = EnumField(NoticeKind)
    key = TextField(unique=True)
    user = ForeignKeyField(User, null=True, on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, on_delete="CASCADE")
    guardian = ForeignKeyField(Guardian, null=True, on_delete="CASCADE")
    values = JSONField()  # codes the letter is written from; never names or addresses
    at = Moment(default=clock.now)
    sent_at = Moment(null=True)
    failed_at = Moment(null=True)
    why = TextField(default="")
    tries = IntegerField(default=0)

    class Meta:
        personal = ()
        plain = ("code", "kind", "key", "values", "at", "sent_at", "failed_at", "why", "tries")
