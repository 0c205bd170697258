"""Looks at the memory of the worker and of its child: of a stranger's face no number is left after the task (BIO-04)."""

from __future__ import annotations

import pytest

from adapters import imaging
from adapters.kinds import JPEG
from models import comparing, faces, gallery
from models.base import tools
from models.face import Face, Faceprint, Match
from tests import people
from tests.memory import Trail
from tests.stories.test_from_shoot_to_use import Shoot

pytestmark = pytest.mark.both_engines

NOOR, DAAN = 0, 1


def test_of_a_stranger_nothing_is_left_in_memory(house, drain, sandbox):
    """First the scan is shown to find what lies there; then prepare and compare are shown to leave nothing."""
    shoot = Shoot(house, drain)
    portrait = people.portrait(NOOR, size=400)
    photo = house.photo(shoot.album, by=shoot.editor, data=portrait)
    drain()
    faces.name(photo.faces.get(), shoot.noor, by=shoot.editor)
    shoot.switch_on()
    shoot.sign(shoot.noor, website=True, recognise=True)
    assert Faceprint.select().count() == 1

    data = people.scene((NOOR, DAAN), seed=8)
    known, stranger = sorted(imaging.prepare(sandbox, data, JPEG, encode=True).faces, key=lambda f: f.left)
    plant = bytearray(stranger.vector)
    hers, his = Trail.of(known.vector), Trail.of(stranger.vector)
    child = sandbox._process.pid
    assert (his.count(), his.count(child)) == (1, 0), "the scan finds the copy that was planted"
    plant[:] = bytes(len(plant))
    assert his.count() == 0

    scene = house.photo(shoot.album, by=shoot.editor, data=data)
    drain()
    left, right = scene.faces.order_by(Face.left)
    assert [match.person for match in Match.select().where(Match.face == left)] == [shoot.noor]
    assert Match.select().where(Match.face == right).count() == 0
    comparing.compare(scene.id)
    assert Match.select().where(Match.face == left).count() == 1
    assert sandbox._process.pid == child
    assert [trail.count(who) for trail in (hers, his) for who in ("self", child)] == [0, 0, 0, 0]

    # Her own faceprint lies in the gallery until she takes her yes back, or until the worker rests.
    template = Trail.of(bytearray(gallery._kept.gallery._rows[0]))
    assert template.count() == 1
    gallery.rest()
    assert template.count() == 0
    assert tools.sandbox._process is None, "the child that saw the faces is gone too"
