"""The trail: appending a line and verifying the chain, beside hashlib, json and sqlite3 by themselves in the same run."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.measure import Row, scratch_library, timed

SIZE = 100_000
ACTS = 500
REFERENCE = 97_000  # lines verified per second (security.md 2.7)
COLUMNS = 14


def run(size: int | None = None) -> list[Row]:
    """Measure on a trail of so many lines."""
    size = size or SIZE
    with scratch_library() as config, tempfile.TemporaryDirectory(prefix="clearframe-bench-") as folder:
        _grow(size)
        raw = _Raw(Path(folder) / "raw.db")
        raw.fill()
        ours, bare = timed(_verify, 4), timed(raw.verify, 4)
        acts, commits = timed(lambda: _acts(ACTS), 4), timed(lambda: raw.commits(ACTS), 4)
        path = Path(config.data) / "trail.jsonl"
        exported = _per_second(lambda: _export(path), size)
        return [
            Row("lines verified, one core", size, size / ours.wall, "/s", ours.wall_spread / ours.wall * size / ours.wall, baseline=size / bare.wall,
                target=f">= {REFERENCE:,}/s (reference)", holds=size / ours.wall >= REFERENCE),
            Row("a million lines verified", size, ours.wall * 1e6 / size, "s", target="seconds"),
            Row("acts with their line, each durable", ACTS, ACTS / acts.wall, "/s", baseline=ACTS / commits.wall),
            Row("the same, CPU", ACTS, acts.cpu / ACTS * 1e3, "ms", acts.cpu_spread / ACTS * 1e3, commits.cpu / ACTS * 1e3),
            Row("lines exported", size, exported, "/s"),
        ]  # fmt: skip


def _verify() -> None:
    from models import trail

    verdict = trail.verify()
    if verdict.bad is not None:
        raise RuntimeError(verdict.why)


def _export(path: Path) -> None:
    from models import reading

    with path.open("w", encoding="utf-8") as out:
        for line in reading.exported(by="operator"):
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _acts(count: int) -> None:
    from models.base import db
    from models.trail import Trace

    for _ in range(count):
        with db.atomic():
            Trace.leave("system", "photo.viewed", album="kx2nd84wq7p")


def _grow(size: int) -> None:
    """Lines as `leave` writes them, put into the table many at a time: a day of appending would measure the disk."""
    from peewee import chunked

    from adapters import clock, seal
    from models.base import db
    from models.trail import Head, Trace

    last = Trace.select().order_by(Trace.seq.desc()).get()
    head, at = bytes.fromhex(last.head), clock.now()
    fields = [Trace._meta.fields[name] for name in Trace._meta.sorted_field_names]

    def lines() -> Iterator[list[Any]]:
        nonlocal head
        for number in range(last.seq + 1, last.seq + size):
            facts, salt = (
                seal.canonical({"photo": seal.new_code(), "number": number}),
                secrets.token_bytes(16),
            )
            line = Trace(
                seq=number, at=at, actor=seal.new_code(), role="editor", action="photo.viewed", kind="photo", code=seal.new_code(),
                person="", facts=facts.decode(), salt=salt.hex(), promise=seal.commitment(salt, facts).hex(),
                request_id=secrets.token_hex(6), address="192.0.2.0/24",
            )  # fmt: skip
            head = seal.link(head, seal.leaf(line.canonical()))
            line.head = head.hex()
            yield [field.db_value(getattr(line, field.name)) for field in fields]

    holes = ",".join("?" * len(fields))
    names = ",".join(f'"{field.column_name}"' for field in fields)
    for some in chunked(lines(), 5_000):
        with db.atomic():
            db.obj.connection().executemany(f"INSERT INTO trace ({names}) VALUES ({holes})", some)  # noqa: S608 - our own names
    Head.sign()


def _per_second(act: Callable[[], Any], size: int) -> float:
    began = time.perf_counter()
    act()
    return size / (time.perf_counter() - began)


class _Raw:
    """The same lines with nothing but hashlib, json and sqlite3: what no verifier can go below by much."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=wal")
        self.db.execute("PRAGMA synchronous=full")
        columns = ",".join(f"c{number} TEXT" for number in range(1, COLUMNS))
        self.db.execute(f"CREATE TABLE trace (c0 INTEGER PRIMARY KEY, {columns})")

    def fill(self) -> None:
        """Copy the library's lines into a bare table in one go."""
        from models import checking

        self.db.execute("BEGIN")
        holes = ",".join("?" * COLUMNS)
        self.db.executemany(f"INSERT INTO trace VALUES ({holes})", checking.lines())  # noqa: S608 - question marks
        self.db.execute("COMMIT")

    def verify(self) -> bytes:
        """Read every line, make its JSON, and hash three times."""
        head = bytes(32)
        for row in self.db.execute("SELECT * FROM trace ORDER BY c0"):
            line = json.dumps(row[:11], separators=(",", ":"), ensure_ascii=False).encode()
            hashlib.sha256(b"\x02" + bytes.fromhex(row[13]) + row[12].encode()).hexdigest()
            head = hashlib.sha256(b"\x01" + head + hashlib.sha256(b"\x00" + line).digest()).digest()
        return head

    def commits(self, count: int) -> None:
        """Append lines one by one, each durable."""
        after = self.db.execute("SELECT MAX(c0) FROM trace").fetchone()[0]
        for number in range(after + 1, after + 1 + count):
            facts = json.dumps({"album": "kx2nd84wq7p"})
            row = (number, *[facts] * (COLUMNS - 1))
            hashlib.sha256(json.dumps(row).encode()).hexdigest()
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute(f"INSERT INTO trace VALUES ({','.join('?' * COLUMNS)})", row)  # noqa: S608 - question marks
            self.db.execute("COMMIT")
