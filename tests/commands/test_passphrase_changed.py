"""A passphrase that is changed while Clearframe runs: what dies is not started in vain, and the operator is told once."""

from __future__ import annotations

import os
import sys
import time

import pytest

from adapters import roots, rotation
from adapters.keys import KeyStore
from commands.children import Child
from commands.serve import OUTDATED, Supervisor


@pytest.mark.parametrize("changed", [False, True])
def test_what_dies_after_a_change_is_held_and_said_once(tmp_path, config, monkeypatch, capsys, changed):
    monkeypatch.setitem(roots.COST, "memory_cost", 64)
    monkeypatch.setenv(roots.HANDED, "")
    roots.new_salt(config.keys / roots.SALT)
    first = roots.from_passphrase(config.keys / roots.SALT, "een lange zin vol woorden")
    handle = roots.hand_over(first)
    store = KeyStore.create(config.keys)
    supervisor = Supervisor(config)
    child = Child(
        "worker",
        [sys.executable, "-c", f"open({str(tmp_path / 'starts')!r}, 'a').write('x'); raise SystemExit(1)"],
    )
    supervisor.children = [child]
    if changed:
        salt = config.keys / roots.NEXT[roots.SALT]
        roots.new_salt(salt)
        rotation.replace_root(
            store, roots.Root(roots.from_passphrase(salt, "een andere zin vol woorden"), "passphrase")
        )
    store.close()
    child.start()
    end = time.monotonic() + 3
    while (
        time.monotonic() < end
        and len((tmp_path / "starts").read_text() if (tmp_path / "starts").exists() else "") < 2
    ):
        supervisor._tend()
        time.sleep(0.05)
    child.end()
    os.close(handle)
    said = capsys.readouterr().err
    assert (said.count(OUTDATED), len((tmp_path / "starts").read_text())) == ((1, 1) if changed else (0, 2))
