"""Strangers at the public doors: what a link, a poster and a share give away, and what they refuse (security.md, CON-23, SHR-02)."""

from __future__ import annotations

import io
import re
import threading
import zipfile
from datetime import timedelta

import pytest

from adapters import clock
from models import my_page
from models.attempt import Attempt
from models.base import db, is_postgres
from models.campaign import Campaign, CampaignWay
from models.consent import Consent, in_force, withdraw
from models.gather import today
from models.names import clean_email
from models.person import Person
from models.photo import SetAside
from models.request import Choice, Request, Way
from models.share import Share, ShareOpening
from models.user import User
from models.wording import Wording
from tests.makers import Browser
from tests.stories.test_share_walk import Scene

SHUT = ("", "/photos/{}", "/photos/{}/file", "/photos.zip", "/contact-sheet.pdf")


@pytest.fixture
def scene(house, drain):
    return Scene(house, drain)


def statuses(phone, share, photo):
    url = f"/share/{share.raw_token}"
    return [phone.get(url + part.format(photo.code)).status_code for part in SHUT]


def seal(phone, url):
    return re.search(r'name="seal" value="([^"]+)"', phone.get(url).text)[1]


def poster(scene):
    return Campaign.start(
        "Open day", [], [scene.use], Wording.current()[0], by=scene.editor, way=CampaignWay.POSTER
    )


def ask(scene, person=None, **more):
    more = {"uses": [scene.use], "way": Way.LINK, "by": scene.editor, **more}
    return Request.ask([person or scene.noor], more.pop("uses"), Wording.current()[0], **more)[0]


def test_a_share_ends_with_its_planned_use(scene, web, later):
    """PUB-05: neither a picture nor half a ZIP after the last planned day."""
    share, phone = scene.share(until=today() + timedelta(days=2)), Browser(web)
    assert share.expires_on == today() + timedelta(days=2)
    Share.update(expires_on=today() + timedelta(days=20)).execute()
    assert statuses(phone, share, scene.noors) == [200] * 5
    later(days=3)
    assert statuses(phone, share, scene.noors) == [410] * 5
    assert list(Share.seen_by(scene.editor, live=True)) == []


def test_a_share_can_do_no_more_than_its_maker(scene, web):
    """Whoever left the house, or the album's team, leaves no open link behind."""
    share, phone = scene.share(), Browser(web)
    scene.album.team = scene.house.team.create(name="Another team")
    scene.album.save()
    assert statuses(phone, share, scene.noors) == [200, 410, 410, 200, 200]
    packed = phone.get(f"/share/{share.raw_token}/photos.zip").data
    assert zipfile.ZipFile(io.BytesIO(packed)).namelist() == []
    User.update(disabled_at=clock.now()).where(User.id == scene.editor.id).execute()
    assert statuses(phone, share, scene.noors) == [410] * 5
    assert list(Share.seen_by(scene.house.user("dpo"), live=True)) == []
    Share.update(by=None).execute()
    assert statuses(phone, share, scene.noors) == [410] * 5
    assert not Share.get().choices()[0][1]


def test_a_photo_set_aside_leaves_a_whole_zip(scene, web):
    share, phone = scene.share(), Browser(web)
    SetAside.create(photo=scene.noors, reason="truncated")
    packed = zipfile.ZipFile(io.BytesIO(phone.get(f"/share/{share.raw_token}/photos.zip").data))
    assert [name.split("-")[1] for name in packed.namelist()] == [f"{scene.bos.code}.jpg"]
    assert phone.get(f"/share/{share.raw_token}/photos/{scene.noors.code}/file").status_code == 410


def test_looking_only_gives_no_paper_and_paper_is_noted(scene, web):
    """SHR-04: the contact sheet is something taken out."""
    looking, taking, phone = scene.share(download=False), scene.share(), Browser(web)
    assert phone.get(f"/share/{looking.raw_token}/contact-sheet.pdf").status_code == 403
    assert phone.get(f"/share/{taking.raw_token}/contact-sheet.pdf").status_code == 200
    assert [row.kind for row in ShareOpening.select()] == ["printed"]
    desk = Browser(web).log_in(scene.editor)
    assert "took the contact sheet" in desk.get(f"/shares/{taking.code}").text


