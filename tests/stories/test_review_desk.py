"""The review desk (issue part 4): what comes next, what one key does, and how each act is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters import clock
from models import boxes, burst, desk, faces, finding, line
from models.album import Album
from models.base import db
from models.claims import Claimed
from models.errors import Invalid, Refusal
from models.event import QUESTIONS, Event
from models.face import Act, Appearance, Face, Match, Rejection, Remark, Risk, Step, Word
from models.index import refresh
from models.line import Turn
from models.person import Person
from models.photo import Photo, Review
from models.trail import Trace
from models.user import Team
from tests.makers import Browser

pytestmark = pytest.mark.both_engines
BOX = (0.3, 0.2, 0.1, 0.2)


@pytest.fixture
def shoot(house, drain):
    return Shoot(house, drain)


class Shoot:
    """Photos with faces as the machine would leave them: found, waiting, some with a guess."""

    def __init__(self, house, drain):
        self.house, self.drain = house, drain
        self.editor = house.user("editor")
        self.album = house.album(by=self.editor)
        self.noor = house.person("Noor Voorbeeld", by=self.editor)
        self.daan = house.person("Daan Demo", by=self.editor)

    def photo(self, *boxes_, album=None, at=None, likeness=0):
        """A prepared photo with these faces, found by the machine."""
        taken = self.house.photo(album or self.album, by=self.editor)
        with db.atomic():
            Photo.update(
                width=600, height=400, placeholder=b"x", prepared_at=clock.now(), taken_at=at,
                likeness=likeness.to_bytes(8, "big"),
            ).where(Photo.id == taken.id).execute()  # fmt: skip
            for box in boxes_:
                faces.place(taken, box, pixels=120, score=1)
            refresh([taken.id])
        return Photo.get_by_id(taken.id)

    def guess(self, face, person, band="likely", distance=0.3, risk=""):
        with db.atomic():
            Match.create(face=face, person=person, distance=distance, band=band, risk=risk)
            refresh([face.photo_id])

    def next(self, **scope):
        return desk.look(self.editor, **scope).face

    def standing(self):
        rows = Appearance.select().where(Appearance.undone_at.is_null(), Appearance.face.is_null(False))
        return {(row.face_id, row.person_id) for row in rows}


def side_by_side(count):
    return [(number / 10 + 0.02, 0.2, 0.06, 0.2) for number in range(count)]


def test_what_clears_most_comes_first_and_a_shoot_stays_together(shoot):
    """Photos with one face left, then good guesses, one album after another."""
    three, one, two, likely = (shoot.photo(*side_by_side(count)) for count in (3, 1, 2, 1))
    shoot.guess(likely.faces.get(), shoot.noor)
    shoot.guess(two.faces.order_by(Face.left.desc()).first(), shoot.daan)
    turns = {photo.id: photo.turn for photo in Photo.select()}
    assert turns == {
        three.id: Turn.SEVERAL,
        one.id: Turn.LAST,
        two.id: Turn.LIKELY,
        likely.id: Turn.LAST_LIKELY,
    }
    other = shoot.photo(BOX, album=shoot.house.album("Later shoot", by=shoot.editor))
    assert shoot.next() == other.faces.get(), "the newest album"
    assert shoot.next(near=shoot.album.code).photo == likely, "but one stays where one works"
    order = []
    while face := shoot.next(near=shoot.album.code, album=shoot.album):
        order.append(face.photo_id)
        desk.answer(face, Word.NOT_A_PERSON, by=shoot.editor)
    assert order == [likely.id, one.id, two.id, two.id, three.id, three.id, three.id]
    assert {photo.turn for photo in Photo.select().where(Photo.album == shoot.album)} == {None}
    assert shoot.next().photo == other


def test_a_good_guess_of_a_photo_is_asked_before_its_strangers(shoot):
    photo = shoot.photo(*side_by_side(3))
    right = photo.faces.order_by(Face.left.desc()).first()
    shoot.guess(right, shoot.noor)
    assert shoot.next() == right


def test_later_puts_a_face_behind_for_its_user_alone(shoot):
    first, second = shoot.photo(BOX), shoot.photo(BOX)
    desk.put_off(first.faces.get(), by=shoot.editor)
    assert shoot.next().photo == second
    desk.put_off(second.faces.get(), by=shoot.editor)
    shown = desk.look(shoot.editor)
    assert (shown.face, shown.put_off) == (None, 2)
    assert desk.look(shoot.house.user("editor")).face.photo == first, "a colleague still gets it"
    desk.take_back(desk.last(shoot.editor), by=shoot.editor)
    assert shoot.next().photo == second
    desk.look_again(by=shoot.editor)
    assert shoot.next().photo == first


def test_only_faces_of_ones_own_team(shoot):
    elsewhere = Album.add("Elsewhere", Team.add("Other", by="system"), by=shoot.editor)
    shoot.photo(BOX, album=elsewhere)
    shown = desk.look(shoot.editor)
    assert (shown.face, shown.albums) == (None, [])


def test_one_answer_for_the_shots_of_one_moment_each_an_act_of_its_own(shoot):
    """Same album, seconds apart, alike as pictures, boxes over each other; every face its own row and trace."""
    now = clock.now()
    one = shoot.photo(BOX, at=now)
    moved = (BOX[0] + 0.01, BOX[1], BOX[2], BOX[3])
    same = shoot.photo(moved, at=now + timedelta(seconds=1), likeness=0b11)
    shoot.photo(moved, at=now + timedelta(minutes=5))  # too late
    shoot.photo(moved, at=now, likeness=0xFF)  # another picture
    shoot.photo((0.7, 0.2, 0.1, 0.2), at=now)  # another place
    shoot.photo(moved, at=now, album=shoot.house.album("Other", by=shoot.editor))
    face, other = one.faces.get(), same.faces.get()
    assert [(near.face, near.guess, near.chosen) for near in burst.alike(face, None)] == [(other, None, True)]
    done = desk.answer(face, shoot.noor, by=shoot.editor, also=[other.code, "no such code"])
    assert done == [face, other]
    assert shoot.standing() == {(face.id, shoot.noor.id), (other.id, shoot.noor.id)}
    assert {row.by for row in Appearance.select()} == {shoot.editor}
    assert Trace.select().where(Trace.action == "face.named").count() == 2
    steps = desk.last(shoot.editor)
    assert [step.face for step in steps] == [face, other]
    desk.take_back(steps[1:], by=shoot.editor)
    assert shoot.standing() == {(face.id, shoot.noor.id)}, "one of them alone"
    desk.take_back(desk.last(shoot.editor), by=shoot.editor)
    assert shoot.standing() == set()
    assert Face.select().where(Face.waiting_since.is_null()).count() == 0


def test_a_moment_with_another_guess_is_not_ticked_and_what_does_not_fit_is_left_out(shoot):
    now = clock.now()
    photos = [shoot.photo(BOX, (0.7, 0.2, 0.1, 0.2), at=now + timedelta(seconds=n)) for n in range(4)]
    here, guessed, rejected, taken = (photo.faces.order_by(Face.left).first() for photo in photos)
    shoot.guess(guessed, shoot.daan)
    faces.reject(rejected, shoot.noor, by=shoot.editor)
    faces.name(photos[3].faces.order_by(Face.left.desc()).first(), shoot.noor, by=shoot.editor)
    near = {one.face: (one.guess, one.chosen) for one in burst.alike(here, None)}
    assert near == {guessed: (shoot.daan, False), rejected: (None, True), taken: (None, True)}
    assert {one.face: one.chosen for one in burst.alike(here, shoot.daan)}[guessed] is True
    done = desk.answer(here, shoot.noor, by=shoot.editor, also=[rejected.code, taken.code])
    assert done == [here], "a rejected pair and a second place in one photo are nobody's answer"


def test_no_burst_without_a_time_or_a_likeness(shoot):
    one = shoot.photo(BOX)
    shoot.photo(BOX)
    assert burst.alike(one.faces.get(), None) == []


def test_undo_goes_back_step_by_step(shoot):
    photos = [shoot.photo(BOX) for _ in range(5)]
    named, said, doubted, later, finished = (photo.faces.get() for photo in photos)
    shoot.guess(doubted, shoot.noor)
    desk.answer(named, "Somebody New", by=shoot.editor)
    desk.answer(said, Word.NOT_A_PERSON, by=shoot.editor)
    desk.reject(doubted, [shoot.noor], by=shoot.editor)
    desk.put_off(later, by=shoot.editor)
    desk.finish(photos[4], by=shoot.editor)
    assert (
        Remark.select().where(Remark.face == finished, Remark.undone_at.is_null()).get().word
        is Word.NOT_RECOGNISABLE
    )
    assert faces.is_reviewed(photos[4])
    acts = []
    while steps := desk.last(shoot.editor):
        acts.append([step.act for step in steps])
        desk.take_back(steps, by=shoot.editor)
    assert acts == [[Act.REMARKED, Act.REVIEWED], [Act.LATER], [Act.REJECTED], [Act.REMARKED], [Act.NAMED]]
    assert Face.select().where(Face.waiting_since.is_null()).count() == 0
    assert Rejection.select().count() == Review.select().where(Review.undone_at.is_null()).count() == 0
    assert Trace.select().where(Trace.action == "face.rejection-undone").count() == 1


def test_undo_never_touches_what_a_colleague_said_since(shoot):
    face = shoot.photo(BOX).faces.get()
    desk.answer(face, shoot.noor, by=shoot.editor)
    colleague = shoot.house.user("editor")
    faces.undo(face, by=colleague)
    desk.answer(Face.get_by_id(face.id), shoot.daan, by=colleague)
    assert desk.last(shoot.editor) == []
    assert shoot.standing() == {(face.id, shoot.daan.id)}


def test_of_two_who_answer_at_once_the_second_changes_nothing(shoot):
    face = shoot.photo(BOX).faces.get()
    stale = Face.get_by_id(face.id)
    assert desk.answer(face, shoot.noor, by=shoot.editor) == [face]
    assert desk.answer(stale, shoot.daan, by=shoot.house.user("editor")) == []
    assert shoot.standing() == {(face.id, shoot.noor.id)}


def test_steps_are_forgotten_after_a_day_and_the_acts_stay(shoot, monkeypatch):
    face = shoot.photo(BOX).faces.get()
    desk.answer(face, shoot.noor, by=shoot.editor)
    real = clock._read
    monkeypatch.setattr(clock, "_read", lambda: real() + timedelta(hours=25))
    assert desk.last(shoot.editor) == []
    assert desk.sweep() == 1
    assert shoot.standing() == {(face.id, shoot.noor.id)}


def test_a_rejected_pair_outlives_every_re_run_of_the_machine(shoot):
    """BIO-05: the box found again, found elsewhere, or not found at all."""
    photo = shoot.photo(BOX, (0.7, 0.2, 0.1, 0.2))
    face, other = photo.faces.order_by(Face.left)
    shoot.guess(face, shoot.noor)
    desk.reject(face, [shoot.noor], by=shoot.editor)
    again = Seen((0.305, 0.2, 0.1, 0.2))
    for found in ([again], [], [again]):
        with db.atomic():
            finding.keep(photo, found)
    assert Face.get_by_id(face.id).waiting_since is not None
    assert not Face.select().where(Face.id == other.id).exists(), "what nobody spoke of follows the machine"
    shoot.guess(face, shoot.noor)
    assert faces.suggestions(face) == []
    assert desk.look(shoot.editor, photo=photo).choices == ()


class Seen:
    """What the recogniser hands over for one box."""

    def __init__(self, box):
        self.left, self.top, self.width, self.height = box
        self.pixels, self.score, self.flaw, self.vector = 120, 1.0, "", None


def test_a_crowd_needs_the_albums_event(shoot):
    """GRP-02: without the record the desk says why and what to do next."""
    face = shoot.photo(BOX).faces.get()
    assert desk.look(shoot.editor).crowd is False
    with pytest.raises(Refusal) as refusal:
        desk.answer(face, Word.CROWD, by=shoot.editor)
    assert "event record" in str(refusal.value)
    assert Face.get_by_id(face.id).waiting_since is not None, "nothing was half said"
    answers = dict.fromkeys(QUESTIONS, "It was written on the sign at the entrance.")
    Event.keep(shoot.album, answers, children=False, by=shoot.house.user("consent-officer"))
    assert desk.look(shoot.editor).crowd is True
    assert desk.answer(face, Word.CROWD, by=shoot.editor) == [face]


def test_choices_are_guesses_then_whom_one_named_here_never_who_is_in_the_photo(shoot):
    for _ in range(2):
        desk.answer(
            shoot.photo(BOX).faces.get(),
            "Ruth Sample" if not Person.get_or_none(name="Ruth Sample") else Person.get(name="Ruth Sample"),
            by=shoot.editor,
        )
    photo = shoot.photo(*side_by_side(2))
    left, right = photo.faces.order_by(Face.left)
    shoot.guess(left, shoot.noor, "possible", 0.47)
    shoot.guess(left, shoot.daan, "likely", 0.3)
    shown = desk.look(shoot.editor, photo=photo)
    assert [(c.person.name, c.band) for c in shown.choices] == [
        ("Daan Demo", "likely"), ("Noor Voorbeeld", "possible"), ("Ruth Sample", "recent"),
    ]  # fmt: skip
    assert len(shown.choices[2].portraits) == 2, "confirmed faces to compare with"
    desk.answer(left, shoot.daan, by=shoot.editor)
    assert "Daan Demo" not in [
        c.person.name for c in desk.look(shoot.editor, photo=photo, face=right).choices
    ]


def test_a_name_the_file_gives_to_a_face_is_a_choice_and_no_more(shoot):
    """A8: one key away, never an answer; of two people of one name neither is proposed."""
    photo = shoot.photo(BOX)
    Claimed.create(photo=photo, name="noor voorbeeld", left=0.3, top=0.2, width=0.1, height=0.2)
    shown = desk.look(shoot.editor)
    assert (shown.claimed, [(c.person, c.band) for c in shown.choices]) == (
        ["noor voorbeeld"],
        [(shoot.noor, "claimed")],
    )
    assert shoot.standing() == set()
    shoot.house.person("Noor Voorbeeld", by=shoot.editor)
    assert desk.look(shoot.editor).choices == ()


def test_portraits_come_only_from_photos_one_may_see(shoot):
    elsewhere = Album.add("Elsewhere", Team.add("Other", by="system"), by=shoot.editor)
    faces.name(shoot.photo(BOX, album=elsewhere).faces.get(), shoot.noor, by=shoot.editor)
    photo = shoot.photo(BOX)
    shoot.guess(photo.faces.get(), shoot.noor)
    assert desk.look(shoot.editor).choices[0].portraits == ()


def test_the_last_look_is_asked_once_every_face_has_its_answer(shoot):
    photo = shoot.photo(*side_by_side(2))
    left, right = photo.faces.order_by(Face.left)
    desk.answer(left, shoot.noor, by=shoot.editor)
    assert desk.look(shoot.editor, asked=photo).asked is None
    desk.answer(right, Word.NOT_RECOGNISABLE, by=shoot.editor)
    assert desk.look(shoot.editor, asked=photo).asked == photo
    desk.finish(photo, by=shoot.editor)
    assert desk.look(shoot.editor, asked=photo).asked is None
    assert faces.is_reviewed(photo)


def test_progress_counts_a_shoot_and_stops_where_it_would_cost(shoot, monkeypatch):
    shoot.photo(*side_by_side(4))
    desk.answer(shoot.next(), Word.NOT_A_PERSON, by=shoot.editor)
    assert line.progress(album=shoot.album) == line.Progress(1, 4, False)
    monkeypatch.setattr(line, "MOST", 3)
    assert line.progress(album=shoot.album).many is True


def test_names_are_found_without_accents_capitals_or_strokes(shoot):
    photo = shoot.photo(BOX)
    for name in ("Zoë Müller", "Søren Ødegård", "Łukasz Żak", "Müllerová Anna"):
        Person.add(name, by=shoot.editor)
    found = lambda text: [person.name for person in desk.look_up(shoot.editor, text, photo).people]  # noqa: E731
    assert found("zoe mull") == ["Zoë Müller"]
    assert found("soren o") == ["Søren Ødegård"]
    assert found("LUKASZ zak") == ["Łukasz Żak"]
    assert found("mull") == ["Müllerová Anna", "Zoë Müller"], "names that begin so come first"
    assert found("100%_") == found("") == []
    renamed = Person.get(name="Zoë Müller")
    renamed.change(
        by=shoot.editor, name="Chloé Müller", email="", born=None, relation="visitor", locale="", note=""
    )
    assert (found("chloe"), found("zoe mu")) == (["Chloé Müller"], [])


def test_a_hand_drawn_box_is_moved_and_removed_the_machines_is_not(shoot):
    photo = shoot.photo(BOX)
    drawn = faces.draw(photo, (0.6, 0.2, 0.1, 0.2), by=shoot.editor)
    with pytest.raises(Invalid):
        faces.draw(photo, (0.6, 0.2, 0.1, 0.2), by=shoot.editor)
    desk.answer(drawn, shoot.noor, by=shoot.editor)
    boxes.move(drawn, (0.5, 0.1, 0.2, 0.3), by=shoot.editor)
    kept = Face.get_by_id(drawn.id)
    assert (kept.left, kept.width, kept.pixels) == (0.5, 0.2, 120)
    assert shoot.standing() == {(drawn.id, shoot.noor.id)}, "its name stays"
    with pytest.raises(Invalid):
        boxes.move(kept, (0.9, 0.1, 0.2, 0.3), by=shoot.editor)
    with pytest.raises(Refusal):
        boxes.remove(kept, by=shoot.editor)
    faces.undo(kept, by=shoot.editor)
    boxes.remove(kept, by=shoot.editor)
    found = photo.faces.get()
    for act in (
        lambda: boxes.remove(found, by=shoot.editor),
        lambda: boxes.move(found, BOX, by=shoot.editor),
    ):
        with pytest.raises(Refusal):
            act()
    assert [row.action for row in Trace.select().where(Trace.action.in_(["face.moved", "face.removed"]))] == [
        "face.moved", "face.removed",
    ]  # fmt: skip
    assert Step.select().count() == 0, "nothing is left to take back of a face that is gone"


def test_look_alikes_stand_side_by_side_and_take_a_deliberate_choice(shoot, web):
    """Issue part 3: a risk, never a fact; no key alone names one of two whom the machine can't tell apart."""
    known = [shoot.photo(BOX) for _ in range(2)]
    for photo, person in zip(known, (shoot.noor, shoot.daan), strict=True):
        faces.name(photo.faces.get(), person, by=shoot.editor)
        photo.review(by=shoot.editor)
    face = shoot.photo(BOX).faces.get()
    shoot.guess(face, shoot.noor, "possible", 0.30, Risk.TWIN)
    shoot.guess(face, shoot.daan, "possible", 0.31, Risk.TWIN)
    shown = desk.look(shoot.editor, photo=face.photo)
    assert shown.risky
    assert [(one.person, one.band, one.risk) for one in shown.choices] == [
        (shoot.noor, "possible", True), (shoot.daan, "possible", True),
    ]  # fmt: skip
    assert [one.portraits[0].photo_id for one in shown.choices] == [photo.id for photo in known]

    browser = Browser(web).log_in(shoot.editor)
    page = browser.get(f"/faces?photo={face.photo.code}").text
    assert page.count('data-key="Enter"') == 0, "no single key"
    assert 'name="compared"' in page
    answer = {"act": "name", "person": shoot.noor.code, "photo": face.photo.code}
    refused = browser.post(f"/faces/{face.code}", answer)
    assert (refused.status_code, shoot.standing() & {(face.id, shoot.noor.id)}) == (422, set())
    assert browser.post(f"/faces/{face.code}", {**answer, "compared": "1"}).status_code == 303
    assert (face.id, shoot.noor.id) in shoot.standing()
