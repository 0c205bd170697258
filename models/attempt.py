"""Tries at a secret, counted for throttling."""

from __future__ import annotations

from peewee import BlobField

from adapters import clock
from models.base import Moment, Record


class Attempt(Record):
    """A failed try at a secret, for throttling; `key` is a keyed hash of what was tried or from where."""

    key = BlobField(index=True)
    at = Moment(default=clock.now, index=True)

    class Meta:
        personal, plain = (), ("key", "at")
