"""An erasure that broke off is ended, and one that a backup undoes is done again, before anything is served (ERA-03, ERA-06)."""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import time
from contextlib import contextmanager

import pytest

import app as composition
from adapters import clock, seal
from adapters.keys import KeyGone
from models import erasure
from models.base import db, is_postgres, tools
from models.delivery import Delivery
from models.disposition import Disposition
from models.erasure import Behind, Erasure
from models.errors import NotAllowed
from models.job import Job
from models.person import Person
from models.photo import Photo
from models.token import ApiToken
from models.trail import Trace, verify
from models.webhook import Event, HookCall, Webhook
from tests.makers import Browser, picture

KILLS = 50


@pytest.fixture
def officer(house):
    return house.user("editor", "dpo")


@pytest.fixture
def photos(house, officer):
    album = house.album(by=officer)
    return [house.photo(album, by=officer) for _ in range(3)]


@contextmanager
def closed():
    """Nobody has the database or the keys open."""
    engine = db.obj
    db.close()
    if is_postgres():
        engine.close_all()
    tools.keys.close()
    try:
        yield
    finally:
        db.initialize(engine)
        engine.connection_context().__enter__()  # as the house left it


def put_back(house, saved, *, keys=None):
    """A backup of the data, or an older key store, put in place; and the next start."""
    with closed():
        for folder, copy in ((house.config.data, saved), (house.config.keys, keys)):
            if copy is not None:
                shutil.rmtree(folder)
                shutil.copytree(copy, folder)
        composition.first_start(house.config)


def saved(folder, to):
    """A copy of a folder while nobody writes."""
    with closed():
        return shutil.copytree(folder, to)


def test_a_backup_brings_nothing_back(house, officer, photos, drain, tmp_path):
    """ERA-06: rows and bytes that a backup brought back are gone again before the first request; a second replay does nothing."""
    noor = house.person("Noor Voorbeeld", by=officer, email="noor@people.example")
    backup = saved(house.config.data, tmp_path / "backup")
    erasure.erase_photo(photos[0], by=officer)
    erasure.erase_person(noor, by=officer, why="request", keep_proof=False)
    put_back(house, backup)
    with pytest.raises(KeyGone):
        tools.vault.read(photos[0].code)
    assert {row.code for row in Photo.select()} == {photos[1].code, photos[2].code}
    assert Person.select().count() == 0
    assert [(row.noun, row.code) for row in Erasure.select().order_by(Erasure.number)] == [("photo", photos[0].code), ("person", noor.code)]  # fmt: skip
    drain()
    assert not list(tools.vault.storage.names(tools.vault._folder(photos[0].code)))
    assert erasure.replay() == 0
    assert verify().bad is None


def test_keys_that_a_backup_brought_back_die_again(house, officer, photos, tmp_path):
    """ERA-03: a whole copy of data from before, with a ledger from after: the key goes with the row."""
    tools.keys.erase(
        "photo", photos[0].code, at=clock.now(), why="everyday", keys=[]
    )  # the key is still there
    row = _row_of(photos[0].code)
    assert erasure.replay() == 1
    assert not tools.keys.has("object", photos[0].code)
    tools.keys._connection().execute(
        "INSERT INTO dek VALUES (?, ?, ?, ?)", row
    )  # an older store with a newer ledger
    tools.keys._connection().commit()
    assert tools.keys.has("object", photos[0].code)
    assert erasure.replay() == 0
    assert not tools.keys.has("object", photos[0].code)


def _row_of(code):
    return tools.keys._connection().execute("SELECT * FROM dek WHERE id = ?", (code,)).fetchone()


def test_an_older_key_store_is_refused(house, officer, photos, tmp_path):
    """ERA-06: a key store from before an erasure would undo it; the start says so in one sentence."""
    keys = saved(house.config.keys, tmp_path / "keys-before")
    erasure.erase_photo(photos[0], by=officer)
    with pytest.raises(Behind, match="older than the database: erasures would be undone"):
        put_back(house, None, keys=keys)


