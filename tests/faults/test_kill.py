"""kill -9 at fifty seeded moments during ingest, a job and a migration: nothing acknowledged is lost, nothing half-written (SEC-11)."""

from __future__ import annotations

import io
import os
import shutil

import pytest

import app as composition
import tasks
from adapters import clock
from adapters.sandbox import Sandbox
from models import schema, scrub
from models.base import db, tools
from models.job import Job
from models.photo import Arrival, Photo, SetAside
from models.trail import Trace, verify
from tests.faults.harness import MOMENTS, killed
from tests.makers import picture


@pytest.fixture
def reopened(house):
    """The same house through connections a forked child may not share: each side opens its own."""

    def reopen():
        schema.open_database(house.config.database_url, tools.keys.secret("database"))

    real = db.obj
    db.close()
    yield reopen
    db.initialize(real)
    real.connect()
    real._state.ctx.append(real)


@pytest.mark.slow
def test_killed_while_photos_come_in(house, reopened, tmp_path):
    editor = house.user("editor")
    album = house.album(by=editor)
    said = tmp_path / "acknowledged"
    said.touch()

    def take_in():
        reopened()
        with db.connection_context(), said.open("ab", buffering=0) as out:
            for _ in range(3):
                data = picture(size=(60, 40)) + os.urandom(40_000)
                taken = Photo.take_in(io.BytesIO(data), "a.jpg", album, by=editor)
                out.write(f"{taken.photo.code}\n".encode())

    def check():
        with db.connection_context():
            there = {photo.code for photo in Photo.select(Photo.code)}
            assert set(said.read_text().split()) <= there
            assert Job.select().where(Job.kind == "prepare").count() == len(there)
            assert Trace.select().where(Trace.action == "photo.taken-in").count() == len(there)
            assert all(tools.vault.has(code) for code in there)

    kills = killed(take_in, check, seed=14)
    with db.connection_context():
        assert (verify().bad, kills.cut > MOMENTS / 2) == (None, True)
        assert [each for each in scrub.scrub().findings if each.what != "missing"] == []
        Arrival.update(at=clock.now().replace(year=2020)).execute()
        Arrival.sweep()
        assert scrub.scrub().findings == []
