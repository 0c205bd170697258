"""The trail on both engines: append-only, chained, signed; each kind of tampering is found (AUD-01..04, ERA-11)."""

from __future__ import annotations

import pytest

from models import trail
from models.base import db, is_postgres
from models.trail import Head, Trace, verify


@pytest.fixture
def lines(engine):
    """Some lines, signed, in a house on either engine."""
    for number in range(5):
        with db.atomic():
            Trace.leave("system", "test.act", number=number)
    Head.sign()
    return list(Trace.select().order_by(Trace.seq))


def unguarded(table="trace"):
    if is_postgres():
        db.execute_sql(f"DROP TRIGGER {table}_append_only ON {table}")
    else:
        for act in ("update", "delete"):
            db.execute_sql(f"DROP TRIGGER {table}_{act}_forbidden")


def test_a_whole_trail_verifies(lines):
    assert (verify().bad, verify().lines) == (None, len(lines))


@pytest.mark.parametrize("act", ["UPDATE trace SET action = 'photo.erased' WHERE seq = 3", "DELETE FROM trace WHERE seq = 3",
                                 "UPDATE trace SET facts = '{}' WHERE seq = 3", "DELETE FROM head", "DELETE FROM version"])  # fmt: skip
def test_the_engine_itself_refuses_to_change_it(lines, act):
    with pytest.raises(Exception, match="append-only"), db.atomic():
        db.execute_sql(act)
    assert verify().bad is None


@pytest.mark.parametrize(
    ("act", "bad"),
    [
        ("UPDATE trace SET action = 'photo.erased' WHERE seq = 3", 3), ("DELETE FROM trace WHERE seq = 3", 4),
        ("UPDATE trace SET facts = '{\"number\":9}' WHERE seq = 4", 4), ("UPDATE trace SET actor = 'signer' WHERE seq = 2", 2),
        ("UPDATE trace SET address = '10.0.0.0/24' WHERE seq = 5", 5),
    ],
)  # fmt: skip
def test_whoever_gets_past_the_engine_is_found(lines, act, bad):
    unguarded()
    db.execute_sql(act)
    assert verify().bad == bad


def test_a_cut_tail_is_found_by_the_signed_head(lines):
    unguarded()
    last = lines[-1].seq
    db.execute_sql(f"DELETE FROM trace WHERE seq = {last}")
    assert verify().bad == last


def test_swapped_lines_are_found(lines):
    unguarded()
    for old, new in ((3, 90), (4, 3), (90, 4)):
        db.execute_sql(f"UPDATE trace SET seq = {new} WHERE seq = {old}")
    assert verify().bad == 3


def test_erased_facts_leave_the_chain_whole(lines):
    db.execute_sql("UPDATE trace SET facts = NULL, salt = NULL WHERE seq = 3")
    assert verify().bad is None
    assert Trace.get(Trace.seq == 3).details == {}


def test_a_trace_belongs_to_its_act(engine):
    before = Trace.select().count()
    with pytest.raises(RuntimeError, match="transaction"):
        Trace.leave("system", "test.alone")

    def undone():
        with db.atomic():
            Trace.leave("system", "test.undone")
            raise KeyError

    with pytest.raises(KeyError):
        undone()
    assert Trace.select().count() == before


def test_a_head_kept_outside_finds_a_rewritten_trail(lines):
    note = Head.sign().note
    unguarded()
    unguarded("head")
    db.execute_sql("DELETE FROM head")
    db.execute_sql("DELETE FROM trace")
    with db.atomic():
        Trace.leave("system", "test.rewritten")
    assert verify().bad is None, "by itself a new trail looks whole"
    assert verify([note]).bad is not None


def test_heads_are_found_in_a_mail(lines):
    note = Head.sign().note
    mail = f"Dear Dana,\r\n\r\n{note}\r\n\r\nregards"
    assert trail.notes_in(mail.replace("\n", "\r\n").replace("\r\r\n", "\r\n")) == [note]
