"""The key store: a root key, the seed of all secrets, a ring of wrapping keys, a wrapped key per object, and the ledger."""

from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters import ledger, roots
from adapters.roots import ROOT, KeysMissing, Root, WrongKey

STORE = "keys.db"
FORMAT = 1  # of the store, in its user_version; one made before it was noted says 0
CHECK = b"clearframe key store 1"
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS ring (id INTEGER PRIMARY KEY, wrapped BLOB NOT NULL, made_at TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS dek (kind TEXT NOT NULL, id TEXT NOT NULL, kek INTEGER NOT NULL REFERENCES ring(id),
                                wrapped BLOB NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS proof (wrapped BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS seed (id INTEGER PRIMARY KEY CHECK (id = 1), wrapped BLOB NOT NULL);
{ledger.SCHEMA}
"""


class KeyGone(Exception):
    """The key was destroyed, or never was."""


class NewerStore(Exception):
    """The key store was written by a newer version than this one."""


class KeyStore:
    """Keys by kind and id. Deleting one makes what it locked unreadable, in every backup too (ERA-03, ERA-04)."""

    def __init__(self, folder: Path, root: Root) -> None:
        self.folder, self.source = folder, root.source
        self._path, self._root = folder / STORE, root.key
        self._local = threading.local()
        self._ring: dict[int, bytes] = {}
        self._seed = b""
        self._secrets: dict[str, bytes] = {}

    @classmethod
    def create(cls, folder: Path) -> KeyStore:
        """Make a root key and an empty store; FileExistsError where either exists."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (folder / STORE).exists():
            raise FileExistsError("there is a key store already")
        store = cls(folder, roots.make(folder))
        with store._connection() as db:
            db.executescript(f"{SCHEMA}PRAGMA user_version = {FORMAT};")
            store._grow(db, 1)
            db.execute("INSERT INTO proof VALUES (?)", (wrap(store._wrapper("proof"), CHECK, b"proof"),))
            store._plant(db, secrets.token_bytes(32))
        store._load()
        return store

    @classmethod
    def open(cls, folder: Path) -> KeyStore:
        """Open the store; a missing one raises KeysMissing and a wrong root WrongKey: nothing is ever created here."""
        if not (folder / STORE).exists():
            raise KeysMissing(
                f"There is no key store in {folder}. Put back its newest copy, or name its folder in CLEARFRAME_KEYS."
            )
        store = cls(folder, roots.find(folder))
        try:
            store._load()
        except WrongKey:
            store.close()
            # Another process may have been replacing the root between our two looks: ask again when it has ended.
            with roots.turn(folder, alone=False):
                store = cls._settled(folder)
        return store

    @classmethod
    def _settled(cls, folder: Path) -> KeyStore:
        """The store of a folder in which no rotation is under way; one that broke off is settled."""
        found = roots.find(folder)
        if not cls.opens(folder, found.key):
            prepared = folder / roots.NEXT[ROOT]
            # It may have broken off after the store and before the file.
            if prepared.exists() and cls.opens(folder, prepared.read_bytes()):
                roots.settle(folder, "file")
                found = roots.find(folder)
        store = cls(folder, found)
        store._load()
        return store

    @classmethod
    def opens(cls, folder: Path, root: bytes) -> bool:
        """Whether this root key opens the store of this folder."""
        if len(root) < roots.SHORTEST:
            return False
        store = cls(folder, Root(root, ""))
        try:
            store._load()
        except WrongKey:
            return False
        finally:
            store.close()
        return True

    def _load(self) -> None:
        try:
            db = self._connection()
            if (made_in := db.execute("PRAGMA user_version").fetchone()[0]) > FORMAT:
                raise NewerStore(
                    f"The key store is of a newer format ({made_in}) than this version knows ({FORMAT}). Update Clearframe."
                )
            proof = db.execute("SELECT wrapped FROM proof").fetchone()
            if proof is None or unwrap(self._wrapper("proof"), proof[0], b"proof") != CHECK:
                raise WrongKey(self._refused())
            wrapper = self._wrapper("kek")
            rows = db.execute("SELECT id, wrapped FROM ring ORDER BY id")
            self._ring = {row[0]: unwrap(wrapper, row[1], b"kek") for row in rows}
            self._seed = unwrap(self._wrapper("seed"), self._sown(), b"seed")
        except InvalidTag as error:
            raise WrongKey(self._refused()) from error
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise
            raise WrongKey(f"{self._path} is damaged or no key store. Put back its newest copy.") from error

    def _refused(self) -> str:
        what = "passphrase" if self.source == "passphrase" else "root key"
        return f"The {what} does not open this key store. Look whether both are of the same installation."

    def _reload(self, *, waits: bool = True) -> None:
        """Read the ring anew: another process rotated it, and perhaps the root too."""
        try:
            self._load()
        except WrongKey:
            with roots.turn(self.folder, alone=False) if waits else nullcontext():
                self._root = roots.find(self.folder).key
                self._load()

    def _sown(self) -> bytes:
        """The wrapped seed; a store made before there were seeds goes on with its root as the seed."""
        db = self._connection()
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'seed'").fetchone():
            db.executescript(SCHEMA)
        if "made_at" not in {row[1] for row in db.execute("PRAGMA table_info(ring)")}:
            db.execute("ALTER TABLE ring ADD COLUMN made_at TEXT NOT NULL DEFAULT ''")
        row = db.execute("SELECT wrapped FROM seed").fetchone()
        if row is None:
            with db:
                self._plant(db, self._root)
            row = db.execute("SELECT wrapped FROM seed").fetchone()
        return bytes(row[0])

    def _grow(self, db: sqlite3.Connection, id: int) -> None:
        """Add a wrapping key to the ring, within the caller's transaction."""
        made = datetime.now(UTC).isoformat(timespec="seconds")
        sealed = wrap(self._wrapper("kek"), secrets.token_bytes(32), b"kek")
        db.execute("INSERT INTO ring (id, wrapped, made_at) VALUES (?, ?, ?)", (id, sealed, made))

    def _plant(self, db: sqlite3.Connection, seed: bytes) -> None:
        # Two processes may open an older store at once: the first one's row stays.
        db.execute("INSERT OR IGNORE INTO seed VALUES (1, ?)", (wrap(self._wrapper("seed"), seed, b"seed"),))

    def secret(self, purpose: str) -> bytes:
        """32 bytes derived from the seed for one purpose: the database, the trail's signature, look-ups.

        A new root key wraps the same seed, so that rotating it changes no secret.
        """
        if purpose not in self._secrets:
            self._secrets[purpose] = derive(self._seed, purpose)
        return self._secrets[purpose]

    def _wrapper(self, purpose: str) -> bytes:
        return derive(self._root, purpose)

    def new(self, kind: str, id: str) -> bytes:
        """Make and keep a key, durable before it is returned; IntegrityError when there is one already.

        KeyGone for what the ledger calls erased: a job that was under way must not give it a second life.
        """
        key, newest = secrets.token_bytes(32), "SELECT MAX(id) FROM ring"
        if self._connection().execute(newest).fetchone()[0] not in self._ring:
            self._reload()
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            kek = db.execute(newest).fetchone()[0]
            if kek not in self._ring:
                self._reload(waits=False)  # a rotation would wait for us as we for it
            made = db.execute(
                "INSERT INTO dek SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE code = ?)",
                (kind, id, kek, self._wrapped(kind, id, kek, key), id.rpartition("-")[2]),
            )
        if made.rowcount != 1:
            raise KeyGone(f"{kind} {id} was erased")
        return key

    def get(self, kind: str, id: str) -> bytes:
        """The key, or KeyGone."""
        found = self.many(kind, [id])
        if id not in found:
            raise KeyGone(f"the key of {kind} {id} was destroyed")
        return found[id]

    def many(self, kind: str, ids: Iterable[str]) -> dict[str, bytes]:
        """The keys that are there, by id."""
        found: dict[str, bytes] = {}
        wanted = list(ids)
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            rows = self._rows(kind, some)
            if any(kek not in self._ring for _, kek, _ in rows):
                # The ring was rotated under us: what it is now opens what the rows are now.
                self._reload()
                rows = self._rows(kind, some)
            found.update({id: self._unwrapped(kind, id, kek, wrapped) for id, kek, wrapped in rows})
        return found

    def _rows(self, kind: str, ids: list[str]) -> list[tuple[str, int, bytes]]:
        marks = ",".join("?" * len(ids))
        return self._connection().execute(
            f"SELECT id, kek, wrapped FROM dek WHERE kind = ? AND id IN ({marks})",  # noqa: S608 - marks only
            (kind, *ids),
        ).fetchall()  # fmt: skip

    def has(self, kind: str, id: str) -> bool:
        """Whether the key is there."""
        return (
            self._connection().execute("SELECT 1 FROM dek WHERE kind = ? AND id = ?", (kind, id)).fetchone()
            is not None
        )

    def ids(self, kind: str, prefix: str = "") -> set[str]:
        """What there are keys of a kind for, or those whose name begins so."""
        found = self._connection().execute(
            "SELECT id FROM dek WHERE kind = ? AND id >= ? AND id < ?", (kind, prefix, prefix + "\U0010ffff")
        )
        return {row[0] for row in found}

    def is_used(self) -> bool:
        """Whether it holds the key of anything, or knows of an erasure."""
        there = "SELECT EXISTS (SELECT 1 FROM dek) OR EXISTS (SELECT 1 FROM ledger)"
        return bool(self._connection().execute(there).fetchone()[0])

    def destroy(self, kind: str, id: str) -> None:
        """Forget a key for good: overwritten in the file, and out of the write-ahead log. Twice does no harm."""
        with self._connection() as db:
            db.execute("DELETE FROM dek WHERE kind = ? AND id = ?", (kind, id))
        self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def erase(
        self,
        noun: str,
        code: str,
        *,
        at: datetime,
        why: str,
        keys: Iterable[tuple[str, str]],
        guard: str = "",
    ) -> ledger.Entry:
        """End these keys (kind, id) and enter the erasure in the ledger, in one durable step; twice enters it once.

        `guard` is the keyed hash that keeps the same file from being taken in again (ERA-03, ERA-06, ERA-09).
        """
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            entry = ledger.enter(db, noun, code, at=at, why=why, guard=guard)
            db.executemany("DELETE FROM dek WHERE kind = ? AND id = ?", list(keys))
        self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return entry

    def erased(self, after: int = 0) -> list[ledger.Entry]:
        """The ledger's entries beyond a number, in order; BadSeal when the chain does not hold."""
        return ledger.read(self._connection(), after)

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _wrapped(self, kind: str, id: str, kek: int, key: bytes) -> bytes:
        return wrap(self._ring[kek], key, f"{kind}|{id}|1|{kek}".encode())

    def _unwrapped(self, kind: str, id: str, kek: int, wrapped: bytes) -> bytes:
        try:
            return unwrap(self._ring[kek], wrapped, f"{kind}|{id}|1|{kek}".encode())
        except (InvalidTag, KeyError) as error:
            raise WrongKey(f"the key of {kind} {id} does not open") from error

    def _connection(self) -> sqlite3.Connection:
        local = self._local
        # A connection never crosses a fork or a thread.
        if getattr(local, "connection", None) is None or local.pid != os.getpid():
            local.connection, local.pid = _connect(self._path), os.getpid()
        return local.connection  # type: ignore[no-any-return]


def derive(key: bytes, label: str) -> bytes:
    """HKDF-SHA256 of a key for one label, 32 bytes: RFC 5869 without salt, whose one block is two HMACs."""
    extracted = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(extracted, b"clearframe/1/" + label.encode() + b"\x01", "sha256")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    path.chmod(0o600)
    return connection


def wrap(key: bytes, data: bytes, aad: bytes) -> bytes:
    """Seal a key: random 96-bit nonce | AES-256-GCM (SEC-01)."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, data, aad)


def unwrap(key: bytes, wrapped: bytes, aad: bytes) -> bytes:
    """Open a sealed key; InvalidTag when key, bytes or context differ."""
    return AESGCM(key).decrypt(wrapped[:12], wrapped[12:], aad)
