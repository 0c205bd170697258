"""What is done with faces: found by the machine, kept through re-runs, answered by a human."""

from __future__ import annotations

from typing import Any

from adapters import clock
from models.face import Appearance, Face, Remark
from models.photo import Photo

SAME_BOX = 0.5  # overlap from which a box found again is the same face


def keep(photo: Photo, found: list[Any]) -> int:
    """Replace the machine's boxes by those found now; a face a human answered stays, with its answer. Returns how many."""
    from adapters.imaging import overlap

    answered = [face for face in photo.faces if _answered(face)]
    Face.delete().where(Face.photo == photo, Face.by.is_null(), Face.id.not_in([face.id for face in answered])).execute()
    now = clock.now()
    for box in found:
        here = (box.left, box.top, box.width, box.height)
        if any(overlap(here, (old.left, old.top, old.width, old.height)) >= SAME_BOX for old in answered):
            continue
        Face.create(
            photo=photo, left=box.left, top=box.top, width=box.width, height=box.height, pixels=box.pixels,
            score=box.score, waiting_since=now,
        )  # fmt: skip
    return len(found)


def _answered(face: Face) -> bool:
    if face.by_id is not None:
        return True
    said = Remark.select().where(Remark.face == face, Remark.undone_at.is_null())
    named = Appearance.select().where(Appearance.face == face, Appearance.undone_at.is_null())
    return said.exists() or named.exists()
