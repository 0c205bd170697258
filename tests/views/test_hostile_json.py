"""JSON that wants to do harm gets a plain refusal, and nothing is half-written (contract.md, ASVS 1.5.3)."""

from __future__ import annotations

import json

import pytest

from models.person import Person
from tests.views.api_client import Program

BODIES = {
    "deep lists": b"[" * 10_000 + b"]" * 10_000, "deep objects": b'{"name":' * 10_000 + b"1" + b"}" * 10_000,
    "not closed": b"[" * 10_000, "nan": b'{"name": NaN}', "infinity": b'{"name": -Infinity}', "nan alone": b"NaN",
    "huge number": b'{"name": ' + b"9" * 100_000 + b"}", "huge exponent": b'{"name": 1e999999}',
    "twice": b'{"name": "Noor", "name": "Sami"}', "bad utf-8": b'{"name": "\xff\xfe"}', "overlong": b'{"name": "\xc0\xaf"}',
    "lone half": b'{"name": "\\ud800"}', "lone half as a key": b'{"\\ud800": "x"}', "nul": b'{"name": "a\\u0000b"}',
    "raw control": b'{"name": "a\x01b"}', "comment": b'{"name": "Noor" /* x */}', "trailing": b'{"name": "Noor"} x', "empty": b"",
    "two": b'{"name": "Noor"}{"name": "Sami"}', "bytes": bytes(range(256)), "yaml": b"name: Noor", "pickle": b"\x80\x04N.",
    "proto": b'{"name": "Noor", "__proto__": {"x": 1}}', "another's column": b'{"name": "Noor", "code": "mine"}',
    "xml": b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "text": b'"Noor"', "null": b"null",
    "list": b'[{"name": "Noor"}]', "long": json.dumps({"name": "x" * 900_000}).encode(),
}  # fmt: skip


KINDS = ("", "text/plain", "application/json; charset=utf-16", "image/png", "a" * 300)


@pytest.fixture
def api(web, house):
    return Program(web, house.user("editor"))


def test_it_is_refused_in_words(api):
    """One house for all of them: what one left behind would be counted with the next."""
    for name, body in BODIES.items():
        answer = api.call("POST", "/people", data=body, content_type="application/json")
        assert (name, answer.status_code, Person.select().count()) == (name, 422, 0)
    answer = api.call("POST", "/people", data=b" " * (1 << 20) + b"{}", content_type="application/json")
    assert answer.status_code == 413, "more than a megabyte is not read"


def test_a_body_is_read_as_json_whatever_it_calls_itself(api):
    for number, kind in enumerate(KINDS):
        name = f"Noor Voorbeeld {number}"
        answer = api.call("POST", "/people", data=json.dumps({"name": name}).encode(), content_type=kind)
        assert (kind, answer.status_code, Person.select().where(Person.name == name).count()) == (
            kind,
            201,
            1,
        )
