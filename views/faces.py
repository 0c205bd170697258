"""Faces to name: one face, who it may be, one key each; people without a face; boxes drawn by hand."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import boxes, desk, faces
from models.base import find
from models.errors import Invalid, _l
from models.face import Appearance, Face, Word
from models.permission import Permission
from models.person import Person
from models.photo import Photo
from views.access import needs
from views.pages import back_to, go, page

bp = Blueprint("faces", __name__)
SCOPE = ("photo", "album", "near")  # what the desk is laid out for stays in each of its addresses


@bp.get("/faces")
@needs(Permission.NAME)
def index() -> Response:
    """The next face that waits for a human's word; of one photo, of one album, or of all."""
    return _desk()


def _desk(
    face: Face | None = None, asked: Photo | None = None, note: str = "", found: desk.Found | None = None
) -> Response:
    given = request.values
    photo = find(current_user.photos(), given["photo"]) if given.get("photo") else None
    album = find(current_user.albums(), given["album"]) if given.get("album") else None
    if face is None and given.get("face"):
        face = _mine(given["face"])
    if asked is None and given.get("ask"):
        asked = find(current_user.photos(), given["ask"])
    shown = desk.look(
        current_user, photo=photo, album=album, near=given.get("near", ""), face=face, asked=asked
    )
    kept = {
        "photo": photo and photo.code,
        "album": album and album.code,
        "near": shown.album and shown.album.code,
    }
    return page(
        "faces/index.html", fragment="faces/_desk.html", desk=shown, photo=photo, album=album, found=found,
        note=note, kept={key: value for key, value in kept.items() if value},
    )  # fmt: skip


@bp.get("/faces/<code>/who")
@needs(Permission.NAME)
def who(code: str) -> Response:
    """People by the letters of their names, as one types; without scripts the whole desk with them."""
    face = _mine(code)
    found = desk.look_up(current_user, request.args.get("q", ""), face.photo)
    if request.htmx:
        return page("faces/_found.html", found=found)
    return _desk(face=face, found=found)


@bp.post("/faces/<code>")
@needs(Permission.NAME)
@back_to(lambda code: _desk(face=_mine(code)))
def answer(code: str) -> Response:
    """A human's word on one face: a person, a new person, not that one, no person to name, or later."""
    face, form = _mine(code), request.form
    if form.get("act") == "later":
        desk.put_off(face, by=current_user)
        return _next()
    if rejected := _rejected(face):
        desk.reject(face, rejected, by=current_user)
        return _next(face=face)
    done = desk.answer(
        face, _said(), also=form.getlist("also"), compared=bool(form.get("compared")), by=current_user
    )
    if not done:
        return _next(note=gettext("Somebody else answered that face a moment ago; nothing was changed."))
    return _next(asked=face.photo)


def _rejected(face: Face) -> list[Person]:
    form = request.form
    if form.get("act") == "none":
        return [guess.person for guess in faces.suggestions(face)]
    code = form.get("reject") or (form.get("person", "") if form.get("act") == "reject" else "")
    return [find(Person.select(), code)] if code else []


def _said() -> Person | Word | str:
    form = request.form
    act = form.get("act", "")
    if act in set(Word):
        return Word(act)
    if form.get("person", "").strip():
        return _chosen(form["person"])
    new = form.get("new") or form.get("name", "")
    if act == "new" or new.strip():
        return new
    raise Invalid(_l("Choose a person from the list, or make a new one."), field="person")


@bp.post("/faces/<code>/undo")
@needs(Permission.NAME)
def undo(code: str) -> Response:
    """Take back what was said of a face, on the photo's page."""
    face = _mine(code)
    faces.undo(face, by=current_user)
    return go(url_for("photos.show", code=face.photo.code) + "#people")


@bp.post("/faces/steps/undo")
@needs(Permission.NAME)
def undo_last() -> Response:
    """Take back everything the last key did; again for the one before."""
    return _taken_back(desk.last(current_user))


@bp.post("/faces/steps/<code>/undo")
@needs(Permission.NAME)
def undo_step(code: str) -> Response:
    """Take back one of several faces that were answered together."""
    return _taken_back([find(desk.steps(current_user), code)])


def _taken_back(steps: list[Any]) -> Response:
    if not steps:
        return _next(
            note=gettext(
                "There is nothing left to take back here. On the photo's page each answer has its own undo."
            )
        )
    desk.take_back(steps, by=current_user)
    return _next(face=next((step.face for step in steps if step.face_id), None))


@bp.post("/faces/later/again")
@needs(Permission.NAME)
def look_again() -> Response:
    """Bring back the faces one left for later."""
    desk.look_again(by=current_user)
    return _next()


