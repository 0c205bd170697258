"""The fourteen triggers of BIO-07: after each, no byte of a planted faceprint is left in database, log, keys, files or queue."""

from __future__ import annotations

import tempfile
from datetime import timedelta

import pytest

from adapters import clock
from adapters import recognition as recogniser
from models import claim_desk, faceprints, faces, forgetting, opting_in, recognition
from models.album import Mode
from models.base import db, tools
from models.circumstance import Circumstance, Kind
from models.claim import Claim
from models.consent import Consent, withdraw
from models.face import Faceprint, Match
from models.gather import today
from models.job import Job
from models.merging import Merging
from models.photo import Photo
from models.request import Choice, Request, Way
from models.setting import Setting
from models.trail import Trace
from models.voiding import Void, Voiding
from models.wording import Wording
from tests import leftovers

pytestmark = pytest.mark.both_engines

WHY = dict.fromkeys((*recognition.QUESTIONS, "children"), "Because the test has to say something here.")
BOX = (0.1, 0.1, 0.3, 0.4)


@pytest.fixture
def kept(house, later, tmp_path, monkeypatch):
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    return Kept(house, later)


class Kept:
    """Noor agreed to recognition, is named at a face, and her faceprint lies in the house."""

    def __init__(self, house, later):
        self.house, self.later = house, later
        self.editor, self.dpo = house.user("editor"), house.user("dpo")
        self.album = house.album(by=self.editor)
        self.photo = house.photo(self.album, by=self.editor)
        Photo.update(width=600, height=400).where(Photo.id == self.photo.id).execute()
        self.photo = Photo.get_by_id(self.photo.id)
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        self.switch_on()
        self.consent = self.answers(True)
        self.face = self.named(self.noor)
        self.planted = self.plant()

    def switch_on(self, **more):
        recognition.switch_on(Mode.TRANSIENT, WHY, today() + timedelta(days=300), by=self.dpo, **more)

    def answers(self, yes, person=None, signer=None):
        self.later(seconds=5)
        person = person or self.noor
        asked = Request.ask(
            [person], [self.house.use()], Wording.current()[0], by=self.editor, way=Way.LINK, ask_recognition=True,
            renews=True,
        )[0]  # fmt: skip
        assert asked.ask_recognition
        choice = Choice({"website": True}, yes)
        return Consent.sign(
            asked, choice, signer=asked.signer.name, guardian=asked.guardian is not None, steps={}
        )

    def named(self, person):
        face = faces.draw(self.photo, BOX, by=self.editor)
        faces.name(face, person, by=self.editor)
        return face

    def plant(self, person=None):
        Job.drop("faceprints", "prepare")
        planted = leftovers.plant(person or self.noor, self.face)
        place = (0.6, 0.1, 0.3, 0.4) if person is None else (0.05, 0.55, 0.3, 0.4)
        other = faces.draw(self.photo, place, by=self.editor)
        Match.create(face=other, person=person or self.noor, distance=0.3, band="likely")
        assert "sealed in rows" in self.places(planted), (
            "what is looked for is there, so that not finding it says something"
        )
        return planted

    def places(self, planted=None):
        return leftovers.places(self.house.config, planted or self.planted)

    def settle(self):
        """What the worker does about faceprints."""
        while job := Job.due().where(Job.kind.in_(["faceprints", "wipe", "scan"])).first():
            from models.duties import HANDLERS

            HANDLERS[job.kind](job.subject)
            job.finish()

    def gone(self, why):
        """Nothing is left of what was planted, and the trail says why."""
        assert not tools.keys.has(faceprints.KEY, self.noor.code) or opting_in.is_opted_in(self.noor)
        assert Match.select().where(Match.person == self.noor).count() == 0
        self.settle()
        assert self.places() == set()
        said = Trace.select().where(Trace.action == "faceprints.forgotten", Trace.person == self.noor.code)
        assert [line.details["why"] for line in said] == [why]
        assert forgetting.strays() == []


