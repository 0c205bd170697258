"""What keeps a photo in: one refusal in a group, a face without a name, an end by date (issue parts 6, 8; PUB-01..08, T7)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from adapters import clock
from models import endings, faces
from models.base import db
from models.consent import Consent
from models.delivery import Delivery
from models.errors import NotCleared
from models.gather import today
from models.notice import Notice, NoticeKind
from models.person import Person
from models.photo import Photo
from models.request import Choice, Request, Way
from models.setting import Setting
from models.wording import Wording
from tests.makers import Browser

pytestmark = pytest.mark.both_engines


@pytest.fixture
def later(monkeypatch):
    """Moves the house's clock forward by days or hours, counted from the real now."""
    real = clock._read
    moved = [timedelta(0)]
    monkeypatch.setattr(clock, "_read", lambda: real() + moved[0])

    def move(**by):
        moved[0] = timedelta(**by)

    return move


@pytest.fixture
def scene(house, drain):
    return Scene(house, drain)


class Scene:
    """A group photo with two named people."""

    def __init__(self, house, drain):
        self.house, self.drain = house, drain
        self.editor = house.user("editor")
        taken = house.photo(house.album(by=self.editor), by=self.editor)
        drain()
        self.photo = Photo.get_by_id(taken.id)
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        self.daan = house.person("Daan Demo", by=self.editor, email="daan@people.example")
        for number, person in enumerate((self.noor, self.daan)):
            face = faces.draw(self.photo, (0.2 + number / 4, 0.2, 0.15, 0.3), by=self.editor)
            faces.name(face, person, by=self.editor)
        self.photo.review(by=self.editor)

    def answer(self, person, use="website", *, yes=True, **more):
        request = Request.ask(
            [person], [self.house.use(use)], Wording.current()[0], by=self.editor, way=Way.LINK, **more
        )[0]
        consent = Consent.sign(request, Choice({use: yes}, None), signer=person.name, steps={})
        self.drain()
        return consent

    def state(self, use="website"):
        return self.photo.clearance(self.house.use(use))


def test_one_refusal_keeps_a_group_photo_in(scene, web):
    scene.answer(scene.noor)
    scene.answer(scene.daan, yes=False)
    browser = Browser(web).log_in(scene.editor)
    assert scene.state().state.value == "blocked"
    assert 'data-clearance="blocked"' in browser.get("/library?use=website").text
    page = browser.get(f"/photos/{scene.photo.code}").text
    assert "Daan Demo said no." in page
    refused = browser.post(f"/photos/{scene.photo.code}/deliveries", {"use": "website", "recipient": "Eva"})
    assert refused.status_code == 409
    assert "Daan Demo said no." in refused.text
    assert Delivery.select().count() == 0
    viewer = Browser(web).log_in(scene.house.user("viewer"))
    assert "Daan" not in viewer.get(f"/photos/{scene.photo.code}").text, (
        "who refused is not everyone's business"
    )


def test_a_face_without_a_name_keeps_it_unclear(scene, web):
    scene.answer(scene.noor)
    scene.answer(scene.daan)
    assert scene.state().state.value == "cleared"
    faces.draw(scene.photo, (0.8, 0.1, 0.1, 0.2), by=scene.editor)
    assert scene.state().state.value == "unclear"
    browser = Browser(web).log_in(scene.editor)
    page = browser.get(f"/photos/{scene.photo.code}").text
    assert "There is a face without a name." in page
    assert f"/faces?photo={scene.photo.code}" in page
    with pytest.raises(NotCleared):
        Delivery.issue(scene.photo, scene.house.use(), to="Eva", by=scene.editor)


def test_consent_ends_by_itself_on_its_date(scene, later, web):
    """The verdict comes from dates at read time: nothing has to run for a door to shut (CON-12)."""
    scene.answer(scene.noor, valid_until=today() + timedelta(days=20))
    scene.answer(scene.daan)
    assert scene.state().state.value == "ends_soon"
    delivery = Delivery.issue(scene.photo, scene.house.use(), to="Eva", by=scene.editor)
    later(days=20)
    assert scene.state().state.value == "ends_soon", "the last day still counts"
    later(days=21)
    assert scene.state().state.value == "blocked"
    assert next(reason.code.value for reason in scene.state().reasons) == "EXPIRED"
    with pytest.raises(NotCleared):
        Delivery.issue(scene.photo, scene.house.use(), to="Eva", by=scene.editor)
    later(minutes=5)
    assert delivery.file(by=scene.editor)[:3] == b"\xff\xd8\xff"


def test_nobody_misses_an_end(scene, later):
    """90, 30 and 7 days before to the owner, a renewal link at 60; each once, also after a week off (T7, CON-21)."""
    scene.answer(scene.noor, valid_until=today() + timedelta(days=100))
    told = []
    for day in (9, 10, 11, 39, 40, 55, 69, 80, 86, 92, 93, 94, 99):
        later(days=day)
        endings.tell()
        endings.tell()
        told.append((day, _kinds()))
    assert told == [
        (9, {}), (10, {"ending": 1}), (11, {"ending": 1}), (39, {"ending": 1}),
        (40, {"ending": 1, "renewal": 1}), (55, {"ending": 1, "renewal": 1}), (69, {"ending": 1, "renewal": 1}),
        # The machine was off from day 70 to 79: the notice of day 70 comes on the next day it runs, once.
        (80, {"ending": 2, "renewal": 1}), (86, {"ending": 2, "renewal": 1}), (92, {"ending": 2, "renewal": 1}),
        (93, {"ending": 3, "renewal": 1}), (94, {"ending": 3, "renewal": 1}), (99, {"ending": 3, "renewal": 1}),
    ]  # fmt: skip
    renewal = Request.select().where(Request.renews).get()
    later(days=41)
    assert scene.noor.code == renewal.person.code
    assert scene.house.use().code in [use.code for use in renewal.uses()]
    scene.answer(scene.daan)
    assert scene.state().state.value == "cleared", "being asked again takes nothing away"


def test_who_cannot_be_asked_holds_up_nobody(scene, later):
    """T7: a child who has to sign too and has no address; the other is asked all the same, and so is every owner told."""
    with db.atomic():
        Setting.put("country", "DE")
    scene.answer(scene.noor, valid_until=today() + timedelta(days=50))
    scene.answer(scene.daan, valid_until=today() + timedelta(days=50))
    scene.noor.add_guardian(name="Moeder Voorbeeld", email="moeder@people.example", by=scene.editor)
    Person.update(born=today() - timedelta(days=15 * 365), email=None).where(
        Person.id == scene.noor.id
    ).execute()
    later(seconds=1)
    endings.tell()
    assert [row.person for row in Request.select().where(Request.renews)] == [scene.daan]
    assert _kinds() == {"ending": 2, "renewal": 1}


def test_letters_lead_where_they_say(scene, later, web):
    scene.answer(scene.noor, valid_until=today() + timedelta(days=50))
    endings.tell()
    scene.drain()
    renewal = next(letter for letter in scene.house.letters() if "Do you still agree" in letter["Subject"])
    link = re.search(r"http://localhost(/sign/[\w-]+)", renewal.get_body(("plain",)).get_content())[1]
    assert Browser(web).get(link).status_code == 200


def _kinds():
    counted = {}
    for notice in Notice.select().where(Notice.kind.in_([NoticeKind.ENDING, NoticeKind.RENEWAL])):
        counted[notice.kind.value] = counted.get(notice.kind.value, 0) + 1
    return counted
