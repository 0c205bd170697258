"""kill -9 at fifty seeded moments of a night of retention: the next night ends it, nothing is done twice, every proof is true (SEC-11, GOV-09)."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from dataclasses import replace

import pytest

import app as composition
from adapters import clock
from models import retaining
from models.base import db, tools
from models.claim import Claim
from models.erasure import Erasure
from models.job import Job
from models.retaining import Run
from models.retention import RULES
from models.stumps import Segment
from models.trail import Trace, verify
from tests.faults.harness import killed, run
from tests.models.limits import CASES, START, World
from tests.models.test_retention_limits import LATE

FEWEST = 5  # of the moments lie in the middle, however busy the machine is
EACH = 3
# Each of these is one row that is due, or as many as are said; the rest of the schedule has nothing to do that night.
KEYS = {
    "evidence": 2, "request-case": 3, "request-package": 1, "shared": 2, "trail-access": 1, "breach": 1, "asked": 1, "visitor": 1,
    "import": 2, "entry": 2, "hook-call": 1,
}  # fmt: skip


@pytest.mark.slow
def test_killed_in_the_night_it_is_ended_by_the_next(house, reopened, tmp_path, monkeypatch):
    moment = [START]
    monkeypatch.setattr(clock, "_read", lambda: moment[0])
    copy = tmp_path / "copy"
    config = replace(
        house.config,
        data=copy / "data",
        keys=copy / "keys",
        database_url=f"sqlite:///{copy}/data/clearframe.db",
    )
    with db.connection_context():
        world = World(house)
        there = {key: [CASES[key](world) for _ in range(EACH)] for key in KEYS}
        Job.delete().execute()
        db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    moment[0] = LATE

    def lay():
        shutil.rmtree(copy, ignore_errors=True)
        for name in ("data", "keys"):
            shutil.copytree(getattr(house.config, name), copy / name)

    def night():
        composition.wire(config)
        Job.nudge = staticmethod(lambda _job_id: None)
        with db.connection_context():
            retaining.tonight()

    def next_night():
        night()
        with db.connection_context():
            assert {key: {each() for each in all_} for key, all_ in there.items()} == {
                key: {False} for key in KEYS
            }
            acts = Counter(line.action for line in Trace.select())
            once = {"evidence.erased", "basis.erased", "visit.forgotten", "package.deleted"}
            assert {act: acts[act] for act in once} == dict.fromkeys(once, EACH)
            assert Erasure.select().count() == len(tools.keys.erased()) == EACH
            spans = sorted(
                (each.first, each.last) for each in Segment.select().where(Segment.rule == "access")
            )
            assert all(left[1] < right[0] for left, right in itertools.pairwise(spans))
            _proofs_are_true(EACH)
            assert (verify().bad, Claim.select().where(Claim.closed_at.is_null(False)).count()) == (None, 0)
            assert Job.waiting().where(Job.kind == "wipe").count() == 1

    def check():
        assert run(next_night, None) == 0
        lay()

    lay()
    kills = killed(night, check, seed=27)
    assert kills.cut > FEWEST


def _proofs_are_true(each):
    """Whatever run ended left one proof; together they name no more than there was, and what each says the trail says too."""
    for key in RULES:
        runs = list(Run.select().where(Run.key == key).order_by(Run.id))
        assert [row.failed for row in runs] == [""] * len(runs), key
        assert 1 <= len(runs) <= 4, key
        said = [
            line.details["acted"]
            for line in Trace.select().where(Trace.action == "retention.carried-out")
            if line.details["of"] == key
        ]
        assert said == [row.acted for row in runs if row.acted], key
        if key in KEYS:
            done = sum(row.acted for row in runs)
            assert runs[-1].acted <= done <= KEYS[key] * each, (key, done)
