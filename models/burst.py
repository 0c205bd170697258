"""Shots of one moment: the same place in photos taken within seconds gets its answer once, and is written down each time.

Nothing biometric is used: the likeness is that of the whole photo, the place that of the boxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from peewee import fn

from adapters.imaging import differing_bits
from adapters.recognition import overlap
from models.face import Face, Match, Rejection
from models.person import Person
from models.photo import Photo

WITHIN = timedelta(seconds=15)
SAME_PLACE = 0.5  # overlap of the boxes
BITS = 6  # of 64 in which the likeness of two photos may differ
MOST = 12
MOST_LOOKED_AT = 200


@dataclass(frozen=True)
class Alike:
    """A waiting face that is very probably the same one a moment later; `guess` is whom the machine sees in it."""

    face: Face
    guess: Person | None
    chosen: bool  # whether it is answered along unless a human says otherwise


def alike(face: Face, guessed: Person | None) -> list[Alike]:
    """The waiting faces at this place in the photos of the same moment, the nearest in time first, one per photo."""
    photo = face.photo
    if photo.taken_at is None or photo.likeness is None:
        return []
    best: dict[int, tuple[float, Face]] = {}
    for other in _near(photo):
        shared = overlap(_box(face), _box(other))
        if shared >= SAME_PLACE and shared > best.get(other.photo_id, (0.0, face))[0]:
            best[other.photo_id] = (shared, other)
    found = sorted(
        (other for _, other in best.values()), key=lambda other: abs(other.photo.taken_at - photo.taken_at)
    )[:MOST]
    guesses = _guesses(found)
    return [Alike(other, guesses.get(other.id), _agree(guessed, guesses.get(other.id))) for other in found]


def _near(photo: Photo) -> list[Face]:
    moment = (photo.taken_at - WITHIN, photo.taken_at + WITHIN)
    rows = (
        Face.select(Face, Photo)
        .join(Photo)
        .where(
            Photo.album == photo.album_id, Photo.taken_at.between(*moment), Photo.id != photo.id,
            Photo.turn.is_null(False), Photo.likeness.is_null(False), Face.waiting_since.is_null(False),
        )
        .limit(MOST_LOOKED_AT)
    )  # fmt: skip
    mine = _bits(photo)
    return [face for face in rows if differing_bits(mine, _bits(face.photo)) <= BITS]


def _guesses(found: list[Face]) -> dict[int, Person]:
    """Whom the machine sees first in each, without those a human rejected."""
    no = Rejection.select(Rejection.id).where(Rejection.face == Match.face, Rejection.person == Match.person)
    rows = (
        Match.select(Match, Person)
        .join(Person)
        .where(Match.face.in_([face.id for face in found]), ~fn.EXISTS(no))
        .order_by(Match.distance.desc())
    )
    return {row.face_id: row.person for row in rows}


def _agree(mine: Person | None, theirs: Person | None) -> bool:
    return theirs is None or (mine is not None and theirs.id == mine.id)


def _box(face: Face) -> tuple[float, float, float, float]:
    return (face.left, face.top, face.width, face.height)


def _bits(photo: Photo) -> int:
    return int.from_bytes(bytes(photo.likeness or b""), "big")
