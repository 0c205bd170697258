"""Disk full, database locked or away, queue down, clock set back: the defined answers, and all is well afterwards (T7)."""

from __future__ import annotations

import io
import os
import shutil
import time
from dataclasses import replace
from datetime import timedelta

import pytest

import app as composition
import tasks
from adapters import clock
from adapters.storage import StorageMissing
from models import schema, trouble
from models.base import db, tools
from models.errors import Full, TrailClosed
from models.job import LEASE, Job
from models.photo import Arrival, Photo
from models.schema import Apart
from models.trail import Trace, verify
from tests.makers import Browser, picture


def upload(browser, album, data):
    return browser.post(f"/albums/{album.code}/photos", data={"photo": (io.BytesIO(data), "a.jpg")})


def test_a_full_disk_is_a_507_and_recovers_by_itself(house, small_disk):
    editor = house.user("editor")
    album = house.album(by=editor)
    vault = house.config.data / "vault"
    shutil.copytree(vault, small_disk / "vault")
    tools.vault.storage.root, tools._wired.reserve = small_disk / "vault", 0
    keys = tools.keys.ids("object")
    with pytest.raises(OSError, match="No space left") as refused:
        house.photo(album, by=editor, data=picture() + os.urandom(5_000_000))
    assert trouble.of(refused.value).status == 507
    assert (Photo.select().count(), tools.keys.ids("object"), list(tools.vault.storage.names())) == (
        0,
        keys,
        [],
    )
    assert list((small_disk / "vault" / "staging").iterdir()) == []
    # A chunk that fits in part only is no chunk kept.
    (small_disk / "ballast").write_bytes(bytes(2_500_000))
    with pytest.raises(OSError, match="No space left"):
        house.photo(album, by=editor, data=picture() + os.urandom(700_000))
    assert (Photo.select().count(), list(tools.vault.storage.names())) == (0, [])
    (small_disk / "ballast").unlink()
    assert house.photo(album, by=editor).size > 0


def test_little_room_is_left_to_withdrawals_and_log_ins(house, web):
    """Photos are refused while acts still work."""
    editor = house.user("editor")
    album = house.album(by=editor)
    tools._wired.reserve = 1 << 62
    with pytest.raises(Full):
        house.photo(album, by=editor)
    assert Arrival.select().count() == 0
    assert Browser(web).log_in(editor).get("/library").status_code == 200
    tools._wired.reserve = 0
    assert house.photo(album, by=editor).size > 0


def fails_with(web, error):
    """The answers of a page and of a program when an act meets this error."""
    from views.access import public

    @public
    def stumble():
        raise error

    web.add_url_rule("/stumble", "stumble", stumble)
    web.add_url_rule("/api/v1/stumble", "api_stumble", stumble)
    web.testing = False
    client = web.test_client()
    return client.get("/stumble"), client.get("/api/v1/stumble")


def test_a_full_disk_in_words_for_people_and_programs(own_web):
    page, problem = fails_with(own_web, OSError(28, "No space left on device"))
    assert (page.status_code, problem.status_code, problem.json["type"]) == (507, 507, "urn:clearframe:full")
    assert "There is no room left on the disk" in page.text
    assert "Traceback" not in page.text
    assert problem.mimetype == "application/problem+json"


@pytest.mark.both_engines
def test_a_database_that_is_away_is_a_503(house, web):
    """It says when to come back, and answers again as soon as the database does."""
    web.testing = False
    client, real = web.test_client(), db.obj
    away = (
        "postgresql://nobody@127.0.0.1:9/none"
        if "postgres" in house.config.database_url
        else "/nowhere/at/all.db"
    )
    schema.open_database(away, tools.keys.secret("database"))
    try:
        answers = [client.get("/login"), client.get("/api/v1/photos", headers={"Authorization": "Bearer x"})]
    finally:
        db.initialize(real)
    assert [(answer.status_code, answer.headers.get("Retry-After")) for answer in answers] == [
        (503, "10")
    ] * 2
    assert answers[1].json["type"] == "urn:clearframe:busy"
    assert client.get("/login").status_code == 200


