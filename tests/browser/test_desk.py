"""The marketing team's day in a real browser: upload, look, choose a use, download (issue parts 3, 4, 6, 7, 10)."""

from __future__ import annotations

import pytest

from models import faces
from models.job import Job
from models.photo import Photo
from models.request import Choice, Request, Way
from models.wording import Wording
from tests.makers import picture

pytestmark = pytest.mark.browser


@pytest.fixture
def editor(house):
    return house.user("editor")


@pytest.fixture
def shoot(house, editor, drain):
    """Six landscapes, all prepared; nobody has looked at them yet."""
    album = house.album(by=editor)
    for _ in range(6):
        house.photo(album, by=editor)
    drain()
    return list(Photo.select().order_by(Photo.id))


def files(folder, count):
    folder.mkdir()
    for number in range(count):
        (folder / f"shoot-{number}.jpg").write_bytes(picture(seed=40 + number))
    (folder / "broken.jpg").write_bytes(b"not a picture at all")
    return sorted(folder.iterdir())


def test_upload_with_progress_names_twins_and_what_is_not_taken(house, editor, visit, drain, axe, tmp_path):
    house.album(by=editor)
    page = visit(editor)
    page.goto("/upload")
    axe(page)
    chosen = files(tmp_path / "shoot", 3)
    page.set_input_files("input[type=file]", chosen)
    page.get_by_text("4 of 4 done").wait_for()
    assert "0 were here already · 1 not taken" in page.locator("[data-summary]").inner_text()
    page.set_input_files("input[type=file]", chosen[1:2])
    page.get_by_text("5 of 5 done · 1 were here already").wait_for()
    assert Photo.select().count() == 3
    assert Job.waiting().count() > 0
    drain()
    page.goto("/library")
    assert page.locator(".tile[data-clearance=unclear]").count() == 3


def test_upload_without_scripts(house, editor, visit, tmp_path):
    house.album(by=editor)
    page = visit(editor, scripts=False)
    page.goto("/upload")
    page.set_input_files("input[type=file]", files(tmp_path / "shoot", 2))
    page.get_by_role("button", name="Upload").click()
    assert "broken.jpg" in page.locator("main").inner_text()
    assert Photo.select().count() == 2


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_use_selector_badge_and_download(shoot, editor, visit, scripts):
    page = visit(editor, scripts=scripts)
    page.goto("/library")
    tile = page.locator(".tile").first
    tile.locator("summary").click()
    assert "Nobody has confirmed yet who is in this photo." in tile.locator(".why").inner_text()
    tile.locator(".why a").click()
    page.get_by_role("button", name="Nobody can be recognised in this photo").click()
    page.get_by_text("Everyone is named").wait_for()
    page.goto("/library")
    page.select_option("#use", "press")
    if not scripts:
        page.get_by_role("button", name="Show").click()
    page.wait_for_url("**use=press**")
    assert page.locator(".tile[data-clearance=cleared]").count() == 1
    page.locator(".tile[data-clearance=cleared] > a").click()
    page.get_by_role("link", name="Download for a use").click()
    page.get_by_role("button", name="Download").click()
    assert "last day" in page.locator(".error, .notice").first.inner_text().casefold()
    page.fill("[name=until]", "2027-06-30")
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as kept:
        page.locator("main a.primary").click()
    assert kept.value.path().read_bytes().startswith(b"\xff\xd8\xff")


def test_select_many_by_keyboard_and_ask(house, shoot, editor, visit):
    noor = house.person("Noor Voorbeeld", by=editor, email="noor@people.example")
    faces.add_person(shoot[0], noor, by=editor)
    page = visit(editor)
    page.goto("/library")
    page.locator(".tile > a").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    assert page.locator("[data-count]").inner_text() == "2"
    page.keyboard.press("Escape")
    assert page.locator("[data-bar]").is_hidden()
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("Search").first.wait_for()
    page.get_by_label("Single keys are shortcuts in this browser").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").count() == 0, "single keys can be switched off"


def world(house, editor, drain, shoot):
    """Somebody with an answer, somebody who waits, a delivery: so that no page is empty."""
    photo = shoot[0]
    noor = house.person("Noor Voorbeeld", by=editor, email="noor@people.example")
    faces.add_person(photo, noor, by=editor)
    photo.review(by=editor)
    faces.draw(shoot[1], (0.2, 0.2, 0.2, 0.2), by=editor)
    uses = [house.use("website"), house.use("press")]
    request = Request.ask([noor], uses, Wording.current()[0], by=editor, way=Way.MAIL, photos=[photo])[0]
    from models.consent import Consent

    consent = Consent.sign(request, Choice({"website": True, "press": False}, None), signer="Noor", steps={})
    open_one = Request.ask([noor], [house.use("internal")], Wording.current()[0], by=editor, way=Way.QR)[0]
    drain()
    return photo, noor, consent, open_one


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_pages_of_the_desk_are_accessible(house, shoot, editor, drain, visit, axe, dark, phone):
    """WCAG 2.2 AA as far as a machine sees, and nothing wider than the screen."""
    photo, noor, consent, open_one = world(house, editor, drain, shoot)
    page = visit(editor, phone=phone, dark=dark)
    for address in (
        "/library", f"/photos/{photo.code}", f"/photos/{photo.code}/edit", f"/photos/{photo.code}/deliveries/new",
        f"/photos/{photo.code}/deliveries/new?use=press", "/faces", f"/photos/{photo.code}/people/new", "/people",
        f"/people/{noor.code}", f"/people/{noor.code}/edit", "/consents", "/consents?tab=given", "/consents/ask",
        f"/consents/ask?person={noor.code}&photo={photo.code}", f"/consents/{consent.code}",
        f"/requests/{open_one.code}", f"/requests/{open_one.code}/paper", "/albums", "/upload", "/account",
    ):  # fmt: skip
        assert page.goto(address).status == 200, address
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_of_the_others_are_accessible(house, visit, axe, dark):
    for role, addresses in {
        "dpo": ("/trail", "/recognition"),
        "admin": ("/settings", "/settings/users", "/settings/users/new", "/settings/teams", "/settings/tokens",
                  "/settings/mail", "/settings/work"),
        "consent-officer": ("/wordings", "/wordings/new", "/uses/new", "/uses/website/edit"),
    }.items():  # fmt: skip
        page = visit(house.user(role), dark=dark)
        for address in addresses:
            assert page.goto(address).status == 200, address
            axe(page)
    page = visit(dark=dark)
    page.goto("/login")
    axe(page)
    page.goto("/nowhere")
    axe(page)


def test_narrow_screens_keep_everything_in_reach(house, shoot, editor, visit):
    page = visit(editor, phone=True)
    page.set_viewport_size({"width": 320, "height": 640})
    for address in ("/library", f"/photos/{shoot[0].code}", "/upload", "/consents"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    page.locator("details.top summary").click()
    assert page.locator("details.top").get_by_role("link", name="Faces to name").is_visible()
