"""The ledger of erasures: what was erased when, by code and reason alone, chained; it lies with the keys, not with the data (ERA-06)."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from adapters import seal

SCHEMA = """
CREATE TABLE IF NOT EXISTS ledger (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, noun TEXT NOT NULL, code TEXT NOT NULL,
                                   why TEXT NOT NULL, guard TEXT NOT NULL, head TEXT NOT NULL, UNIQUE (noun, code));
CREATE INDEX IF NOT EXISTS ledger_code ON ledger (code);
CREATE TRIGGER IF NOT EXISTS ledger_stays BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER IF NOT EXISTS ledger_keeps BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
"""
COLUMNS = "seq, at, noun, code, why, guard, head"
GENESIS = seal.leaf(b"clearframe/ledger")


@dataclass(frozen=True)
class Entry:
    """One erasure: its number, moment (UTC), what kind of thing, its public code, the reason's word, a guard, the chain's head."""

    seq: int
    at: str
    noun: str
    code: str
    why: str
    guard: str
    head: str

    def follows(self, previous: bytes) -> bool:
        """Whether this entry is what was written after that head."""
        return self.head == _head(previous, self)


def enter(db: sqlite3.Connection, noun: str, code: str, *, at: datetime, why: str, guard: str = "") -> Entry:
    """Add an entry within the caller's transaction, or return the one that is there: a thing is erased once."""
    known = db.execute(
        f"SELECT {COLUMNS} FROM ledger WHERE noun = ? AND code = ?",  # noqa: S608 - our own column names
        (noun, code),
    ).fetchone()
    if known is not None:
        return Entry(*known)
    last = tail(db)
    moment = at.astimezone(UTC).isoformat(timespec="seconds")
    draft = Entry(last.seq + 1 if last else 1, moment, noun, code, why, guard, "")
    entry = Entry(**asdict(draft) | {"head": _head(bytes.fromhex(last.head) if last else GENESIS, draft)})
    db.execute(
        "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)",
        (entry.seq, entry.at, entry.noun, entry.code, entry.why, entry.guard, entry.head),
    )
    return entry


def tail(db: sqlite3.Connection) -> Entry | None:
    """The last entry, or None while nothing was erased."""
    row = db.execute(f"SELECT {COLUMNS} FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()  # noqa: S608
    return Entry(*row) if row else None


def read(db: sqlite3.Connection, after: int = 0) -> list[Entry]:
    """The entries beyond a number, in order, after the whole chain was recomputed; BadSeal names the first bad one."""
    entries = [Entry(*row) for row in db.execute(f"SELECT {COLUMNS} FROM ledger ORDER BY seq")]  # noqa: S608
    check(entries)
    return entries[after:]


def check(entries: list[Entry]) -> None:
    """Raise BadSeal unless these are a whole ledger from its first entry on."""
    previous = GENESIS
    for place, entry in enumerate(entries, start=1):
        if entry.seq != place or not entry.follows(previous):
            raise seal.BadSeal(f"entry {place} of the ledger of erasures does not hold")
        previous = bytes.fromhex(entry.head)


def _head(previous: bytes, entry: Entry) -> str:
    said = {key: value for key, value in asdict(entry).items() if key != "head"}
    return seal.link(previous, seal.leaf(seal.canonical(said))).hex()
