"""My photos on a phone: readable, by keyboard and thumb, light and dark; taking back takes no more steps than giving (WDR-01)."""

from __future__ import annotations

import pytest

from models import faces, my_page
from models.consent import Consent, Withdrawal, in_force
from models.delivery import Delivery
from models.entry import Entry
from models.photo import Photo
from models.publication import Publication
from models.request import Request, Way
from models.wording import Wording

pytestmark = pytest.mark.browser


@pytest.fixture
def noor(house, drain, site):
    """Someone in one photo, asked for one use."""
    editor = house.user("editor")
    person = house.person("Noor Voorbeeld", by=editor, email="noor@people.example", locale="en")
    photo = house.photo(house.album(by=editor), by=editor)
    drain()
    photo = Photo.get_by_id(photo.id)
    faces.add_person(photo, person, by=editor)
    photo.review(by=editor)
    ask(house, person, editor)
    return person


def ask(house, person, editor, *uses):
    wanted = [house.use(code) for code in uses or ("website",)]
    return Request.ask([person], wanted, Wording.current()[0], by=editor, way=Way.LINK)[0]


class Thumb:
    """Counts what a person does: every click and every field she fills in."""

    def __init__(self, page):
        self.page, self.steps = page, 0

    def click(self, role, name):
        self.steps += 1
        self.page.get_by_role(role, name=name).first.click()

    def choose(self, selector):
        self.steps += 1
        self.page.locator(f"label:has({selector})").click()

    def type(self, selector, words):
        self.steps += 1
        self.page.fill(selector, words)

    def begin(self, address):
        """Open a link from a letter: that is the same for both and does not count."""
        self.page.goto(address)
        self.steps = 0

    def enter(self, reader):
        """From the link in the receipt to the page."""
        self.begin(my_page.link(reader))
        self.click("button", "Send me a code")
        self.page.locator("[name=number]").wait_for()
        self.type("[name=number]", Entry.waiting(reader).number)
        self.click("button", "Open my page")
        self.page.get_by_role("heading", name="My photos").wait_for()
        return self.steps

    def answer(self):
        """A yes to one use on the signing page, from the question to the thanks."""
        self.choose("input[name=use-website][value=yes]")
        self.type("[name=signer]", "Noor Voorbeeld")
        self.click("button", "Send my answers")
        self.page.get_by_role("heading", name="Thank you. Your answers are kept.").wait_for()
        return self.steps


def test_taking_back_takes_no_more_steps_than_giving(noor, visit):
    """WDR-01, each way measured against the way of giving that begins at the same place."""
    thumb = Thumb(visit(phone=True, scripts=False))
    thumb.begin(Request.get().link)
    give_by_link = thumb.answer()

    thumb.begin(Consent.get().withdrawal_link)
    thumb.choose("input[name=use]")
    thumb.click("button", "Take back what is ticked")
    thumb.page.get_by_role("status").wait_for()
    back_by_link = thumb.steps
    assert in_force(noor) == []

    open_page = thumb.enter(noor)
    thumb.steps = 0
    thumb.click("button", "Say yes Website")
    thumb.page.locator("[name=signer]").wait_for()
    give_on_page = thumb.answer()
    assert len(in_force(noor)) == 1

    thumb.enter(noor)
    thumb.steps = 0
    thumb.click("button", "Take back Website")
    thumb.page.get_by_role("status").wait_for()
    back_on_page = thumb.steps
    assert in_force(noor) == []

    assert (back_by_link, give_by_link) == (2, 3)
    assert (back_on_page, give_on_page) == (1, 4)
    assert (open_page + back_on_page, open_page + give_on_page) == (4, 7)
    assert thumb.page.context.cookies() == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_can_be_read_by_everyone(noor, house, drain, visit, axe, dark):
    editor = house.user("editor")
    request = ask(house, noor, editor, "website", "press")
    drain()
    thumb = Thumb(visit(phone=True, dark=dark))
    page = thumb.page
    for address in ("/my", my_page.link(noor)):
        page.goto(address)
        axe(page)
        assert fits(page)
    page.goto(request.link)
    for choice in ("input[name=use-website][value=yes]", "input[name=use-press][value=no]"):
        page.locator(f"label:has({choice})").click()
    page.fill("[name=signer]", "Noor Voorbeeld")
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("link", name="See all photos of me").click()
    axe(page)
    photo = Photo.get()
    delivery = Delivery.issue(photo, house.use("website"), to="The web team", by=editor)
    Publication.record(delivery, url="https://clearframe.example/spring", by=editor)
    thumb.enter(noor)
    page.get_by_text("Something is wrong with this photo").click()
    axe(page)
    assert fits(page)
    assert small_targets(page) == []
    assert page.locator("figure img").first.evaluate("image => image.complete && image.naturalWidth > 0")
    here = page.url.split("?")[0]
    for part in ("/photos", "/withdrawal", "/inquiry"):
        page.goto(here + part)
        axe(page)
        assert fits(page)
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("status").wait_for()
    page.get_by_role("link", name="Take everything back").click()
    page.get_by_role("button", name="Take everything back").click()
    page.get_by_role("status").wait_for()
    assert Withdrawal.select().count() == 1
    page.get_by_role("button", name="Close this page").click()
    page.get_by_role("heading", name="Your page is closed").wait_for()
    axe(page)
    page.goto(here)
    assert "This page is closed" in page.locator("main").inner_text()


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def small_targets(page):
    """Buttons, links and summaries below 44 px in height that can be seen, links within a sentence apart."""
    return page.evaluate(
        "[...document.querySelectorAll('main button, main summary, main a.btn, main .jump a, main footer a')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 90))"
    )
