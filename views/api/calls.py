"""One declaration per call: the route, its sign, what is read and what is answered; the OpenAPI document is made of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, request

from models.base import find
from models.errors import Invalid, Missing, _l
from models.use import Use
from views.access import Sign
from views.api.shape import CODE, Schema, many, number, or_null, read, read_query, thing

bp = Blueprint("api", __name__, url_prefix="/api/v1")

MOST_JSON = 1 << 20
CODE_FORM = re.compile(r"[\w-]{1,64}", re.ASCII)
PAGING: dict[str, Schema] = {"cursor": CODE, "limit": number(1, 200)}


@dataclass(frozen=True)
class Call:
    """What a call is, for its documentation."""

    method: str
    path: str
    name: str
    says: str
    sign: Sign
    query: dict[str, Schema]
    needed: tuple[str, ...]
    body: Schema | None
    form: Schema | None
    answers: dict[int, Schema]
    sent: Any = None
    example: Any = None


CALLS: list[Call] = []


def call(
    method: str,
    path: str,
    sign: Callable[[Any], Any],
    *,
    answers: dict[int, Schema],
    query: dict[str, Schema] | None = None,
    needed: tuple[str, ...] = (),
    body: Schema | None = None,
    form: Schema | None = None,
    renamed: dict[str, str] | None = None,
    sent: Any = None,
    example: Any = None,
) -> Callable[[Any], Any]:
    """Hang a call under /api/v1: its view gets every query parameter by name (None: not given) and the body as `given`.

    `renamed` maps the fields of a model's mistakes to those of this call; `sent` and `example` are shown to developers.
    """
    asked = query or {}

    def hang(view: Any) -> Any:
        @wraps(view)
        def door(**codes: str) -> Any:
            if not all(CODE_FORM.fullmatch(code) for code in codes.values()):
                raise Missing
            given: dict[str, Any] = _query(asked, needed)
            if body is not None:
                given["given"] = _body(body)
            try:
                return view(**codes, **given)
            except Invalid as mistake:
                mistake.field = (renamed or {}).get(mistake.field or "", mistake.field)
                raise

        signed = sign(door)
        CALLS.append(
            Call(
                method,
                path,
                view.__name__,
                view.__doc__ or "",
                signed.sign,
                asked,
                needed,
                body,
                form,
                answers,
                sent,
                example,
            )
        )
        bp.add_url_rule(re.sub(r"{(\w+)}", r"<\1>", path), view.__name__, signed, methods=[method])
        return signed

    return hang


def listed(key: str, item: Schema, **more: Schema) -> Schema:
    """A page of things with the cursor of the next."""
    return thing({key: many(item), "next": or_null(CODE), **more})


def theirs(query: Any, code: str, field: str) -> Any:
    """The row of this code that the asker may see; Missing says in which field the code stood."""
    try:
        return find(query, code)
    except Missing as missing:
        missing.field = field  # type: ignore[attr-defined]
        raise


def use_named(code: str, field: str = "use") -> Use:
    """The use of this code; Invalid for one that is not on offer."""
    for use in Use.current():
        if use.code == code:
            return use
    raise Invalid(_l("There is no such use. GET /uses lists those there are."), field=field)


def _query(asked: dict[str, Schema], needed: tuple[str, ...]) -> dict[str, Any]:
    for name in request.args:
        # A filter that is misspelt would answer with everything; the language may be asked for anywhere.
        if name not in asked and name != "lang":
            raise Invalid(_l("This isn't known here."), field=name.encode("ascii", "replace").decode()[:80])
    given = {name: request.args.get(name, "") for name in asked}
    for name in needed:
        if not given[name]:
            raise Invalid(_l("This is missing."), field=name)
    return {
        name: read_query(given[name], schema, name) if given[name] else None for name, schema in asked.items()
    }


def _body(schema: Schema) -> Any:
    request.max_content_length = MOST_JSON
    raw = request.get_data(cache=False)
    if not raw.strip() and not schema["required"]:
        return {}
    try:
        value = json.loads(raw, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Invalid(_l("Send a JSON object."), field="body") from None
    return read(value, schema)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of a member that stands twice, others may believe the other one.
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def _no_number(word: str) -> Any:
    raise ValueError(word)
