"""No room at the place of backups: one plain sentence, the earlier backup stays whole, and the next one goes on (ERA-05, T7)."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress

import pytest

from models import backing_up, keys_backup, trouble
from models.base import tools
from models.errors import Full
from models.health import Beat
from models.trail import Trace
from tests.house.tree import HERE
from tests.makers import picture


@pytest.fixture
def library(house):
    """Makes photos of so many bytes, none of which can be made smaller."""
    editor = house.user("editor")
    album = house.album(by=editor)

    def add(count, size):
        return [house.photo(album, by=editor, data=picture(seed=n) + os.urandom(size)) for n in range(count)]

    return add


def fill(disk):
    """Leave no room at all."""
    with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def left_over(folder):
    return [path.name for path in folder.rglob("*") if path.name.endswith(".part")]


def test_a_folder_that_is_full_keeps_what_it_had_and_goes_on_later(library, small_disk):
    library(2, 300_000)
    place = f"{small_disk / 'place'}/"
    first = backing_up.make(place)
    library(4, 700_000)
    with pytest.raises(OSError, match="No space left") as refused:
        backing_up.make(place)
    assert isinstance(trouble.of(refused.value), Full)
    assert (backing_up.verify(place).snapshot, backing_up.verify(place).faults) == (first.name, [])
    assert left_over(small_disk) == []
    assert Trace.select().where(Trace.action == "backup.made").count() == 1
    held = Beat.of("backup")
    # Room again, and what had fitted before is not written a second time.
    assert subprocess.run(["mount", "-o", "remount,size=30m", small_disk], check=False).returncode == 0
    second = backing_up.make(place)
    assert (second.objects, 0 < second.new < 4, Beat.of("backup") > held) == (6, True, True)
    assert backing_up.verify(place).faults == []


def test_a_single_file_that_does_not_fit_leaves_the_older_one(library, small_disk):
    library(2, 300_000)
    target = small_disk / "one.backup"
    backing_up.make(str(target))
    before = target.read_bytes()
    library(3, 700_000)
    with pytest.raises(OSError, match="No space left"):
        backing_up.make(str(target))
    assert (target.read_bytes() == before, left_over(small_disk)) == (True, [])
    assert backing_up.verify(str(target)).faults == []


def test_a_copy_of_the_keys_that_does_not_fit_leaves_the_older_one(library, small_disk):
    place = f"{small_disk / 'keys'}/"
    keys_backup.make(place)
    fill(small_disk)
    with pytest.raises(OSError, match="No space left"):
        keys_backup.make(place)
    assert [path.read_bytes()[:15] for path in (small_disk / "keys" / "keys").iterdir()] == [
        b"SQLite format 3"
    ]


def test_no_room_for_what_waits_to_be_copied(library, small_disk):
    """The sealed dump is written beside the data first, where there may be no room either."""
    library(1, 100)
    tools._wired.staging = small_disk / "staging"
    fill(small_disk)
    with pytest.raises(OSError, match="No space left") as refused:
        backing_up.make(str(small_disk / "one.backup"))
    assert (isinstance(trouble.of(refused.value), Full), (small_disk / "one.backup").exists()) == (
        True,
        False,
    )


def test_the_command_says_so_in_one_sentence(library, small_disk, config):
    library(1, 3_500_000)
    settings = {
        "CLEARFRAME_DATA": str(config.data),
        "CLEARFRAME_KEYS": str(config.keys),
        "BASE_URL": config.base_url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "commands", "backup", f"{small_disk / 'place'}/"], cwd=HERE, env=os.environ | settings,
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert ("no room left" in done.stderr, done.stderr.strip().count("\n")) == (True, 0), done.stderr
