"""The engine and the tables: open the database, bring it up to date, know every record."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from peewee import Database
from playhouse.migrations import Runner

from models.base import Record, db, is_postgres

MODULES = (
    "setting", "trail", "user", "token", "album", "photo", "claims", "person", "face", "use", "wording", "campaign", "request", "consent",
    "copy", "delivery", "assessment", "health", "draft", "visit", "notice", "index", "job", "circumstance", "voiding", "basis", "event",
    "ruling", "coming_of_age", "secrecy", "publication", "share", "takedown", "webhook", "disposition", "importing",
    "merging", "entry", "inquiry", "roster", "scan", "gallery", "selfie", "tally", "stumps", "witness", "erasure",
    "invitation", "factor", "scrub",
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


def migrate() -> list[str]:
    """Apply the migrations that are missing, in order, and return their names."""
    runner = Runner(db.obj, str(MIGRATIONS))
    return [str(getattr(done, "name", done)) for done in (runner.up() or [])]


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
