"""Bands exactly as measured, and which faces are fit to be compared at all (BIO-05, BIO-09)."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from adapters import imaging, recognition
from adapters.kinds import JPEG
from tests import people

SURE = {"sources": 3, "enrolled": 10, "pixels": 200}


@pytest.mark.parametrize(
    ("distance", "more", "expected"),
    [
        (0.45, {}, "likely"), (0.4501, {}, "possible"), (0.50, {}, "possible"), (0.5001, {}, None), (float("nan"), {}, None),
        (0.45, {"sources": 1}, "likely"), (0.475, {"sources": 1}, "possible"), (0.4751, {"sources": 1}, None),
        (0.45, {"enrolled": 101}, "likely"), (0.475, {"enrolled": 101}, "possible"), (0.4751, {"enrolled": 101}, None),
        (0.50, {"enrolled": 100}, "possible"), (0.2, {"pixels": 50}, "likely"), (0.2, {"pixels": 49}, "possible"),
        (0.2, {"pixels": 35}, "possible"), (0.2, {"pixels": 34}, None),
        (0.2, {"minor": True}, "possible"), (0.475, {"minor": True}, "possible"), (0.4751, {"minor": True}, None),
    ],
)  # fmt: skip
def test_a_distance_is_shown_as_its_band_says(distance, more, expected):
    assert recognition.band(distance, **SURE | more) == expected


def test_a_mean_lies_between_and_vectors_can_be_wiped():
    one, other = (bytearray(np.full(128, value, "<f4").tobytes()) for value in (0.1, 0.3))
    middle = recognition.mean([one, other])
    assert np.frombuffer(middle, "<f4") == pytest.approx(np.full(128, 0.2), abs=1e-6)
    assert recognition.distance(one, other) == pytest.approx(0.2 * 128**0.5, abs=1e-5)
    recognition.wipe([one, None, middle])
    assert (one, middle) == (bytearray(512), bytearray(512))
    with pytest.raises(ValueError, match="nothing"):
        recognition.mean([])


def face(nose, *, tilt=0.0):
    """Five points: the corners of both eyes, 60 px apart, and the base of the nose; the whole turned by `tilt` degrees."""
    points = np.array([(-42, 0), (-18, 0), (42, 0), (18, 0), nose], float)
    turn = np.radians(tilt)
    return points @ np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))]) + 200


@pytest.mark.parametrize(
    ("nose", "fit"), [((0, 44), True), ((14, 44), True), ((-14, 44), True), ((20, 44), False), ((-20, 44), False),
                      ((0, 14), False), ((0, 90), False)],
)  # fmt: skip
@pytest.mark.parametrize("tilt", [0, 30, -75])
def test_a_face_that_looks_away_is_told_by_its_nose_however_it_is_tilted(nose, fit, tilt):
    assert recognition.faces_the_camera(face(nose, tilt=tilt)) is fit


def test_points_in_one_spot_are_no_face():
    assert recognition.faces_the_camera([(5, 5)] * 5) is False


def jpeg(image):
    sink = io.BytesIO()
    image.save(sink, "JPEG", quality=92)
    return sink.getvalue()


def portrait(who=0, size=400):
    return Image.open(io.BytesIO(people.portrait(who, size=size))).convert("RGB")


def squeezed(image, to=0.4):
    """The picture with its left half squeezed: the nose no longer stands between the eyes."""
    width = image.width
    place = np.arange(width) / width
    half = to / 2
    source = np.where(place < half, place / to, 0.5 + (place - half) * 0.5 / (1 - half))
    return Image.fromarray(np.asarray(image)[:, np.clip((source * width).astype(int), 0, width - 1)])


def on_canvas(image, size=(1200, 900)):
    canvas = Image.new("RGB", size, (150, 160, 170))
    canvas.paste(image, (300, 200))
    return canvas


@pytest.mark.parametrize(
    ("picture", "flaw"),
    [
        (portrait(), ""),
        (portrait().filter(ImageFilter.GaussianBlur(4)), recognition.BLURRED),
        (squeezed(portrait()), recognition.TURNED),
    ],
    ids=["good", "blurred", "turned"],
)
def test_only_a_face_without_a_flaw_gets_a_faceprint(sandbox, picture, flaw):
    data = jpeg(picture)
    made = imaging.prepare(sandbox, data, JPEG, encode=True).faces
    assert [(face.flaw, face.vector is None) for face in made] == [(flaw, bool(flaw))]
    (look,) = imaging.encode_at(sandbox, data, JPEG, [face.box for face in made])
    assert (look.flaw, look.vector is None) == (flaw, bool(flaw))


def test_a_small_face_is_a_box_only_and_batches_give_what_single_faces_give(sandbox):
    canvas = on_canvas(portrait())
    canvas.paste(portrait(3).resize((100, 100)), (900, 300))
    data = jpeg(canvas)
    large = (300 / 1200 + 0.1, 200 / 900 + 0.12, 130 / 1200, 130 / 900)
    small = (935 / 1200, 325 / 900, 30 / 1200, 30 / 900)
    looks = imaging.encode_at(sandbox, data, JPEG, [large, small, large, large, large, large])
    assert [look.flaw for look in looks] == ["", "small", "", "", "", ""]
    assert looks[1].vector is None
    (alone,) = imaging.encode_at(sandbox, data, JPEG, [large])
    assert {bytes(look.vector) for look in looks if look.vector} == {bytes(alone.vector)}


def test_looking_harder_finds_smaller_faces(sandbox):
    """A face of 60 to 80 px in a photo of 12 megapixels is missed at 2000 px and found at 4000 (faces.md 1.4)."""
    large = Image.new("RGB", (4000, 3000), (150, 160, 170))
    large.paste(portrait(0, 230), (1500, 1200))
    data = jpeg(large)
    assert imaging.prepare(sandbox, data, JPEG, encode=False).faces == []
    (found,) = imaging.look_again(sandbox, data, JPEG, scan_side=recognition.HARDER_SIDE)
    assert 55 <= found.pixels <= 100
    assert 1500 < found.left * 4000 < 1730


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_faces_on_their_side_are_found_where_they_are(sandbox, quarters):
    upright = on_canvas(portrait())
    (there,) = imaging.prepare(sandbox, jpeg(upright), JPEG, encode=False).faces
    lying = upright.rotate(90 * quarters, expand=True)
    data = jpeg(lying)
    (found,) = imaging.look_again(sandbox, data, JPEG, scan_side=2000, turns=(1, 2, 3))
    middle = (there.left + there.width / 2, there.top + there.height / 2)
    for _ in range(quarters):
        middle = (middle[1], 1 - middle[0])
    assert (found.left + found.width / 2, found.top + found.height / 2) == pytest.approx(middle, abs=0.02)
    assert (found.flaw, found.vector) == (recognition.TURNED, None)
