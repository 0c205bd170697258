"""What is vendored is what its packages hold: name, version, licence and checksum stand beside it."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.house.tree import HERE

FOLDERS = ("static/vendor", "tests/browser/vendor")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_vendored_file_is_noted_and_whole(folder):
    where = HERE / folder
    noted = json.loads((where / "VENDORED.json").read_text())
    assert {entry["file"] for entry in noted} == {path.name for path in where.iterdir()} - {"VENDORED.json"}
    assert all(entry["licence"] and entry["version"] for entry in noted)
    for entry in noted:
        assert hashlib.sha256((where / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry[
            "file"
        ]
