"""The desk of consents as its people meet it: each page opens for who needs it, says what counts, and keeps what was typed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from models import faces
from models.base import db
from models.basis import Basis
from models.campaign import Campaign
from models.circumstance import Circumstance
from models.consent import Consent, withdraw
from models.delivery import Delivery
from models.event import QUESTIONS, Event
from models.gather import today
from models.photo import Photo
from models.request import Choice, Request, Way
from models.setting import Setting
from models.takedown import TakeDown
from models.user import Team
from models.wording import Wording
from tests.makers import Browser

pytestmark = pytest.mark.both_engines


@pytest.fixture
def editor(house):
    return house.user("editor", name="Eva Editor")


@pytest.fixture
def desk(web, editor):
    return Browser(web).log_in(editor)


@pytest.fixture
def noor(house, editor):
    return house.person("Noor Voorbeeld", by=editor, email="noor@people.example")


def words(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_who_weighs_an_event_can_open_its_page(house, web, editor):
    """GRP-02: the consent officer writes the record, the DPO approves it, the photographer reads it."""
    album = house.album("Open day", by=editor)
    officer, dpo, camera = (
        Browser(web).log_in(house.user(role)) for role in ("consent-officer", "dpo", "contributor")
    )
    assert f"/albums/{album.code}/event" in officer.get("/albums").text
    assert "Keep the record" in officer.get(f"/albums/{album.code}/event").text
    record = dict.fromkeys(QUESTIONS, "A sentence that answers this question.")
    assert (
        officer.post(f"/albums/{album.code}/event", {"kind": "li", "children": "1", **record}).status_code
        == 303
    )
    assert "approved" in dpo.get(f"/albums/{album.code}/event").text
    dpo.post(f"/albums/{album.code}/event/approval")
    assert Event.of(album).approved_at is not None
    assert "Note an objection" in camera.get(f"/albums/{album.code}/event").text
    assert Browser(web).log_in(house.user("viewer")).get(f"/albums/{album.code}/event").status_code == 403


def test_a_take_down_goes_to_who_can_do_it(house, desk, editor, noor, drain):
    taken = house.photo(house.album(by=editor), by=editor)
    drain()
    photo = Photo.get_by_id(taken.id)
    faces.add_person(photo, noor, by=editor)
    photo.review(by=editor)
    request = Request.ask([noor], [house.use()], Wording.current()[0], by=editor, way=Way.LINK)[0]
    Consent.sign(request, Choice({"website": True}, None), signer="Noor Voorbeeld", steps={})
    Delivery.issue(photo, house.use(), to="The newspaper", by=editor).file(by=editor)
    withdraw(noor, uses=None, recognition=False, actor="person", means="link")
    task = TakeDown.get()
    admin = house.user("admin", name="Ada Admin")
    stranger = house.user("editor", name="Elsewhere Editor", team=Team.create(name="Elsewhere"))
    colleague = house.user("consent-officer", name="Otto Officer")
    page = desk.get("/takedowns").text
    assert "Ada Admin" not in page
    assert "Otto Officer" in page
    for other, why in ((admin, "Choose one of the list"), (stranger, "see this photo")):
        answer = desk.post(f"/takedowns/{task.code}/owner", {"owner": other.code})
        assert (answer.status_code, why in answer.text) == (422, True), other.name
    assert desk.post(f"/takedowns/{task.code}/owner", {"owner": colleague.code}).status_code == 303
    assert TakeDown.get().owner == colleague


def test_what_counts_besides_consent_stands_on_the_page_of_a_person(house, web, desk, editor, noor):
    Circumstance.record(noor, "objection", by=editor)
    Circumstance.record(noor, "protected", by=editor)
    for page in (f"/people/{noor.code}", f"/people/{noor.code}/grounds"):
        text = desk.get(page).text.split('id="bases"')[0].split("What happened?")[0]
        assert "Objects to use without consent" in text, page
        assert "for their safety" not in text, "that is for the privacy officer alone (2.3)"
    dpo = Browser(web).log_in(house.user("dpo"))
    assert "for their safety" in dpo.get(f"/people/{noor.code}").text


def test_ending_a_circumstance_takes_a_reason_and_who_may(house, web, desk, editor, noor):
    objection = Circumstance.record(noor, "objection", by=editor)
    left = Circumstance.record(noor, "left", by=editor)
    here = f"/people/{noor.code}/circumstances"
    page = desk.get(f"/people/{noor.code}/grounds").text
    assert f"{left.code}/end" in page
    assert f"{objection.code}/end" not in page, "only the privacy officer lifts it"
    answer = desk.post(f"{here}/{left.code}/end", {"ended": " "})
    assert (answer.status_code, "Say why it no longer holds." in answer.text) == (422, True)
    assert desk.post(f"{here}/{left.code}/end", {"ended": "Came back to work"}).status_code == 303


def test_an_unknown_act_ends_no_other_ground(house, web, noor):
    officer = house.user("consent-officer")
    given = {
        "kind": "contract",
        "evidence": "Contract 12 and its fee",
        "review_on": today() + timedelta(days=90),
    }
    basis = Basis.add(noor, house.use(), given, by=officer)
    browser = Browser(web).log_in(officer)
    assert browser.post(f"/people/{noor.code}/bases/{basis.code}/polish").status_code == 404
    assert Basis.of(noor) == [basis]


def test_only_who_speaks_today_stands_under_contact(house, desk, editor):
    child = house.person("Fien Voorbeeld", by=editor, born=today() - timedelta(days=9 * 365))
    mother = child.add_guardian(name="Mia Voorbeeld", by=editor)
    mother.end(by=editor)
    child.add_guardian(name="Vik Voorbeeld", by=editor)
    text = desk.get(f"/people/{child.code}").text
    assert "Vik Voorbeeld" in text
    assert "Mia Voorbeeld" not in text


def test_a_young_child_is_not_noted_as_told(house, desk, editor):
    """MIN-06: told years before, the letter that is due a month ahead would never be written."""
    child = house.person("Fien Voorbeeld", by=editor, born=today() - timedelta(days=9 * 365))
    assert "They were told" not in desk.get(f"/people/{child.code}/grounds").text
    answer = desk.post(f"/people/{child.code}/tellings", {"channel": "in person"})
    assert answer.status_code == 422
    assert not child.tellings.exists()


def test_ticks_stay_while_one_looks_further(house, desk, editor, noor):
    house.person("Daan Muster", by=editor)
    typed = {"name": "Open day 2027", "use": ["press"], "who": "album"}
    first = desk.post("/campaigns/people", {**typed, "find": "1", "q": "noor", "person": []}).text
    assert "Noor Voorbeeld" in first
    assert "Daan Muster" not in first
    second = desk.post("/campaigns/people", {**typed, "find": "1", "q": "daan", "person": [noor.code]}).text
    assert "1 person ticked before" in second
    assert re.search(rf'value="{noor.code}" checked', second)
    assert 'name="who"' not in second, "who goes and ticks people asks those"
    del typed["who"]
    form = desk.post("/campaigns/people", {**typed, "person": [noor.code]})
    assert (form.status_code, Campaign.select().count()) == (200, 0)
    assert "1 chosen person" in form.text
    assert 'value="Open day 2027"' in form.text, "what was typed is kept"
    assert re.search(r'value="people" checked', form.text)
    assert re.search(r'value="press" checked', form.text)


def test_ticks_of_late_comers_stay_too(house, desk, editor, noor):
    daan = house.person("Daan Muster", by=editor)
    campaign = Campaign.start("Open day", [noor], [house.use()], Wording.current()[0], by=editor)
    here = f"/campaigns/{campaign.code}/people"
    text = desk.post(here, {"find": "1", "q": "nobody", "person": [daan.code]}).text
    assert "Nobody is found by that name" in text
    assert re.search(rf'value="{daan.code}" checked', text)
    assert campaign.requests.count() == 1
    assert desk.post(here, {"person": [daan.code]}).status_code == 303
    assert campaign.requests.count() == 2


def test_an_answer_for_one_album_says_so(house, desk, editor, noor):
    album = house.album("Charity run", by=editor)
    request = Request.ask([noor], [house.use()], Wording.current()[0], by=editor, way=Way.LINK, album=album)[
        0
    ]
    consent = Consent.sign(request, Choice({"website": True}, None), signer="Noor Voorbeeld", steps={})
    assert "for the photos of Charity run" in desk.get(f"/consents/{consent.code}").text
    assert "for one album" in words(desk.get(f"/people/{noor.code}").text)


def test_a_campaign_stands_under_consents(desk):
    nav = re.findall(r'<a[^>]+aria-current="page"[^>]*>', desk.get("/campaigns").text)
    assert any('href="/consents"' in link for link in nav)


def test_every_mistake_is_said_where_it_was_made(house, web, desk, editor, noor):
    """No form comes back without a word, whatever was typed."""
    officer = Browser(web).log_in(house.user("consent-officer"))
    dpo = Browser(web).log_in(house.user("dpo"))
    child = house.person("Fien Voorbeeld", by=editor, born=today() - timedelta(days=9 * 365))
    ground = {"basis": "contract", "use": "website", "evidence": "Contract 12", "review_on": f"{today()}"}
    asked = {
        "use": "website",
        "wording": Wording.current()[0].code,
        "way": "mail",
        "who": "people",
        "scope": "all",
    }
    base = f"/people/{noor.code}"
    for browser, path, typed, said in (
        (officer, f"{base}/bases", {**ground, "basis": "mood"}, "Choose one of the list."),
        (officer, f"{base}/bases", {**ground, "valid_from": "soon"}, "Write the day as year-month-day"),
        (officer, f"{base}/bases", {**ground, "informed_on": "soon"}, "Write the day as year-month-day"),
        (dpo, f"/people/{child.code}/rulings", {"ruling": "ok"}, "Say which court decided"),
        (
            desk,
            f"/people/{child.code}/guardians",
            {"guardian": "Mia", "kind": "pet"},
            "Choose one of the list.",
        ),
        (desk, "/consents/ask", {**asked, "person": "nobody"}, "Choose who to ask."),
        (
            desk,
            "/campaigns/check",
            {**asked, "name": "x" * 121, "person": noor.code},
            "at most 120 characters",
        ),
        (desk, "/campaigns", {**asked, "name": "x" * 121, "person": noor.code}, "at most 120 characters"),
    ):
        answer = browser.post(path, typed)
        assert (answer.status_code, said in words(answer.text)) == (422, True), (path, typed)


def test_more_photos_are_shared_than_an_address_can_carry(house, desk, editor, drain):
    taken = house.photo(house.album(by=editor), by=editor)
    drain()
    codes = [f"zz{number:09d}" for number in range(480)] + [taken.code]
    form = desk.post("/photos/together", {"photo": codes, "act": "share", "use": "website"})
    assert form.status_code == 307
    assert form.headers["Location"].endswith("/shares/new")
    form = desk.post("/shares/new", {"photo": codes, "use": "website"})
    assert form.status_code == 200
    assert form.text.count(f'name="photo" value="{taken.code}"') == 2
    assert 'action="/shares/new" method="post"' in form.text


def test_a_campaign_says_that_nobody_knows_yet_who_asks(house, desk, noor):
    """Art. 13: no poster and no list of people who could not be asked, before the organisation is filled in."""
    with db.atomic():
        Setting.put("privacy_email", "")
    asked = {"name": "Open day", "use": "website", "wording": Wording.current()[0].code, "scope": "all"}
    for way in ({"way": "mail", "who": "people", "person": noor.code}, {"way": "poster"}):
        answer = desk.post("/campaigns", {**asked, **way})
        assert (answer.status_code, "Who asks must be known" in answer.text) == (422, True)
    assert Campaign.select().count() == 0
