"""A visitor adds a selfie on a phone-sized screen, with and without scripts (issue 3 part 2, ACC-01)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from models import recognition
from models.album import Mode
from models.campaign import Campaign, CampaignWay, Reach
from models.face import Faceprint
from models.gather import today
from models.selfie import Selfie, State
from models.wording import Wording
from tests import people

pytestmark = pytest.mark.browser


@pytest.fixture
def campaign(house, site):
    editor = house.user("editor")
    why = dict.fromkeys(recognition.QUESTIONS, "Because this is a test of the first steps.")
    recognition.switch_on(Mode.TRANSIENT, why, today() + timedelta(days=200), by=house.user("dpo"))
    return Campaign.start(
        "Open day", [], [house.use("website")], Wording.current()[0], by=editor, way=CampaignWay.POSTER,
        scope=Reach.ALBUM, album=house.album(by=editor), ask_recognition=True,
    )  # fmt: skip


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_she_adds_a_selfie_after_signing(house, campaign, visit, axe, drain, tmp_path, scripts):
    check = axe if scripts else lambda page: None
    page = visit(phone=True, scripts=scripts)
    page.goto(campaign.link)
    page.get_by_label("Your name").fill("Noor Voorbeeld")
    page.get_by_label("Your e-mail address (not needed)").fill("noor@people.example")
    page.get_by_role("button", name="Go on to the questions").click()
    assert page.locator("input:checked").count() == 0
    page.get_by_text("you can add a selfie after signing").wait_for()
    check(page)
    page.locator("label:has(input[name=use-website][value=yes])").click()
    page.locator("label:has(input[name=recognition][value=yes])").click()
    page.fill("[name=signer]", "Noor Voorbeeld")
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("heading", name="One more step: the code").wait_for()
    drain()
    letter = house.letters()[-1].get_body(("plain",)).get_content()
    page.get_by_label("Code").fill(re.search(r"\b\d{6}\b", letter)[0])
    page.get_by_role("button", name="Sign").click()

    page.get_by_role("heading", name="Would you like to add a selfie?").wait_for()
    check(page)
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        small = (
            "[...document.querySelectorAll('main form a, main form button, main input:not([type=hidden])')]"
        )
        assert (
            page.evaluate(f"{small}.filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)")
            == []
        )
    yes, no = (
        page.get_by_role(role, name=name).bounding_box()
        for role, name in (("button", "Send my selfie"), ("link", "Go on without a selfie"))
    )
    assert (yes["width"], yes["height"]) == (no["width"], no["height"]), "going on is as easy"
    page.get_by_role("button", name="Send my selfie").click()
    page.get_by_text("Take a picture of yourself first").wait_for()
    check(page)
    page.get_by_role("link", name="Go on without a selfie").click()
    page.get_by_role("heading", name="Thank you. Your answers are kept.").wait_for()
    page.get_by_role("link", name="Add a selfie (not needed)").click()

    page.get_by_label("A picture of your face").set_input_files(_file(tmp_path, people.scene((0, 1), seed=1)))
    page.get_by_role("button", name="Send my selfie").click()
    page.get_by_text("The computer is looking at it.").wait_for()
    check(page)
    drain()
    page.get_by_role("link", name="See how it went").click()
    page.get_by_text("There is more than one face in it.").wait_for()
    check(page)
    page.get_by_role("link", name="Try once more").click()
    page.get_by_label("A picture of your face").set_input_files(_file(tmp_path, people.portrait(0)))
    page.get_by_role("button", name="Send my selfie").click()
    page.get_by_text("The computer is looking at it.").wait_for()
    drain()
    page.get_by_role("link", name="See how it went").click()
    page.get_by_text("It worked.").wait_for()
    check(page)
    assert [row.state for row in Selfie.select().order_by(Selfie.id)] == [State.REFUSED, State.USED]
    assert Faceprint.select().count() == 1
    assert page.context.cookies() == []


def _file(folder, data):
    path = folder / "selfie.jpg"
    path.write_bytes(data)
    return path
