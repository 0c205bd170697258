"""The queue on SQLite, PostgreSQL and Redis: a nudge reaches a worker, and nothing unsigned is ever run (house rule 8)."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from huey.exceptions import HueyException

import tasks
from models.job import Job
from models.photo import Photo

HERE = Path(__file__).resolve().parents[1]
SERVERS = {
    "sqlite": lambda: "",
    "redis": lambda: os.environ.get("TEST_QUEUE_URL", ""),
    "postgresql": lambda: os.environ.get("TEST_DATABASE_URL", ""),
}


@pytest.fixture(params=list(SERVERS))
def queue(request, house):
    """A queue of this kind with this house's key, emptied before and after."""
    url = SERVERS[request.param]()
    if not url and request.param != "sqlite":
        pytest.skip(
            f"no {request.param} here: set TEST_QUEUE_URL and TEST_DATABASE_URL to run this on it too"
        )
    made = tasks.make_queue(url, replace(house.config, queue_url=url))
    made._registry = tasks.huey._registry  # the same tasks, known by the same names
    made.storage.flush_queue()
    yield made, url
    made.storage.flush_queue()
    made.storage.close()


def start_worker(config, url):
    env = os.environ | {
        "CLEARFRAME_DATA": str(config.data), "CLEARFRAME_KEYS": str(config.keys), "PYTHONPATH": str(HERE),
        "QUEUE_URL": url, "CLEARFRAME_DEMO": "0", "DATABASE_URL": config.database_url,
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "commands.worker"], cwd=HERE, env=env, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_message_is_signed_and_read_back(queue):
    made, _ = queue
    made.enqueue(tasks.work.s(7))
    task = made.dequeue()
    assert (task.name, task.args) == ("work", (7,))


def test_what_nobody_signed_is_refused(queue):
    made, _ = queue
    made.enqueue(tasks.work.s(7))
    message = made.storage.dequeue()
    made.storage.enqueue(bytes(message[:-3]) + secrets.token_hex(2)[:3].encode())
    with pytest.raises((HueyException, ValueError)):
        made.dequeue()


def test_a_nudge_reaches_the_worker(queue, house):
    made, url = queue
    worker = start_worker(house.config, url)
    try:
        time.sleep(2.5)
        editor = house.user("editor")
        photo = house.photo(house.album(by=editor), by=editor)
        made.enqueue(tasks.work.s(Job.get().id))
        end = time.monotonic() + 30
        while Job.get_by_id(1).done_at is None and time.monotonic() < end:
            time.sleep(0.1)
        assert Photo.get_by_id(photo.id).prepared_at is not None
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
