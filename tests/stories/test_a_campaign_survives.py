"""A campaign whose worker is killed again and again: each person is asked once, by one living link (issue part 2, SEC-11)."""

from __future__ import annotations

import email
import email.policy
import random
import time
from collections import Counter

import pytest

from adapters import clock
from models.campaign import Campaign
from models.job import Job
from models.notice import Notice
from models.person import Person
from models.request import Request
from models.wording import Wording
from tests.stories.test_nothing_is_lost import kill, start_worker

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

KILLS = 4


def hurry():
    """A dead worker's lease and the minute between two batches run out by themselves; the test does not wait."""
    Job.update(leased_until=None).where(Job.done_at.is_null()).execute()
    Job.update(due_at=clock.now()).where(Job.done_at.is_null()).execute()


def let_one_work(config, end):
    """A worker takes all that is due, and goes: the next finds what the last one put off."""
    hurry()
    worker = start_worker(config)
    while Job.due().exists() or Job.waiting().where(Job.leased_until.is_null(False)).exists():
        if time.monotonic() > end:
            break
        time.sleep(0.2)
    kill(worker)


def test_each_is_asked_once_across_a_kill(house):
    editor = house.user("editor")
    rows = [{"code": f"p{n}", "name": f"P{n:03}", "email": f"p{n}@people.example"} for n in range(130)]
    Person.insert_many(rows).execute()
    people = list(Person.select().where(Person.name.startswith("P")))
    begun = time.monotonic()
    campaign = Campaign.start("Open day", people, [house.use("website")], Wording.current()[0], by=editor)
    assert time.monotonic() - begun < 2, "the web process writes rows, and asks nobody"
    assert Request.select().count() == 0
    moments = random.Random(3)
    for _ in range(KILLS):
        worker = start_worker(house.config)
        time.sleep(0.9 + moments.random())
        kill(worker)
        hurry()
    end = time.monotonic() + 90
    while Job.waiting().exists() and time.monotonic() < end:
        let_one_work(house.config, end)

    assert [job.why for job in Job.select().where(Job.failed_at.is_null(False))] == []
    assert Counter(row.person_id for row in campaign.requests) == {person.id: 1 for person in people}
    assert (
        Notice.select().count() == Notice.select().where(Notice.sent_at.is_null(False)).count() == len(people)
    )
    paths = house.config.data.glob("outbox/[!.]*.eml")  # a dotted one was cut off by a kill
    letters = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
    sent = Counter(letter["To"].addresses[0].addr_spec for letter in letters)
    assert set(sent) == {person.email for person in people}
    assert set(sent.values()) == {1}, "also the one that was written in the very instant of a kill"