@bp.post("/photos/<code>/finished")
@needs(Permission.NAME)
def finish(code: str) -> Response:
    """Everyone who can be recognised in this photo is named; a face without an answer can't be recognised."""
    desk.finish(find(current_user.photos(), code), by=current_user)
    return _next()


@bp.get("/photos/<code>/people/new")
@needs(Permission.NAME)
def place(code: str) -> Response:
    """Who is in the photo without a visible face?"""
    photo = find(current_user.photos(), code)
    found = desk.look_up(current_user, request.args.get("q", ""), photo)
    if request.htmx:
        return page("faces/_found.html", found=found)
    return page("faces/place.html", photo=photo, found=found)


@bp.post("/photos/<code>/people")
@needs(Permission.NAME)
@back_to(place)
def put(code: str) -> Response:
    """Add someone without a visible face."""
    photo, form = find(current_user.photos(), code), request.form
    new = form.get("new") or form.get("name", "")
    chosen = form.get("person", "").strip() or not new.strip()
    person = _chosen(form.get("person", "")) if chosen else Person.add(new, by=current_user)
    faces.add_person(photo, person, by=current_user)
    return go(url_for("photos.show", code=code) + "#people")


@bp.post("/photos/<code>/people/<appearance>/remove")
@needs(Permission.NAME)
def displace(code: str, appearance: str) -> Response:
    """Undo that."""
    photo: Photo = find(current_user.photos(), code)
    there = photo.appearances.where(Appearance.undone_at.is_null())
    faces.remove_person(find(there, appearance), by=current_user)
    return go(url_for("photos.show", code=code) + "#people")


@bp.get("/photos/<code>/faces/new")
@needs(Permission.NAME)
def draw(code: str) -> Response:
    """Draw a box where the machine saw nothing."""
    photo = find(current_user.photos(), code)
    return page("faces/draw.html", photo=photo, face=None, others=list(photo.faces))


@bp.post("/photos/<code>/faces")
@needs(Permission.NAME)
@back_to(draw)
def drawn(code: str) -> Response:
    """Keep the box; the face is the next on the desk."""
    photo = find(current_user.photos(), code)
    face = faces.draw(photo, _box(), by=current_user)
    return go(url_for("faces.index", near=photo.album.code, face=face.code))


@bp.get("/faces/<code>/box")
@needs(Permission.NAME)
def box(code: str) -> Response:
    """Move or resize a box drawn by hand."""
    face = _mine(code)
    others = [other for other in face.photo.faces if other != face]
    return page("faces/draw.html", photo=face.photo, face=face, others=others)


@bp.post("/faces/<code>/box")
@needs(Permission.NAME)
@back_to(box)
def move(code: str) -> Response:
    """Keep the new place; what was said of the face stays."""
    face = _mine(code)
    boxes.move(face, _box(), by=current_user)
    return go(url_for("photos.show", code=face.photo.code) + "#people")


@bp.post("/faces/<code>/box/remove")
@needs(Permission.NAME)
def remove(code: str) -> Response:
    """Take a box drawn by hand away."""
    face = _mine(code)
    photo = face.photo
    boxes.remove(face, by=current_user)
    flash(gettext("The box is gone."))
    return go(url_for("photos.show", code=photo.code) + "#people")


def _mine(code: str) -> Face:
    return find(
        Face.select(Face, Photo).join(Photo).where(Face.photo.in_(current_user.photos().select(Photo.id))),
        code,
    )


def _chosen(code_or_name: str) -> Person:
    people = current_user.people()
    person = people.where((Person.code == code_or_name) | (Person.name == code_or_name.strip())).limit(2)
    found = list(person)
    if len(found) == 1:
        return found[0]
    raise Invalid(
        _l("There are two people with this name; choose one from the list.") if found
        else _l("Choose a person from the list, or make a new one."),
        field="person",
    )  # fmt: skip


def _box() -> tuple[float, float, float, float]:
    try:
        left, top, width, height = (
            float(request.form[name]) / 100 for name in ("left", "top", "width", "height")
        )
    except (KeyError, ValueError):
        raise Invalid(_l("Draw the box, or fill in four numbers."), field="left") from None
    return left, top, width, height


def _next(face: Face | None = None, asked: Photo | None = None, note: str = "") -> Response:
    """The desk again: swapped in by htmx, so that no key is lost between two faces; else by a redirect."""
    if request.htmx:
        return _desk(face, asked, note)
    if note:
        flash(note)
    kept = {key: request.values.get(key) or None for key in SCOPE}
    return go(url_for("faces.index", **kept, face=face and face.code, ask=asked and asked.code))
