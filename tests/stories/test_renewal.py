"""Renewal: what is in force stays so until she answers; her page shows what is new and what is in use (T5, CON-21, issue part 11)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playhouse.test_utils import count_queries

from models import calendar, endings, faces, renewing, states
from models.consent import Answer, Consent
from models.delivery import Delivery
from models.facts import Period
from models.gather import today
from models.photo import Photo
from models.publication import Publication
from models.reasons import State
from models.request import Choice, Request, Way
from models.wording import Wording
from tests.makers import Browser

pytestmark = pytest.mark.both_engines


class Scene:
    """Noor agreed to the website for sixty days; one photo of her went out."""

    def __init__(self, house, drain, later):
        self.house, self.drain, self.later = house, drain, later
        self.editor = house.user("editor", "consent-officer")
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        taken = house.photo(house.album(by=self.editor), by=self.editor)
        drain()
        self.photo = Photo.get_by_id(taken.id)
        faces.add_person(self.photo, self.noor, by=self.editor)
        self.photo.review(by=self.editor)
        self.use, self.wording = house.use(), Wording.current()[0]
        until = today() + timedelta(days=50)
        request = Request.ask(
            [self.noor], [self.use], self.wording, by=self.editor, way=Way.MAIL, valid_until=until
        )[0]
        self.consent = Consent.sign(
            request, Choice({"website": True}, None), signer="Noor Voorbeeld", steps={}
        )
        delivery = Delivery.issue(self.photo, self.use, to="Eva", by=self.editor)
        delivery.file(by=self.editor)
        Publication.record(delivery, medium="Home page", by=self.editor)
        later(seconds=5)

    def renew(self):
        endings.tell()
        return Request.select().where(Request.renews == True).get()  # noqa: E712 - SQL

    @property
    def state(self):
        return self.photo.clearance(self.use, Period(today(), None)).state


@pytest.fixture
def scene(house, drain, later):
    return Scene(house, drain, later)


def test_asking_changes_nothing_and_a_yes_takes_the_old_ones_place(scene):
    """T5, CON-21."""
    request = scene.renew()
    assert scene.state is State.CLEARED
    consent = Consent.sign(request, Choice({"website": True}, None), signer="Noor Voorbeeld", steps={})
    line, old = consent.answers()[0], scene.consent.answers()[0]
    assert (line.answer, line.renews) == (Answer.RENEWED, old)
    assert states.of([line, old]) == {line.id: states.State.RENEWED, old.id: states.State.SUPERSEDED}
    scene.later(days=60)
    assert scene.state is State.CLEARED, "the old one would have ended"


def test_a_no_shuts_at_once_although_the_old_yes_had_days_left(scene):
    Consent.sign(scene.renew(), Choice({"website": False}, None), signer="Noor Voorbeeld", steps={})
    assert scene.state is State.BLOCKED


def test_silence_ends_it_on_its_day(scene):
    scene.renew()
    scene.later(days=51)
    assert scene.state is State.BLOCKED


def test_the_page_says_what_is_new_and_shows_what_is_in_use(scene, web):
    request = scene.renew()
    assert renewing.changes(request, "en") is None
    page = Browser(web).get(f"/sign/{request.raw_token}")
    assert "The text is the one you know." in page.text
    assert "1 photo was handed out for these uses" in page.text
    picture = re.search(rf'src="(/sign/[^"]+/photos/{scene.photo.code})"', page.text)[1]
    assert Browser(web).get(picture).mimetype == "image/jpeg"
    request.revoke(by=scene.editor)
    text = scene.wording.text("en")
    body = text.body.replace("\n\n", "\n\nFrom now on we also show photos at our front desk.\n\n", 1)
    scene.wording.publish(
        {"en": {"title": text.title, "body": body, "recognition": text.recognition}}, by="system"
    )
    again = Request.ask([scene.noor], [scene.use], scene.wording, by=None, way=Way.LINK, renews=True)[0]
    page = Browser(web).get(f"/sign/{again.raw_token}?lang=en")
    assert re.findall(r"<mark>(.*?)</mark>", page.text) == [
        "From now on we also show photos at our front desk."
    ]


def test_a_stranger_s_photo_is_not_on_the_page(scene, web):
    other = scene.house.photo(scene.house.album("Other", by=scene.editor), by=scene.editor)
    scene.drain()
    assert Browser(web).get(f"/sign/{scene.renew().raw_token}/photos/{other.code}").status_code == 404


def test_the_calendar_says_what_goes_dark(scene, web):
    rows, more = calendar.endings(scene.editor, mine=True)
    assert not more
    assert [
        (row.day, row.person, [use.code for use in row.uses], row.dark, row.shown, row.renewal)
        for row in rows
    ] == [(today() + timedelta(days=50), scene.noor, ["website"], 1, 1, "")]
    scene.renew()
    assert calendar.endings(scene.editor, mine=False)[0][0].renewal == "asked"
    other = scene.house.user("editor")
    assert calendar.endings(other, mine=True) == ([], False)
    desk = Browser(web).log_in(scene.editor)
    page = desk.get("/consents/endings")
    assert "1 photo goes dark" in page.text
    assert desk.get("/consents/endings?whose=mine&page=7").status_code == 200


def test_the_calendar_costs_the_same_for_one_and_for_forty(scene):
    counts = []
    for more in (0, 39):
        for number in range(more):
            person = scene.house.person(
                f"Person {number}", by=scene.editor, email=f"p{number}@people.example"
            )
            request = Request.ask([person], [scene.use], scene.wording, by=scene.editor, way=Way.LINK)[0]
            until = today() + timedelta(days=100 + number)
            Request.update(valid_until=until).where(Request.id == request.id).execute()
            Consent.sign(
                Request.get_by_id(request.id), Choice({"website": True}, None), signer="Some One", steps={}
            )
        with count_queries() as counted:
            assert len(calendar.endings(scene.editor, mine=False)[0]) == more + 1
        counts.append(counted.count)
    assert counts[0] == counts[1] <= 11


def test_an_answer_for_chosen_photos_hides_no_other_ending(scene):
    """A yes for all photos that ends is told although a later one covers a few photos (T10)."""
    request = Request.ask(
        [scene.noor], [scene.use], scene.wording, by=scene.editor, way=Way.LINK, photos=[scene.photo], only_photos=True, renews=True,
    )[0]  # fmt: skip
    Consent.sign(request, Choice({"website": True}, None), signer="Noor Voorbeeld", steps={})
    days = sorted(row.day for row in calendar.endings(scene.editor, mine=False)[0])
    assert days[0] == today() + timedelta(days=50)
    assert endings._ending(today(), 60)
