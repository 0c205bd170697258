"""Impact assessments: without an approved, unexpired one no face is compared (BIO-01, GOV-02)."""

from __future__ import annotations

from peewee import DateField, ForeignKeyField, JSONField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.album import Mode
from models.base import Moment, Record, code_field
from models.user import User


class Assessment(Record):
    """The DPO's short DPIA for a recognition mode: answers, approval, expiry."""

    code = code_field()
    mode = EnumField(Mode)
    answers = JSONField()
    model = TextField()  # recogniser it was made for; a change makes it stale
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    expires_on = DateField()
    ended_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("code", "mode", "answers", "model", "at", "expires_on", "ended_at")
