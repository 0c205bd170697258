"""What a person keeps and is told: receipts, letters after a withdrawal, the way back in a renewal (CON-10, WDR-01, MIN-08)."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, date, datetime

import pytest

from adapters import clock
from models import attendance, evidence, faces
from models.attendance import Mark
from models.campaign import Campaign, Reach
from models.circumstance import Circumstance, Kind
from models.consent import Consent, withdraw
from models.notice import Notice, NoticeKind
from models.photo import Photo
from models.request import Choice, Request, Way
from models.voiding import Voiding
from models.wording import Wording
from tests.makers import Browser


@pytest.fixture
def editor(house):
    return house.user("editor")


def sign(house, person, editor, *uses, recognition=None, signer="Noor Voorbeeld", **more):
    asked = Request.ask(
        [person], [house.use(use) for use in uses or ("website",)], Wording.current()[0], by=editor, way=Way.LINK,
        ask_recognition=recognition is not None, **more,
    )[0]  # fmt: skip
    choice = Choice(dict.fromkeys(uses or ("website",), True), recognition)
    return Consent.sign(asked, choice, signer=signer, steps={}, guardian=asked.guardian_id is not None)


def words(data, tmp_path):
    path = tmp_path / "receipt.pdf"
    path.write_bytes(data)
    told = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    return " ".join(told.split())


def text(letter):
    return letter.get_body(("plain",)).get_content()


def test_a_receipt_says_which_album_and_what_recognition_means(house, editor, tmp_path):
    """CON-10: whoever reads it years later knows what the yes was for."""
    person = house.person(by=editor, email="noor@people.example", locale="en")
    album = house.album("The spring walk", by=editor)
    told = words(evidence.receipt(sign(house, person, editor, album=album, recognition=True)), tmp_path)
    assert "Only for photos of: The spring walk" in told
    asked = " ".join(Wording.current()[0].text("en").recognition.split()[-6:])
    assert asked in told


def test_a_young_person_alone_is_told_what_she_took_back(house, editor, drain, monkeypatch):
    """MIN-08: the parent who signed years ago hears nothing of it."""
    kid = house.person("Fien Voorbeeld", by=editor, born=date(2011, 5, 1), email="fien@people.example")
    kid.add_guardian(name="Ma Voorbeeld", email="ma@people.example", by=editor)
    sign(house, kid, editor, signer="Ma Voorbeeld")
    monkeypatch.setattr(clock, "_read", lambda: datetime(2027, 6, 1, 12, tzinfo=UTC))
    withdraw(kid, uses=None, recognition=False, actor="person", means="my photos")
    readers = [row.reader.email for row in Notice.select().where(Notice.kind == NoticeKind.WITHDRAWN)]
    assert readers == ["fien@people.example"]


def test_child_and_parent_are_both_told_each_in_her_own_words(house, editor, drain):
    """MIN-05: a child takes back at any age; who decides for her learns of it, and is not told that she did it herself."""
    kid = house.person(
        "Fien Voorbeeld", by=editor, born=date(2015, 5, 1), email="fien@people.example", locale="en"
    )
    kid.add_guardian(name="Ma Voorbeeld", email="ma@people.example", by=editor, locale="en")
    sign(house, kid, editor, signer="Ma Voorbeeld")
    withdraw(kid, uses=None, recognition=False, actor="person", means="my photos")
    drain()
    letters = {
        letter["To"].addresses[0].addr_spec: letter
        for letter in house.letters()
        if "back" in letter["Subject"]
    }
    assert letters["fien@people.example"]["Subject"].startswith("You took back")
    assert letters["ma@people.example"]["Subject"].startswith("Consent for Fien Voorbeeld was taken back")
    assert "photos of Fien Voorbeeld for: Website" in text(letters["ma@people.example"])


def test_a_renewal_holds_the_way_back_that_takes_two_steps(house, editor, drain, web):
    """WDR-01: taking back is offered in the letter itself, without a code, and takes fewer steps than renewing."""
    person = house.person(by=editor, email="noor@people.example", locale="en")
    consent = sign(house, person, editor)
    Request.ask([person], [house.use()], Wording.current()[0], by=editor, way=Way.MAIL, renews=True)
    drain()
    letter = next(letter for letter in house.letters() if "still agree" in letter["Subject"])
    assert consent.withdrawal_link in text(letter)
    assert Browser(web).get(consent.withdrawal_link.removeprefix("http://localhost")).status_code == 200


def test_check_says_no_for_a_copy_we_do_not_know(web):
    """An erased photo's copy is no mystery: whoever holds it learns that it must not be used."""
    answer = Browser(web).get("/check/nonsense")
    assert answer.status_code == 404
    assert "We don't know this copy" in answer.text.replace("&#39;", "'")


def test_the_list_on_location_follows_the_one_rule(house, editor, drain, web):
    """PUB-01: green is never what the gate would refuse; who objects or whose paper nobody checked is red."""
    use, album = house.use(), house.album("Open day", by=editor)
    photo = house.photo(album, by=editor)
    drain()
    people = {}
    for name in ("Fine", "Objects", "Void", "Elsewhere", "Nobody"):
        people[name] = house.person(f"{name} Voorbeeld", by=editor)
        faces.add_person(Photo.get_by_id(photo.id), people[name], by=editor)
    for name in ("Fine", "Objects", "Void"):
        sign(house, people[name], editor, signer=name)
    sign(house, people["Elsewhere"], editor, album=house.album("Another day", by=editor))
    dpo = house.user("dpo")
    Circumstance.record(people["Objects"], Kind.RESTRICTED, by=None)
    line = people["Void"].lines.get()
    Voiding.create(
        line=line, kind="invalidated", reason="test", by=editor, confirmed_by=dpo, confirmed_at=clock.now()
    )
    rows, _ = attendance.page(album, use)
    assert {row.person.name.split()[0]: row.mark for row in rows} == {
        "Fine": Mark.YES, "Objects": Mark.NO, "Void": Mark.NO, "Elsewhere": Mark.UNASKED, "Nobody": Mark.UNASKED,
    }  # fmt: skip
    campaign = Campaign.start(
        "Open day", [people["Nobody"]], [use], Wording.current()[0], by=editor, scope=Reach.ALBUM, album=album
    )
    assert campaign.requests.count() == 1
    assert {row.person.name.split()[0]: row.mark for row in attendance.page(album, use)[0]}[
        "Nobody"
    ] is Mark.WAITING
    phone = Browser(web).log_in(editor)
    assert re.search(
        "mark-no.*Objects", phone.get(f"/albums/{album.code}/attendance?use=website").text, re.DOTALL
    )
