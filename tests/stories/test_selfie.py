"""A visitor at a poster adds a selfie to her yes: compared only under it, kept by nobody (issue 3 part 2, BIO-02..09)."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from datetime import timedelta

import pytest
from PIL import Image

from adapters import clock
from adapters.sandbox import Sandbox
from models import campaign as campaigns
from models import enrolling, evidence, faceprints, faces, forgetting, gallery, recognition, selfie
from models.album import Album, Mode
from models.base import db, tools
from models.campaign import Campaign, CampaignWay, Reach
from models.consent import Consent, withdraw
from models.face import Face, Faceprint, Match, Source
from models.gather import today
from models.job import Job
from models.person import Person
from models.photo import Arrival, Photo
from models.request import Request
from models.selfie import Selfie, State
from models.trail import Trace, verify
from models.wording import Wording
from tests import people
from tests.makers import Browser, picture

NOOR, DAAN, AMINA = 0, 1, 2
WHY = dict.fromkeys(recognition.QUESTIONS, "Because this is a test of the first steps.")


@pytest.fixture
def event(house, web, drain):
    return Event(house, web, drain)


class Event:
    """An open day: an album that may be compared, a poster that asks for recognition too, and visitors' phones."""

    def __init__(self, house, web, drain, mode=Mode.TRANSIENT):
        self.house, self.web, self.drain = house, web, drain
        self.editor, self.dpo = house.user("editor"), house.user("dpo")
        self.album = house.album("Open day", by=self.editor)
        self.campaign = Campaign.start(
            "Open day", [], [house.use("website")], Wording.current()[0], by=self.editor, way=CampaignWay.POSTER,
            scope=Reach.ALBUM, album=self.album, ask_recognition=True,
        )  # fmt: skip
        self.phone = Browser(web)
        self.switch_on(mode)

    def switch_on(self, mode):
        recognition.switch_on(mode, WHY, today() + timedelta(days=200), by=self.dpo)

    def take(self, *cast, seed=0):
        photo = self.house.photo(self.album, by=self.editor, data=people.scene(cast, seed=seed))
        self.drain()
        return Photo.get_by_id(photo.id)

    def send(self, path, **typed):
        found = re.search(r'name="seal" value="([^"]+)"', self.phone.get(path).text)
        return self.phone.client.post(path, data={"seal": found[1] if found else "", **typed})

    def visit(self, name="Noor Voorbeeld", email="noor@people.example", *, recognise="yes", **more):
        """From the poster to where her answers lead; the path of her link and the answer to the last form."""
        went = self.send(f"/join/{self.campaign.raw_token}", name=name, email=email)
        path = went.headers["Location"].partition("?")[0]
        answer = self.send(path, signer=name, recognition=recognise, **{"use-website": "yes"}, **more)
        if answer.headers["Location"].partition("?")[0].endswith("/code"):
            self.drain()
            number = re.search(
                r"\b\d{6}\b", self.house.letters()[-1].get_body(("plain",)).get_content().replace("\n", " ")
            )[0]
            answer = self.send(path + "/code", number=number)
        return path, answer

    def after(self, path, page="selfie"):
        """Where whoever has just signed is led to."""
        from views.access import seal_form

        with self.web.test_request_context():
            return f"{path}/{page}?key={seal_form('thanks|' + path.rpartition('/')[2])}"

    def add(self, path, data, name="selfie.jpg"):
        return self.send(self.after(path), selfie=(io.BytesIO(data), name))

    def thanks(self, path):
        return self.phone.get(self.after(path, "thanks")).text

    def left_of(self, given):
        """What the house still holds of a selfie: its key, its bytes, a row of its upload."""
        kept = tools.vault.storage.exists(tools.vault.name(given.vault_id, "original"))
        return tools.keys.has("object", given.vault_id), kept, Arrival.select().count()


NOTHING = (False, False, 0)


