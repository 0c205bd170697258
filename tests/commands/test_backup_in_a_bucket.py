"""A bucket as the place of backups and of the vault, by the command line, with a real S3 server beside (ERA-05, ERA-06, SEC-04)."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import nullcontext
from urllib.parse import urlsplit

import pytest

from adapters.bucket import Bucket, InBucket, NoBucket
from models import backing_up, erasure
from models.base import tools
from tests.house.tree import HERE


@pytest.fixture
def library(house, s3, drain):
    """A house with two prepared photos, and their album's editor."""
    editor = house.user("editor")
    album = house.album(by=editor)
    photos = [house.photo(album, by=editor) for _ in range(2)]
    drain()
    return photos, album, editor


@pytest.fixture
def begin(config):
    """Begin a verb in a process of its own."""

    def begun(*arguments, data=config.data, keys=config.keys):
        return subprocess.Popen(
            [sys.executable, "-m", "commands", *arguments], cwd=HERE, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "CLEARFRAME_DATA": str(data), "CLEARFRAME_KEYS": str(keys), "BASE_URL": config.base_url, "DATABASE_URL": ""},
        )  # fmt: skip

    return begun


def test_a_house_comes_back_from_a_bucket_and_what_was_erased_stays_erased(
    clearframe, begin, library, house, config, s3, tmp_path
):
    """The whole way: write, add to it, read every byte, restore elsewhere with a newer ledger, find damage."""
    place, keys_place = s3.url("night"), s3.url("keys-apart")
    (_, gone), album, editor = library
    assert clearframe("backup", place)[0] == 0
    first = InBucket(Bucket(place)).names("objects")
    added = house.photo(album, by=editor)
    code, out, _ = clearframe("backup", place, "--json")
    assert (code, json.loads(out)["new"], json.loads(out)["objects"]) == (0, 1, len(first) + 1)
    code, out, _ = clearframe("backup", "verify", place, "--json")
    assert (code, json.loads(out)["faults"], json.loads(out)["objects"]) == (0, [], len(first) + 1)
    erasure.erase_photo(gone, by=editor, why="request")
    assert clearframe("backup", "keys", keys_place)[0] == 0
    (tmp_path / "clean-keys").mkdir(mode=0o700)
    shutil.copy(config.keys / "root.key", tmp_path / "clean-keys")
    clean = {"data": tmp_path / "clean", "keys": tmp_path / "clean-keys"}
    out, said = begin("restore", place, "--keys", keys_place, "--json", **clean).communicate()
    assert (json.loads(out or "{}").get("erased_again"), json.loads(out or "{}").get("missing")) == (1, []), (
        said
    )
    for photo, ends in ((added, 0), (gone, 1)):
        process = begin("explain", photo.code, "--use", "website", **clean)
        assert (process.communicate()[0] != "", process.returncode) == (not ends, ends)
    Bucket(place).send(first[0], b"x")
    code, _, said = clearframe("backup", "verify", place)
    assert (code, f"{first[0]} is damaged: 1 of" in said) == (1, True)


def test_a_backup_killed_while_it_is_sent_is_never_taken_for_whole(begin, clearframe, library, s3):
    """By -9 once the first, the third and the sixth file is there; the next one goes on with what is there."""
    place = s3.url("killed")
    there = InBucket(Bucket(place))
    for enough in (1, 3, 6):
        process = begin("backup", place)
        while process.poll() is None and len(there.names("objects")) < enough:
            time.sleep(0.002)
        process.kill()
        process.communicate()
        assert (process.returncode, backing_up.snapshots(there)) == (-9, [])
    code, _, said = clearframe("backup", "verify", place)
    assert (code, said) == (1, "clearframe: There is no whole backup here.\n")
    left = len(there.names("objects"))
    code, out, _ = clearframe("backup", place, "--json")
    made = json.loads(out)
    assert (code, left >= 6, made["new"]) == (0, True, made["objects"] - left)
    assert backing_up.verify(place).faults == []


