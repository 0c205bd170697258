"""Where ciphertext lies: whole or not at all, and only under names of ours."""

from __future__ import annotations

import os
import stat
import time

import pytest

from adapters.storage import MARKER, Folder, StorageMissing, good, open_storage

NAME = "objects/ab/abcdef/0123"
OURS, OTHERS = "a1" * 16, "b2" * 16


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "store")
    made.found(OURS)
    return made


def put(folder, name, data, **how):
    staged = folder.stage()
    staged.write(data[:3])
    staged.write(data[3:])
    staged.commit(name, **how)


def test_put_read_list_delete(folder):
    put(folder, NAME, b"0123456789")
    put(folder, "objects/cd/x/y", b"other")
    assert folder.read(NAME) == b"0123456789"
    assert (folder.read(NAME, 2, 5), folder.read(NAME, 8), folder.read(NAME, 8, 99)) == (b"234", b"89", b"89")
    assert folder.size(NAME) == 10
    assert list(folder.names()) == [NAME, "objects/cd/x/y"]
    assert [list(folder.names(start)) for start in ("objects/ab", "objects/ab/abcdef/", "objects/a")] == [
        [NAME]
    ] * 3
    assert list(folder.names("objects/ef/")) == []
    folder.delete(NAME)
    folder.delete(NAME)
    assert not folder.exists(NAME)
    for ask in (folder.read, folder.size):
        with pytest.raises(FileNotFoundError):
            ask(NAME)


def test_nothing_is_there_before_commit_nor_after_abort(folder):
    staged = folder.stage()
    staged.write(b"half")
    assert list(folder.names()) == []
    staged.abort()
    assert list((folder.root / "staging").iterdir()) == []


def test_a_taken_name_is_kept_unless_replaced(folder):
    put(folder, NAME, b"first")
    staged = folder.stage()
    staged.write(b"second")
    with pytest.raises(FileExistsError):
        staged.commit(NAME)
    staged.abort()
    assert folder.read(NAME) == b"first"
    put(folder, NAME, b"second", replace=True)
    assert folder.read(NAME) == b"second"
    assert list((folder.root / "staging").iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../b", "/etc/passwd", "", "a//b", "a/", ".hidden", "a\0b", "A", "a\n", "a/.b", "ä", "a b"],
)
def test_only_names_of_ours(folder, name):
    with pytest.raises(ValueError, match="not a name"):
        good(name)
    with pytest.raises(ValueError, match="not a name"):
        folder.read(name)


def test_what_a_killed_process_left_is_swept_by_age(folder):
    old, young = folder.stage(), folder.stage()
    for staged in (old, young):
        staged.write(b"x")
    an_hour_ago = time.time() - 3600
    os.utime(old.path, (an_hour_ago, an_hour_ago))
    assert folder.sweep(time.time() - 1800) == 1
    assert list((folder.root / "staging").iterdir()) == [young.path]
    young.abort()
    old.abort()


def test_a_missing_mount_is_no_empty_vault(folder):
    folder.check(OURS)
    put(folder, NAME, b"x")
    folder.root.rename(folder.root.with_name("unmounted"))
    with pytest.raises(StorageMissing, match="Is the disk mounted"):
        Folder(folder.root).check(OURS)
    with pytest.raises(StorageMissing):
        folder.stage()
    assert not folder.root.exists()
    folder.root.mkdir()
    with pytest.raises(StorageMissing):
        folder.stage()
    assert list(folder.root.iterdir()) == []


def test_the_vault_of_another_library_is_refused(folder):
    with pytest.raises(StorageMissing, match="another library"):
        folder.check(OTHERS)
    with pytest.raises(StorageMissing, match="another library"):
        folder.found(OTHERS)
    folder.found(OURS)
    put(folder, NAME, b"x")
    (folder.root / MARKER).unlink()
    with pytest.raises(StorageMissing):
        folder.found(OURS)


def test_a_marker_from_before_they_named_their_library_is_signed_at_the_next_start(folder):
    (folder.root / MARKER).write_text("1\n")
    folder.check(OURS)
    assert (folder.root / MARKER).read_text() == f"{OURS}\n"


def test_others_on_this_machine_see_nothing(folder):
    put(folder, NAME, b"x")
    assert stat.S_IMODE(folder.root.stat().st_mode) & 0o077 == 0


def test_the_address_names_the_place(tmp_path):
    assert open_storage("file:", tmp_path / "a").root == tmp_path / "a"
    assert open_storage(f"file://{tmp_path}/b", tmp_path / "a").root == tmp_path / "b"
