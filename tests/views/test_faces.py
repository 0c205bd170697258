"""The desk's pages: the same acts with and without scripts, a flat cost, and words for every no."""

from __future__ import annotations

import re

import pytest
from playhouse.test_utils import count_queries

from adapters import clock
from models import desk, faces
from models.base import db
from models.face import Appearance, Face, Match, Rejection, Remark
from models.index import refresh
from models.person import Person
from models.photo import Photo
from tests.makers import Browser

pytestmark = pytest.mark.both_engines
HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def editor(house):
    return house.user("editor", name="Eva Editor")


@pytest.fixture
def desk_(web, editor):
    return Browser(web).log_in(editor)


@pytest.fixture
def shoot(house, editor):
    """Makes prepared photos with a face each, a minute apart, as the worker would leave them."""
    album = house.album(by=editor)

    def make(count, *, boxes=1):
        photos = []
        for _ in range(count):
            photo = house.photo(album, by=editor)
            with db.atomic():
                Photo.update(
                    width=600, height=400, prepared_at=clock.now(), placeholder=b"x", likeness=bytes(8), taken_at=clock.now()
                ).where(Photo.id == photo.id).execute()  # fmt: skip
                for number in range(boxes):
                    faces.place(photo, (0.1 + number / 5, 0.2, 0.1, 0.2), pixels=120, score=1)
                refresh([photo.id])
            photos.append(Photo.get_by_id(photo.id))
        return photos

    return make


def test_the_desk_costs_the_same_for_one_face_and_for_forty(desk_, shoot, editor, house):
    noor = house.person("Noor Voorbeeld", by=editor)
    counts = []
    for more in (1, 39):
        for photo in shoot(more):
            with db.atomic():
                Match.create(face=photo.faces.get(), person=noor, distance=0.3, band="likely")
                refresh([photo.id])
        desk_.get("/faces")
        with count_queries() as counted:
            page = desk_.get("/faces").text
        assert "Noor Voorbeeld" in page
        counts.append(counted.count)
    assert counts == [28, 28]


def test_without_scripts_every_act_is_a_form_and_leads_on(desk_, shoot, editor, house):
    first, second = shoot(2)
    noor = house.person("Noor Voorbeeld", by=editor)
    face = first.faces.get()
    with db.atomic():
        Match.create(face=face, person=noor, distance=0.3, band="likely")
        refresh([first.id])
    page = desk_.get("/faces").text
    assert f'action="/faces/{face.code}"' in page
    assert re.search(rf'name="person" value="{noor.code}" data-key="Enter 1"', page)
    answered = desk_.post(f"/faces/{face.code}", {"person": noor.code})
    assert answered.status_code == 303
    look = desk_.get(answered.headers["Location"]).text
    assert "Is that everyone?" in look
    assert "Last:" in look
    assert "Noor Voorbeeld" in look
    assert desk_.post(f"/photos/{first.code}/finished").status_code == 303
    assert faces.is_reviewed(first)
    for _ in range(2):
        back = desk_.post("/faces/steps/undo")
    assert f"/faces/{face.code}" in desk_.get(back.headers["Location"]).text, (
        "the face taken back is on the desk"
    )
    assert Appearance.select().where(Appearance.undone_at.is_null()).count() == 0
    nothing = desk_.post("/faces/steps/undo")
    assert "nothing left to take back" in desk_.get(nothing.headers["Location"]).text
    assert desk_.post(f"/faces/{second.faces.get().code}", {"act": "later"}).status_code == 303
    assert "1 face left for later" in desk_.get("/faces").text
    assert desk_.post("/faces/later/again").status_code == 303


def test_people_are_looked_up_by_letters_with_and_without_scripts(desk_, shoot, house, editor):
    face = shoot(1)[0].faces.get()
    zoe = house.person("Zoë Müller", by=editor)
    piece = desk_.get(f"/faces/{face.code}/who?q=zoe+mu", **HTMX).text
    assert piece.lstrip().startswith('<div id="found"')
    assert zoe.code in piece
    whole = desk_.get(f"/faces/{face.code}/who?q=zoe").text
    assert "<html" in whole
    assert zoe.code in whole
    faces.add_person(face.photo, zoe, by=editor)
    assert "is in this photo already" in desk_.get(f"/faces/{face.code}/who?q=zoe", **HTMX).text
    new = desk_.get(f"/faces/{face.code}/who?q=%3Cb%3EDaan", **HTMX).text
    assert "&lt;b&gt;Daan" in new
    assert desk_.get(f"/photos/{face.photo.code}/people/new?q=zoe").status_code == 200


