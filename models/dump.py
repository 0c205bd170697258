"""The database as lines, the same from either engine: personal words sealed under the key of whom they concern (ERA-04).

Erasing a person or a photo destroys that key, so every older dump forgets what it held of them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from enum import Enum
from typing import Any

from peewee import (
    JOIN,
    SQL,
    BareField,
    BlobField,
    Database,
    Field,
    FieldAlias,
    ForeignKeyField,
    Model,
    fn,
    sort_models,
)
from playhouse.fields import EnumField

from adapters import seal
from adapters.keys import KeyGone, derive
from models import schema
from models.base import Record, db, is_postgres, tools
from models.person import Person
from models.photo import Photo

PERSON_KEY = "person"  # the kind of the key under which a person's words lie in backups
LABEL = "backup"
BATCH = 500
SEALED, BYTES = "sealed", "bytes"


def tables() -> list[type[Record]]:
    """Every record, those others point to first, so that they can be brought back in this order."""
    return list(sort_models(schema.records()))


Way = tuple[ForeignKeyField, ...]


def ways(model: type[Record]) -> tuple[Way, ...]:
    """Every way by foreign keys from a record to a photo or person it is about, the nearest first; none past one that always holds.

    For these two themselves it is the empty way.
    """
    if model in (Photo, Person):
        return ((),)
    found: list[Way] = []
    going: list[Way] = [(field,) for field in _pointers(model)]
    seen = {model}
    while going and not any(map(_always_holds, found)):
        # A person before a photo where both are equally near.
        found += sorted((way for way in going if way[-1].rel_model in (Person, Photo)), key=_photo_last)
        seen |= {way[-1].rel_model for way in going}
        going = [
            (*way, field)
            for way in going
            if way[-1].rel_model not in (Person, Photo)
            for field in _pointers(way[-1].rel_model)
            if field.rel_model not in seen or field.rel_model in (Person, Photo)
        ]
    last = next((number for number, way in enumerate(found) if _always_holds(way)), len(found))
    return tuple(found[: last + 1])


def _always_holds(way: Way) -> bool:
    return not any(field.null for field in way)


def _photo_last(way: Way) -> bool:
    return way[-1].rel_model is Photo


def _pointers(model: type[Model]) -> list[ForeignKeyField]:
    return [field for field in model._meta.sorted_fields if isinstance(field, ForeignKeyField)]


@contextmanager
def standing_still(url: str) -> Iterator[Database]:
    """A connection of its own that sees one moment of the database and hinders nobody who writes."""
    with schema.another(url, tools.keys.secret("database")) as other:
        if is_postgres():
            other.execute_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        else:
            other.execute_sql("BEGIN DEFERRED")
            other.execute_sql(
                "SELECT 1 FROM setting LIMIT 1"
            ).fetchone()  # only reading begins a deferred transaction
        yield other
        other.execute_sql("ROLLBACK")


def counts(other: Database) -> dict[str, int]:
    """How many rows each table has at that moment."""
    return {
        model._meta.table_name: int(other.execute_sql(*model.select(fn.COUNT(SQL("1"))).sql()).fetchone()[0])
        for model in tables()
    }


def rows(other: Database) -> Iterator[bytes]:
    """Every table: a line that names it and its columns, then a line for each row."""
    for model in tables():
        fields = model._meta.sorted_fields
        yield _line({"table": model._meta.table_name, "columns": [field.column_name for field in fields]})
        for some in _batches(other, model):
            yield from _lines(model, some)


def _batches(other: Database, model: type[Record]) -> Iterator[list[tuple[Any, ...]]]:
    query = model.select(*model._meta.sorted_fields)
    for way in ways(model):
        whose: Any = model
        for field in way:
            # A table may stand on the way to itself, and on two ways: each step is one of its own.
            after = field.rel_model.alias()
            # By the field, for one is named as a method of every alias: `copy`.
            pointer = field if whose is model else FieldAlias(whose, field)
            query = query.join_from(whose, after, JOIN.LEFT_OUTER, on=pointer == after.id)
            whose = after
        query = query.select_extend(whose.code)
    sql, values = query.order_by(model._meta.primary_key).sql()
    if is_postgres():
        cursor = other.connection().cursor(name="dump")  # rows stay with the server until they are asked for
        cursor.execute(sql, values)
    else:
        cursor = other.execute_sql(sql, values)
    while some := cursor.fetchmany(BATCH):
        yield some
    cursor.close()


def _lines(model: type[Record], some: list[tuple[Any, ...]]) -> Iterator[bytes]:
    fields, personal = model._meta.sorted_fields, set(model._meta.personal)
    ends = [way[-1].rel_model if way else model for way in ways(model)]
    whose = [_nearest(ends, row[len(fields) :]) for row in some]
    keys = _keys_for({each for each in whose if each})
    for row, its in zip(some, whose, strict=True):
        key = keys.get(its) if its else None
        values = [_said(field, field.python_value(value)) for field, value in zip(fields, row, strict=False)]
        if key is not None:
            values = [
                _sealed(model, field, key, value) if field.name in personal and value is not None else value
                for field, value in zip(fields, values, strict=True)
            ]
        yield _line([*values, its[1] if its and key is not None else None])


Whose = tuple[type[Model], str]


def _nearest(ends: list[type[Model]], codes: Sequence[str | None]) -> Whose | None:
    """The first of these a row does point to: a photo that was erased, or a person nobody named, is no end of a way."""
    return next(((end, code) for end, code in zip(ends, codes, strict=True) if code), None)


def _keys_for(whose: set[Whose]) -> dict[Whose, bytes]:
    """The keys of these photos or people; a person gets hers when she is first backed up."""
    photos = {code for end, code in whose if end is Photo}
    people = {code for end, code in whose if end is Person}
    hers = tools.keys.many(PERSON_KEY, people)
    for code in people - set(hers):
        # Of whom only the proof is kept the ledger knows: she has no name any more, and gets no key again.
        with suppress(KeyGone):
            hers[code] = tools.keys.new(PERSON_KEY, code)
    return {(Photo, code): key for code, key in _of_photos(photos).items()} | {
        (Person, code): key for code, key in hers.items()
    }


def _of_photos(codes: set[str]) -> dict[str, bytes]:
    return {code: derive(key, LABEL) for code, key in tools.keys.many("object", codes).items()}


def _sealed(model: type[Record], field: Field, key: bytes, value: Any) -> dict[str, str]:
    about = f"{model._meta.table_name}|{field.column_name}".encode()
    data = seal.encrypt_field(key, json.dumps(value, ensure_ascii=False).encode(), about)
    return {SEALED: base64.b64encode(data).decode()}


def _said(field: Field, value: Any) -> Any:
    if isinstance(field, ForeignKeyField):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return {BYTES: base64.b64encode(bytes(value)).decode()}
    return value


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class Loader:
    """Brings lines back into an empty database, table by table; words whose key was destroyed stay empty."""

    def __init__(self) -> None:
        self._models = {model._meta.table_name: model for model in schema.records()}
        self._then: type[Model] | None = None
        self._fields: list[Field] = []
        self._waiting: list[list[Any]] = []
        self.counts: dict[str, int] = {}

    def take(self, line: bytes) -> None:
        """One line of the dump after its head; within the caller's transaction."""
        value = json.loads(line)
        if isinstance(value, dict):
            self.flush()
            self._then = _as_it_was(value["table"], value["columns"], self._models.get(value["table"]))
            self._fields = [self._then._meta.columns[column] for column in value["columns"]]
            self.counts[value["table"]] = 0
            return
        self._waiting.append(value)
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        some, self._waiting = self._waiting, []
        if self._then is None or not some:
            return
        keys = _keys_left({row[-1] for row in some if row[-1]})
        written = [
            {
                field: _meant(self._then, field, value, keys.get(row[-1]))
                for field, value in zip(self._fields, row, strict=False)
            }
            for row in some
        ]
        most = max(1, 30_000 // len(self._fields))  # values an engine takes in one statement
        for start in range(0, len(written), most):
            self._then.insert_many(written[start : start + most]).execute()
        self.counts[self._then._meta.table_name] += len(written)


def _as_it_was(table: str, columns: list[str], now: type[Record] | None) -> type[Model]:
    """A stand-in for a table as the dump knew it: later migrations change it only after its rows are there."""
    known = now._meta.columns if now is not None else {}
    fields: dict[str, Field] = {}
    for column in columns:
        field = known.get(column)
        if field is None or isinstance(field, ForeignKeyField):
            fields[column] = BareField(column_name=column, null=True)
        else:
            fields[column] = field.clone()
            fields[column].default = None
    meta = type("Meta", (), {"database": db, "table_name": table, "primary_key": False})
    return type("AsItWas", (Model,), {**fields, "Meta": meta})


def _keys_left(codes: set[str]) -> dict[str, bytes]:
    """By code alone, for those of photos and people are drawn from the same vast number."""
    return _of_photos(codes) | tools.keys.many(PERSON_KEY, codes)


def _meant(model: type[Model], field: Field, value: Any, key: bytes | None) -> Any:
    if isinstance(value, dict) and SEALED in value:
        if key is None:
            return _nothing(field)
        about = f"{model._meta.table_name}|{field.column_name}".encode()
        value = json.loads(seal.decrypt_field(key, base64.b64decode(value[SEALED]), about))
    if isinstance(value, dict) and BYTES in value:
        return base64.b64decode(value[BYTES])
    if value is None or isinstance(field, ForeignKeyField):
        return value
    if isinstance(field, EnumField):
        return next(member for member in field.enum_class if member.value == value)
    return _moment(field, value)


def _moment(field: Field, value: Any) -> Any:
    if field.field_type == "DATETIME":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if field.field_type == "DATE" else value


def _nothing(field: Field) -> Any:
    """What stands in a column whose words nobody can read any more: the row itself goes when the ledger is replayed."""
    if field.null:
        return None
    if isinstance(field, BlobField):
        return b""
    if isinstance(field, EnumField):
        return next(iter(field.enum_class))
    return {"DATE": date(1900, 1, 1), "JSON": [], "INT": 0, "BIGINT": 0, "FLOAT": 0.0, "BOOL": False}.get(
        field.field_type, ""
    )


def after_load() -> None:
    """Let the engine count on from the highest numbers, and write the words of photos anew, as no dump holds them."""
    from models import search

    if is_postgres():
        for model in tables():
            key = model._meta.primary_key
            if key is not False and key.field_type == "AUTO":
                table, column = model._meta.table_name, key.column_name
                db.execute_sql(
                    f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), COALESCE(MAX({column}), 1), "  # noqa: S608
                    f'MAX({column}) IS NOT NULL) FROM "{table}"'
                )
    for photo in Photo.select().order_by(Photo.id).iterator():
        search.note(photo)
