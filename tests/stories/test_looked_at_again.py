"""Faces that were missed are looked for harder, when a human asks; what is there stays, and the desk is told."""

from __future__ import annotations

import io

from PIL import Image

from models import faces
from models.face import Face
from models.job import Job
from models.preparation import progress
from models.trail import Trace
from tests import people
from tests.makers import Browser


def crowd():
    """A photo of 12 megapixels with one face in front and one far behind, 70 px wide."""
    large = Image.new("RGB", (4000, 3000), (150, 160, 170))
    for who, size, place in ((0, 1200, (300, 900)), (3, 230, (2800, 1200))):
        large.paste(Image.open(io.BytesIO(people.portrait(who, size=size))), place)
    sink = io.BytesIO()
    large.save(sink, "JPEG", quality=90)
    return sink.getvalue()


def test_a_small_face_is_found_on_request_and_nothing_goes_away(house, web, drain):
    editor = house.user("editor")
    photo = house.photo(house.album(by=editor), by=editor, data=crowd())
    desk = Browser(web).log_in(editor)
    assert (progress().waiting, progress(photo.album).waiting) == (1, 1)
    assert "1 photo is still to be looked at." in desk.get(f"/albums/progress?album={photo.album.code}").text
    drain()
    assert progress(photo.album).is_done
    assert "Every photo has been looked at." in desk.get("/albums").text
    (front,) = photo.faces
    faces.remark(front, faces.Word.NOT_RECOGNISABLE, by=editor)
    drawn = faces.draw(photo.get_by_id(photo.id), (0.02, 0.02, 0.1, 0.1), by=editor)

    assert "Look harder" in desk.get(f"/photos/{photo.code}").text
    wrong = desk.post(f"/photos/{photo.code}/look", {"how": "with more love"})
    assert (wrong.status_code, Job.waiting().count()) == (422, 0)
    answer = desk.post(f"/photos/{photo.code}/look", {"how": "harder"})
    assert answer.headers["Location"].startswith(f"/photos/{photo.code}")
    assert desk.post(f"/photos/{photo.code}/look", {"how": "harder"}).status_code == 303
    assert Job.waiting().where(Job.kind == "look-harder").count() == 1, "asked twice, done once"
    drain()
    there = {face.code: face for face in photo.faces}
    assert {front.code, drawn.code} < set(there)
    (found,) = (face for code, face in there.items() if code not in (front.code, drawn.code))
    assert 55 <= found.pixels <= 100
    assert 0.7 < found.left < 0.8
    assert Face.get_by_id(front.id).waiting_since is None
    asked, done = (Trace.select().where(Trace.action == act).count() for act in ("photo.look-again", "photo.looked-again"))  # fmt: skip
    assert (asked, done) == (2, 1)


def test_a_viewer_may_not_ask_for_it(house, web, drain):
    editor = house.user("editor")
    photo = house.photo(house.album(by=editor), by=editor)
    drain()
    viewer = Browser(web).log_in(house.user("viewer"))
    assert "Look harder" not in viewer.get(f"/photos/{photo.code}").text
    assert viewer.post(f"/photos/{photo.code}/look", {"how": "harder"}).status_code == 403
