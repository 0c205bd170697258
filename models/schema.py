"""The engine and the tables: open the database, bring it up to date, know every record."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peewee import Database, DatabaseError
from playhouse.migrations import Runner

from adapters import seal
from adapters.keys import KeyStore
from models.base import Record, db, is_postgres

MODULES = (
    "setting", "trail", "user", "attempt", "token", "album", "photo", "claims", "person", "face", "use", "wording", "campaign", "request", "consent",
    "copy", "delivery", "assessment", "health", "draft", "visit", "notice", "index", "job", "circumstance", "voiding", "basis", "event",
    "ruling", "coming_of_age", "secrecy", "publication", "share", "takedown", "webhook", "disposition", "importing",
    "merging", "entry", "inquiry", "roster", "scan", "gallery", "selfie", "tally", "stumps", "witness", "erasure",
    "invitation", "factor", "scrub", "backups", "sign_on", "passkey", "forgotten", "break_glass", "quota", "kept", "holidays", "claim", "claim_digits",
    "claim_letter", "feed", "hold", "recipients", "erasure_plan", "search_of_claim", "face_search", "package", "breach", "processor", "activities",
    "review", "deviation", "override", "pack", "retention", "retaining", "monthly",
)  # fmt: skip
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",  # acknowledged means durable
    "secure_delete": "on",  # ERA-07
    "foreign_keys": 1,
    "cache_size": -32_000,
    "temp_store": "memory",
    "mmap_size": 0,
}


def open_database(url: str, key: bytes) -> Database:
    """Point `db` at the engine of this URL: `sqlite:///path` (SQLCipher with the raw key) or `postgresql://`."""
    engine = _postgres(url) if url.startswith("postgres") else _sqlcipher(url.removeprefix("sqlite:///"), key)
    db.initialize(engine)
    return engine


@contextmanager
def another(url: str, key: bytes) -> Iterator[Database]:
    """A second connection to an engine, which `db` knows nothing of; its transactions lock nobody out by beginning."""
    if url.startswith("postgres"):
        engine = _postgres(url)
    else:
        engine = _sqlcipher(url.removeprefix("sqlite:///"), key)
        engine._lock_type = None
    engine.connect()
    try:
        yield engine
    finally:
        engine.close()
        if url.startswith("postgres"):
            engine.close_all()  # the pool's too


def _sqlcipher(path: str, key: bytes) -> Database:
    from playhouse.sqlcipher_ext import SqlCipherDatabase

    # A raw key skips the slow key derivation: 0.3 ms per connection instead of 168.
    return SqlCipherDatabase(
        path,
        passphrase=f"x'{key.hex()}'",
        lock_type="IMMEDIATE",
        pragmas=PRAGMAS,
        autoconnect=False,
        timeout=30,
    )


def _postgres(url: str) -> Database:
    from playhouse.db_url import parse
    from playhouse.pool import PooledPostgresqlDatabase

    return PooledPostgresqlDatabase(
        **parse(url), prefer_psycopg3=True, autoconnect=False, max_connections=32, stale_timeout=300
    )


class Apart(Exception):
    """Keys and database do not belong together, or one of them is gone: nothing may be made anew over old data."""


def check_without_keys(url: str, keys: Path) -> None:
    """Raise Apart when a database elsewhere holds a library although there is no key store here."""
    if is_used(url):
        raise Apart(
            f"The database holds a library already, but there is no key store in {keys}. Put back its newest copy, "
            "or name its folder in CLEARFRAME_KEYS."
        )


def is_used(url: str) -> bool:
    """Whether a library is in this database."""
    if not url.startswith("postgres"):
        return Path(url.removeprefix("sqlite:///")).exists()
    with another(url, b"") as other:
        return bool(other.table_exists("setting"))


def empty(url: str) -> None:
    """Take every table out of a PostgreSQL database, for a restore that starts over."""
    with another(url, b"") as other, other.atomic():
        for table in other.get_tables():
            other.execute_sql(f'DROP TABLE "{table}" CASCADE')


@contextmanager
def unchecked() -> Iterator[None]:
    """Let rows come in any order meanwhile; PostgreSQL gets them in the order of their pointers anyway."""
    if is_postgres():
        yield
        return
    db.execute_sql("PRAGMA foreign_keys = 0")
    try:
        yield
    finally:
        db.execute_sql("PRAGMA foreign_keys = 1")


def clear_defaults() -> None:
    """Take away what migrations laid down, within the caller's transaction: a restore brings its own."""
    for record in records():
        if record.select().exists():
            record.delete().execute()


