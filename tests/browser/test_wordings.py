"""Writing a text at a desk and on a phone, with scripts and without (CON-03, CON-05)."""

from __future__ import annotations

import pytest

from models.wording import Version, Wording

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_text_is_written_tried_out_and_published(house, visit, axe, phone):
    wording = Wording.current()[0]
    page = visit(house.user("consent-officer"), phone=phone)
    page.goto(f"/wordings/{wording.code}/edit")
    axe(page)
    body = page.locator("[name=body-en]").input_value()
    page.fill(
        "[name=body-en]", body.replace("data protection officer", "colleague") + "\n\nThis is irrevocable."
    )
    page.get_by_role("button", name="Check the text").click()
    page.get_by_text("2 things to mend").wait_for()
    axe(page)
    page.get_by_role("button", name="Insert Say how to reach").click()
    page.get_by_text("1 thing to mend").wait_for()
    page.fill(
        "[name=body-en]",
        page.locator("[name=body-en]")
        .input_value()
        .replace("This is irrevocable.", "Thank you for reading."),
    )
    page.get_by_role("button", name="Preview Deutsch").click()
    page.locator("#preview .sheet[lang=de]").wait_for()
    page.get_by_role("button", name="Preview English").click()
    page.locator("#preview .sheet[lang=en]").get_by_text("Thank you for reading.").wait_for()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Version.select().where(Version.wording == wording, Version.number == 2).count() == 0
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Version 2 is published.").wait_for()
    axe(page)
    assert page.locator("ins").filter(has_text="reading").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_the_preview_leads_back_with_everything_typed(house, visit):
    page = visit(house.user("consent-officer"), scripts=False)
    page.goto("/wordings/new?start=minor")
    page.fill("[name=name]", "Our school")
    page.fill("[name=title-nl]", "Een andere titel?")
    page.get_by_role("button", name="Preview Nederlands").click()
    page.get_by_role("heading", name="Een andere titel?").wait_for()
    page.get_by_role("button", name="Back to writing").click()
    assert page.locator("[name=name]").input_value() == "Our school"
    assert page.locator("[name=kind]").input_value() == "minor"
    assert page.locator("[name=title-nl]").input_value() == "Een andere titel?"
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("heading", name="Our school").wait_for()
