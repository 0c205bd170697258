"""Who opts in late is found in earlier photos: behind all other work, in one walk, to the end whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from adapters import clock
from models import faces, recognition, scan
from models.album import Mode
from models.base import db
from models.consent import Consent, withdraw
from models.errors import NotAllowed, Refusal
from models.face import Face, Match
from models.gather import today
from models.job import LEASE, Job
from models.photo import Photo
from models.request import Choice, Request, Way
from models.scan import Over, Scan, Sought
from models.trail import Trace
from models.wording import Wording
from tests import people
from tests.house.tree import HERE

pytestmark = pytest.mark.both_engines

NOOR, AMINA = 0, 2
WHY = dict.fromkeys(recognition.QUESTIONS, "Because this is a test of searching earlier photos.")


@pytest.fixture
def late(house, drain, monkeypatch):
    return Late(house, drain, monkeypatch)


class Late:
    """Recognition is on; photos are there before anybody said yes."""

    def __init__(self, house, drain, monkeypatch):
        self.house, self.drain, self.monkeypatch = house, drain, monkeypatch
        self.editor, self.dpo = house.user("editor"), house.user("dpo")
        self.album = house.album(by=self.editor)
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        self.amina = house.person("Amina Sample", by=self.editor, email="amina@people.example")
        recognition.switch_on(Mode.TRANSIENT, WHY, today() + timedelta(days=200), by=self.dpo)

    def take(self, *cast, seed):
        photo = self.house.photo(self.album, by=self.editor, data=people.scene(cast, seed=seed))
        self.drain()
        return Photo.get_by_id(photo.id)

    def landscape(self):
        """A photo without people and a face drawn into it, which nobody has answered."""
        photo = self.house.photo(self.album, by=self.editor)
        Photo.update(width=600, height=400).where(Photo.id == photo.id).execute()
        faces.draw(Photo.get_by_id(photo.id), (0.1, 0.1, 0.3, 0.4), by=self.editor)
        Job.drop("prepare")
        return photo

    def says(self, person, yes=True):
        asked = Request.ask(
            [person], [self.house.use()], Wording.current()[0], by=self.editor, way=Way.LINK, ask_recognition=True
        )[0]  # fmt: skip
        Consent.sign(asked, Choice({"website": True}, yes), signer=person.name, steps={})

    def asked(self, *wanted):
        """A search for people who said yes, as it stands in the queue, and nothing else in it."""
        for person in wanted:
            self.says(person)
        Job.delete().execute()
        with db.atomic():
            for person in wanted:
                scan.widen(person, 0, 1)
        return Scan.open().order_by(Scan.id.desc()).get()

    def move(self, **by):
        real = clock._read
        self.monkeypatch.setattr(clock, "_read", lambda: real() + timedelta(**by))


def test_earlier_photos_are_found_when_she_says_yes(late):
    """With the real recogniser: named once, she is suggested wherever she was before; strangers leave nothing."""
    first = late.take(NOOR, seed=5)
    earlier = [late.take(NOOR, AMINA, seed=3), late.take(NOOR, seed=8)]
    stranger = late.take(AMINA, seed=4)
    faces.name(first.faces.get(), late.noor, by=late.editor)
    late.drain()
    assert Match.select().count() == Scan.select().count() == 0
    late.says(late.noor)
    late.drain()
    walk = Scan.of(late.noor)
    assert (walk.why, walk.total, walk.seen, walk.found) == (Over.DONE, 3, 3, 2)
    assert walk.spent > 0.01
    assert [match.person for match in Match.select()] == [late.noor] * 2
    assert {match.face.photo_id for match in Match.select()} == {photo.id for photo in earlier}
    assert faces.suggestions(stranger.faces.get()) == []
    assert Job.select().where(Job.kind == "compare").count() == 0, "no job for each photo"
    assert Trace.select().where(Trace.action == "scan.ended").count() == 1


def test_many_who_opt_in_together_are_one_walk_and_who_comes_later_waits(late):
    late.landscape()
    walk = late.asked(late.noor, late.amina)
    assert (Scan.select().count(), walk.people) == (1, [late.amina, late.noor])
    Scan.update(started_at=clock.now()).execute()
    third = late.house.person("Daan Sample", by=late.editor, email="daan@people.example")
    second = late.asked(third)
    assert (second.id > walk.id, second.people) == (True, [third])
    scan.work_on(second.id)
    assert Scan.get_by_id(second.id).started_at is None, "one walk at a time"
    scan.work_on(walk.id)
    assert Scan.get_by_id(walk.id).why is Over.DONE
    late.drain()
    assert Scan.get_by_id(second.id).why is Over.DONE, "its turn came by itself"


def test_it_goes_on_after_kill_9_where_it_stood(late):
    """A worker is killed in the middle: another finishes; every photo is looked at, none counted twice."""
    first = late.take(NOOR, seed=5)
    earlier = {late.take(NOOR, seed=seed).id for seed in (8, 9, 11)}
    faces.name(first.faces.get(), late.noor, by=late.editor)
    late.says(late.noor)
    while (job := Job.due().first()).kind != "scan":
        Job.claim(job.id)
        from models.duties import HANDLERS

        HANDLERS[job.kind](job.subject)
        job.finish()
    killed = _worker(late.house.config, job.id)
    try:
        deadline = time.monotonic() + 60
        while not Scan.select().where(Scan.seen > 0).exists() and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
    walk = Scan.get()
    assert (walk.total, walk.ended_at) == (3, None)
    assert 1 <= walk.seen < 3, "it was in the middle"
    assert Job.claim(job.id) is None, "the dead worker still holds the lease"
    late.move(seconds=LEASE.total_seconds() + 1)
    late.drain()
    walk = Scan.get()
    assert (walk.why, walk.seen, walk.found) == (Over.DONE, 3, 3)
    assert {match.face.photo_id for match in Match.select()} == earlier


def _worker(config, job_id):
    """A process of its own that carries out one job of this house."""
    code = (
        "import tasks; from config import Config; import app; app.wire(tasks.config)\n"
        "from models.base import db\n"
        f"with db.connection_context(): tasks.run({job_id})"
    )
    env = os.environ | {
        "CLEARFRAME_DATA": str(config.data), "CLEARFRAME_KEYS": str(config.keys), "PYTHONPATH": str(HERE),
        "CLEARFRAME_DEMO": "0", "DATABASE_URL": config.database_url,
    }  # fmt: skip
    return subprocess.Popen([sys.executable, "-c", code], env=env, cwd=HERE, start_new_session=True)


def test_it_never_goes_before_a_new_photo_or_a_letter(late):
    for _ in range(3):
        late.landscape()
    walk = late.asked(late.noor)
    own = Job.due().get()
    late.move(minutes=5)
    with db.atomic():
        urgent = [Job.put("prepare", 900), Job.put("notice", 901)]
    assert [job.id for job in Job.due()] == [*(job.id for job in urgent), own.id], (
        "last, though it waits longest"
    )
    assert Job.claim(own.id) is None, "not even a nudge for it brings it forward"
    Job.claim(urgent[0].id)
    assert Job.claim(own.id) is None
    scan.work_on(walk.id)
    assert Scan.get().seen == 0, "and one that runs gives way after the photo at hand"
    Job.delete().where(Job.id != own.id).execute()
    assert Job.claim(own.id) is not None


def test_it_can_be_paused_taken_up_and_stopped(late):
    for _ in range(3):
        late.landscape()
    walk = late.asked(late.noor)
    with pytest.raises(NotAllowed):
        walk.pause(by=late.house.user("viewer"))
    walk.pause(by=late.editor)
    late.drain()
    assert (Scan.get().seen, scan.progress(Scan.get()).state) == (0, "paused")
    Scan.get().resume(by=late.dpo)
    late.drain()
    assert (Scan.get().seen, Scan.get().why) == (3, Over.DONE)
    with pytest.raises(Refusal):
        Scan.get().stop(by=late.editor)
    second = late.asked(late.noor)
    second.stop(by=late.editor)
    late.drain()
    assert (Scan.get_by_id(second.id).why, Scan.get_by_id(second.id).seen) == (Over.STOPPED, 0)
    acts = [
        line.action for line in Trace.select().where(Trace.action.startswith("scan.")).order_by(Trace.seq)
    ]
    assert acts == ["scan.asked", "scan.paused", "scan.resumed", "scan.ended", "scan.asked", "scan.stopped"]


def test_it_ends_when_nobody_it_looks_for_agrees_any_more(late):
    late.landscape()
    walk = late.asked(late.noor, late.amina)
    withdraw(late.noor, uses=[], recognition=True, actor="signer", means="link")
    withdraw(late.amina, uses=[], recognition=True, actor="signer", means="link")
    scan.work_on(walk.id)
    assert (Scan.get().why, Scan.get().seen) == (Over.NOBODY, 0)


def test_switching_off_ends_it_and_empties_the_queue(late):
    late.landscape()
    walk = late.asked(late.noor)
    recognition.switch_off(by=late.dpo)
    assert (Scan.get_by_id(walk.id).why, Job.select().where(Job.kind == "scan").count()) == (Over.OFF, 0)


def test_only_allowed_albums_are_walked(late):
    late.landscape()
    recognition.close(late.album, by=late.editor)
    other = late.house.album("Portraits", by=late.editor)
    late.album = other
    late.landscape()
    walk = late.asked(late.noor)
    scan.work_on(walk.id)
    assert (Scan.get().total, Scan.get().seen) == (1, 1)


def test_a_photo_that_fails_is_passed_and_said(late):
    """A file gone from the store is a failed job for somebody to see; the walk goes on behind it."""
    photos = [late.landscape() for _ in range(2)]
    walk = late.asked(late.noor)
    from models.base import tools
    from tests import leftovers

    face = Face.select().where(Face.photo == photos[0]).get()
    faces.name(face, late.noor, by=late.editor)
    leftovers.plant(late.noor, face)
    Job.delete().where(Job.kind != "scan").execute()
    late_one = late.landscape()
    tools.vault.drop(late_one.code, "original")
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the store says
        scan.work_on(walk.id)
    assert (Scan.get().seen, Scan.get().cursor) == (1, late_one.id)
    scan.work_on(walk.id)
    assert Scan.get().why is Over.DONE


def test_the_time_left_is_the_pace_it_had(late):
    """Nothing is guessed: none before five photos or an earlier walk, then seconds of work per photo."""
    Scan.create(started_at=clock.now(), total=100, seen=4, spent=2)
    assert scan.progress(Scan.get()).left is None
    Scan.update(seen=20, spent=10).execute()
    assert scan.progress(Scan.get()).left == timedelta(seconds=40)
    Scan.update(ended_at=clock.now(), why=Over.DONE, seen=100, spent=50).execute()
    assert scan.progress(Scan.get()).left is None
    second = Scan.create(started_at=clock.now(), total=10)
    assert scan.progress(second).left == timedelta(seconds=5), "by the pace of the one before"
    waits = Scan.create()
    assert (scan.progress(waits).state, scan.progress(waits).left) == ("waiting", None)


def test_a_better_faceprint_is_worth_another_walk_and_a_tenth_face_is_not(late):
    late.says(late.noor)
    worth = []
    for before, after in ((0, 1), (1, 2), (2, 3), (3, 4), (0, 5)):
        Sought.delete().execute()
        Scan.delete().execute()
        with db.atomic():
            scan.widen(late.noor, before, after)
        worth.append(Scan.select().count() == 1)
    assert worth == [True, False, True, False, True]
