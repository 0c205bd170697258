"""Names a file claims, for the photo or at a place in it: no name counts before a human has answered (A8, MET-06, MET-07)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peewee import FloatField, ForeignKeyField, ModelSelect, TextField

from adapters import clock
from adapters.metadata import Facts
from models.base import Moment, Record
from models.photo import Photo

if TYPE_CHECKING:
    from models.face import Face


class Claimed(Record):
    """A name found in a file's metadata, with the place it stands at in the upright photo if the file tells."""

    photo = ForeignKeyField(Photo, backref="claimed", on_delete="CASCADE")
    name = TextField()
    left = FloatField(null=True)
    top = FloatField(null=True)
    width = FloatField(null=True)
    height = FloatField(null=True)
    answered_at = Moment(null=True)

    class Meta:
        personal, plain = ("name", "left", "top", "width", "height"), ("answered_at",)
        indexes = ((("photo", "name"), True), (("name",), False))


def keep(photo: Photo, read: Facts) -> None:
    """Note what the file claims, within the caller's transaction; what was answered before stays answered."""
    places = {region.name: region for region in reversed(read.regions)}
    for name in dict.fromkeys(read.names):
        region = places.get(name)
        box = dict(zip(("left", "top", "width", "height"), region.box, strict=True)) if region else {}
        Claimed.insert(photo=photo, name=name[:200], **box).on_conflict_ignore().execute()


def waiting(photo: Photo) -> list[str]:
    """The names nobody has answered yet."""
    return [claim.name for claim in photo.claimed.where(Claimed.answered_at.is_null()).order_by(Claimed.id)]


def at(face: Face) -> list[str]:
    """The names the file gives to this place."""
    return [claim.name for claim in _here(face)]


def answer(face: Face) -> None:
    """A human said who this is, so what the file claims here is answered; within the caller's transaction."""
    Claimed.update(answered_at=clock.now()).where(
        Claimed.id.in_([claim.id for claim in _here(face)])
    ).execute()


def reopen(face: Face) -> None:
    """That word was taken back; within the caller's transaction."""
    Claimed.update(answered_at=None).where(Claimed.id.in_([claim.id for claim in _here(face)])).execute()


def answer_all(photo: Photo) -> None:
    """A human said that no name in the file is left open; within the caller's transaction."""
    Claimed.update(answered_at=clock.now()).where(
        Claimed.photo == photo, Claimed.answered_at.is_null()
    ).execute()


def _here(face: Face) -> ModelSelect[Claimed]:
    """Claims whose middle lies in the face's box: programs draw the same face wider or tighter."""
    middle, centre = Claimed.left + Claimed.width / 2, Claimed.top + Claimed.height / 2
    return Claimed.select().where(
        Claimed.photo == face.photo_id,
        middle.between(face.left, face.left + face.width),
        centre.between(face.top, face.top + face.height),
    )
