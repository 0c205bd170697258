"""keys status|rotate, the passphrase, and every start that must not happen (SEC-01, SEC-04, contract.md)."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adapters import roots
from adapters.keys import KeyStore
from models.trail import Trace

HERE = Path(__file__).parents[2]
PHRASE = "a sentence that opens the house"


def test_rotating_wraps_every_key_and_says_so(clearframe, house):
    editor = house.user("editor")
    photo = house.photo(house.album(by=editor), by=editor)
    before = json.loads(clearframe("keys", "status", "--json")[1])
    assert (before["source"], [one["id"] for one in before["ring"]], before["kinds"]) == (
        "file",
        [1],
        {"object": 1},
    )
    assert any("beside the store" in warning for warning in before["warnings"])
    code, out, _ = clearframe("keys", "rotate")
    assert (code, out) == (0, "1 keys are under a new wrapping key.\n")
    after = json.loads(clearframe("keys", "status", "--json")[1])
    assert [(one["id"], one["keys"]) for one in after["ring"]] == [(2, 1)]
    # The process that was running all the while reads on.
    assert len(house_vault().read(photo.code)) > 0
    assert Trace.select().where(Trace.action == "keys.rotated").get().details == {
        "keys": 1,
        "rotated": "wrapping",
    }


def house_vault():
    from models.base import tools

    return tools.vault


def test_a_new_root_takes_the_place_of_the_old(clearframe, config):
    old = (config.keys / roots.ROOT).read_bytes()
    assert clearframe("keys", "rotate", "--root")[0] == 0
    assert (config.keys / roots.ROOT).read_bytes() != old
    assert not KeyStore.opens(config.keys, old)
    code, _, said = clearframe("keys", "rotate", "--new-root", str(config.keys / roots.ROOT))
    assert (code, "--root" in said) == (2, True)


def test_no_secret_is_printed(clearframe, config):
    store = KeyStore.open(config.keys)
    told = "".join(clearframe("keys", "status", *more)[1] for more in ((), ("--json",)))
    secrets = [store._root, store._seed, *store._ring.values(), store.secret("database")]
    store.close()
    assert [secret for secret in secrets if secret.hex() in told] == []


# Whole starts, in processes of their own.


@pytest.fixture
def started(tmp_path, begun):
    """The folders of a started house, and what starts it anew: exit code and what it said on stderr."""
    for name in ("data", "keys"):
        shutil.copytree(begun / name, tmp_path / name)
    place = {"CLEARFRAME_DATA": str(tmp_path / "data"), "CLEARFRAME_KEYS": str(tmp_path / "keys")}

    def start(**more):
        done = subprocess.run(
            [sys.executable, "-m", "commands.prepare"], cwd=HERE, env={**os.environ, **place, **more},
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode, done.stderr

    return tmp_path, start


def contents(folder):
    """Every file and what is in it, but for what an opened database keeps beside itself, and the queue, which is empty."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm", "queue.db"))
    }


def lose_root(folder):
    (folder / "keys" / "root.key").unlink()


def other_root(folder):
    (folder / "keys" / "root.key").write_bytes(bytes(32))


def short_root(folder):
    (folder / "keys" / "root.key").write_bytes(b"short")


def lose_store(folder):
    (folder / "keys" / "keys.db").unlink()


def spoil_store(folder):
    (folder / "keys" / "keys.db").write_bytes(b"no database at all" * 500)


def other_keys(folder):
    shutil.rmtree(folder / "keys")
    KeyStore.create(folder / "keys").close()


def lose_vault(folder):
    use_a_key(folder)
    shutil.rmtree(folder / "data" / "vault")


def lose_database(folder):
    use_a_key(folder)
    (folder / "data" / "clearframe.db").unlink()


def use_a_key(folder):
    store = KeyStore.open(folder / "keys")
    store.new("object", "a")
    store.close()


@pytest.mark.parametrize(
    ("mishap", "words"),
    [
        (lose_root, "The root key is missing"), (other_root, "does not open this key store"),
        (short_root, "at least 32 bytes"), (lose_store, "There is no key store"), (spoil_store, "damaged or no key store"),
        (other_keys, "made with other keys"), (lose_vault, "Is the disk mounted"), (lose_database, "the database is gone"),
    ],
)  # fmt: skip
def test_what_does_not_belong_together_stops_the_start_and_changes_nothing(started, mishap, words):
    folder, start = started
    mishap(folder)
    before = contents(folder)
    code, said = start()
    # SQLCipher itself says a word of its own about pages it can't open.
    assert (code, words in said.splitlines()[-1], "Traceback" in said) == (1, True, False), said
    assert contents(folder) == before


def test_a_passphrase_seals_the_keys_from_then_on(started, monkeypatch):
    folder, start = started
    (folder / "phrase").write_text(PHRASE + "\n")
    named = {"CLEARFRAME_PASSPHRASE_FILE": str(folder / "phrase")}
    assert start()[0] == 0
    done = subprocess.run(
        [sys.executable, "-m", "commands", "keys", "rotate", "--root", "--to-passphrase"], cwd=HERE,
        env={**os.environ, **named, "CLEARFRAME_DATA": str(folder / "data"), "CLEARFRAME_KEYS": str(folder / "keys")},
        capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "asks for the new passphrase" in done.stdout
    assert not (folder / "keys" / roots.ROOT).exists()
    code, said = start()
    assert (code, "sealed by a passphrase" in said) == (1, True)
    assert start(**named)[0] == 0
    (folder / "phrase").write_text("another sentence altogether")
    code, said = start(**named)
    assert (code, "The passphrase does not open" in said) == (1, True)
    (folder / "phrase").write_text("short")
    assert "at least 16 characters" in start(**named)[1]


def test_children_get_the_root_in_memory_and_never_in_their_environment(tmp_path):
    key = bytes(range(64))
    script = (
        "import os; from adapters import roots; from commands.children import handed_on; import subprocess, sys\n"
        f"roots.hand_over(bytes.fromhex('{key.hex()}'))\n"
        "child = 'import os, sys; from adapters import roots; print(roots._handed().hex()); '\n"
        "child += 'print(open(\"/proc/self/environ\").read())'\n"
        "subprocess.run([sys.executable, '-c', child], pass_fds=handed_on(), check=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=HERE, capture_output=True, text=True, check=True
    )
    told, environment = done.stdout.split("\n", 1)
    assert told == key.hex()
    assert key.hex() not in environment
