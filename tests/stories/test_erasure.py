"""What is erased is found nowhere: text, pixels, numbers and keys, in files, pages, log, queue, letters and temp (ERA-01 to ERA-11)."""

from __future__ import annotations

import io
import random
import struct
import tempfile

import pytest
from PIL import Image

from adapters.keys import KeyGone
from models import erasure, evidence, faceprints, search, trail
from models.base import db, tools
from models.claims import Claimed
from models.consent import Consent
from models.copy import Copy
from models.covering import Extent, Style
from models.delivery import Delivery, OriginalView
from models.erasure import ErasedBefore, Guard
from models.face import Appearance, Face, Faceprint
from models.importing import Import
from models.inquiry import Inquiry
from models.job import Job
from models.person import Person
from models.photo import Photo, Review, SetAside, Tag
from models.publication import Publication
from models.request import Choice, Request, Way
from models.takedown import TakeDown
from models.trail import Trace
from models.wording import Wording
from tests.remains import can_read_engine, places, stored, windows, wrapped_key

MARK = "Zqxvwortel"
TEXT = [MARK.encode(), MARK.lower().encode(), b"xvwortel", "Zqxvwortel".encode("utf-16-le")]
VECTOR = [((number * 37) % 101 - 50) / 500 for number in range(128)]
NUMBERS = [struct.pack("<16f", *VECTOR[:16]), struct.pack("<16d", *VECTOR[:16])]


@pytest.fixture
def temp(tmp_path, monkeypatch):
    """A temp folder of the test's own, so that all of it can be looked at."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def officer(engine):
    return engine.user("editor", "dpo", "consent-officer")


def noise(seed: int = 1, kind: str = "JPEG", **more) -> bytes:
    """A picture whose every stretch is its own."""
    image = Image.frombytes("RGB", (300, 200), random.Random(seed).randbytes(180_000))
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def planted(engine, officer, drain):
    """A photo with a marker in every column and store that can hold one, and a person at a face of it."""
    album = engine.album(by=officer)
    photo = engine.photo(album, by=officer, data=noise(), name=f"{MARK}.jpg")
    drain()
    photo = Photo.get_by_id(photo.id)
    texts = {name: f"{MARK} {name}" for name in ("title", "caption", "alt_text", "creator", "credit", "copyright", "place")}  # fmt: skip
    photo.describe({**texts, "tags": MARK}, album=album, by=officer)
    Claimed.create(photo=photo, name=MARK)
    OriginalView.issue(photo, purpose=f"for {MARK}", by=officer)
    copy = Copy.create(photo=photo, use=engine.use(), by=officer, extent=Extent.HEAD, style=Style.SOLID)
    tools.vault.put(photo.code, f"copy-{copy.code}", noise(2))
    person = engine.person("Noor Voorbeeld", by=officer)
    face = Face.create(photo=photo, left=0.1, top=0.1, width=0.2, height=0.2, pixels=99)
    Appearance.create(photo=photo, person=person, face=face, by=officer)
    with db.atomic():
        key = tools.keys.new(faceprints.KEY, person.code)
        faceprints._keep(key, person, face, bytearray(struct.pack("<128f", *VECTOR)))
        search.note(photo)
        Job.put("compare", photo.id)
        Trace.leave(officer, "face.named", face, person=person, photo=photo)
    delivery = Delivery.create(
        photo=photo, use=engine.use(), by=officer, recipient="Web team", starts_on="2026-01-01",
        verdict={"reasons": [{"person": person.code}]}, expires_at=photo.taken_in_at, digest="ab",
    )  # fmt: skip
    Publication.create(delivery=delivery, photo=photo, url="https://example.org/x", from_on="2026-01-01")
    return photo, person


@pytest.fixture
def house(house):
    if not can_read_engine():
        pytest.skip("the server's own files can't be read from here")
    return house


def test_an_erased_photo_is_found_nowhere(engine, officer, drain, temp):
    """ERA-02, ERA-03, ERA-07, BIO-07, ERA-14: planted text, pixels, numbers and keys, all found before, none after."""
    photo, person = planted(engine, officer, drain)
    markers = {
        "text": TEXT,
        "pixels": [part for role in ("original", "w320", "w1600") for part in windows(bytes(tools.vault.read(photo.code, role)))],
        "stored": [part for data in stored(photo.code) for part in windows(data)],
        "numbers": [*NUMBERS, *windows(bytes(Faceprint.get().sealed), 2)],
        "key": [wrapped_key(engine.config, "object", photo.code)],
        "her key": [wrapped_key(engine.config, faceprints.KEY, person.code)],
        "places": [bytes(photo.fingerprint), bytes(photo.placeholder)],
    }  # fmt: skip
    before = places(engine.config, markers, temp)
    assert set(before) == set(markers) - {"pixels"}  # pixels lie nowhere in the clear, not even before
    assert all(part not in data for part in NUMBERS for data in stored(photo.code))
    erasure.erase_photo(photo, by=officer)
    with pytest.raises(KeyGone):
        tools.vault.read(photo.code)
    drain()
    del markers["places"]  # the guard keeps the keyed hash, on purpose
    assert places(engine.config, markers, temp) == {}
    assert Photo.select().count() == Tag.select().count() == Face.select().count() == 0
    assert trail.verify().bad is None


def test_what_stays_of_an_erased_photo_is_its_log(engine, officer, drain):
    """Art. 5(2), WDR-04: the delivery by the photo's code, without a verdict about anybody, and a task to take down what is shown."""
    photo, _ = planted(engine, officer, drain)
    with db.atomic():
        Job.put("prepare", photo.id)
    erasure.erase_photo(photo, by=officer)
    delivery, task, line = Delivery.get(), TakeDown.get(), Trace.select().order_by(Trace.seq.desc()).where(Trace.action == "photo.erased").get()  # fmt: skip
    assert (delivery.photo, delivery.of, delivery.recipient, delivery.verdict) == (
        None,
        photo.code,
        "Web team",
        {},
    )
    assert (task.photo, task.cause, task.publication.url) == (None, "ASSET_ERASED", "https://example.org/x")
    assert not delivery.holds_today()
    assert line.details["of"] == photo.code
    assert [row.kind for row in Job.waiting() if row.kind in ("prepare", "compare")] == []
    about = Trace.select().where(Trace.code == photo.code)
    assert {row.facts for row in about if row.action != line.action} == {None}
    assert TakeDown.seen_by(officer).count() == 1
    eva = engine.user("editor")
    assert TakeDown.seen_by(eva).count() == Publication.seen_by(eva, live=True).count() == 0
    assert Publication.seen_by(officer, live=True).count() == 1
    task.hand_over(eva, by=officer)
    assert TakeDown.seen_by(eva).count() == 1
    TakeDown.get().finish("removed", note="", by=eva)
    assert Publication.get().ended_at is not None


