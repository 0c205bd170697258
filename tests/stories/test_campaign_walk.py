"""A campaign from the form to the last answer, an event's poster, and signing on a handed-over phone (issue part 2)."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from datetime import date

import pytest
from playhouse.test_utils import count_queries

from adapters import clock, qr
from models import evidence, faces
from models.album import Album
from models.base import db, tools
from models.campaign import Campaign
from models.consent import Answer, Consent, Line, Means
from models.notice import Notice
from models.person import Person
from models.request import Request, Way
from models.trail import Trace, verify
from models.use import Use
from models.user import Session
from models.visit import Visit
from models.wording import Wording
from tests.makers import Browser

pytestmark = pytest.mark.both_engines


@pytest.fixture
def walk(house, web, drain):
    return Walk(house, web, drain)


class Walk:
    """An editor at her desk, a photographer with a phone, an album, and three people."""

    def __init__(self, house, web, drain):
        self.house, self.web, self.drain = house, web, drain
        self.editor = house.user("editor", name="Eva Editor")
        self.photographer = house.user("contributor", name="Cas Contributor")
        self.desk = Browser(web).log_in(self.editor)
        self.camera = Browser(web).log_in(self.photographer)
        self.phone = Browser(web)
        self.album = house.album("Open day", by=self.editor)
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        self.daan = house.person("Daan Muster", by=self.editor)
        self.mei = house.person(
            "Mei Specimen", by=self.editor, email="mei@people.example", relation="employee"
        )
        self.wording = Wording.current()[0]

    def form(self, **more):
        return {"name": "Open day 2027", "use": ["website", "press"], "wording": self.wording.code, "way": "mail",
                "who": "people", "scope": "all", **more}  # fmt: skip

    def start(self, **more):
        answer = self.desk.post("/campaigns", self.form(**more))
        assert answer.status_code == 303, answer.text
        self.drain()
        return Campaign.select().order_by(Campaign.id.desc()).get()

    def sign(self, path, browser=None, **answers):
        browser = browser or self.phone
        seal = re.search(r'name="seal" value="([^"]+)"', browser.get(path).text)[1]
        data = {"seal": seal, "use-website": "no", "use-press": "no", "signer": "Noor Voorbeeld", **answers}
        return browser.client.post(path, data=data)

    def join(self, path, **typed):
        seal = re.search(r'name="seal" value="([^"]+)"', self.phone.get(path).text)[1]
        return self.phone.client.post(path + "?lang=nl", data={"seal": seal, **typed})

    def letters(self):
        return self.house.letters()


def path_of(request):
    return Request.get_by_id(request.id).link.removeprefix(tools.base_url)


def test_from_the_form_to_the_last_answer(walk):
    """T1..T3: seen before it is sent, sent once, followed, chased, closed."""
    people = [person.code for person in (walk.noor, walk.daan, walk.mei)]
    assert walk.desk.get(f"/campaigns/new?person={people[0]}&person={people[1]}").status_code == 200
    seen = walk.desk.post("/campaigns/check", walk.form(person=people))
    assert seen.status_code == 200, seen.text
    for words in ("2 by mail", "1 without an address", "A free choice"):
        assert words in seen.text, words
    assert Request.select().count() == Campaign.select().count() == 0

    refused = walk.desk.post("/campaigns", walk.form(person=people))
    assert refused.status_code == 422
    assert "Confirm that the choice is free" in refused.text
    campaign = walk.start(person=people, attest="1", remind="1")
    assert campaign.remind
    assert sorted(letter["To"].addresses[0].addr_spec for letter in walk.letters()) == [
        "mei@people.example", "noor@people.example",
    ]  # fmt: skip

    noor, daan, mei = (
        campaign.requests.where(Request.person == p).get() for p in (walk.noor, walk.daan, walk.mei)
    )
    assert walk.sign(path_of(noor), **{"use-website": "yes", "use-press": "yes"}).status_code == 303
    assert walk.sign(path_of(daan)).status_code == 303
    page = walk.desk.get(f"/campaigns/{campaign.code}").text
    for words in ("yes to all 1", "no 1", "no answer yet 1"):
        assert words in " ".join(re.sub(r"<[^>]+>", " ", page).split()), words
    only = walk.desk.get(f"/campaigns/{campaign.code}?state=refused").text
    assert "Daan Muster" in only
    assert "Noor Voorbeeld" not in only

    soon = walk.desk.post(f"/campaigns/{campaign.code}/remind")
    assert soon.status_code == 303
    assert "1 had a message less than 3 days ago" in walk.desk.get(f"/campaigns/{campaign.code}").text
    assert Request.get_by_id(mei.id).renewed == 0

    sheet = walk.desk.get(f"/campaigns/{campaign.code}/progress.csv")
    assert sheet.mimetype == "text/csv"
    assert '"Noor Voorbeeld","signed","mail"' in sheet.text

    again = walk.desk.post("/campaigns/check", walk.form(person=people))
    assert "said no less than six months ago" in again.text

    assert walk.desk.post(f"/campaigns/{campaign.code}/close").status_code == 303
    assert walk.desk.post(f"/campaigns/{campaign.code}/people", {"person": people}).status_code == 409
    assert walk.sign(path_of(mei), signer="Mei Specimen").status_code == 303, "links that were sent live on"
    assert verify().bad is None
    assert Trace.select().where(Trace.action == "campaign.started").count() == 1


def test_bounces_are_said_in_plain_words(walk):
    campaign = walk.start(person=[walk.noor.code])
    request = campaign.requests.get()
    Notice.update(failed_at=clock.now(), why="the address was refused").where(
        Notice.key == f"request|{request.code}|0"
    ).execute()
    page = walk.desk.get(f"/campaigns/{campaign.code}?state=bounced").text
    assert "it may be mistyped or closed" in page


def test_late_comers_from_an_album(walk):
    photo = walk.house.photo(walk.album, by=walk.editor)
    walk.drain()
    faces.add_person(photo, walk.noor, by=walk.editor)
    campaign = walk.start(who="album", album=walk.album.code, scope="album")
    assert [row.person for row in campaign.requests] == [walk.noor]
    assert walk.desk.get(f"/campaigns/{campaign.code}/people?q=mei").status_code == 200
    late = walk.desk.post(f"/campaigns/{campaign.code}/people", {"person": walk.mei.code})
    assert late.status_code == 422, "an employee needs the attestation here too (EMP-01)"
    assert "Mei Specimen" in late.text
    late = walk.desk.post(f"/campaigns/{campaign.code}/people", {"person": walk.mei.code, "attest": "1"})
    assert late.status_code == 303
    assert campaign.requests.count() == 2
    shown = walk.phone.get(path_of(campaign.requests.where(Request.person == walk.noor).get())).text
    assert "Only for photos of: Open day" in shown


def test_a_poster_is_read_back(walk):
    """Product screen 6: what for, how to object, three languages, and the code that leads to our own page."""
    campaign = walk.start(way="poster", album=walk.album.code, use=[use.code for use in Use.current()])
    answer = walk.desk.get(f"/campaigns/{campaign.code}/poster.pdf")
    assert answer.mimetype == "application/pdf"
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=answer.data, capture_output=True, check=True
    ).stdout.decode()
    flat = " ".join(text.split())
    assert "Open day 2027" in flat
    assert "Scan the code and choose yes or no" in flat
    assert campaign.link in flat.replace(" ", "")
    info = subprocess.run(
        ["pdfinfo", "-"], input=answer.data, capture_output=True, check=True
    ).stdout.decode()
    assert "(A4)" in info
    assert re.search(r"Pages:\s+1\n", info), info
    assert campaign.qr() == qr.svg(f"{tools.base_url}/join/{campaign.raw_token}")
    other = walk.start(person=[walk.noor.code])
    assert walk.desk.get(f"/campaigns/{other.code}/poster.pdf").status_code == 409


def test_visitors_answer_one_poster_each_for_herself(walk):
    campaign = walk.start(way="poster", album=walk.album.code, scope="album")
    path = f"/join/{campaign.raw_token}"
    page = walk.phone.get(path)
    assert page.headers.get("Set-Cookie") is None
    assert page.headers["Referrer-Policy"] == "no-referrer"

    went = walk.join(path, name="Lars Demo", email="lars@people.example")
    assert went.status_code == 303
    target = went.headers["Location"]
    assert target.endswith("?lang=nl")
    signed = walk.sign(target.partition("?")[0], signer="Lars Demo", **{"use-website": "yes"})
    assert signed.status_code == 303
    walk.drain()
    assert walk.letters()[-1]["To"].addresses[0].addr_spec == "lars@people.example"
    assert {(line.scope.value, line.album) for line in Line.select()} == {("album", walk.album)}

    without = walk.join(path, name="Ravi Specimen", email="")
    thanks = walk.phone.get(walk.sign(without.headers["Location"].partition("?")[0]).headers["Location"]).text
    assert "/receipt.pdf" in thanks

    child = walk.join(
        path + "/child",
        name="Fatma Muster",
        email="fatma@people.example",
        child="Tom Muster",
        born="2019-03-01",
    )
    target = child.headers["Location"].partition("?")[0]
    to_code = walk.sign(target, signer="Fatma Muster", guardian="1")
    assert to_code.headers["Location"].partition("?")[0].endswith("/code"), (
        "a guardian needs the code (SIG-05)"
    )

    walk.desk.post(f"/campaigns/{campaign.code}/close")
    assert walk.phone.get(path).status_code == 410
    assert walk.phone.get("/join/" + "x" * 43).status_code == 410


def test_two_visitors_at_once(walk):
    campaign = walk.start(way="poster")
    path = f"/join/{campaign.raw_token}"
    seal = re.search(r'name="seal" value="([^"]+)"', walk.phone.get(path).text)[1]
    answers, start = [], threading.Barrier(2)

    def visit(name):
        client = walk.web.test_client()
        start.wait()
        answers.append(client.post(path, data={"seal": seal, "name": name}).headers["Location"])

    threads = [threading.Thread(target=visit, args=(name,)) for name in ("Lars Demo", "Priya Sample")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 2
    assert sorted(visit.person.name for visit in Visit.select()) == ["Lars Demo", "Priya Sample"]


def test_the_photographer_sees_who_may_be_photographed(walk):
    """EMP-03, product screen 6: names and colours, no addresses, no profiles; and hands the phone over."""
    campaign = walk.start(person=[walk.noor.code, walk.daan.code], album=walk.album.code)
    noor, daan = (campaign.requests.where(Request.person == p).get() for p in (walk.noor, walk.daan))
    walk.sign(path_of(noor), **{"use-website": "yes"})
    address = f"/albums/{walk.album.code}/attendance"
    page = walk.camera.get(address + "?use=website")
    assert page.status_code == 200
    assert "noor@" not in page.text
    assert "/people/" not in page.text
    marks = dict(re.findall(r"<b>([^<]+)</b><br><span class=\"badge (\w+)", page.text))
    assert marks == {"Noor Voorbeeld": "cleared", "Daan Muster": "unclear"}
    again = walk.camera.get(address + "?use=press", headers={"HX-Request": "true"}).text
    assert again.lstrip().startswith('<div id="attendance"')
    assert (
        dict(re.findall(r"<b>([^<]+)</b><br><span class=\"badge (\w+)", again))["Noor Voorbeeld"] == "blocked"
    )
    viewer = Browser(walk.web).log_in(walk.house.user("viewer"))
    assert viewer.get(address).status_code == 403
    assert viewer.post(f"{address}/{walk.daan.code}/device").status_code == 403
    assert viewer.post(f"/requests/{daan.code}/device").status_code == 403

    assert "logged out" in walk.camera.get(f"{address}/{walk.daan.code}").text
    old = path_of(daan)
    handed = walk.camera.post(f"{address}/{walk.daan.code}/device")
    assert handed.status_code == 303
    assert walk.phone.get(old).status_code == 410, "the link sent before has ended"
    path = handed.headers["Location"]
    assert walk.camera.get("/library").status_code == 302, "going back finds the login"
    ended = Session.select().where(Session.user == walk.photographer, Session.ended_at.is_null(False))
    assert ended.count() == 1

    signed = walk.sign(path, walk.camera, signer="Daan Muster", **{"use-website": "yes", "use-press": "yes"})
    thanks = walk.camera.get(signed.headers["Location"]).text
    assert "Please give the device back." in thanks
    consent = Consent.get(Consent.person == walk.daan)
    assert consent.means is Means.DEVICE
    facts = bytes(tools.vault.read(consent.vault_id, "facts")).decode()
    assert '"identity":"in person"' in facts.replace(": ", ":")
    assert walk.photographer.code in facts


def test_someone_not_yet_asked_signs_on_the_phone(walk):
    photo = walk.house.photo(walk.album, by=walk.editor)
    walk.drain()
    faces.add_person(photo, walk.noor, by=walk.editor)
    address = f"/albums/{walk.album.code}/attendance"
    none = walk.camera.post(f"{address}/{walk.noor.code}/device")
    assert none.status_code == 409, "nobody decided what to ask"
    walk.start(way="poster", album=walk.album.code)
    handed = walk.camera.post(f"{address}/{walk.noor.code}/device")
    assert handed.status_code == 303
    request = Request.get(Request.person == walk.noor)
    assert (request.way, request.witness, request.by) == (Way.DEVICE, walk.photographer, walk.photographer)
    assert walk.camera.get(f"{address}/{walk.noor.code}").status_code == 302
    stranger = Browser(walk.web).log_in(walk.house.user("contributor"))
    assert stranger.get(f"{address}/{walk.mei.code}").status_code == 404, "not on this list"


def test_an_open_request_is_signed_on_the_desk(walk):
    campaign = walk.start(person=[walk.noor.code])
    request = campaign.requests.get()
    walk.desk.get(f"/requests/{request.code}")
    handed = walk.desk.post(f"/requests/{request.code}/device")
    assert handed.status_code == 303
    assert "/sign/" in handed.headers["Location"]
    assert walk.desk.get("/library").status_code == 302


def test_a_guardian_on_a_handed_over_phone_still_needs_the_code(walk):
    """SIG-05 holds there too: the code goes to the address on file, not to the device."""
    child = walk.house.person("Tom Muster", by=walk.editor, born=date(2019, 3, 1))
    child.add_guardian(name="Fatma Muster", email="fatma@people.example", by=walk.editor)
    request = walk.start(person=[child.code]).requests.get()
    path = walk.desk.post(f"/requests/{request.code}/device").headers["Location"]
    went = walk.sign(path, walk.desk, signer="Fatma Muster", guardian="1")
    assert went.headers["Location"].partition("?")[0].endswith("/code")
    assert Consent.select().count() == 0
    walk.drain()
    number = re.search(r"\b\d{6}\b", walk.letters()[-1].get_body(("plain",)).get_content())[0]
    code = path + "/code"
    seal = re.search(r'name="seal" value="([^"]+)"', walk.desk.get(code).text)[1]
    assert walk.desk.client.post(code, data={"seal": seal, "number": number}).status_code == 303
    consent = Consent.get()
    facts = json.loads(bytes(tools.vault.read(consent.vault_id, "facts")))
    assert (consent.means, facts["identity"], facts["witness"]) == (Means.DEVICE, "code", walk.editor.code)
    receipt = subprocess.run(
        ["pdftotext", "-", "-"], input=evidence.receipt(consent), capture_output=True, check=True
    )
    assert b"before a witness" in receipt.stdout


@pytest.mark.parametrize(
    "junk", ["", " ", "x" * 10_000, "🌷\u202e", "-1", "2026-02-30", "..", "%s{0}", "null"]
)
def test_garbage_is_answered_in_words(walk, junk):
    campaign = walk.start(way="poster")
    fields = ("name", "email", "child", "born", "use", "way", "who", "scope", "album", "wording", "ends_from",
              "ends_until", "valid_until", "person")  # fmt: skip
    typed = dict.fromkeys(fields, junk)
    path = f"/join/{campaign.raw_token}"
    for target in (path, path + "/child"):
        answer = walk.join(target, **typed)
        assert answer.status_code in (303, 422), answer.text
    for target in ("/campaigns/check", "/campaigns", f"/campaigns/{campaign.code}/people"):
        assert walk.desk.post(target, typed).status_code == 422, target
        one = walk.desk.post(target, walk.form(who="ending", person=junk, ends_from=junk, ends_until=junk))
        assert one.status_code == 422, target
    for target in (
        f"/campaigns/{campaign.code}?state={junk[:50]}",
        f"/albums/{walk.album.code}/attendance?use={junk[:50]}",
    ):
        assert walk.desk.get(target).status_code == 200, target


def test_pages_ask_as_much_for_forty_as_for_one(walk):
    album = Album.get_by_id(walk.album.id)
    costs = []
    for count in (1, 40):
        rows = [
            {"code": f"p{count}x{n}", "name": f"Person {count} {n:03}", "email": f"p{n}@people.example"}
            for n in range(count)
        ]
        Person.insert_many(rows).execute()
        codes = [row["code"] for row in rows]
        campaign = walk.start(person=codes, album=album.code)
        cost = []
        for address in ("/campaigns", f"/campaigns/{campaign.code}", f"/albums/{album.code}/attendance"):
            assert walk.desk.get(address).status_code == 200
            with count_queries() as counted:
                walk.desk.get(address)
            cost.append(counted.count)
        costs.append(cost)
    assert costs[0] == costs[1]
    assert not db.in_transaction()
    assert Line.select().where(Line.answer == Answer.GIVEN).count() == 0