def check_with_keys(url: str, keys: KeyStore) -> None:
    """Raise Apart when the database of this key store is gone, or opens with another key; to be asked before it is touched."""
    if url.startswith("postgres"):
        _check_signed(url, keys)
        return
    path = Path(url.removeprefix("sqlite:///"))
    if not path.exists():
        _check_unused(path, keys)
        return
    try:
        with db.connection_context():
            tables = db.execute_sql("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    except DatabaseError as error:
        raise Apart(
            f"{path} was made with other keys, or is damaged. Put back the key store that belongs to it, or restore a backup."
        ) from error
    if not tables:  # a program that opened a file that was not there left an empty one
        _check_unused(path, keys)


def _check_unused(path: Path, keys: KeyStore) -> None:
    if keys.is_used():
        raise Apart(
            f"The keys are there, but the database is gone: {path}. Is the disk mounted? Otherwise restore a backup."
        )


def _check_signed(url: str, keys: KeyStore) -> None:
    """PostgreSQL opens without our keys: whose database it is, its signed heads say."""
    with another(url, b"") as other:
        if not other.table_exists("head"):
            return
        newest = other.execute_sql("SELECT note FROM head ORDER BY id DESC LIMIT 1").fetchone()
    try:
        if newest is not None:
            seal.verify_note(newest[0], seal.Signer(keys.secret("trail"), "").public_key)
    except seal.BadSeal as error:
        raise Apart(
            "This database is of another installation: its trail was signed with other keys. Look whether DATABASE_URL and "
            "CLEARFRAME_KEYS belong together, or restore a backup."
        ) from error


def migrate(until: str | None = None) -> list[str]:
    """Apply the migrations that are missing, in order, up to one if it is named, and return their names."""
    runner = Runner(db.obj, str(MIGRATIONS))
    return [str(getattr(done, "name", done)) for done in (runner.up(until) or [])]


class NewerDatabase(Exception):
    """The database was brought up to date by a newer version than this one."""


def check_known() -> None:
    """Raise NewerDatabase when an update was applied that this version does not know: it would misread what it finds."""
    newest = max(Runner(db.obj, str(MIGRATIONS)).applied(), default="")
    if newest > migrations()[-1]:
        raise NewerDatabase(
            f"The database was used by a newer version ({newest}) than this one knows ({migrations()[-1]}). Update Clearframe, or "
            "restore a backup from before."
        )


def migrations() -> list[str]:
    """The names of every migration of this version, in order."""
    return sorted(path.stem for path in MIGRATIONS.glob("[0-9]*.py"))


def tune() -> None:
    """Let SQLite look at its tables anew, so that pages stay flat as the library grows; PostgreSQL does so by itself."""
    if not is_postgres():
        db.execute_sql("ANALYZE")  # a sampled one leaves the plans as they are (measured)


def records() -> list[type[Record]]:
    """Every record of the house, for migrations' tests, the data dictionary and erasure (DBD-03)."""
    for module in MODULES:
        importlib.import_module(f"models.{module}")
    return _below(Record)


def _below(kind: type[Any]) -> list[type[Any]]:
    return [
        record
        for sub in kind.__subclasses__()
        for record in (sub, *_below(sub))
        if record.__module__.startswith("models.")
    ]
