"""Backups and restores killed at any moment: what was there before stays whole, what broke off counts for nothing (SEC-04)."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

import app as composition
from models import backing_up, restoring
from models.base import db, tools
from models.photo import Photo
from tests.faults.harness import MOMENTS, moments, run, timed


@pytest.fixture
def library(house, drain):
    """A house with two prepared photos."""
    editor = house.user("editor")
    album = house.album(by=editor)
    photos = [house.photo(album, by=editor) for _ in range(2)]
    drain()
    return house.config, [photo.code for photo in photos]


def apart(config, act, **how):
    """The act in a child, with a database connection of its own: none is carried over a fork."""

    def inside():
        composition.wire(config, **how)
        with db.connection_context():
            act()

    return inside


def test_a_backup_killed_at_any_moment_leaves_the_earlier_ones_whole(library, tmp_path):
    config, _ = library
    place = f"{tmp_path / 'place'}/"
    backing_up.make(place)
    act = apart(config, lambda: backing_up.make(place))
    spent, broken = timed(act), 0
    for seconds in moments(11, spent):
        broken += run(act, seconds) != 0
        with backing_up.reading(place) as there:
            names = backing_up.snapshots(there)
            newest = backing_up.opened(there, names[-1])
            assert there.size(newest.data) == newest.size
    assert broken > 5
    assert backing_up.verify(place).faults == []
    backing_up.make(place)
    assert list((tmp_path / "place").glob(".*.part")) == []


def test_one_file_is_whole_or_not_there(library, tmp_path):
    config, _ = library
    target = tmp_path / "one.clf"
    act = apart(config, lambda: backing_up.make(str(target)))
    spent, there = timed(act), 0
    for seconds in moments(12, spent):
        target.unlink(missing_ok=True)
        run(act, seconds)
        there += target.exists()
        if target.exists():
            assert backing_up.verify(str(target)).faults == []
    assert 0 < there < MOMENTS


def test_a_restore_killed_at_any_moment_serves_nobody_and_is_begun_again(library, tmp_path):
    config, codes = library
    backing_up.make(str(tmp_path / "one.clf"))
    elsewhere = replace(
        config, data=tmp_path / "new", database_url=f"sqlite:///{tmp_path / 'new' / 'clearframe.db'}"
    )

    def whole():
        restoring.restore(str(tmp_path / "one.clf"), elsewhere.data)

    def act():
        restoring.begin(elsewhere.data, elsewhere.database_url)
        apart(elsewhere, whole, restoring=True)()

    spent, broken = timed(act), 0
    shutil.rmtree(elsewhere.data)
    for seconds in moments(13, spent):
        broken += run(act, seconds) != 0
        if restoring.is_unfinished(elsewhere.data):
            with pytest.raises(restoring.Unfinished):
                composition.wire(elsewhere)
        else:
            shutil.rmtree(elsewhere.data, ignore_errors=True)
    assert broken > 5
    shutil.rmtree(elsewhere.data, ignore_errors=True)
    assert run(act, spent / 2) != 0
    assert run(act, None) == 0

    def check():
        assert [photo.code for photo in Photo.select().order_by(Photo.id)] == codes
        assert all(len(tools.vault.read(code)) > 0 for code in codes)

    assert run(apart(elsewhere, check), None) == 0
