"""One line of the log per request: the door, never the address that was asked for, for that may hold a token."""

from __future__ import annotations

import logging
import time

from flask import Flask, g, request
from werkzeug.wrappers import Response

log = logging.getLogger("clearframe.web")


def init_app(app: Flask) -> None:
    """Note every request when it is answered."""
    app.before_request(_begin)
    app.after_request(_note)


def _begin() -> None:
    g.began = time.perf_counter()


def _note(response: Response) -> Response:
    facts = {
        "method": request.method, "endpoint": request.endpoint or "none", "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        "request_id": g.get("request_id", "none"),
    }  # fmt: skip
    if request.endpoint != "static":
        log.info("request", extra=facts)
    return response
