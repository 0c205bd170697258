"""The first start as the operator meets it: the printed link, an account, a colleague, and in (issue parts 1, 2)."""

from __future__ import annotations

import base64

import pytest

from models.beginning import first_link
from models.user import User
from tests.makers import PASSWORD, Pocket, app_code

pytestmark = pytest.mark.browser


def _set_up_a_code_app(page, look):
    """SEC-02: the administrator's role asks for it before anything else opens."""
    page.get_by_text("asks for a second factor").wait_for()
    look(page)
    page.locator("form[action$='/account/factors'] [name=name]").fill("my phone")
    page.get_by_role("button", name="Set up").click()
    key = page.locator("code").inner_text()
    look(page)
    page.fill("[name=number]", app_code(Pocket(base64.b32decode(key.replace(" ", "")), [])))
    page.get_by_role("button", name="Take into use").click()
    page.get_by_text("Your recovery codes").wait_for()
    look(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_printed_link_to_a_first_colleague(house, site, visit, axe, scripts):
    page = visit(scripts=scripts)
    page.goto(first_link(site))
    if scripts:
        axe(page)
    page.fill("[name=name]", "Ada Admin")
    page.fill("[name=email]", "ada@demo.example")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.locator("main button").click()
    _set_up_a_code_app(page, axe if scripts else lambda _page: None)
    page.goto("/")
    page.get_by_role("heading", name="Settings").wait_for()
    assert first_link(site) is None, "printed once"

    page.get_by_role("link", name="Users").click()
    page.get_by_role("link", name="Add a colleague").click()
    page.fill("[name=name]", "Eva Editor")
    page.fill("[name=email]", "eva@demo.example")
    page.get_by_text("Names people, asks for consent").click()
    page.get_by_label("Communication").check()
    page.get_by_role("button", name="Add and make a link").click()
    link = page.get_by_label("Link").input_value()

    eva = visit(scripts=scripts)
    eva.goto(link)
    eva.fill("[name=password]", PASSWORD)
    eva.fill("[name=again]", PASSWORD)
    eva.locator("main button").click()
    eva.get_by_text("No photos yet").wait_for()
    assert {user.name for user in User.select()} == {"Ada Admin", "Eva Editor"}