def test_a_ledger_that_was_changed_is_refused(house, officer, photos):
    """ERA-06: an entry rewritten behind our back stops the start."""
    erasure.erase_photo(photos[0], by=officer)
    ledger = tools.keys._connection()
    ledger.execute("DROP TRIGGER ledger_stays")
    ledger.execute("UPDATE ledger SET code = ?", (photos[1].code,))
    ledger.commit()
    with pytest.raises(seal.BadSeal, match="entry 1"):
        erasure.replay()


@pytest.mark.both_engines
def test_what_died_between_key_and_row_is_ended(house, officer, photos, drain):
    """ERA-03, ERA-13: the key is gone at once; the sweep ends what broke off, whatever came after it, and knows unknown codes."""
    tools.keys.erase("photo", photos[0].code, at=clock.now(), why="everyday", keys=[("object", photos[0].code)])  # fmt: skip
    tools.keys.erase("photo", "unknown2222", at=clock.now(), why="everyday", keys=[])
    erasure.erase_photo(photos[1], by=officer)  # a later one was carried out meanwhile
    assert erasure.sweep() == 2
    drain()
    assert [row.code for row in Photo.select()] == [photos[2].code]
    assert erasure.sweep() == 0
    assert erasure.erase_photo(photos[1], by=officer) == Erasure.of("photo", photos[1].code)


def test_a_job_under_way_makes_no_second_life(house, officer, photos):
    """ERA-03: a worker that was preparing the photo can't write under a new key."""
    erasure.erase_photo(photos[0], by=officer)
    with pytest.raises(KeyGone):
        tools.vault.put(photos[0].code, "w320", b"late")
    assert not tools.keys.has("object", photos[0].code)


@pytest.mark.both_engines
def test_killed_at_any_moment_it_is_ended(house, officer, drain):
    """ERA-03, ERA-06: 50 erasures killed at 50 moments: never a key that lives although the ledger says erased, never a half."""
    album = house.album(by=officer)
    photos = [house.photo(album, by=officer, data=picture(seed=i, size=(40, 30))) for i in range(KILLS + 1)]
    started = time.monotonic()
    erasure.erase_photo(photos.pop(), by=officer)
    usual, chance = time.monotonic() - started, random.Random(20261126)
    with closed():
        for photo in photos:
            child = os.fork()
            if child == 0:
                try:
                    db.connect()
                    erasure.erase_photo(photo, by=officer)
                finally:
                    os._exit(0)
            time.sleep(chance.random() * usual * 1.5)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    entered = {entry.code for entry in tools.keys.erased()}
    assert 1 < len(entered) <= KILLS + 1
    assert [code for code in entered if tools.keys.has("object", code)] == []
    erasure.sweep()
    drain()
    left = {row.code for row in Photo.select()}
    assert left == {photo.code for photo in photos} - entered
    assert all(tools.vault.read(code) for code in left)
    assert not [code for code in entered if list(tools.vault.storage.names(tools.vault._folder(code)))]
    assert {row.code for row in Erasure.select()} == entered
    assert verify().bad is None


def test_many_are_erased_by_the_worker(house, officer, drain, monkeypatch):
    """The first few at once, the others by a job each; the webhook hears of every one, by its code."""
    hook = Webhook.create(
        url="https://hooks.example.org/x", events=[Event.ERASED.value], sealed=b"", ended_at=None
    )
    monkeypatch.setattr(erasure, "AT_ONCE", 2)
    album = house.album(by=officer)
    photos = [house.photo(album, by=officer) for _ in range(5)]
    assert erasure.erase_photos(photos, by=officer) == 3
    assert Photo.select().count() == 3
    told = [row.values for row in HookCall.select()]
    assert told == [{"photo": photo.code} for photo in photos[:2]]
    Job.delete().where(Job.kind == "hook").execute()
    waiting = [job for job in Job.due() if job.kind == "erase"]
    assert [job.subject for job in waiting] == [photo.id for photo in photos[2:]]
    hook.ended_at = clock.now()
    hook.save()
    drain()
    assert Photo.select().count() == 0
    assert Trace.select().where(Trace.action == "photo.erasure-ordered").count() == 3


