"""Whether the parts answer: database, key store, storage, worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from peewee import TextField

from adapters import clock
from models.base import Moment, Record, db, tools


class Beat(Record):
    """The last sign of life of a part that runs apart from the web process."""

    part = TextField(primary_key=True)
    at = Moment()

    class Meta:
        personal, plain = (), ("at",)

    @classmethod
    def beat(cls, part: str) -> None:
        """Leave a sign of life."""
        row = cls(part=part, at=clock.now())
        if not row.save(only=[cls.at]):
            row.save(force_insert=True)

    @classmethod
    def of(cls, part: str) -> datetime | None:
        """When a part gave its last sign of life; None for one that never did."""
        row = cls.get_or_none(cls.part == part)
        return row.at if row else None


STILL = timedelta(minutes=3)


def check(*, worker: bool = True) -> dict[str, Any]:
    """`{"ok": bool, "failing": [names]}`; never raises."""
    parts: dict[str, Callable[[], Any]] = {
        "database": lambda: db.execute_sql("SELECT 1").fetchone(),
        "keys": lambda: tools.keys.secret("health"),
        "storage": _storage,
    }
    if worker:
        parts["worker"] = _worker
    failing = [name for name, ask in parts.items() if not _answers(ask)]
    return {"ok": not failing, "failing": failing}


def _answers(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except Exception:  # whatever the part throws, it does not answer
        return False
    return True


def _storage() -> None:
    tools.vault.check()


def worker_works() -> bool:
    """Whether the worker gave a sign of life within the last minutes."""
    last = Beat.of("worker")
    return last is not None and last >= clock.now() - STILL


def _worker() -> None:
    if not worker_works():
        raise RuntimeError("no worker")
