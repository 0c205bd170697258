"""Each kind of error answer, for a page, a fragment and a program: hardened, kept by nobody, in words (PUB-09, ASVS 16.5.1)."""

from __future__ import annotations

import pytest
from flask import abort

from models.errors import Refusal
from tests.views.test_headers import lacking

STATUSES = (400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503, 507)
SURFACES = {
    "page": ("/broken", {}, "text/html"), "fragment": ("/broken", {"HX-Request": "true"}, "text/html"),
    "program": ("/api/v1/broken", {}, "application/problem+json"),
}  # fmt: skip


@pytest.fixture
def broken(own_web):
    """Two doors behind which everything goes wrong as it is asked to."""

    def door(how, status):
        if how == "abort":
            abort(status)
        if how == "refuse":
            refusal = Refusal("No, since %(why)s.", why="so it is")
            refusal.status = status
            raise refusal
        raise RuntimeError("SECRET of the machine")

    own_web.testing = False
    door.sign = own_web.view_functions["session.login"].sign
    for at in ("/broken", "/api/v1/broken"):
        own_web.add_url_rule(
            f"{at}/<how>/<int:status>", at.strip("/").replace("/", "-").replace(".", "-"), door
        )
    return own_web.test_client(use_cookies=False)


@pytest.mark.parametrize("surface", SURFACES)
def test_every_error_is_hardened_and_kept_by_nobody(broken, surface):
    at, headers, kind = SURFACES[surface]
    wrong = []
    for how, status in [
        (how, status) for how in ("abort", "refuse") for status in STATUSES if (how, status) != ("abort", 507)
    ] + [("raise", 500)]:
        answer = broken.get(f"{at}/{how}/{status}", headers=headers)
        said = (
            answer.status_code,
            answer.mimetype,
            answer.headers["Cache-Control"],
            "Set-Cookie" in answer.headers,
        )
        if said != (status, kind, "private, no-store", False) or lacking(answer):
            wrong.append((how, status, said, lacking(answer)))
        if b"Traceback" in answer.data or b"SECRET" in answer.data or len(answer.data) < 20:
            wrong.append((how, status, answer.data[:80]))
        if ("Retry-After" in answer.headers) is not (status in (429, 503, 507)):
            wrong.append((how, status, "Retry-After"))
    assert wrong == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/static/none.css", 404), ("POST", "/static/house.css", 405), ("GET", "/api/v1//photos", 404), ("GET", "/static/../app.py", 404),
     ("GET", "/static/%2e%2e/app.py", 404), ("GET", "/static/..%5capp.py", 404)],
)  # fmt: skip
def test_static_errors_are_kept_by_nobody_either(web, method, path, status):
    answer = web.test_client().open(path, method=method)
    assert (answer.status_code, answer.headers["Cache-Control"], lacking(answer)) == (
        status,
        "private, no-store",
        set(),
    )
