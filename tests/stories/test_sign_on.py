"""Single sign-on with a real provider on this machine: who comes in, as what, and who does not."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from adapters.oidc import Provider
from models.base import tools
from models.permission import Role
from models.trail import Trace
from models.user import User
from tests.adapters.identity_provider import IdentityProvider
from tests.makers import Browser

pytestmark = pytest.mark.both_engines


@pytest.fixture(scope="module")
def there():
    """The organisation's provider."""
    with IdentityProvider("clearframe", "a secret of ours") as provider:
        yield provider


@pytest.fixture
def ours(there, house):
    there.reset()
    tools._wired.sign_on = Provider(
        there.issuer, "clearframe", "a secret of ours", name="Log in with Voorbeeld",
        roles=(("photo-team", "editor"), ("privacy", "dpo")),
    )  # fmt: skip
    return tools._wired.sign_on


def go_there(browser, onto=None):
    """Follow the button to the provider; the address it sends the browser back to."""
    left = browser.client.get("/login/sign-on", query_string={"next": onto} if onto else {})
    assert left.status_code == 302
    sent = requests.get(left.headers["Location"], allow_redirects=False, timeout=5).headers["Location"]
    return sent.removeprefix("http://localhost")


def test_who_has_an_account_comes_in_by_her_address_and_stays_herself(web, house, there, ours):
    eva = house.user("editor", email="eva@clearframe.example")
    there.claims = {"sub": "u-7", "email": "Eva@clearframe.example", "email_verified": True}
    browser = Browser(web)
    assert "Log in with Voorbeeld" in browser.get("/login").text
    came = browser.client.get(go_there(browser, onto="/albums"))
    assert (came.status_code, came.headers["Location"]) == (303, "/albums")
    assert browser.get("/library").status_code == 200
    # Her address changes at the provider; she is still the same.
    there.claims = {"sub": "u-7", "email": "new@clearframe.example", "email_verified": True}
    other = Browser(web)
    other.client.get(go_there(other))
    assert Trace.select().where(Trace.action == "user.login", Trace.actor == eva.code).count() == 2
    # Who has that address now is somebody else.
    there.claims = {"sub": "u-8", "email": "eva@clearframe.example", "email_verified": True}
    third = Browser(web)
    assert third.client.get(go_there(third)).status_code == 422
    assert third.get("/library").status_code == 302


def test_a_group_makes_an_account_and_roles_follow_it(web, house, there, ours):
    there.claims = {
        "sub": "u-9", "email": "nina@clearframe.example", "email_verified": True, "name": "Nina", "groups": ["photo-team", "all"],
    }  # fmt: skip
    browser = Browser(web)
    browser.client.get(go_there(browser))
    nina = User.get(User.email == "nina@clearframe.example")
    assert (nina.roles, [team.name for team in nina.teams()]) == ({Role.EDITOR}, [house.team.name])
    assert browser.get("/library").status_code == 200
    there.claims["groups"] = ["privacy"]
    browser = Browser(web)
    came = browser.client.get(go_there(browser), follow_redirects=True)
    assert User.get_by_id(nina.id).roles == {Role.DPO}
    # A privacy officer shows a second factor here too, unless the provider's counts.
    assert browser.get("/library").status_code == 302
    assert came.request.path.startswith("/account")
    ours.trust_factor = True
    there.claims["amr"] = ["pwd", "mfa"]
    browser = Browser(web)
    browser.client.get(go_there(browser))
    assert browser.get("/library").status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "x", "email": "nobody@clearframe.example", "email_verified": True},
        {"sub": "x", "email": "eva@clearframe.example", "email_verified": False},
        {"sub": "x"},
        {"sub": "x", "email": "new@clearframe.example", "groups": ["photo-team"]},
        {"sub": "x", "email": "gone@clearframe.example", "email_verified": True},
    ],
    ids=["nobody", "unchecked", "no address", "unchecked with a group", "closed account"],
)
def test_whom_nobody_here_knows_is_told_so(web, house, there, ours, claims):
    house.user("editor", email="eva@clearframe.example")
    gone = house.user("editor", email="gone@clearframe.example")
    gone.disable(by="system")
    there.claims = claims
    browser = Browser(web)
    said = browser.client.get(go_there(browser))
    assert (said.status_code, "have no account here" in said.text) == (422, True)
    assert browser.get("/library").status_code == 302


def test_an_answer_is_good_once_and_in_one_browser(web, house, there, ours):
    house.user("editor", email="eva@clearframe.example")
    mine, other = Browser(web), Browser(web)
    back = go_there(mine)
    assert other.client.get(back).status_code == 422  # a planted link logs nobody in
    assert mine.client.get(back).status_code == 303
    assert mine.client.get(back).status_code == 422
    query = parse_qs(urlsplit(go_there(other)).query)
    for wrong in (
        {"code": "x", "state": query["state"][0]},
        {"code": query["code"][0], "state": "x"},
        {},
        {"error": "no"},
    ):
        assert Browser(web).client.get("/login/sign-on/back", query_string=wrong).status_code == 422


def test_a_silent_provider_is_a_sentence_and_passwords_go_on(web, house, there, ours):
    there.trouble = "down"
    answer = Browser(web).client.get("/login/sign-on")
    assert (answer.status_code, "did not say who you are" in answer.text) == (422, True)
    tools._wired.sign_on = None
    assert Browser(web).client.get("/login/sign-on").status_code == 404
    assert "sign-on" not in Browser(web).get("/login").text
