"""The passphrase: asked for once, turned into the root key, and handed to children in memory alone."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from adapters import roots
from adapters.keys import STORE, KeyStore


def unseal(keys: Path, *, first: bool = False) -> None:
    """Ask for the passphrase of a sealed key store, or for the first one of a new store, and hand the root key to children.

    Does nothing where there is no passphrase. WrongKey when it opens nothing; nothing is made then.
    """
    if roots.HANDED in os.environ:
        return
    if first and not roots.is_sealed(keys):
        passphrase = ask(twice=True)
        roots.new_salt(keys / roots.SALT)
        roots.hand_over(roots.from_passphrase(keys / roots.SALT, passphrase))
    elif roots.is_sealed(keys) or _broke_off(keys):
        roots.hand_over(_opening(keys, ask(twice=False)))


def ask(*, twice: bool) -> str:
    """The passphrase, from the file the operator named or from the terminal; WrongKey when it is too short or the two differ."""
    passphrase = _read(twice=twice)
    if len(passphrase) < roots.SHORTEST_PASSPHRASE:
        raise roots.WrongKey(f"The passphrase must have at least {roots.SHORTEST_PASSPHRASE} characters.")
    return passphrase


def _opening(keys: Path, passphrase: str) -> bytes:
    for name in (roots.SALT, roots.NEXT[roots.SALT]):
        if not (keys / name).exists():
            continue
        key = roots.from_passphrase(keys / name, passphrase)
        if not (keys / STORE).exists():
            return key
        if KeyStore.opens(keys, key):
            if name != roots.SALT:
                roots.settle(keys, "passphrase")
            return key
    raise roots.WrongKey("The passphrase does not open this key store.")


def _broke_off(keys: Path) -> bool:
    """Whether a change to a passphrase reached the store and not yet the folder."""
    if not (keys / roots.NEXT[roots.SALT]).exists():
        return False
    beside = keys / roots.ROOT
    return not (beside.exists() and KeyStore.opens(keys, beside.read_bytes()))


def _read(*, twice: bool) -> str:
    named = os.environ.get("CLEARFRAME_PASSPHRASE_FILE")
    if named:
        try:
            return (roots.PROJECT / named).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise roots.KeysMissing(f"The passphrase can't be read from {named}.") from error
    if not sys.stdin.isatty():
        raise roots.Sealed(
            "The key store is sealed by a passphrase. Start in a terminal, which asks for it, or name a file or pipe that "
            "holds it in CLEARFRAME_PASSPHRASE_FILE."
        )
    typed = getpass.getpass("Passphrase of the key store: ")
    if twice and getpass.getpass("Once more: ") != typed:
        raise roots.WrongKey("The two passphrases differ. Nothing was made.")
    return typed
