"""Every field of every call, as the OpenAPI document tells them, gets what no program should send: a problem, never an error of ours.

A new call or field is walked by itself (SEC-12, API-02, ASVS 1.5.3).
"""

from __future__ import annotations

import io
import json
from urllib.parse import quote

import pytest

from models.base import db
from models.permission import granted
from tests.makers import picture
from tests.views.api_client import Program
from tests.views.test_naughty_strings import NAUGHTY
from views.api import openapi
from views.api.calls import CALLS
from views.api.shape import NAMED, REF

# As JSON text: much of it no JSON library would write. The first are no JSON wherever they stand.
BROKEN = (
    "NaN", "-Infinity", "9" * 5_000, "[" * 5_000 + "]" * 5_000, '{"a":' * 5_000 + "1" + "}" * 5_000, '{"a":1,"a":2}', "", "}", "undefined", '"\x01"',
    b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
)  # fmt: skip
VALUES = (
    "null", "true", "0", "-1", "1.5", "1e308", "1e999", "9223372036854775808", '""', '" "', '"\\ud800"', '"\\udfff\\ud800"', '"a\\u0000b"',
    '"\\u0085\\u2028"', '"2027-02-30"', '"9999-12-31"', '"0001-01-01"', '"\\u0662\\u0660\\u0662\\u0667-01-01"', f'"{"x" * 70_000}"', "[]", "{}", "[null]",
    "[[]]", '[{"a":1}]', '["x","x"]', f"[{','.join(map(str, range(2_000)))}]", '{"__proto__":{}}',
)  # fmt: skip
ASKED = (
    "", " ", "0", "-1", "201", "9" * 5_000, "1e9", "\u0662", "NaN", "a\0b", "2027-02-30", "0001-01-01", "9999-12-31", "x" * 3_000, "%", "'", "\\", "../..",
)  # fmt: skip


def some(words, number):
    """Every fifth of these, others for the next one who asks: each of them is had by many places."""
    return words[number % 5 :: 5]


def places(schema, at=()):
    """Where in a body a value may stand, from its shape: members, those of members, and one item of each list."""
    schema = NAMED[schema["$ref"].removeprefix(REF)] if "$ref" in schema else schema
    for name, inner in schema.get("properties", {}).items():
        yield (*at, name)
        yield from places(inner, (*at, name))
    if "items" in schema:
        yield (*at, 0)
        yield from places(schema["items"], (*at, 0))


def put(value, at, what):
    """A copy of a body with something else at a place, which is made where it is not there."""
    if not at:
        return what
    first, *rest = at
    if isinstance(first, int):
        return [put(None, rest, what)]
    known = dict(value) if isinstance(value, dict) else {}
    return known | {first: put(known.get(first), rest, what)}


def bodies(call, own):
    """The body developers are shown, with what is really there, and at every place of it what does not belong there."""
    usual = {name: real(name, value, own) for name, value in (call.sent or {}).items()}
    for number, at in enumerate([(), *places(call.body)]):
        whole = json.dumps(put(usual, at, "@@")).encode()
        for what in (*BROKEN, *VALUES)[0 if number < 2 else len(BROKEN) :]:
            yield whole.replace(b'"@@"', what if isinstance(what, bytes) else what.encode())
        yield from (whole.replace(b'"@@"', json.dumps(word).encode()) for word in some(NAUGHTY, number))
    for odd in BROKEN[-4:]:
        yield json.dumps(usual).encode().replace(b'"', b'"' + odd)


def real(name, value, own):
    """The code of something that is there, where a member's name says what it is of."""
    if isinstance(value, list):
        return [own[name]] if name in own else value
    return own.get(f"{name}s", own.get(f"{name[:-1]}ies", value)) if name != "use" else value


@pytest.fixture(scope="module")
def programs(standing):
    """For a call a program of somebody who may make it."""

    def allowed(call):
        needed = call.sign.permission
        role = next(role for role in standing.users if needed is None or needed in granted({role}))
        return Program(standing.web, standing.users[role])

    return allowed


def address(call, own):
    return call.path.replace("{code}", own.get(call.path.split("/")[1], ""))


def tried(program, call, where, **sent):
    """The status of the answer, whose shape the program itself holds against the document; nothing is left of it."""
    with db.atomic() as undone:
        answer = program.call(call.method, where, **sent)
        answer.close()
        undone.rollback()
    return answer.status_code


def test_no_field_of_a_body_breaks_a_call(standing, programs):
    found, kinds = [], set()
    for call in [call for call in CALLS if call.body is not None]:
        program, where = programs(call), address(call, standing.own)
        for body in bodies(call, standing.own):
            answer = tried(program, call, where, data=body, content_type="application/json")
            kinds.add(answer // 100)
            found += [(call.name, answer, body[:200])] * (answer >= 500)
    assert (found, kinds) == ([], {2, 4}), "and some of it is words like any other"


def test_no_word_in_an_address_breaks_a_call(standing, programs):
    """Each parameter of the query, one that is not known, and the code in the path."""
    found = []
    for number, call in enumerate(CALLS):
        program, where = programs(call), address(call, standing.own)
        usual = dict.fromkeys(call.needed, "website")
        words = (*ASKED, *some(NAUGHTY, number))
        for name in call.query or ["unknown"]:
            for word in words:
                said = tried(program, call, where, query_string=usual | {name: word})
                found += [(call.name, name, word[:80], said)] * (said >= 500)
        for word in words if "{code}" in call.path else ():
            odd = call.path.replace("{code}", quote(word, safe="") or "%20")
            asked = program.client.open(
                f"/api/v1{odd}", method=call.method, headers={"Authorization": f"Bearer {program.token}"}
            )
            fine = 400 <= asked.status_code < 500 and asked.mimetype == "application/problem+json"
            found += [(call.name, odd[:80], asked.status_code)] * (not fine)
    assert found == []


def test_no_field_of_a_form_breaks_a_call(standing, programs):
    found, photo = [], picture(seed=1)
    for call in [call for call in CALLS if call.form is not None]:
        program, where = programs(call), address(call, standing.own)
        for word in (*ASKED, *some(NAUGHTY, 0)):
            for name in [*call.form["properties"], "unknown"]:
                form = {"file": (io.BytesIO(photo), "a.jpg")} | {name: word}
                said = tried(program, call, where, data=form, content_type="multipart/form-data")
                found += [(call.name, name, word[:80], said)] * (said >= 500)
    assert found == []


def test_the_walk_reaches_every_place_that_the_document_tells_of():
    document = openapi.document("http://localhost")
    for call in CALLS:
        sent = document["paths"][call.path][call.method.lower()].get("requestBody", {}).get("content", {})
        told = sent.get("application/json", {}).get("schema")
        assert list(places(told or {})) == list(places(call.body or {}))
    asks = next(call for call in CALLS if call.name == "ask")
    assert {("people",), ("people", 0), ("valid_until",)} <= set(places(asks.body))
