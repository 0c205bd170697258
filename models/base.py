"""What every noun stands on: the database, the record, the moment, and finding by code."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peewee import DatabaseProxy, DateTimeField, Model, ModelSelect, TextField

from adapters import seal
from models.errors import Missing

if TYPE_CHECKING:
    from adapters.hooks import Hooks
    from adapters.keys import KeyStore
    from adapters.mail import Mailer
    from adapters.oidc import Provider
    from adapters.sandbox import Sandbox
    from adapters.typesetter import Typesetter
    from adapters.vault import Vault
    from adapters.witness import Witness

db = DatabaseProxy()
FEW = 1_000  # rows deleted in one transaction, which others wait for


@dataclass(frozen=True)
class Backups:
    """Where backups go and how long they stay, as the operator set it; empty places are none (ERA-04, ERA-05)."""

    to: str = ""
    days: int = 35
    keys_to: str = ""
    keys_days: int = 7
    recipient: str = ""


@dataclass
class Tools:
    """The adapters the models work with; app.wire() fills it once per process, tests fill it per test."""

    vault: Vault
    keys: KeyStore
    mailer: Mailer
    sandbox: Sandbox
    typesetter: Typesetter
    hooks: Hooks
    base_url: str
    zone: str
    locale: str
    staging: Path
    witnesses: tuple[Witness, ...] = ()  # where signed heads go (HEADS_TO)
    database_url: str = ""
    backups: Backups = field(default_factory=Backups)
    sign_on: Provider | None = None
    reserve: int = 0  # bytes of the vault's disk that new photos leave alone (DISK_RESERVE)
    place: str = ""  # the hosts the data stands on (adapters/place.py)


class _Tools:
    """Stands for the wired Tools, so that a model may import it before the process is wired."""

    _wired: Tools | None = None

    def wire(self, parts: Tools) -> None:
        self._wired = parts

    def __getattr__(self, name: str) -> Any:
        if self._wired is None:
            raise RuntimeError("app.wire() has not run")
        return getattr(self._wired, name)


tools = _Tools()


class Moment(DateTimeField):
    """An instant: a zone is required, UTC is stored, UTC comes back (CON-12)."""

    def db_value(self, value: datetime | str | None) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        # SQLite compares text: one zone and one width make it sort as time does.
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

    def python_value(self, value: Any) -> datetime | None:
        moment = super().python_value(value)
        return moment.replace(tzinfo=UTC) if isinstance(moment, datetime) else moment


class Record(Model):
    """A row. Meta.personal and Meta.plain together name every column but the keys (DBD-03)."""

    class Meta:
        database = db
        legacy_table_names = False


def code_field() -> TextField:
    """A public random name for URLs and traces; row ids never leave the house."""
    return TextField(unique=True, default=seal.new_code)


def find(query: ModelSelect[Any], code: str) -> Any:
    """Return the row with this code among those the query allows, or raise Missing; Gone for what was erased."""
    row = query.where(query.model.code == code).first()
    if row is None:
        if hasattr(query.model, "told_gone"):
            query.model.told_gone(code)
        raise Missing
    return row


def tuples(query: Any) -> Iterator[Any]:
    """The rows of a query as bare values, one at a time."""
    return iter(query.tuples().iterator())


def clear(record: Any, where: Any) -> int:
    """Delete the rows of a table that fit, a few in each transaction, so that nobody waits long; returns how many there were."""
    count, few = 0, record.select(record.id).where(where).limit(FEW)
    while ids := [id for (id,) in few.tuples()]:
        if count:
            breathe()
        count += int(record.delete().where(record.id.in_(ids), where).execute())
    return count


def breathe() -> None:
    """Between two transactions of a long run, let whoever waits to write have a turn: SQLite's look every tenth of a second."""
    if not is_postgres():
        time.sleep(0.11)


def is_postgres() -> bool:
    """True when the engine is PostgreSQL, for the few places where the two differ."""
    return type(db.obj).__name__.startswith(("Postgres", "PooledPostgres"))
