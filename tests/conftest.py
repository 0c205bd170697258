"""One house per test: its own folder, keys, database, vault and outbox, with cheap parameters and nothing mocked."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from peewee import PostgresqlDatabase

# The queue opens where the environment says as soon as tasks is imported: never in the operator's own folder.
os.environ["CLEARFRAME_DATA"] = tempfile.mkdtemp(prefix="clearframe-tests-")
atexit.register(shutil.rmtree, os.environ["CLEARFRAME_DATA"], ignore_errors=True)

import app as composition
import tasks
from adapters.sandbox import Sandbox
from config import Config
from models import schema, user
from models.base import db, tools
from models.job import Job
from tests.makers import Makers

POSTGRES = os.environ.get("TEST_DATABASE_URL", "")
REDIS = os.environ.get("TEST_QUEUE_URL", "")


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at its smallest; test_user.py shows the real parameters."""
    for name, value in (("memory_cost", 8), ("time_cost", 1), ("parallelism", 1)):
        monkeypatch.setitem(user.COST, name, value)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One decoding child for all tests of a process."""
    kept = Sandbox()
    yield kept
    kept.close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A configuration in a folder of the test's own."""
    return Config.from_environment(
        data=tmp_path / "data", keys=tmp_path / "keys", base_url="http://localhost", smtp_url=None, trusted_hosts=(),
        database_url=f"sqlite:///{tmp_path / 'data' / 'clearframe.db'}", storage_url="file:", queue_url="",
    )  # fmt: skip


@pytest.fixture
def house(config: Config, sandbox: Sandbox) -> Iterator[Makers]:
    """A started house on SQLCipher with its defaults, the database open, and makers of everything."""
    composition.first_start(config)
    tools._wired.sandbox = sandbox
    Job.nudge = staticmethod(lambda job_id: None)
    with db.connection_context():
        yield Makers(config)
    tools.keys.close()


@pytest.fixture(params=["sqlcipher", "postgresql"])
def engine(request: pytest.FixtureRequest, config: Config, sandbox: Sandbox) -> Iterator[Makers]:
    """The same house on both engines; PostgreSQL needs TEST_DATABASE_URL."""
    if request.param == "sqlcipher":
        yield request.getfixturevalue("house")
        return
    if not POSTGRES:
        pytest.skip("no PostgreSQL here: set TEST_DATABASE_URL to run this on PostgreSQL too")
    with _scratch_database() as url:
        from dataclasses import replace

        composition.first_start(replace(config, database_url=url))
        tools._wired.sandbox = sandbox
        Job.nudge = staticmethod(lambda job_id: None)
        with db.connection_context():
            yield Makers(config)
        db.obj.close_all()  # type: ignore[attr-defined]


class _scratch_database:
    """A database of its own on the test server, dropped afterwards."""

    def __init__(self) -> None:
        self.name = f"clearframe_test_{secrets.token_hex(6)}"
        self.server = PostgresqlDatabase(None)

    def __enter__(self) -> str:
        from playhouse.db_url import parse

        self.server = PostgresqlDatabase(**parse(POSTGRES), prefer_psycopg3=True, autocommit=True)
        self._run(f"CREATE DATABASE {self.name}")
        return POSTGRES.rsplit("/", 1)[0] + "/" + self.name

    def __exit__(self, *_: object) -> None:
        self._run(f"DROP DATABASE {self.name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        self.server.connect()
        self.server.connection().autocommit = True
        self.server.cursor().execute(statement)
        self.server.close()


@pytest.fixture
def web(house: Makers, config: Config) -> Any:
    """The application; CSRF and access are on, as they are for everyone."""
    application = composition.build(config)
    application.testing = True
    return application


@pytest.fixture
def drain() -> Callable[[], int]:
    """Carry out every due job as the worker would; a failing one raises."""

    def run() -> int:
        count = 0
        while job := Job.due().first():
            claimed = Job.claim(job.id)
            assert claimed is not None
            tasks.handlers()[claimed.kind](claimed.subject)
            claimed.finish()
            count += 1
        return count

    return run


assert schema.MODULES
