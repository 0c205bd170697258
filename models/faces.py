"""What is done with faces: found by the machine, kept through re-runs, answered by a human, undone by another act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapters import clock
from models import claims, faceprints, index, search, tally
from models.album import Album
from models.base import db
from models.errors import Invalid, Refusal, _l
from models.face import Act, Appearance, Face, Match, Rejection, Remark, Step, Word
from models.job import Job
from models.person import Person
from models.photo import Photo, Review
from models.trail import Trace
from models.user import User

TWICE = 0.8  # overlap from which a drawn box says nothing new
SMALLEST_BOX = 0.005
Box = tuple[float, float, float, float]  # left, top, width, height in fractions of the upright photo


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
    return Seen(faces, list(others), claims.waiting(photo), is_reviewed(photo))


def is_reviewed(photo: Photo) -> bool:
    """Whether a human's word stands that everyone who can be recognised is named."""
    return bool(photo.reviews.where(Review.undone_at.is_null()).exists())


def place(photo: Photo, box: Box, **more: Any) -> Face:
    """A new face in a photo, waiting for a human's word; within the caller's transaction."""
    left, top, width, height = box
    return Face.create(
        photo=photo, left=left, top=top, width=width, height=height, waiting_since=clock.now(), **more
    )  # fmt: skip


def is_answered(face: Face) -> bool:
    """Whether a human's word on this face stands."""
    said = Remark.select().where(Remark.face == face, Remark.undone_at.is_null())
    named = Appearance.select().where(Appearance.face == face, Appearance.undone_at.is_null())
    return bool(said.exists() or named.exists())


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
        tally.answered(face, person.id)
        appearance = Appearance.create(photo=face.photo_id, person=person, face=face, by=by)
        _settled(face)
        Trace.leave(by, "face.named", face, person=person, photo=face.photo)
        Job.put("faceprints", person.id)
    return appearance


def remark(face: Face, word: Word, *, by: User) -> None:
    """A human says that this is not a person, not recognisable, or part of a crowd (GRP-02: never a machine)."""
    if word is Word.CROWD and not may_be_crowd(face.photo.album):
        raise Refusal(
            _l(
                "There is no crowd here yet: nobody has written down why this album's visitors may be shown, how they were told and how they could object. Write the album's event record first, or name the face, or say that it can't be recognised."
            )
        )
    with db.atomic():
        _forget_words(face)
        tally.answered(face, None)
        Remark.create(face=face, word=word, by=by)
        _settled(face)
        Trace.leave(by, "face.remarked", face, word=word.value, photo=face.photo)


def may_be_crowd(album: Album) -> bool:
    """Whether the album has the record of an event, without which there is no crowd (GRP-02)."""
    from models.event import Event

    event = Event.of(album)
    return event is not None and event.ended_at is None


def reject(face: Face, person: Person, *, by: User) -> None:
    """A human says that this is not that person; the pair never comes back, and nothing biometric is kept of it."""
    with db.atomic():
        Rejection.insert(face=face, person=person, by=by).on_conflict_ignore().execute()
        tally.refused(face, person.id)
        Match.delete().where(Match.face == face, Match.person == person).execute()
        index.refresh([face.photo_id])
        Trace.leave(by, "face.rejected", face, person=person, photo=face.photo)


def unreject(face: Face, person: Person, *, by: User) -> None:
    """Take that no back; if faces may be compared the worker looks again, as nothing of the old guess was kept."""
    with db.atomic():
        Rejection.delete().where(Rejection.face == face, Rejection.person == person).execute()
        Job.put("compare", face.photo_id)
        Trace.leave(by, "face.rejection-undone", face, person=person, photo=face.photo)


def undo(face: Face, *, by: User) -> None:
    """Take back what was said of a face; it waits again."""
    with db.atomic():
        faceprints.lose([face])
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


def draw(photo: Photo, box: Box, *, by: User) -> Face:
    """A box by hand where the machine saw nothing; Invalid outside the upright photo or right on another face."""
    check_box(photo, box)
    with db.atomic():
        face = place(photo, box, by=by, pixels=int(box[2] * (photo.width or 0)))
        index.refresh([photo.id])
        Trace.leave(by, "face.drawn", face, photo=photo)
    return face


def check_box(photo: Photo, box: Box, *, but: Face | None = None) -> None:
    """Raise Invalid for a box outside the photo, too small to be a face, or right on a face other than `but`."""
    from adapters.recognition import overlap

    left, top, width, height = box
    across = 0 <= left <= 1 and SMALLEST_BOX <= width <= 1 - left + 1e-6
    if not (across and 0 <= top <= 1 and SMALLEST_BOX <= height <= 1 - top + 1e-6):
        raise Invalid(_l("Draw the box inside the photo."))
    for other in photo.faces:
        if other != but and overlap(box, (other.left, other.top, other.width, other.height)) > TWICE:
            raise Invalid(_l("There is a face at this place already."))


def _forget_words(face: Face) -> list[int]:
    tally.taken_back(face)
    now = clock.now()
    named = Appearance.select(Appearance.person).where(
        Appearance.face == face, Appearance.undone_at.is_null()
    )
    people = [row.person_id for row in named]
    Appearance.update(undone_at=now).where(Appearance.face == face, Appearance.undone_at.is_null()).execute()
    Remark.update(undone_at=now).where(Remark.face == face, Remark.undone_at.is_null()).execute()
    # What is said anew or taken back elsewhere is no longer for the desk to take back.
    over = Step.update(undone_at=now).where(Step.face == face, Step.act.in_([Act.NAMED, Act.REMARKED]))
    over.where(Step.undone_at.is_null()).execute()
    return people


def _settled(face: Face) -> None:
    Face.update(waiting_since=None).where(Face.id == face.id).execute()
    claims.answer(face)
    _changed(face.photo)


def _changed(photo: Photo) -> None:
    search.note(photo)
    index.refresh([photo.id])
