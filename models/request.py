"""Requests for consent: who is asked what, by which way, until when the link lives."""

from __future__ import annotations

from enum import StrEnum

from peewee import BooleanField, DateField, ForeignKeyField, IntegerField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field
from models.person import Guardian, Person
from models.photo import Photo
from models.use import Use
from models.user import User
from models.wording import Wording


class Way(StrEnum):
    """How a request reaches the person."""

    MAIL = "mail"
    LINK = "link"
    QR = "qr"


class Request(Record):
    """One person asked for consent; only the hash of the link's token is kept (SIG-04)."""

    code = code_field()
    person = ForeignKeyField(Person, backref="requests", on_delete="CASCADE")
    guardian = ForeignKeyField(Guardian, null=True, on_delete="CASCADE")  # asked in the minor's place
    wording = ForeignKeyField(Wording)
    number = IntegerField()  # the version shown, frozen when the request is made
    locale = TextField()
    way = EnumField(Way)
    token = TextField(unique=True)
    valid_until = DateField()  # proposed last day of the consent
    ask_recognition = BooleanField(default=False)
    only_photos = BooleanField(default=False)  # for the chosen photos only, else for all
    renews = BooleanField(default=False)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now, index=True)
    expires_at = Moment()
    opened_at = Moment(null=True)
    used_at = Moment(null=True)
    revoked_at = Moment(null=True)

    class Meta:
        personal = ("locale",)
        plain = (
            "code", "number", "way", "token", "valid_until", "ask_recognition", "only_photos", "renews", "at",
            "expires_at", "opened_at", "used_at", "revoked_at",
        )  # fmt: skip


class Asked(Record):
    """A use asked for in a request."""

    request = ForeignKeyField(Request, backref="asked", on_delete="CASCADE")
    use = ForeignKeyField(Use)

    class Meta:
        personal, plain = (), ()
        indexes = ((("request", "use"), True),)


class AskedPhoto(Record):
    """A photo shown with a request."""

    request = ForeignKeyField(Request, backref="photos", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, on_delete="CASCADE")

    class Meta:
        personal, plain = (), ()
        indexes = ((("request", "photo"), True),)
