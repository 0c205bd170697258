"""Rotating keys: every key wrapped anew, nothing encrypted anew; whatever moment it breaks off, it can be begun again (2.4)."""

from __future__ import annotations

import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters import ledger, roots
from adapters.keys import CHECK, KeyStore, unwrap, wrap

BATCH = 500  # keys wrapped anew in one transaction: writers wait milliseconds
YEARLY = timedelta(days=365)
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Wrapping:
    """One wrapping key of the ring: its number, when it was made (UTC, or empty for an old store), how many keys it holds."""

    id: int
    made_at: str
    keys: int


@dataclass(frozen=True)
class Status:
    """How the keys stand; no secret is in it."""

    source: str
    ring: list[Wrapping]
    kinds: dict[str, int]
    erased: int
    ledger_head: str
    unfinished: bool
    warnings: list[str]


def waiting(store: KeyStore) -> int:
    """How many keys a rotation has to wrap anew from here."""
    db = store._connection()
    if db.execute("SELECT COUNT(*) FROM ring").fetchone()[0] == 1:
        return int(db.execute("SELECT COUNT(*) FROM dek").fetchone()[0])
    return int(db.execute("SELECT COUNT(*) FROM dek WHERE kek < (SELECT MAX(id) FROM ring)").fetchone()[0])


def rotate(store: KeyStore, progress: Progress = lambda _count: None) -> int:
    """Wrap every key under a new wrapping key while others go on reading and making keys; returns how many it wrapped.

    One that broke off is finished, not begun anew. The old wrapping key is destroyed when nothing uses it any more.
    """
    with _alone(store):
        return _rotate(store, progress)


@contextmanager
def _alone(store: KeyStore) -> Iterator[None]:
    """One rotation at a time: two would put each other's half-made keys in place. WrongKey for who holds a root of before."""
    with roots.turn(store.folder, alone=True):
        store._reload(waits=False)
        yield


def _rotate(store: KeyStore, progress: Progress) -> int:
    db, count = store._connection(), 0
    with db:
        db.execute("BEGIN IMMEDIATE")
        ids = [row[0] for row in db.execute("SELECT id FROM ring ORDER BY id")]
        if len(ids) == 1:
            store._grow(db, ids[0] + 1)
    store._reload(waits=False)
    while True:
        done = _wrap_some(store)
        count += done
        progress(done)
        if not done and _drop_old(store):
            break
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store._reload(waits=False)
    return count


def _wrap_some(store: KeyStore) -> int:
    db = store._connection()
    with db:
        db.execute("BEGIN IMMEDIATE")
        newest = db.execute("SELECT MAX(id) FROM ring").fetchone()[0]
        rows = db.execute(
            "SELECT kind, id, kek, wrapped FROM dek WHERE kek < ? LIMIT ?", (newest, BATCH)
        ).fetchall()
        for kind, id, kek, wrapped in rows:
            key = store._unwrapped(kind, id, kek, wrapped)
            db.execute(
                "UPDATE dek SET kek = ?, wrapped = ? WHERE kind = ? AND id = ?",
                (newest, store._wrapped(kind, id, newest, key), kind, id),
            )
    return len(rows)


def _drop_old(store: KeyStore) -> bool:
    """Destroy the wrapping keys that nothing uses; False when somebody made a key under one of them meanwhile."""
    db = store._connection()
    with db:
        db.execute("BEGIN IMMEDIATE")
        newest = db.execute("SELECT MAX(id) FROM ring").fetchone()[0]
        if db.execute("SELECT 1 FROM dek WHERE kek < ? LIMIT 1", (newest,)).fetchone():
            return False
        db.execute("DELETE FROM ring WHERE id < ?", (newest,))
    return True


def replace_root(store: KeyStore, new: roots.Root | None = None) -> None:
    """Wrap seed, proof and ring under another root key; the old one opens nothing afterwards.

    Without `new` a random one takes the place of the file beside the store; for a passphrase the new salt lies ready. What is
    new is durable before the store is under it, and what broke off afterwards is settled at the next opening: at every moment
    one of the two opens the store.
    """
    with _alone(store):
        _replace_root(store, new)


def _replace_root(store: KeyStore, new: roots.Root | None) -> None:
    if new is None:
        new = roots.Root(secrets.token_bytes(roots.SHORTEST), "file")
        prepared = store.folder / roots.NEXT[roots.ROOT]
        prepared.unlink(missing_ok=True)
        roots.write(prepared, new.key)
    _rewrap(store, new)
    roots.settle(store.folder, new.source)
    store._load()


def _rewrap(store: KeyStore, new: roots.Root) -> None:
    db, under = store._connection(), KeyStore(store.folder, new)
    with db:
        db.execute("BEGIN IMMEDIATE")
        seed = db.execute("SELECT wrapped FROM seed").fetchone()[0]
        opened = unwrap(store._wrapper("seed"), seed, b"seed")
        db.execute("UPDATE seed SET wrapped = ?", (wrap(under._wrapper("seed"), opened, b"seed"),))
        db.execute("UPDATE proof SET wrapped = ?", (wrap(under._wrapper("proof"), CHECK, b"proof"),))
        for id, wrapped in db.execute("SELECT id, wrapped FROM ring").fetchall():
            kek = unwrap(store._wrapper("kek"), wrapped, b"kek")
            db.execute(
                "UPDATE ring SET wrapped = ? WHERE id = ?", (wrap(under._wrapper("kek"), kek, b"kek"), id)
            )
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store._root, store.source = new.key, new.source


def status(store: KeyStore, *, data: Path) -> Status:
    """How the keys stand, with what should be done about them; `data` is the folder they must be kept apart from."""
    db = store._connection()
    held = dict(db.execute("SELECT kek, COUNT(*) FROM dek GROUP BY kek").fetchall())
    ring = [
        Wrapping(id, made, held.get(id, 0))
        for id, made in db.execute("SELECT id, made_at FROM ring ORDER BY id")
    ]
    last = ledger.tail(db)
    return Status(
        source=store.source, ring=ring,
        kinds=dict(db.execute("SELECT kind, COUNT(*) FROM dek GROUP BY kind ORDER BY kind").fetchall()),
        erased=last.seq if last else 0, ledger_head=last.head if last else "",
        unfinished=len(ring) > 1 or _is_prepared(store),
        warnings=list(_warnings(store, ring, data)),
    )  # fmt: skip


def _is_prepared(store: KeyStore) -> bool:
    return any((store.folder / name).exists() for name in roots.NEXT.values())


def _warnings(store: KeyStore, ring: list[Wrapping], data: Path) -> list[str]:
    found = []
    if len(ring) > 1 or _is_prepared(store):
        found.append(
            "A rotation broke off. Run `keys rotate` and `keys rotate --root` again, they go on where they stopped."
        )
    made = ring[-1].made_at
    if made and datetime.fromisoformat(made) < datetime.now(UTC) - YEARLY:
        found.append("The wrapping key is older than a year. Run `keys rotate`.")
    if store.source == "file":
        found.append(
            "The root key lies beside the store it opens. Keep it elsewhere (CLEARFRAME_ROOT_KEY_FILE, a credential, or a "
            "passphrase), and a copy away from this machine."
        )
    if data.exists() and data.stat().st_dev == store.folder.stat().st_dev:
        found.append(
            "Keys and data are on one disk: whoever takes it has both. Move the key folder (CLEARFRAME_KEYS)."
        )
    loose = [path.name for path in store.folder.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        found.append(f"Others on this machine may read {', '.join(sorted(loose))}: chmod 600.")
    return found
