"""Where ciphertext lies: whole or not at all, and only under names of ours."""

from __future__ import annotations

import os
import secrets
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


@pytest.fixture(params=["folder", "bucket"])
def store(request, folder):
    """Either kind of place; a bucket's prefix is of this test alone."""
    if request.param == "folder":
        return folder
    made = open_storage(request.getfixturevalue("s3").url(f"vault-{secrets.token_hex(4)}"), folder.root)
    made.found(OURS)
    return made


def put(folder, name, data, **how):
    staged = folder.stage()
    staged.write(data[:3])
    staged.write(data[3:])
    staged.commit(name, **how)


def test_put_read_list_delete(store):
    put(store, NAME, b"0123456789")
    put(store, "objects/cd/x/y", b"other")
    assert store.read(NAME) == b"0123456789"
    assert (store.read(NAME, 2, 5), store.read(NAME, 8), store.read(NAME, 8, 99)) == (b"234", b"89", b"89")
    assert store.size(NAME) == 10
    assert list(store.names()) == [NAME, "objects/cd/x/y"]
    assert [list(store.names(start)) for start in ("objects/ab", "objects/ab/abcdef/", "objects/a")] == [
        [NAME]
    ] * 3
    assert list(store.names("objects/ef/")) == []
    store.delete(NAME)
    store.delete(NAME)
    assert not store.exists(NAME)
    for ask in (store.read, store.size):
        with pytest.raises(FileNotFoundError):
            ask(NAME)


def test_nothing_is_there_before_commit_nor_after_abort(store):
    staged = store.stage()
    staged.write(b"half")
    assert list(store.names()) == []
    staged.abort()
    assert list(store.names()) == []
    assert not isinstance(store, Folder) or list((store.root / "staging").iterdir()) == []


def test_a_taken_name_is_kept_unless_replaced(store):
    put(store, NAME, b"first")
    staged = store.stage()
    staged.write(b"second")
    with pytest.raises(FileExistsError):
        staged.commit(NAME)
    staged.abort()
    assert store.read(NAME) == b"first"
    put(store, NAME, b"second", replace=True)
    assert store.read(NAME) == b"second"
    assert not isinstance(store, Folder) or list((store.root / "staging").iterdir()) == []


def test_a_large_file_is_taken_once_and_whole(store):
    """Beyond the size from which buckets take it in parts."""
    data = os.urandom(12_000_001)
    put(store, NAME, data)
    staged = store.stage()
    staged.write(b"another")
    with pytest.raises(FileExistsError):
        staged.commit(NAME)
    staged.abort()
    assert (store.size(NAME), store.read(NAME), store.read(NAME, 11_999_999)) == (
        len(data),
        data,
        data[11_999_999:],
    )


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


def test_the_vault_of_another_library_is_refused(store):
    with pytest.raises(StorageMissing, match="another library"):
        store.check(OTHERS)
    with pytest.raises(StorageMissing, match="another library"):
        store.found(OTHERS)
    store.found(OURS)
    put(store, NAME, b"x")
    store.delete(MARKER)
    with pytest.raises(StorageMissing):
        store.found(OURS)


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
