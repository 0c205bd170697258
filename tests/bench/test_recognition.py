"""The measurement of recognition reads a labelled folder as it says, and counts rightly (BIO-10)."""

from __future__ import annotations

import csv

import pytest
from click.testing import CliRunner

from bench import recognition as bench
from commands.bench import bench as command
from tests import people


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """Four drawn people with four portraits each, a photo of two in a folder of one, and a scene with its boxes."""
    folder = tmp_path_factory.mktemp("labelled")
    for who in range(4):
        home = folder / people.member(who).name
        home.mkdir()
        for variant in range(4):
            (home / f"{variant}.jpg").write_bytes(people.portrait(who, variant=variant, size=256))
    (folder / people.member(0).name / "two.jpg").write_bytes(people.scene((0, 1), seed=2))
    (folder / "scene.jpg").write_bytes(people.scene((0, 1), seed=2))
    (folder / "nobody.jpg").write_bytes(people.scene((), seed=2))
    rows = [("scene.jpg", 300, 250, 250, 250), ("scene.jpg", 5, 5, 10, 10), ("nobody.jpg", "", "", "", "")]
    with (folder / "boxes.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "left", "top", "width", "height"), *rows])
    return folder


def test_what_is_found_is_held_against_the_boxes(sandbox, labelled):
    """One box covers most of the left half of the scene, one an empty corner; nobody stands in the other photo."""
    (scene, nobody) = bench._marked_in(labelled)
    assert (len(scene.middles), nobody.middles) == (2, [])
    found, false = bench._found(sandbox, [scene, nobody])
    assert found.size == 2, "both boxes are asked for"
    assert found.value <= 50, "the empty corner is not found"
    assert false.value >= 50, "who stands there without a box is counted as a place taken for a face"


def test_names_and_strangers_are_counted(sandbox, labelled):
    rows = {row.what: row for row in bench._named(sandbox, bench._people_in(labelled))}
    assert rows["photos left out: not exactly one face"].value == 1, "two people in one person's folder"
    assert rows["*likely* is the right person"].value == 100
    assert rows["known people suggested as *likely*"].value == 100
    assert rows["strangers given a *likely* name"].value == 0
    # Two enrolled of four, one photo left of each; two strangers with four each; twenty ways to choose.
    assert rows["known people suggested at all"].size == pytest.approx(20 * 2, abs=2)
    assert rows["strangers given any name"].size == pytest.approx(20 * 8, abs=8)
    assert rows["one person within 0.45"].value == 100


def test_photos_go_with_recognition_alone(labelled):
    answer = CliRunner().invoke(command, ["library", "--photos", str(labelled)])
    assert (answer.exit_code, "goes with recognition" in answer.output) == (2, True)
