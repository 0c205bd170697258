"""Faceprints: made of the confirmed faces of those who opted in, sealed, opened for one task, forgotten (BIO-04..07)."""

from __future__ import annotations

from collections.abc import Iterable

from adapters import imaging, seal
from adapters import recognition as recogniser
from adapters.keys import KeyGone
from adapters.sandbox import Unreadable
from models import scan
from models.album import Album, Mode
from models.base import db, tools
from models.face import Appearance, Face, Faceprint, Match
from models.index import refresh
from models.job import Job
from models.modes import mode_of
from models.opting_in import is_opted_in, opted_in
from models.person import Person
from models.photo import Photo
from models.trail import Trace

KEY = "faceprint"
SMALLEST = 35  # pixels; below, a face is a box only


def forget(person: Person, why: str = "consent over") -> None:
    """Destroy everything biometric of a person, key first, within the caller's transaction; a job sees to the bytes (BIO-07).

    `why` is one of forgetting.CAUSES; nothing there to destroy is no mistake.
    """
    faces = list(Faceprint.select(Faceprint.face).where(Faceprint.person == person))
    if faces or tools.keys.has(KEY, person.code):
        tools.keys.destroy(KEY, person.code)
        Faceprint.delete().where(Faceprint.person == person).execute()
        Trace.leave("system", "faceprints.forgotten", person, why=why, count=len(faces))
        Job.put("wipe", 0)
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
    made = [made for made in map(_numbers, _sources(person)) if made is not None]
    with db.atomic():
        # Asked again inside the transaction: she may have withdrawn while the recogniser worked.
        if not is_opted_in(person):
            forget(person)
            return
        before = Faceprint.select().where(Faceprint.person == person).count()
        tools.keys.destroy(KEY, person.code)
        Faceprint.delete().where(Faceprint.person == person).execute()
        if not made:
            return
        key = tools.keys.new(KEY, person.code)
        for face, vector in made:
            sealed = seal.encrypt_field(key, vector, _context(person, face))
            Faceprint.create(person=person, face=face, model=recogniser.MODEL, sealed=sealed)
        Trace.leave("system", "faceprints.made", person, count=len(made))
        scan.widen(person, before, len(made))


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
    vector = encoded(face.photo, [face])[0]
    return (face, vector) if vector else None


def encoded(photo: Photo, faces: list[Face]) -> list[bytes | None]:
    """The numbers of these faces (128 float32 each), for this task only; None where they can't be had."""
    data = bytes(tools.vault.read(photo.code, "original"))
    boxes = [(face.left, face.top, face.width, face.height) for face in faces]
    try:
        return imaging.encode_at(tools.sandbox, data, imaging.kind_of(data), boxes)
    except Unreadable:
        return [None] * len(faces)


def gallery() -> tuple[recogniser.Gallery, dict[str, int], dict[str, Person]]:
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