@pytest.mark.both_engines
def test_a_selfie_finds_her_in_an_earlier_photo(event, web):
    """Offered after the code, looked at in the sandbox, gone at once; a suggestion that a human confirms (BIO-05)."""
    photo = event.take(DAAN, NOOR, seed=8)
    assert Match.select().count() == 0
    assert "you can add a selfie after signing" in event.phone.get(
        event.send(f"/join/{event.campaign.raw_token}", name="Lars Demo", email="lars@people.example").headers["Location"]
    ).text  # fmt: skip
    path, after_code = event.visit()
    assert after_code.headers["Location"].partition("?")[0] == path + "/selfie"
    assert Consent.select().count() == 1, "signed before anything is asked about a picture"
    page = event.phone.get(event.after(path))
    assert 'accept="image/*" capture="user"' in page.text
    assert "Set-Cookie" not in page.headers
    assert event.add(path, people.portrait(NOOR)).status_code == 303
    given = Selfie.get()
    sealed = tools.vault.storage.read(tools.vault.name(given.vault_id, "original"))
    assert people.portrait(NOOR)[:64] not in sealed, "encrypted as it arrived"
    assert event.left_of(given) == (True, True, 0)
    assert "The computer is looking at it" in event.thanks(path)
    assert "No selfie is needed here" in event.phone.get(event.after(path)).text

    event.drain()
    noor = Consent.get().person
    assert event.left_of(given) == NOTHING
    assert (Faceprint.get().source, Faceprint.get().person, Faceprint.get().face) == (
        Source.SELFIE,
        noor,
        None,
    )
    assert "the picture is deleted" in event.thanks(path)
    left, right = photo.faces.order_by(Face.left)
    assert [match.person for match in faces.suggestions(right)] == [noor]
    assert faces.suggestions(left) == []
    assert photo.appearances.count() == 0, "a guess is no person"
    desk = Browser(web).log_in(event.editor)
    assert desk.post(f"/faces/{right.code}", {"act": "name", "person": noor.code}).status_code == 303
    assert photo.appearances.get().person == noor
    event.drain()

    acts = {row.action: json.loads(row.facts) for row in Trace.select().where(Trace.kind == "selfie")}
    assert acts == {"selfie.given": {}, "selfie.used": {"why": ""}}
    assert verify().bad is None


@pytest.mark.both_engines
def test_the_numbers_of_a_selfie_outlive_a_new_making(event):
    """One more confirmed source: made anew with those of a named face, under a new key."""
    path, _ = event.visit()
    event.add(path, people.portrait(NOOR))
    photo = event.take(NOOR, seed=5)
    noor = Consent.get().person
    faces.name(photo.faces.get(), noor, by=event.editor)
    before = tools.keys.get("faceprint", noor.code)
    faceprints.make(noor.id)
    assert sorted(row.source for row in Faceprint.select()) == [Source.FACE, Source.SELFIE]
    assert tools.keys.get("faceprint", noor.code) != before
    with gallery.opened() as everyone:
        assert (len(everyone), everyone.sources(noor.code)) == (1, 2)

    tools.keys.destroy("faceprint", noor.code)
    faceprints.make(noor.id)
    assert [row.source for row in Faceprint.select()] == [Source.FACE], (
        "a crash between key and rows stops nothing"
    )


def test_the_proof_says_that_she_gave_one(event):
    path, _ = event.visit()
    event.drain()
    consent = Consent.get()
    first = _proof(consent, event.dpo)
    assert json.loads(first["selfie.json"]) == {"given": "no"}
    event.add(path, people.portrait(NOOR))
    event.drain()
    then = _proof(consent, event.dpo)
    said = json.loads(then["selfie.json"])
    assert (said["given"], said["outcome"], said["language"]) == ("yes", "used", "en")
    assert said["told"] == list(selfie.TOLD)
    assert {name: first[name] for name in ("shown.html", "facts.json", "receipt.json", "receipt.pdf")} == {
        name: then[name] for name in ("shown.html", "facts.json", "receipt.json", "receipt.pdf")
    }
    assert not any(data.startswith(b"\xff\xd8") for data in then.values()), "never the picture"


