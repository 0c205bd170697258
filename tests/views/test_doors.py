"""Every route with every role and with nobody (SEC-04, GOV-10): silence is 403, and no door answers with an error of ours."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest

from models import erasure
from models.base import db
from models.permission import GRANTS, Permission, Role
from models.photo import Photo
from models.user import Team
from tests.house.tree import HERE
from tests.makers import Browser
from tests.views.world import World

pytestmark = pytest.mark.both_engines

# These end or begin the session of the browser that knocks; their stories show who may.
OWN_PAGES = {
    "session.enter", "session.login", "session.leave", "sessions.end", "sessions.end_others", "sessions.end_of", "attendance.sign_here", "attendance.sign_request",
}  # fmt: skip


@pytest.fixture
def world(house, web, drain):
    """One of everything, and a logged-in browser per role, all in one team."""
    return World(house, web, drain)


def rules(web):
    """Every browser route with its method."""
    for rule in web.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method


def test_every_route_carries_a_sign(web):
    unsigned = {
        rule.endpoint for rule, _ in rules(web)
        if rule.endpoint != "static" and not hasattr(web.view_functions[rule.endpoint], "sign")
    }  # fmt: skip
    assert unsigned == set()


def test_nobody_comes_in(world, web):
    for rule, method in rules(web):
        if rule.endpoint == "static" or web.view_functions[rule.endpoint].sign.permission is None:
            continue
        if method == "GET":
            answer = world.nobody.get(world.address(rule))
        else:
            answer = world.nobody.post(world.address(rule))
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login"), rule.rule


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_its_doors_and_no_other(world, web, role):
    wrong = []
    for rule, method in rules(web):
        if rule.endpoint in OWN_PAGES or rule.endpoint == "static":
            continue
        need = web.view_functions[rule.endpoint].sign.permission
        may = need is None or need is Permission.ACCOUNT or need in GRANTS[role]
        with db.atomic() as undone:
            answer = call(world, role, world.address(rule), method)
            undone.rollback()
        # A role may hold the permission and still be refused by the domain: 409, 410, 415, 422; never by a 5xx.
        fits = answer.status_code != 403 and answer.status_code < 500 if may else answer.status_code == 403
        own = may and answer.status_code == 403 and rule.endpoint == "consents.check"
        if not fits and not own:
            wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


def call(world, role, address, method):
    """Knock as this role, with the token of its own session."""
    browser = world.browsers[role]
    if method == "GET":
        return browser.get(address)
    return browser.client.post(address, data={"csrf_token": world.tokens[role]})


def test_a_form_without_its_token_is_refused(world, web):
    wrong = []
    for rule, method in rules(web):
        if method == "GET" or web.view_functions[rule.endpoint].sign.permission is None:
            continue
        answer = world.browsers[Role.DPO].client.post(world.address(rule))
        if answer.status_code not in (400, 403):
            wrong.append((rule.rule, answer.status_code))
    assert wrong == []


# Pages of what must be made, let go or carried out before; their own stories do that first.
NOT_MADE_YET = {
    "compliance.take_pack", "breaches.letters", "plans.certificate", "packages.take", "packages.paper", "packages.image",
    "packages.picture", "sessions.waiting", "settings.drill", "plans.preview", "findings.picture",
}  # fmt: skip


def test_every_page_of_ones_own_role_can_be_looked_at(world, web):
    """GET pages answer 200 (or lead on) for whoever holds the permission: nothing is half there."""
    wrong = []
    for rule, method in rules(web):
        need = getattr(web.view_functions[rule.endpoint], "sign", None)
        if (
            method != "GET"
            or need is None
            or need.permission is None
            or rule.endpoint in OWN_PAGES | NOT_MADE_YET
        ):
            continue
        holder = next(role for role in (Role.EDITOR, Role.CONSENT_OFFICER, Role.DPO, Role.ADMIN)
                       if need.permission is Permission.ACCOUNT or need.permission in GRANTS[role])  # fmt: skip
        answer = world.browsers[holder].get(world.address(rule))
        answer.close()  # what streams keeps its request open until it is read or closed
        if answer.status_code not in (200, 302, 303):
            wrong.append((rule.rule, holder.value, answer.status_code))
    assert wrong == []


def test_an_album_of_another_team_is_not_there(world, web, house):
    """404, not 403: that there is something is not said either."""
    stranger = house.user("editor", team=Team.add("Yonder", by=world.users[Role.ADMIN]))
    browser = Browser(web).log_in(stranger)
    for address in (
        f"/photos/{world.codes['photos']}", f"/photos/{world.codes['photos']}/preview/320",
        f"/photos/{world.codes['photos']}/deliveries/new", f"/faces?photo={world.codes['photos']}",
        f"/library?album={world.codes['albums']}", f"/deliveries/{world.codes['deliveries']}",
        f"/copies/{world.codes['copies']}", f"/copies/{world.codes['copies']}/preview/320",
        f"/photos/{world.codes['photos']}/copies/new",
    ):  # fmt: skip
        assert browser.get(address).status_code == 404, address
    assert world.codes["photos"] not in browser.get("/library").text


def test_no_page_breaks_over_an_erased_photo(world):
    """What was shared, delivered, copied or shown of it answers in words (ERA-02)."""
    editor, codes = world.browsers[Role.EDITOR], world.codes
    erasure.erase_photo(Photo.get(Photo.code == codes["photos"]), by=world.users[Role.EDITOR])
    addresses = [
        f"/shares/{codes['shares']}", f"/shares/{codes['shares']}/contact-sheet.pdf", f"/copies/{codes['copies']}",
        f"/deliveries/{codes['deliveries']}", f"/deliveries/{codes['deliveries']}/file", f"/photos/{codes['photos']}",
    ]  # fmt: skip
    assert [editor.get(address).status_code for address in addresses] == [404, 404, 404, 200, 410, 410]


def test_a_session_ends_for_good(world, web):
    """A kept cookie opens nothing after logout (SEC-03)."""
    browser = world.browsers[Role.EDITOR]
    cookie = browser.client.get_cookie("clearframe").value
    browser.client.post("/logout", data={"csrf_token": world.tokens[Role.EDITOR]})
    other = Browser(web)
    other.client.set_cookie("clearframe", cookie, domain="localhost")
    assert other.get("/library").status_code == 302


def test_naughty_input_is_answered_in_words(world, web):
    """Bad dates, unknown codes, odd bytes: a clear sentence, never an error of ours."""
    editor = world.browsers[Role.EDITOR]
    for address in ("/library?state=nonsense", "/library?cursor=%00", "/photos/%F0%9F%92%A5", "/library?use=%27--",
                    "/consents?tab=x&after=zzz", "/faces?photo=nope", "/people?after=nope"):  # fmt: skip
        assert editor.get(address).status_code in (200, 400, 404, 422), address
    assert world.browsers[Role.DPO].get("/trail?since=yesterday").status_code == 422
    bad = editor.post(
        f"/photos/{world.codes['photos']}/deliveries",
        {"use": "website", "recipient": "x", "until": "31-31-31"},
    )
    assert bad.status_code == 422
    assert editor.post("/people", {"name": "A\u0000B"}).status_code == 400
    assert editor.post("/people", {"name": "A", "born": date.max.isoformat()}).status_code == 422
    upload = {"album": world.codes["albums"], "file": (io.BytesIO(b"<svg/>"), "x.jpg")}
    refused = editor.post(
        "/upload", upload, content_type="multipart/form-data", headers={"Accept": "application/json"}
    )
    assert refused.status_code == 415


GARBAGE = ("", " ", "x" * 10_000, "🌷\u202e", "-1", "1e999", "9" * 400, "null", "2026-02-30", "..", "%s{0}")
FIELDS = re.compile(r'(?:form|values|given)(?:\.get|\.getlist)?[\[(]"([a-z_-]+)"')


def test_garbage_is_never_an_error_of_ours(world, web):
    """Whatever a form is filled with, the answer is a page, a refusal or a mistake in words."""
    rooms = [*(HERE / "views").glob("*.py"), *(HERE / "models").glob("*.py")]
    fields = {name for path in rooms for name in FIELDS.findall(path.read_text())}
    assert len(fields) > 40
    wrong = []
    for rule, method in rules(web):
        sign = getattr(web.view_functions[rule.endpoint], "sign", None)
        if method == "GET" or sign is None or rule.endpoint in OWN_PAGES:
            continue
        holder = next(role for role in (Role.EDITOR, Role.CONSENT_OFFICER, Role.DPO, Role.ADMIN)
                      if sign.permission in (None, Permission.ACCOUNT) or sign.permission in GRANTS[role])  # fmt: skip
        for junk in GARBAGE:
            form = dict.fromkeys(fields, junk) | {"csrf_token": world.tokens[holder]}
            with db.atomic() as undone:
                answer = world.browsers[holder].client.post(world.address(rule), data=form)
                undone.rollback()
            if answer.status_code >= 500:
                wrong.append((rule.rule, junk[:12], answer.status_code))
    assert wrong == []
