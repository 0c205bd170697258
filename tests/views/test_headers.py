"""PUB-09, SHR-03, ERA-08: every answer carries its headers, errors included, and no page has anything inline."""

from __future__ import annotations

import re

import pytest

from models.permission import Role
from tests.views.test_doors import Browser, World, rules
from views.headers import CSP

MUST = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow",
}  # fmt: skip
INLINE = re.compile(
    r"<style\b|<script\b(?![^>]*\bsrc=)|<[a-z][^>]*\s(?:on[a-z]+|style)\s*=|javascript:|<base\b|<iframe\b|<object\b|<embed\b",
    re.IGNORECASE,
)


def lacking(answer):
    """The headers that are missing or other than they must be."""
    wrong = {name for name, value in MUST.items() if answer.headers.get(name) != value}
    if answer.headers.get("Content-Security-Policy") not in (CSP, "default-src 'none'; sandbox"):
        wrong.add("Content-Security-Policy")
    if "Referrer-Policy" not in answer.headers or "Permissions-Policy" not in answer.headers:
        wrong.add("Referrer-Policy")
    return wrong


def test_every_page_of_every_role_is_hardened_and_has_nothing_inline(house, web, drain):
    world, wrong = World(house, web, drain), []
    for rule, method in rules(web):
        if method != "GET":
            continue
        for browser in (
            world.nobody,
            *(world.browsers[role] for role in (Role.EDITOR, Role.DPO, Role.ADMIN)),
        ):
            answer = browser.get(world.address(rule), buffered=True)
            if lacking(answer):
                wrong.append((rule.rule, answer.status_code, lacking(answer)))
            if (
                rule.endpoint != "static"
                and "no-store" not in answer.headers["Cache-Control"]
                and "max-age" not in answer.headers["Cache-Control"]
            ):
                wrong.append((rule.rule, answer.headers["Cache-Control"]))
            if answer.mimetype == "text/html" and (found := INLINE.search(answer.get_data(as_text=True))):
                wrong.append((rule.rule, found[0]))
    assert wrong == []


@pytest.mark.parametrize(
    ("method", "address", "more", "status"),
    [
        ("GET", "/nothing-here", {}, 404), ("GET", "/static/nothing.css", {}, 404), ("PUT", "/login", {}, 405),
        ("POST", "/login", {"data": {"email": "a"}}, 400), ("GET", "/library", {}, 302), ("GET", "/login?x=%00", {}, 400),
        ("GET", "/api/v1/photos", {}, 401), ("GET", "/login", {"headers": {"Host": "evil.example"}}, 400),
        ("POST", "/sign/none", {"data": {"x": "y" * 1_100_000}}, 413), ("HEAD", "/login", {}, 200), ("OPTIONS", "/login", {}, 200),
        ("GET", "/share/none", {}, 410), ("TRACE", "/login", {}, 405),
        ("POST", "/login", {"data": {"_method": "DELETE"}, "headers": {"X-HTTP-Method-Override": "DELETE"}}, 400),
        ("POST", "/login", {"data": {f"f{at}": "x" for at in range(1500)}, "content_type": "multipart/form-data"}, 413),
        ("POST", "/login", {"data": b"--x\r\n\r\nbroken", "content_type": "multipart/form-data; boundary=x"}, 400),
    ],
)  # fmt: skip
def test_errors_are_hardened_too(web, method, address, more, status):
    web.config["TRUSTED_HOSTS"] = ["localhost"]
    answer = web.test_client().open(address, method=method, **more)
    assert (answer.status_code, lacking(answer)) == (status, set())


def test_leaving_empties_the_cache(house, web):
    """ERA-08: after logging out, Back shows nothing of what was seen."""
    browser = Browser(web).log_in(house.user("editor"))
    assert browser.post("/logout").headers["Clear-Site-Data"] == '"cache"'


def test_an_error_of_ours_is_hardened_too(own_web):
    def broken():
        raise RuntimeError("SECRET of the machine")

    own_web.testing = False
    broken.sign = own_web.view_functions["session.login"].sign
    own_web.add_url_rule("/broken", "broken", broken)
    answer = own_web.test_client().get("/broken")
    assert (answer.status_code, lacking(answer), b"SECRET" in answer.data) == (500, set(), False)
