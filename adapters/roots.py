"""Where the root key comes from: a file beside the store, a file of the operator's, systemd's credential, or a passphrase."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT, SALT = "root.key", "root.salt"
NEXT = {ROOT: "root.key.new", SALT: "root.salt.new"}  # what a rotation under way will put in their place
HANDED = "CLEARFRAME_ROOT_FD"  # the number of an inherited file in memory, never the key itself
SHORTEST = 32
PROJECT = Path(__file__).resolve().parent.parent  # where relative folders of the settings lie
SHORTEST_PASSPHRASE = 16
# Argon2id for the one secret that opens everything: four times the memory of a user's password (RFC 9106).
COST: dict[str, Any] = {"memory_cost": 262_144, "time_cost": 3, "parallelism": 4}


class KeysMissing(Exception):
    """The key store or the root key is not where it should be."""


class Sealed(KeysMissing):
    """The root key comes from a passphrase that nobody has given yet."""


class WrongKey(Exception):
    """The root key does not open this key store, or is too short to be one."""


@dataclass(frozen=True)
class Root:
    """A root key and where it came from: `file`, `named`, `credential` or `passphrase`."""

    key: bytes
    source: str

    def __post_init__(self) -> None:
        # An empty credential would give everyone the same keys.
        if len(self.key) < SHORTEST:
            raise WrongKey(f"The root key must hold at least {SHORTEST} bytes.")


def find(folder: Path) -> Root:
    """The root key of the store in this folder; KeysMissing when there is none, Sealed while its passphrase is not given."""
    given = _given()
    if given is not None:
        return given
    if is_sealed(folder):
        return Root(_handed(), "passphrase")
    if not (folder / ROOT).exists():
        raise KeysMissing(
            f"The root key is missing: {folder / ROOT}. Put back your copy of it; without it nothing can be read."
        )
    return Root((folder / ROOT).read_bytes(), "file")


def make(folder: Path) -> Root:
    """The root key for a new store: what the operator hands in, or a random one written beside it; FileExistsError for two."""
    given = _given()
    if given is not None:
        return given
    if is_sealed(folder):
        return Root(_handed(), "passphrase")
    if (folder / ROOT).exists():
        raise FileExistsError("there is a root key already")
    key = secrets.token_bytes(SHORTEST)
    write(folder / ROOT, key)
    return Root(key, "file")


def is_sealed(folder: Path) -> bool:
    """Whether the root key of this folder is derived from a passphrase."""
    return (folder / SALT).exists()


def new_salt(path: Path) -> None:
    """Note in a file how a passphrase becomes a root key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    about = {"kdf": "argon2id", "salt": base64.b64encode(secrets.token_bytes(16)).decode(), **COST}
    write(path, json.dumps(about).encode())


def from_passphrase(salt: Path, passphrase: str) -> bytes:
    """32 bytes by Argon2id with the salt and the cost noted in a file (RFC 9106); WrongKey when it is too short."""
    from argon2.low_level import Type, hash_secret_raw

    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise WrongKey(f"The passphrase must have at least {SHORTEST_PASSPHRASE} characters.")
    about = json.loads(salt.read_bytes())
    return hash_secret_raw(
        passphrase.encode(), base64.b64decode(about["salt"]), hash_len=32, type=Type.ID,
        memory_cost=about["memory_cost"], time_cost=about["time_cost"], parallelism=about["parallelism"],
    )  # fmt: skip


def hand_over(key: bytes) -> int:
    """Put the key into a sealed file in memory that children inherit, and its number into their environment; the number."""
    handle = os.memfd_create("clearframe-root", os.MFD_ALLOW_SEALING)
    os.write(handle, key)
    fcntl.fcntl(
        handle,
        fcntl.F_ADD_SEALS,
        fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL,
    )
    os.set_inheritable(handle, True)
    os.environ[HANDED] = str(handle)
    return handle


@contextmanager
def turn(folder: Path, *, alone: bool) -> Iterator[None]:
    """Wait for a rotation of this folder's keys to end, and, if one is to be alone, keep the next one waiting meanwhile."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def settle(folder: Path, source: str) -> None:
    """After the store is under a root key from this source: what was prepared takes its place, what was before goes."""
    kept = {"file": ROOT, "passphrase": SALT}.get(source)
    if kept and (folder / NEXT[kept]).exists():
        (folder / NEXT[kept]).replace(folder / kept)
    for name in (ROOT, SALT):
        if name != kept:
            (folder / name).unlink(missing_ok=True)
        (folder / NEXT[name]).unlink(missing_ok=True)
    flush(folder)


def write(path: Path, data: bytes) -> None:
    """A new file for its owner alone, durable when this returns; FileExistsError where there is one."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    flush(path.parent)


def flush(folder: Path) -> None:
    """Make what was made or renamed in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def named_file() -> Path | None:
    """The file of the root key that the operator keeps elsewhere and names in a setting."""
    named = os.environ.get("CLEARFRAME_ROOT_KEY_FILE", "").strip()
    return PROJECT / named if named else None


def _given() -> Root | None:
    named = named_file()
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    path = named or (Path(credentials) / "clearframe-root" if credentials else None)
    if path is None or (not named and not path.exists()):
        return None
    if not path.exists():
        raise KeysMissing(
            f"The root key is missing: {path}. Put back your copy of it. For a new library, make one first: "
            f"(umask 077; head -c {SHORTEST} /dev/urandom > {path})."
        )
    return Root(path.read_bytes(), "named" if named else "credential")


def _handed() -> bytes:
    number = os.environ.get(HANDED)
    if not number:
        raise Sealed(
            "The key store is sealed by a passphrase. Start in a terminal, which asks for it, or name a file or pipe that "
            "holds it in CLEARFRAME_PASSPHRASE_FILE."
        )
    try:
        return os.pread(int(number), 4096, 0)
    except (OSError, ValueError) as error:
        raise Sealed("The root key was not handed on. Start Clearframe with bin/run.") from error
