"""Jobs on both engines: leased once, tried again later, given up in the end (house rule 8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters import clock
from models.base import db
from models.job import LEASE, MOST_TRIES, Job


@pytest.fixture
def job(engine):
    with db.atomic():
        return Job.put("prepare", 7)


def test_a_duty_is_put_within_the_act_and_once_while_it_waits(job):
    with db.atomic():
        assert Job.put("prepare", 7) == job
        assert Job.put("prepare", 8) != job
    with pytest.raises(RuntimeError, match="transaction"):
        Job.put("prepare", 9)


def test_only_one_worker_gets_it(job):
    assert Job.claim(job.id) == job
    assert Job.claim(job.id) is None
    assert job.id not in [due.id for due in Job.due()]
    assert Job.get_by_id(job.id).state == "running"


def test_a_dead_workers_lease_runs_out(job, monkeypatch):
    Job.claim(job.id)
    real = clock._read
    monkeypatch.setattr(clock, "_read", lambda: real() + LEASE + timedelta(seconds=1))
    assert [due.id for due in Job.due()] == [job.id]
    assert Job.claim(job.id) == job


def test_a_failure_waits_longer_each_time_and_is_given_up(job, monkeypatch):
    moved = timedelta(0)
    real = clock._read
    monkeypatch.setattr(clock, "_read", lambda: real() + moved)
    pauses = []
    for _ in range(MOST_TRIES):
        claimed = Job.claim(job.id)
        claimed.fail("Unreadable")
        left = Job.get_by_id(job.id)
        pauses.append(left.due_at - clock.now())
        moved += pauses[-1] + timedelta(seconds=1)
    assert pauses == sorted(pauses)
    assert left.state == "failed"
    assert Job.claim(job.id) is None
    left.again()
    assert Job.claim(job.id) == job


def test_a_new_duty_may_follow_while_the_old_one_runs(job):
    """What changes while a worker reads must be read again."""
    Job.claim(job.id)
    with db.atomic():
        assert Job.put("prepare", 7) != job


def test_what_was_done_is_forgotten_after_a_week(job, monkeypatch):
    Job.claim(job.id).finish()
    assert Job.sweep() == 0
    real = clock._read
    monkeypatch.setattr(clock, "_read", lambda: real() + timedelta(days=8))
    assert Job.sweep() == 1
