"""Comparing the faces of a photo with those who opted in: guesses for a human, nothing of strangers kept (BIO-04, BIO-05)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters import recognition as recogniser
from adapters.gallery import Gallery
from models import faceprints, gallery, roster
from models.album import Album, Mode
from models.base import db
from models.face import Appearance, Face, Faceprint, Match, Rejection, Risk
from models.faceprints import SMALLEST
from models.index import refresh
from models.modes import mode_of
from models.opting_in import opted_in
from models.person import Person
from models.photo import Photo

# Looked at per face: a band rarely holds more than two, and those a human rejected stand among them.
NEAREST = 8


@dataclass(frozen=True)
class Guess:
    """One person at one face, before anything is written; `close`: somebody else is almost as near."""

    distance: float
    face: Face
    person: Person
    band: str
    close: bool


def may_encode(album: Album) -> bool:
    """True when faces of this album may be turned into numbers, and there is someone to compare them with."""
    return mode_of(album) is not Mode.OFF and Faceprint.select().exists()


def compare(photo_id: int) -> None:
    """Compare a photo's waiting faces with those who opted in; a job, and nothing of strangers is kept."""
    photo = Photo.get_or_none(Photo.id == photo_id)
    if photo is None or not may_encode(photo.album):
        return
    waiting = photo.faces.where(Face.waiting_since.is_null(False), Face.pixels >= SMALLEST, Face.flaw == "")
    faces = list(waiting.order_by(Face.id))
    looks = faceprints.looked(photo, faces) if faces else []
    try:
        with db.atomic():
            for face, look in zip(faces, looks, strict=True):
                if look.flaw:
                    Face.update(flaw=look.flaw).where(Face.id == face.id).execute()
            suggest((face, look.vector) for face, look in zip(faces, looks, strict=True))
            refresh([photo.id])
    finally:
        recogniser.wipe(look.vector for look in looks)


def suggest(found: Iterable[tuple[Face, bytearray | None]]) -> list[Face]:
    """Write a machine's guesses for faces of one photo, each person at one place; within the caller's transaction.

    Returns the faces that are nobody's. Whoever made the vectors wipes them with the task: a face that matches nobody
    leaves no trace (BIO-04).
    """
    faces = [
        (face, vector) for face, vector in found if vector is not None and face.waiting_since is not None
    ]
    if not faces:
        return []
    gallery.take_turn()
    asked = [face for face, _ in faces]
    Match.delete().where(Match.face.in_(asked)).execute()
    with gallery.opened() as everyone:
        guesses = _guesses(faces, everyone)
        for guess, risk in _placed(guesses, asked, everyone):
            Match.create(
                face=guess.face, person=guess.person, distance=guess.distance, risk=risk or "",
                band="possible" if risk else guess.band,
            )  # fmt: skip
    known = {guess.face for guess in guesses}
    strangers = [face for face in asked if face not in known]
    roster.meet(strangers)
    return strangers


def _guesses(faces: Sequence[tuple[Face, bytearray]], everyone: Gallery) -> list[Guess]:
    """Whoever stands within a band of a face, nearest first; not whom a human rejected there or whose yes ended."""
    # A little further than any band: who stands just outside may still be the rival of who stands just inside.
    reach = recogniser.POSSIBLE + recogniser.CLOSE
    near = {face: everyone.nearest(vector, NEAREST, within=reach) for face, vector in faces}
    people = _allowed({code for found in near.values() for code, _ in found})
    no = {
        (row.face_id, row.person_id)
        for row in Rejection.select().where(Rejection.face.in_([face for face, _ in faces]))
    }
    guesses = []
    for face, found in near.items():
        there = [
            (people[code], distance)
            for code, distance in found
            if code in people and (face.id, people[code].id) not in no
        ]
        for person, distance in there:
            band = recogniser.band(
                distance, sources=everyone.sources(person.code), enrolled=len(everyone), pixels=face.pixels,
                minor=person.is_minor(),
            )  # fmt: skip
            close = any(
                other != person and abs(further - distance) < recogniser.CLOSE for other, further in there
            )
            if band:
                guesses.append(Guess(distance, face, person, band, close))
    return sorted(guesses, key=lambda guess: guess.distance)


def _allowed(codes: set[str]) -> dict[str, Person]:
    """Those whose consent holds in this very transaction: the gallery may have been loaded before it ended."""
    ids = [person.id for person in Person.select(Person.id).where(Person.code.in_(codes))] if codes else []
    return {person.code: person for person in opted_in(ids)} if ids else {}


def _placed(guesses: list[Guess], asked: list[Face], everyone: Gallery) -> list[tuple[Guess, Risk | None]]:
    """Each person at her nearest face and nowhere else in the photo, with the risk that it is somebody else."""
    elsewhere = _elsewhere(asked)
    placed = []
    for guess in guesses:
        if elsewhere.get(guess.person.id, 9.0) <= guess.distance:
            continue
        Match.delete().where(
            Match.person == guess.person, Match.face.in_(Face.select(Face.id).where(Face.photo == guess.face.photo_id))
        ).execute()  # fmt: skip
        elsewhere[guess.person.id] = guess.distance
        placed.append((guess, _risk(guess, everyone)))
    return placed


def _elsewhere(asked: list[Face]) -> dict[int, float]:
    """How near each person stands to another face of this photo; 0 where a human named her."""
    photo = asked[0].photo_id
    guessed = (
        Match.select(Match.person, Match.distance)
        .join(Face)
        .where(Face.photo == photo, Face.waiting_since.is_null(False))
    )
    named = Appearance.select(Appearance.person).where(
        Appearance.photo == photo, Appearance.undone_at.is_null(), Appearance.face.is_null(False)
    )
    return {row.person_id: row.distance for row in guessed} | {row.person_id: 0.0 for row in named}


def _risk(guess: Guess, everyone: Gallery) -> Risk | None:
    """Why this guess may well be somebody else: two people too much alike, or both near to this face."""
    if everyone.lookalikes(guess.person.code):
        return Risk.TWIN
    return Risk.CLOSE if guess.close else None
