"""Faces to name: one face, the ranked suggestions, one key each."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from models import faces
from models.base import find
from models.errors import Invalid, _l
from models.face import Appearance, Face, Word
from models.permission import Permission
from models.person import Person
from models.photo import Photo
from views.access import needs
from views.pages import back_to, go, page

bp = Blueprint("faces", __name__)


@bp.get("/faces")
@needs(Permission.NAME)
def index() -> Response:
    """The next face that waits for a human's word; of one photo, or of all."""
    photo = find(current_user.photos(), request.values["photo"]) if request.values.get("photo") else None
    queue = faces.waiting(current_user, photo)
    face = queue.first()
    last = _mine(request.args["done"]) if request.args.get("done") else None
    return page(
        "faces/index.html",
        fragment="faces/_desk.html",
        face=face,
        photo=photo,
        guesses=faces.suggestions(face) if face else [],
        left=queue.limit(100).count() if face else 0,
        last=last,
        people=list(current_user.people().order_by(Person.name).limit(500)) if face else [],
    )


@bp.post("/faces/<code>")
@needs(Permission.NAME)
@back_to(lambda code: index())
def answer(code: str) -> Response:
    """A human's word on one face: a person, a new person, not that one, or no person to name."""
    face, form = _mine(code), request.form
    act = form.get("act", "")
    if act == "reject":
        faces.reject(face, find(Person.select(), form.get("person", "")), by=current_user)
        return _next(None)
    if act in set(Word):
        faces.remark(face, Word(act), by=current_user)
    elif act == "new":
        person = Person.add(form.get("name", ""), by=current_user)
        faces.name(face, person, by=current_user)
    else:
        faces.name(face, _chosen(form.get("person", "")), by=current_user)
    return _next(code)


@bp.post("/faces/<code>/undo")
@needs(Permission.NAME)
def undo(code: str) -> Response:
    """Take back what was said of a face."""
    face = _mine(code)
    faces.undo(face, by=current_user)
    if request.form.get("queue"):
        return go(url_for("faces.index", photo=request.form.get("photo") or None))
    return go(url_for("photos.show", code=face.photo.code) + "#people")


@bp.get("/photos/<code>/people/new")
@needs(Permission.NAME)
def place(code: str) -> Response:
    """Who is in the photo without a visible face?"""
    photo = find(current_user.photos(), code)
    return page(
        "faces/place.html", photo=photo, people=list(current_user.people().order_by(Person.name).limit(500))
    )


@bp.post("/photos/<code>/people")
@needs(Permission.NAME)
@back_to(place)
def put(code: str) -> Response:
    """Add someone without a visible face."""
    photo, form = find(current_user.photos(), code), request.form
    person = (
        Person.add(form["name"], by=current_user)
        if form.get("name", "").strip()
        else _chosen(form.get("person", ""))
    )
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
    return page("faces/draw.html", photo=find(current_user.photos(), code))


@bp.post("/photos/<code>/faces")
@needs(Permission.NAME)
@back_to(draw)
def drawn(code: str) -> Response:
    """Keep the box; the face waits for a name."""
    photo = find(current_user.photos(), code)
    faces.draw(photo, _box(), by=current_user)
    return go(url_for("faces.index", photo=code))


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


def _next(done: str | None) -> Response:
    return go(url_for("faces.index", photo=request.form.get("photo") or None, done=done))
