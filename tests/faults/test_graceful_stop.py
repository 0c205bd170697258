"""TERM while a photo comes in and a job runs: what is under way is finished or found again, and all of it stops (SEC-11)."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.base import tools
from models.job import Job
from models.photo import Photo
from models.token import ApiToken
from models.trail import Trace, verify
from tests.makers import picture

ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def running(house):
    port = free_port()
    env = os.environ | {
        "CLEARFRAME_DATA": str(house.config.data), "CLEARFRAME_KEYS": str(house.config.keys), "PYTHONPATH": str(ROOT),
        "DATABASE_URL": house.config.database_url, "CLEARFRAME_DEMO": "0", "HOST": "127.0.0.1", "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}", "QUEUE_URL": "",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "commands.serve"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() != ""  # the address, once everything answers
    yield process, port
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.slow
def test_term_lets_the_upload_end_and_loses_no_job(house, running):
    process, port = running
    editor = house.user("editor")
    album = house.album(by=editor)
    token = ApiToken.create_for(editor, ["write"], by="system")
    for _ in range(4):
        house.photo(album, by=editor, data=picture(size=(1600, 1200)) + secrets.token_bytes(9))
    boundary = "x" * 20
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="album"\r\n\r\n{album.code}\r\n--{boundary}\r\n'
        f'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    ).encode()
    body = (
        head + picture(size=(800, 600)) + secrets.token_bytes(2_000_000) + f"\r\n--{boundary}--\r\n".encode()
    )
    call = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    call.putrequest("POST", "/api/v1/photos")
    call.putheader("Authorization", f"Bearer {token}")
    call.putheader("Content-Type", f"multipart/form-data; boundary={boundary}")
    call.putheader("Content-Length", str(len(body)))
    call.endheaders(body[:1_000_000])
    time.sleep(0.5)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    call.send(body[1_000_000:])
    answer = call.getresponse()
    said = json.loads(answer.read())
    call.close()
    assert (answer.status, process.wait(timeout=40)) == (201, 0)
    assert time.monotonic() - began < 36
    there = Photo.get(Photo.code == said["code"])
    assert tools.vault.open(there.code).size == there.size
    # Each job is done, or waits with its place kept; none gave up and none is done half.
    assert Job.select().where(Job.kind == "prepare").count() == 5
    assert Job.gave_up().count() == 0
    prepared = Photo.select().where(Photo.prepared_at.is_null(False)).count()
    assert prepared == Trace.select().where(Trace.action == "photo.prepared").count()
    assert verify().bad is None
