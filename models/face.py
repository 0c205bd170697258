"""Faces: a place in a photo, a machine's guess, a human's word."""

from __future__ import annotations

from enum import StrEnum

from peewee import BlobField, FloatField, ForeignKeyField, IntegerField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field
from models.person import Person
from models.photo import Photo
from models.user import User


class Word(StrEnum):
    """What a human said of a face that is not a name."""

    NOT_A_PERSON = "not_a_person"
    NOT_RECOGNISABLE = "not_recognisable"
    CROWD = "crowd"


class Act(StrEnum):
    """What a user did at the desk."""

    NAMED = "named"
    REMARKED = "remarked"
    REJECTED = "rejected"
    LATER = "later"
    REVIEWED = "reviewed"


class Face(Record):
    """A box in the upright photo, in fractions of its width and height, found by the machine or drawn by hand."""

    code = code_field()
    photo = ForeignKeyField(Photo, backref="faces", on_delete="CASCADE")
    left = FloatField()
    top = FloatField()
    width = FloatField()
    height = FloatField()
    pixels = IntegerField(default=0)  # width of the box in the original
    score = FloatField(default=0)
    # Why it is a box only and never compared: small, blurred, turned; empty when it may be.
    flaw = TextField(default="")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")  # None: the machine
    at = Moment(default=clock.now)
    # Set while the face waits in the queue "Faces to name"; cleared by a human's word.
    waiting_since = Moment(null=True, index=True)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height together."""
        return (self.left, self.top, self.width, self.height)

    class Meta:
        personal = ("left", "top", "width", "height")
        plain = ("code", "pixels", "score", "flaw", "at", "waiting_since")


class Remark(Record):
    """A human's word that a face is not a person, not recognisable, or part of a crowd."""

    face = ForeignKeyField(Face, backref="remarks", on_delete="CASCADE")
    word = EnumField(Word)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    undone_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("word", "at", "undone_at")


class Appearance(Record):
    """A human's word that this person is in this photo; without a face when no face is visible (A10)."""

    code = code_field()
    photo = ForeignKeyField(Photo, backref="appearances", on_delete="CASCADE")
    person = ForeignKeyField(Person, backref="appearances", on_delete="CASCADE")
    face = ForeignKeyField(Face, backref="appearances", null=True, on_delete="CASCADE")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    undone_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("code", "at", "undone_at")
        indexes = ((("person", "photo"), False), (("photo", "undone_at"), False))


class Risk(StrEnum):
    """Why a guess may well be somebody else, so that a human looks twice."""

    TWIN = "twin"  # somebody else who agreed to be recognised looks almost the same
    CLOSE = "close"  # two people are almost equally near to this face


class Match(Record):
    """A machine's guess: never counts as a person, only keeps the photo unclear (A7)."""

    face = ForeignKeyField(Face, backref="matches", on_delete="CASCADE")
    person = ForeignKeyField(Person, backref="matches", on_delete="CASCADE")
    distance = FloatField()
    band = TextField()
    risk = TextField(default="")  # a Risk, or nothing
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = ("distance", "band"), ("risk", "at")
        indexes = ((("face", "person"), True),)


class Rejection(Record):
    """A human's no to a guess; remembered without any faceprint (BIO-05)."""

    face = ForeignKeyField(Face, backref="rejections", on_delete="CASCADE")
    person = ForeignKeyField(Person, backref="rejections", on_delete="CASCADE")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("at",)
        indexes = ((("face", "person"), True),)


class Source(StrEnum):
    """Where the numbers of a faceprint come from."""

    FACE = "face"  # a face in a photo that a human named
    SELFIE = "selfie"  # a picture she gave for it, which is kept nowhere


class Faceprint(Record):
    """The numbers of one confirmed face of a person who opted in, sealed under her own key (BIO-04, BIO-06)."""

    person = ForeignKeyField(Person, backref="faceprints", on_delete="CASCADE")
    source = EnumField(Source, default=Source.FACE)
    face = ForeignKeyField(
        Face, backref="faceprints", unique=True, null=True, on_delete="CASCADE"
    )  # None: a selfie
    model = TextField()
    sealed = BlobField()
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = ("sealed",), ("source", "model", "at")


class Step(Record):
    """One act at the desk, kept for a day so that acts can be taken back in the order they were done.

    `press` is shared by everything one key did; each face answered with it is a step, and an act, of its own.
    """

    code = code_field()
    press = TextField()
    act = EnumField(Act)
    word = EnumField(Word, null=True)
    user = ForeignKeyField(User, backref="steps", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, backref="steps", on_delete="CASCADE")
    face = ForeignKeyField(Face, null=True, backref="steps", on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, backref="steps", on_delete="CASCADE")
    at = Moment(default=clock.now, index=True)
    undone_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("code", "press", "act", "word", "at", "undone_at")
        indexes = ((("user", "undone_at", "id"), False),)
