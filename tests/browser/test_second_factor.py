"""SEC-02, ASVS 7.5.3 on a phone: the code at login, and once more before what is grave."""

from __future__ import annotations

import os

import pytest

from tests.makers import PASSWORD, next_code

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_code_at_login_and_once_more(house, visit, axe, later, dark):
    admin, eva = house.user("admin", name="Ada Admin"), house.user("editor")
    page = visit(phone=True, dark=dark)

    def look(name):
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, page.url
        if folder := os.environ.get("LOOKS"):
            page.screenshot(path=f"{folder}/{name}-{dark}.png", full_page=True)

    page.goto("/login")
    page.fill("[name=email]", admin.email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("heading", name="Your code").wait_for()
    look("code")
    page.fill("[name=number]", next_code(admin))
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("heading", name="Settings").wait_for()

    page.goto(f"/settings/users/{eva.code}")
    look("user")
    later(minutes=6)
    page.get_by_role("button", name="Close the account").click()
    page.get_by_role("heading", name="Is it you?").wait_for()
    look("prove")
    page.fill("[name=number]", next_code(admin))
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("Nothing was sent yet").first.wait_for()
    look("back")
    page.goto("/account")
    look("account")
    page.get_by_role("link", name="Set up or change").click()
    page.wait_for_url("**/account/factors")
    look("factors")
    page.get_by_role("button", name="Set up").click()
    page.get_by_text("The six digits the app shows now").wait_for()
    look("setup")
