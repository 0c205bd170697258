"""One house per test: its own folder, keys, database, vault and outbox, with cheap parameters and nothing mocked."""

from __future__ import annotations

import atexit
import gc
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask

# The queue opens where the environment says as soon as tasks is imported: never in the operator's own folder.
os.environ["CLEARFRAME_DATA"] = tempfile.mkdtemp(prefix="clearframe-tests-")
atexit.register(shutil.rmtree, os.environ["CLEARFRAME_DATA"], ignore_errors=True)

import app as composition
import tasks
from adapters import clock
from adapters.sandbox import Sandbox
from config import Config
from models import beginning, hashing, schema
from models.base import db, tools
from models.job import Job
from models.setting import Setting
from tests.makers import Makers

POSTGRES = os.environ.get("TEST_DATABASE_URL", "")
REDIS = os.environ.get("TEST_QUEUE_URL", "")
ENGINES = ("sqlcipher", "postgresql")
BUILT: list[tuple[Flask, dict[str, Any]]] = []


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at its smallest; test_user.py shows the real parameters."""
    for name, value in (("memory_cost", 8), ("time_cost", 1), ("parallelism", 1)):
        monkeypatch.setitem(hashing.COST, name, value)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One decoding child for all tests of a process."""
    kept = Sandbox()
    yield kept
    kept.close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A configuration in a folder of the test's own."""
    return _configured(tmp_path)


def _configured(folder: Path) -> Config:
    return Config.from_environment(
        data=folder / "data", keys=folder / "keys", base_url="http://localhost", smtp_url=None, trusted_hosts=(),
        database_url=f"sqlite:///{folder / 'data' / 'clearframe.db'}", storage_url="file:", queue_url="",
    )  # fmt: skip


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house right after its first start; every test gets a copy, for each start runs all migrations."""
    folder = tmp_path_factory.mktemp("begun")
    composition.first_start(_configured(folder))
    with db.connection_context():
        _name_the_house()
        db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    tools.keys.close()
    return folder


@pytest.fixture(scope="session")
def begun_on_postgres(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a PostgreSQL database right after its first start, with the keys of the other."""
    folder = tmp_path_factory.mktemp("begun-on-postgres")
    shutil.copytree(begun / "keys", folder / "keys")
    with _scratch_database() as url:
        config = replace(_configured(folder), database_url=url)
        config.data.mkdir()
        composition.wire(config)
        with db.connection_context():
            schema.migrate()
            beginning.first_link(config.base_url)
            _name_the_house()
        db.obj.close_all()  # type: ignore[attr-defined]
        tools.keys.close()
        yield url.rsplit("/", 1)[1]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays: walking it again and again looking for rubbish was a tenth of the work."""
    gc.collect()
    gc.freeze()


def _name_the_house() -> None:
    with db.atomic():
        Setting.put("organisation", "Voorbeeldziekenhuis")
        Setting.put("organisation_address", "Laan 1, Voorbeeldstad")
        Setting.put("privacy_email", "privacy@clearframe.example")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests marked `both_engines` run in a house on SQLCipher and in one on PostgreSQL."""
    marked = metafunc.definition.get_closest_marker("both_engines")
    if "engine" in metafunc.fixturenames or ("house" in metafunc.fixturenames and marked):
        metafunc.parametrize("house", ENGINES, indirect=True)


@pytest.fixture
def house(request: pytest.FixtureRequest, config: Config, sandbox: Sandbox) -> Iterator[Makers]:
    """A started house with its defaults, the database open, and makers of everything; on SQLCipher unless marked."""
    begun = request.getfixturevalue("begun")
    shutil.copytree(begun / "keys", config.keys)
    with (
        _database(request, begun, config) as url,
        started(replace(config, database_url=url), sandbox) as makers,
    ):
        yield makers


@contextmanager
def started(config: Config, sandbox: Sandbox) -> Iterator[Makers]:
    """The house of these keys and this database at work, until the block ends."""
    composition.wire(config)
    tools.vault.storage.found(tools.vault.mark)
    tools._wired.sandbox = sandbox
    Job.nudge = staticmethod(lambda job_id: None)
    with db.connection_context():
        yield Makers(config)
    tools.keys.close()


@pytest.fixture
def engine(house: Makers) -> Makers:
    """The same house on both engines, for tests of the data layer."""
    return house


