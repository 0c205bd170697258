"""Looking for one face behind all other work: measured in the bounded child, compared in memory, strangers' numbers wiped at once (DSR-11, BIO-04)."""

from __future__ import annotations

import time
from collections.abc import Sequence

from peewee import ModelSelect, fn

from adapters import clock, imaging, seal
from adapters import recognition as recogniser
from adapters.keys import KeyGone, derive
from adapters.sandbox import Unreadable
from models import enrolling, faceprints, gallery, modes
from models.base import db, tools
from models.face import Face
from models.face_search import JOB, NUMBERS, FaceSearch, Over
from models.job import Job
from models.looking_for import unnamed
from models.may_search import why_not
from models.photo import Photo
from models.scan import TURN
from models.search_of_claim import propose
from models.trail import Trace

SHOWN = 640  # pixels of her picture beside what is proposed


def measure(search_id: int) -> None:
    """Measure her pictures, keep the mean sealed while the search goes on, and a small clean copy to compare with; or clear away.

    A job that may run twice.
    """
    search = FaceSearch.get_or_none(FaceSearch.id == search_id)
    if search is None:
        return
    if search.ended_at is None and (search.measured_at is not None or not search.pictures):
        _drop(search)  # the run before may have died between its commit and this
        return
    if search.ended_at is not None:
        search.destroy()
        return
    vectors: list[bytearray] = []
    try:
        why = "off" if why_not(search.claim) else _measured(search, vectors)
        with db.atomic():
            gallery.take_turn()
            fresh = FaceSearch.get_by_id(search.id)
            kept = not why and fresh.ended_at is None and fresh.place == search.place
            if kept:
                _keep(fresh, vectors)
            elif fresh.ended_at is None and fresh.place == search.place:
                if why == "off":  # no picture would do: the search itself may not go on
                    fresh.end(Over.OFF)
                else:
                    fresh.refuse(why)
    finally:
        recogniser.wipe(vectors)
    if not kept:  # also what was written after she took it back, while the recogniser worked
        tools.vault.destroy(search.vault_id)
    _drop(search)


def _drop(search: FaceSearch) -> None:
    """Her pictures as they came; the small copies to compare with stay."""
    for number in range(1, search.pictures + 1):
        tools.vault.drop(search.vault_id, f"picture-{number}")


def _measured(search: FaceSearch, vectors: list[bytearray]) -> str:
    """Fill in the numbers of the one face in each picture; why they do not do, or nothing."""
    try:
        for number in range(1, search.pictures + 1):
            data = bytes(tools.vault.read(search.vault_id, f"picture-{number}"))
            kind = imaging.kind_of(data)
            # Found first and measured alone: whoever stands behind her is never turned into numbers.
            face, why = enrolling.only(imaging.prepare(tools.sandbox, data, kind, encode=False).faces)
            if face is None:
                return why
            look = imaging.encode_at(tools.sandbox, data, kind, [face.box])[0]
            if look.vector is None:
                return look.flaw or "no_face"
            vectors.append(look.vector)
            shown = imaging.render(tools.sandbox, data, kind, longest=SHOWN).data
            tools.vault.put(search.vault_id, f"shown-{number}", shown)
    except (KeyGone, FileNotFoundError):
        return "lost"
    except Unreadable as error:
        return error.reason
    return "" if _alike(vectors) else "not_alike"


def _alike(vectors: Sequence[bytearray]) -> bool:
    return all(recogniser.distance(vectors[0], other) <= recogniser.SEARCH for other in vectors[1:])


def _keep(search: FaceSearch, vectors: Sequence[bytearray]) -> None:
    faceprint = recogniser.mean(vectors)
    try:
        tools.keys.destroy("object", search.numbers_id)
        key = derive(tools.keys.new("object", search.numbers_id), NUMBERS)
        tools.vault.put(search.numbers_id, NUMBERS, seal.encrypt_field(key, faceprint, _aad(search)))
    finally:
        recogniser.wipe([faceprint])
    FaceSearch.update(measured_at=clock.now(), total=_photos(modes.allowed()).count()).where(
        FaceSearch.id == search.id
    ).execute()
    Trace.leave(
        "system", "claim.face-measured", search.claim, person=search.claim.person, search=search.code, model=recogniser.MODEL,
    )  # fmt: skip
    Job.put(JOB, search.id)


def _aad(search: FaceSearch) -> bytes:
    return f"face-search|{search.code}|{recogniser.MODEL}".encode()


