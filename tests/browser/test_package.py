"""A package on a phone from the question to its end: asked, found, looked through, let go, opened with digits, taken, gone (4.2, ACC-01)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from models import faces
from models.claim import Claim
from models.claim_digits import ClaimDigits
from models.erasure_plan import Plan
from models.face import Face
from models.package import Package
from models.photo import Photo
from tests.makers import picture

pytestmark = pytest.mark.browser


def test_a_package_from_the_question_to_its_end(house, visit, axe, drain, later):
    editor, dpo = house.user("editor"), house.user("dpo", name="Doris Officer")
    noor = house.person("Noor Voorbeeld", by=editor, email="noor@people.example")
    photo = house.photo(house.album(by=editor), by=editor, data=picture(size=(900, 600)))
    drain()
    photo = Photo.get_by_id(photo.id)
    faces.name(faces.draw(photo, (0.1, 0.2, 0.1, 0.15), by=editor), noor, by=editor)
    faces.draw(photo, (0.6, 0.2, 0.1, 0.15), by=editor)

    def look(page):
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, page.url

    def press(page, name):
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_load_state()

    hers = visit(phone=True)
    hers.goto("/privacy?lang=en")
    hers.locator("[name=name]").fill("Noor Voorbeeld")
    hers.locator("[name=email]").fill("noor@people.example")
    hers.locator("main form button").click()
    hers.wait_for_url("**/privacy/claims/**")
    hers.locator("[name=number]").fill(ClaimDigits.get().number)
    hers.locator("main form button").first.click()
    hers.locator("[role=status]").wait_for()

    desk, claim = visit(dpo, phone=True), Claim.get()
    desk.goto(f"/claims/{claim.code}")
    if claim.person is None:
        press(desk, "It is this person")
    desk.goto(f"/claims/{claim.code}/finding")
    press(desk, "Look everywhere")
    look(desk)
    press(desk, "Confirm all in which somebody saw this person")
    desk.goto(f"/claims/{claim.code}/packages")
    press(desk, "Make a package")
    drain()
    desk.reload()
    look(desk)
    desk.locator("article.tile a").click()
    desk.wait_for_url("**/pictures/*")
    look(desk)
    assert desk.locator("form:has([name=face])").count() == 1, "one other person, covered"
    desk.go_back()
    press(desk, "I looked at all of them: they are good")
    press(desk, "Let it go")
    drain()
    package = Package.get()
    assert Face.select().count() == 2

    hers.goto(package.link)
    look(hers)
    assert "Noor" not in hers.content()
    press(hers, "Send me a code")
    hers.locator("[name=number]").fill(ClaimDigits.select().order_by(-ClaimDigits.id).get().number)
    press(hers, "Go on")
    look(hers)
    with hers.expect_download() as coming:
        hers.get_by_role("link", name="Take everything").click()
    with zipfile.ZipFile(io.BytesIO(Path(coming.value.path()).read_bytes())) as files:
        assert {"access.pdf", f"images/{photo.code}.jpg"} <= set(files.namelist())
    desk.goto(f"/claims/{claim.code}/packages/{package.code}")
    assert "Last taken on" in desk.content()
    look(desk)

    plan = Plan.draft(Claim.of_reader(noor, "erasure"), by=dpo)
    desk.goto(f"/claims/{plan.claim.code}/plan")
    desk.get_by_text("Change", exact=True).click()
    for picture_of in desk.locator("figure img").all():
        picture_of.scroll_into_view_if_needed()
        assert picture_of.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
    desk.evaluate("scrollTo(0, 0)")
    assert desk.locator("figure").count() == 2, (
        "what would be left when she is covered, and when she is cut off"
    )
    look(desk)
    later(days=31)
    assert hers.request.get(package.link).status == 410
    assert Package.sweep() == 1
