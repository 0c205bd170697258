"""What tests of faults need: a disk that is soon full, and a house that a child may open for itself."""

from __future__ import annotations

import subprocess

import pytest

from models import schema
from models.base import db, tools


@pytest.fixture
def small_disk(tmp_path):
    """A file system of three megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


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
