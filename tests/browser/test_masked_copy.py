"""From a refused download to a copy without Daan, in a real browser, with and without scripts, wide, narrow and dark."""

from __future__ import annotations

import pytest

from models import faces
from models.consent import Consent
from models.copy import Copy, Stage
from models.delivery import Delivery
from models.face import Face
from models.photo import Photo
from models.request import Choice, Request, Way
from models.wording import Wording
from tests import people

pytestmark = pytest.mark.browser


@pytest.fixture
def shoot(house, drain, site):
    """Noor and Amina agreed to the website, Daan refused; the real recogniser found the three."""
    editor, use = house.user("editor"), house.use()
    taken = house.photo(
        house.album(by=editor), by=editor, data=people.scene((0, 1, 2), seed=3), name="three.jpg"
    )
    drain()
    photo = Photo.get_by_id(taken.id)
    for box, name in zip(
        photo.faces.order_by(Face.left), ("Noor Voorbeeld", "Daan Demo", "Amina Sample"), strict=True
    ):
        person = house.person(name, by=editor, email=f"{name.split()[0].lower()}@people.example")
        faces.name(box, person, by=editor)
        asked = Request.ask([person], [use], Wording.current()[0], by=editor, way=Way.LINK)[0]
        Consent.sign(asked, Choice({"website": not name.startswith("Daan")}, None), signer=name, steps={})
    photo.review(by=editor)
    return editor, photo


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_a_refusal_to_a_delivered_copy(shoot, visit, axe, drain, scripts):
    editor, photo = shoot
    page = visit(editor, scripts=scripts)
    page.goto(f"/photos/{photo.code}/deliveries/new?use=website")
    page.get_by_role("button", name="Download").click()
    page.get_by_text("This photo may not be used so.").wait_for()
    if scripts:
        axe(page)
    page.get_by_role("button", name="Use a copy without Daan").click()
    page.get_by_text("The copy is being made from the original.").wait_for()
    drain()
    if not scripts:
        page.get_by_role("link", name="Look again").click()
    page.get_by_role("button", name="It is good").wait_for()
    if scripts:
        axe(page)
    assert page.locator(".compare img").count() == 2
    page.get_by_role("button", name="It is good").click()
    page.get_by_role("link", name="Download this copy").click()
    page.get_by_text("This is the masked copy").wait_for()
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as kept:
        page.get_by_role("link", name="Save the file").click()
    assert kept.value.path().read_bytes().startswith(b"\xff\xd8\xff")
    assert Delivery.get().copy == Copy.get()
    page.goto(f"/photos/{photo.code}")
    assert page.locator("#copies .badge.cleared").count() == 1
    assert "found good by" in page.locator("#copies").inner_text()


def test_choose_and_draw_what_to_cover(shoot, visit, axe, drain):
    """Dark and on a phone: the ticks are set, a badge is drawn by hand, and what is no good is thrown away."""
    editor, photo = shoot
    page = visit(editor, phone=True, dark=True)
    page.goto(f"/photos/{photo.code}/copies/new?use=website")
    axe(page)
    assert page.locator("input[name=face]:checked").count() == 1
    stage = page.locator("[data-cover]").bounding_box()
    page.mouse.move(stage["x"] + 40, stage["y"] + 20)
    page.mouse.down()
    page.mouse.move(stage["x"] + 100, stage["y"] + 70, steps=4)
    page.mouse.up()
    assert len(page.input_value("[name=boxes]").split()) == 4
    page.select_option("[name=style]", "mosaic")
    page.get_by_role("button", name="Make the copy").click()
    page.get_by_text("The copy is being made from the original.").wait_for()
    drain()
    page.get_by_role("button", name="It is good").wait_for()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(Copy.get().places) == 2
    page.get_by_role("button", name="Throw away").click()
    page.get_by_text("The copy is gone; the photo is as it was.").wait_for()
    assert Copy.get().stage is Stage.THROWN_AWAY


def test_a_selection_in_the_library(shoot, visit, axe, drain):
    editor, photo = shoot
    page = visit(editor)
    page.goto("/library?use=website")
    page.locator(f'.tile[data-photo="{photo.code}"] label.pick').click()
    page.get_by_role("button", name="Masked copies").click()
    page.get_by_text("1 masked copy is being made.").wait_for()
    drain()
    page.reload()
    axe(page)
    page.get_by_role("link", name="Look at it").click()
    page.get_by_role("button", name="It is good").wait_for()
