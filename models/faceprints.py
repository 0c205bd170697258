"""Faceprints: made of the confirmed faces of those who opted in, sealed, opened for one task, forgotten (BIO-04..07)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from peewee import JOIN

from adapters import imaging, seal
from adapters import recognition as recogniser
from adapters.keys import KeyGone
from adapters.sandbox import Unreadable
from models import gallery, scan, selfie
from models.album import Album, Mode
from models.base import db, tools
from models.face import Appearance, Face, Faceprint, Match, Source
from models.index import refresh
from models.job import Job
from models.modes import mode_of
from models.opting_in import is_opted_in
from models.person import Person
from models.photo import Photo
from models.trail import Trace

KEY = "faceprint"
SMALLEST = recogniser.MIN_PIXELS  # below, a face is a box only


def forget(person: Person, why: str = "consent over") -> None:
    """Destroy everything biometric of a person, key first, within the caller's transaction; a job sees to the bytes (BIO-07).

    `why` is one of forgetting.CAUSES; nothing there to destroy is no mistake.
    """
    gallery.changed(person)
    prints = _count(person)
    if prints or tools.keys.has(KEY, person.code):
        tools.keys.destroy(KEY, person.code)
        Faceprint.delete().where(Faceprint.person == person).execute()
        Trace.leave("system", "faceprints.forgotten", person, why=why, count=prints)
        Job.put("wipe", 0)
    selfie.forget(person)
    photos = {face.photo_id for face in Face.select(Face.photo).join(Match).where(Match.person == person)}
    Match.delete().where(Match.person == person).execute()
    refresh(photos)


def lose(faces: Iterable[Face], why: str = "source") -> None:
    """Before these faces are erased, or no longer hers: whose numbers came from them is forgotten and made anew without (BIO-07).

    Within the caller's transaction.
    """
    rows = (
        Faceprint.select(Faceprint.person).where(Faceprint.face.in_([face.id for face in faces])).distinct()
    )
    for person in list(Person.select().where(Person.id.in_(rows))):
        forget(person, why)
        Job.put("faceprints", person.id)


def make(person_id: int) -> None:
    """Make the numbers of a person's confirmed faces anew, or forget them when her consent does not hold; a job."""
    person = Person.get_or_none(Person.id == person_id)
    if person is None:
        return
    if not is_opted_in(person):
        with db.atomic():
            forget(person)
        return
    made: list[tuple[Face | None, bytearray]] = [*_numbers(person, _sources(person))]
    try:
        with db.atomic():
            gallery.changed(person)
            # Asked again inside the transaction: she may have withdrawn while the recogniser worked.
            if not is_opted_in(person):
                forget(person)
                return
            before = _count(person)
            made += [(None, vector) for vector in _of_selfie(person)]
            tools.keys.destroy(KEY, person.code)
            Faceprint.delete().where(Faceprint.person == person).execute()
            if not made:
                return
            key = tools.keys.new(KEY, person.code)
            for face, vector in made:
                _keep(key, person, face, vector)
            Trace.leave("system", "faceprints.made", person, count=len(made), model=recogniser.MODEL)
            scan.widen(person, before, len(made))
    finally:
        recogniser.wipe(vector for _, vector in made)


def keep_selfie(person: Person, vector: bytearray) -> None:
    """Keep the numbers of her selfie, in place of those of an older one, and look for her; within the caller's transaction."""
    gallery.changed(person)
    before = _count(person)
    Faceprint.delete().where(Faceprint.person == person, Faceprint.source == Source.SELFIE).execute()
    key = tools.keys.many(KEY, [person.code]).get(person.code) or tools.keys.new(KEY, person.code)
    _keep(key, person, None, vector)
    scan.widen(person, before, _count(person))


def _count(person: Person) -> int:
    return int(Faceprint.select().where(Faceprint.person == person).count())


def _keep(key: bytes, person: Person, face: Face | None, vector: bytearray) -> None:
    sealed = seal.encrypt_field(key, vector, _context(person, face))
    source = Source.FACE if face else Source.SELFIE
    Faceprint.create(person=person, face=face, source=source, model=recogniser.MODEL, sealed=sealed)


