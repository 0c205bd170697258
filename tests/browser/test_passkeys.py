"""SEC-02 on a phone: a passkey made, shown as the second step, and in place of the password; what is said without one."""

from __future__ import annotations

import os

import pytest

from models import factor
from models.base import tools
from tests.makers import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(chromium, site):
    """A phone at a name, for passkeys know no bare numbers; whatever the console complains about fails the test."""
    tools._wired.base_url = site.replace("127.0.0.1", "localhost")
    opened, complaints = [], []

    def open_page(*, scripts=True, dark=False):
        context = chromium.new_context(
            base_url=tools.base_url, viewport={"width": 390, "height": 844}, has_touch=True, locale="en-GB",
            java_script_enabled=scripts, color_scheme="dark" if dark else "light",
        )  # fmt: skip
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in opened:
        context.close()
    assert [words for words in complaints if "the server responded with a status of 4" not in words] == []


def _device(page, **more):
    tools_of_the_browser = page.context.new_cdp_session(page)
    tools_of_the_browser.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True, **more,
    }  # fmt: skip
    made = tools_of_the_browser.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return lambda verified: tools_of_the_browser.send(
        "WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": verified}
    )


def _password(page, user):
    page.goto("/login")
    page.fill("[name=email]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_passkey_from_its_making_to_every_door_it_opens(house, phone, axe, later, dark):
    admin = house.user("admin", name="Ada Admin")
    factor.reset(admin, by="operator")
    page = phone(dark=dark)
    verify = _device(page)

    def look(name):
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, page.url
        if folder := os.environ.get("LOOKS"):
            page.screenshot(path=f"{folder}/passkey-{name}-{dark}.png", full_page=True)

    _password(page, admin)
    page.get_by_role("heading", name="Add a passkey").wait_for()
    look("none-yet")
    page.fill("#f-name-passkey", "my phone")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    page.get_by_text("my phone", exact=True).wait_for()
    look("made")
    page.goto("/settings/users")
    later(minutes=6)
    page.goto("/account/factors")
    page.get_by_role("button", name="Make a passkey").click()  # the question itself asks who one is
    page.get_by_role("button", name="Show your passkey").wait_for()
    look("prove")
    page.get_by_role("button", name="Show your passkey").click()
    page.get_by_text("Nothing was sent yet").wait_for()

    page.goto("/account")
    page.locator("details.top summary").click()
    page.locator("details.top").get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Log in with a passkey").wait_for()
    look("login")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.get_by_role("heading", name="Settings").wait_for()
    page.goto("/account")
    look("account")

    page.context.clear_cookies()
    _password(page, admin)
    page.get_by_role("heading", name="Your code").wait_for()
    look("second-step")
    verify(False)
    page.get_by_role("button", name="Show your passkey").click()
    page.get_by_text("No passkey came back").wait_for()
    look("not-verified")
    verify(True)
    page.get_by_role("button", name="Show your passkey").click()
    page.get_by_role("heading", name="Settings").wait_for()
    page.context.clear_cookies()
    page.goto("/login/forgotten")
    look("forgotten")


def test_without_passkeys_or_javascript_the_page_says_what_to_do(house, phone, axe):
    page = phone(scripts=False)
    page.goto("/login")
    assert "Passkeys need JavaScript" in page.locator("noscript").inner_text()
    assert page.get_by_role("button", name="Log in with a passkey").count() == 0
    page = phone()
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto("/login")
    page.get_by_text("This browser knows no passkeys").wait_for()
    assert page.get_by_role("button", name="Log in with a passkey").count() == 0
    axe(page)
