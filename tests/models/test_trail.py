"""The trail on both engines: append-only, chained, signed; each kind of tampering is found (AUD-01..04, ERA-11)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import seal
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


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.integers(0, seal.MOST - 1), st.datetimes(datetime(1, 1, 2), datetime(9999, 1, 1)), st.lists(TEXTS, min_size=9, max_size=9),
)  # fmt: skip
def test_the_bytes_written_out_are_the_canonical_ones(seq, at, texts):
    """One rule for the bytes of a line: written out for speed, they are what RFC 8785 says, from a model and from a bare row."""
    names = ("actor", "role", "action", "kind", "code", "person", "promise", "request", "address")
    stamp = at.replace(tzinfo=UTC).isoformat(timespec="microseconds")
    expected = seal.canonical({"seq": seq, "at": stamp, **dict(zip(names, texts, strict=True))})
    line = Trace(
        seq=seq,
        at=at.replace(tzinfo=UTC),
        **dict(zip([*names[:7], "request_id", "address"], texts, strict=True)),
    )
    kept_by_sqlite = Trace.at.db_value(line.at)
    if at.year >= 1000:  # strftime writes earlier years without zeros
        assert trail.covered((seq, kept_by_sqlite, *texts)) == expected
    assert line.canonical() == trail.covered((seq, at, *texts)) == expected


def test_a_head_follows_at_once_what_must_not_be_denied(engine):
    """AUD-04, security.md 2.7: consent, erasure, export and roles sign the head in their own transaction; the rest waits a minute."""
    Head.sign()
    for action, at_once in (("consent.signed", True), ("consent.withdrawn", True), ("erasure.done", True), ("user.roles", True),
                            ("trail.exported", True), ("photo.viewed", False), ("consent.reminded", False)):  # fmt: skip
        with db.atomic():
            line = Trace.leave("system", action)
        assert (Head.select().where(Head.seq == line.seq).count() == 1) is at_once, action
    with db.atomic() as act:
        undone = Trace.leave("system", "consent.signed")
        act.rollback()
    assert not Head.select().where(Head.seq == undone.seq).exists()
    assert verify().bad is None


def test_verification_tells_how_far_it_is_and_keeps_no_more_than_a_piece(engine, monkeypatch):
    from models import checking

    monkeypatch.setattr(checking, "CHUNK", 3)
    for number in range(10):
        with db.atomic():
            Trace.leave("system", "consent.signed", number=number)
    told = []
    verdict = verify(progress=told.append)
    assert (verdict.bad, sum(told)) == (None, trail.length())
    assert max(told) == 3


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
