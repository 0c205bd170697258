"""A search by face: her own page on a phone and the finding at the desk, with axe, with and without scripts (ACC-01, DSR-11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import claim_desk, face_search, looking_for, recognition
from models.album import Mode
from models.claim import Channel, Claim, Identity
from models.claim_digits import ClaimDigits
from models.face_search import FaceSearch
from models.gather import today
from tests import people

pytestmark = pytest.mark.browser
WEIGHED = dict.fromkeys(recognition.QUESTIONS, "Because this is a test of the first steps.")


@pytest.mark.parametrize(("dark", "scripts"), [(False, False), (True, True)], ids=["no scripts", "dark"])
def test_a_search_by_face(house, visit, axe, drain, tmp_path, dark, scripts):
    dpo, editor = house.user("dpo"), house.user("editor")
    album = house.album("Open day", by=editor)
    noor = house.person("Noor Voorbeeld", by=editor, email="noor@people.example")
    for cast, seed in (((0,), 5), ((1, 0), 8)):
        house.photo(album, by=editor, data=people.scene(cast, seed=seed))
    drain()
    claim = Claim.receive(
        "access", Channel.MAIL, actor=dpo, name="Noor Voorbeeld", email="noor@people.example", person=noor, identity=Identity.ATTESTED,
    )  # fmt: skip
    desk, phone = visit(dpo, dark=dark), visit(phone=True, dark=dark, scripts=scripts)

    def look(page, name):
        if page is desk or scripts:
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url

    desk.goto(f"/claims/{claim.code}/finding")
    look(desk, "off")
    recognition.switch_on(Mode.TRANSIENT, WEIGHED, today() + timedelta(days=200), by=dpo)
    desk.reload()
    look(desk, "offered")
    desk.get_by_role("button", name="Ask this person by letter").click()
    phone.goto(face_search.link_of(claim))
    look(phone, "door")
    phone.locator("main form button").click()
    phone.locator("[name=number]").wait_for()
    look(phone, "code")
    phone.locator("[name=number]").fill(ClaimDigits.get().number)
    phone.locator("main form button").click()
    phone.locator("[name=agree]").wait_for()
    phone.locator("main form button").click()
    phone.locator("#e-agree").wait_for()
    look(phone, "told")
    phone.locator("[name=agree]").check()
    phone.locator("main form button").click()
    picture = tmp_path / "me.jpg"
    picture.write_bytes(people.portrait(0))
    phone.locator("[name=pictures]").set_input_files([picture])
    look(phone, "pictures")
    phone.locator("main form button").first.click()
    phone.get_by_text("looks at your pictures soon").wait_for()
    drain()
    looking_for.look(claim, by=dpo)
    phone.reload()
    look(phone, "done")
    desk.goto(f"/claims/{claim.code}/finding")
    look(desk, "found")
    assert desk.locator("#photos svg.face-crop").count() == 2
    desk.set_viewport_size({"width": 390, "height": 844})
    look(desk, "found narrow")
    phone.get_by_role("button", name="Take my yes back").click()
    phone.get_by_text("You took your yes back").wait_for()
    look(phone, "withdrawn")
    assert FaceSearch.get().stage == "withdrawn"
    desk.goto(f"/claims/{claim.code}")
    look(desk, "claim")
    assert claim_desk.hindrance(Claim.get_by_id(claim.id), claim_desk.Outcome.NOTHING) is None
