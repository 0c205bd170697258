"""Every kind of tampering with the trail, held against our verifier and the stranger's, with and without heads outside.

What neither finds is stated too: what was written after the last signed head, and a rewritten trail whose heads were all
dropped while nobody outside kept one (AUD-04, AUD-05, security.md 2.7).
"""

from __future__ import annotations

import importlib.util
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters import clock, seal
from models import pruning, reading, trail
from models.base import db, is_postgres
from models.stumps import Segment, Stump
from models.trail import Head, Trace

pytestmark = pytest.mark.both_engines
SEEDS = range(4)
TABLES = (Trace, Stump, Segment, Head)
FOUND, MISSED = True, False


def stranger():
    """The small verifier of docs/, which shares no line with ours."""
    path = Path(__file__).resolve().parents[2] / "docs" / "verify_trail.py"
    spec = importlib.util.spec_from_file_location("verify_trail", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


THEIRS = stranger()


@dataclass
class Tables:
    """The tables of the trail as somebody with the database in hand sees them, without its keys."""

    trace: list[dict]
    stump: list[dict]
    segment: list[dict]
    head: list[dict]

    @classmethod
    def read(cls):
        return cls(*(list(table.select().order_by(table._meta.primary_key).dicts()) for table in TABLES))

    def write(self):
        for table in TABLES:
            unguard(table._meta.table_name)
        for table in reversed((Segment, Stump, Trace, Head)):
            table.delete().execute()
        for table, rows in (
            (Segment, self.segment),
            (Stump, self.stump),
            (Trace, self.trace),
            (Head, self.head),
        ):
            if rows:
                table.insert_many(rows).execute()

    def some(self, rng, *, after=0):
        """The place of a line that a signed head covers, with others around it."""
        last = self.head[-1]["seq"]
        places = [place for place, row in enumerate(self.trace) if after < row["seq"] < last]
        return rng.choice(places[2:-2])

    @property
    def last_stump(self):
        """Its number; what is renumbered after it meets none."""
        return max(row["seq"] for row in self.stump)

    def rehash(self):
        """Compute every promise and head anew: what needs no key."""
        before = trail.genesis()
        for row in sorted(self.trace + self.stump, key=lambda row: row["seq"]):
            if "leaf" in row:
                leaf = bytes.fromhex(row["leaf"])
            else:
                if row["facts"] is not None:
                    salt = bytes.fromhex(row["salt"])
                    row["promise"] = seal.commitment(salt, row["facts"].encode()).hex()
                leaf = seal.leaf(Trace(**row).canonical())
            before = seal.link(before, leaf)
            row["head"] = before.hex()

    def forge(self, signer):
        """Sign the heads anew with another key."""
        heads = {row["seq"]: row["head"] for row in self.trace + self.stump}
        for row in self.head:
            row["note"] = signer.note(row["seq"], bytes.fromhex(heads[row["seq"]]), row["at"])


def unguard(table):
    if is_postgres():
        db.execute_sql(f"DROP TRIGGER {table}_append_only ON {table}")
        return
    for act in ("update", "delete", "replace"):
        db.execute_sql(f"DROP TRIGGER {table}_{act}_forbidden")


def edit(tables, rng):
    tables.trace[tables.some(rng)]["action"] = "photo.erased"


def facts(tables, rng):
    tables.trace[tables.some(rng)]["facts"] = '{"number":999}'


def delete(tables, rng):
    del tables.trace[tables.some(rng)]


def swap(tables, rng):
    here = tables.some(rng)
    first, second = tables.trace[here], tables.trace[here + 1]
    first["seq"], second["seq"] = second["seq"], first["seq"]


def insert(tables, rng):
    here = tables.some(rng, after=tables.last_stump)
    for row in tables.trace[here:]:
        row["seq"] += 1
    tables.trace.insert(here, {**tables.trace[here], "seq": tables.trace[here]["seq"] - 1})


def before_the_first(tables, _rng):
    tables.trace.append({**tables.trace[0], "seq": -5})


def renumber(tables, rng):
    here = tables.some(rng, after=tables.last_stump)
    del tables.trace[here]
    for row in tables.trace[here:]:
        row["seq"] -= 1


def cut(tables, _rng):
    del tables.trace[-3:]


def unreadable(tables, rng):
    tables.trace[tables.some(rng)]["salt"] = "not hexadecimal"


def edit_and_rehash(tables, rng):
    edit(tables, rng)
    tables.rehash()


def renumber_and_rehash(tables, rng):
    renumber(tables, rng)
    tables.rehash()


def insert_and_rehash(tables, rng):
    insert(tables, rng)
    tables.rehash()


def another_key(tables, rng):
    edit_and_rehash(tables, rng)
    tables.forge(seal.Signer(rng.randbytes(32), trail.signer().origin))


def one_head_of_another_key(tables, rng):
    tables.forge(seal.Signer(rng.randbytes(32), trail.signer().origin))
    real = list(Head.select().order_by(Head.id).dicts())
    tables.head[1:] = real[1:]


def head_moved(tables, _rng):
    tables.head[0]["note"], tables.head[1]["note"] = tables.head[1]["note"], tables.head[0]["note"]


def stump_changed(tables, rng):
    rng.choice(tables.stump)["leaf"] = rng.randbytes(32).hex()


def stump_changed_and_rehashed(tables, rng):
    rng.choice(tables.stump)["leaf"] = rng.randbytes(32).hex()
    tables.rehash()


def stump_dropped(tables, rng):
    del tables.stump[rng.randrange(1, len(tables.stump))]


def line_made_a_stump(tables, rng):
    row = tables.trace.pop(tables.some(rng))
    leaf = seal.leaf(Trace(**row).canonical()).hex()
    segment = tables.segment[0]["id"]
    tables.stump.append({"seq": row["seq"], "leaf": leaf, "head": row["head"], "segment": segment})


def segment_widened(tables, _rng):
    tables.segment[0]["last"] += 5


def segment_signed_anew(tables, rng):
    row = tables.segment[0]
    said = row["note"].split("\n\n")[0].split("\n")
    row["note"] = seal.Signer(rng.randbytes(32), trail.signer().origin).signed(said)


def segment_dropped(tables, _rng):
    for row in tables.stump:
        row["segment"] = tables.segment[-1]["id"]
    del tables.segment[0]


def heads_dropped(tables, _rng):
    tables.head = []


def last_head_dropped(tables, _rng):
    del tables.head[-1]


def cut_with_its_heads(tables, _rng):
    cut(tables, None)
    tables.head = [row for row in tables.head if row["seq"] <= tables.trace[-1]["seq"]]


def rewritten_without_heads(tables, rng):
    edit_and_rehash(tables, rng)
    tables.head = []


def after_the_last_head(tables, _rng):
    tables.trace[-1]["action"] = "photo.erased"
    tables.rehash()


# kind: found by ours alone, by ours with a head outside, by the stranger's alone, by the stranger's with a head outside.
ALWAYS = (FOUND,) * 4
ONLY_OUTSIDE = (MISSED, FOUND, MISSED, FOUND)
# An export carries one head, signed when it is made: what went before needs a head kept outside.
OURS_OR_OUTSIDE = (FOUND, FOUND, MISSED, FOUND)
HARMLESS = (MISSED,) * 4
OURS_ONLY = (FOUND, FOUND, MISSED, MISSED)
KINDS = {
    edit: ALWAYS, facts: ALWAYS, delete: ALWAYS, swap: ALWAYS, insert: ALWAYS, before_the_first: ALWAYS, renumber: ALWAYS,
    unreadable: ALWAYS, stump_changed: ALWAYS, stump_changed_and_rehashed: ALWAYS, stump_dropped: ALWAYS,
    line_made_a_stump: ALWAYS, segment_signed_anew: ALWAYS, segment_dropped: ALWAYS,
    segment_widened: OURS_ONLY,  # the row beside the note: the export carries the note alone
    one_head_of_another_key: OURS_ONLY, head_moved: OURS_ONLY,
    cut: OURS_OR_OUTSIDE, edit_and_rehash: OURS_OR_OUTSIDE, renumber_and_rehash: OURS_OR_OUTSIDE,
    insert_and_rehash: OURS_OR_OUTSIDE, another_key: OURS_OR_OUTSIDE,
    cut_with_its_heads: ONLY_OUTSIDE, rewritten_without_heads: ONLY_OUTSIDE,
    heads_dropped: HARMLESS, last_head_dropped: HARMLESS,  # by itself: the lines are all there
    after_the_last_head: HARMLESS,  # the stated limit: within the minute before the next head
}  # fmt: skip


def lines(count, action="photo.changed"):
    for number in range(count):
        with db.atomic():
            Trace.leave("system", action, number=number)


@pytest.fixture
def outside(engine, later):
    """A trail with pruned and kept lines, three heads, and a few lines after the last; the heads as somebody outside kept them."""
    for _ in range(6):
        lines(1, "photo.viewed")
        lines(1)
    later(days=400)
    lines(3)
    lines(4, "photo.viewed")
    Head.sign()
    assert pruning.prune() == 6
    later(days=400)
    assert pruning.prune() == 4
    lines(6)
    Head.sign()
    lines(6)
    kept = [head.note for head in Head.select().order_by(Head.id)] + [Head.sign().note]
    lines(2)
    return kept


def test_nothing_is_found_where_nothing_was_done(outside):
    assert trail.verify().bad is None
    assert trail.verify(outside).bad is None
    assert strangers_verdict([]) is None
    assert strangers_verdict(outside) is None


def test_each_kind_is_found_by_whom_it_can_be(outside):
    """AUD-04: edit, deletion, reorder, truncation and their kin, seeded, by two verifiers that share no line."""
    said = {}
    for kind in KINDS:
        said[kind.__name__] = {tried(kind, seed, outside) for seed in SEEDS}
    assert said == {kind.__name__: {promised} for kind, promised in KINDS.items()}
    assert trail.verify().bad is None, "everything was taken back"


def tried(kind, seed, outside):
    """Who finds this tampering; afterwards it never happened."""
    with db.atomic() as act:
        tables = Tables.read()
        kind(tables, random.Random(seed))
        tables.write()
        found = (
            trail.verify().bad is not None, trail.verify(outside).bad is not None,
            strangers_verdict([]) is not None, strangers_verdict(outside) is not None,
        )  # fmt: skip
        act.rollback()
    return found


def strangers_verdict(outside):
    """What the stranger's verifier says of an export made now, or None when all holds."""
    entries = list(reading.exported(by="operator"))
    try:
        THEIRS.verify(iter(entries), trail.signer().public_key, outside)
    except (THEIRS.Bad, ValueError, TypeError) as bad:
        return str(bad)
    return None


@pytest.mark.parametrize("kind", [edit, delete, swap, stump_changed])
def test_the_first_bad_entry_is_named(outside, kind):
    tables = Tables.read()
    before = {row["seq"]: dict(row) for row in (*tables.trace, *tables.stump)}
    kind(tables, random.Random(7))
    after = {row["seq"]: row for row in (*tables.trace, *tables.stump)}
    changed = min(seq for seq in before if before[seq] != after.get(seq))
    tables.write()
    named = trail.verify()
    assert named.bad == (changed + 1 if kind is delete else changed)
    assert named.lines == changed
    assert named.why


def test_a_note_of_somebody_else_is_a_mistake_not_a_fault(outside):
    with pytest.raises(seal.BadSeal):
        trail.verify([seal.Signer(bytes(32), trail.signer().origin).note(1, bytes(32), clock.now())])
