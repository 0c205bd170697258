"""Signing on a phone-sized screen, with and without JavaScript (issue part 5, product screen 7)."""

from __future__ import annotations

import pytest

from models import faces
from models.consent import Consent, Withdrawal
from models.photo import Photo
from models.request import Request, Way
from models.wording import Wording

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(house, drain, site):
    editor = house.user("editor")
    photo = house.photo(house.album(by=editor), by=editor)
    drain()
    person = house.person("Noor Voorbeeld", by=editor, email="noor@people.example")
    faces.add_person(photo, person, by=editor)
    uses = [house.use("website"), house.use("press")]
    photos = [Photo.get_by_id(photo.id)]
    return Request.ask([person], uses, Wording.current()[0], by=editor, way=Way.LINK, photos=photos)[0]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_sign_and_take_back(asked, visit, axe, drain, scripts):
    page = visit(phone=True, scripts=scripts)
    page.goto(asked.link)
    assert page.locator("input:checked").count() == 0
    yes, no = (page.locator(f".yn .{kind}").first.bounding_box() for kind in "yn")
    assert (yes["width"], yes["height"]) == (no["width"], no["height"]), "refusing is as easy as agreeing"
    assert yes["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if scripts else True
    if scripts:
        axe(page)
    page.locator("label:has(input[name=use-website][value=yes])").click()
    page.locator("label:has(input[name=use-press][value=no])").click()
    page.fill("[name=signer]", "Noor Voorbeeld")
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("heading", name="Thank you. Your answers are kept.").wait_for()
    if scripts:
        axe(page)
    with page.expect_download() as kept:
        page.get_by_role("link", name="Keep the receipt (PDF)").click()
    assert kept.value.path().read_bytes().startswith(b"%PDF-")
    assert [line.answer.value for line in Consent.get().answers()] == ["given", "refused"]

    page.get_by_role("link", name="Change my mind").click()
    if scripts:
        axe(page)
    page.get_by_role("button", name="Take back everything").click()
    page.get_by_role("heading", name="Nothing is left to take back").wait_for()
    assert Withdrawal.select().count() == 1
    assert page.context.cookies() == []


def test_a_dead_link_says_what_to_do(visit, axe, site):
    page = visit(phone=True)
    page.goto("/sign/" + "x" * 43)
    assert "look for a newer message" in page.locator("main").inner_text()
    axe(page)
