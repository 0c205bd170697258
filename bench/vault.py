"""The vault: writing, reading and a range, beside AES-GCM, SHA-256 and files that are as durable, in the same run."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.keys import KeyStore
from adapters.storage import Folder
from adapters.vault import CHUNK, Vault
from bench.measure import Row, spread, timed

TIMES = 20
SIZES = ((12_000_000, "12 MB"), (100_000, "100 KB"))
Taken = tuple[float, float]  # seconds by median, and their spread
RANGE = 100_000  # bytes out of the middle


def run(size: int | None = None) -> list[Row]:
    """Measure with so many objects of each size."""
    times = size or TIMES
    with tempfile.TemporaryDirectory(prefix="clearframe-bench-") as folder:
        keys = KeyStore.create(Path(folder) / "keys")
        vault = Vault(keys, Folder(Path(folder) / "vault"))
        vault.begin()
        raw = _Raw(Path(folder) / "raw")
        rows = [row for many, name in SIZES for row in _measured(vault, raw, many, name, times)]
        rows.append(_range(vault, raw, times))
        keys.close()
        raw.close()
        return rows


def _measured(vault: Vault, raw: _Raw, many: int, name: str, times: int) -> list[Row]:
    data, number = secrets.token_bytes(many), count()

    def take_in() -> None:
        with vault.writer(f"{name}-{next(number)}") as writer:
            writer.write(data)

    written = _beside(take_in, lambda: raw.write(f"{name}-{next(number)}", data), times)
    read = _beside(lambda: vault.read(f"{name}-0"), lambda: raw.read(f"{name}-1"), times)
    return [
        _row(f"{name} written, durable", times, *written),
        _row(f"{name} read", times, *read),
    ]


def _beside(ours: Callable[[], object], bare: Callable[[], object], times: int) -> tuple[Taken, Taken]:
    """Both in turn, so that what else the machine does meets both alike."""
    ours(), bare()
    taken: tuple[list[float], list[float]] = [], []
    for _ in range(times):
        for act, walls in zip((ours, bare), taken, strict=True):
            began = time.perf_counter()
            act()
            walls.append(time.perf_counter() - began)
    ours_taken, bare_taken = ((statistics.median(walls), spread(walls)) for walls in taken)
    return ours_taken, bare_taken


def _row(what: str, times: int, ours: Taken, bare: Taken) -> Row:
    return Row(
        what,
        times,
        ours[0] * 1e3,
        "ms",
        ours[1] * 1e3,
        bare[0] * 1e3,
        "<= 1.25 x bare",
        ours[0] <= 1.25 * bare[0],
    )


def _range(vault: Vault, raw: _Raw, times: int) -> Row:
    """100 KB out of the middle of 12 MB, against decrypting the whole."""
    start = SIZES[0][0] // 2
    ours = timed(lambda: vault.open(f"{SIZES[0][1]}-0").read(start, start + RANGE), times)
    whole = timed(lambda: raw.read(f"{SIZES[0][1]}-1"), times)
    return Row(
        "100 KB out of 12 MB read, bare: the whole", times, ours.wall * 1e3, "ms", ours.wall_spread * 1e3, whole.wall * 1e3,
        "<= 0.5 of the whole", ours.wall <= 0.5 * whole.wall,
    )  # fmt: skip


class _Raw:
    """The same chunks by the same cipher and as durable: a new wrapped key committed first, the bytes, then their name.

    One table and one folder deep; no look-up by keyed names, no staging of roles, no ledger to ask, no check of what is there.
    """

    def __init__(self, root: Path) -> None:
        self.root, self.ring = root, AESGCM(secrets.token_bytes(32))
        root.mkdir()
        self.keys = sqlite3.connect(root / "keys.db")
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self.keys.execute(f"PRAGMA {pragma}")
        self.keys.execute("CREATE TABLE dek (id TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID")

    def write(self, id: str, data: bytes) -> None:
        key, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
        with self.keys:
            self.keys.execute(
                "INSERT INTO dek VALUES (?, ?)", (id, nonce + self.ring.encrypt(nonce, key, None))
            )
        cipher, digest = AESGCM(_role(key)), hashlib.sha256()
        (self.root / id).mkdir()
        _flush(self.root)
        draft = self.root / f"{id}.part"
        with draft.open("wb", buffering=0) as file:
            for index, start in enumerate(range(0, len(data), CHUNK)):
                chunk = data[start : start + CHUNK]
                digest.update(chunk)
                file.write(cipher.encrypt(index.to_bytes(12), chunk, None))
            os.fsync(file.fileno())
        draft.replace(self.root / id / "original")
        _flush(self.root / id)

    def read(self, id: str) -> bytes:
        wrapped = self.keys.execute("SELECT wrapped FROM dek WHERE id = ?", (id,)).fetchone()[0]
        cipher, chunks = AESGCM(_role(self.ring.decrypt(wrapped[:12], wrapped[12:], None))), []
        with (self.root / id / "original").open("rb", buffering=0) as file:
            while sealed := file.read(CHUNK + 16):
                chunks.append(cipher.decrypt(len(chunks).to_bytes(12), sealed, None))
        return b"".join(chunks)

    def close(self) -> None:
        self.keys.close()


def _role(key: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, None, b"original").derive(key)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