def test_a_locked_database_is_a_503(house, web):
    web.testing = False
    real = db.obj
    schema.open_database(house.config.database_url, tools.keys.secret("database"))
    db.obj._timeout = 0.1
    db.obj.connect_params["timeout"] = 0.1
    other = schema._sqlcipher(
        house.config.database_url.removeprefix("sqlite:///"), tools.keys.secret("database")
    )
    other.connect()
    other.execute_sql("BEGIN IMMEDIATE")
    try:
        with db.connection_context(), pytest.raises(Exception, match="locked") as refused, db.atomic():
            Job.put("prepare", 1)
    finally:
        other.execute_sql("ROLLBACK")
        other.close()
        db.initialize(real)
        assert trouble.of(refused.value).status == 503
    with db.atomic():
        assert Job.put("prepare", 1).state == "waiting"


def test_a_queue_that_is_down_stops_no_act(house, monkeypatch):
    """The act commits, and the sweep finds its job."""
    dead = tasks.make_queue("redis://127.0.0.1:9/0", replace(house.config, queue_url="redis://127.0.0.1:9/0"))
    monkeypatch.setattr(tasks.work, "huey", dead)
    Job.nudge = staticmethod(tasks.nudge)
    editor = house.user("editor")
    photo = house.photo(house.album(by=editor), by=editor)
    job = Job.get(Job.kind == "prepare", Job.subject == photo.id)
    assert job.id in [due.id for due in Job.due()]
    assert tasks.run(job.id)


@pytest.mark.parametrize("error", [TrailClosed(), OSError(28, "full"), StorageMissing("away")], ids=repr)
def test_what_the_machine_refused_counts_as_no_try(house, monkeypatch, later, error):
    def refuse(_subject):
        raise error

    monkeypatch.setattr(tasks, "handlers", lambda: {"prepare": refuse})
    with db.atomic():
        job = Job.put("prepare", 1)
    for _ in range(8):
        assert not tasks.run(job.id)
        later(minutes=2)
    job = Job.get_by_id(job.id)
    assert (job.state, job.tries) == ("waiting", 0)
    monkeypatch.setattr(tasks, "handlers", lambda: {"prepare": lambda subject: None})
    assert tasks.run(job.id)


@pytest.mark.both_engines
def test_a_long_job_keeps_its_lease(house, monkeypatch, later):
    monkeypatch.setattr(tasks, "HEARTBEAT", 0.05)
    with db.atomic():
        job = Job.put("prepare", 1)

    def work(_subject):
        later(seconds=LEASE.total_seconds() - 1)
        end = time.monotonic() + 5
        while (
            Job.get_by_id(job.id).leased_until < clock.now() + timedelta(seconds=30)
            and time.monotonic() < end
        ):
            time.sleep(0.02)
        later(seconds=30)
        assert Job.claim(job.id) is None

    monkeypatch.setattr(tasks, "handlers", lambda: {"prepare": work})
    assert tasks.run(job.id)


def test_a_clock_set_back_never_turns_the_trail(house, later):
    editor = house.user("editor")
    house.album(by=editor)
    later(hours=-5)
    house.album("After", by=editor)
    moments = [line.at for line in Trace.select().order_by(Trace.seq)]
    assert moments == sorted(moments)
    assert verify().bad is None


def test_a_start_without_the_mount_is_refused_and_makes_nothing(house):
    house.photo(house.album(by=house.user("editor")), by=house.user("editor"))
    real = db.obj
    vault = house.config.data / "vault"
    vault.rename(vault.with_name("elsewhere"))
    with pytest.raises(StorageMissing):
        composition.first_start(house.config)
    assert not vault.exists()
    vault.with_name("elsewhere").rename(vault)
    composition.first_start(house.config)
    database = house.config.data / "clearframe.db"
    database.rename(database.with_name("elsewhere.db"))
    with pytest.raises(Apart):
        composition.first_start(house.config)
    assert not database.exists()
    database.with_name("elsewhere.db").rename(database)
    composition.first_start(house.config)
    db.initialize(real)


def test_an_erased_preview_is_gone(house, web, drain):
    editor = house.user("editor")
    photo = house.photo(house.album(by=editor), by=editor)
    drain()
    tools.keys.destroy("object", photo.code)
    web.testing = False
    assert Browser(web).log_in(editor).get(f"/photos/{photo.code}/preview/320").status_code == 410