def test_guesses_of_a_password_are_counted_before_they_are_compared(scene, web):
    """A right one costs nothing, so that a recipient who comes back often is not shut out."""
    share = scene.share(password="long enough")
    for _ in range(12):
        share.check_password("long enough")
    assert Attempt.select().count() == 0
    one, other = scene.share(password="long enough"), Browser(web)
    url = f"/share/{share.raw_token}"
    opened = other.client.post(url, data={"seal": seal(other, url), "password": "long enough"})
    key = opened.headers["Location"].split("key=")[1]
    assert scene.noors.code not in other.get(f"/share/{one.raw_token}?key={key}").text
    assert other.get(f"/share/{one.raw_token}/photos.zip?key={key}").status_code == 403
    assert f"key={key}" in re.search(r'href="([^"]+)" lang="nl"', other.get(f"{url}?key={key}").text)[1]


def test_a_birth_date_beyond_the_calendar_is_a_mistake_in_the_form(scene, web):
    url, phone = f"/join/{poster(scene).raw_token}", Browser(web)
    child = {"seal": seal(phone, url), "child": "Fien", "name": "Ma", "email": "ma@people.example"}
    for born in ("9999-12-31", "0001-01-01", "2020-02-30", "x", ""):
        answer = phone.client.post(f"{url}/child", data={**child, "born": born})
        assert (answer.status_code, "Fien" in answer.text) == (422, True), born


@pytest.mark.parametrize("name", ["\u200b\u200b", "\u2066\u2069", "\x01\x02", "\u3000 \u00a0"])
def test_a_name_nobody_can_see_is_no_name(scene, web, name):
    """SIG-02: the typed name is the signature, so something of it must be there to see."""
    url, phone = f"/join/{poster(scene).raw_token}", Browser(web)
    assert phone.client.post(url, data={"seal": seal(phone, url), "name": name}).status_code == 422
    asked = ask(scene)
    url = f"/sign/{asked.raw_token}"
    form = {"seal": seal(phone, url), "use-website": "yes", "signer": name}
    assert phone.client.post(url, data=form).status_code == 422
    assert Request.get_by_id(asked.id).used_at is None


@pytest.mark.parametrize(
    "typed", ["<ma@people.example>", "ma.@people.example", "ma,pa@people.example", "mä@x", "ma@x..y", "ma@"]
)
def test_an_address_no_letter_can_reach_is_said_at_once(scene, web, typed):
    """Otherwise a parent waits for a code that never comes."""
    url, phone = f"/join/{poster(scene).raw_token}", Browser(web)
    answer = phone.client.post(url, data={"seal": seal(phone, url), "name": "Ma", "email": typed})
    assert (answer.status_code, "t look like an e-mail address" in answer.text) == (422, True)


def test_an_umlaut_in_a_domain_is_no_mistake():
    assert clean_email(" Ma@Müller.example ") == "ma@xn--mller-kva.example"


def test_a_name_turns_no_words_around(scene):
    assert Consent.clean_signer("\u202eNoor \x1bVoorbeeld\u202c") == "Noor Voorbeeld"
    assert Person.add("می‌خواهم 👩🏽‍🎓", by="visitor").name == "می‌خواهم 👩🏽‍🎓"


def test_a_poster_fills_nobodys_mailbox(scene, web):
    """Every visit can send letters to an address that nobody has shown to be hers."""
    url, phone = f"/join/{poster(scene).raw_token}", Browser(web)
    form = {"seal": seal(phone, url), "name": "Noor", "email": "VICTIM@people.example"}
    answers = [phone.client.post(url, data=form).status_code for _ in range(12)]
    assert answers == [303] * 10 + [429] * 2
    assert phone.client.post(url, data={**form, "email": "other@people.example"}).status_code == 303


def test_sent_twice_is_signed_once_and_said_so(scene, web):
    """SIG-04: a double tap shows what was kept, as a conflict; nothing is signed again."""
    asked, phone = ask(scene), Browser(web)
    url = f"/sign/{asked.raw_token}"
    form = {"seal": seal(phone, url), "use-website": "yes", "signer": "Noor Voorbeeld"}
    assert phone.client.post(url, data=form).status_code == 303
    again = phone.client.post(url, data={**form, "use-website": "no"})
    assert (again.status_code, "Nothing was signed twice" in again.text) == (409, True)
    assert [line.is_yes for line in Consent.select().order_by(Consent.id.desc()).get().answers()] == [True]
    forged = phone.client.post(url, data={**form, "seal": "x"})
    assert (forged.status_code, "Noor" in forged.text) == (410, False)
    assert phone.get(url).status_code == 410


