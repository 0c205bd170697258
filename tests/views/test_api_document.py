"""The OpenAPI document says all there is, and its examples are what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from views.api import openapi
from views.api.calls import CALLS
from views.api.shape import FILE, NAMED, REF, read

CALLED = [pytest.param(call, id=call.name) for call in CALLS]
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def _rules(web) -> set[tuple[str, str]]:
    return {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")))
        for rule in web.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_every_call_of_the_url_map_is_in_the_document(web):
    paths = web.test_client().get("/api/v1/openapi.json").json["paths"]
    assert {(method.upper(), path) for path in paths for method in paths[path]} == _rules(web)


def test_the_document_is_whole(web):
    document = web.test_client().get("/api/v1/openapi.json").json
    assert document["openapi"] == "3.1.0"
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert {ref.removeprefix(REF) for ref in _refs(document)} == set(NAMED)
    for one in operations:
        assert one["summary"]
        assert one["responses"]["default"]["content"].keys() == {"application/problem+json"}


def _refs(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {value["$ref"]} if "$ref" in value else set().union(*map(_refs, value.values()))
    return set().union(*map(_refs, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("call", CALLED)
def test_examples_are_what_the_document_says(call):
    if call.body is not None:
        read(call.sent, call.body)
    for schema in call.answers.values():
        if schema is not FILE and call.name != "openapi":
            read(call.example, schema)


@pytest.mark.parametrize("call", CALLED)
def test_the_guide_tells_of_every_call(call):
    assert f"`{call.method} {call.path}`" in GUIDE.read_text(encoding="utf-8")


def test_the_guide_tells_of_no_call_that_is_not_there(web):
    told = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`?]*)`", GUIDE.read_text(encoding="utf-8"))
    assert set(told) - _rules(web) == set()


def test_the_document_gives_away_nothing_of_the_house(web, house):
    """It is public: shapes only."""
    album = house.album("A title nobody outside should know")
    text = web.test_client().get("/api/v1/openapi.json").text
    assert album.code not in text
    assert album.title not in text
    assert openapi.document("http://localhost")["servers"] == [{"url": "http://localhost/api/v1"}]
