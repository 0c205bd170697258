"""Signed heads leave the house by HEADS_TO: each once it is signed, none lost, nothing stopped by a witness that is away (AUD-04)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.seal import BadSeal
from adapters.witness import NoWitness, Witness, on_one_line, witnesses
from config import BadConfig, Config
from models import reading, trail, witness
from models.base import db, tools
from models.trail import Head, Trace, verify
from models.witness import Witnessed

HERE = Path(__file__).resolve().parents[2]


def sign(count=1):
    for number in range(count):
        with db.atomic():
            Trace.leave("system", "test.act", number=number)
        Head.sign()


@pytest.fixture
def file(engine, tmp_path):
    """A file that keeps heads, in a house on either engine."""
    path = tmp_path / "kept" / "heads file.txt"
    path.parent.mkdir()
    tools._wired.witnesses = witnesses(f"file://{str(path).replace(' ', '%20')}")
    return path


def test_every_head_is_kept_once_in_order(file, monkeypatch):
    monkeypatch.setattr(witness, "BATCH", 2)
    sign(5)
    witness.tell()
    witness.tell()
    sign()
    witness.tell()
    notes = [head.note for head in Head.select().order_by(Head.id)]
    assert trail.notes_in(file.read_text()) == notes
    assert verify(notes).bad is None
    assert trail.witness_lag() == timedelta(0)
    assert Witnessed.get().head == Head.select().order_by(Head.id.desc()).get().id


def test_what_could_not_leave_leaves_at_the_next_turn(file, later, caplog):
    """A witness that is away stops neither the house nor the others, and how far behind it is can be asked."""
    file.mkdir()
    other = file.with_name("other.txt")
    tools._wired.witnesses = (*tools.witnesses, Witness(f"file://{other}"))
    sign(2)
    later(minutes=7)
    witness.tell()
    assert "did not take the heads" in caplog.text
    assert trail.witness_lag() >= timedelta(minutes=7)
    assert len(trail.notes_in(other.read_text())) == Head.select().count()
    file.rmdir()
    witness.tell()
    assert file.read_text() == other.read_text()
    assert trail.witness_lag() == timedelta(0)


def test_the_file_only_ever_grows(file):
    file.write_text("what was there\n")
    sign(2)
    witness.tell()
    first = file.read_text()
    sign()
    witness.tell()
    assert first.startswith("what was there\n")
    assert file.read_text().startswith(first)


@pytest.mark.parametrize("cut", [1, 20, 60, 100, 250])
def test_a_file_that_was_cut_says_nothing_against_the_trail(file, cut):
    """A torn line is no head, and what follows it is read; a head that was changed is still found."""
    sign(2)
    witness.tell()
    whole = file.read_text()
    file.write_text(whole[:-cut])
    sign()
    witness.tell()
    heads = trail.notes_in(file.read_text())
    assert [note in whole for note in heads] == [True] * (len(heads) - 1) + [False]
    assert verify(heads).bad is None
    forged = heads[-1].replace(heads[-1].split()[2], "A" * 43 + "=")
    with pytest.raises(BadSeal):
        verify([*heads[:-1], forged])


def test_without_witnesses_there_is_no_lag(house):
    witness.tell()
    assert trail.witness_lag() is None


@pytest.mark.parametrize("scheme", ["syslog", "syslog+tcp"])
def test_a_log_on_another_machine_holds_the_head_on_one_line(house, scheme):
    """RFC 5424 by UDP or TCP; both verifiers read the head from the line."""
    kind = socket.SOCK_STREAM if scheme.endswith("tcp") else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as log:
        log.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            log.listen()
        tools._wired.witnesses = witnesses(f"{scheme}://127.0.0.1:{log.getsockname()[1]}")
        sign()
        expected = Head.select().count()
        witness.tell()
        if kind == socket.SOCK_STREAM:
            with log.accept()[0] as wire:
                said = wire.makefile("rb").read().decode()
        else:
            said = "\n".join(log.recv(4096).decode() for _ in range(expected))
    assert "<109>1 - - clearframe - head - clearframe/trail/" in said
    notes = [head.note for head in Head.select().order_by(Head.id)]
    assert trail.notes_in(said) == notes
    assert verify(trail.notes_in(said)).bad is None


def test_a_closed_port_is_a_witness_that_is_away(house):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(NoWitness):
            Witness(f"syslog+tcp://127.0.0.1:{held.getsockname()[1]}").keep(["head"])


def test_the_log_of_this_machine_takes_a_head(house):
    """Without a daemon the C library drops it in silence: nothing here can tell."""
    Witness("syslog:").keep([Head.sign().note])


def test_the_strangers_verifier_reads_the_file(file, tmp_path):
    sign(3)
    witness.tell()
    log = tmp_path / "syslog"
    log.write_text(f"Nov 26 06:30:00 host clearframe: {on_one_line(Head.sign().note)}\n", encoding="utf-8")
    export = tmp_path / "trail.jsonl"
    import json

    export.write_text(
        "".join(json.dumps(entry) + "\n" for entry in reading.exported(by="operator")), encoding="utf-8"
    )
    command = [sys.executable, HERE / "docs" / "verify_trail.py", export, "--heads", file, log]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("given", [
    "file:heads", "file://host/heads", "syslog:/dev/log", "http://witness.example", "syslog://host:0", "syslog://host:port", "heads",
    "syslog+tcp:", "file:///heads mailto:dpo@clearframe.example",
])  # fmt: skip
def test_a_place_that_cannot_be_stops_the_start(given):
    with pytest.raises(BadConfig, match="HEADS_TO"):
        Config.from_environment(heads_to=given)


def test_places_that_can_be():
    given = (
        "file:///var/log/heads syslog: syslog://log.example:5140 syslog://log.example syslog+tcp://[::1]:601"
    )
    assert len(witnesses(Config.from_environment(heads_to=given).heads_to)) == 5
    assert os.environ.get("HEADS_TO") is None
