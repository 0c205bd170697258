"""kill -9 at fifty seeded moments during ingest, a job and a migration: nothing acknowledged is lost, nothing half-written (SEC-11)."""

from __future__ import annotations

import io
import os
import shutil

import pytest
from playhouse.migrations import Runner

import tasks
from adapters import clock, imaging, metadata
from models import schema, scrub
from models.base import db, tools
from models.job import Job
from models.photo import Arrival, Photo, SetAside
from models.trail import Trace, verify
from tests.faults.harness import MOMENTS, killed
from tests.makers import picture

FEWEST = 5  # of the moments lie in the middle, however busy the machine is


@pytest.mark.slow
def test_killed_while_photos_come_in(house, reopened, tmp_path):
    with db.connection_context():
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
        assert (verify().bad, kills.cut > FEWEST) == (None, True)
        assert [each for each in scrub.scrub().findings if each.what != "missing"] == []
        Arrival.update(at=clock.now().replace(year=2020)).execute()
        Arrival.sweep()
        assert scrub.scrub().findings == []


@pytest.mark.slow
def test_killed_while_a_job_runs(house, reopened, monkeypatch):
    """The decoder's and ExifTool's answers are their own, given again, so that each moment falls into our part."""
    with db.connection_context():
        editor = house.user("editor")
        album = house.album(by=editor)
        data = picture(size=(400, 300))
        kind = imaging.kind_of(data)
        made, read = (
            imaging.prepare(tools.sandbox, data, kind, encode=False),
            metadata.read(data, kind.suffix),
        )
        for number in range(MOMENTS + 4):
            house.photo(album, by=editor, data=data + bytes([number]))

    def work():
        imaging.prepare = lambda *_about, **_more: made
        metadata.read = lambda *_about: read
        reopened()
        with db.connection_context():
            tasks.run(Job.due().where(Job.kind == "prepare").get().id)

    def check():
        with db.connection_context():
            for photo in Photo.select().where(Photo.prepared_at.is_null(False)):
                assert all(tools.vault.has(photo.code, f"w{longest}") for longest in (320, 800, 1600))
            assert prepared() == Trace.select().where(Trace.action == "photo.prepared").count()

    def prepared():
        return Photo.select().where(Photo.prepared_at.is_null(False)).count()

    kills = killed(work, check, seed=15)
    with db.connection_context():
        assert (kills.cut > FEWEST, prepared() < MOMENTS) == (True, True)
        Job.update(leased_until=clock.now()).where(Job.leased_until.is_null(False)).execute()
        while job := Job.due().where(Job.kind == "prepare").first():
            assert tasks.run(job.id)
        assert (prepared(), SetAside.select().count()) == (Photo.select().count(), 0)
        assert (verify().bad, scrub.scrub().findings) == (None, [])


@pytest.mark.slow
def test_killed_while_the_database_is_brought_up_to_date(house, reopened, tmp_path):
    before, path = tmp_path / "before.db", tmp_path / "moved.db"
    key = tools.keys.secret("database")
    with db.connection_context():
        whole = sorted(db.get_tables())
    real = db.obj
    schema.open_database(f"sqlite:///{before}", key)
    with db.connection_context():
        Runner(db.obj, str(schema.MIGRATIONS)).up(target="0010_basis_reason")
        db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def lay():
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        shutil.copy(before, path)

    def migrate():
        schema.open_database(f"sqlite:///{path}", key)
        with db.connection_context():
            schema.migrate()

    def check():
        schema.open_database(f"sqlite:///{path}", key)
        with db.connection_context():
            schema.migrate()
            assert (sorted(db.get_tables()), schema.migrate()) == (whole, [])
            assert db.execute_sql("PRAGMA quick_check").fetchone()[0] == "ok"
        lay()

    lay()
    kills = killed(migrate, check, seed=16)
    db.initialize(real)
    assert kills.cut > FEWEST
