"""The gallery: exact to the last person, and nothing of whoever leaves it stays in its rows (BIO-04, BIO-07)."""

from __future__ import annotations

import numpy as np
import pytest

from adapters import recognition
from adapters.gallery import Gallery
from adapters.recognition import LIKELY, POSSIBLE, SEARCH

RANDOM = np.random.default_rng(4)


def vector(near=None, by=0.0):
    """A faceprint as the recogniser makes them: about 1.4 long; or one at this distance from another."""
    if near is None:
        numbers = RANDOM.normal(size=128)
        return (numbers / np.linalg.norm(numbers) * 1.4).astype("<f4").tobytes()
    step = RANDOM.normal(size=128)
    step *= by / np.linalg.norm(step)
    return (np.frombuffer(near, "<f4") + step).astype("<f4").tobytes()


@pytest.fixture
def crowd():
    """Three hundred people, more than there is room for at first."""
    gallery, known = Gallery(), {f"p{n}": vector() for n in range(300)}
    for code, numbers in known.items():
        gallery.add(code, numbers, 3)
    return gallery, known


def test_the_nearest_are_those_a_plain_search_finds(crowd):
    gallery, known = crowd
    for code in ("p0", "p63", "p64", "p299"):
        asked = vector(known[code], 0.3)
        plain = sorted((recognition.distance(asked, other), name) for name, other in known.items())
        expected = [(name, distance) for distance, name in plain if distance <= SEARCH][:5]
        found = gallery.nearest(asked)
        assert [name for name, _ in found] == [name for name, _ in expected]
        assert [d for _, d in found] == pytest.approx([d for _, d in expected], abs=1e-5)


def test_nobody_beyond_the_limit_is_named_and_nobody_within_it_is_missed():
    gallery, middle = Gallery(), vector()
    for n in range(200):
        gallery.add(f"p{n}", vector(middle, 0.2 + n / 200), 1)
    found = gallery.nearest(middle, 400, within=POSSIBLE)
    assert [code for code, _ in found] == [f"p{n}" for n in range(len(found))]
    assert found[-1][1] <= POSSIBLE < recognition.distance(middle, vector(middle, POSSIBLE + 1e-3))
    assert len(found) in (60, 61)
    assert gallery.nearest(vector()) == []
    assert Gallery().nearest(middle) == []


def test_who_leaves_is_overwritten_and_the_others_are_still_found(crowd):
    gallery, known = crowd
    for code in ("p0", "p299", "p150", "p150", "nobody"):
        gallery.remove(code)
        known.pop(code, None)
    assert len(gallery) == len(known) == 297
    assert not gallery._rows[len(gallery) :].any()
    assert all(gallery.nearest(numbers, 1)[0][0] == code for code, numbers in known.items())
    gallery.clear()
    assert not gallery._rows.any()
    assert (len(gallery), gallery.nearest(known["p1"])) == (0, [])


def test_a_question_leaves_nothing_of_the_face_that_was_asked_about(crowd):
    gallery, known = crowd
    gallery.nearest(vector(known["p7"], 0.4))
    assert not gallery._difference.any()


def test_a_new_faceprint_takes_the_place_of_the_old():
    gallery, first, second = Gallery(), vector(), vector()
    gallery.add("noor", first, 1)
    gallery.add("noor", second, 4)
    assert (len(gallery), gallery.sources("noor"), "noor" in gallery) == (1, 4, True)
    assert gallery.nearest(first) == []


def test_people_too_much_alike_are_known_to_each_other():
    gallery, noor = Gallery(), vector()
    gallery.add("noor", noor, 3)
    gallery.add("twin", vector(noor, LIKELY - 0.01), 3)
    gallery.add("sister", vector(noor, LIKELY + 0.01), 3)
    assert gallery.lookalikes("noor") == ["twin"]


@pytest.mark.parametrize("wrong", [b"", bytes(511), bytes(513), np.full(128, np.nan, "<f4").tobytes(),
                                   np.full(128, np.inf, "<f4").tobytes(), np.full(128, 1e30, "<f4").tobytes()])  # fmt: skip
def test_what_is_no_faceprint_is_refused(wrong):
    gallery = Gallery()
    with pytest.raises(ValueError, match="not a faceprint"):
        gallery.add("noor", wrong, 1)
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=r"not a faceprint|buffer size"):
        gallery.nearest(wrong)
