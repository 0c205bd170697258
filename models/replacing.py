"""A photo in the place of one from which a person was taken out: everybody else stands in it as before, asked for nothing anew (ERA-01, GRP-01)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from adapters.imaging import Rendered
from models import index, search
from models.base import db
from models.consent import Line, LinePhoto
from models.covering import Box, seen_in
from models.face import Appearance, Face, Rejection, Remark
from models.person import Person
from models.photo import Photo, Review
from models.request import AskedPhoto, Request
from models.secrecy import SecrecyCheck
from models.trail import Trace
from models.unnaming import Known
from models.user import User

_KEPT = ("creator", "credit", "copyright", "place", "taken_at", "camera", "licence", "special_context")


def replace(old: Photo, picture: Rendered, *, part: Box, without: Person, by: User) -> Photo:
    """Take in what is left of a photo, `part` of it, with everybody in it but this person; the old one is still there.

    A run that broke off took the same bytes in together with everybody: then there is nothing left to do.
    """
    known = Known(without)
    with db.atomic():
        took = Photo.take_in(
            io.BytesIO(picture.data), f"{old.code}.jpg", old.album, by=by, caption=known.without(old.caption),
            tags=[tag.word for tag in old.tags if not known.is_in(tag.word)], instead=True,
        )  # fmt: skip
        new: Photo = took.photo
        if took.duplicate:
            return new
        _describe(old, new, known)
        faces = _faces(old, new, part, without)
        people = _people(old, new, faces, without)
        _words(old, new, faces)
        _scopes(old, new, without)
        search.note(new)
        index.refresh([new.id])
        Trace.leave("system", "photo.replaced", new, was=old.code, faces=len(faces), people=people)
    return new


def _describe(old: Photo, new: Photo, known: Known) -> None:
    values: dict[str, Any] = {name: getattr(old, name) for name in _KEPT}
    values |= {name: " ".join(known.without(getattr(old, name)).split()) for name in ("title", "alt_text")}
    for name, value in values.items():
        setattr(new, name, value)
    new.save(only=list(values))


def _faces(old: Photo, new: Photo, part: Box, without: Person) -> dict[int, Face]:
    """Every face but hers, where it is now, by what it was; hers is nobody's any more, and numbers are made of none here."""
    hers = Appearance.select(Appearance.face).where(
        Appearance.photo == old, Appearance.person == without, Appearance.undone_at.is_null(),
        Appearance.face.is_null(False),
    )  # fmt: skip
    made = {}
    for face in old.faces.where(Face.id.not_in(hers)).order_by(Face.id):
        box = seen_in(face.box, part)
        if box is not None:
            left, top, width, height = box
            made[face.id] = Face.create(
                photo=new, left=left, top=top, width=width, height=height, pixels=face.pixels, score=face.score,
                flaw=face.flaw, by=face.by, at=face.at, waiting_since=face.waiting_since,
            )  # fmt: skip
    return made


def _people(old: Photo, new: Photo, faces: dict[int, Face], without: Person) -> int:
    """Who stands where stays whose word it was, and when it was given."""
    rows = list(old.appearances.where(Appearance.person != without, Appearance.undone_at.is_null()))
    for row in rows:
        Appearance.create(photo=new, person=row.person, face=faces.get(row.face_id), by=row.by, at=row.at)
    return len(rows)


def _words(old: Photo, new: Photo, faces: dict[int, Face]) -> None:
    for remark in Remark.select().where(Remark.face.in_(list(faces)), Remark.undone_at.is_null()):
        Remark.create(face=faces[remark.face_id], word=remark.word, by=remark.by, at=remark.at)
    for no in Rejection.select().where(Rejection.face.in_(list(faces))):
        Rejection.create(face=faces[no.face_id], person=no.person, by=no.by, at=no.at)
    looks: Sequence[Any] = (Review, SecrecyCheck)
    for look in looks:
        for row in look.select().where(look.photo == old, look.undone_at.is_null()):
            look.create(photo=new, by=row.by, at=row.at)


def _scopes(old: Photo, new: Photo, without: Person) -> None:
    """What others agreed to for this very photo, or are being asked about it, goes on for the new one."""
    for covered in LinePhoto.select(LinePhoto, Line).join(Line).where(LinePhoto.photo == old):
        if covered.line.person_id != without.id:
            LinePhoto.create(line=covered.line, photo=new)
    for asked in AskedPhoto.select(AskedPhoto, Request).join(Request).where(AskedPhoto.photo == old):
        if asked.request.person_id != without.id:
            AskedPhoto.create(request=asked.request, photo=new)
