"""ERA-08: a browser keeps nothing of what was seen, and Back after leaving shows nobody's data."""

from __future__ import annotations

import pytest

from models import faces
from models.photo import Photo
from models.request import Request, Way
from models.wording import Wording

pytestmark = pytest.mark.browser

KEPT = """async () => ({
    local: {...localStorage}, session: {...sessionStorage}, caches: await caches.keys(),
    databases: (await indexedDB.databases()).map(one => one.name), cookies: document.cookie,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"local": {}, "session": {}, "caches": [], "databases": [], "cookies": "", "workers": 0}


def test_nothing_is_kept_while_walking_or_after_leaving(house, visit, drain):
    editor = house.user("editor")
    album = house.album(by=editor)
    photo = house.photo(album, by=editor)
    drain()
    person = house.person("Kwikstaart Voorbeeld", by=editor, email="noor@people.example")
    faces.add_person(Photo.get_by_id(photo.id), person, by=editor)
    page = visit(editor)
    kept = []
    page.on("response", lambda answer: kept.append((answer.url, answer.headers.get("cache-control", "")))
            if "/static/" not in answer.url and not answer.url.startswith("data:") else None)  # fmt: skip
    for address in (
        "/library",
        "/library?q=open",
        f"/photos/{photo.code}",
        "/people",
        f"/people/{person.code}",
        "/consents",
        "/faces",
    ):
        page.goto(address)
        assert page.evaluate(KEPT) == NOTHING, address
    page.locator("nav a[href*='/people']").first.click()
    page.goto(f"/people/{person.code}")
    assert "Kwikstaart" in page.content()
    loose = [(url, said) for url, said in kept
             if "no-store" not in said and not ("/preview/" in url and said == "private, max-age=300")]  # fmt: skip
    assert loose == []
    page.locator("form[action='/logout'] button").first.click()
    page.wait_for_url(lambda url: "/login" in url)
    assert page.evaluate(KEPT) == NOTHING
    for _ in range(4):
        page.go_back()
        page.wait_for_load_state()
        assert "Kwikstaart" not in page.content()
        assert page.evaluate("performance.getEntriesByType('navigation')[0].type") in (
            "back_forward",
            "navigate",
        )


def test_a_page_by_link_keeps_nothing_either(house, visit):
    editor = house.user("editor")
    person = house.person("Kwikstaart Voorbeeld", by=editor, email="noor@people.example")
    asked = Request.ask([person], [house.use()], Wording.current()[0], by=editor, way=Way.LINK)[0]
    phone = visit(phone=True)
    phone.goto(asked.link)
    assert "Kwikstaart" in phone.content()
    assert phone.evaluate(KEPT) == NOTHING
    assert phone.context.cookies() == []