@contextmanager
def _database(request: pytest.FixtureRequest, begun: Path, config: Config) -> Iterator[str]:
    """The address of a begun database of the engine asked for."""
    if getattr(request, "param", "sqlcipher") == "sqlcipher":
        shutil.copytree(begun / "data", config.data)
        yield config.database_url
        return
    if not POSTGRES:
        pytest.skip("no PostgreSQL here: set TEST_DATABASE_URL to run this on PostgreSQL too")
    config.data.mkdir(mode=0o700)
    with _scratch_database(request.getfixturevalue("begun_on_postgres")) as url:
        yield url
        db.obj.close_all()  # type: ignore[attr-defined]


@contextmanager
def _scratch_database(like: str = "template1") -> Iterator[str]:
    """A database of its own on the test server, a copy of another, dropped afterwards."""
    name = f"clearframe_test_{secrets.token_hex(6)}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        # A template of some megabytes is copied as files: page by page through the log costs ten times as much.
        how = "STRATEGY file_copy" if server.info.server_version >= 150000 else ""
        server.execute(f"CREATE DATABASE {name} TEMPLATE {like} {how}")
        try:
            yield POSTGRES.rsplit("/", 1)[0] + "/" + name
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def bucket_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One S3 server for all tests of a process; each takes a prefix of its own."""
    from tests.bucket_server import BucketServer

    server = BucketServer(tmp_path_factory.mktemp("s3") / "log")
    yield server
    server.stop()


@pytest.fixture
def s3(bucket_server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The S3 server, its account's keys in the environment."""
    for name, value in bucket_server.environment.items():
        monkeypatch.setenv(name, value)
    return bucket_server


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
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
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Moves the house's clock forward by so much more: `later(days=3)`."""
    real, moved = clock._read, [timedelta(0)]
    monkeypatch.setattr(clock, "_read", lambda: real() + moved[0])

    def move(**by: float) -> None:
        moved[0] += timedelta(**by)

    return move


@pytest.fixture
def web(house: Makers, config: Config) -> Flask:
    """The application; CSRF and access are on, as they are for everyone."""
    return opened(config)


@pytest.fixture
def own_web(house: Makers, config: Config) -> Flask:
    """An application of the test's own, for one that hangs doors of its own."""
    application = composition.build(config)
    application.testing = True
    return application


def opened(config: Config, *, testing: bool = True) -> Flask:
    """The application before this house; its doors are hung once per process, as by a server, for that is most of a start."""
    if not BUILT:
        application = composition.build(config)
        BUILT.append((application, dict(application.config)))
        application._got_first_request = True  # from here on Flask refuses a door more
    application, as_built = BUILT[0]
    application.config.clear()
    application.config.update(as_built, TESTING=testing)
    composition.configure(application, config)
    return application


@pytest.fixture
def drain() -> Callable[[], int]:
    """Carry out every due job as the worker would; a failing one raises."""
    return drained


def drained() -> int:
    """Carry out every due job, and say how many there were."""
    count = 0
    while job := Job.due().first():
        claimed = Job.claim(job.id)
        assert claimed is not None
        tasks.handlers()[claimed.kind](claimed.subject)
        claimed.finish()
        count += 1
    return count


@pytest.fixture(scope="module")
def standing(begun: Path, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One world for a whole file whose tests leave nothing behind; no test of such a file asks for a `house` of its own."""
    from tests.views.world import World

    config = _configured(tmp_path_factory.mktemp("standing"))
    shutil.copytree(begun / "keys", config.keys)
    shutil.copytree(begun / "data", config.data)
    with pytest.MonkeyPatch.context() as patched, started(config, sandbox) as makers:
        for name in hashing.COST:
            patched.setitem(hashing.COST, name, 8 if name == "memory_cost" else 1)
        yield World(makers, opened(config), drained)


assert schema.MODULES


@pytest.fixture
def typed(tmp_path: Path) -> Callable[[bytes, str], str]:
    """The words of a PDF on one line, after it was held against PDF/UA: tagged, titled, in its language (ACC-03)."""
    import io

    import pdfua
    import pikepdf

    def read(data: bytes, lang: str) -> str:
        paper = pikepdf.open(io.BytesIO(data))
        assert (bool(paper.Root.MarkInfo.Marked), str(paper.Root.Lang)) == (True, lang)
        path = tmp_path / "paper.pdf"
        path.write_bytes(data)
        errors = [found for found in pdfua.validate(str(path)).findings if found.severity.name == "ERROR"]
        assert errors == []
        said = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True).stdout.decode()
        return " ".join(said.split())

    return read
