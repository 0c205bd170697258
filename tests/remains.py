"""Looks for planted bytes wherever anything is kept: files, the engine's pages, its log, the queue, temp folders."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from adapters.keys import STORE
from config import Config
from models.base import db, is_postgres, tools

PAGE, RESERVE, SALT = 4096, 80, 16  # SQLCipher 4
WINDOW = 64


def windows(data: bytes, count: int = 12) -> list[bytes]:
    """Stretches of 64 bytes spread over the data: enough to know any part of it again."""
    step = max(1, (len(data) - WINDOW) // count)
    return [data[at : at + WINDOW] for at in range(0, max(1, len(data) - WINDOW), step)][:count]


def places(config: Config, markers: Mapping[str, Iterable[bytes]], *more: Path) -> dict[str, list[str]]:
    """Where each marker is found, by its name; a marker found nowhere is left out."""
    found: dict[str, list[str]] = {}
    for where, data in _stores(config, *more):
        for name, parts in markers.items():
            if any(part in data for part in parts):
                found.setdefault(name, []).append(where)
    return found


def _stores(config: Config, *more: Path) -> Iterator[tuple[str, bytes]]:
    for folder in (config.data, config.keys, *more):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            yield str(path.relative_to(folder.parent)), path.read_bytes()
    if is_postgres():
        yield from _postgres()
    else:
        yield from _sqlcipher(config)


def _sqlcipher(config: Config) -> Iterator[tuple[str, bytes]]:
    """Every page of the database and of its log, freed ones too, decrypted by hand."""
    path = Path(config.database_url.removeprefix("sqlite:///"))
    raw, key = path.read_bytes(), tools.keys.secret("database")
    for number in range(len(raw) // PAGE):
        yield f"page {number + 1}", _page(raw[number * PAGE : (number + 1) * PAGE], key, first=number == 0)
    log = Path(f"{path}-wal").read_bytes() if Path(f"{path}-wal").exists() else b""
    frames = log[32:]
    for number in range(len(frames) // (PAGE + 24)):
        frame = frames[number * (PAGE + 24) : (number + 1) * (PAGE + 24)]
        first = frame[:4] == b"\x00\x00\x00\x01"
        yield f"log frame {number + 1}", _page(frame[24:], key, first=first)


def _page(page: bytes, key: bytes, *, first: bool) -> bytes:
    start, end = SALT if first else 0, PAGE - RESERVE
    opener = Cipher(algorithms.AES(key), modes.CBC(page[end : end + 16])).decryptor()
    return opener.update(page[start:end]) + opener.finalize()


def _postgres() -> Iterator[tuple[str, bytes]]:
    """The files of this database, of tables, indexes, long values and the planner's samples."""
    db.execute_sql("CHECKPOINT")
    ((folder,),) = db.execute_sql("SHOW data_directory").fetchall()
    ((oid,),) = db.execute_sql("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()
    for path in (Path(folder) / "base" / str(oid)).iterdir():
        with suppress(FileNotFoundError):  # the server takes its own files away at a checkpoint
            yield f"base/{path.name}", path.read_bytes()


def can_read_engine() -> bool:
    """Whether the engine's own files can be looked into from here."""
    if not is_postgres():
        return True
    try:
        ((folder,),) = db.execute_sql("SHOW data_directory").fetchall()
    except Exception:
        return False
    return os.access(Path(folder) / "base", os.R_OK | os.X_OK)


def wrapped_key(config: Config, kind: str, id: str) -> bytes:
    """A key as it lies in the store."""
    with sqlite3.connect(config.keys / STORE) as store:
        return bytes(
            store.execute("SELECT wrapped FROM dek WHERE kind = ? AND id = ?", (kind, id)).fetchone()[0]
        )


def stored(id: str) -> list[bytes]:
    """Every file of an object as it lies in the vault."""
    storage = tools.vault.storage
    return [storage.read(name) for name in storage.names(tools.vault._folder(id))]