def _proof(consent, dpo):
    bundle, _ = evidence.hand_out(Consent.get_by_id(consent.id), "evidence", by=dpo)
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_who_says_no_is_never_compared_even_with_a_file_sent_by_hand(event):
    """BIO-02: the door says no, and nothing of the file stays."""
    photo = event.take(AMINA, seed=3)
    path, answer = event.visit("Amina Sample", "amina@people.example", recognise="no")
    assert answer.headers["Location"].partition("?")[0] == path + "/thanks"
    assert "selfie" not in event.thanks(path).lower()
    refused = event.phone.client.post(
        event.after(path), data={"seal": _seal_for(event, path), "selfie": (io.BytesIO(people.portrait(AMINA)), "me.jpg")}
    )  # fmt: skip
    assert refused.status_code == 409
    assert "Your answers stay as they are" in refused.text
    event.drain()
    assert (Selfie.select().count(), Faceprint.select().count(), Match.select().count()) == (0, 0, 0)
    assert not list((event.house.config.data / "vault" / "staging").iterdir())
    assert photo.faces.get().waiting_since is not None
    # Beside her answers on the way to the signature it is not even looked at.
    path, _ = event.visit("Amina Sample", "amina@people.example", recognise="no", selfie=(io.BytesIO(people.portrait(AMINA)), "me.jpg"))  # fmt: skip
    event.drain()
    assert (Selfie.select().count(), Faceprint.select().count()) == (0, 0)


def _seal_for(event, path):
    with event.web.test_request_context():
        from views.access import seal_form

        return seal_form(path.rpartition("/")[2])


def _far_away():
    """Her portrait, small on a wall."""
    wall = Image.new("RGB", (400, 400), (200, 200, 200))
    wall.paste(Image.open(io.BytesIO(people.portrait(NOOR))).resize((190, 190)), (50, 50))
    out = io.BytesIO()
    wall.save(out, "JPEG", quality=92)
    return out.getvalue()


def _bomb():
    """A few bytes that say they are 40,000 pixels wide and high."""
    small = picture(seed=2, kind="PNG")
    head = b"IHDR" + struct.pack(">II", 40_000, 40_000) + small[24:29]
    return small[:12] + head + struct.pack(">I", zlib.crc32(head)) + small[33:]


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        (lambda: people.scene((NOOR, DAAN), seed=1), "There is more than one face in it."),
        (lambda: picture(seed=3), "We found no face in it."),
        (_far_away, "The face in it is too small."),
        (_bomb, "It has too many pixels."),
        (lambda: people.portrait(NOOR)[:4000], "It could not be read."),
    ],
    ids=["two faces", "no face", "small face", "bomb", "damaged"],
)
def test_a_picture_that_does_not_do_is_deleted_and_costs_nothing(event, drawn, words):
    path, _ = event.visit()
    assert event.add(path, drawn()).status_code == 303
    event.drain()
    given = Selfie.get()
    assert given.state is State.REFUSED
    assert event.left_of(given) == NOTHING
    assert Faceprint.select().count() == 0
    page = event.thanks(path)
    assert words in page
    assert "The picture is deleted. Your answers are kept as they are." in page
    assert [line.is_yes for line in Consent.get().answers()] == [True, True]
    assert event.add(path, people.portrait(NOOR)).status_code == 303, "she may try once more"
    event.drain()
    assert [row.state for row in Selfie.select().order_by(Selfie.id)] == [State.REFUSED, State.USED]


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7 not a picture", b"<svg onload=alert(1)>", b"\0" * 100])
def test_what_is_no_picture_is_said_on_the_page(event, junk):
    path, _ = event.visit()
    answer = event.add(path, junk)
    assert answer.status_code == 422
    assert "This is no picture we can read." in answer.text
    assert (Selfie.select().count(), Arrival.select().count()) == (0, 0)
    assert event.send(event.after(path)).status_code == 422, "nothing chosen"


def test_a_picture_without_end_is_refused_while_it_arrives(event, monkeypatch):
    monkeypatch.setattr(selfie, "MOST_BYTES", 30_000)
    path, _ = event.visit()
    answer = event.add(path, people.portrait(NOOR) + b"\0" * 50_000)
    assert answer.status_code == 422
    assert "too large" in answer.text
    assert Selfie.select().count() == 0
    vault_id = Arrival.get().code
    assert not tools.keys.has("object", vault_id)


