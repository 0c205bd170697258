"""No table can forget to be erased: every pointer to a photo or a person, and every personal column of what stays, has its rule (ERA-01, ERA-02)."""

from __future__ import annotations

from peewee import ForeignKeyField

from models import aftermath, duties, schema
from models.aftermath import GOES, KEPT, POINTERS, PROOF, Stays
from models.person import Person
from models.photo import Photo

RECORDS = {record.__name__: record for record in schema.records()}


def pointers():
    """Every column that points to a photo, a person, or anything that goes with one; by name."""
    going, found, grown = {Photo, Person}, {}, True
    while grown:
        grown = False
        for name, record in RECORDS.items():
            for column in record._meta.sorted_fields:
                if isinstance(column, ForeignKeyField) and column.rel_model in going:
                    key = f"{name}.{column.name}"
                    grown = grown or key not in found
                    found[key] = column
                    if POINTERS.get(key) == GOES:
                        going.add(record)
    return found


def test_every_pointer_has_its_rule():
    """A new table that points to a photo or a person says in models/aftermath.py what becomes of it."""
    assert sorted(pointers()) == sorted(POINTERS)


def test_the_engine_keeps_the_rule_too():
    """What goes is deleted by the engine itself; what stays can be let go of."""
    wrong = [
        key
        for key, column in pointers().items()
        if (POINTERS[key] == GOES and column.on_delete != "CASCADE")
        or (isinstance(POINTERS[key], Stays) and not column.null)
    ]
    assert wrong == []


def test_every_personal_column_of_what_stays_has_its_rule():
    """Emptied or kept, but never forgotten."""
    stays = {key: rule.columns for key, rule in POINTERS.items() if isinstance(rule, Stays)}
    # What goes anyway by another pointer needs no rule here, unless it is what the proof is made of.
    alone = {
        key: columns
        for key, columns in stays.items()
        if not any(
            other.startswith(key.split(".")[0] + ".") and POINTERS[other] == GOES for other in POINTERS
        )
    }
    ruled = {**alone, **PROOF}
    forgotten = [
        f"{key}: {column}"
        for key, columns in ruled.items()
        for column in RECORDS[key.split(".")[0]]._meta.personal
        if column not in columns
    ]
    assert forgotten == []


def test_a_rule_names_what_there_is():
    """No rule for a column that was renamed."""
    ruled = {**{k: r.columns for k, r in POINTERS.items() if isinstance(r, Stays)}, **PROOF}
    assert [
        (key, column)
        for key, columns in ruled.items()
        for column in columns
        if column not in RECORDS[key.split(".")[0]]._meta.personal
    ] == []


def test_who_a_person_is_never_stays():
    """Of a person, a guardian and a signature, name and address are emptied even where the proof is kept."""
    kept = [(r, c) for r, columns in PROOF.items() for c in columns if columns[c] is KEPT]
    assert {column for _, column in kept} & {"name", "folded", "email", "signer", "born", "note"} == set()


def test_every_kind_of_job_says_whose_it_is():
    """What waits for something erased is taken out of the queue: no kind of job is left out."""
    assert sorted(aftermath.JOBS) == sorted(duties.HANDLERS)
    assert [name for name in aftermath.JOBS.values() if name and name not in RECORDS] == []
