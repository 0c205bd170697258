"""Every route, every role and every way of not being in, one's own things, foreign ones and none, plain and htmx (GOV-10, SEC-04)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from models.base import db
from models.permission import Role
from models.photo import Photo
from models.schema import records
from tests.house.tree import HERE
from tests.views.knocking import NAMES, PROVE, Knocker, awake, same, touched, verdict, whoever
from tests.views.world import ABSENT, BY_LINK, OF_A_TEAM, OF_ONE_USER, OF_THE_HOUSE, World, filled, nouns
from views.api.calls import CALLS
from views.api.shape import CODE, or_null

# What ends or begins the session it is asked with answers otherwise than its sign alone would have it.
OF_THE_SESSION = {"session.enter", "session.leave", "session.login", "factors.code", "factors.enter"}
# A door with no sign asks nobody who she is; these stand for everyone.
STRANGERS = {"nobody", "disabled", Role.EDITOR.value, Role.DPO.value, "no token", "revoked token"}
# A holder of the permission whom the domain itself refuses: two people have to look (WIT-02).
SECOND_LOOK = {"consents.check"}
# What takes bytes or keys away, which no rollback brings back: asked for foreign things only, the stories show the rest.
FOR_GOOD = {"copies.throw_away", "api.erase_photo"}
# Everything a form of ours may ask, filled in plausibly: what is closed must be so for a right form too.
FORM = {
    "use": "website", "purpose": "a closer look", "name": "Anders", "title": "Anders", "note": "Anders", "how": "removed",
    "left": "10", "top": "10", "width": "10", "height": "10", "act": "face-not-recognisable", "word": "good", "sure": "yes",
    "recipient": "Gazette", "reason": "said so", "medium": "Gazette", "from": "2026-11-26", "decision": "keep",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(standing: World) -> World:
    return standing


@pytest.fixture(scope="module")
def knockers(world: World) -> dict[str, Knocker]:
    return whoever(world)


def doors(world: World) -> list[tuple[Any, str, Any]]:
    """Every rule with its method and sign."""
    return [
        (rule, method, world.web.view_functions[rule.endpoint].sign)
        for rule in world.web.url_map.iter_rules() if rule.endpoint != "static"
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]  # fmt: skip


def objects(world: World, rule: Any) -> dict[str, dict[str, str]]:
    """The codes to ask an address for: one's own, a foreign team's, none; of several, also one's own with the last one foreign."""
    named = nouns(rule.rule)
    if not named:
        return {"own": world.own}
    mixed = world.own | {named[-1]: world.foreign[named[-1]]}
    half = world.own | {named[-1]: ABSENT}
    return {
        "own": world.own,
        "foreign": world.foreign,
        "absent": dict.fromkeys(world.own, ABSENT),
        **({"mixed": mixed, "half": half} if len(named) > 1 else {}),
    }


def test_the_world_has_an_object_of_each_kind_for_every_address(world):
    """Whoever adds a route adds what it shows: one's own, and a foreign team's where teams part."""
    asked = {noun for rule, _, _ in doors(world) for noun in nouns(rule.rule)}
    known = OF_A_TEAM | OF_ONE_USER | BY_LINK | OF_THE_HOUSE
    assert asked - known == set()
    assert known - asked == set()
    assert {noun for noun in asked if not world.own.get(noun) or not world.foreign.get(noun)} == set()
    parted = OF_A_TEAM | OF_ONE_USER
    assert {noun for noun in asked & parted if world.own[noun] == world.foreign[noun]} == set()