def test_five_are_enough(event):
    path, _ = event.visit()
    for _ in range(selfie.MOST_GIVEN):
        assert event.add(path, picture(seed=1)).status_code == 303
        event.drain()
    assert "Try once more" not in event.thanks(path)
    sent = event.phone.client.post(
        event.after(path), data={"seal": _seal_for(event, path), "selfie": (io.BytesIO(people.portrait(NOOR)), "me.jpg")}
    )  # fmt: skip
    assert sent.status_code == 429


def test_nothing_is_offered_where_recognition_is_off(event):
    """BIO-01: off for the house, for the album, without an album, or without a roster."""
    recognition.switch_off(by=event.dpo)
    path, answer = event.visit()
    assert answer.headers["Location"].partition("?")[0] == path + "/thanks"
    asked = Request.get()
    assert not selfie.may_follow(asked)
    event.switch_on(Mode.ROSTER)
    assert not selfie.is_offered(Consent.get()), "nobody attested this album"
    recognition.attest_roster(event.album, by=event.dpo)
    assert selfie.is_offered(Consent.get())
    event.switch_on(Mode.TRANSIENT)
    Album.update(mode=Mode.OFF).execute()
    assert not selfie.is_offered(Consent.get())
    Album.update(mode=None).execute()
    assert selfie.is_offered(Consent.get())
    Request.update(album=None, campaign=None).execute()
    assert not selfie.is_offered(Consent.get())


@pytest.mark.both_engines
def test_switching_off_forgets_what_waits_and_what_was_made(event):
    """BIO-07: keys in the act itself, bytes by the job; also of somebody who has nothing but a waiting selfie."""
    first, _ = event.visit()
    event.add(first, people.portrait(NOOR))
    event.drain()
    second, _ = event.visit("Daan Muster", "daan@people.example")
    event.add(second, people.portrait(DAAN))
    recognition.switch_off(by=event.dpo)
    keys = [tools.keys.has("object", row.vault_id) for row in Selfie.select()]
    owners = [tools.keys.has("faceprint", row.person.code) for row in Consent.select()]
    assert (keys, owners, Faceprint.select().count()) == ([False, False], [False, False], 0)
    event.drain()
    assert [event.left_of(row) for row in Selfie.select()] == [NOTHING, NOTHING]
    assert {row.state for row in Selfie.select()} == {State.FORGOTTEN}
    assert "What came from it is erased." in event.thanks(first)
    event.switch_on(Mode.TRANSIENT)
    event.drain()
    assert Faceprint.select().count() == 0, "what is forgotten does not come back"


@pytest.mark.both_engines
def test_an_album_that_compares_no_more_ends_its_selfies(event):
    path, _ = event.visit()
    event.add(path, people.portrait(NOOR))
    event.drain()
    assert Faceprint.select().count() == 1
    Album.update(mode=Mode.OFF).execute()
    selfie.sweep()
    event.drain()
    assert Faceprint.select().count() == 0
    assert Selfie.get().state is State.FORGOTTEN


@pytest.mark.both_engines
@pytest.mark.parametrize("looked_at", [True, False], ids=["made", "still waiting"])
def test_taking_it_back_leaves_nothing(event, looked_at):
    """BIO-07: in the vault, the database, the keys, the queue; the consent for photos stays."""
    event.take(NOOR, seed=5)
    path, _ = event.visit()
    event.add(path, people.portrait(NOOR))
    if looked_at:
        event.drain()
        assert Match.select().count() == 1
    noor, given = Consent.get().person, Selfie.get()
    withdraw(noor, uses=[], recognition=True, actor="person", means="link")
    assert not tools.keys.has("faceprint", noor.code)
    assert not tools.keys.has("object", given.vault_id)
    event.drain()
    assert event.left_of(given) == NOTHING
    assert (Faceprint.select().count(), Match.select().count()) == (0, 0)
    assert Selfie.get().state is State.FORGOTTEN
    assert not list((event.house.config.data / "vault" / "staging").iterdir())
    assert Job.waiting().count() == 0
    event.take(NOOR, seed=9)
    assert Match.select().count() == 0


