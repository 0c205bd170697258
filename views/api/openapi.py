"""The OpenAPI document, made from the calls as they are declared, so that it can't say anything else."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app

from models.token import ANY
from views.access import public
from views.api.calls import CALLS, Call, call
from views.api.photos import REASON
from views.api.shape import CODE, FILE, NAMED, Schema, many, named, number, text, thing

PROBLEM = named(
    "Problem",
    thing(
        {"type": text(200), "title": text(200), "status": number(400, 599), "detail": text(2000)},
        {"field": text(200), "reasons": many(REASON), "reference": text(40)},
    ),
)
ANSWERS = {200: "Done", 201: "Made", 202: "Will be done"}
BEARER = "bearer"


@call("GET", "/openapi.json", public, answers={200: {"type": "object"}})
def openapi() -> Any:
    """This document."""
    return document(current_app.config["CLEARFRAME"].base_url)


def document(base_url: str) -> dict[str, Any]:
    """OpenAPI 3.1 of every call of ours."""
    paths: dict[str, dict[str, Any]] = {}
    for one in CALLS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Clearframe",
            "version": "1",
            "description": "Photos with consent. Errors are application/problem+json; docs/api.md tells the rest.",
        },
        "servers": [{"url": f"{base_url}/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": NAMED,
            "securitySchemes": {BEARER: {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(one: Call) -> dict[str, Any]:
    summary, _, more = (part.strip() for part in one.says.partition("\n\n"))
    operation: dict[str, Any] = {
        "operationId": one.name,
        "summary": summary,
        "tags": [one.path.split("/")[1].removesuffix(".json")],
        "security": [{BEARER: []}] if one.sign.scope else [],
        "parameters": [*_in_path(one.path), *_in_query(one)],
        "responses": {str(status): _answer(one, status) for status in one.answers} | {"default": _problem()},
    }
    needs = (
        "Any scope."
        if one.sign.scope == ANY
        else f"Scope `{one.sign.scope}`, permission `{one.sign.permission}`."
        if one.sign.scope
        else "Open to anyone."
    )
    operation["description"] = "\n\n".join(filter(None, (re.sub(r"\s+", " ", more), needs)))
    if one.body is not None or one.form is not None:
        operation["requestBody"] = _sent(one)
    return operation


def _in_path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": CODE}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _in_query(one: Call) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": name in one.needed, "schema": schema}
        for name, schema in one.query.items()
    ]


def _sent(one: Call) -> dict[str, Any]:
    if one.form is not None:
        return {"required": True, "content": {"multipart/form-data": {"schema": one.form}}}
    body: Schema = one.body or {}
    return {
        "required": bool(body["required"]),
        "content": {"application/json": {"schema": body} | ({"example": one.sent} if one.sent else {})},
    }


def _answer(one: Call, status: int) -> dict[str, Any]:
    schema = one.answers[status]
    kind = "application/octet-stream" if schema is FILE else "application/json"
    example = {"example": one.example} if one.example is not None and status == max(one.answers) else {}
    return {"description": ANSWERS[status], "content": {kind: {"schema": schema, **example}}}


def _problem() -> dict[str, Any]:
    content = {"application/problem+json": {"schema": PROBLEM}}
    return {"description": "No, with the reason", "content": content}
