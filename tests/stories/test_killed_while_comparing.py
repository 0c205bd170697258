"""The worker is killed in the middle of comparing: no guess is lost, none stands twice, nobody is left half compared (SEC-11)."""

from __future__ import annotations

import time

import pytest

from adapters import clock
from models import faces
from models.base import db
from models.face import Face, Faceprint, Match
from models.job import Job
from tests.stories.test_from_shoot_to_use import Shoot
from tests.stories.test_nothing_is_lost import kill, start_worker

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

NOOR, DAAN = 0, 1
KILLS = 2


def test_a_killed_comparison_is_done_again(house, drain):
    shoot = Shoot(house, drain)
    first = shoot.take(NOOR, seed=5)
    photos = [shoot.take(NOOR, DAAN, seed=seed) for seed in (8, 9)]
    faces.name(first.faces.get(), shoot.noor, by=shoot.editor)
    shoot.switch_on()
    shoot.sign(shoot.noor, website=True, recognise=True)
    expected = {match.face_id for match in Match.select()}
    assert len(expected) == len(photos)
    with db.atomic():
        Match.delete().execute()
        for photo in photos:
            Job.put("compare", photo.id)
    for pause in (0.2, 0.9)[:KILLS]:
        worker = start_worker(house.config)
        end = time.monotonic() + 60
        while not Job.waiting().where(Job.leased_until.is_null(False)).exists() and Job.waiting().exists():
            assert time.monotonic() < end
            time.sleep(0.02)
        time.sleep(pause)
        kill(worker)
        Job.update(leased_until=clock.now()).where(Job.leased_until.is_null(False)).execute()
    drain()
    assert [job.why for job in Job.select().where(Job.failed_at.is_null(False))] == []
    assert [match.face_id for match in Match.select().order_by(Match.face)] == sorted(expected)
    assert {match.person for match in Match.select()} == {shoot.noor}
    assert Faceprint.select().count() == 1
    assert Face.select().where(Face.flaw != "").count() == 0