@pytest.mark.both_engines
def test_who_takes_it_back_while_the_recogniser_works_is_forgotten(event, monkeypatch):
    """The answer is asked for once more inside the transaction that would keep the numbers."""
    path, _ = event.visit()
    event.add(path, people.portrait(NOOR))
    noor = Consent.get().person
    child = tools.sandbox

    class Slow(Sandbox):
        """The same child; she takes her yes back while it measures."""

        def call(self, name, arguments, blocks=()):
            if name == "encode":
                withdraw(noor, uses=[], recognition=True, actor="person", means="link")
            return child.call(name, arguments, blocks)

    tools._wired.sandbox = Slow()
    enrolling.look(Selfie.get().id)
    tools._wired.sandbox = child
    assert (Faceprint.select().count(), Selfie.get().state) == (0, State.FORGOTTEN)
    assert not tools.keys.has("faceprint", noor.code)
    assert event.left_of(Selfie.get()) == NOTHING


def test_a_consent_that_ended_by_date_takes_the_selfie_with_it(event):
    path, _ = event.visit()
    event.add(path, people.portrait(NOOR))
    event.drain()
    consent = Consent.get()
    with db.atomic():
        for line in consent.answers():
            line.valid_until = today() - timedelta(days=1)
            line.save()
    forgetting.sweep()
    event.drain()
    assert (Faceprint.select().count(), Selfie.get().state) == (0, State.FORGOTTEN)


def test_a_picture_nobody_looked_at_is_gone_within_the_hour(event):
    path, _ = event.visit()
    event.add(path, people.portrait(NOOR))
    Selfie.update(at=clock.now() - timedelta(minutes=46)).execute()
    selfie.sweep()
    assert Selfie.get().state is State.REFUSED
    assert event.left_of(Selfie.get()) == NOTHING
    event.drain()
    assert Faceprint.select().count() == 0


def test_no_selfie_of_a_child_nor_for_somebody_else(event):
    """BIO-09: a guardian is not asked for recognition, so no picture either; nor on a handed-over phone."""
    went = event.send(
        f"/join/{event.campaign.raw_token}/child", name="Fatma Muster", email="fatma@people.example", child="Tom Muster",
        born="2019-03-01",
    )  # fmt: skip
    path = went.headers["Location"].partition("?")[0]
    assert 'name="recognition"' not in event.phone.get(path).text
    assert not selfie.may_follow(Request.get())
    noor = event.house.person("Noor Voorbeeld", by=event.editor, email="noor@people.example")
    asked = campaigns.Campaign.start(
        "By hand", [noor], [event.house.use("website")], Wording.current()[0], by=event.editor, way=CampaignWay.LINK,
        scope=Reach.ALBUM, album=event.album, ask_recognition=True,
    ).requests.get()  # fmt: skip
    assert selfie.may_follow(asked), "an ordinary link about such an album offers it too"
    asked.hand_over(by=event.editor)
    assert not selfie.may_follow(asked)

    path, _ = event.visit("Mei Specimen", "mei@people.example")
    assert selfie.is_offered(Consent.get())
    Person.update(born=today() - timedelta(days=365 * 10)).where(Person.name == "Mei Specimen").execute()
    assert not selfie.is_offered(Consent.get()), "whoever turns out to be a child"
    assert "No selfie is needed here" in event.phone.get(event.after(path)).text


def test_only_the_one_face_is_measured(event):
    """Whoever stands small behind her is found as a face and never turned into numbers (BIO-04)."""
    found = [_seen(pixels) for pixels in (400, 150)]
    assert enrolling.only(found)[0] is found[0]
    assert enrolling.only([_seen(400), _seen(200)]) == (None, "several_faces")
    assert enrolling.only([_seen(99)]) == (None, "small_face")
    assert enrolling.only([]) == (None, "no_face")


def _seen(pixels):
    from adapters.imaging import FoundFace

    return FoundFace(0.1, 0.1, 0.2, 0.2, score=1.0, pixels=pixels, flaw="")