def test_a_decision_to_erase_is_carried_out(house, officer, photos, drain):
    """WDR-05: what is decided about a photo without a ground is done."""
    noor = house.person("Noor Voorbeeld", by=officer)
    row = Disposition.create(person=noor, photo=photos[0], cause="withdrawn", due_on="2027-01-01")
    row.decide("erase", ground="", by=officer)
    drain()
    assert Erasure.of("photo", photos[0].code).why == "disposition"
    assert Disposition.select().count() == 0


def test_only_who_may_erase_can(house, photos):
    """GOV-10: a contributor and a viewer may not; an editor may, a person only the privacy officer."""
    for role in ("viewer", "contributor", "consent-officer", "admin"):
        with pytest.raises(NotAllowed):
            erasure.erase_photo(photos[0], by=house.user(role))
    with pytest.raises(NotAllowed):
        erasure.erase_person(house.person(), by=house.user("editor"), why="request", keep_proof=False)


def test_the_way_by_the_pages(house, officer, photos, web, drain):
    """What goes and stays is said first; nothing goes without the tick; afterwards every way to it says that it is gone."""
    drain()
    photo = Photo.get_by_id(photos[0].id)
    Delivery.create(
        photo=photo, use=house.use(), by=officer, recipient="Web team", starts_on="2026-01-01", verdict={},
        expires_at=photo.taken_in_at, digest="ab",
    )  # fmt: skip
    delivery = Delivery.get()
    eva = Browser(web).log_in(officer)
    asked = eva.get(f"/erasures/new?photo={photo.code}").get_data(as_text=True)
    assert ("What goes" in asked, "the log of 1 file that left" in asked) == (True, True)
    assert eva.post("/erasures", {"photo": photo.code}).status_code == 422
    assert Photo.select().count() == 3
    assert eva.post("/erasures", {"photo": photo.code, "sure": "1"}).status_code == 303
    for address in (f"/photos/{photo.code}", f"/photos/{photo.code}/preview/320", f"/deliveries/{delivery.code}/file", f"/erasures/new?photo={photo.code}"):  # fmt: skip
        assert (address, eva.get(address).status_code) == (address, 410)
    assert "no longer" in eva.get(f"/check/{delivery.code}").get_data(as_text=True).lower()
    assert (
        eva.post("/erasures/return", {"code": "unknown", "why": "she asked for it again"}).status_code == 422
    )
    assert (
        eva.post("/erasures/return", {"code": photo.code, "why": "she asked for it again"}).status_code == 303
    )
    together = eva.post("/photos/together", {"photo": [photos[1].code, photos[2].code], "act": "erase"})
    assert together.status_code == 307
    assert eva.get("/takedowns").status_code == eva.get("/publications").status_code == 200
    assert Job.select().where(Job.kind == "tidy").count() == 1


def test_the_way_by_program(house, officer, photos, web, drain):
    """contract.md: DELETE erases; from then on the code answers 410, and the same file sent again 409."""
    token = ApiToken.create_for(officer, ["read", "write"], by=officer)
    asker, headers = web.test_client(), {"Authorization": f"Bearer {token}"}
    data = bytes(tools.vault.read(photos[0].code))
    address = f"/api/v1/photos/{photos[0].code}"
    assert asker.delete(address, headers=headers).json == {"code": photos[0].code}
    assert [asker.get(address, headers=headers).status_code, asker.delete(address, headers=headers).status_code] == [410, 410]  # fmt: skip
    again = asker.post("/api/v1/photos", data={"file": (io.BytesIO(data), "a.jpg")}, headers=headers)
    assert (again.status_code, photos[0].code in again.json["detail"]) == (409, True)
    only_read = {"Authorization": f"Bearer {ApiToken.create_for(officer, ['read'], by=officer)}"}
    assert asker.delete(f"/api/v1/photos/{photos[1].code}", headers=only_read).status_code == 403
    assert Photo.select().count() == 2
