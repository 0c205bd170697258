"""Albums and shoots: what a team sees together."""

from __future__ import annotations

from enum import StrEnum

from peewee import BooleanField, DateField, ForeignKeyField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field
from models.facts import Licence
from models.user import Team


class Mode(StrEnum):
    """How faces may be compared (BIO-01, requirements 3.1)."""

    OFF = "M0"  # detection and naming by hand only
    ROSTER = "M1"  # everyone depicted is on the roster and opted in
    TRANSIENT = "M2"  # all faces compared in memory, strangers forgotten at once


class Album(Record):
    """A set of photos that one team sees; a shoot is an album with a date."""

    code = code_field()
    team = ForeignKeyField(Team, backref="albums")
    title = TextField()
    description = TextField(default="")
    held_on = DateField(null=True)
    licence = EnumField(Licence, default=Licence.GRANTED)
    special_context = BooleanField(default=False)
    # None follows the organisation's mode; an album can only be stricter, or attested for M1.
    mode = EnumField(Mode, null=True)
    created_at = Moment(default=clock.now)

    class Meta:
        personal = ("title", "description")
        plain = ("code", "held_on", "licence", "special_context", "mode", "created_at")
        indexes = ((("team", "title"), True),)
