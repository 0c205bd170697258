"""The vault: writing, reading and a range, beside AES-GCM and a flushed file of the same chunks in the same run."""

from __future__ import annotations

import os
import secrets
import tempfile
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.keys import KeyStore
from adapters.storage import Folder
from adapters.vault import CHUNK, Vault
from bench.measure import Row, timed

TIMES = 20
SIZES = ((12_000_000, "12 MB"), (100_000, "100 KB"))
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
        return rows


def _measured(vault: Vault, raw: _Raw, many: int, name: str, times: int) -> list[Row]:
    data, number = secrets.token_bytes(many), count()
    ours = timed(lambda: vault.put(f"{name}-{next(number)}", "original", data), times)
    bare = timed(lambda: raw.write(data), times)
    read, bare_read = timed(lambda: vault.read(f"{name}-0"), times), timed(raw.read, times)
    return [
        Row(
            f"{name} written, durable", times, ours.wall * 1e3, "ms", ours.wall_spread * 1e3, bare.wall * 1e3
        ),
        Row(f"{name} read", times, read.wall * 1e3, "ms", read.wall_spread * 1e3, bare_read.wall * 1e3),
    ]


def _range(vault: Vault, raw: _Raw, times: int) -> Row:
    """100 KB out of the middle of 12 MB, against decrypting the whole."""
    raw.write(secrets.token_bytes(SIZES[0][0]))
    start = SIZES[0][0] // 2
    ours = timed(lambda: vault.open(f"{SIZES[0][1]}-0").read(start, start + RANGE), times)
    whole = timed(raw.read, times)
    return Row(
        "100 KB out of 12 MB read, bare: the whole", times, ours.wall * 1e3, "ms", ours.wall_spread * 1e3, whole.wall * 1e3,
        "<= 0.5 of the whole", ours.wall <= 0.5 * whole.wall,
    )  # fmt: skip


class _Raw:
    """The same chunks sealed by the same cipher into one file, and nothing else: no key, no name, no hash."""

    def __init__(self, path: Path) -> None:
        self.path, self.cipher = path, AESGCM(secrets.token_bytes(32))

    def write(self, data: bytes) -> None:
        with self.path.open("wb", buffering=0) as file:
            for index, start in enumerate(range(0, len(data), CHUNK)):
                file.write(self.cipher.encrypt(index.to_bytes(12), data[start : start + CHUNK], None))
            os.fsync(file.fileno())

    def read(self) -> bytes:
        chunks = []
        with self.path.open("rb", buffering=0) as file:
            while sealed := file.read(CHUNK + 16):
                chunks.append(self.cipher.decrypt(len(chunks).to_bytes(12), sealed, None))
        return b"".join(chunks)
