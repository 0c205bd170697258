"""What a test that forks needs."""

from __future__ import annotations

import pytest

from models import schema
from models.base import db, tools


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
    real._state.ctx.append(None)  # the house closes what it believes it opened
