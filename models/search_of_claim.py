"""Find everything: every store asked for one person, with how and how many; each photo then confirmed or rejected (DSR-10, DSR-11)."""

from __future__ import annotations

from enum import StrEnum

from peewee import BooleanField, DateField, FloatField, ForeignKeyField, IntegerField, JSONField, TextField

from adapters import clock
from models.base import Moment, Record, code_field
from models.claim import Claim
from models.face import Face
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
    FACE = "face"  # the computer finds a face in it like hers
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
    face = ForeignKeyField(
        Face, null=True, backref="+", on_delete="SET NULL"
    )  # which one a search by face proposes
    distance = FloatField(null=True)  # the nearer, the likelier; only while that search is not over
    at = Moment(default=clock.now)
    confirmed_at = Moment(null=True)
    rejected_at = Moment(null=True)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        personal, plain = ("distance",), ("code", "ways", "at", "confirmed_at", "rejected_at")
        indexes = ((("claim", "photo"), True),)

    @property
    def close_up(self) -> Face | None:
        """The face that is proposed, beside the photo it is in."""
        if self.face is not None:
            self.face.photo = self.photo
        return self.face


def start_over(claim: Claim, person: Person) -> None:
    """What was looked for is of whom the claim was about until now: of somebody else it says nothing; in the caller's transaction."""
    if claim.person_id == person.id:
        return
    for record in (Searched, ClaimSearch):
        record.delete().where(record.claim == claim).execute()
    if claim.person_id is not None:
        from models import face_search

        face_search.end_all(face_search.Over.PERSON, claim)
        Found.delete().where(Found.claim == claim).execute()


def propose(claim: Claim, photo: int, face: Face, distance: float) -> None:
    """Put a photo before the DPO in which a face is like hers; what she said of it before stays. In the caller's transaction."""
    row = Found.get_or_none(Found.claim == claim, Found.photo == photo)
    if row is None:
        Found.create(claim=claim, photo=photo, ways=[Way.FACE], face=face, distance=distance)
        return
    ways = sorted({*row.ways, Way.FACE})
    Found.update(ways=ways, face=face, distance=distance).where(Found.id == row.id).execute()


def forget_faces(claim: Claim, *, all_of_them: bool = False) -> None:
    """Forget which faces a search by face proposed, in the caller's transaction: at its claim's end what was confirmed stays.

    `all_of_them`: she took her yes back, so what was found by her face alone goes, whatever was said of it.
    """
    for row in list(Found.select().where(Found.claim == claim, Found.distance.is_null(False))):
        ways = [way for way in row.ways if way != Way.FACE]
        if not ways and (all_of_them or row.confirmed_at is None):
            row.delete_instance()
            continue
        stays = ways if all_of_them or row.confirmed_at is None else row.ways
        Found.update(ways=stays, face=None, distance=None).where(Found.id == row.id).execute()
