"""What is done with faces: found by the machine, kept through re-runs, answered by a human, undone by another act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import ModelSelect, fn

from adapters import clock
from models import claims, index, search
from models.base import db
from models.errors import Invalid, Refusal, _l
from models.face import Appearance, Face, Match, Rejection, Remark, Word
from models.job import Job
from models.person import Person
from models.photo import Photo
from models.trail import Trace
from models.user import User

SAME_BOX = 0.5  # overlap from which a box found again is the same face


@dataclass(frozen=True)
class FaceSeen:
    """A face and what was said of it."""

    face: Face
    person: Person | None
    appearance: Appearance | None
    word: Word | None
    guesses: int

    @property
    def answered(self) -> bool:
        """Whether a human said something."""
        return self.person is not None or self.word is not None


@dataclass(frozen=True)
class Seen:
    """Everyone in a photo: faces from left to right, people without a face, names the file claims, the review."""

    faces: list[FaceSeen]
    others: list[Appearance]
    claims: list[str]
    reviewed: bool


def seen(photo: Photo) -> Seen:
    """Gather who is in a photo, in five queries."""
    named = {
        a.face_id: a
        for a in Appearance.select(Appearance, Person).join(Person).where(
            Appearance.photo == photo, Appearance.undone_at.is_null()
        )
        if a.face_id
    }  # fmt: skip
    said = {
        r.face_id: r.word
        for r in Remark.select().join(Face).where(Face.photo == photo, Remark.undone_at.is_null())
    }
    guessed = {m.face_id for m in Match.select().join(Face).where(Face.photo == photo)}
    faces = [
        FaceSeen(
            f,
            named[f.id].person if f.id in named else None,
            named.get(f.id),
            said.get(f.id),
            int(f.id in guessed),
        )
        for f in photo.faces.order_by(Face.left)
    ]
    bare = Appearance.select(Appearance, Person).join(Person)
    others = bare.where(Appearance.photo == photo, Appearance.undone_at.is_null(), Appearance.face.is_null())
    from models.photo import Review

    reviewed = photo.reviews.where(Review.undone_at.is_null()).exists()
    return Seen(faces, list(others), claims.waiting(photo), reviewed)


def keep(photo: Photo, found: Sequence[Any]) -> list[tuple[Face, Any]]:
    """Replace the machine's boxes by those found now; a face a human answered stays, with its answer.

    Returns the faces with what was found there, for whoever compares them.
    """
    from adapters.recognition import overlap

    answered = [face for face in photo.faces if face.by_id is not None or is_answered(face)]
    Face.delete().where(Face.photo == photo, Face.id.not_in([face.id for face in answered])).execute()
    kept = []
    for box in found:
        here = (box.left, box.top, box.width, box.height)
        same = next(
            (f for f in answered if overlap(here, (f.left, f.top, f.width, f.height)) >= SAME_BOX), None
        )
        kept.append((same or _place(photo, here, pixels=box.pixels, score=box.score), box))
    return kept


def _place(photo: Photo, box: tuple[float, float, float, float], **more: Any) -> Face:
    left, top, width, height = box
    return Face.create(
        photo=photo, left=left, top=top, width=width, height=height, waiting_since=clock.now(), **more
    )  # fmt: skip


def is_answered(face: Face) -> bool:
    """Whether a human's word on this face stands."""
    said = Remark.select().where(Remark.face == face, Remark.undone_at.is_null())
    named = Appearance.select().where(Appearance.face == face, Appearance.undone_at.is_null())
    return bool(said.exists() or named.exists())


def waiting(user: User, photo: Photo | None = None) -> ModelSelect[Face]:
    """The query of faces that wait for a human's word, of photos this user may see; likely guesses first."""
    likely = fn.EXISTS(Match.select(Match.id).where(Match.face == Face.id, Match.band == "likely"))
    query = Face.select(Face, Photo).join(Photo).where(Face.waiting_since.is_null(False))
    if photo is not None:
        query = query.where(Face.photo == photo)
    return query.where(Face.photo.in_(user.photos().select(Photo.id))).order_by(
        likely.desc(), Face.photo.desc(), Face.left
    )


def suggestions(face: Face) -> list[Match]:
    """The guesses for a face, nearest first, without those a human rejected."""
    no = Rejection.select(Rejection.person).where(Rejection.face == face)
    query = Match.select(Match, Person).join(Person).where(Match.face == face, Match.person.not_in(no))
    return list(query.order_by(Match.distance).limit(5))


