"""Killed while a person is taken out of photos of several: everybody else stands as before, once, and she nowhere (ERA-01, GRP-01)."""

from __future__ import annotations

import io
import os
import signal
import sys

import pytest
from PIL import Image

from adapters import imaging, recognition
from adapters.kinds import JPEG
from models import erasure, erasure_plan, faces, finding, masking, replacing
from models.base import db, tools
from models.claim import Claim
from models.erasure_plan import Fate, Plan, PlanLine
from models.errors import Invalid
from models.face import Face, Faceprint, Word
from models.job import Job
from models.photo import Photo
from models.trail import verify
from tests.faults.harness import run
from tests.stories.test_from_shoot_to_use import AMINA, DAAN, NOOR, Shoot

pytestmark = pytest.mark.both_engines


class Group(Shoot):
    """Noor beside Daan in one photo, between Daan and Amina in another; Daan agreed to the website, Amina can't be known."""

    def __init__(self, house, drain):
        super().__init__(house, drain)
        self.daan = house.person("Daan Quillfeather", by=self.editor)
        self.pair = self.take(NOOR, DAAN, seed=8)
        self.middle = self.take(DAAN, NOOR, AMINA, seed=3)
        for photo, cast in ((self.pair, (self.noor, self.daan)), (self.middle, (self.daan, self.noor, None))):
            for box, person in zip(photo.faces.order_by(Face.left), cast, strict=True):
                if person:
                    faces.name(box, person, by=self.editor)
                else:
                    faces.remark(box, Word.NOT_RECOGNISABLE, by=self.editor)
            photo.review(by=self.editor)
        self.first, self.second = self.switch_on(), house.user("dpo", name="Otto Second")
        self.sign(self.noor, website=False, recognise=True)
        self.sign(self.daan, website=True, recognise=True)

    def plan(self):
        """The plan: cut off where that can be, covered where it can't."""
        plan = Plan.draft(Claim.of_reader(self.noor, "erasure"), by=self.first)
        pair, middle = (
            plan.lines.where(PlanLine.photo_was == photo.code).get() for photo in (self.pair, self.middle)
        )
        assert (pair.fate, middle.fate) == (Fate.MASK, Fate.MASK), "covered unless somebody chooses"
        assert (Fate.CROP in plan.choices(pair), Fate.CROP in plan.choices(middle)) == (True, False)
        with pytest.raises(Invalid):
            plan.decide(middle, "crop", "", by=self.first)
        with Image.open(io.BytesIO(plan.preview(pair, "crop", by=self.first))) as shown:
            assert shown.width < 800
        plan.decide(pair, "crop", "", by=self.first)
        plan.approve(by=self.second)
        return Plan.get_by_id(plan.id)


def test_killed_while_she_is_taken_out(house, drain, reopened):
    with db.connection_context():
        group = Group(house, drain)
        before = {
            photo.code: [(row.person, row.by) for row in photo.appearances if row.person != group.noor]
            for photo in (group.pair, group.middle)
        }
        assert {print_.person for print_ in Faceprint.select()} == {group.noor, group.daan}
        assert not group.pair.clearance(group.house.use()).allows, "Noor said no"
        plan = group.plan()

    def until(code):
        """Carry it out in a process that ends by -9 when it gets there."""

        def act():
            reopened()
            sys.setprofile(
                lambda frame, _event, _about: (
                    frame.f_code is code.__code__ and os.kill(os.getpid(), signal.SIGKILL)
                )
            )
            with db.connection_context():
                erasure_plan.carry_out(plan.id)

        return act

    # Before anything, within the transaction that puts everybody in place, and before the old one is gone; the last, twice.
    for code in (
        masking.cover,
        replacing._scopes,
        erasure.erase_photo,
        erasure.erase_photo,
        erasure.erase_person,
    ):
        assert run(until(code), None) == -signal.SIGKILL
    with db.connection_context():
        Job.update(leased_until=None).execute()
        drain()
        check(group, before, Plan.get_by_id(plan.id))


def check(group, before, plan):
    """Two photos, each with whom it had but her; the answers of those who are left decide."""
    assert plan.facts["photos"] == {"delete": 0, "mask": 1, "crop": 1, "retain": 0}
    pair, middle = (Photo.get(Photo.name == f"{photo.code}.jpg") for photo in (group.pair, group.middle))
    assert Photo.select().count() == 2
    assert pair.width < group.pair.width
    assert middle.width == group.middle.width
    for photo, was in ((pair, group.pair), (middle, group.middle)):
        assert [(row.person, row.by) for row in photo.appearances] == before[was.code], (
            "nobody was asked anew"
        )
        assert photo.clearance(group.house.use()).allows
    assert (pair.faces.count(), middle.faces.count()) == (1, 2), (
        "her place is nobody's, and the worker finds no face there"
    )
    data = bytes(tools.vault.read(pair.code, "original"))
    seen = imaging.look_again(tools.sandbox, data, JPEG, scan_side=1600)
    assert len(seen) == 1
    where = (seen[0].left, seen[0].top, seen[0].width, seen[0].height)
    assert recognition.overlap(where, pair.faces.get().box) > finding.SAME_BOX, (
        "the box stands where Daan stands now"
    )
    assert {print_.person for print_ in Faceprint.select()} == {group.daan}
    assert {print_.face.photo for print_ in Faceprint.select()} == {pair, middle}
    assert verify().bad is None
