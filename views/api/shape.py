"""The shapes of what programs send and get: a few words of JSON Schema, and the one reader that holds to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from models.errors import Invalid, _l

Schema = dict[str, Any]

NAMED: dict[str, Schema] = {}
DAY_FORM = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
REF = "#/components/schemas/"

CODE: Schema = {"type": "string", "minLength": 1, "maxLength": 64}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
YES_NO: Schema = {"type": "boolean"}
FILE: Schema = {"type": "string", "format": "binary"}


def text(most: int, least: int = 0) -> Schema:
    """Text of a length."""
    return {"type": "string", "maxLength": most} | ({"minLength": least} if least else {})


def number(least: int, most: int) -> Schema:
    """A whole number between two."""
    return {"type": "integer", "minimum": least, "maximum": most}


def one_of(*values: str) -> Schema:
    """One word of a closed list."""
    return {"type": "string", "enum": list(values)}


def many(item: Schema, most: int | None = None, least: int = 0) -> Schema:
    """A list; with a bound it is one that was sent, and names nothing twice."""
    bounds = {"minItems": least, "maxItems": most, "uniqueItems": True} if most else {}
    return {"type": "array", "items": item, **bounds}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    return (
        {"anyOf": [schema, {"type": "null"}]}
        if "$ref" in schema
        else {**schema, "type": [schema["type"], "null"]}
    )


def thing(always: dict[str, Schema], sometimes: dict[str, Schema] | None = None) -> Schema:
    """An object with these members and no others."""
    return {
        "type": "object",
        "properties": {**always, **(sometimes or {})},
        "required": list(always),
        "additionalProperties": False,
    }


def named(name: str, schema: Schema) -> Schema:
    """Keep a shape under its name and return what refers to it."""
    NAMED[name] = schema
    return {"$ref": REF + name}


def read(value: Any, schema: Schema, field: str = "") -> Any:
    """The value as its shape wants it, days as dates; Invalid names the first field that does not fit."""
    if "$ref" in schema:
        return read(value, NAMED[schema["$ref"].removeprefix(REF)], field)
    if "anyOf" in schema:
        return None if value is None else read(value, schema["anyOf"][0], field)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = KINDS.get(type(value), "other")
    if kind not in kinds:
        raise Invalid(WRONG[kinds[0]], field=field or "body")
    return READERS[kind](value, schema, field)


def read_query(value: str, schema: Schema, field: str) -> Any:
    """The same for what stands in an address, where everything is text."""
    if schema["type"] == "integer" and re.fullmatch(r"-?\d{1,9}", value, re.ASCII):
        return read(int(value), schema, field)
    return read(value, schema, field)


def _text(value: str, schema: Schema, field: str) -> Any:
    # What is no UTF-8 (a lone half of a pair) or holds a zero byte, no database keeps.
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Invalid(_l("This holds a character that can't be kept."), field=field)
    if "enum" in schema and value not in schema["enum"]:
        raise Invalid(_l("Choose one of: %(choices)s."), field=field, choices=", ".join(schema["enum"]))
    if len(value) < schema.get("minLength", 0):
        raise Invalid(_l("This can't be empty."), field=field)
    if len(value) > schema.get("maxLength", len(value)):
        raise Invalid(_l("This is longer than %(most)s characters."), field=field, most=schema["maxLength"])
    return _day(value, field) if schema.get("format") == "date" else value


def _day(value: str, field: str) -> date:
    try:
        if DAY_FORM.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Invalid(_l("Write the day as year-month-day, such as 2027-06-30."), field=field)


def _number(value: int, schema: Schema, field: str) -> int:
    least, most = schema.get("minimum", value), schema.get("maximum", value)
    if not least <= value <= most:
        raise Invalid(_l("This must be from %(least)s to %(most)s."), field=field, least=least, most=most)
    return value


def _list(value: list[Any], schema: Schema, field: str) -> list[Any]:
    if len(value) < schema.get("minItems", 0):
        raise Invalid(_l("Name at least one."), field=field)
    if len(value) > schema.get("maxItems", len(value)):
        raise Invalid(_l("Name at most %(most)s."), field=field, most=schema["maxItems"])
    items = [read(item, schema["items"], f"{field}[{place}]") for place, item in enumerate(value)]
    if schema.get("uniqueItems") and len(set(items)) < len(items):
        raise Invalid(_l("The same stands here twice."), field=field)
    return items


def _thing(value: dict[str, Any], schema: Schema, field: str) -> dict[str, Any]:
    known, dot = schema["properties"], f"{field}." if field else ""
    for name in value:
        if name not in known:
            raise Invalid(_l("This isn't known here."), field=_shown(dot + name))
    for name in schema["required"]:
        if name not in value:
            raise Invalid(_l("This is missing."), field=dot + name)
    # An optional member that is null was not given.
    said = {name: item for name, item in value.items() if item is not None or name in schema["required"]}
    return {name: read(item, known[name], dot + name) for name, item in said.items()}


def _shown(name: str) -> str:
    return name.encode("ascii", "replace").decode()[:80]


KINDS: dict[type, str] = {
    str: "string", int: "integer", bool: "boolean", list: "array", dict: "object", type(None): "null",
}  # fmt: skip
READERS: dict[str, Callable[[Any, Schema, str], Any]] = {
    "string": _text,
    "integer": _number,
    "boolean": lambda value, _schema, _field: value,
    "array": _list,
    "object": _thing,
    "null": lambda _value, _schema, _field: None,
}
WRONG: dict[str, str] = {
    "string": _l("This must be text."),
    "integer": _l("This must be a whole number."),
    "boolean": _l("This must be true or false."),
    "array": _l("This must be a list."),
    "object": _l("Send a JSON object."),
    "null": _l("This must be null."),
}