def test_a_number_signs_the_choices_it_was_sent_for(scene, web):
    """SIG-05: whoever else has the link can't change the choices under the hands of who types the number."""
    kid = scene.house.person("Fien Voorbeeld", by=scene.editor, born=today() - timedelta(days=3000))
    kid.add_guardian(name="Ma Voorbeeld", email="ma@people.example", by=scene.editor)
    asked, phone = ask(scene, kid), Browser(web)
    url = f"/sign/{asked.raw_token}"
    form = {"seal": seal(phone, url), "signer": "Ma Voorbeeld", "guardian": "1"}
    assert phone.client.post(url, data={**form, "use-website": "no"}).status_code == 303
    hers = seal(phone, url + "/code")
    assert phone.client.post(url, data={**form, "use-website": "yes"}).status_code == 303
    from models.draft import Draft

    number = Draft.of(asked).number
    refused = phone.client.post(url + "/code", data={"seal": hers, "number": number})
    assert (refused.status_code, in_force(kid)) == (410, [])
    assert "send your choices once more" in refused.text
    right = phone.client.post(url + "/code", data={"seal": seal(phone, url + "/code"), "number": number})
    assert (right.status_code, len(in_force(kid))) == (303, 1)
    assert phone.client.post(url + "/code", data={"seal": hers, "number": number}).status_code == 409


def test_a_huge_form_is_not_taken_in(scene, web):
    url, phone = f"/sign/{ask(scene).raw_token}", Browser(web)
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        answer = phone.client.post(url, data=b"seal=" + b"x" * 3_000_000, content_type=kind)
        assert answer.status_code in (413, 422), kind
    assert phone.client.post("/my", data={"seal": "x", "email": "x" * 3_000_000}).status_code == 413


def test_only_forms_offer_no_other_language(scene, web):
    """After “Close this page” the links at the foot still lead somewhere."""
    from models.entry import Entry

    phone, token = Browser(web), my_page.token(scene.noor)
    sent = Entry.send(scene.noor)
    here = f"/my/{token}/{Entry.waiting(scene.noor).confirm(sent.number)}"
    refused = phone.client.post(f"{here}/request", data={"seal": seal(phone, here), "use": "nonsense"})
    assert (refused.status_code, "hreflang" in refused.text) == (422, False)
    assert "page=1&amp;lang=nl" in phone.get(f"{here}?page=1").text
    closed = phone.client.post(f"{here}/end", data={"seal": seal(phone, here)})
    page = phone.get(closed.headers["Location"])
    dutch = re.search(r'href="([^"]+)" lang="nl"', page.text)[1].replace("&amp;", "&")
    assert (page.status_code, phone.get(dutch).status_code, phone.get(here).status_code) == (200, 200, 410)


def test_a_wish_of_her_own_is_no_renewal(scene, web):
    """Nobody is told that she agreed before when she never did."""
    asked = my_page.ask_anew(scene.noor, "press")
    assert "You agreed before" not in Browser(web).get(f"/sign/{asked.raw_token}").text
    renewal = ask(scene, renews=True)
    assert "You agreed before" in Browser(web).get(f"/sign/{renewal.raw_token}").text


@pytest.mark.both_engines
def test_a_yes_and_a_withdrawal_at_once(scene):
    """CON-23: whichever came later stands; a yes is never left over that is older than the withdrawal."""
    for _ in range(10 if is_postgres() else 3):
        asked, begin = ask(scene), threading.Barrier(2)

        def sign(asked=asked, begin=begin):
            with db.connection_context():
                begin.wait()
                Consent.sign(asked, Choice({"website": True}, None), signer="Noor Voorbeeld", steps={})

        def take_back(begin=begin):
            with db.connection_context():
                begin.wait()
                withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")

        hands = [threading.Thread(target=hand) for hand in (sign, take_back)]
        [hand.start() for hand in hands]
        [hand.join() for hand in hands]
        ended = [row.at for line in scene.noor.lines for row in line.withdrawals]
        assert all(line.decided_at >= max(ended) for line in in_force(scene.noor) if ended)
