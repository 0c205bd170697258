"""An exception from the proposal to the photo, on a desk and on a phone, light and dark (PUB-07, ACC-01)."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from models import faces
from models.gather import today
from models.photo import Photo

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(house, drain):
    editor = house.user("editor")
    taken = house.photo(house.album(by=editor), by=editor)
    drain()
    photo = Photo.get_by_id(taken.id)
    noor = house.person("Noor Voorbeeld", by=editor)
    faces.name(faces.draw(photo, (0.2, 0.2, 0.15, 0.3), by=editor), noor, by=editor)
    faces.draw(photo, (0.6, 0.2, 0.15, 0.3), by=editor)
    return photo


def test_pub07_two_people_walk_an_exception_through(house, scene, visit, axe):
    dpo, officer = (
        house.user("dpo", name="Doris Officer"),
        house.user("consent-officer", name="Carla Consent"),
    )

    def look(page, name):
        page.evaluate("scrollTo(0, 0)")  # what lies half under the bar is no smaller for it
        axe(page)
        wide = page.viewport_size
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
                if folder := os.environ.get("LOOKS"):
                    page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
        page.set_viewport_size(wide)

    page = visit(dpo)
    page.goto("/overrides")
    look(page, "none")
    page.goto(f"/photos/{scene.code}")
    page.get_by_role("link", name="Propose an exception").first.click()
    look(page, "ask")
    page.fill(
        "[name=reason]",
        "Noor agreed on the phone; the second face is her sister, who is in the doorway by her own wish.",
    )
    page.fill("[name=until]", str(today() + timedelta(days=40)))
    page.get_by_role("button", name="Propose it").click()
    page.get_by_text("Proposed. It opens nothing").wait_for()
    look(page, "waits")
    other = visit(officer, phone=True)
    other.goto("/overrides")
    other.get_by_text("Reject it").first.click()
    look(other, "queue")
    other.get_by_role("button", name="Confirm it").click()
    other.get_by_text("holds until").wait_for()
    look(other, "holds")
    other.goto(f"/photos/{scene.code}")
    other.locator("details.status summary").first.click()
    other.get_by_text("Cleared by exception until").first.wait_for()
    look(other, "photo")