def name(face: Face, person: Person, *, by: User) -> Appearance:
    """A human says who this is. Refused when the person already has another face in this photo."""
    taken = Appearance.select().where(
        Appearance.photo == face.photo_id, Appearance.person == person, Appearance.undone_at.is_null(),
        Appearance.face.is_null(False), Appearance.face != face,
    )  # fmt: skip
    if taken.exists():
        raise Refusal(_l("This person is already named at another face of this photo. Undo that first."))
    with db.atomic():
        _forget_words(face)
        appearance = Appearance.create(photo=face.photo_id, person=person, face=face, by=by)
        _settled(face)
        Trace.leave(by, "face.named", face, person=person, photo=face.photo)
        Job.put("faceprints", person.id)
    return appearance


def remark(face: Face, word: Word, *, by: User) -> None:
    """A human says that this is not a person, not recognisable, or part of a crowd (GRP-02: never a machine)."""
    with db.atomic():
        _forget_words(face)
        Remark.create(face=face, word=word, by=by)
        _settled(face)
        Trace.leave(by, "face.remarked", face, word=word.value, photo=face.photo)


def reject(face: Face, person: Person, *, by: User) -> None:
    """A human says that this is not that person; the pair never comes back, and nothing biometric is kept of it."""
    with db.atomic():
        Rejection.insert(face=face, person=person, by=by).on_conflict_ignore().execute()
        Match.delete().where(Match.face == face, Match.person == person).execute()
        index.refresh([face.photo_id])
        Trace.leave(by, "face.rejected", face, person=person, photo=face.photo)


def undo(face: Face, *, by: User) -> None:
    """Take back what was said of a face; it waits again."""
    with db.atomic():
        people = _forget_words(face)
        Face.update(waiting_since=clock.now()).where(Face.id == face.id).execute()
        claims.reopen(face)
        search.note(face.photo)
        index.refresh([face.photo_id])
        Trace.leave(by, "face.undone", face, photo=face.photo)
        for person_id in people:
            Job.put("faceprints", person_id)


def add_person(photo: Photo, person: Person, *, by: User) -> Appearance:
    """Someone is in the photo without a visible face: from behind, by a badge, by the caption (A10)."""
    there = Appearance.select().where(
        Appearance.photo == photo, Appearance.person == person, Appearance.undone_at.is_null()
    )
    if there.exists():
        raise Invalid(_l("This person is in the photo already."), field="person")
    with db.atomic():
        appearance = Appearance.create(photo=photo, person=person, by=by)
        _changed(photo)
        Trace.leave(by, "person.placed", appearance, person=person, photo=photo)
    return appearance


def remove_person(appearance: Appearance, *, by: User) -> None:
    """Undo a placement without a face."""
    with db.atomic():
        Appearance.update(undone_at=clock.now()).where(Appearance.id == appearance.id).execute()
        _changed(appearance.photo)
        Trace.leave(by, "person.displaced", appearance, person=appearance.person, photo=appearance.photo)


def draw(photo: Photo, box: tuple[float, float, float, float], *, by: User) -> Face:
    """A box by hand where the machine saw nothing; fractions of the upright photo."""
    left, top, width, height = box
    if not (
        0 <= left <= 1
        and 0 <= top <= 1
        and 0.005 <= width <= 1 - left + 1e-6
        and 0.005 <= height <= 1 - top + 1e-6
    ):
        raise Invalid(_l("Draw the box inside the photo."))
    with db.atomic():
        face = _place(photo, box, by=by, pixels=int(width * (photo.width or 0)))
        index.refresh([photo.id])
        Trace.leave(by, "face.drawn", face, photo=photo)
    return face


def _forget_words(face: Face) -> list[int]:
    now = clock.now()
    named = Appearance.select(Appearance.person).where(
        Appearance.face == face, Appearance.undone_at.is_null()
    )
    people = [row.person_id for row in named]
    Appearance.update(undone_at=now).where(Appearance.face == face, Appearance.undone_at.is_null()).execute()
    Remark.update(undone_at=now).where(Remark.face == face, Remark.undone_at.is_null()).execute()
    return people


def _settled(face: Face) -> None:
    Face.update(waiting_since=None).where(Face.id == face.id).execute()
    claims.answer(face)
    _changed(face.photo)


def _changed(photo: Photo) -> None:
    search.note(photo)
    index.refresh([photo.id])