def test_everybody_of_the_matrix_is_knocking(knockers):
    assert list(knockers) == NAMES


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
@pytest.mark.parametrize("name", NAMES)
def test_each_door_tells_each_knocker_what_the_tables_say(world, knockers, name, htmx):
    """The sign of the route and the permission table alone decide; who is refused learns nothing and changes no row."""
    knocker = knockers[name]
    wrong = []
    awake()
    for rule, method, sign in doors(world):
        api = rule.rule.startswith("/api/")
        if rule.endpoint in OF_THE_SESSION or api != _is_program(knocker) or (api and htmx):
            continue
        if sign.permission is None and name not in STRANGERS:
            continue
        expected, answers = knocker.told(sign), {}
        for which, codes in objects(world, rule).items():
            if expected != "in" and which not in ("own", "absent"):
                continue
            if expected == "in" and rule.endpoint in FOR_GOOD and (which == "own" or knocker.sees(rule)):
                continue
            address, before = filled(rule.rule, codes), touched()
            with db.atomic() as undone:
                answer = knocker.knock(world, method, address, htmx=htmx)
                undone.rollback()
            said = verdict(answer)
            if said != expected and not (said == "no" and rule.endpoint in SECOND_LOOK):
                wrong.append((method, rule.rule, which, answer.status_code, said, expected))
            if expected != "in" and touched() - before > _noted(knocker, method, expected):
                wrong.append((method, rule.rule, which, "wrote", touched() - before))
            answers[which] = _plain(answer, rule, codes)
        wrong += _oracles(knocker, rule, method, expected, answers)
    assert wrong == []


def _noted(knocker: Knocker, method: str, expected: str) -> int:
    """A program's call is counted in its token's row; a grave form that came too late waits sealed for its own session."""
    return int(bool(knocker.scopes) or (method == "POST" and expected == PROVE))


def _is_program(knocker: Knocker) -> bool:
    return bool(knocker.bearer) or knocker.name in ("no token", "a cookie at a program's door")


def _plain(answer: Any, rule: Any, codes: dict[str, str]) -> tuple[int, str, str]:
    status, where, text = same(answer, ABSENT)
    # Each form that waits has a name of its own.
    where, text = (re.sub(r"/account/waiting/\w+", "/account/waiting/CODE", part) for part in (where, text))
    for noun in nouns(rule.rule):
        where, text = where.replace(codes[noun], "CODE"), text.replace(codes[noun], "CODE")
    return status, where, text


def _oracles(knocker: Knocker, rule: Any, method: str, expected: str, answers: dict[str, Any]) -> list[Any]:
    """Answers that differ where they may not: by them one could tell what there is."""
    if expected != "in":
        pairs = [("own", "absent")] if "absent" in answers else []
    elif "absent" in answers and not knocker.sees(rule):
        pairs = [] if set(nouns(rule.rule)) & BY_LINK else [("foreign", "absent")]
        pairs += [("mixed", "half")] if "half" in answers else []
    else:
        pairs = []
    return [
        (method, rule.rule, one, other, answers[one][:2], answers[other][:2])
        for one, other in pairs if answers[one] != answers[other]
    ]  # fmt: skip


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    "name", ["viewer", "contributor", "editor", "consent-officer", "editor writes", "editor publishes"]
)
def test_a_right_form_acts_on_nothing_foreign(world, knockers, name, htmx):
    """What lies in another team's album answers to a well-filled form as what isn't there, and no row changes."""
    knocker, wrong = knockers[name], []
    awake()
    for rule, method, sign in doors(world):
        closed = (
            method == "GET"
            or knocker.told(sign) != "in"
            or knocker.sees(rule)
            or set(nouns(rule.rule)) & BY_LINK
        )
        if closed or rule.rule.startswith("/api/") != _is_program(knocker) or rule.endpoint in OF_THE_SESSION:
            continue
        answers = {}
        for which in ("foreign", "absent"):
            codes = objects(world, rule)[which]
            before = touched()
            with db.atomic() as undone:
                answer = knocker.knock(world, method, filled(rule.rule, codes), FORM, htmx=htmx)
                undone.rollback()
            answers[which] = (_plain(answer, rule, codes), touched() - before - int(bool(knocker.scopes)))
        if answers["foreign"] != answers["absent"] or answers["foreign"][1]:
            wrong.append((method, rule.rule, answers["foreign"][0][:2], answers["foreign"][1]))
    assert wrong == []


