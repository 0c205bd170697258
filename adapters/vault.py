"""The vault: every object under its own random key, in the format of docs/vault-format.md."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import struct
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.keys import KeyGone, KeyStore, derive
from adapters.storage import Staged, Storage

MAGIC, FORMAT = b"CLRF", 1
CHUNK = 1 << 20
TAG = 16
HEADER = struct.Struct(">4sBI32s7s")  # magic, format, chunk size, hash of object id and role, nonce prefix
MOST_CHUNKS = 2**32
GLANCE = 1 << 17  # read at once with the header: most previews and papers are all of it
ORIGINAL = "original"


class Damaged(Exception):
    """What is stored is not what was put in: changed, cut, moved or mixed up."""


class Vault:
    """Objects by id, each in several roles: the original, its previews, or the parts of a document."""

    def __init__(self, keys: KeyStore, storage: Storage) -> None:
        self.keys, self.storage = keys, storage

    @property
    def mark(self) -> str:
        """What the storage's marker says: a name only this key store can know, so that vaults are never mixed up."""
        return self.keys.secret("storage").hex()[:32]

    def begin(self, *, fresh: bool = False) -> None:
        """Mark the place as ours if it is to be fresh or no key is in use yet, else check it (StorageMissing)."""
        # A disk that is not mounted must stop the start, not look like an empty vault.
        if fresh or not self.keys.is_used():
            self.storage.found(self.mark)
        else:
            self.check()

    def check(self) -> None:
        """Raise StorageMissing unless the place is ours."""
        self.storage.check(self.mark)

    def writer(self, id: str, role: str = ORIGINAL) -> Writer:
        """A context in which bytes are written; leaving it makes them durable, an exception leaves nothing."""
        return Writer(self, id, role, replace=False)

    def put(self, id: str, role: str, data: bytes) -> None:
        """Keep a small object whole, in place of an older one in the same role."""
        with Writer(self, id, role, replace=True) as writer:
            writer.take(data)

    def open(self, id: str, role: str = ORIGINAL) -> Reader:
        """A reader; KeyGone after destroy, FileNotFoundError when there is no such role."""
        return Reader(self, id, role)

    def read(self, id: str, role: str = ORIGINAL) -> bytes:
        """The whole object."""
        return self.open(id, role).read()

    def has(self, id: str, role: str = ORIGINAL) -> bool:
        """Whether the object is there and its key too."""
        return self.keys.has("object", id) and self.storage.exists(self.name(id, role))

    def drop(self, id: str, role: str) -> None:
        """Take one role away; the others stay readable."""
        self.storage.delete(self.name(id, role))

    def destroy(self, id: str) -> None:
        """Destroy the key first, then the bytes of every role (ERA-03)."""
        self.keys.destroy("object", id)
        for name in list(self.storage.names(self._folder(id) + "/")):
            self.storage.delete(name)

    def ciphertext_sha256(self, id: str, role: str = ORIGINAL) -> str:
        """The hash of what is stored, for a scrub that needs no key."""
        return hashlib.sha256(self.storage.read(self.name(id, role))).hexdigest()

    def name(self, id: str, role: str) -> str:
        """Where the object lies: a keyed hash, so that a listing tells nothing."""
        return f"{self._folder(id)}/{self._hash(f'{id}|{role}')[:24]}"

    def _folder(self, id: str) -> str:
        place = self._hash(id)[:32]
        return f"objects/{place[:2]}/{place}"

    def _hash(self, text: str) -> str:
        return hmac.digest(self.keys.secret("names"), text.encode(), "sha256").hex()

    def key(self, id: str, role: str) -> AESGCM:
        """The key of one role of an object, derived from the object's own."""
        return AESGCM(derive(self.keys.get("object", id), f"role/{role}"))


