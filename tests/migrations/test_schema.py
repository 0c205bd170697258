"""The frozen steps lead to the schema the models speak of, on both engines, and a second start does nothing."""

from __future__ import annotations

import pytest
from playhouse.schema_diff import diff_models

from models import schema
from models.base import db

pytestmark = pytest.mark.both_engines


def test_steps_and_models_agree(house):
    assert not diff_models(db.obj, schema.records())


def test_a_second_start_finds_nothing_to_do(house):
    assert schema.migrate() == []


def test_every_column_is_declared_personal_or_plain(house):
    """DBD-03: the data dictionary is whole: every column that is no key says which it is."""
    undeclared = []
    for record in schema.records():
        fields = {
            field.name for field in record._meta.sorted_fields
            if not field.primary_key and type(field).__name__ != "ForeignKeyField"
        }  # fmt: skip
        said = set(record._meta.personal) | set(record._meta.plain)
        undeclared += [
            f"{record.__name__}.{name}"
            for name in sorted(fields ^ said)
            if name in fields or name not in _keys(record)
        ]
    assert undeclared == []


def _keys(record):
    return {field.name for field in record._meta.sorted_fields}
