"""The operator's command line on a test's own library."""

from __future__ import annotations

import pytest

from commands import main
from models.base import db, is_postgres, tools


@pytest.fixture
def clearframe(house, config, monkeypatch, capsys):
    """Call a verb in this process on this test's library; returns exit code, stdout and stderr."""
    monkeypatch.setenv("CLEARFRAME_DATA", str(config.data))
    monkeypatch.setenv("CLEARFRAME_KEYS", str(config.keys))
    monkeypatch.setenv("BASE_URL", config.base_url)
    monkeypatch.setenv("DATABASE_URL", house.config.database_url)

    def call(*arguments):
        engine, parts = db.obj, tools._wired
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        if is_postgres() and db.obj is not engine:
            db.obj.close_all()
        # The verb wired a process of its own, as it does on a shell; this test goes on with its own.
        db.initialize(engine)
        tools.wire(parts)
        said = capsys.readouterr()
        return left.value.code or 0, said.out, said.err

    return call
