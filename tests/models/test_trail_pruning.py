"""Pruning: lines past their time become stumps under a signed segment, and everything else still verifies (AUD-05, ERA-11)."""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from pathlib import Path

import pytest

import tasks
from adapters import clock
from adapters.witness import witnesses
from models import pruning, reading, trail
from models.base import db, tools
from models.checking import Found
from models.health import Beat
from models.setting import Setting
from models.stumps import Segment, Stump
from models.trail import Head, Trace, verify

pytestmark = pytest.mark.both_engines


def leave(action, count=1, **facts):
    for number in range(count):
        with db.atomic():
            Trace.leave("system", action, number=number, **facts)


def kept(action):
    return Trace.select().where(Trace.action == action).count()


def strangers_verdict():
    path = Path(__file__).resolve().parents[2] / "docs" / "verify_trail.py"
    spec = importlib.util.spec_from_file_location("verify_trail", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.verify(reading.exported(by="operator"), trail.signer().public_key, [])


def test_each_class_goes_in_its_time(engine, later):
    """AUD-05: access after a year, incidents after five, evidence five years after the longest consent, mixed as they came."""
    for _ in range(3):
        for action in ("photo.viewed", "consent.signed", "breach.noted"):
            leave(action)
    begun = trail.length()
    later(days=366)
    leave("photo.viewed", 2)
    assert pruning.prune() == 3
    assert (kept("photo.viewed"), kept("consent.signed"), kept("breach.noted")) == (2, 3, 3)
    assert (verify().bad, verify().lines) == (None, trail.length())
    later(days=365 * 4 + 2)
    assert pruning.prune() == 2 + 3
    assert (kept("consent.signed"), kept("breach.noted")) == (3, 0)
    later(days=365 * 2 + 2)
    pruning.prune()
    assert kept("consent.signed") == 0, "24 months of consent and five years"
    assert Stump.select().where(Stump.seq <= begun).count() == begun, "all of the first day is gone"
    assert (verify().bad, verify().lines) == (None, trail.length())
    assert strangers_verdict() == trail.length()
    assert {segment.rule for segment in Segment.select()} == {"access", "incident", "evidence"}
    assert kept("trail.pruned") > 0


def test_longer_consent_keeps_the_evidence_longer(engine, later):
    Setting.put("consent_months", 60)
    leave("consent.signed")
    later(days=365 * 9)
    pruning.prune()
    assert kept("consent.signed") == 1


def test_it_goes_on_where_it_was_stopped_and_does_nothing_twice(engine, later, monkeypatch):
    """Each batch stands by itself: a kill between two leaves a whole trail, and the next night does the rest."""
    monkeypatch.setattr(pruning, "BATCH", 4)
    leave("photo.viewed", 10)
    later(days=400)
    whole = pruning._batch

    def killed(*about):
        if Segment.select().count() == 1:
            raise KeyboardInterrupt
        return whole(*about)

    monkeypatch.setattr(pruning, "_batch", killed)
    with pytest.raises(KeyboardInterrupt):
        pruning.prune()
    assert 0 < Stump.select().count() < 10
    assert verify().bad is None
    monkeypatch.setattr(pruning, "_batch", whole)
    pruning.prune()
    assert kept("photo.viewed") == 0
    length = trail.length()
    assert (pruning.prune(), trail.length()) == (0, length)
    assert verify().bad is None


def test_a_tampered_line_is_not_pruned_away(engine, later):
    """The proof of tampering is never taken out by us."""
    leave("photo.viewed", 3)
    changed = trail.length() - 1
    later(days=400)
    db.execute_sql(
        "DROP TRIGGER trace_append_only ON trace"
        if trail.is_postgres()
        else "DROP TRIGGER trace_update_forbidden"
    )
    Trace.update(actor="signer").where(Trace.seq == changed).execute()
    with pytest.raises(Found, match="changed"):
        pruning.prune()
    assert Stump.select().count() == 0
    assert verify().bad == changed


def test_the_engine_lets_a_line_go_only_for_its_stump(engine, later):
    """The one way out: a stump with the same head, under a segment of lines older than this one."""
    leave("photo.viewed", 2)
    line = Trace.select().order_by(Trace.seq.desc()).get()
    now = clock.now()

    def let_go(stump_head, before):
        with db.atomic():
            if stump_head:
                segment = Segment.create(
                    rule="access", first=1, last=9, lines=1, before=before, at=now, note=""
                )
                Stump.create(seq=line.seq, leaf="00" * 32, head=stump_head, segment=segment)
            Trace.delete().where(Trace.seq == line.seq).execute()

    young, past = now.replace(year=2001), now.replace(year=2100)
    for stump_head, before in (("", now), (line.head, young), ("00" * 32, past)):
        with pytest.raises(Exception, match="append-only"):
            let_go(stump_head, before)
    assert Trace.select().where(Trace.seq == line.seq).exists()


@pytest.mark.parametrize("act", [
    "UPDATE stump SET head = 'x'", "DELETE FROM stump", "UPDATE segment SET lines = 9", "DELETE FROM segment",
    "DELETE FROM trace", "UPDATE head SET note = ''",
])  # fmt: skip
def test_what_pruning_left_is_append_only_too(engine, later, act):
    leave("photo.viewed")
    later(days=400)
    pruning.prune()
    with pytest.raises(Exception, match="append-only"), db.atomic():
        db.execute_sql(act)
    replace = "REPLACE INTO head (id, seq, at, note) VALUES (1, 1, '', '')"
    empty = "TRUNCATE trace, stump, segment, head"
    with pytest.raises(Exception, match="append-only"), db.atomic():
        db.execute_sql(empty if trail.is_postgres() else replace)


def test_forgotten_facts_keep_the_chain_whole(engine, later):
    """ERA-11: facts and salt of a person's lines are emptied within the erasure's transaction, and pruning goes on."""
    editor = engine.user("editor")
    noor, other = engine.person("Noor Voorbeeld", by=editor), engine.person("Daan Ander", by=editor)
    for person in (noor, other):
        with db.atomic():
            Trace.leave(editor, "consent.signed", person=person, given=["website"])
    with pytest.raises(RuntimeError, match="transaction"):
        Trace.forget([noor.code])
    with db.atomic():
        assert Trace.forget([noor.code, ""]) == 2
        assert Trace.forget([noor.code]) == 0
    emptied = {line.person for line in Trace.select().where(Trace.facts.is_null())}
    assert emptied == {noor.code}
    assert not Trace.select().where(Trace.facts.is_null(), Trace.salt.is_null(False)).exists()
    assert verify().bad is None
    later(days=365 * 8)
    pruning.prune()
    assert verify().bad is None
    assert strangers_verdict() == trail.length()


def test_the_next_line_and_head_follow_after_everything_before_was_pruned(engine, later):
    leave("photo.viewed", 2)
    later(days=365 * 30)
    pruning.prune()
    assert Trace.select().where(Trace.action != "trail.pruned").count() == 0
    before = trail.length()
    leave("photo.viewed")
    assert trail.length() == before + 1
    assert Head.sign().seq == before + 1
    assert verify().bad is None


def test_the_nightly_task_prunes_and_the_minute_task_signs_and_tells(engine, later, tmp_path):
    """Both may run twice without harm; a witness that is away does not keep the worker from showing that it lives."""
    tools._wired.witnesses = witnesses(f"file://{tmp_path}/no-folder/heads")
    leave("photo.viewed", 3)
    later(days=400)
    for _ in range(2):
        tasks.keep_terms.call_local()
        tasks.sign_head.call_local()
    assert kept("photo.viewed") == 0
    assert Head.select().order_by(Head.seq.desc()).get().seq == trail.length()
    assert Beat.get(Beat.part == "worker").at > clock.now() - timedelta(minutes=1)
    assert trail.witness_lag() is not None
    assert verify().bad is None
