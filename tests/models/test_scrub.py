"""The scrub finds what is missing, damaged, foreign or without its key, tells it once, and goes on where it stopped (SEC-11)."""

from __future__ import annotations

import pytest

from models import scrub
from models.base import tools
from models.health import Beat
from models.notice import Notice, NoticeKind
from models.scrub import Damage, Finding, Round
from models.trail import Trace

pytestmark = pytest.mark.both_engines


@pytest.fixture
def photos(house, drain):
    editor = house.user("editor")
    album = house.album(by=editor)
    taken = [house.photo(album, by=editor) for _ in range(5)]
    drain()
    return taken


def stored(photo, role):
    return tools.vault.storage.root / tools.vault.name(photo.code, role)


def test_a_sound_vault_has_no_findings(photos):
    report = scrub.scrub()
    assert (report.objects, report.findings) == (20, [])
    assert Beat.of("scrub") is not None


def test_every_kind_of_damage_is_found_and_told_once(photos, house):
    officer = house.user("dpo")
    flipped, cut, lost, keyless, sound = photos
    path = stored(flipped, "original")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    stored(cut, "w320").write_bytes(stored(cut, "w320").read_bytes()[:-20])
    stored(lost, "original").unlink()
    whole = (tools.vault._folder(keyless.code), tools.keys.destroy("object", keyless.code))[0]
    (stored(sound, "original").parent / "intruder").write_bytes(b"x")
    (tools.vault.storage.root / "objects/ff/ffff").mkdir(parents=True)
    (tools.vault.storage.root / "objects/ff/ffff/x").write_bytes(b"x")
    expected = sorted([
        Finding(flipped.code, "original", "damaged"), Finding(cut.code, "w320", "damaged"),
        Finding(lost.code, "original", "missing"), Finding(keyless.code, "original", "key missing"),
        Finding(sound.code, "intruder", "foreign"), Finding("ffff", "", "foreign"),
    ])  # fmt: skip
    assert whole
    assert scrub.scrub().findings == expected
    assert scrub.scrub().findings == expected
    assert (
        Trace.select().where(Trace.action == "incident.damage").count() == len(expected) == len(Damage.open())
    )
    assert Notice.select().where(Notice.kind == NoticeKind.UPKEEP, Notice.user == officer).count() == 1
    (stored(sound, "original").parent / "intruder").unlink()
    scrub.scrub()
    assert (sound.code, "intruder") not in [(each.code, each.role) for each in Damage.open()]


def test_nights_go_on_where_the_last_one_stopped(photos, monkeypatch):
    monkeypatch.setattr(scrub, "NIGHTS", 3)
    assert [scrub.tonight().objects for _ in range(3)] == [8, 8, 4]
    assert (Round.get().cursor, Round.get().ended_at is not None) == ("", True)
    stored(photos[0], "w800").unlink()
    assert sum(len(scrub.tonight().findings) for _ in range(3)) == 1


def test_a_sample_reads_a_share(photos):
    assert scrub.scrub(sample=20).objects == 4


def test_a_night_that_is_too_short_leaves_the_rest_to_the_next(photos, monkeypatch):
    """The round goes on where it stopped, however little a night holds."""
    monkeypatch.setattr(scrub, "NIGHTS", 1)
    monkeypatch.setattr(scrub, "LONGEST", 0)
    codes, cursors = scrub.everything(), []
    for _ in codes:
        scrub.tonight()
        cursors.append(Round.get().cursor)
    assert cursors == [*codes[:-1], ""]
    assert Round.get().ended_at is not None
