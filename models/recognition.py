"""Comparing faces: whether it is allowed at all, with whom, and forgetting it again (BIO-01..09, requirements 3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from peewee import JOIN

from adapters import clock, imaging, seal
from adapters import recognition as recogniser
from adapters.keys import KeyGone
from adapters.sandbox import Unreadable
from models.album import Album, Mode
from models.assessment import Assessment
from models.base import db, tools
from models.consent import About, Answer, Line, Withdrawal
from models.errors import Invalid, _l
from models.face import Appearance, Face, Faceprint, Match, Rejection
from models.gather import today
from models.index import refresh
from models.job import Job
from models.permission import Permission
from models.person import Person
from models.photo import Photo
from models.setting import Setting
from models.trail import Trace
from models.user import User

KEY = "faceprint"
LONGEST_ASSESSMENT = timedelta(days=366)
SMALLEST = 35  # pixels; below, a face is a box only
MOST_COMPARED = 2000  # photos compared anew when someone opts in

QUESTIONS = ("purpose", "need", "ground", "bystanders", "risks", "measures")


def mode_of(album: Album) -> Mode:
    """The mode in force for an album: the organisation's, or off; always off without a valid assessment."""
    general = Mode(Setting.of("recognition_mode"))
    if general is Mode.OFF or album.mode is Mode.OFF or current_assessment(general) is None:
        return Mode.OFF
    # A closed roster holds only where a named human attested it for this very album.
    if general is Mode.ROSTER and album.mode is not Mode.ROSTER:
        return Mode.OFF
    return general


def current_assessment(mode: Mode) -> Assessment | None:
    """The approved, unexpired assessment made for this mode and this recogniser, if there is one."""
    return (
        Assessment.select()
        .where(
            Assessment.mode == mode,
            Assessment.model == recogniser.MODEL,
            Assessment.ended_at.is_null(),
            Assessment.expires_on >= today(),
        )
        .order_by(Assessment.id.desc())
        .first()
    )


def may_encode(album: Album) -> bool:
    """True when faces of this album may be turned into numbers, and there is someone to compare them with."""
    return mode_of(album) is not Mode.OFF and Faceprint.select().exists()


def switch_on(mode: Mode, answers: dict[str, str], expires_on: date, *, by: User) -> Assessment:
    """Approve the assessment and switch recognition on; the DPO alone, and every question answered (BIO-01)."""
    by.require(Permission.COMPLIANCE)
    if mode is Mode.OFF:
        raise Invalid(_l("Choose how faces may be compared."), field="mode")
    for question in QUESTIONS:
        if len(answers.get(question, "").strip()) < 10:
            raise Invalid(_l("Answer this in a sentence or two."), field=question)
    if not today() < expires_on <= today() + LONGEST_ASSESSMENT:
        raise Invalid(_l("Choose a day within a year from now."), field="expires_on")
    given = {question: answers[question].strip()[:4000] for question in QUESTIONS}
    with db.atomic():
        Assessment.update(ended_at=clock.now()).where(Assessment.ended_at.is_null()).execute()
        made = Assessment.create(
            mode=mode, answers=given, model=recogniser.MODEL, by=by, expires_on=expires_on
        )
        Setting.put("recognition_mode", mode.value)
        Trace.leave(by, "recognition.on", made, mode=mode.value, expires_on=expires_on)
        for person in opted_in():
            Job.put("faceprints", person.id)
    return made


def switch_off(*, by: User) -> None:
    """Switch recognition off: keys, numbers and guesses go in this transaction (BIO-07)."""
    by.require(Permission.COMPLIANCE)
    with db.atomic():
        Setting.put("recognition_mode", Mode.OFF.value)
        Assessment.update(ended_at=clock.now()).where(Assessment.ended_at.is_null()).execute()
        people = list(Person.select().join(Faceprint).distinct())
        for person in people:
            forget(person)
        left = {match.photo_id for match in Face.select(Face.photo).join(Match).distinct()}
        Match.delete().execute()
        refresh(left)
        Trace.leave(by, "recognition.off", people=len(people))


def attest_roster(album: Album, *, by: User) -> None:
    """A named human attests that everyone in this album is on the roster and opted in (M1)."""
    with db.atomic():
        Album.update(mode=Mode.ROSTER).where(Album.id == album.id).execute()
        Trace.leave(by, "recognition.roster", album)


def opted_in() -> list[Person]:
    """Everyone whose recognition consent holds today; minors are left out (BIO-09)."""
    rows = (
        Line.select(Line, Person, Withdrawal.id.alias("withdrawn"))
        .join(Person)
        .switch(Line)
        .join(Withdrawal, JOIN.LEFT_OUTER)
        .where(Line.about == About.RECOGNITION)
        .order_by(Line.decided_at, Line.id)
        .objects()
    )
    newest = {line.person_id: line for line in rows}
    good = [person_id for person_id, line in newest.items() if _holds(line)]
    return [person for person in Person.select().where(Person.id.in_(good)) if not person.is_minor()]


