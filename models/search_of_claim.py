"""Find everything: every store asked for one person, with how and how many; each photo then confirmed or rejected (DSR-10, DSR-11)."""

from __future__ import annotations

from enum import StrEnum

from peewee import BooleanField, DateField, ForeignKeyField, IntegerField, JSONField, TextField

from adapters import clock
from models.base import Moment, Record, code_field
from models.claim import Claim
from models.person import Person
from models.photo import Photo
from models.user import User


class Way(StrEnum):
    """How a photo was found."""

    LINK = "link"  # a human saw her in it
    CLAIMED = "claimed"  # the file itself names her
    TITLE = "title"
    CAPTION = "caption"
    TAG = "tag"
    FILE_NAME = "file-name"
    CLUE = "clue"  # the event, place or day she named, with a face that nobody has named


class ClaimSearch(Record):
    """What was looked for in answer to a claim: by which further names, at which places, from which day to which."""

    code = code_field()
    claim = ForeignKeyField(Claim, backref="+", unique=True, on_delete="CASCADE")
    names = TextField(default="")
    places = TextField(default="")
    first = DateField(null=True)
    last = DateField(null=True)
    at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    unsearchable = IntegerField(default=0)  # faces nobody named, in the photos she pointed to
    cut = BooleanField(default=False)  # there was more than is listed

    class Meta:
        personal, plain = ("names", "places"), ("code", "first", "last", "at", "unsearchable", "cut")


class Searched(Record):
    """One store that was asked, and how much of her it holds; no count where only a statement can be made (DSR-10)."""

    claim = ForeignKeyField(Claim, backref="searched", on_delete="CASCADE")
    store = TextField()
    count = IntegerField(null=True)
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("store", "count", "at")
        indexes = ((("claim", "store"), True),)


class Found(Record):
    """One photo that may show her, with how it was found and what a human said of it."""

    code = code_field()
    claim = ForeignKeyField(Claim, backref="found", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, backref="found", on_delete="CASCADE")
    ways = JSONField()
    at = Moment(default=clock.now)
    confirmed_at = Moment(null=True)
    rejected_at = Moment(null=True)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        personal, plain = (), ("code", "ways", "at", "confirmed_at", "rejected_at")
        indexes = ((("claim", "photo"), True),)


def start_over(claim: Claim, person: Person) -> None:
    """What was looked for is of whom the claim was about until now: of somebody else it says nothing; in the caller's transaction."""
    if claim.person_id == person.id:
        return
    for record in (Searched, ClaimSearch):
        record.delete().where(record.claim == claim).execute()
    if claim.person_id is not None:
        Found.delete().where(Found.claim == claim).execute()