def work_on(search_id: int) -> None:
    """Look at photos for a while, one transaction each, and hand on; a job that a restart continues."""
    search = FaceSearch.get_or_none(FaceSearch.id == search_id)
    if search is None or search.ended_at is not None or search.measured_at is None:
        return
    try:
        key = derive(tools.keys.get("object", search.numbers_id), NUMBERS)
        faceprint = seal.decrypt_into(key, tools.vault.read(search.numbers_id, NUMBERS), _aad(search))
    except (KeyGone, FileNotFoundError, seal.BadSeal):
        with db.atomic():  # its numbers are gone, or another recogniser's
            search.end(Over.OFF)
        return
    try:
        more = _walk(search, faceprint)
    finally:
        recogniser.wipe([faceprint])
    if more:
        with db.atomic():
            Job.put(JOB, search.id)


def _walk(search: FaceSearch, faceprint: bytearray) -> bool:
    """Look at photos until the turn is over or others wait; True when there is more to do."""
    began = time.monotonic()
    while time.monotonic() - began < TURN and not Job.hurry():
        over = Over.OFF if why_not(search.claim) else None
        photo_id = None if over else _next(search)
        if photo_id is None:
            _end(search, over or Over.DONE)
            return False
        if not _look(search, photo_id, faceprint):
            return False
    return True


def _end(search: FaceSearch, over: Over) -> None:
    with db.atomic():
        gallery.take_turn()
        compared = FaceSearch.get_by_id(search.id).compared
        search.end(over, unsearchable=max(0, unnamed().count() - compared))


def _comparable(photo_id: int | None = None) -> ModelSelect[Face]:
    """Faces nobody has said anything of that are fit to be compared: whoever is named is known not to be sought."""
    query = Face.select().where(
        Face.waiting_since.is_null(False), Face.pixels >= recogniser.MIN_PIXELS, Face.flaw == ""
    )
    return query if photo_id is None else query.where(Face.photo == photo_id)


def _photos(albums: list[int]) -> ModelSelect[Photo]:
    waits = _comparable().select(Face.id).where(Face.photo == Photo.id)
    return Photo.select(Photo.id).where(Photo.album.in_(albums), fn.EXISTS(waits))


def _next(search: FaceSearch) -> int | None:
    query = _photos(modes.allowed())
    if search.cursor is not None:
        query = query.where(Photo.id < search.cursor)
    newest = query.order_by(Photo.id.desc()).first()
    return newest.id if newest is not None else None


def _look(search: FaceSearch, photo_id: int, faceprint: bytearray) -> bool:
    """Compare the faces of one photo and move on, also past one that fails; False when it ended or somebody took over meanwhile."""
    faces = list(_comparable(photo_id).order_by(Face.id))
    looks: list[imaging.Look] = []
    try:
        looks = faceprints.looked(Photo.get_by_id(photo_id), faces)
        near = [
            (recogniser.distance(look.vector, faceprint), face)
            for face, look in zip(faces, looks, strict=True) if look.vector is not None
        ]  # fmt: skip
        return _move(search, photo_id, near)
    except (KeyGone, FileNotFoundError):
        return _move(search, photo_id, None)
    except Exception:
        _move(search, photo_id, None)
        raise
    finally:
        recogniser.wipe(look.vector for look in looks)


def _move(search: FaceSearch, photo_id: int, near: Sequence[tuple[float, Face]] | None) -> bool:
    """Note that a photo was looked at, with the nearest face where it is near enough: ranked, and only ever proposed (BIO-05)."""
    distance, face = min(near or (), key=lambda pair: pair[0], default=(9.0, None))
    hit = face is not None and distance <= recogniser.SEARCH
    stood = FaceSearch.cursor.is_null() if search.cursor is None else FaceSearch.cursor == search.cursor
    with db.atomic():
        gallery.take_turn()
        # Only who moves the cursor from where it stood goes on, and nothing is written once her yes is gone.
        moved = FaceSearch.update(
            cursor=photo_id, seen=FaceSearch.seen + 1, compared=FaceSearch.compared + len(near or ()),
            missed=FaceSearch.missed + int(near is None), proposed=FaceSearch.proposed + int(hit),
        ).where(FaceSearch.id == search.id, FaceSearch.ended_at.is_null(), stood)  # fmt: skip
        if moved.execute() != 1:
            return False
        if hit and face is not None:
            propose(search.claim, photo_id, face, distance)
    search.cursor = photo_id
    return True
