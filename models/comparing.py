"""Comparing the faces of a photo with those who opted in: guesses for a human, nothing of strangers kept (BIO-04, BIO-05)."""

from __future__ import annotations

from collections.abc import Iterable

from adapters import recognition as recogniser
from models import faceprints, roster
from models.album import Album, Mode
from models.base import db
from models.face import Face, Faceprint, Match, Rejection
from models.faceprints import SMALLEST
from models.index import refresh
from models.modes import mode_of
from models.photo import Photo


def may_encode(album: Album) -> bool:
    """True when faces of this album may be turned into numbers, and there is someone to compare them with."""
    return mode_of(album) is not Mode.OFF and Faceprint.select().exists()


def compare(photo_id: int) -> None:
    """Compare a photo's waiting faces with those who opted in; a job, and nothing of strangers is kept."""
    photo = Photo.get_or_none(Photo.id == photo_id)
    if photo is None or not may_encode(photo.album):
        return
    faces = list(photo.faces.where(Face.waiting_since.is_null(False), Face.pixels >= SMALLEST))
    vectors = faceprints.encoded(photo, faces) if faces else []
    with db.atomic():
        suggest(zip(faces, vectors, strict=True))
        refresh([photo.id])


def suggest(found: Iterable[tuple[Face, bytes | None]]) -> None:
    """Write a machine's guesses for faces, at most one place per person and photo; within the caller's transaction.

    The vectors are forgotten with the return: a face that matches nobody leaves no trace (BIO-04).
    """
    faces = [
        (face, vector) for face, vector in found if vector is not None and face.waiting_since is not None
    ]
    if not faces:
        return
    gallery, sources, people = faceprints.gallery()
    Match.delete().where(Match.face.in_([face.id for face, _ in faces])).execute()
    no = {
        (row.face_id, row.person_id)
        for row in Rejection.select().where(Rejection.face.in_([f.id for f, _ in faces]))
    }
    guesses = [
        (distance, face, people[code], band)
        for face, vector in faces
        for code, distance in gallery.nearest(vector)
        if (
            band := recogniser.band(distance, sources=sources[code], enrolled=len(people), pixels=face.pixels)
        )
        and (face.id, people[code].id) not in no
    ]
    taken: set[int] = set()
    for distance, face, person, band in sorted(guesses, key=lambda guess: guess[0]):
        # One person, one place: the nearest face of a photo keeps her as likely, the others only as possible.
        rank = "possible" if person.id in taken else str(band)
        if rank == "likely":
            taken.add(person.id)
        Match.create(face=face, person=person, distance=distance, band=rank)
    roster.meet([face for face, _ in faces if face not in {guess[1] for guess in guesses}])
