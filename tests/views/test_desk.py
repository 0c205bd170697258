"""The editor's forms: what is typed is kept, what is wrong is said, what was done can be undone (issue parts 2-7)."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from adapters import clock
from models import endings, faces
from models.album import Album
from models.attempt import Attempt
from models.delivery import Delivery, OriginalView
from models.face import Appearance, Face, Rejection
from models.person import Guardian, Person
from models.photo import Photo, Review
from models.trail import Trace
from models.user import Session
from tests.makers import PASSWORD, Browser, picture

pytestmark = pytest.mark.both_engines


@pytest.fixture
def editor(house):
    return house.user("editor", name="Eva Editor")


@pytest.fixture
def desk(web, editor):
    return Browser(web).log_in(editor)


@pytest.fixture
def photo(house, editor, drain):
    taken = house.photo(house.album(by=editor), by=editor)
    drain()
    return Photo.get_by_id(taken.id)


def test_a_wrong_password_is_refused_in_words_and_then_slowed_down(web, editor, house):
    stranger = Browser(web)
    answer = stranger.post("/login", {"email": editor.email, "password": "wrong"})
    assert answer.status_code == 422
    assert "E-mail address or password is not right." in answer.text
    assert editor.email in answer.text, "the address stays typed"
    other = stranger.post("/login", {"email": "nobody@demo.example", "password": "wrong"})
    assert other.status_code == 422
    for _ in range(8):
        last = stranger.post("/login", {"email": editor.email, "password": "wrong"})
    assert last.status_code == 429
    assert Trace.select().where(Trace.action == "user.login-failed").count() == 9


def test_wrong_tries_and_old_logins_are_forgotten(web, desk, editor, monkeypatch):
    Browser(web).post("/login", {"email": editor.email, "password": "wrong"})
    endings.sweep()
    assert (Attempt.select().count(), Session.select().count()) == (3, 1)
    real = clock._read
    monkeypatch.setattr(clock, "_read", lambda: real() + timedelta(days=31))
    endings.sweep()
    assert (Attempt.select().count(), Session.select().count()) == (0, 0)


def test_ones_own_name_and_language(desk, editor):
    assert desk.post("/account", {"name": "Eva Nieuw", "locale": "nl"}).status_code == 303
    assert "Bibliotheek" in desk.get("/library").text
    assert desk.post("/account", {"name": " ", "locale": "nl"}).status_code == 422


def test_other_sessions_are_ended(web, desk, editor):
    elsewhere = Browser(web).log_in(editor)
    desk.post("/account/sessions/end")
    assert elsewhere.get("/library").status_code == 302
    assert desk.get("/library").status_code == 200


def test_a_person_is_added_corrected_and_gets_a_guardian(desk):
    new = {
        "name": "Sami Voorbeeld",
        "email": "",
        "relation": "pupil",
        "locale": "nl",
        "born": "2018-02-28",
        "note": "",
    }
    made = desk.post("/people", new)
    assert made.status_code == 303
    page = desk.get(made.headers["Location"])
    assert "minor" in page.text
    person = Person.get()
    assert desk.post("/people", new | {"name": " "}).status_code == 422
    bad = desk.post(f"/people/{person.code}", new | {"email": "no address"})
    assert bad.status_code == 422
    assert "Sami Voorbeeld" in bad.text
    guardian = {"guardian": "Ouder Voorbeeld", "guardian_email": "ouder@people.example"}
    assert desk.post(f"/people/{person.code}/guardians", guardian).status_code == 303
    assert Guardian.get().email == "ouder@people.example"
    assert desk.post(f"/people/{person.code}", new | {"name": "Samir Voorbeeld"}).status_code == 303
    assert Person.get().name == "Samir Voorbeeld"
    assert "Samir" in desk.get("/people?q=samir").text


def test_an_album_is_made_once(desk, house):
    form = {"title": "Open day", "team": house.team.code, "held_on": "2026-05-01"}
    assert desk.post("/albums", form).status_code == 303
    assert desk.post("/albums", form).status_code == 422
    assert desk.post("/albums", form | {"title": "Other", "held_on": "soon"}).status_code == 422
    assert Album.select().count() == 1


def test_title_tags_and_rights_are_kept_and_found(desk, photo):
    form = {
        "title": "Tulips before the café", "caption": "In spring", "tags": "spring, tulip", "licence": photo.licence.value,
        "album": photo.album.code, "creator": "Studio Voorbeeld",
    }  # fmt: skip
    assert desk.post(f"/photos/{photo.code}", form).status_code == 303
    for asked in ("q=tulips", "q=cafe", "q=studio", "tag=spring", "q=spr"):
        assert photo.code in desk.get(f"/library?{asked}").text, asked
    assert photo.code not in desk.get("/library?q=winter").text
    assert desk.post(f"/photos/{photo.code}", form | {"licence": "stolen"}).status_code == 422


def test_a_name_finds_photos_only_for_who_may_look_people_up(desk, photo, house, editor, web):
    """EMP-03: a search must not say who is in a photo to somebody who may not know."""
    faces.add_person(photo, house.person("Noor Voorbeeld", by=editor), by=editor)
    assert photo.code in desk.get("/library?q=noor").text
    assert photo.code in desk.get("/library?q=noor+photo").text, "words and names together"
    viewer = Browser(web).log_in(house.user("viewer"))
    assert photo.code not in viewer.get("/library?q=noor").text
    assert photo.code in viewer.get("/library?q=photo").text


def test_faces_are_named_refused_undone_and_drawn(desk, photo, house, editor):
    noor = house.person("Noor Voorbeeld", by=editor)
    for left in ("10", "50"):
        box = {"left": left, "top": "10", "width": "20", "height": "30"}
        assert desk.post(f"/photos/{photo.code}/faces", box).status_code == 303
    assert (
        desk.post(
            f"/photos/{photo.code}/faces", {"left": "95", "top": "0", "width": "50", "height": "x"}
        ).status_code
        == 422
    )
    first, second = Face.select().order_by(Face.left)
    desk.post(f"/faces/{first.code}", {"act": "reject", "person": noor.code})
    assert Rejection.select().count() == 1
    assert desk.post(f"/faces/{first.code}", {"act": "name", "person": "Nobody Known"}).status_code == 422
    desk.post(f"/faces/{first.code}", {"act": "name", "person": noor.code})
    again = desk.post(f"/faces/{second.code}", {"act": "name", "person": noor.code})
    assert again.status_code in (409, 422)
    assert "already" in again.text
    desk.post(f"/faces/{second.code}", {"act": "new", "name": "Daan Demo"})
    desk.post(f"/faces/{first.code}/undo")
    assert Appearance.select().where(Appearance.undone_at.is_null()).count() == 1
    assert "Daan" in desk.get(f"/photos/{photo.code}").text


def test_somebody_without_a_visible_face_is_added_and_removed(desk, photo, house, editor):
    noor = house.person("Noor Voorbeeld", by=editor)
    assert desk.post(f"/photos/{photo.code}/people", {"person": noor.code}).status_code == 303
    appearance = Appearance.get()
    assert "without a visible face" in desk.get(f"/photos/{photo.code}").text
    removal = re.search(
        rf'action="(/photos/{photo.code}/people/{appearance.code}[^"]*)"',
        desk.get(f"/photos/{photo.code}").text,
    )
    assert desk.post(removal[1]).status_code == 303
    assert Appearance.get().undone_at is not None


def test_a_review_is_a_humans_word_and_can_be_taken_back(desk, photo, house):
    desk.post(f"/photos/{photo.code}/review")
    assert photo.clearance(house.use()).state.value == "cleared"
    desk.post(f"/photos/{photo.code}/review/undo")
    assert photo.clearance(house.use()).state.value == "unclear"
    assert Review.select().where(Review.undone_at.is_null()).count() == 0


def test_the_original_needs_a_purpose_and_is_noted(desk, photo):
    url = re.search(
        rf'action="(/photos/{photo.code}/original[^"]*)"', desk.get(f"/photos/{photo.code}/original").text
    )[1]
    assert desk.post(url, {"purpose": " "}).status_code == 422
    given = desk.post(url, {"purpose": "Checking the colours for print"})
    body = desk.get(given.headers["Location"]).data if given.status_code == 303 else given.data
    assert body[:3] == b"\xff\xd8\xff"
    assert OriginalView.get().purpose == "Checking the colours for print"
    assert "colours" not in " ".join(line.facts or "" for line in Trace.select())


def test_many_at_once(desk, photo, house, editor, drain):
    other = house.photo(photo.album, by=editor)
    drain()
    target = house.album("Elsewhere", by=editor)
    both = {"photo": [photo.code, other.code], "use": "website"}
    assert desk.post("/photos/together", both | {"act": "tag", "value": "autumn"}).status_code == 303
    assert desk.get("/library?tag=autumn").text.count("<article") == 2
    assert desk.post("/photos/together", both | {"act": "album", "value": target.code}).status_code == 303
    assert Photo.get_by_id(photo.id).album == target
    assert desk.post("/photos/together", both | {"act": "review"}).status_code == 303
    faces.add_person(photo, house.person("Noor Voorbeeld", by=editor, email="n@people.example"), by=editor)
    asked = desk.post("/photos/together", both | {"act": "ask"})
    page = desk.get(asked.headers["Location"]).text
    assert re.search(r'name="person" value="\w+" checked', page), "who is in the photos is chosen already"
    assert desk.post("/photos/together", {"act": "tag"}).status_code == 422
    viewer = Browser(desk.client.application).log_in(house.user("viewer"))
    for act in ("tag", "album", "review"):
        answer = viewer.post("/photos/together", both | {"act": act, "value": target.code})
        assert answer.status_code == 403, act


def test_a_delivery_is_a_row_and_shows_where_it_went(desk, photo):
    desk.post(f"/photos/{photo.code}/review")
    order = {"use": "website", "recipient": "Dagblad Demo", "rendition": "web"}
    for wrong in ({"recipient": " "}, {"rendition": "huge"}, {"until": "2001-01-01"}):
        assert desk.post(f"/photos/{photo.code}/deliveries", order | wrong).status_code == 422
    given = desk.post(f"/photos/{photo.code}/deliveries", order)
    assert given.status_code == 303
    assert (
        desk.get(given.headers["Location"] + "/file").headers["Content-Disposition"].startswith("attachment")
    )
    assert "Dagblad Demo" in desk.get(f"/photos/{photo.code}").text
    assert Delivery.get().digest


def test_a_plain_form_takes_several_files_and_says_what_it_could_not(desk, photo):
    files = [
        (io.BytesIO(picture(seed=50)), "good.jpg"),
        (io.BytesIO(b"<html>"), "bad.jpg"),
        (io.BytesIO(picture(seed=50)), "twin.jpg"),
    ]
    done = desk.post(
        "/upload", {"album": photo.album.code, "file": files}, content_type="multipart/form-data"
    )
    assert done.status_code == 200
    assert all(words in done.text for words in ("good.jpg", "bad.jpg", "twin.jpg"))
    assert Photo.select().count() == 2


def test_passwords_are_long_and_hashed(web, house):
    assert PASSWORD not in str(house.user("viewer").password)
