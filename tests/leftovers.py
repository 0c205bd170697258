"""Looks for the numbers of a face wherever they could be left: pages of the database and its log, keys, files, the queue."""

from __future__ import annotations

import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from peewee import chunked

from adapters import recognition as recogniser
from adapters import seal
from config import Config
from models import faceprints, schema
from models.base import db, is_postgres, tools
from models.face import Face, Faceprint
from models.person import Person

PAGE, RESERVED, SALT, FRAME = (
    4096,
    80,
    16,
    24,
)  # SQLCipher 4: IV and HMAC at each page's end; SQLite: a frame's head


@dataclass(frozen=True)
class Planted:
    """What was planted of a face: the numbers, as sealed, and the wrapped key that opens them."""

    vector: bytes
    sealed: bytes
    wrapped: bytes

    @property
    def needles(self) -> dict[str, bytes]:
        """What to look for; a piece from the middle, so that a partly overwritten place is found too."""
        return {"vector": self.vector[64:128], "sealed": self.sealed[200:264], "key": self.wrapped}


def plant(person: Person, face: Face) -> Planted:
    """Keep random numbers as this person's faceprint, sealed as the real ones are."""
    vector = (b"\x00\x00\x00\x3e" + secrets.token_bytes(2) + b"\x10\x3d") * 64
    key = tools.keys.new(faceprints.KEY, person.code)
    sealed = seal.encrypt_field(key, vector, faceprints._context(person, face))
    Faceprint.create(person=person, face=face, model=recogniser.MODEL, sealed=sealed)
    store = sqlite3.connect(tools.keys._path)
    (wrapped,) = store.execute("SELECT wrapped FROM dek WHERE id = ?", (person.code,)).fetchone()
    store.close()
    return Planted(vector, sealed, wrapped)


def places(config: Config, planted: Planted) -> set[str]:
    """Every place in which a part of it is found, as `what in where`."""
    return {
        f"{what} in {where}"
        for where, content in _contents(config)
        for what, needle in planted.needles.items()
        if needle in content
    }


def _contents(config: Config) -> Iterator[tuple[str, bytes]]:
    yield "rows", _rows()
    if is_postgres():
        for table in ("faceprint", "match", "job", "scan", "face"):
            yield f"pages of {table}", _heap(table)
    else:
        path = Path(config.database_url.removeprefix("sqlite:///"))
        key = tools.keys.secret("database")
        yield "pages", _pages(path.read_bytes(), key)
        log = path.with_name(path.name + "-wal")
        yield "log", _log(log.read_bytes(), key) if log.exists() else b""
    for folder in (config.data, config.keys, Path(tempfile.gettempdir())):
        for file in (file for file in folder.rglob("*") if file.is_file()):
            yield file.name, file.read_bytes()


def _rows() -> bytes:
    """Every value of every row of every table, as the engine gives it."""
    found = []
    for record in schema.records():
        for row in db.execute_sql(f'SELECT * FROM "{record._meta.table_name}"').fetchall():
            found += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    return b"\x00".join(found)


def _heap(table: str) -> bytes:
    db.execute_sql("CHECKPOINT")
    sql = f"SELECT pg_read_binary_file(pg_relation_filepath('{table}'))"
    return bytes(db.execute_sql(sql).fetchone()[0])


def _pages(file: bytes, key: bytes) -> bytes:
    return b"".join(_opened(bytes(page), key, first=not i) for i, page in enumerate(chunked(file, PAGE)))


def _log(file: bytes, key: bytes) -> bytes:
    frames = [bytes(frame) for frame in chunked(file[32:], FRAME + PAGE)]
    return b"".join(
        _opened(frame[FRAME:], key, first=frame[:4] == b"\x00\x00\x00\x01")
        for frame in frames
        if len(frame) == FRAME + PAGE
    )


def _opened(page: bytes, key: bytes, *, first: bool) -> bytes:
    start, end = SALT if first else 0, PAGE - RESERVED
    cipher = Cipher(algorithms.AES(key), modes.CBC(page[end : end + 16])).decryptor()
    return cipher.update(page[start:end]) + cipher.finalize()
