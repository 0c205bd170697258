"""A mask takes away what it covers: shown on the bytes that leave, with the real detector and the real encoder (RED-01)."""

from __future__ import annotations

import io
import math
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from adapters import imaging, recognition
from adapters.kinds import JPEG
from models.covering import Extent, is_hidden, place
from tests import people

NOOR, DAAN, AMINA = 0, 1, 2


@pytest.fixture(scope="module")
def group(sandbox):
    """Three drawn people side by side, where the real detector sees them, and their faceprints."""
    data = people.scene((NOOR, DAAN, AMINA), seed=3)
    found = imaging.prepare(sandbox, data, JPEG, encode=True)
    return data, sorted(found.faces, key=lambda face: face.left)


def pixels(data, box=(0, 0, 1, 1)):
    """The pixels of a part of a picture, which lies well within the covered place."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    left, top, width, height = box
    return np.asarray(
        image.crop((
            round(left * image.width), round(top * image.height),
            round((left + width) * image.width), round((top + height) * image.height),
        )),
        dtype=float,
    )  # fmt: skip


def entropy(part):
    """Shannon entropy of the grey values, in bits."""
    counts = np.bincount(part.mean(axis=2).astype(int).ravel(), minlength=256)
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


@pytest.mark.parametrize("extent", list(Extent))
@pytest.mark.parametrize("style", ["solid", "mosaic"])
@pytest.mark.parametrize("longest", [None, 800])
def test_nothing_of_a_covered_face_is_left(sandbox, group, extent, style, longest):
    data, faces = group
    daan = faces[1]
    where = place(daan.box, extent)
    made = imaging.masked(sandbox, data, JPEG, [where], longest=longest, style=style, margin=0)
    if style == "solid":
        assert entropy(pixels(data, daan.box)) > 5, "there was something to see"
        assert entropy(pixels(made.data, daan.box)) < 1
    again = imaging.prepare(sandbox, made.data, JPEG, encode=True)
    assert not [face for face in again.faces if recognition.overlap(face.box, daan.box) > 0.1], (
        "no face is seen there"
    )
    here = imaging.encode_at(sandbox, made.data, JPEG, [daan.box])[0].vector
    for known in (daan.vector, *(face.vector for face in again.faces)):
        assert here is None or recognition.distance(here, known) > 0.6, "whatever is read there is nobody"
    if extent is not Extent.BADGE:
        assert len(again.faces) == 2, "the others stay as they are"
        assert min(recognition.distance(face.vector, faces[0].vector) for face in again.faces) < 0.3


def test_a_mosaic_holds_at_most_eight_by_eight_numbers(sandbox, group):
    """Every block is one colour, and that is the mean of what was there: a blur could be turned back, this can't."""
    data, faces = group
    left, top, width, height = place(faces[1].box, Extent.HEAD)
    made = imaging.masked(
        sandbox, data, JPEG, [(left, top, width, height)], longest=None, style="mosaic", margin=0
    )
    whole = pixels(made.data)
    high, low = math.floor(top * whole.shape[0]), math.ceil((top + height) * whole.shape[0]) + 1
    near, far = math.floor(left * whole.shape[1]), math.ceil((left + width) * whole.shape[1]) + 1
    part = whole[high:low, near:far]
    step = math.ceil(max(part.shape[:2]) / 8)
    rows, columns = (-(-side // step) for side in part.shape[:2])
    assert (max(rows, columns), min(rows, columns)) <= (8, 8)
    edges = [
        [round(n * side / count) for n in range(count + 1)]
        for side, count in ((part.shape[0], rows), (part.shape[1], columns))
    ]
    for upper, lower in pairwise(edges[0]):
        for start, end in pairwise(edges[1]):
            # JPEG mixes up to sixteen pixels along an edge.
            block = part[upper + 18 : lower - 18, start + 18 : end - 18]
            assert block.size
            assert np.ptp(block, axis=(0, 1)).max() <= 2


def test_a_tiny_place_has_fewer_blocks_rather_than_its_own_pixels(sandbox, group):
    data, _ = group
    made = imaging.masked(
        sandbox, data, JPEG, [(0.5, 0.5, 0.004, 0.006)], longest=None, style="mosaic", margin=0
    )
    part = pixels(made.data, (0.5, 0.5, 0.004, 0.006))
    assert max(part.shape[:2]) < 10
    assert np.ptp(part[3:-3, 3:-3], axis=(0, 1)).max() <= 12


def test_a_place_covers_a_face_only_with_its_margin():
    """RED-01: at least 15 % of the box on every side, and within the picture what there is."""
    box = (0.4, 0.4, 0.1, 0.1)
    for extent in Extent:
        assert is_hidden(box, [place(box, extent)])
    assert is_hidden((0.39, 0.39, 0.11, 0.11), [place(box, Extent.HEAD)]), "a box found a little differently"
    assert not is_hidden(box, [box])
    assert not is_hidden((0.4, 0.4, 0.1, 0.2), [place(box, Extent.FACE)]), "a box that has grown"
    assert not is_hidden(box, [])
    corner = (0.0, 0.0, 0.1, 0.1)
    assert is_hidden(corner, [place(corner, Extent.FACE)])
    halves = [(0.37, 0.37, 0.08, 0.16), (0.45, 0.37, 0.08, 0.16)]
    assert not is_hidden(box, halves), "two halves are not counted on"


def test_the_picture_outside_stays(sandbox, group):
    data, faces = group
    where = place(faces[0].box, Extent.FACE)
    made = imaging.masked(sandbox, data, JPEG, [where], longest=None, margin=0)
    far = (0.9, 0.1, 0.08, 0.1)
    assert np.abs(pixels(made.data, far) - pixels(data, far)).mean() < 4
