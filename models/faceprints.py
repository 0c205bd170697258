"""Faceprints: made of the confirmed faces of those who opted in, sealed, opened for one task, forgotten (BIO-04..07)."""

from __future__ import annotations

from peewee import JOIN

from adapters import imaging, seal
from adapters import recognition as recogniser
from adapters.keys import KeyGone
from adapters.sandbox import Unreadable
from models import selfie
from models.album import Album, Mode
from models.base import db, is_postgres, tools
from models.face import Appearance, Face, Faceprint, Match, Source
from models.index import refresh
from models.job import Job
from models.modes import mode_of
from models.opting_in import is_opted_in, opted_in
from models.person import Person
from models.photo import Photo
from models.setting import Setting
from models.trail import CHAIN_LOCK, Trace

KEY = "faceprint"
SMALLEST = 35  # pixels; below, a face is a box only
MOST_COMPARED = 2000  # photos compared anew when someone opts in


def forget(person: Person) -> None:
    """Destroy everything biometric of a person, key first, within the caller's transaction (BIO-07)."""
    alone()
    tools.keys.destroy(KEY, person.code)
    Faceprint.delete().where(Faceprint.person == person).execute()
    selfie.forget(person)
    photos = {face.photo_id for face in Face.select(Face.photo).join(Match).where(Match.person == person)}
    Match.delete().where(Match.person == person).execute()
    refresh(photos)


def make(person_id: int) -> None:
    """Make the numbers of a person's confirmed faces anew, or forget them when her consent does not hold; a job."""
    person = Person.get_or_none(Person.id == person_id)
    if person is None:
        return
    if not is_opted_in(person):
        with db.atomic():
            forget(person)
        return
    made: list[tuple[Face | None, bytes]] = [found for found in map(_numbers, _sources(person)) if found]
    with db.atomic():
        alone()
        # Asked again inside the transaction: she may have withdrawn while the recogniser worked.
        if not is_opted_in(person):
            forget(person)
            return
        made += [(None, vector) for vector in _of_selfie(person)]
        tools.keys.destroy(KEY, person.code)
        Faceprint.delete().where(Faceprint.person == person).execute()
        if not made:
            return
        key = tools.keys.new(KEY, person.code)
        for face, vector in made:
            _keep(key, person, face, vector)
        Trace.leave("system", "faceprints.made", person, count=len(made))
        _compare_anew()


def alone() -> None:
    """Let nobody else change faceprints until the caller's transaction ends.

    SQLite lets one transaction write at a time; of two in PostgreSQL one would seal with a key the other has destroyed.
    """
    if is_postgres():
        # The trail's lock, which every act takes: a second one could be waited for the other way round.
        db.execute_sql("SELECT pg_advisory_xact_lock(%s)", (CHAIN_LOCK,))


def keep_selfie(person: Person, vector: bytes) -> None:
    """Keep the numbers of her selfie, in place of those of an older one, and look for her; within a transaction that is alone."""
    Faceprint.delete().where(Faceprint.person == person, Faceprint.source == Source.SELFIE).execute()
    key = tools.keys.many(KEY, [person.code]).get(person.code) or tools.keys.new(KEY, person.code)
    _keep(key, person, None, vector)
    _compare_anew()


def _compare_anew() -> None:
    waiting = (
        Face.select(Face.photo).where(Face.waiting_since.is_null(False), Face.pixels >= SMALLEST).distinct()
    )
    for row in waiting.limit(MOST_COMPARED):
        Job.put("compare", row.photo_id)


def _keep(key: bytes, person: Person, face: Face | None, vector: bytes) -> None:
    sealed = seal.encrypt_field(key, vector, _context(person, face))
    source = Source.FACE if face else Source.SELFIE
    Faceprint.create(person=person, face=face, source=source, model=recogniser.MODEL, sealed=sealed)


def _of_selfie(person: Person) -> list[bytes]:
    """The numbers of her selfie, whose picture is gone: made anew they can't be, so they are opened to be sealed again."""
    mine = Faceprint.select().where(Faceprint.person == person, Faceprint.source == Source.SELFIE)
    rows = list(mine.where(Faceprint.model == recogniser.MODEL))
    if not selfie.holds(person) or not rows:
        return []
    try:
        key = tools.keys.get(KEY, person.code)
        return [seal.decrypt_field(key, bytes(row.sealed), _context(person, None)) for row in rows]
    except (KeyGone, seal.BadSeal):
        return []  # a crash came between key and rows; what is left opens for nobody


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
    prints = (
        Faceprint.select(Faceprint, Face)
        .join(Face, JOIN.LEFT_OUTER)
        .where(Faceprint.person.in_(list(owners)))
    )
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


def _context(person: Person, face: Face | None) -> bytes:
    return f"faceprint|{person.code}|{face.code if face else 'selfie'}|{recogniser.MODEL}".encode()


def sweep() -> None:
    """Queue the forgetting of whoever's consent ended by date, and nothing else; asked every minute."""
    good = {person.id for person in opted_in()}
    with db.atomic():
        for row in Faceprint.select(Faceprint.person).distinct():
            if row.person_id not in good or Mode(Setting.of("recognition_mode")) is Mode.OFF:
                Job.put("faceprints", row.person_id)
