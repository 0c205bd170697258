"""Words are words: whatever is typed as a name, a title or a tag is shown as typed and runs nothing (SEC-12)."""

from __future__ import annotations

import pytest

from models.photo import Photo
from models.request import Request, Way
from models.wording import Wording

pytestmark = pytest.mark.browser

NAUGHTY = (
    "<script>document.title='taken'</script>", '"><img src=x onerror="document.title=\'taken\'">', "{{ 7*7 }}", "${7*7}",
    "'; DROP TABLE photo; --", "Zoë 👩🏽‍🎓 Ωmega", "\u202edesrever", "%(name)s %s {0}", "&lt;b&gt;", "a" * 190, "…\u200b…",
)  # fmt: skip


def test_every_word_is_shown_as_it_was_typed(house, visit, drain):
    editor = house.user("editor")
    album = house.album("<i>Open</i> day & {{ night }}", by=editor)
    photo = house.photo(album, by=editor, name='"><script>.jpg')
    drain()
    people = [house.person(words, by=editor) for words in NAUGHTY]
    Photo.get_by_id(photo.id).describe(
        {"title": NAUGHTY[0], "caption": NAUGHTY[1], "tags": NAUGHTY[3], "alt_text": NAUGHTY[1]},
        album=album,
        by=editor,
    )
    page = visit(editor)
    for address in ("/library", "/library?q=" + "%3Cscript%3E", "/albums", "/people", "/consents/ask",
                    f"/photos/{photo.code}", f"/photos/{photo.code}/edit", f"/people/{people[1].code}"):  # fmt: skip
        page.goto(address)
        assert page.title() != "taken", address
    page.goto(f"/photos/{photo.code}")
    assert page.locator("h1").inner_text() == NAUGHTY[0]
    assert page.locator("main").get_by_text(NAUGHTY[1], exact=True).count() == 1
    for person in people:
        page.goto(f"/people/{person.code}")
        assert page.locator("h1").text_content() == person.name
    asked = Request.ask([people[1]], [house.use()], Wording.current()[0], by=editor, way=Way.LINK)[0]
    phone = visit(phone=True)
    phone.goto(asked.link)
    assert people[1].name in phone.locator("main").text_content()
    assert phone.title() != "taken"
