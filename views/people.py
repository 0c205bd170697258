"""People: who they are, what they agreed to, where they appear."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from models import consent_list, consents_of
from models.base import find
from models.circumstance import Circumstance
from models.merging import Merging
from models.permission import Permission
from models.person import Person, Relation
from models.photo import Photo
from models.use import Use
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, go, page

bp = Blueprint("people", __name__)
PAGE = 60


@bp.get("/people")
@needs(Permission.PEOPLE)
def index() -> Response:
    """Everyone, by name, a page at a time."""
    asked = request.args.get("q", "")[:100]
    query = Person.named(current_user.people(), asked, after=request.args.get("after", ""))
    people = list(query.limit(PAGE + 1))
    return page(
        "people/index.html", people=people[:PAGE], asked=asked,
        more=url_for("people.index", q=asked or None, after=people[PAGE - 1].code) if len(people) > PAGE else None,
        standing=consents_of.summary(people[:PAGE]),
    )  # fmt: skip


@bp.get("/people/new")
@needs(Permission.PEOPLE)
def new() -> Response:
    """A new person."""
    return page("people/edit.html", person=None, relations=_relations())


@bp.post("/people")
@needs(Permission.PEOPLE)
@back_to(new)
def create() -> Response:
    """Add someone."""
    person = Person.add(**_given(), by=current_user)
    return go(url_for("people.show", code=person.code))


@bp.get("/people/<code>")
@needs(Permission.PEOPLE)
def show(code: str) -> Response:
    """One person: choices per use, the history of consents, photos."""
    person = find(current_user.people(), code)
    photos = list(Photo.of_person(current_user.photos(), person).limit(24))
    return page(
        "people/show.html", person=person, photos=photos, uses=Use.current(), choices=consents_of.choices(person),
        history=consents_of.history(person), recognition=consents_of.recognition(person),
        open_requests=consent_list.requests_to(current_user, person), mergings=Merging.of(person),
        circumstances=Circumstance.seen_by(current_user, person),
    )  # fmt: skip


@bp.get("/people/<code>/edit")
@needs(Permission.CONTACTS)
def edit(code: str) -> Response:
    """Correct what is known."""
    return page("people/edit.html", person=find(current_user.people(), code), relations=_relations())


@bp.post("/people/<code>")
@needs(Permission.CONTACTS)
@back_to(edit)
def change(code: str) -> Response:
    """Keep the correction."""
    find(current_user.people(), code).change(by=current_user, **_given())
    return go(url_for("people.show", code=code))


@bp.post("/people/<code>/guardians")
@needs(Permission.CONTACTS)
@back_to(edit)
def add_guardian(code: str) -> Response:
    """Add a parent or guardian of a minor, or a relative of someone who died."""
    form = request.form
    person = find(current_user.people(), code)
    person.add_guardian(
        name=form.get("guardian", ""),
        email=form.get("guardian_email", ""),
        kind=form.get("kind", "guardian"),
        by=current_user,
    )
    return go(url_for("people.show", code=code))


def _given() -> dict[str, Any]:
    form = request.form
    return {
        "name": form.get("name", ""), "email": form.get("email", ""), "born": day_of(form.get("born", ""), "born"),
        "relation": form.get("relation", "visitor"), "locale": form.get("locale", ""), "note": form.get("note", ""),
    }  # fmt: skip


def _relations() -> list[str]:
    return [relation.value for relation in Relation]