# Every form that takes several codes, with what it needs to act: a new one is found by the test below.
BULK: dict[str, list[dict[str, Any]]] = {
    "/photos/together": [
        {"act": "tag", "value": "seen"}, {"act": "review"}, {"act": "mask", "use": "website"}, {"act": "move", "value": "albums"},
        {"act": "ask"}, {"act": "share"}, {"act": "erase"}, {"act": "tag"},
    ],
    "/erasures/new": [{}],
    "/erasures": [{}],
    "/shares/new": [{"use": "website"}],
    "/shares": [{"use": "website", "recipient": "Gazette", "download": "yes"}],
    "/consents/ask": [{"use": "press", "way": "link", "wording": "wordings"}],
    "/photos/<code>/copies": [{"use": "website"}],
    "/faces/<code>": [{"act": "face-not-recognisable"}],
    "/dispositions/decisions": [{"decision": "keep", "ground": "An archive law wants it."}, {"decision": "erase"}],
}  # fmt: skip
# Fields of these forms in which a foreign code is laid beside one's own.
TICKED = {"photo": "photos", "face": "faces", "also": "faces", "code": "dispositions"}
# Every list a form of ours may hold, as views/*.py read them: the form above that is tried with it, or what it holds instead.
LISTS = {
    "photos.photo": "/photos/together", "erasures.photo": "/erasures/new", "shares.photo": "/shares/new", "shares.copy": "/shares",
    "consents.photo": "/consents/ask", "consents.person": "/consents/ask", "copies.face": "/photos/<code>/copies",
    "faces.also": "/faces/<code>", "todo.code": "/dispositions/decisions",
    **dict.fromkeys(("consents.use", "withdrawals.use", "campaigns.use", "claims.use"), "uses, which the house shares"),
    **dict.fromkeys(("recognition.kinds", "recognition.purposes", "webhooks.event"), "words of a closed list"),
    **dict.fromkeys(("tokens.scope", "settings.scope", "settings.role", "plans.steps"), "words of a closed list"),
    "campaigns.person": "people, whom the house shares", "imports.theirs": "photos of a person, parted by whoever merged them",
    "findings.found": "of a claim, for who sees every photo", "settings.team": "teams, for who keeps them",
    **dict.fromkeys(("compliance.shown", "compliance.close"), "accounts, for who reviews them"),
    "upload.file": "files", "pages.pictures": "files",
}  # fmt: skip


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
@pytest.mark.parametrize("name", ["viewer", "contributor", "editor", "consent-officer"])
def test_a_foreign_code_among_ones_own_is_passed_over(world, knockers, name, htmx):
    """Mixed with one's own, a foreign photo does what an unknown code does: nothing, and the answer tells nothing of it."""
    knocker, wrong = knockers[name], []
    awake()
    for path, forms in BULK.items():
        address = filled(path, world.own)
        for form in forms:
            given, answers = {key: world.own.get(value, value) for key, value in form.items()}, {}
            for which, codes in (("foreign", world.foreign), ("absent", dict.fromkeys(world.own, ABSENT))):
                mixed = {field: [world.own[noun], codes[noun]] for field, noun in TICKED.items()}
                sent = mixed | {"person": [world.own["people"]], "copy": [codes["copies"]]} | given
                with db.atomic() as undone:
                    rows = _about_foreign(world)
                    answer = knocker.knock(world, "POST", address, sent, htmx=htmx)
                    if _about_foreign(world) != rows:
                        wrong.append((path, form, which, "acted on"))
                    undone.rollback()
                status, where, text = same(answer, codes["photos"])
                for noun in ("copies", *TICKED.values()):
                    text = text.replace(codes[noun], "CODE")
                wrong += [
                    (path, form, which, mark) for mark in world.other_words.said.values() if mark in text
                ]
                where = re.sub(r"(&photo=|,)CODE", "", where)
                answers[which] = (
                    status,
                    re.sub(r"/(shares|requests|copies)/\w{11}", r"/\1/NEW", where),
                    len(text.split()),
                )
            if answers["foreign"] != answers["absent"]:
                wrong.append((path, form, answers))
    assert wrong == []


def test_every_form_that_takes_several_codes_is_among_them(world):
    """Found in the source: a new list of a form is tried above, or says why no foreign code can be in it."""
    taken = {
        f"{path.stem}.{call.args[0].value}"
        for path in (HERE / "views").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "getlist"
    }  # fmt: skip
    assert taken == set(LISTS)
    tried = {path for path in LISTS.values() if path.startswith("/")}
    assert tried <= set(BULK)
    assert {field.split(".")[1] for field, path in LISTS.items() if path in BULK} == {
        *TICKED,
        "person",
        "copy",
    }


