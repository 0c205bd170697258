"""People for programs."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_login import current_user

from models import consents_of
from models.base import find
from models.permission import Permission
from models.person import Person, Relation
from models.use import Use
from views.access import bearer
from views.api.calls import PAGING, call, listed, theirs
from views.api.shape import CODE, DAY, MOMENT, YES_NO, many, named, one_of, or_null, text, thing

PAGE = 48
BRIEF = {"code": CODE, "name": text(200), "relation": one_of(*Relation), "added_at": MOMENT}
CONTACT = {"email": or_null(text(254)), "born": or_null(DAY), "locale": text(2), "note": text(2000)}
CHOICE = thing(
    {"use": CODE, "state": one_of("given", "refused", "withdrawn", "ended", "unknown"), "until": or_null(DAY)}
)
LISTED = named("PersonInList", thing(BRIEF))
PERSON = named(
    "Person", thing({**BRIEF, "minor": YES_NO, "choices": many(CHOICE), "recognition": YES_NO}, CONTACT)
)
NEW = thing(
    {"name": text(200, 1)},
    {
        "email": text(254), "born": DAY, "relation": one_of(*Relation), "locale": one_of("en", "nl", "de"),
        "note": text(2000),
    },
)  # fmt: skip
_BRIEF = {
    "code": "p3x5c7v9bn", "name": "Noor Voorbeeld", "relation": "visitor",
    "added_at": "2027-02-01T10:00:00+00:00",
}  # fmt: skip
_PERSON = {
    **_BRIEF, "minor": False, "choices": [{"use": "website", "state": "given", "until": "2028-05-31"}], "recognition": False,
    "email": "noor@voorbeeld.example", "born": None, "locale": "nl", "note": "",
}  # fmt: skip


@call(
    "GET", "/people", bearer("read", Permission.PEOPLE), query={"q": text(100), **PAGING},
    answers={200: listed("people", LISTED)}, example={"people": [_BRIEF], "next": None},
)  # fmt: skip
def list_people(q: str | None, cursor: str | None, limit: int | None) -> Any:
    """People by name; `q` keeps those whose name holds every word."""
    most = limit or PAGE
    found = list(Person.named(current_user.people(), q or "", after=cursor or "").limit(most + 1))
    return {
        "people": [_brief(person) for person in found[:most]],
        "next": found[most - 1].code if len(found) > most else None,
    }


@call(
    "POST", "/people", bearer("write", Permission.PEOPLE), body=NEW, answers={201: PERSON},
    sent={"name": "Noor Voorbeeld", "email": "noor@voorbeeld.example"}, example={**_PERSON, "choices": []},
)  # fmt: skip
def add_person(given: dict[str, Any]) -> Any:
    """Add someone. A birth date is for minors only."""
    person = Person.add(**given, by=current_user)
    return _whole(person), 201, {"Location": url_for("api.show_person", code=person.code)}


@call("GET", "/people/{code}", bearer("read", Permission.PEOPLE), answers={200: PERSON}, example=_PERSON)
def show_person(code: str) -> Any:
    """One person and the newest answer for each use. Contact details are there for who may read them."""
    return _whole(find(current_user.people(), code))


def person_named(code: str, field: str) -> Person:
    """The person of a code in a body."""
    return theirs(current_user.people(), code, field)


def _brief(person: Person) -> dict[str, Any]:
    return {
        "code": person.code,
        "name": person.name,
        "relation": str(Relation(person.relation)),
        "added_at": person.created_at.isoformat(),
    }


def _whole(person: Person) -> dict[str, Any]:
    said = consents_of.choices(person)
    choices = [
        {"use": use.code, "state": said[use.id].state, "until": _day(said[use.id].until)}
        for use in Use.current()
        if use.id in said
    ]
    contact = {
        "email": person.email, "born": _day(person.born), "locale": person.locale, "note": person.note,
    }  # fmt: skip
    known = contact if current_user.may(Permission.CONTACTS) else {}
    return {
        **_brief(person),
        "minor": person.is_minor(),
        "choices": choices,
        "recognition": consents_of.recognition(person),
        **known,
    }


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