def _of_selfie(person: Person) -> list[bytearray]:
    """The numbers of her selfie, whose picture is gone: made anew they can't be, so they are opened to be sealed again."""
    mine = Faceprint.select().where(Faceprint.person == person, Faceprint.source == Source.SELFIE)
    rows = list(mine.where(Faceprint.model == recogniser.MODEL))
    if not selfie.holds(person) or not rows:
        return []
    try:
        key = tools.keys.get(KEY, person.code)
        return [seal.decrypt_into(key, row.sealed, _context(person, None)) for row in rows]
    except (KeyGone, seal.BadSeal):
        return []  # a crash came between key and rows; what is left opens for nobody


def _sources(person: Person) -> list[Face]:
    """Up to ten of her confirmed faces that are fit to be compared, the largest first."""
    rows = (
        Face.select(Face, Photo, Album)
        .join(Photo)
        .join(Album)
        .switch(Face)
        .join(Appearance)
        .where(
            Appearance.person == person,
            Appearance.undone_at.is_null(),
            Face.pixels >= SMALLEST,
            Face.flaw == "",
        )
        .order_by(Face.pixels.desc(), Face.id)
    )
    return [face for face in rows if mode_of(face.photo.album) is not Mode.OFF][: recogniser.MAX_SOURCES]


def _numbers(person: Person, sources: list[Face]) -> list[tuple[Face, bytearray]]:
    """The numbers of these faces: opened where this model made them already, else made now; the caller wipes them."""
    known = _opened_of(person)
    made: list[tuple[Face, bytearray]] = []
    for face in sources:
        vector = known.pop(face.id, None) or encoded(face.photo, [face])[0]
        if vector is not None:
            made.append((face, vector))
    recogniser.wipe(known.values())
    return made


def _opened_of(person: Person) -> dict[int, bytearray]:
    mine = list(Faceprint.select().where(Faceprint.person == person, Faceprint.model == recogniser.MODEL))
    for _, vectors in opened([person]):
        return {row.face_id: vector for row, vector in zip(mine, vectors, strict=True)}
    return {}


def looked(photo: Photo, faces: list[Face]) -> list[imaging.Look]:
    """What is to be seen at these faces, for this task only: whoever asked wipes the numbers (BIO-04)."""
    data = bytes(tools.vault.read(photo.code, "original"))
    boxes = [(face.left, face.top, face.width, face.height) for face in faces]
    try:
        return imaging.encode_at(tools.sandbox, data, imaging.kind_of(data), boxes)
    except Unreadable:
        return [imaging.Look(None, "")] * len(faces)


def encoded(photo: Photo, faces: list[Face]) -> list[bytearray | None]:
    """The numbers alone; None where they can't be had."""
    return [look.vector for look in looked(photo, faces)]


def opened(people: list[Person]) -> Iterator[tuple[Person, list[bytearray]]]:
    """Each person's numbers, made by this model alone, in memory that the caller wipes.

    Whoever's key is gone or does not fit is left out, and made anew: a crash between key and rows is no fault of others.
    """
    owners = {person.id: person for person in people}
    keys = tools.keys.many(KEY, [person.code for person in people])
    rows: dict[int, list[Faceprint]] = {}
    for row in (
        Faceprint.select(Faceprint, Face)
        .join(Face, JOIN.LEFT_OUTER)
        .where(Faceprint.person.in_(list(owners)), Faceprint.model == recogniser.MODEL)
        .order_by(Faceprint.id)
    ):
        rows.setdefault(row.person_id, []).append(row)
    for person_id, prints in rows.items():
        person = owners[person_id]
        try:
            key = keys[person.code]
            yield person, [seal.decrypt_into(key, row.sealed, _context(person, row.face)) for row in prints]
        except (KeyError, seal.BadSeal):
            with db.atomic():
                Job.put("faceprints", person_id)


def _context(person: Person, face: Face | None) -> bytes:
    return f"faceprint|{person.code}|{face.code if face else 'selfie'}|{recogniser.MODEL}".encode()