# The codes programs may send, by the noun they name; the others are words of a list, or of what the whole house shares.
SENT = {"photo": "photos", "photos": "photos", "album": "albums", "delivery": "deliveries"}
SHARED = {
    "people": "people",
    "person": "people",
    "wording": "wordings",
    "use": "uses",
    "uses": "uses",
    "rendition": "",
}
CURSORS = {"/photos": "photos", "/albums": "albums", "/publications": "publications", "/people": "people",
           "/consents": "consents", "/webhooks": "webhooks"}  # fmt: skip


def _codes(schema: dict[str, Any], name: str = "") -> Iterator[tuple[str, bool]]:
    """Every field of a call's body or query that takes a code, and whether it takes several."""
    if schema.get("items") == CODE:
        yield name, True
    elif schema == CODE or schema == or_null(CODE):
        yield name, False
    for key, below in (schema.get("properties") or {}).items():
        yield from _codes(below, key)


def test_every_code_a_program_may_send_is_of_a_known_kind(world):
    """A new field that takes a code says whose it is: then the walk below sends a foreign one."""
    fields = {
        name
        for call in CALLS
        for schema in ({"properties": call.query}, call.body or {})
        for name, _ in _codes(schema)
    }
    assert fields - set(SENT) - set(SHARED) == {"cursor"}
    assert {call.path for call in CALLS if "cursor" in call.query} == set(CURSORS)


def test_a_program_learns_nothing_by_a_foreign_code(world, knockers):
    """In a body, a filter or a cursor the code of another team's photo, album or file is what no code at all is, and writes nothing."""
    awake()
    verbs, wrong, asked = {"read": "reads", "write": "writes", "publish": "publishes"}, [], 0
    for call in CALLS:
        for place, schema in (("query", {"properties": call.query}), ("body", call.body or {})):
            for name, several in _codes(schema):
                noun = CURSORS[call.path] if name == "cursor" else SENT.get(name, "")
                if noun not in OF_A_TEAM | OF_ONE_USER:
                    continue
                asked += 1
                knocker, answers = knockers[f"editor {verbs[call.sign.scope or '']}"], {}
                for code in (world.foreign[noun], ABSENT):
                    sent = _right(world, call) | {name: [world.own[noun], code] if several else code}
                    address = filled(f"/api/v1{call.path}".replace("{", "<").replace("}", ">"), world.own)
                    query = f"?{urlencode({name: code})}" if place == "query" else ""
                    before = touched()
                    with db.atomic() as undone:
                        answer = knocker.knock(world, call.method, address + query, sent)
                        undone.rollback()
                    answers[code] = same(answer, code)
                    if touched() - before > 1 or (place == "body" and answer.status_code not in (404, 422)):
                        wrong.append(
                            (call.path, name, code == ABSENT, answer.status_code, touched() - before)
                        )
                if len(set(answers.values())) > 1:
                    wrong.append((call.path, name, list(answers.values())))
    assert wrong == []
    assert asked == 9


def _right(world: World, call: Any) -> dict[str, Any]:
    """What its documentation sends, with codes of this world's own."""
    sent = dict(call.sent or {})
    for name, value in sent.items():
        noun = SENT.get(name) or SHARED.get(name)
        if noun and noun != "uses":
            sent[name] = [world.own[noun]] if isinstance(value, list) else world.own[noun]
    return sent


def _about_foreign(world: World) -> list[tuple[str, list[Any]]]:
    """Every row that points at the foreign photo, and the photo itself."""
    photo = Photo.get(Photo.code == world.foreign["photos"])
    found: list[tuple[str, list[Any]]] = [
        ("photo", list(Photo.select().where(Photo.id == photo.id).tuples()))
    ]
    for record in records():
        for pointer in record._meta.refs:
            if pointer.rel_model is Photo:
                rows = record.select().where(pointer == photo.id).order_by(record._meta.primary_key).tuples()
                found.append((f"{record.__name__}.{pointer.name}", list(rows)))
    return found
