"""The review desk in a real browser: a shoot of forty faces by keyboard alone, one moment's faces, boxes by hand."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest

from adapters import clock
from models import faces
from models.base import db
from models.face import Appearance, Face, Match, Step
from models.index import refresh
from models.photo import Photo, Review
from models.trail import Trace
from tests.makers import picture

pytestmark = pytest.mark.browser
CAST = ("Noor Voorbeeld", "Daan Demo", "Zoë Müller", "Søren Sample")
PER_MINUTE = 20  # three hundred in a quarter of an hour


@pytest.fixture
def editor(house):
    return house.user("editor")


@pytest.fixture
def people(house, editor):
    return [house.person(name, by=editor) for name in CAST]


@pytest.fixture
def shoot(house, editor, drain):
    """Prepares so many photos with so many faces each, two of one moment beside each other."""
    album = house.album(by=editor)

    def make(photos, boxes):
        for number in range(photos):
            house.photo(album, by=editor, data=picture(seed=number, size=(300, 200)))
        drain()
        made = list(Photo.select().order_by(Photo.id))
        for number, photo in enumerate(made):
            moment = clock.now() + timedelta(minutes=number // 2, seconds=number % 2)
            with db.atomic():
                Photo.update(taken_at=moment, likeness=bytes(8)).where(Photo.id == photo.id).execute()
                for place in range(boxes):
                    faces.place(photo, (0.05 + place / 4.2, 0.2, 0.15, 0.3), pixels=60, score=1)
                refresh([photo.id])
        return made

    return make


class Hands:
    """Somebody who knows the people by sight and touches nothing but the keyboard."""

    def __init__(self, page):
        self.page, self.pressed = page, 0

    def press(self, key):
        """One key, and wait until the desk is another one."""
        self.page.evaluate("document.getElementById('desk').dataset.old = '1'")
        self.page.keyboard.press(key)
        self.pressed += 1
        # The focus is never lost: it is somewhere on the new desk.
        self.page.locator("#desk:not([data-old]) :focus").wait_for(state="attached")

    def name(self, who):
        """By the key of a choice, else by the letters of the name."""
        choice = self.page.locator(f"#answer [data-key-words='{who}']")
        if choice.count():
            self.press(choice.get_attribute("data-key").split()[0])
            return
        self.page.keyboard.press("k")
        self.page.keyboard.type(who.split()[0].lower().replace("ë", "e").replace("ø", "o"))
        self.page.locator("[data-found]").first.wait_for()
        self.pressed += len(who.split()[0]) + 1
        self.press("Enter")

    def face(self):
        """Which face is on the desk."""
        form = self.page.locator("#answer")
        return form.get_attribute("action").rpartition("/")[2] if form.count() else None


def test_a_shoot_of_forty_faces_is_named_by_keyboard_alone(shoot, people, editor, visit, capsys):
    """Guesses with Enter, others by letters or a digit; one moment's faces together; each photo's last look."""
    photos = shoot(10, 4)
    order = {
        face.code: number for photo in photos for number, face in enumerate(photo.faces.order_by(Face.left))
    }
    with db.atomic():
        for face in Face.select():
            if face.photo_id % 2 and order[face.code] < 2:
                Match.create(face=face, person=people[order[face.code]], distance=0.3, band="likely")
        refresh([photo.id for photo in photos])
    page = visit(editor)
    page.goto("/faces")
    hands, began = Hands(page), time.monotonic()
    for _ in range(100):
        code = hands.face()
        if code is not None:
            hands.name(CAST[order[code]])
        elif page.get_by_text("Is that everyone?").count():
            hands.press("Enter")
        else:
            break
    minutes = (time.monotonic() - began) / 60
    with capsys.disabled():
        print(
            f"\n40 faces in {minutes * 60:.1f} s with {hands.pressed} keys: {40 / minutes:.0f} faces a minute"
        )
    page.get_by_text("No faces are waiting").wait_for()
    named = list(Appearance.select().where(Appearance.undone_at.is_null()))
    assert len(named) == 40
    assert all(row.person == people[order[row.face.code]] and row.by == editor for row in named)
    assert Trace.select().where(Trace.action == "face.named").count() == 40
    assert Review.select().count() == Step.select().where(Step.act == "reviewed").count() > 0
    assert 40 / minutes > PER_MINUTE


def test_one_moment_undo_later_and_keys_that_are_held_or_off(shoot, people, editor, visit, axe):
    shoot(4, 1)
    page = visit(editor)
    page.goto("/faces")
    axe(page)
    hands = Hands(page)
    assert page.locator("[name=also]:checked").count() == 1
    page.keyboard.press("k")
    page.keyboard.type("noor")
    page.locator("[data-found]").first.wait_for()
    axe(page)
    hands.press("Enter")
    page.get_by_text("Noor Voorbeeld, 2 faces").wait_for()
    axe(page)
    page.get_by_role("button", name="Not this one").first.click()
    page.get_by_role("button", name="Not this one").first.wait_for(state="detached")
    assert Appearance.select().where(Appearance.undone_at.is_null()).count() == 1
    hands.press("u")
    assert Appearance.select().where(Appearance.undone_at.is_null()).count() == 0
    page.keyboard.press("o")
    assert page.locator("[name=also]:checked").count() == 0
    hands.press("l")
    hands.press("x")
    hands.press("u")
    hands.press("u")
    assert page.get_by_role("button", name="Undo").count() == 0
    page.keyboard.press("?")
    for words in ("Someone new", "Undo", "Not recognisable", "Later"):
        assert page.locator("#help dd", has_text=words).count() or words == "Undo", words
    page.get_by_label("Single keys are shortcuts in this browser").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    page.wait_for_timeout(200)
    assert Step.select().where(Step.undone_at.is_null()).count() == 0, "single keys can be switched off"


def test_a_name_typed_faster_than_it_is_found_chooses_nobody_else(shoot, people, editor, visit):
    shoot(1, 1)
    page = visit(editor)
    page.goto("/faces")
    page.keyboard.press("k")
    page.keyboard.type("daan")
    page.locator("[data-found]").first.wait_for()
    page.fill("#who", "")
    page.keyboard.type("zoe", delay=0)
    page.keyboard.press("Enter")
    page.get_by_text("Last:").get_by_text("Zoë Müller").wait_for()
    assert [row.person.name for row in Appearance.select()] == ["Zoë Müller"]


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_box_by_pointer_and_by_arrow_keys(shoot, editor, visit, axe, phone):
    photo = shoot(1, 0)[0]
    page = visit(editor, phone=phone)
    page.goto(f"/photos/{photo.code}/faces/new")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    stage = page.locator("[data-draw]").bounding_box()
    at = lambda x, y: (stage["x"] + stage["width"] * x, stage["y"] + stage["height"] * y)  # noqa: E731
    for first, last in (((0.2, 0.2), (0.4, 0.5)), ((0.3, 0.3), (0.4, 0.4)), ((0.5, 0.6), (0.6, 0.7))):
        page.mouse.move(*at(*first))
        page.mouse.down()
        page.mouse.move(*at(*last))
        page.mouse.up()
    drawn, moved_and_grown = "20 20 20 30", [30, 30, 30, 40]
    values = [float(page.input_value(f"#f-{name}")) for name in ("left", "top", "width", "height")]
    assert [round(value) for value in values] == moved_and_grown, drawn
    page.get_by_role("button", name="Move it with the arrow keys").focus()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.get_by_text("Who is this?").wait_for()
    face = Face.get()
    assert [round(value * 100) for value in (face.left, face.top, face.width, face.height)] == [
        29,
        29,
        31,
        41,
    ]
    assert page.locator("svg.face-crop.big").get_attribute("viewBox")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name=re.compile("Drawn by hand")).click()
    page.get_by_role("button", name="Remove the box").click()
    page.get_by_text("The box is gone.").wait_for()
    assert Face.select().count() == 0


def test_without_scripts_a_face_is_found_named_and_taken_back(shoot, people, editor, visit):
    shoot(1, 1)
    page = visit(editor, scripts=False)
    page.goto("/faces")
    page.fill("#who", "zoe")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Zoë Müller").click()
    page.get_by_text("Is that everyone?").wait_for()
    page.get_by_role("button", name="Everyone who can be recognised is named").click()
    page.get_by_text("No faces are waiting").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Who is this?").wait_for()
    assert Appearance.select().where(Appearance.undone_at.is_null()).count() == 0
