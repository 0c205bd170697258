"""The one place where a refusal becomes an answer: a page, a notice for htmx, or a problem for programs."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, g, jsonify, render_template, request
from flask_babel import gettext
from htmx_flask import make_response
from werkzeug.exceptions import ClientDisconnected, HTTPException, MethodNotAllowed, RequestTimeout
from werkzeug.wrappers import Response

from models import trouble
from models.errors import (
    Full,
    Gone,
    Missing,
    NotAccepted,
    NotAllowed,
    NotCleared,
    Refusal,
    TooLarge,
    TooMany,
    TrailClosed,
    _l,
)
from models.session import WINDOW, OutOfScope
from views.headers import harden

log = logging.getLogger("clearframe")

# Words for what the web itself refuses, before any model was asked.
WORDS = {
    400: _l("This request could not be read. Go back, reload the page and try again."),
    401: _l("A valid token is needed."),
    403: _l("Your role doesn't include this. Ask your administrator if you need it."),
    404: _l("There is nothing here, or you may not see it."),
    405: _l("This address doesn't work that way."),
    408: _l("This request did not arrive in time. Send it again."),
    413: _l("This is larger than what is taken in."),
    429: _l("Too many tries. Wait a few minutes and try again."),
    500: _l("Something went wrong on our side. Nothing you entered was half-saved. Please try again."),
    503: _l("Clearframe can't answer at the moment. Please try again shortly."),
}

# The same trouble has the same type, whether the web or a model saw it first.
KINDS = {kind.status: kind.kind for kind in (Missing, NotAllowed, TooLarge, NotAccepted, TooMany, Gone)}


def init_app(app: Flask) -> None:
    """Answer refusals, HTTP errors and the unforeseen."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, failed)
    app.register_error_handler(Exception, unforeseen)


def refused(refusal: Refusal) -> Response:
    """A refusal of the domain, in its own words; of one that a full disk caused, in those."""
    if isinstance(refusal, TrailClosed):
        refusal = next((why for why in [trouble.of(refusal)] if isinstance(why, Full)), refusal)
    return _answer(refusal.status, refusal.kind, refusal.sentence(gettext), refusal)


def failed(error: HTTPException) -> Response:
    """A refusal of the web, in ours."""
    if error.response is not None:
        return error.response
    if isinstance(error, ClientDisconnected):
        error = RequestTimeout()  # who is still there dripped; whoever is gone reads no answer
    status = error.code or 500
    kind = KINDS.get(status) or error.name.lower().replace(" ", "-")
    response = _answer(status, kind, gettext(WORDS.get(status, WORDS[400] if status < 500 else WORDS[500])))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def unforeseen(error: Exception) -> Response:
    """The machine's trouble in its own words; else an error of ours: a short reference that also stands in the log, never a traceback."""
    reference = g.get("request_id", "none")
    if passing := trouble.of(error):
        log.warning("%s, reference %s: %s", passing.kind, reference, type(error).__name__)
        return refused(passing)
    log.error("unforeseen error, reference %s", reference, exc_info=error)
    return _answer(500, "error", gettext(WORDS[500]), reference=reference)


def _answer(
    status: int, kind: str, words: str, refusal: Refusal | None = None, reference: str = ""
) -> Response:
    if request.path.startswith("/api/"):
        return _problem(status, kind, words, refusal, reference)
    values = {"status": status, "kind": kind, "words": words, "refusal": refusal, "reference": reference}
    if request.headers.get("HX-Request") == "true" and not request.headers.get("HX-Boosted"):
        notice = render_template("errors/_notice.html", **values)
        response = make_response((notice, status), retarget="#notices", reswap="beforeend")
        _when_to_come_back(response, status, refusal)
        return response
    try:
        body = render_template("errors/page.html", **values)
    except Exception:  # the error page must not need what just failed
        log.exception("the error page failed")
        body = words
    response = harden(make_response((body, status)))
    _when_to_come_back(response, status, refusal)
    return response


def _when_to_come_back(response: Response, status: int, refusal: Refusal | None) -> None:
    seconds = getattr(refusal, "after", None) or {429: int(WINDOW.total_seconds()), 503: 10, 507: 300}.get(
        status
    )
    if seconds:
        response.headers["Retry-After"] = str(seconds)


def _problem(status: int, kind: str, words: str, refusal: Refusal | None, reference: str) -> Response:
    """RFC 9457, with `reasons` of a refused use, the `field` of a mistake, the `reference` of an error of ours."""
    body: dict[str, Any] = {
        "type": f"urn:clearframe:{kind}",
        "title": kind.replace("-", " ").capitalize(),
        "status": status,
        "detail": words,
    }
    if isinstance(refusal, NotCleared):
        from views.words import reason_json

        body["reasons"] = [reason_json(reason) for reason in refusal.clearance.obstacles]
    if getattr(refusal, "field", None):
        body["field"] = refusal.field  # type: ignore[union-attr]
    if reference:
        body["reference"] = reference
    response = jsonify(body)
    response.status_code = status
    _when_to_come_back(response, status, refusal)
    response.mimetype = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="clearframe"'
    if isinstance(refusal, OutOfScope):
        scope = refusal.values["scope"]
        response.headers["WWW-Authenticate"] = (
            f'Bearer realm="clearframe", error="insufficient_scope", scope="{scope}"'
        )
    return response