def _holds(line: Any) -> bool:
    given = line.answer in (Answer.GIVEN, Answer.RENEWED) and line.withdrawn is None
    return bool(
        given
        and line.explicit
        and line.valid_from <= today()
        and (line.valid_until is None or line.valid_until >= today())
    )


def is_opted_in(person: Person) -> bool:
    """Whether this person's recognition consent holds today."""
    return any(other.id == person.id for other in opted_in())


def forget(person: Person) -> None:
    """Destroy everything biometric of a person, key first, within the caller's transaction (BIO-07)."""
    tools.keys.destroy(KEY, person.code)
    Faceprint.delete().where(Faceprint.person == person).execute()
    photos = {face.photo_id for face in Face.select(Face.photo).join(Match).where(Match.person == person)}
    Match.delete().where(Match.person == person).execute()
    refresh(photos)


def make_faceprints(person_id: int) -> None:
    """Make the numbers of a person's confirmed faces anew, or forget them when her consent does not hold; a job."""
    person = Person.get_or_none(Person.id == person_id)
    if person is None:
        return
    if not is_opted_in(person):
        with db.atomic():
            forget(person)
        return
    made = [made for made in map(_numbers, _sources(person)) if made is not None]
    with db.atomic():
        # Asked again inside the transaction: she may have withdrawn while the recogniser worked.
        if not is_opted_in(person):
            forget(person)
            return
        tools.keys.destroy(KEY, person.code)
        Faceprint.delete().where(Faceprint.person == person).execute()
        if not made:
            return
        key = tools.keys.new(KEY, person.code)
        for face, vector in made:
            sealed = seal.encrypt_field(key, vector, _context(person, face))
            Faceprint.create(person=person, face=face, model=recogniser.MODEL, sealed=sealed)
        Trace.leave("system", "faceprints.made", person, count=len(made))
        waiting = (
            Face.select(Face.photo)
            .where(Face.waiting_since.is_null(False), Face.pixels >= SMALLEST)
            .distinct()
        )
        for row in waiting.limit(MOST_COMPARED):
            Job.put("compare", row.photo_id)


def _sources(person: Person) -> list[Face]:
    rows = (
        Face.select(Face, Photo, Album)
        .join(Photo)
        .join(Album)
        .switch(Face)
        .join(Appearance)
        .where(Appearance.person == person, Appearance.undone_at.is_null(), Face.pixels >= SMALLEST)
        .order_by(Face.pixels.desc())
    )
    return [face for face in rows if mode_of(face.photo.album) is not Mode.OFF][: recogniser.MAX_SOURCES]


def _numbers(face: Face) -> tuple[Face, bytes] | None:
    vector = _encoded(face.photo, [face])[0]
    return (face, vector) if vector else None


def _encoded(photo: Photo, faces: list[Face]) -> list[bytes | None]:
    data = bytes(tools.vault.read(photo.code, "original"))
    boxes = [(face.left, face.top, face.width, face.height) for face in faces]
    try:
        return imaging.encode_at(tools.sandbox, data, imaging.kind_of(data), boxes)
    except Unreadable:
        return [None] * len(faces)


def compare(photo_id: int) -> None:
    """Compare a photo's waiting faces with those who opted in; a job, and nothing of strangers is kept."""
    photo = Photo.get_or_none(Photo.id == photo_id)
    if photo is None or not may_encode(photo.album):
        return
    faces = list(photo.faces.where(Face.waiting_since.is_null(False), Face.pixels >= SMALLEST))
    vectors = _encoded(photo, faces) if faces else []
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
    gallery, sources, people = _gallery()
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


def _gallery() -> tuple[recogniser.Gallery, dict[str, int], dict[str, Person]]:
    """The templates of those who opted in, decrypted for this task only."""
    gallery, sources, people = recogniser.Gallery(), {}, {person.code: person for person in opted_in()}
    rows: dict[str, list[bytes]] = {}
    owners = {person.id: person for person in people.values()}
    keys = tools.keys.many(KEY, people)
    prints = Faceprint.select(Faceprint, Face).join(Face).where(Faceprint.person.in_(list(owners)))
    for row in prints.where(Faceprint.model == recogniser.MODEL):
        person = owners[row.person_id]
        if person.code not in keys:
            raise KeyGone(person.code)
        opened = seal.decrypt_field(keys[person.code], bytes(row.sealed), _context(person, row.face))
        rows.setdefault(person.code, []).append(opened)
    for code, vectors in rows.items():
        gallery.add(code, recogniser.mean(vectors), len(vectors))
        sources[code] = len(vectors)
    return gallery, sources, {code: people[code] for code in rows}


def _context(person: Person, face: Face) -> bytes:
    return f"faceprint|{person.code}|{face.code}|{recogniser.MODEL}".encode()


def sweep() -> None:
    """Queue the forgetting of whoever's consent ended by date, and nothing else; asked every minute."""
    good = {person.id for person in opted_in()}
    with db.atomic():
        for row in Faceprint.select(Faceprint.person).distinct():
            if row.person_id not in good or Mode(Setting.of("recognition_mode")) is Mode.OFF:
                Job.put("faceprints", row.person_id)
