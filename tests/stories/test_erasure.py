"""Erasing for good."""

from __future__ import annotations

import pytest

from models import erasure
from models.erasure import Erasure
from models.photo import Photo


def test_a(engine, drain):
    eva = engine.user("editor", "dpo")
    album = engine.album(by=eva)
    photo = engine.photo(album, by=eva)
    drain()
    erasure.erase_photo(photo, by=eva)
    drain()
    assert Photo.select().count() == 0
    assert erasure.replay() == 0
    noor = engine.person(by=eva, email="noor@x.example")
    erasure.erase_person(noor, by=eva, why="request", keep_proof=True)
    erasure.erase_person(noor, by=eva, why="request", keep_proof=False)
    assert Erasure.select().count() == 3