def test_the_same_picture_does_not_come_back_by_itself(engine, officer, drain):
    """ERA-09: the same bytes are refused with what to do, the same pixels in another file are set aside; the DPO may lift it."""
    album, data = engine.album(by=officer), noise(3)
    photo = engine.photo(album, by=officer, data=data)
    drain()
    erasure.erase_photo(Photo.get_by_id(photo.id), by=officer)
    with pytest.raises(ErasedBefore, match="erased on") as refused:
        engine.photo(album, by=officer, data=data)
    assert refused.value.status == 409
    opened = Image.open(io.BytesIO(data))
    out = io.BytesIO()
    opened.save(out, "PNG")  # other bytes, the same pixels
    again = engine.photo(album, by=officer, data=out.getvalue())
    drain()
    assert SetAside.get(SetAside.photo == again).reason == "erased-before"
    assert not tools.vault.has(again.code, "w320")
    assert Guard.lift(photo.code, why="the subject asked for it again", by=officer) == 2
    assert engine.photo(album, by=officer, data=data).code != photo.code


def test_an_erased_person_is_found_nowhere(engine, officer, drain, temp):
    """ERA-02, ERA-11, ERA-14: name, address, note, letters, papers, list and messages, all found before, none after."""
    person, photo, consent = named(engine, officer, drain)
    markers = {
        "text": [*TEXT, b"zqx@person"],
        "papers": [part for data in stored(consent.vault_id) for part in windows(data)],
        "keys": [wrapped_key(engine.config, "object", consent.vault_id)],
    }
    assert set(places(engine.config, markers, temp)) == set(markers)
    erasure.erase_person(person, by=officer, why="request", keep_proof=False)
    drain()
    assert places(engine.config, markers, temp) == {}
    assert (Person.select().count(), Consent.select().count(), Inquiry.select().count()) == (0, 0, 0)
    assert Photo.get_by_id(photo.id).caption == "and friends"
    assert Review.get().undone_at is not None  # else the photo would look like one that shows nobody
    assert trail.verify().bad is None


def named(engine, officer, drain):
    """Somebody with a consent, a letter, a message and her name in the words of a photo."""
    person = engine.person(f"{MARK} Voorbeeld", by=officer, email="zqx@person.example", note=f"see {MARK}")
    person.add_guardian(name=f"Ouder {MARK}", by=officer)
    request = Request.ask([person], [engine.use()], Wording.current()[0], by=officer, way=Way.MAIL)[0]
    drain()
    request = Request.get_by_id(request.id)
    consent = Consent.sign(request, Choice({"website": True}, None), signer=f"{MARK} Voorbeeld", steps={})
    drain()
    photo = engine.photo(engine.album(by=officer), by=officer, name=f"{MARK}_Voorbeeld.jpg")
    drain()
    photo = Photo.get_by_id(photo.id)
    photo.describe({"caption": f"{MARK} Voorbeeld and friends", "tags": f"{MARK} Voorbeeld"}, album=photo.album, by=officer)  # fmt: skip
    Appearance.create(photo=photo, person=person, by=officer)
    photo.review(by=officer)
    with db.atomic():
        search.note(photo)
    Inquiry.make(person, "other", f"I am {MARK}")
    drain()
    Import.begin(
        f"{MARK} Voorbeeld.csv", f"Name;E-mail\n{MARK} Voorbeeld;zqx@person.example\n".encode(), by=officer
    )
    return person, photo, consent


def test_the_proof_of_a_consent_outlives_its_person(engine, officer, drain):
    """WDR-06, Art. 17(3)(e): with the proof kept, consent and papers stand under the code, without name or contact, for the DPO."""
    person, _, consent = named(engine, officer, drain)
    erasure.erase_person(person, by=officer, why="request", keep_proof=True)
    drain()
    left = Person.get()
    assert (left.code, left.name, left.email, left.note) == (person.code, "", None, "")
    kept = Consent.get()
    assert (kept.signer, evidence.may_see(kept, engine.user("consent-officer")), evidence.may_see(kept, officer)) == ("", False, True)  # fmt: skip
    assert tools.vault.has(kept.vault_id, "evidence")
    assert officer.people().count() == 0
    assert [letter["To"].addresses[0].addr_spec for letter in engine.letters()] == [officer.email]
    assert places(engine.config, {"text": TEXT}) == {}
    erasure.erase_person(left, by=officer, why="kept long enough", keep_proof=False)
    drain()
    assert (Person.select().count(), Consent.select().count(), tools.vault.has(consent.vault_id, "evidence")) == (0, 0, False)  # fmt: skip
