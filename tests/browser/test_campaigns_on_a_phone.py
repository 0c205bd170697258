"""Poster page, attendance and progress on a phone-sized screen, with axe and at 320 px (issue part 2, ACC-01)."""

from __future__ import annotations

import pytest

from models.campaign import Campaign, CampaignWay
from models.consent import Consent, Means
from models.request import Choice, Request
from models.visit import Visit
from models.wording import Wording

pytestmark = pytest.mark.browser


@pytest.fixture
def editor(house, site):
    return house.user("editor")


def start(house, editor, people, **more):
    uses = [house.use("website"), house.use("press")]
    return Campaign.start("Open day", people, uses, Wording.current()[0], by=editor, **more)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_visitor_joins_and_signs(house, editor, visit, axe, scripts):
    campaign = start(house, editor, [], way=CampaignWay.POSTER)
    page = visit(phone=True, scripts=scripts)
    page.goto(campaign.link)
    if scripts:
        axe(page)
        small = "[...document.querySelectorAll('main a, main button, main input:not([type=hidden])')]"
        assert (
            page.evaluate(f"{small}.filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)")
            == []
        )
    page.get_by_role("link", name="It is about my child").click()
    page.get_by_label("Birth date of your child").wait_for()
    if scripts:
        axe(page)
    page.get_by_role("link", name="It is about me").click()
    page.get_by_label("Your name").fill("Lars Demo")
    page.get_by_role("button", name="Go on to the questions").click()
    page.locator("label:has(input[name=use-website][value=yes])").click()
    page.locator("label:has(input[name=use-press][value=no])").click()
    page.fill("[name=signer]", "Lars Demo")
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("link", name="Keep the receipt (PDF)").wait_for()
    assert Visit.select().count() == Consent.select().count() == 1
    assert page.context.cookies() == []


def test_the_photographer_hands_her_phone_over(house, editor, visit, axe):
    album = house.album(by=editor)
    people = [house.person(name, by=editor) for name in ("Noor Voorbeeld", "Daan Muster", "Mei Specimen")]
    campaign = start(house, editor, people, album=album)
    asked = campaign.requests.where(Request.person == people[0]).get()
    Consent.sign(asked, Choice({"website": True, "press": False}, None), signer="Noor Voorbeeld", steps={})
    page = visit(house.user("contributor"), phone=True)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"/albums/{album.code}/attendance")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#attendance .badge.cleared").count() == 1
    target = page.get_by_role("link", name="Sign here Daan Muster")
    assert target.bounding_box()["height"] >= 44
    target.click()
    page.get_by_role("button", name="Log out and hand over").wait_for()
    axe(page)
    page.get_by_role("button", name="Log out and hand over").click()
    for use in ("website", "press"):
        page.locator(f"label:has(input[name=use-{use}][value=yes])").click()
    page.fill("[name=signer]", "Daan Muster")
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_text("Please give the device back.").wait_for()
    axe(page)
    assert Consent.get(Consent.person == people[1]).means is Means.DEVICE
    for _ in range(4):
        page.go_back()
        assert page.get_by_role("link", name="Library").count() == 0, page.url
    page.goto("/library")
    assert "/login" in page.url


def test_progress_on_a_phone(house, editor, visit, axe):
    people = [
        house.person(name, by=editor, email=f"p{n}@people.example")
        for n, name in enumerate(("Noor Voorbeeld", "Daan Muster"))
    ]
    campaign = start(house, editor, people)
    page = visit(editor, phone=True)
    for address in (
        "/campaigns",
        f"/campaigns/{campaign.code}",
        "/campaigns/new",
        f"/campaigns/{campaign.code}/people",
    ):
        page.goto(address)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto("/campaigns/new")
    page.get_by_label("Name of the campaign").fill("Second round")
    page.get_by_label("Way").select_option("poster")
    page.get_by_label("Website").first.check()
    page.get_by_role("button", name="Next: see who is asked").click()
    page.get_by_text("Nothing has been sent yet.").wait_for()
    axe(page)
    page.get_by_role("button", name="Make the poster").click()
    page.get_by_role("link", name="Poster (PDF)").wait_for()
    assert Campaign.select().count() == 2