def test_the_vault_lives_in_a_bucket(clearframe, house, s3, drain, tmp_path, monkeypatch):
    """Taken in, prepared, read, erased; a listing says nothing, and backups and the scrub read it as they read a folder."""
    vault = Bucket(s3.url("vault"))
    tools.vault.storage = vault
    tools.vault.begin(fresh=True)
    editor = house.user("editor")
    album = house.album(by=editor)
    kept, gone = (house.photo(album, by=editor) for _ in range(2))
    drain()
    names = list(vault.names())
    assert (len(names), [name for name in names if kept.code in name]) == (8, [])
    data = tools.vault.read(kept.code)
    erasure.erase_photo(gone, by=editor, why="request")
    drain()
    assert (len(list(vault.names())), data[:2], tools.vault.read(kept.code, "w320")[:4]) == (
        4,
        b"\xff\xd8",
        b"RIFF",
    )
    monkeypatch.setenv("STORAGE_URL", s3.url("vault"))
    assert clearframe("backup", f"{tmp_path}/place/")[0] == 0
    code, out, _ = clearframe("backup", "verify", f"{tmp_path}/place/", "--json")
    assert (code, json.loads(out)["faults"], json.loads(out)["objects"]) == (0, [], 4)
    assert clearframe("scrub")[0] == 0
    code, _, said = clearframe("backup", s3.url("vault/backups"))
    assert (code, "This place must be another place than STORAGE_URL" in said) == (1, True)


def test_what_is_wrong_with_a_bucket_is_a_sentence_without_its_secrets(clearframe, s3, monkeypatch):
    """Wrong keys, no keys, no bucket, no server, keys in the address, a slip in it: exit code 1 and what to do."""
    secret, server = "Wh1sper" * 5, urlsplit(s3.address).netloc
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = free.getsockname()[1]
    place = s3.url("odd")
    wrongs = {
        "refuses these credentials": (place, {"AWS_SECRET_ACCESS_KEY": secret}),
        "There are no credentials for the bucket: set AWS_ACCESS_KEY_ID": (place, {"AWS_ACCESS_KEY_ID": ""}),
        f"There is no bucket none-such at {server}. Create it": (s3.url("odd", "none-such"), {}),
        f"at 127.0.0.1:{nobody} does not answer. Is the server up": (
            place.replace(server, f"127.0.0.1:{nobody}"),
            {},
        ),
        "Credentials have no place in an address": (place.replace("s3://", f"s3://AKIAME:{secret}@"), {}),
        "The address of a bucket is s3://": (place.replace("endpoint", "endpiont"), {}),
    }
    for words, (address, more) in wrongs.items():
        for name, value in {**s3.environment, **more}.items():
            monkeypatch.setenv(name, value)
        with s3.strict() if "refuses" in words else nullcontext():
            for verb in ((), ("verify",)):
                code, out, said = clearframe("backup", *verb, address)
                assert (code, out, words in said, said.count("\n")) == (1, "", True, 1), (words, said)
                assert not any(hidden in said for hidden in (secret, *s3.environment.values()))


def test_right_credentials_are_let_in_where_wrong_ones_are_not(s3, monkeypatch):
    """The server does check: the sentence above is no accident."""

    def vanishing():
        yield b"x" * 6_000_000
        raise FileNotFoundError("erased meanwhile")

    with pytest.raises(FileNotFoundError, match="erased meanwhile"):
        Bucket(s3.url("checked")).send("objects/c", vanishing())
    with s3.strict():
        Bucket(s3.url("checked")).send("objects/a", b"x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
        with pytest.raises(NoBucket, match="refuses these credentials"):
            Bucket(s3.url("checked")).send("objects/b", b"x")
        with pytest.raises(NoBucket, match="refuses these credentials"):
            Bucket(s3.url("checked")).read("objects/a")
