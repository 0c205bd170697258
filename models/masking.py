"""Pictures in which people are covered for good, made from the original at any size (RED-01, GRP-01)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from adapters import imaging
from adapters.imaging import Rendered
from adapters.kinds import WEBP, Kind
from models.base import tools
from models.covering import Box, Extent, Style, place
from models.errors import Refusal, _l
from models.face import Appearance, Face, Remark, Word
from models.person import Person
from models.photo import PREVIEWS, Photo

SIDE = 800


def for_person(photo: Photo, person: Person) -> bytes:
    """A JPEG of the photo in which only this person's own face is left open; whoever has no face in it sees all covered."""
    return all_but(photo, [person], longest=SIDE)


def all_but(
    photo: Photo,
    people: Collection[Person],
    *,
    longest: int | None = None,
    extent: Extent = Extent.FACE,
    style: Style = Style.SOLID,
) -> bytes:
    """A JPEG of the photo in which everybody is covered but these people, `longest` pixels or as large as the original."""
    places = [place(face.box, extent) for face in _others(photo, people)]
    return cover(photo, places, style=style, longest=longest).data


def cover(
    photo: Photo, places: Sequence[Box], *, style: Style, longest: int | None = None, part: Box | None = None
) -> Rendered:
    """The picture, or this part of it, with these places filled in, as they are: whoever calls has added the margin."""
    if not photo.ready:
        raise Refusal(_l("The preview is still being made."))
    data, kind = _source(photo, longest)
    return imaging.masked(
        tools.sandbox, data, kind, places, longest=longest, style=style, margin=0, part=part
    )


def _source(photo: Photo, longest: int | None) -> tuple[bytes, Kind]:
    """The smallest picture of it that is large enough: a preview decodes in a tenth of the original's time."""
    if longest is not None and longest <= max(PREVIEWS):
        return photo.preview(min(side for side in PREVIEWS if side >= longest)), WEBP
    data = bytes(tools.vault.read(photo.code, "original"))
    return data, imaging.kind_of(data)


def _others(photo: Photo, people: Collection[Person]) -> list[Face]:
    theirs = Appearance.select(Appearance.face).where(
        Appearance.photo == photo,
        Appearance.person.in_(list(people)),
        Appearance.undone_at.is_null(),
        Appearance.face.is_null(False),
    )
    things = Remark.select(Remark.face).where(Remark.word == Word.NOT_A_PERSON, Remark.undone_at.is_null())
    return list(photo.faces.where(Face.id.not_in(theirs), Face.id.not_in(things)))
