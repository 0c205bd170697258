"""backup, backup verify, restore by the command line, in processes of their own, as a stranger would (contract.md, ERA-03 to ERA-06)."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.base import tools

HERE = Path(__file__).parents[2]


@pytest.fixture
def clearframe(house, config):
    """Call a verb on the folders of this test; exit code, stdout, stderr."""

    def call(*arguments, data=config.data, keys=config.keys):
        done = subprocess.run(
            [sys.executable, "-m", "commands", *arguments], cwd=HERE, capture_output=True, text=True, check=False,
            env={**os.environ, "CLEARFRAME_DATA": str(data), "CLEARFRAME_KEYS": str(keys), "BASE_URL": config.base_url},
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    return call


def test_a_stranger_brings_a_house_back_on_a_clean_machine(clearframe, house, config, tmp_path):
    editor = house.user("editor")
    photo = house.photo(house.album(by=editor), by=editor)
    data = tools.vault.read(photo.code)
    code, out, hint = clearframe("backup", str(tmp_path / "one.clf"))
    assert (code, "1 of them" in out or "new here" in out, "age-keygen" in hint) == (0, True, True)
    assert clearframe("backup", "keys", f"{tmp_path / 'apart'}/")[0] == 0
    code, out, _ = clearframe("backup", "drill", str(tmp_path / "one.clf"))
    assert (code, "comes back" in out, "lines of the trail hold" in out) == (0, True, True)
    assert clearframe("backup", "drill")[0] == 2
    code, _, said = clearframe("backup", "drill", str(tmp_path / "none.clf"))
    assert (code, said.count("\n"), "There is no file" in said) == (1, 1, True)
    code, out, _ = clearframe("backup", "verify", str(tmp_path / "one.clf"), "--json")
    assert (code, json.loads(out)["faults"]) == (0, [])
    # The clean machine has the root key from the safe, the two backups, and nothing else.
    (tmp_path / "clean-keys").mkdir(mode=0o700)
    shutil.copy(config.keys / "root.key", tmp_path / "clean-keys")
    there = {"data": tmp_path / "clean", "keys": tmp_path / "clean-keys"}
    # A mistyped place costs nothing: the same words once more, mended, are enough.
    assert (
        clearframe("restore", str(tmp_path / "onne.clf"), "--keys", str(tmp_path / "apart"), **there)[0] == 1
    )
    code, out, said = clearframe(
        "restore", str(tmp_path / "one.clf"), "--keys", str(tmp_path / "apart"), **there
    )
    assert (code, "is back" in out) == (0, True), said
    again = clearframe("restore", str(tmp_path / "one.clf"), "--keys", str(tmp_path / "apart"), **there)
    assert "There is a key store here already" in again[2]
    code, out, _ = clearframe("explain", photo.code, "--use", "website", "--json", **there)
    assert (code, json.loads(out)["state"]) == (0, "unclear")
    assert clearframe("trail", "verify", **there)[0] == 0
    code, _, said = clearframe("restore", str(tmp_path / "one.clf"), **there)
    assert (code, "There is a library here already" in said) == (1, True)
    stored = [
        path.read_bytes() for path in (tmp_path / "clean" / "vault" / "objects").rglob("*") if path.is_file()
    ]
    assert sorted(map(len, stored)) == sorted(
        path.stat().st_size for path in (config.data / "vault" / "objects").rglob("*") if path.is_file()
    )
    assert data not in stored


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("backup", "verify", "/nowhere/at-all"), "There is no file"), (("restore", "/nowhere/at-all"), "There is no"),
        (("backup", "/nowhere/at-all/x"), "There is no folder"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_sentence(clearframe, arguments, words, tmp_path):
    where = {"data": tmp_path / "empty"} if arguments[0] == "restore" else {}
    code, out, said = clearframe(*arguments, **where)
    assert (code, out, words in said, "Traceback" in said) == (1, "", True, False), said


def test_a_restore_that_broke_off_serves_nobody(clearframe, house, config, tmp_path):
    clearframe("backup", str(tmp_path / "one.clf"))
    mark = hashlib.sha256(config.database_url.encode()).hexdigest()
    (config.data / "restoring").write_text(f"begun {mark}\n")
    (config.data / "clearframe.db.aside").write_text("of the operator")
    code, _, said = clearframe("user", "list")
    assert (code, "begun and not finished" in said) == (1, True)
    assert clearframe("restore", str(tmp_path / "one.clf"))[0] == 0
    assert clearframe("user", "list")[0] == 0
    assert (config.data / "clearframe.db.aside").read_text() == "of the operator"
    (config.data / "restoring").write_text("begun for another database\n")
    code, _, said = clearframe("restore", str(tmp_path / "one.clf"))
    assert (code, "into another database" in said) == (1, True)
