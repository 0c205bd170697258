"""Figures for machines behind a token, and a log without a person in it (SEC-11, AUD-03)."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import replace

import pytest

import tasks
from adapters import logs
from config import BadConfig, Config
from models.base import db
from models.health import Beat
from models.job import Job
from tests.makers import Browser

TOKEN = "a-token-of-the-watchman-only"


def scrape(web, given):
    return web.test_client().get("/metrics", headers={"Authorization": f"Bearer {given}"} if given else {})


@pytest.mark.both_engines
def test_figures_are_read_at_each_scrape(house, web):
    editor = house.user("editor")
    album = house.album(by=editor)
    photo = house.photo(album, by=editor, name="canary-name.jpg")
    Beat.beat("worker")
    assert [scrape(web, given).status_code for given in ("", TOKEN)] == [404, 404]
    web.config["CLEARFRAME"] = replace(house.config, metrics_token=TOKEN)
    assert [scrape(web, given).status_code for given in ("", "x", TOKEN)] == [404, 404, 200]
    said = scrape(web, TOKEN).text
    for line in ("clearframe_photos 1.0", 'clearframe_jobs{kind="prepare",state="open"} 1.0',
                 'clearframe_up{part="storage"} 1.0', 'clearframe_up{part="worker"} 1.0', "clearframe_damaged_objects 0.0"):  # fmt: skip
        assert line in said.splitlines()
    assert [word for word in ("canary", photo.code, editor.code, editor.email) if word in said] == []
    house.photo(album, by=editor)
    assert "clearframe_photos 2.0" in scrape(web, TOKEN).text


def test_a_short_token_is_refused(monkeypatch):
    monkeypatch.setenv("METRICS_TOKEN", "short")
    with pytest.raises(BadConfig, match="METRICS_TOKEN"):
        Config.from_environment()
    monkeypatch.setenv("METRICS_TOKEN", "")
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(BadConfig, match="LOG_LEVEL"):
        Config.from_environment()


def test_no_canary_reaches_the_log(house, web, monkeypatch):
    """Names, addresses, captions, tokens and query strings stay out of it, of errors too."""
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    logs.begin("INFO")
    web.testing = False
    editor = house.user("editor", name="Canary Person", email="canary@clearframe.example")
    album = house.album("canary album", by=editor)
    photo = house.photo(album, by=editor, name="canary.jpg")
    browser = Browser(web).log_in(editor)
    browser.get(f"/library?q=canary&album={album.code}")
    browser.get("/share/canary-token")
    browser.get("/sign/canary-token")

    def fail(*_given, **_more):
        raise ValueError("canary in a library's words")

    monkeypatch.setattr("models.photo.Photo.note_view", fail)
    assert browser.get(f"/photos/{photo.code}").status_code == 500
    monkeypatch.setattr(tasks, "handlers", lambda: {"prepare": fail})
    with db.atomic():
        tasks.run(Job.put("prepare", photo.id).id)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().handlers = [
        each for each in logging.getLogger().handlers if not hasattr(each, "_ours")
    ]
    assert "canary" not in written.getvalue().lower()
    requests = [line for line in lines if line["event"] == "request"]
    assert {(line["endpoint"], line["status"]) for line in requests} >= {
        ("library.index", 200),
        ("photos.show", 500),
    }
    assert {"method", "ms", "request_id", "timestamp", "level"} <= set(requests[0])
    assert sum("ValueError at" in line.get("exception", "") for line in lines) == 2
