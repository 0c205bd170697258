"""How often guesses were right is counted by distance, without face or person, and taken back with the word (BIO-10)."""

from __future__ import annotations

import pytest

from models import faces, tally
from models.base import db
from models.face import Match, Word
from models.photo import Photo
from models.tally import Count, Tally

pytestmark = pytest.mark.both_engines


@pytest.fixture
def scene(house, drain):
    return Scene(house, drain)


class Scene:
    """A face with two guesses: Noor at 0.31, Daan at 0.48."""

    def __init__(self, house, drain):
        self.editor = house.user("editor")
        photo = house.photo(house.album(by=self.editor), by=self.editor)
        drain()
        self.face = faces.draw(Photo.get_by_id(photo.id), (0.2, 0.2, 0.2, 0.2), by=self.editor)
        self.noor, self.daan = (
            house.person(name, by=self.editor) for name in ("Noor Voorbeeld", "Daan Muster")
        )
        with db.atomic():
            Match.create(face=self.face, person=self.noor, distance=0.31, band="likely")
            Match.create(face=self.face, person=self.daan, distance=0.48, band="possible")


def counted():
    return {row.band: (row.confirmed, row.rejected) for row in tally.table()}


def test_a_name_confirms_one_guess_and_refutes_the_others(scene):
    faces.name(scene.face, scene.noor, by=scene.editor)
    assert list(tally.table()) == [Count("likely", 0.325, 1, 0), Count("possible", 0.5, 0, 1)]
    assert {field.name for field in Tally._meta.sorted_fields} == {
        "id", "model", "band", "step", "confirmed", "rejected",
    }, "no face, no photo, no person"  # fmt: skip


def test_taking_the_word_back_takes_the_count_back(scene):
    faces.name(scene.face, scene.noor, by=scene.editor)
    faces.undo(scene.face, by=scene.editor)
    assert counted() == {"likely": (0, 0), "possible": (0, 0)}
    faces.name(scene.face, scene.noor, by=scene.editor)
    faces.name(scene.face, scene.daan, by=scene.editor)
    assert counted() == {"likely": (0, 1), "possible": (1, 0)}, "said anew, counted once"
    faces.remark(scene.face, Word.NOT_RECOGNISABLE, by=scene.editor)
    assert counted() == {"likely": (0, 1), "possible": (0, 1)}


def test_a_no_is_counted_once(scene):
    faces.reject(scene.face, scene.noor, by=scene.editor)
    faces.reject(scene.face, scene.noor, by=scene.editor)
    assert counted() == {"likely": (0, 1)}


def test_a_guess_made_after_the_word_is_never_less_than_nothing(scene):
    with db.atomic():
        Match.delete().execute()
    faces.name(scene.face, scene.noor, by=scene.editor)
    with db.atomic():
        Match.create(face=scene.face, person=scene.noor, distance=0.4, band="likely")
    faces.undo(scene.face, by=scene.editor)
    assert counted() == {"likely": (0, 0)}
