"""Killed at any moment: nothing acknowledged is lost, nothing stays half done (issue part 3, SEC-11)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from adapters import clock
from models.base import tools
from models.job import Job
from models.photo import Arrival, Photo, SetAside
from tests.makers import Browser, picture

pytestmark = pytest.mark.both_engines

ROOT = str(Path(__file__).resolve().parents[2])


def start_worker(config):
    """The worker as bin/run starts it, in a group of its own."""
    env = os.environ | {
        "CLEARFRAME_DATA": str(config.data), "CLEARFRAME_KEYS": str(config.keys), "PYTHONPATH": ROOT,
        "DATABASE_URL": config.database_url,
        "CLEARFRAME_DEMO": "0",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "commands.worker"], cwd=ROOT, env=env, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill(worker):
    """SIGKILL to the whole group, as a power cut would."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


@pytest.mark.slow
def test_the_worker_may_die_at_any_moment(house):
    editor = house.user("editor")
    album = house.album(by=editor)
    taken = [house.photo(album, by=editor, data=picture(seed=seed, size=(2400, 1600))) for seed in range(8)]
    moments = random.Random(7)
    for _ in range(5):
        worker = start_worker(house.config)
        time.sleep(0.8 + moments.random() * 1.2)
        kill(worker)
        # A dead worker's lease runs out by itself; the test does not wait for it.
        Job.update(leased_until=clock.now()).where(Job.leased_until.is_null(False)).execute()
    worker = start_worker(house.config)
    end = time.monotonic() + 60
    while Job.waiting().exists() and time.monotonic() < end:
        time.sleep(0.2)
    kill(worker)
    assert not Job.waiting().exists()
    assert [job.why for job in Job.select().where(Job.failed_at.is_null(False))] == []
    photos = list(Photo.select().order_by(Photo.id))
    assert [photo.code for photo in photos] == [photo.code for photo in taken]
    assert all(photo.prepared_at and photo.placeholder for photo in photos)
    assert SetAside.select().count() == 0
    for photo in photos:
        assert len(bytes(tools.vault.read(photo.code, "w320"))) > 100
        assert photo.faces.count() == 0


def test_an_upload_that_breaks_off_leaves_nothing(house):
    editor = house.user("editor")
    album = house.album(by=editor)

    class Broken:
        """A connection that ends in the middle."""

        def __init__(self, data):
            self.data, self.at = data, 0

        def read(self, count):
            if self.at > 200_000:
                raise ConnectionResetError("gone")
            self.at += count
            return self.data[self.at - count : self.at]

    data = picture(size=(2400, 1600)) + os.urandom(400_000)
    with pytest.raises(ConnectionResetError):
        Photo.take_in(Broken(data), "broken.jpg", album, by=editor)
    assert (Photo.select().count(), Job.select().where(Job.kind == "prepare").count()) == (0, 0)
    Arrival.sweep()
    stored = [path for path in (house.config.data / "vault").rglob("*") if path.is_file()]
    assert [path for path in stored if path.stat().st_size > 100_000] == []


def test_a_duplicate_is_answered_with_the_photo_that_is_there(house, web):
    editor = house.user("editor")
    album = house.album(by=editor)
    first = house.photo(album, by=editor, data=picture(seed=3))
    again = Photo.take_in(open_again(3), "other-name.jpg", album, by=editor)
    assert (again.duplicate, again.photo.code) == (True, first.code)
    assert Photo.select().count() == 1


def open_again(seed):
    import io

    return io.BytesIO(picture(seed=seed))


def test_a_broken_file_is_set_aside_in_words(house, web, drain):
    """Kept, explained, and nothing else suffers."""
    editor = house.user("editor")
    album = house.album(by=editor)
    broken = house.photo(album, by=editor, data=picture(seed=1)[:2500], name="half.jpg")
    good = house.photo(album, by=editor, data=picture(seed=2))
    drain()
    browser = Browser(web).log_in(editor)
    page = browser.get(f"/photos/{broken.code}").text
    assert "This file is damaged" in page
    assert bytes(tools.vault.read(broken.code, "original")) == picture(seed=1)[:2500]
    assert Photo.get_by_id(good.id).placeholder is not None
    assert browser.get("/library").status_code == 200
