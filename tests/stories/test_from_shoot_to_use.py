"""The whole of it with the real recogniser: shoot, faces, consent by link, download with a rights card, withdrawal, refusal."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from adapters import metadata
from models import comparing, faces, recognition
from models.album import Mode
from models.base import tools
from models.consent import Consent
from models.face import Face, Faceprint, Match
from models.gather import today
from models.photo import Photo
from models.request import Choice, Request, Way
from models.trail import Trace, verify
from models.wording import Wording
from tests import people
from tests.makers import Browser

pytestmark = pytest.mark.both_engines

NOOR, AMINA, DAAN = 0, 2, 1
WHY = dict.fromkeys(recognition.QUESTIONS, "Because this is a test of the first steps.")


@pytest.fixture
def shoot(house, drain):
    return Shoot(house, drain)


class Shoot:
    """A hospital's shoot: the editor uploads scenes of drawn people."""

    def __init__(self, house, drain):
        self.house, self.drain = house, drain
        self.editor = house.user("editor")
        self.album = house.album(by=self.editor)
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")

    def take(self, *cast, seed=0):
        photo = self.house.photo(self.album, by=self.editor, data=people.scene(cast, seed=seed))
        self.drain()
        return Photo.get_by_id(photo.id)

    def sign(self, person, *, website, recognise=None):
        asked = Request.ask(
            [person], [self.house.use("website")], Wording.current()[0], by=self.editor, way=Way.LINK,
            ask_recognition=recognise is not None,
        )[0]  # fmt: skip
        consent = Consent.sign(asked, Choice({"website": website}, recognise), signer=person.name, steps={})
        self.drain()
        return consent

    def switch_on(self):
        dpo = self.house.user("dpo")
        recognition.switch_on(Mode.TRANSIENT, WHY, today() + timedelta(days=200), by=dpo)
        self.drain()
        return dpo


def test_from_the_shoot_to_the_withdrawal(shoot, web):
    photo = shoot.take(NOOR, AMINA, seed=3)
    boxes = list(photo.faces.order_by(Face.left))
    assert len(boxes) == 2, "the real recogniser finds both"
    assert Faceprint.select().count() == Match.select().count() == 0, "off until somebody weighed it"
    desk = Browser(web).log_in(shoot.editor)
    for box, name in zip(boxes, ("Noor Voorbeeld", "Amina Sample"), strict=True):
        act = (
            {"act": "name", "person": shoot.noor.code}
            if name.startswith("Noor")
            else {"act": "new", "name": name}
        )
        assert desk.post(f"/faces/{box.code}", act).status_code == 303
    desk.post(f"/photos/{photo.code}/review")
    amina = next(person for person in faces.seen(photo).faces if person.person.name == "Amina Sample").person

    assert photo.clearance(shoot.house.use()).state.value == "unclear"
    consent = shoot.sign(shoot.noor, website=True)
    shoot.sign(amina, website=True)
    assert photo.clearance(shoot.house.use()).state.value == "cleared"

    issued = desk.post(
        f"/photos/{photo.code}/deliveries", {"use": "website", "recipient": "Eva", "rendition": "full"}
    )
    file = desk.get(issued.headers["Location"] + "/file").data
    card = metadata.read_card(file)
    assert card["XMP-plus:ModelReleaseStatus"].endswith("MR-LMR")
    assert not any("GPS" in key or "Noor" in str(value) for key, value in card.items())
    assert people.scene((NOOR, AMINA), seed=3) == bytes(tools.vault.read(photo.code, "original")), (
        "kept byte for byte"
    )

    found = card["XMP-xmpRights:WebStatement"].removeprefix("http://localhost")
    assert "may be used for: Website" in Browser(web).get(found).text

    phone = Browser(web)
    path = f"/withdraw/{consent.raw_withdrawal_token}"
    seal = re.search(r'name="seal" value="([^"]+)"', phone.get(path).text)[1]
    assert phone.client.post(path, data={"seal": seal, "what": "all"}).status_code == 303
    refused = desk.post(f"/photos/{photo.code}/deliveries", {"use": "website", "recipient": "Eva"})
    assert refused.status_code == 409
    assert "Noor Voorbeeld withdrew consent." in refused.text
    answer = phone.get(found).text
    assert "Please take it down" in answer
    assert "Noor" not in answer
    assert verify().bad is None


def test_only_who_opted_in_is_ever_compared(shoot, web):
    """BIO-01, BIO-04, A7: nobody before the assessment, only Noor after her yes, and a guess is never a person."""
    first = shoot.take(NOOR, seed=5)
    faces.name(first.faces.get(), shoot.noor, by=shoot.editor)
    shoot.sign(shoot.noor, website=True, recognise=True)
    assert Faceprint.select().count() == 0, "recognition is off"
    shoot.switch_on()
    assert [print_.person for print_ in Faceprint.select()] == [shoot.noor]

    second = shoot.take(NOOR, DAAN, seed=8)
    left, right = second.faces.order_by(Face.left)
    assert [match.person for match in faces.suggestions(left)] == [shoot.noor]
    assert second.appearances.count() == 0
    reasons = {reason.code.value for reason in second.clearance(shoot.house.use()).reasons}
    assert "SUGGESTION_UNCONFIRMED" in reasons
    stored = bytes(Faceprint.get().sealed)
    assert len(stored) > 512, "sealed, not bare numbers"

    faces.reject(left, shoot.noor, by=shoot.editor)
    assert faces.suggestions(left) == []
    comparing.compare(second.id)
    assert faces.suggestions(left) == [], "a rejected pair never comes back"
    faces.name(left, shoot.noor, by=shoot.editor)
    faces.remark(right, faces.Word.NOT_RECOGNISABLE, by=shoot.editor)
    second.review(by=shoot.editor)
    assert second.clearance(shoot.house.use()).state.value == "cleared"


def test_who_changes_her_mind_about_recognition_is_forgotten_at_once(shoot):
    """BIO-07: the key goes with the withdrawal; the consent for photos stays."""
    photo = shoot.take(NOOR, seed=5)
    faces.name(photo.faces.get(), shoot.noor, by=shoot.editor)
    photo.review(by=shoot.editor)
    shoot.switch_on()
    shoot.sign(shoot.noor, website=True, recognise=True)
    assert Faceprint.select().count() == 1
    from models.consent import withdraw

    withdraw(shoot.noor, uses=[], recognition=True, actor="signer", means="link")
    assert Faceprint.select().count() == 0
    assert not tools.keys.has("faceprint", shoot.noor.code)
    assert photo.clearance(shoot.house.use()).state.value == "cleared"
    again = shoot.take(NOOR, seed=9)
    assert faces.suggestions(again.faces.get()) == []


def test_switching_off_deletes_what_was_kept(shoot):
    photo = shoot.take(NOOR, seed=5)
    faces.name(photo.faces.get(), shoot.noor, by=shoot.editor)
    dpo = shoot.switch_on()
    shoot.sign(shoot.noor, website=False, recognise=True)
    shoot.take(NOOR, seed=9)
    assert Match.select().count() == 1
    recognition.switch_off(by=dpo)
    assert (Faceprint.select().count(), Match.select().count()) == (0, 0)
    assert not tools.keys.has("faceprint", shoot.noor.code)
    assert Trace.select().where(Trace.action == "recognition.off").count() == 1
    assert io.BytesIO(people.portrait(NOOR)).read(2) == b"\xff\xd8"
