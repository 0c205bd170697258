"""Pictures for one person's eyes: everybody else's face covered (RED-01)."""

from __future__ import annotations

from adapters import imaging
from adapters.kinds import WEBP
from models.base import tools
from models.errors import Refusal, _l
from models.face import Appearance, Face, Remark, Word
from models.person import Person
from models.photo import Photo

SIDE = 800


def for_person(photo: Photo, person: Person) -> bytes:
    """A JPEG of the photo in which only this person's own face is left open; whoever has no face in it sees all covered."""
    if not photo.ready:
        raise Refusal(_l("The preview is still being made."))
    boxes = [(face.left, face.top, face.width, face.height) for face in _others(photo, person)]
    return imaging.masked(tools.sandbox, photo.preview(SIDE), WEBP, boxes, longest=SIDE).data


def _others(photo: Photo, person: Person) -> list[Face]:
    hers = Appearance.select(Appearance.face).where(
        Appearance.photo == photo,
        Appearance.person == person,
        Appearance.undone_at.is_null(),
        Appearance.face.is_null(False),
    )
    things = Remark.select(Remark.face).where(Remark.word == Word.NOT_A_PERSON, Remark.undone_at.is_null())
    return list(photo.faces.where(Face.id.not_in(hers), Face.id.not_in(things)))