class Writer:
    """Encrypts as bytes arrive, a chunk at a time; `sha256` (hex) and `size` are those of the plaintext."""

    def __init__(self, vault: Vault, id: str, role: str, *, replace: bool) -> None:
        self.vault, self.id, self.role, self.replace = vault, id, role, replace
        self.size = 0
        self._hash = hashlib.sha256()
        self._pending = bytearray()
        self._count = 0
        self._made_key = False

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._hash.hexdigest()

    def __enter__(self) -> Self:
        key = self.vault.keys.many("object", [self.id]).get(self.id)
        if key is None:
            try:
                key = self.vault.keys.new("object", self.id)
                self._made_key = True
            except sqlite3.IntegrityError:
                key = self.vault.keys.get("object", self.id)  # another process made it a moment ago
        try:
            self._begin(key)
        except BaseException:
            self._forget_key()
            raise
        return self

    def _begin(self, key: bytes) -> None:
        self._cipher = AESGCM(derive(key, f"role/{self.role}"))
        self._header = HEADER.pack(MAGIC, FORMAT, CHUNK, _context(self.id, self.role), secrets.token_bytes(7))
        self._staged: Staged = self.vault.storage.stage()
        try:
            self._staged.write(self._header)
        except BaseException:
            self._staged.abort()
            raise

    def write(self, data: bytes) -> None:
        """Add plaintext."""
        self._hash.update(data)
        self.take(data)

    def take(self, data: bytes) -> None:
        """Add plaintext whose hash nobody will ask for."""
        self.size += len(data)
        self._pending += data
        # One chunk stays back: only the end knows which is the last.
        full = max(0, len(self._pending) - 1) // CHUNK * CHUNK
        with memoryview(self._pending) as whole:
            for start in range(0, full, CHUNK):
                self._seal(whole[start : start + CHUNK], last=False)
        del self._pending[:full]

    def _seal(self, chunk: bytes | bytearray | memoryview, *, last: bool) -> None:
        if self._count >= MOST_CHUNKS:
            raise ValueError("the object is too large for its format")
        self._staged.write(self._cipher.encrypt(_nonce(self._header, self._count, last), chunk, self._header))
        self._count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            try:
                self._seal(self._pending, last=True)
                self._staged.commit(self.vault.name(self.id, self.role), replace=self.replace)
                return
            except BaseException:
                self._abandon()
                raise
        self._abandon()

    def _abandon(self) -> None:
        self._staged.abort()
        self._forget_key()

    def _forget_key(self) -> None:
        if self._made_key:
            self.vault.keys.destroy("object", self.id)


class Reader:
    """Reads an object or a part of it; no byte is given out before its chunk's tag was checked."""

    def __init__(self, vault: Vault, id: str, role: str) -> None:
        self._cipher = vault.key(id, role)
        self._storage, self._name = vault.storage, vault.name(id, role)
        self._begun = self._storage.read(self._name, 0, GLANCE)
        self._whole = len(self._begun) if len(self._begun) < GLANCE else self._storage.size(self._name)
        self._header = self._begun[: HEADER.size]
        try:
            magic, version, chunk, context, _ = HEADER.unpack(self._header)
        except struct.error as error:
            raise Damaged(f"{id}: the header is cut") from error
        if (magic, version, context) != (MAGIC, FORMAT, _context(id, role)) or not 0 < chunk <= 1 << 26:
            raise Damaged(f"{id}: this is not the object that was asked for")
        self._id, self._chunk = id, chunk
        body = self._whole - HEADER.size
        self._count = max(1, -(-body // (chunk + TAG)))
        self.size = body - self._count * TAG
        if self.size < 0:
            raise Damaged(f"{id}: the object is cut")

    def chunks(self, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        """The plaintext, a chunk at a time."""
        for index in range(first, self._count if last is None else min(last + 1, self._count)):
            start = HEADER.size + index * (self._chunk + TAG)
            sealed = self._stored(start, min(start + self._chunk + TAG, self._whole))
            nonce = _nonce(self._header, index, index == self._count - 1)
            try:
                yield self._cipher.decrypt(nonce, sealed, self._header)
            except (InvalidTag, ValueError) as error:
                raise Damaged(f"{self._id}: chunk {index} does not hold") from error

    def _stored(self, start: int, end: int) -> bytes:
        if end <= len(self._begun):
            return self._begun[start:end]
        return self._storage.read(self._name, start, end)

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from start to before end, decrypting only the chunks that hold them."""
        end = self.size if end is None else min(end, self.size)
        if self._whole == HEADER.size + self.size + TAG * self._count and start == 0 and end == self.size:
            return b"".join(self.chunks())
        if start >= end:
            return b""
        first, last = start // self._chunk, (end - 1) // self._chunk
        return b"".join(self.chunks(first, last))[start - first * self._chunk : end - first * self._chunk]


def _nonce(header: bytes, index: int, last: bool) -> bytes:
    return header[-7:] + struct.pack(">IB", index, int(last))


def _context(id: str, role: str) -> bytes:
    return hashlib.sha256(f"{id}|{role}".encode()).digest()


__all__ = ["CHUNK", "Damaged", "KeyGone", "Reader", "Vault", "Writer"]
