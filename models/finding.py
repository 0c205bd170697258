"""Faces the machine finds: kept through every re-run with what humans said of them, and looked for harder on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters import clock
from adapters.recognition import overlap
from models.face import Appearance, Face, Rejection, Remark
from models.photo import Photo

SAME_BOX = 0.5  # overlap from which a box found again is the same face


def keep(photo: Photo, found: Sequence[Any], *, all_of_it: bool = True) -> list[tuple[Face, Any]]:
    """Put what was found now in the place of what the machine found before; within the caller's transaction.

    A face of which a human ever said something stays, even if it was taken back: the word, the rejected guess and the
    box drawn by hand hang on it. With `all_of_it=False` what was there before stays too. Returns the faces with what
    was found there, for whoever compares them.
    """
    there = list(photo.faces.order_by(Face.id))
    same = _paired(there, found)
    spoken = _spoken_of(photo)
    if all_of_it:
        lost = [face.id for face in there if face not in same and face.id not in spoken]
        Face.delete().where(Face.id.in_(lost)).execute()
    by_box = {index: face for face, index in same.items()}
    return [
        (_seen_again(by_box[index], box, spoken) if index in by_box else _new(photo, box), box)
        for index, box in enumerate(found)
    ]


def _paired(there: list[Face], found: Sequence[Any]) -> dict[Face, int]:
    """Which face was found again by which box: each at most once, the nearest first."""
    near = [
        (-_likeness(face, box), face.id, index, face) for face in there for index, box in enumerate(found)
    ]
    pairs: dict[Face, int] = {}
    taken: set[int] = set()
    for unlike, _, index, face in sorted(near, key=lambda pair: pair[:3]):
        if unlike < 0 and face not in pairs and index not in taken:
            pairs[face] = index
            taken.add(index)
    return pairs


def _likeness(face: Face, box: Any) -> float:
    """The overlap of two boxes of the same face, else 0: a box drawn around a whole head holds the machine's smaller one."""
    one, other = (face.left, face.top, face.width, face.height), (box.left, box.top, box.width, box.height)
    shared = overlap(one, other)
    return shared if shared >= SAME_BOX or (_holds_middle(one, other) and _holds_middle(other, one)) else 0.0


def _holds_middle(outer: Sequence[float], inner: Sequence[float]) -> bool:
    across, down = inner[0] + inner[2] / 2 - outer[0], inner[1] + inner[3] / 2 - outer[1]
    return 0 <= across <= outer[2] and 0 <= down <= outer[3]


def _spoken_of(photo: Photo) -> set[int]:
    """Faces with a human's word, also one that was taken back."""
    mine = Face.select(Face.id).where(Face.photo == photo)
    spoken = {face.id for face in photo.faces.where(Face.by.is_null(False))}
    said: tuple[Any, ...] = (Appearance, Remark, Rejection)
    for record in said:
        spoken |= {row.face_id for row in record.select(record.face).where(record.face.in_(mine))}
    return spoken


def _seen_again(face: Face, box: Any, spoken: set[int]) -> Face:
    """A face found again keeps its code and its answers; only a box nobody spoke of moves."""
    face.flaw = box.flaw
    if face.id not in spoken:
        face.left, face.top, face.width, face.height = box.left, box.top, box.width, box.height
        face.pixels, face.score = box.pixels, box.score
    face.save()
    return face


def _new(photo: Photo, box: Any) -> Face:
    return Face.create(
        photo=photo, left=box.left, top=box.top, width=box.width, height=box.height, pixels=box.pixels,
        score=box.score, flaw=box.flaw, waiting_since=clock.now(),
    )  # fmt: skip