def test_what_is_planted_is_found_everywhere_it_lies(kept):
    """The search itself: what lies in the house is found, in rows and in the engine's own pages, or it would prove nothing."""
    found = kept.places()
    assert "sealed in rows" in found
    assert any(place.startswith("sealed in pages") or place == "sealed in log" for place in found)
    assert any(place.startswith("key in keys.db") for place in found)
    (kept.house.config.data / "forgotten.tmp").write_bytes(b"x" + kept.planted.vector)
    assert "vector in forgotten.tmp" in kept.places()


def test_1_withdrawal(kept):
    withdraw(kept.noor, uses=[], recognition=True, actor="signer", means="link")
    kept.gone("withdrawn")


def test_2_its_last_day(kept):
    recognition.switch_on(Mode.TRANSIENT, WHY, today() + timedelta(days=366), by=kept.dpo)
    kept.later(days=360)
    kept.switch_on()
    kept.later(days=290)
    kept.switch_on()
    kept.later(days=79)
    assert opting_in.is_opted_in(kept.noor)
    kept.later(days=4)
    forgetting.sweep()
    kept.gone("consent over")


def test_3_revocation(kept):
    Voiding.propose(kept.consent, Void.REVOKED, reason="The shoot was thrown away.", by=kept.dpo)
    kept.gone("voided")


def test_4_a_no_to_the_renewal(kept):
    kept.answers(False)
    kept.gone("refused")


def test_5_erasure(kept):
    """The verb that erasing a person calls first."""
    with db.atomic():
        faceprints.forget(kept.noor, "erased")
        withdraw(kept.noor, uses=None, recognition=True, actor="signer", means="link")
    kept.gone("erased")


def test_6_restriction_and_its_end(kept):
    row = Circumstance.record(kept.noor, Kind.RESTRICTED, by=kept.dpo)
    kept.gone("restricted")
    faces.name(kept.face, kept.noor, by=kept.editor)
    kept.settle()
    assert Faceprint.select().count() == 0, "nothing is made while it holds"
    claim = Claim.receive("restriction", "desk", actor=kept.dpo, name="Noor Voorbeeld", person=kept.noor)
    claim_desk.announce_lifting(claim, "It was corrected meanwhile.", today(), by=kept.dpo)
    row.end(by=kept.dpo, note="It was corrected.")
    kept.settle()
    assert Faceprint.select().count() == 1, "made anew from the photo, never kept in hiding"


def test_7_death(kept):
    Circumstance.record(kept.noor, Kind.DECEASED, by=kept.editor)
    kept.gone("deceased")


def test_8_put_away_or_merged_into_another_entry(kept):
    other = kept.house.person("Noor Voorbeeld", by=kept.editor)
    Merging.merge(other, kept.noor, by=kept.editor)
    kept.gone("merged")
    assert not opting_in.is_opted_in(kept.noor)


def test_9_a_childs_birthday(kept):
    """BIO-09, MIN-08: a guardian's yes ends on the day the young person decides alone."""
    kept.switch_on(covers=children())
    born = today().replace(day=1) - timedelta(days=15 * 365 + 300)
    child = kept.house.person("Fien Voorbeeld", by=kept.editor, born=born)
    child.add_guardian(name="Moeder Voorbeeld", email="moeder@people.example", by=kept.editor)
    kept.answers(True, person=child)
    assert opting_in.is_opted_in(child)
    kept.face = faces.draw(kept.photo, (0.4, 0.5, 0.2, 0.3), by=kept.editor)
    faces.name(kept.face, child, by=kept.editor)
    withdraw(kept.noor, uses=[], recognition=True, actor="signer", means="link")
    kept.planted, kept.noor = kept.plant(child), child
    kept.later(days=(child.of_age_on() - today()).days)
    forgetting.sweep()
    kept.gone("consent over")


def test_10_the_organisation_switches_off(kept):
    with db.atomic():
        Job.put("compare", kept.photo.id)
    recognition.switch_off(by=kept.dpo)
    kept.gone("off")
    assert Job.waiting().where(Job.kind.in_(["compare", "scan", "faceprints"])).count() == 0


