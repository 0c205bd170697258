"""The age encryption of backups: for the keys of recipients who may be offline, or for one derived from the key store."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

from adapters.pieces import Pieces

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class BadAge(Exception):
    """A key can't be used, or what was encrypted does not open; the message says which."""


def own(secret: bytes) -> str:
    """The identity (AGE-SECRET-KEY-1...) made of 32 bytes: age writes an X25519 key in BIP 173's letters."""
    human = "age-secret-key-"
    bits = int.from_bytes(secret) << 4  # 256 bits fill 52 letters of five
    data = [(bits >> (5 * place)) & 31 for place in range(51, -1, -1)]
    spread = [ord(letter) >> 5 for letter in human] + [0] + [ord(letter) & 31 for letter in human]
    check = _polymod([*spread, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    tail = [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return (human + "1" + "".join(BECH32[value] for value in [*data, *tail])).upper()


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(GENERATOR):
            check ^= generator if (top >> place) & 1 else 0
    return check


def recipients(text: str) -> list[Any]:
    """The recipients of `age1...` keys with commas between them; BadAge names the one that is none."""
    import pyrage

    found = []
    for key in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(pyrage.x25519.Recipient.from_str(key))
        except pyrage.RecipientError as error:
            raise BadAge(f"{key} is no age recipient; it begins with age1.") from error
    return found


def identities(text: str) -> list[Any]:
    """The identities in the text of a key file, comments left out; BadAge when there is none."""
    import pyrage

    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines]
    except pyrage.IdentityError as error:
        raise BadAge("This file holds no age identity; it begins with AGE-SECRET-KEY-1.") from error
    if not found:
        raise BadAge("This file holds no age identity.")
    return found


def identities_of(path: Path) -> list[Any]:
    """The identities of a key file; BadAge when it can't be read or holds none."""
    try:
        return identities(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadAge(f"The identity can't be read from {path}.") from error


def encrypt(pieces: Iterable[bytes], out: BinaryIO, readers: list[Any]) -> None:
    """Encrypt what comes in pieces into a file, with little memory."""
    import pyrage

    try:
        pyrage.encrypt_io(Pieces(pieces), out, readers)
    except pyrage.EncryptError as error:
        if "No space left" in str(error):  # the library tells of it in words alone
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise


def decrypt(pieces: Iterable[bytes], take: Callable[[bytes], object], keys: list[Any]) -> None:
    """Decrypt what comes in pieces and hand it to `take`, a piece at a time; BadAge when it does not open or was changed."""
    import pyrage

    sink = _Sink(take)
    try:
        pyrage.decrypt_io(Pieces(pieces), sink, keys)
    except (pyrage.DecryptError, OSError, ValueError) as error:
        if sink.trouble is not None:
            raise sink.trouble from error
        raise BadAge("The snapshot does not open with this identity, or it was changed or cut.") from error


class _Sink(io.RawIOBase):
    """A file whose writer hands on each piece; what the taker raises is kept, for the library would swallow it."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take
        self.trouble: Exception | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            self._take(bytes(data))
        except Exception as error:
            self.trouble = error
            raise
        return len(data)
