"""Boxes drawn by hand: moved, and taken away."""

from __future__ import annotations

from models import index
from models.base import db
from models.errors import Refusal, _l
from models.face import Appearance, Face, Faceprint, Match
from models.faces import Box, check_box, is_answered
from models.job import Job
from models.trail import Trace
from models.user import User


def move(face: Face, box: Box, *, by: User) -> None:
    """Put a hand-drawn box elsewhere or make it another size; its answer stays, and guesses are made anew."""
    _check_drawn(face)
    check_box(face.photo, box, but=face)
    left, top, width, height = box
    with db.atomic():
        Face.update(
            left=left, top=top, width=width, height=height, pixels=int(width * (face.photo.width or 0))
        ).where(Face.id == face.id).execute()
        # Numbers of the old place would speak for whatever is there (BIO-04).
        Match.delete().where(Match.face == face).execute()
        Faceprint.delete().where(Faceprint.face == face).execute()
        index.refresh([face.photo_id])
        Trace.leave(by, "face.moved", face, photo=face.photo)
        Job.put("compare", face.photo_id)
        for row in Appearance.select().where(Appearance.face == face, Appearance.undone_at.is_null()):
            Job.put("faceprints", row.person_id)


def remove(face: Face, *, by: User) -> None:
    """Take a hand-drawn box away; refused while an answer stands, which has an undo of its own."""
    _check_drawn(face)
    if is_answered(face):
        raise Refusal(_l("Somebody is named here, or it has another answer. Take that back first."))
    with db.atomic():
        Trace.leave(by, "face.removed", face, photo=face.photo)
        Face.delete().where(Face.id == face.id).execute()
        index.refresh([face.photo_id])


def _check_drawn(face: Face) -> None:
    if face.by_id is None:
        raise Refusal(
            _l(
                "The machine found this one. If it is no face, say that it is not a person; the next look would find it again."
            )
        )