def test_one_key_answers_with_htmx_and_says_what_it_did(desk_, shoot, house, editor):
    photos = shoot(3)
    noor = house.person("Noor Voorbeeld", by=editor)
    one, *others = [photo.faces.get() for photo in photos]
    page = desk_.get("/faces").text
    assert page.count('name="also"') == 2
    sent = {"person": noor.code, "also": [face.code for face in others]}
    piece = desk_.post(f"/faces/{one.code}", sent, **HTMX).text
    assert piece.lstrip().startswith('<div id="desk"')
    assert "Noor Voorbeeld, 3 faces" in piece
    assert piece.count("Not this one") == 3
    step = desk.last(editor)[1]
    desk_.post(f"/faces/steps/{step.code}/undo", **HTMX)
    assert Appearance.select().where(Appearance.undone_at.is_null()).count() == 2
    late = desk_.post(f"/faces/{one.code}", {"act": "not_a_person"}, **HTMX).text
    assert "Somebody else answered that face" in late
    assert Remark.select().count() == 0


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_half_written(desk_, shoot):
    face = shoot(1)[0].faces.get()
    for form, words in (
        ({"act": "new", "name": " "}, "Fill in the name."),
        ({}, "Choose a person from the list"),
        ({"person": "nobody"}, "Choose a person from the list"),
    ):
        answer = desk_.post(f"/faces/{face.code}", form, **HTMX)
        assert answer.status_code == 422
        assert words in answer.text
        assert f"/faces/{face.code}" in answer.text
    crowd = desk_.post(f"/faces/{face.code}", {"act": "crowd"})
    assert crowd.status_code == 409
    assert "event record" in crowd.text
    page = desk_.get("/faces").text
    assert 'value="crowd"' not in page
    assert "/event" in page, "where the record is written"
    assert Person.select().count() == Appearance.select().count() == 0


def test_none_of_these_rejects_every_guess_and_the_face_stays(desk_, shoot, house, editor):
    photo = shoot(1)[0]
    face = photo.faces.get()
    with db.atomic():
        for number, name in enumerate(("Noor Voorbeeld", "Daan Demo")):
            person = house.person(name, by=editor)
            Match.create(face=face, person=person, distance=0.4 + number / 100, band="likely")
        refresh([photo.id])
    piece = desk_.post(f"/faces/{face.code}", {"act": "none"}, **HTMX).text
    assert Rejection.select().count() == 2
    assert f"/faces/{face.code}" in piece
    assert 'name="reject"' not in piece


def test_an_album_alone_and_a_photo_alone(desk_, shoot, house, editor):
    photo = shoot(2)[0]
    other = house.album("Summer", by=editor)
    assert f'value="{photo.album.code}" selected' in desk_.get(f"/faces?album={photo.album.code}").text
    assert "Every face in this album" in desk_.get(f"/faces?album={other.code}").text
    assert "this photo only" in desk_.get(f"/faces?photo={photo.code}").text
    for address in ("/faces?album=nope", "/faces?face=nope", "/faces?ask=nope", "/faces/nope/who?q=a"):
        assert desk_.get(address).status_code == 404, address


def test_a_box_is_moved_and_removed_by_form(desk_, shoot, editor):
    photo = shoot(1)[0]
    sent = desk_.post(
        f"/photos/{photo.code}/faces", {"left": "60", "top": "10", "width": "20", "height": "30"}
    )
    face = Face.select().order_by(Face.id.desc()).get()
    assert f"/faces/{face.code}" in desk_.get(sent.headers["Location"]).text, "the box just drawn is next"
    assert 'value="60.0"' in desk_.get(f"/faces/{face.code}/box").text
    moved = {"left": "50", "top": "5", "width": "25", "height": "35"}
    assert desk_.post(f"/faces/{face.code}/box", moved).status_code == 303
    assert Face.get_by_id(face.id).left == 0.5
    for wrong in ({"left": "nan"}, {"width": "1e999"}, {"left": "90", "width": "50"}, {"top": ""}):
        answer = desk_.post(f"/faces/{face.code}/box", moved | wrong)
        assert answer.status_code == 422, wrong
    found = photo.faces.where(Face.by.is_null()).get()
    assert desk_.post(f"/faces/{found.code}/box/remove").status_code == 409
    assert desk_.post(f"/faces/{face.code}/box/remove").status_code == 303
    assert not Face.select().where(Face.id == face.id).exists()


def test_someone_elses_step_is_not_there(desk_, shoot, web, house):
    face = shoot(1)[0].faces.get()
    desk_.post(f"/faces/{face.code}", {"act": "not_a_person"})
    colleague = house.user("editor")
    step = desk.last(face.photo.by)[0]
    assert Browser(web).log_in(colleague).post(f"/faces/steps/{step.code}/undo").status_code == 404
