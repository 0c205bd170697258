"""The privacy page on a phone and the desk of requests in light and dark, with axe (ACC-01)."""

from __future__ import annotations

import pytest

from models.claim import Claim
from models.claim_digits import ClaimDigits

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_stranger_asks_on_a_phone(house, visit, axe, drain, scripts):
    house.user("dpo")
    page = visit(phone=True, scripts=scripts, dark=scripts)

    def look():
        if scripts:
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") == 390, page.url

    page.goto("/privacy?lang=nl")
    look()
    page.locator("[name=name]").fill("Noor Voorbeeld")
    page.locator("[name=email]").fill("noor@people.example")
    page.locator("main form button").click()
    page.wait_for_url("**/privacy/claims/**")
    look()
    page.locator("[name=number]").fill(ClaimDigits.get().number)
    page.locator("main form button").first.click()
    page.locator("[role=status]").wait_for()
    look()
    assert Claim.get().locale == "nl"


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk", "dark phone"])
def test_the_desk_of_requests(house, visit, axe, phone, dark):
    dpo = house.user("dpo", name="Doris Officer")
    noor = house.person("Noor Voorbeeld", by=house.user("editor"), email="noor@people.example")
    asked, letter = (
        Claim.of_reader(noor, "erasure"),
        Claim.receive("access", "letter", actor=dpo, name="Ida Voorbeeld"),
    )
    page = visit(dpo, phone=phone, dark=dark)
    page.goto(f"/claims/{asked.code}")
    page.get_by_role("button", name="Draft the plan").click()
    page.wait_for_url("**/plan")
    for path in ("", "/new", "/calendar", "/register", f"/{asked.code}", f"/{asked.code}/plan", f"/{asked.code}/recipients",
                 f"/{asked.code}/hold", f"/{asked.code}/finding", f"/{letter.code}", f"/{letter.code}/packages"):  # fmt: skip
        page.goto(f"/claims{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
