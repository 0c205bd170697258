"""Every page a stranger can open: three languages, a small phone, nothing from elsewhere, nothing for search engines (ACC-01, SHR-03)."""

from __future__ import annotations

import pytest

from models import faces, my_page
from models.base import db
from models.campaign import Campaign, CampaignWay
from models.consent import Consent
from models.delivery import Delivery
from models.entry import Entry
from models.photo import Photo
from models.request import Choice, Request, Way
from models.setting import Setting
from models.share import Share
from models.wording import Wording

pytestmark = pytest.mark.browser


@pytest.fixture
def addresses(house, drain, site):
    """One address of every kind of page, as a function of nothing but what a stranger has in hand."""
    editor, use = house.user("editor"), house.use()
    with db.atomic():
        Setting.put("shares", True)
    noor = house.person("Noor Voorbeeld", by=editor, email="noor@people.example")
    photo = house.photo(house.album(by=editor), by=editor)
    drain()
    photo = Photo.get_by_id(photo.id)
    faces.add_person(photo, noor, by=editor)
    photo.review(by=editor)

    def ask(**more):
        return Request.ask(
            [noor], [use], Wording.current()[0], by=editor, way=Way.LINK, photos=[photo], **more
        )[0]

    signed = ask()
    consent = Consent.sign(signed, Choice({"website": True}, None), signer="Noor Voorbeeld", steps={})
    poster = Campaign.start("Open day", [], [use], Wording.current()[0], by=editor, way=CampaignWay.POSTER)
    shares = [
        Share.make([photo], use, recipient="Gazette", by=editor, **more)
        for more in ({}, {"password": "long enough"}, {"download": False})
    ]
    delivery = Delivery.issue(photo, use, to="Gazette", by=editor)
    sent = Entry.send(noor)
    key = sent.confirm(sent.number)
    door = "/my/" + my_page.token(noor)
    return [
        ask(ask_recognition=True).link, ask(renews=True).link, f"/sign/{signed.raw_token}/thanks", "/sign/nothing", consent.withdrawal_link,
        poster.link, f"{poster.link}/child", *(share.link for share in shares), f"/check/{delivery.code}", "/check/nothing",
        "/my", "/my?sent=1", door, f"{door}/closed", f"{door}/{key}", f"{door}/{key}/withdrawal", f"{door}/{key}/inquiry",
    ]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "nl", "de"])
def test_every_public_page_in_every_language(addresses, visit, axe, lang):
    page = visit(phone=True, dark=lang == "de")
    page.set_viewport_size({"width": 320, "height": 700})
    for address in addresses:
        answer = page.goto(address + ("&" if "?" in address else "?") + f"lang={lang}")
        assert page.locator("html").get_attribute("lang") == lang, address
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        headers = answer.all_headers()
        assert (headers["referrer-policy"], headers["x-robots-tag"]) == (
            "no-referrer",
            "noindex, nofollow",
        ), address
        assert headers["cache-control"] == "private, no-store"
        assert "set-cookie" not in headers
    assert page.context.cookies() == []


def test_the_language_of_a_page_changes_without_losing_the_place(addresses, visit):
    """The key to a share stands in its address, and stays there."""
    page = visit(phone=True)
    page.goto(addresses[8])
    page.fill("[name=password]", "long enough")
    page.get_by_role("button", name="Show the photos").click()
    page.get_by_role("link", name="Nederlands").click()
    page.get_by_role("heading", name="Foto's voor Gazette").wait_for()
    assert page.locator("figure img").count() == 1