def test_11_its_photo_goes_and_it_is_made_again_without(kept):
    second = kept.house.photo(kept.album, by=kept.editor)
    Photo.update(width=600, height=400).where(Photo.id == second.id).execute()
    face = faces.draw(Photo.get_by_id(second.id), BOX, by=kept.editor)
    faces.name(face, kept.noor, by=kept.editor)
    with db.atomic():
        faceprints.lose(list(kept.photo.faces))
        kept.photo.delete_instance(recursive=True)
    kept.gone("source")
    assert [row.face for row in Faceprint.select()] == [face]


def test_11_a_wrong_name_is_taken_back(kept):
    faces.undo(kept.face, by=kept.editor)
    kept.gone("source")


def test_12_another_recogniser(kept):
    Faceprint.update(model="the one before").execute()
    forgetting.sweep()
    kept.gone("model")


def test_13_two_years_without_use(kept):
    for _ in range(3):
        kept.later(days=240)
        kept.switch_on()
    kept.answers(True)
    Job.drop("faceprints")
    kept.later(days=20)
    assert not list(forgetting._ended([kept.noor])), "her new yes is a use"
    from models.consent import Line

    Line.update(decided_at=clock.now() - timedelta(days=740)).execute()
    Match.update(at=clock.now() - timedelta(days=740)).execute()
    forgetting.sweep()
    kept.gone("disuse")


def test_14_another_host_or_processor(kept, monkeypatch):
    monkeypatch.setattr(tools._wired, "place", "s3://bucket here here")
    forgetting.sweep()
    kept.gone("place")


def test_an_assessment_nobody_renews_takes_everything_with_it(kept):
    kept.later(days=301)
    forgetting.sweep()
    assert Faceprint.select().count() == 1, "it rests, and may be weighed again within a month"
    assert recognition.opted_in()
    kept.later(days=30)
    forgetting.sweep()
    kept.gone("unweighed")


def test_asked_not_to_be_recognised(kept):
    Circumstance.record(kept.noor, Kind.UNRECOGNISED, by=kept.editor)
    kept.gone("unrecognised")


def test_leaving_counts_from_its_day(kept):
    """BIO-08: the consent ends with the relation."""
    Circumstance.record(kept.noor, Kind.LEFT, since=today() + timedelta(days=3), by=kept.editor)
    forgetting.sweep()
    assert Faceprint.select().count() == 1
    kept.later(days=3)
    forgetting.sweep()
    kept.gone("consent over")


def test_off_for_the_album_it_came_from(kept):
    recognition.close(kept.album, by=kept.editor)
    kept.gone("off here")
    assert Faceprint.select().count() == 0


def test_the_watch_at_night_finds_what_should_not_be_there(kept):
    """BIO-04: a row without a yes, a face that is not hers, a key alone; each is destroyed and written down."""
    assert forgetting.watch() == 0
    assert Trace.select().where(Trace.action == "faceprints.strays").count() == 0
    stranger = kept.house.person("Daan Sample", by=kept.editor)
    face = faces.draw(kept.photo, (0.5, 0.6, 0.1, 0.2), by=kept.editor)
    Faceprint.create(person=stranger, face=face, model=recogniser.MODEL, sealed=b"x" * 540)
    tools.keys.new(faceprints.KEY, "nobody-known")
    assert forgetting.strays() == [stranger]
    assert forgetting.watch() == 1, "the day's sweep took the row; the key was left"
    assert [row.person for row in Faceprint.select()] == [kept.noor]
    kept.later(seconds=1)
    Faceprint.update(face=face).execute()
    assert forgetting.strays() == [kept.noor], "not a face of hers"
    assert forgetting.watch() == 1
    said = Trace.select().where(Trace.action == "faceprints.strays").order_by(Trace.seq)
    assert [line.details for line in said] == [{"people": 0, "keys": 1}, {"people": 1, "keys": 0}]
    assert Setting.of("recognition_mode") == "M2"


def children():
    everything = recognition.everything()
    return type(everything)(everything.kinds, everything.purposes, children=True)
