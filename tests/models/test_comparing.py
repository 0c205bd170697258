"""Whom a face is compared with, and what a guess may say (issue 4 part 3; BIO-04, BIO-05, BIO-07, BIO-09)."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from adapters import imaging, recognition, seal
from adapters.kinds import JPEG
from models import comparing, faceprints, faces, finding, forgetting, gallery
from models.base import db, tools
from models.consent import Line, withdraw
from models.face import Appearance, Face, Faceprint, Match, Rejection
from models.gather import today
from models.job import Job
from tests import people
from tests.stories.test_from_shoot_to_use import Shoot

pytestmark = pytest.mark.both_engines

NOOR, DAAN, AMINA = 0, 1, 2
_made: dict[tuple[int, int], bytes] = {}


@pytest.fixture
def numbers(sandbox):
    """The faceprint of one of the cast in one light, by the real recogniser; made once, given as a copy."""

    def made(who, variant=0):
        if (who, variant) not in _made:
            data = people.portrait(who, variant=variant, size=300)
            (face,) = imaging.prepare(sandbox, data, JPEG, encode=True).faces
            _made[who, variant] = bytes(face.vector)
        return bytearray(_made[who, variant])

    return made


@pytest.fixture
def roll(house, drain, numbers):
    """A hospital where recognition is on."""
    return Roll(house, drain, numbers)


class Roll(Shoot):
    """People who opted in with faceprints of their own, and photos with faces as the machine leaves them."""

    def __init__(self, house, drain, numbers):
        super().__init__(house, drain)
        self.numbers = numbers
        self.switch_on()

    def enrol(self, name, *vectors, **more):
        """Someone who said yes, with one confirmed face per vector."""
        person = self.house.person(name, by=self.editor, **more)
        self.sign(person, website=True, recognise=True)
        self.keep(person, vectors)
        return person

    def keep(self, person, vectors):
        with db.atomic():
            gallery.changed(person)
            key = tools.keys.new(faceprints.KEY, person.code)
            for vector in vectors:
                (face,) = self.photo(1)
                Face.update(waiting_since=None).where(Face.id == face.id).execute()
                Appearance.create(photo=face.photo, person=person, face=face, by=self.editor)
                sealed = seal.encrypt_field(key, vector, faceprints._context(person, face))
                Faceprint.create(person=person, face=face, model=recognition.MODEL, sealed=sealed)

    def photo(self, count, *, pixels=200):
        """The waiting faces of a new photo, from left to right."""
        photo = self.house.photo(self.album, by=self.editor)
        Job.delete().where(Job.kind == "prepare").execute()
        boxes = [imaging.FoundFace(0.1 + n / 5, 0.2, 0.1, 0.15, 1.0, pixels, "") for n in range(count)]
        with db.atomic():
            return [face for face, _ in finding.keep(photo, boxes)]

    def suggest(self, *pairs):
        """Compare faces with these vectors; the guesses as (face's place, name, band, risk)."""
        with db.atomic():
            strangers = comparing.suggest(pairs)
        there = [face for face, _ in pairs]
        found = {
            (there.index(match.face), match.person.name, match.band, match.risk)
            for match in Match.select().where(Match.face.in_(there))
        }
        return found, [there.index(face) for face in strangers]


def between(one, other, share=0.5):
    """A face that lies between two: near to both, as a brother's would."""
    a, b = (np.frombuffer(bytes(vector), "<f4") for vector in (one, other))
    return bytearray((a * (1 - share) + b * share).astype("<f4").tobytes())


def test_only_an_active_yes_is_compared(roll, numbers):
    noor = roll.enrol("Noor", numbers(NOOR), numbers(NOOR, 1), numbers(NOOR, 2))
    child = roll.enrol("Tom", numbers(AMINA))
    child.born = today() - timedelta(days=365 * 9)
    child.save()
    roll.house.person("Daan", by=roll.editor)
    asked = roll.photo(3)
    pairs = list(zip(asked, (numbers(NOOR, 3), numbers(AMINA, 3), numbers(DAAN)), strict=True))
    assert roll.suggest(*pairs) == ({(0, "Noor", "likely", "")}, [1, 2]), "a child only where that is allowed"
    assert child.is_minor()

    # The day comes without any act: the gallery that is open already is not asked whether it still may.
    Line.update(valid_until=today() - timedelta(days=1)).where(Line.person == noor).execute()
    assert roll.suggest(*pairs) == (set(), [0, 1, 2])
    Line.update(valid_until=None).where(Line.person == noor).execute()
    assert roll.suggest(*pairs)[0] == {(0, "Noor", "likely", "")}

    withdraw(noor, uses=[], recognition=True, actor="signer", means="link")
    assert (noor.code in gallery._kept.gallery, Match.select().count()) == (False, 0)
    assert roll.suggest(*pairs) == (set(), [0, 1, 2])


def test_a_faceprint_of_another_model_is_never_compared_and_is_made_anew(roll, numbers, drain):
    noor = roll.enrol("Noor", numbers(NOOR), numbers(NOOR, 1))
    Faceprint.update(model="an-older-one").execute()
    with db.atomic():
        gallery.changed(noor)
    assert roll.suggest((roll.photo(1)[0], numbers(NOOR))) == (set(), [0])
    forgetting.sweep()
    assert Job.waiting().where(Job.kind == "faceprints", Job.subject == noor.id).count() == 1
    drain()
    assert Faceprint.select().where(Faceprint.model != recognition.MODEL).count() == 0


def test_one_person_one_place(roll, numbers):
    noor = roll.enrol("Noor", numbers(NOOR), numbers(NOOR, 1), numbers(NOOR, 2))
    left, right = roll.photo(2)
    near, nearer = numbers(NOOR, 3), between(numbers(NOOR, 0), numbers(NOOR, 1))
    assert roll.suggest((left, near), (right, nearer)) == ({(1, "Noor", "likely", "")}, [])
    # The other face alone, later: she already stands nearer elsewhere.
    assert roll.suggest((left, near))[0] == set()
    faces.reject(right, noor, by=roll.editor)
    assert roll.suggest((left, near), (right, nearer))[0] == {(0, "Noor", "likely", "")}
    faces.name(right, noor, by=roll.editor)
    assert roll.suggest((left, near))[0] == set(), "a human said where she is"


def test_small_faces_are_possible_at_most(roll, numbers):
    roll.enrol("Noor", numbers(NOOR), numbers(NOOR, 1), numbers(NOOR, 2))
    for pixels, band in ((50, "likely"), (49, "possible"), (35, "possible")):
        (face,) = roll.photo(1, pixels=pixels)
        assert roll.suggest((face, numbers(NOOR, 3)))[0] == {(0, "Noor", band, "")}
    (face,) = roll.photo(1, pixels=34)
    assert roll.suggest((face, numbers(NOOR, 3)))[0] == set()


def test_look_alikes_are_a_risk_and_never_likely(roll, numbers):
    """Two people too much alike, and a face between two people: both stand side by side, neither first."""
    roll.enrol("Noor", numbers(NOOR), numbers(NOOR, 1))
    roll.enrol("Nora", numbers(NOOR, 2), numbers(NOOR, 3))
    roll.enrol("Daan", numbers(DAAN), numbers(DAAN, 1))
    roll.enrol("Amina", numbers(AMINA), numbers(AMINA, 1))
    twins, brother = roll.photo(2)
    middle = between(between(numbers(DAAN), numbers(DAAN, 1)), between(numbers(AMINA), numbers(AMINA, 1)))
    found, _ = roll.suggest((twins, numbers(NOOR)))
    assert found == {(0, "Noor", "possible", "twin"), (0, "Nora", "possible", "twin")}
    found, _ = roll.suggest((brother, middle))
    assert found == {(0, "Daan", "possible", "close"), (0, "Amina", "possible", "close")}
    faces.reject(brother, next(p for p in (m.person for m in faces.suggestions(brother)) if p.name == "Amina"), by=roll.editor)  # fmt: skip
    assert roll.suggest((brother, middle))[0] == {(0, "Daan", "likely", "")}, (
        "whom a human ruled out is no rival"
    )


def test_another_process_forgets_with_the_next_question(roll, numbers):
    noor = roll.enrol("Noor", numbers(NOOR))
    daan = roll.enrol("Daan", numbers(DAAN))
    other = gallery._Kept()
    other.refresh()
    assert {noor.code, daan.code} == set(other.marks)
    number = other.number
    with db.atomic():
        faceprints.forget(noor)
    assert noor.code in other.gallery
    other.refresh()
    assert (set(other.marks), other.number) == ({daan.code}, number + 1)
    assert not other.gallery._rows[len(other.gallery) :].any()
    with db.atomic() as undone:
        gallery.changed(daan)
        undone.rollback()
    other.refresh()
    assert other.number == number + 1, "what was rolled back never was"


def test_at_rest_nothing_is_left_and_the_next_question_finds_it_again(roll, numbers):
    roll.enrol("Noor", numbers(NOOR), numbers(NOOR, 1))
    (face,) = roll.photo(1)
    assert roll.suggest((face, numbers(NOOR, 2)))[0] == {(0, "Noor", "likely", "")}
    kept = gallery._kept
    assert kept.timer.daemon
    kept.timer.cancel()
    kept._look()
    assert len(kept.gallery) == 1, "somebody asked just now"
    kept.timer.cancel()
    kept.asked_at -= gallery.REST
    kept._look()
    assert (len(kept.gallery), kept.gallery._rows.any(), kept.timer) == (0, False, None)
    assert roll.suggest((face, numbers(NOOR, 2)))[0] == {(0, "Noor", "likely", "")}


def test_a_key_that_is_gone_is_no_fault_of_others(roll, numbers):
    """A crash between the key store and the rows leaves seals that do not open."""
    noor = roll.enrol("Noor", numbers(NOOR))
    daan = roll.enrol("Daan", numbers(DAAN))
    tools.keys.destroy(faceprints.KEY, noor.code)
    tools.keys.destroy(faceprints.KEY, daan.code)
    tools.keys.new(faceprints.KEY, daan.code)
    roll.enrol("Amina", numbers(AMINA))
    (face,) = roll.photo(1)
    assert roll.suggest((face, numbers(AMINA, 1)))[0] == {(0, "Amina", "likely", "")}
    waiting = {job.subject for job in Job.waiting().where(Job.kind == "faceprints")}
    assert {noor.id, daan.id} <= waiting


def test_a_rerun_keeps_every_human_word(roll):
    """Named, said, rejected, taken back or drawn: the face stays with its code; an unspoken box gives way."""
    noor = roll.house.person("Noor", by=roll.editor)
    named, said, refused, undone, silent, moved = roll.photo(4) + roll.photo(2)
    photo, other = named.photo, silent.photo
    faces.name(named, noor, by=roll.editor)
    faces.remark(said, faces.Word.NOT_RECOGNISABLE, by=roll.editor)
    faces.reject(refused, noor, by=roll.editor)
    faces.remark(undone, faces.Word.NOT_A_PERSON, by=roll.editor)
    faces.undo(undone, by=roll.editor)
    photo.width, photo.height = 2000, 1500
    drawn = faces.draw(photo, (0.05, 0.6, 0.3, 0.35), by=roll.editor)
    inside = imaging.FoundFace(0.13, 0.69, 0.14, 0.18, 1.0, 280, "")
    with db.atomic():
        found = finding.keep(photo, [inside])
    assert [face.code for face, _ in found] == [drawn.code], "a box around the whole head holds the machine's"
    assert (drawn.left, drawn.width) == (0.05, 0.3)
    kept = {face.code for face in photo.faces}
    assert kept == {face.code for face in (named, said, refused, undone, drawn)}
    assert Rejection.select().where(Rejection.face == refused).count() == 1

    shifted = imaging.FoundFace(0.32, 0.21, 0.1, 0.15, 1.0, 210, "blurred")
    with db.atomic():
        found = finding.keep(other, [shifted, shifted])
    assert other.faces.where(Face.id == silent.id).count() == 0
    first, second = (face for face, _ in found)
    assert (first.code, first.left, first.flaw) == (moved.code, 0.32, "blurred")
    assert second.code not in (moved.code, silent.code), "two boxes are never one face"
    with db.atomic():
        finding.keep(other, [], all_of_it=False)
    assert other.faces.count() == 2
