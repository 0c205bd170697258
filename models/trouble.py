"""What the machine below us refuses, in the house's words: disk full, database busy or away, storage or a key gone."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator

import peewee

from adapters.keys import KeyGone
from adapters.storage import StorageMissing
from models.base import tools
from models.errors import Busy, Full, Gone, Refusal, TrailClosed

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# What SQLite says when it is not our statement that is wrong.
AWAY = ("locked", "unable to open", "disk i/o error", "readonly")


def of(error: BaseException) -> Refusal | None:
    """The refusal behind an error, when time or room mends it and no programmer has to; None otherwise."""
    found = [refusal for each in _chain(error) if (refusal := _one(each)) is not None]
    return next((refusal for refusal in found if isinstance(refusal, Full)), found[0] if found else None)


def passes(error: BaseException) -> bool:
    """Whether a duty that met this error is to wait for the machine, and not to count as tried."""
    return isinstance(error, TrailClosed) or isinstance(of(error), Full | Busy)


def need_room() -> None:
    """Full when so little is left that only small acts should have it: a withdrawal must never meet a full disk."""
    free = tools.vault.storage.free()
    if free is not None and free < tools.reserve:
        raise Full


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _one(error: BaseException) -> Refusal | None:
    if isinstance(error, Full | Busy):
        return error
    if isinstance(error, OSError) and error.errno in FULL:
        return Full()
    if isinstance(error, KeyGone):
        return Gone()
    if isinstance(error, StorageMissing):
        return Busy()
    if isinstance(error, peewee.InterfaceError):
        return Busy()
    if isinstance(error, peewee.OperationalError | sqlite3.OperationalError):
        words = str(error).lower()
        if "disk is full" in words or "no space left" in words:
            return Full()
        if any(sign in words for sign in AWAY) or _is_postgres(error):
            return Busy()
    return None


def _is_postgres(error: BaseException) -> bool:
    # PostgreSQL keeps this class for a server that is away, full or shutting down; a wrong statement is another.
    return type(error.__cause__ or error.__context__).__module__.startswith("psycopg")
