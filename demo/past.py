"""The clock set back, so that what a demo shows has a history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo

from adapters import clock


@contextmanager
def past(days: int) -> Iterator[Callable[[int], None]]:
    """Make it `days` ago until the block ends; what is yielded moves the clock to another day.

    The clock's own `datetime` is exchanged, because records hold `clock.now` itself as a default. For a process that
    does nothing but build the demo.
    """

    class Shifted(datetime):
        back = timedelta(days=days)

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) - cls.back

    def move(to: int) -> None:
        Shifted.back = timedelta(days=to)

    clock.datetime = Shifted  # type: ignore[misc]
    try:
        yield move
    finally:
        clock.datetime = datetime  # type: ignore[misc]
