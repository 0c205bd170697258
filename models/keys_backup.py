"""The key store's own backup: apart from the data, for days only, and made anew when something was erased (ERA-04)."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from contextlib import closing
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from adapters import age, clock, roots
from adapters.keys import STORE
from adapters.places import NoPlace, reading, writing
from models.backing_up import STAMP
from models.base import db, tools
from models.errors import Refusal, _l
from models.health import Beat
from models.trail import Trace

FOLDER = "keys"
BROUGHT = ".brought"  # beside a key store that came from a backup, until the restore is done
PLAIN, SEALED = ".db", ".age"


def make(place: str) -> str:
    """Copy the key store to a place while it is used, then take away every earlier copy there; returns its name.

    Its keys are wrapped by the root key, which is in no backup; with BACKUP_RECIPIENT it is encrypted besides.
    """
    readers = age.recipients(tools.backups.recipient)
    data = copy()
    name = f"{FOLDER}/{clock.now().astimezone(UTC).strftime(STAMP)}{SEALED if readers else PLAIN}"
    if readers:
        sealed = io.BytesIO()
        age.encrypt([data], cast("BinaryIO", sealed), readers)
        data = sealed.getvalue()
    with writing(place) as there:
        there.put(name, [data], len(data))
        # A key that was destroyed since must not live on in an older copy.
        for old in there.names(FOLDER):
            if old != name:
                there.delete(old)
    with db.atomic():
        Beat.beat("keys-backup")
        Trace.leave("system", "keys.backed-up", sealed=bool(readers))
    return name


def copy() -> bytes:
    """The key store as one SQLite file, consistent while others write; made in memory, so that no copy can be left behind."""
    store = bytes(tools.keys._connection().serialize())
    salt = tools.keys.folder / roots.SALT
    return _with_salt(store, salt.read_bytes()) if salt.exists() else store


def _with_salt(store: bytes, about: bytes) -> bytes:
    """The store with the salt of its passphrase inside: without it the passphrase opens nothing, and it is no secret."""
    with closing(sqlite3.connect(":memory:")) as draft:
        draft.deserialize(store[:18] + b"\x01\x01" + store[20:])  # a file in memory has no write-ahead log
        draft.execute("CREATE TABLE salt (about BLOB NOT NULL)")
        draft.execute("INSERT INTO salt VALUES (?)", (about,))
        draft.commit()
        return bytes(draft.serialize())


def _lay_salt(draft: Path, folder: Path) -> None:
    """Take the salt out of a store that was brought and put it where a start looks for it."""
    with closing(sqlite3.connect(draft)) as store:
        if not store.execute("SELECT 1 FROM sqlite_master WHERE name = 'salt'").fetchone():
            return
        about = store.execute("SELECT about FROM salt").fetchone()[0]
        store.execute("DROP TABLE salt")
        store.commit()
    (folder / roots.SALT).unlink(missing_ok=True)
    roots.write(folder / roots.SALT, about)


def forget_old(place: str, days: int) -> int:
    """Take away copies older than so many days; how many."""
    limit = (clock.now() - timedelta(days=days)).astimezone(UTC).strftime(STAMP)
    with writing(place) as there:
        old = [name for name in there.names(FOLDER) if name.rpartition("/")[2] < limit]
        for name in old:
            there.delete(name)
    return len(old)


def bring_back(place: str | Path, folder: Path, identities: list[Any] | None) -> None:
    """Put the newest copy at a place, or one file, into a key folder that has none of its own; Refusal where one is.

    One that a restore brought is no library's yet: the restore that broke off brings it again.
    """
    if (folder / STORE).exists() and not (folder / BROUGHT).exists():
        raise Refusal(_l("There is a key store here already. Take --keys away, or move the old one aside."))
    data = _opened(str(place), identities)
    if not data.startswith(b"SQLite format 3\0"):
        raise NoPlace(f"{place} holds no key store.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{STORE}.part"
    draft.unlink(missing_ok=True)
    roots.write(draft, data)
    _lay_salt(draft, folder)
    (folder / BROUGHT).touch(mode=0o600)
    for ending in ("-wal", "-shm"):
        (folder / f"{STORE}{ending}").unlink(missing_ok=True)
    draft.replace(folder / STORE)


def settled(folder: Path) -> None:
    """The restore is done: the store that was brought is this library's own from now on."""
    (folder / BROUGHT).unlink(missing_ok=True)


def _opened(place: str, identities: list[Any] | None) -> bytes:
    one = Path(place)
    alone = one.is_file() and not tarfile.is_tarfile(one)
    name, data = (one.name, one.read_bytes()) if alone else _newest(place)
    if not name.endswith(SEALED):
        return data
    if not identities:
        raise age.BadAge(
            "This copy of the key store is encrypted: name the key that opens it with --identity."
        )
    opened: list[bytes] = []
    age.decrypt(iter([data]), opened.append, identities)
    return b"".join(opened)


def _newest(place: str) -> tuple[str, bytes]:
    with reading(place) as there:
        names = there.names(FOLDER)
        if not names:
            raise NoPlace(f"There is no copy of a key store in {place}.")
        return names[-1], b"".join(there.read(names[-1]))
