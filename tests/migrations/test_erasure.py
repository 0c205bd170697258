"""Migration 0017 rebuilds three tables that hold each other: no row is lost on the way there or back, and the rules hold anew."""

from __future__ import annotations

import importlib

from playhouse.migrations import Runner

from models import erasure, schema
from models.base import db
from models.delivery import Delivery
from models.photo import Photo
from models.publication import Publication
from models.takedown import TakeDown


def test_the_log_survives_the_rebuild(engine):
    officer = engine.user("editor", "dpo")
    photo = engine.photo(engine.album(by=officer), by=officer)
    delivery = Delivery.create(
        photo=photo, use=engine.use(), by=officer, recipient="Web team", starts_on="2026-01-01", verdict={},
        expires_at=photo.taken_in_at, digest="ab",
    )  # fmt: skip
    shown = Publication.create(
        delivery=delivery, photo=photo, url="https://example.org/x", from_on="2026-01-01"
    )
    TakeDown.create(delivery=delivery, publication=shown, photo=photo, cause="WITHDRAWN", due_on="2027-01-01")
    module = importlib.import_module("migrations.0017_erasure")
    with db.atomic():
        migrator = Runner(db.obj, str(schema.MIGRATIONS)).migrator
        module.down(migrator, db.obj)
        module.up(migrator, db.obj)
    assert [row.photo.code for row in (Delivery.get(), Publication.get(), TakeDown.get())] == [photo.code] * 3
    assert TakeDown.get().publication == shown
    erasure.erase_photo(Photo.get(), by=officer)
    assert (Delivery.get().of, Publication.get().photo, TakeDown.get().photo) == (photo.code, None, None)
