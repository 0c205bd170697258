"""Consents for programs: asking, listing, taking back on someone's behalf."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_login import current_user

from models import consent_list
from models.base import find
from models.consent import About, Consent, Line, Means, Withdrawal, withdraw
from models.consent_list import Standing
from models.errors import Invalid, _l
from models.permission import Permission
from models.request import MOST_ASKED, Request, Way
from models.use import Use
from models.wording import Wording, WordingKind
from views.access import bearer
from views.api.calls import PAGING, call, listed, theirs, use_named
from views.api.people import person_named
from views.api.shape import CODE, DAY, MOMENT, YES_NO, many, named, one_of, or_null, text, thing

REQUESTED = "requested"
MOST_PHOTOS = 200
HOW = ("api", "phone", "letter", "mail", "in person")

ASK = thing(
    {"people": many(CODE, MOST_ASKED, 1), "uses": many(CODE, 50, 1)},
    {
        "wording": CODE, "photos": many(CODE, MOST_PHOTOS), "way": one_of(Way.MAIL, Way.LINK, Way.QR), "valid_until": DAY,
        "recognition": YES_NO, "only_photos": YES_NO, "album": CODE, "attested": YES_NO,
    },
)  # fmt: skip
ASKED = named(
    "ConsentRequest",
    thing({
        "code": CODE, "person": CODE, "uses": many(CODE), "way": one_of(*Way), "valid_until": DAY,
        "link": {"type": "string", "format": "uri"}, "link_expires_at": MOMENT,
    }),
)  # fmt: skip
LINE = thing({
    "about": one_of(*About), "use": or_null(CODE), "state": one_of(REQUESTED, *Standing), "valid_from": or_null(DAY),
    "valid_until": or_null(DAY),
})  # fmt: skip
CONSENT = named(
    "Consent",
    thing({
        "code": CODE, "request": YES_NO, "person": CODE, "means": one_of(*sorted({*Means, *Way})), "at": MOMENT,
        "lines": many(LINE),
    }),
)  # fmt: skip
TAKEN_BACK = named(
    "Withdrawals",
    thing(
        {
            "withdrawn": many(
                thing({"code": CODE, "about": one_of(*About), "use": or_null(CODE), "at": MOMENT})
            )
        }
    ),
)
TAKE_BACK = thing({}, {"uses": many(CODE, 50), "recognition": YES_NO, "means": one_of(*HOW)})
WORDING = thing(
    {"code": CODE, "name": text(200), "kind": one_of(*WordingKind), "version": {"type": "integer"}}
)


@call(
    "GET", "/wordings", bearer("read", Permission.CONSENTS), answers={200: thing({"wordings": many(WORDING)})},
    example={"wordings": [{"code": "w2x4c6v8bn", "name": "General", "kind": "general", "version": 1}]},
)  # fmt: skip
def list_wordings() -> Any:
    """The texts people can be asked to sign."""
    rows = [
        {"code": w.code, "name": w.name, "kind": w.kind.value, "version": w.number} for w in Wording.current()
    ]
    return {"wordings": rows}


@call(
    "POST", "/consent-requests", bearer("write", Permission.ASK), body=ASK,
    answers={201: thing({"requests": many(ASKED), "left_out": many(CODE)})},
    renamed={"person": "people", "use": "uses", "attest": "attested"},
    sent={"people": ["p3x5c7v9bn"], "uses": ["website", "newsletter"], "wording": "w2x4c6v8bn"},
    example={
        "requests": [{
            "code": "r4t6y8u2ip", "person": "p3x5c7v9bn", "uses": ["website", "newsletter"], "way": "link",
            "valid_until": "2029-02-28", "link": "https://photos.example.org/sign/...",
            "link_expires_at": "2027-03-31T09:30:00+00:00",
        }],
        "left_out": [],
    },
)  # fmt: skip
def ask(given: dict[str, Any]) -> Any:
    """Ask people for consent, each by a link of her own, which the answer holds; `way: mail` mails it as well.

    Without `wording` it is the first general text. A minor's guardian is asked in her place. Who said no to all of it in
    the last six months is not asked again and stands in `left_out`. With `album` the answers count for its photos alone.
    Employees, volunteers, patients, pupils and residents are asked only with `attested: true`: saying no has no
    consequences for them, there is an equal alternative, and it is not part of a contract or of admission papers.
    """
    people = [person_named(code, f"people[{place}]") for place, code in enumerate(given["people"])]
    photos = current_user.photos()
    made = Request.ask(
        people,
        [use_named(code, f"uses[{place}]") for place, code in enumerate(given["uses"])],
        _wording(given.get("wording")),
        by=current_user,
        way=Way(given.get("way", "link")),
        photos=[
            theirs(photos, code, f"photos[{place}]") for place, code in enumerate(given.get("photos", []))
        ],
        only_photos=given.get("only_photos", False),
        ask_recognition=given.get("recognition", False),
        valid_until=given.get("valid_until"),
        album=theirs(current_user.albums(), given["album"], "album") if "album" in given else None,
        attested=given.get("attested", False),
    )
    asked = {request.person_id for request in made}
    left_out = [person.code for person in people if person.id not in asked]
    return {"requests": [_asked(request) for request in made], "left_out": left_out}, 201


@call(
    "GET", "/consents", bearer("read", Permission.CONSENTS),
    query={"state": one_of(REQUESTED, *Standing), "ends_before": DAY, **PAGING},
    answers={200: listed("consents", CONSENT)},
    example={
        "consents": [{
            "code": "c6v8b2n4mq", "request": False, "person": "p3x5c7v9bn", "means": "link",
            "at": "2027-03-01T09:30:00+00:00",
            "lines": [{
                "about": "use", "use": "website", "state": "given", "valid_from": "2027-03-01",
                "valid_until": "2029-02-28",
            }],
        }],
        "next": None,
    },
)  # fmt: skip
def list_consents(state: str | None, ends_before: date | None, cursor: str | None, limit: int | None) -> Any:
    """What people answered, newest first; with `state=requested` what they were asked and have not answered yet.

    A state keeps consents that have a line standing so; `ends_before` those with a line in force that ends before a day.
    """
    if state == REQUESTED:
        if ends_before is not None:
            raise Invalid(_l("What was only asked does not end."), field="ends_before")
        query, shown = consent_list.requests(current_user), _requests
    else:
        standing = Standing(state) if state else None
        query, shown = consent_list.consents(current_user, standing, ends_before=ends_before), _consents
    rows, more = consent_list.page(query, cursor or "", limit or consent_list.PAGE)
    return {"consents": shown(rows), "next": more or None}


@call(
    "POST", "/consents/{code}/withdrawal", bearer("write", Permission.WITHDRAW), body=TAKE_BACK,
    answers={201: TAKEN_BACK, 200: TAKEN_BACK}, sent={"uses": ["website"], "means": "phone"},
    example={
        "withdrawn": [{"code": "x2c4v6b8nm", "about": "use", "use": "website", "at": "2027-04-01T08:00:00+00:00"}],
    },
)  # fmt: skip
def take_back(code: str, given: dict[str, Any]) -> Any:
    """Withdraw on behalf of whoever gave this consent; it counts from the next request on, and needs no reason.

    `uses` names which, `recognition` whether that too; with neither it is everything. As on the person's own link, every
    line in force for these uses ends, of this consent and of others, so that none is left standing behind it. Nothing
    left to withdraw answers 200 with an empty list.
    """
    consent = find(current_user.consents(), code)
    everything = "uses" not in given and "recognition" not in given
    uses = [use_named(name, f"uses[{place}]").code for place, name in enumerate(given.get("uses", []))]
    made = withdraw(
        consent.person,
        uses=None if everything else uses,
        recognition=everything or given.get("recognition", False),
        actor="staff",
        means=given.get("means", "api"),
        by=current_user,
    )
    return {"withdrawn": [_withdrawn(row) for row in made]}, 201 if made else 200


def _wording(code: str | None) -> Wording:
    on_offer = Wording.current()
    for wording in on_offer:
        if wording.code == code or (code is None and wording.kind is WordingKind.GENERAL):
            return wording
    raise Invalid(_l("There is no such wording. GET /wordings lists those there are."), field="wording")


def _asked(request: Request) -> dict[str, Any]:
    return {
        "code": request.code,
        "person": request.person.code,
        "uses": [use.code for use in request.uses()],
        "way": Way(request.way).value,
        "valid_until": request.valid_until.isoformat(),
        "link": request.link,
        "link_expires_at": request.expires_at.isoformat(),
    }


def _requests(rows: list[Request]) -> list[dict[str, Any]]:
    people, uses = consent_list.people_of(rows), consent_list.uses_of(rows)
    return [
        {
            "code": row.code,
            "request": True,
            "person": people[row.person_id].code,
            "means": row.way.value,
            "at": row.at.isoformat(),
            "lines": [_question(use, row.valid_until) for use in uses[row.id]],
        }
        for row in rows
    ]


def _consents(rows: list[Consent]) -> list[dict[str, Any]]:
    people, lines = consent_list.people_of(rows), consent_list.lines_of(rows)
    return [
        {
            "code": row.code,
            "request": False,
            "person": people[row.person_id].code,
            "means": row.means.value,
            "at": row.signed_at.isoformat(),
            "lines": [_line(line, state) for line, state in lines[row.id]],
        }
        for row in rows
    ]


def _question(use: Use, until: date) -> dict[str, Any]:
    said = {"state": REQUESTED, "valid_from": None, "valid_until": until.isoformat()}
    return {"about": About.USE.value, "use": use.code, **said}


def _line(line: Line, state: Standing) -> dict[str, Any]:
    return {
        "about": line.about.value,
        "use": line.use.code if line.use else None,
        "state": state.value,
        "valid_from": line.valid_from.isoformat(),
        "valid_until": line.valid_until.isoformat() if line.valid_until else None,
    }


def _withdrawn(row: Withdrawal) -> dict[str, Any]:
    line = row.line
    return {
        "code": row.code,
        "about": line.about.value,
        "use": line.use.code if line.use else None,
        "at": row.at.isoformat(),
    }
