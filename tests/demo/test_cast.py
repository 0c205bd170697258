"""The recogniser finds the cast and tells them apart, so that the demo and every test of it are true (faces.md 2)."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest

from adapters import imaging, recognition
from adapters.gallery import Gallery
from adapters.kinds import JPEG
from adapters.sandbox import Sandbox
from demo.cast import CAST
from demo.shoots import PLACE, SHOOTS
from tests import people
from tests.house.tree import HERE, files

TWELVE = range(12)
VARIANTS = (0, 3)


@pytest.fixture(scope="module")
def faceprints():
    """The faceprints of twelve people in two variants each, found by the real recogniser."""
    sandbox = Sandbox()
    made = {}
    for who in TWELVE:
        for variant in VARIANTS:
            data = people.portrait(who, variant=variant, size=400)
            made[who, variant] = imaging.prepare(sandbox, data, JPEG, encode=True).faces
    yield made
    sandbox.close()


def test_each_is_found_exactly_once(faceprints):
    assert {place: len(faces) for place, faces in faceprints.items()} == dict.fromkeys(faceprints, 1)


def test_the_same_person_is_near_in_another_light(faceprints):
    for who in TWELVE:
        first, second = (faceprints[who, variant][0].vector for variant in VARIANTS)
        assert recognition.distance(first, second) <= 0.35, CAST[who].name


def test_different_people_are_apart(faceprints):
    """Nobody's nearest stranger is near enough to be shown as likely (BIO-05)."""
    means = {who: recognition.mean([faceprints[who, v][0].vector for v in VARIANTS]) for who in TWELVE}
    apart = {(a, b): recognition.distance(means[a], means[b]) for a, b in combinations(TWELVE, 2)}
    assert min(apart.values()) > 0.5, min(apart, key=apart.get)
    assert np.median(list(apart.values())) > 0.6


def test_people_stand_from_left_to_right_and_are_known_there(faceprints):
    sandbox = Sandbox()
    standing = (4, 0, 7, 2)
    data = people.scene(standing, seed=3)
    seen = sorted(imaging.prepare(sandbox, data, JPEG, encode=True).faces, key=lambda face: face.left)
    sandbox.close()
    gallery = Gallery()
    for who in TWELVE:
        gallery.add(str(who), faceprints[who, 0][0].vector, 1)
    assert [gallery.nearest(face.vector, 1)[0][0] for face in seen] == [str(who) for who in standing]
    assert min(face.pixels for face in seen) >= 90


def test_a_place_without_people_has_no_face():
    sandbox = Sandbox()
    found = [
        imaging.prepare(sandbox, people.scene((), seed=2, where=where), JPEG, encode=False).faces
        for where in ("building", "landscape", "flowers")
    ]
    sandbox.close()
    assert found == [[], [], []]


def test_the_same_numbers_give_the_same_file():
    people.portrait.cache_clear()
    first = people.portrait("Noor", variant=1, size=128)
    people.portrait.cache_clear()
    assert people.portrait("Noor Voorbeeld", variant=1, size=128) == first


def test_minors_have_a_guardian_and_adults_have_none():
    assert [member.name for member in CAST if member.guardian] == [m.name for m in CAST if m.look.age < 16]
    assert sum(1 for member in CAST if member.guardian) == 2


def test_every_shoot_names_people_of_the_cast_and_numbers_differ():
    assert all(name in PLACE for shoot in SHOOTS for name in shoot.people)
    assert sum(shoot.count for shoot in SHOOTS) == 120
    scenes = [shot.scene for shoot in SHOOTS for shot in shoot.shots()]
    assert len(set(scenes)) == 120


def test_nothing_in_the_demo_names_a_host_that_could_exist():
    """Addresses end in .example (RFC 2606); the few others are names of XML vocabularies, never asked."""
    vocabularies = {"www.w3.org", "purl.org", "iptc.org"}
    for path in (path for path in files(".py") if path.parts[0] == "demo"):
        text = (HERE / path).read_text(encoding="utf-8")
        hosts = {host for host in re.findall(r"https?://([\w.-]+)", text) if not host.endswith(".example")}
        assert hosts <= vocabularies
        domains = re.findall(r"@([\w-]+(?:\.[\w-]+)+)\b", text.replace("@property", ""))
        assert [domain for domain in domains if not domain.endswith(".example")] == []
    assert {member.email.rpartition(".")[2] for member in CAST} == {"example"}
