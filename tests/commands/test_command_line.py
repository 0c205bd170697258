"""bin/clearframe: exit codes and sentences as the contract says."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from commands import VERBS, exit_code
from commands.serve import need_port
from config import BadConfig
from models.errors import Invalid

HERE = Path(__file__).parents[2]


def clearframe(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "commands", *arguments],
        cwd=HERE, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_help_lists_every_verb_and_imports_none():
    done = clearframe("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert [verb for verb in VERBS if f"  {verb} " not in done.stdout] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb):
    done = clearframe(verb, "--help")
    assert (done.returncode, done.stdout.startswith(f"Usage: clearframe {verb}")) == (0, True)


def test_a_wrong_call_exits_2():
    for arguments in (["nonsense"], ["--nonsense"], ["doctor-who", "x"]):
        done = clearframe(*arguments)
        assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    "verb", [verb for verb in VERBS if not (HERE / f"commands/{verb.replace('-', '_')}.py").exists()]
)
def test_what_is_not_there_yet_says_so(verb):
    done = clearframe(verb, "anything", "--at-all")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"clearframe: {verb} is not there yet.\n")


def test_a_refusal_is_one_sentence_and_no_traceback(capsys, monkeypatch):
    monkeypatch.delenv("CLEARFRAME_DEBUG", raising=False)

    def refuse():
        raise Invalid("There is no use called %(name)s.", name="moon")

    assert exit_code(refuse) == 1
    assert capsys.readouterr().err == "clearframe: There is no use called moon.\n"


def test_an_unknown_error_is_one_line_that_says_how_to_see_more(capsys, monkeypatch):
    monkeypatch.delenv("CLEARFRAME_DEBUG", raising=False)
    assert exit_code(lambda: {}["nothing\nhere"]) == 1
    assert (
        capsys.readouterr().err == "clearframe: 'nothing\\nhere' (KeyError; CLEARFRAME_DEBUG=1 shows where)\n"
    )
    monkeypatch.setenv("CLEARFRAME_DEBUG", "1")
    with pytest.raises(KeyError):
        exit_code(lambda: {}["nothing"])


def test_a_taken_port_is_refused_politely():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            BadConfig, match=f"127.0.0.1:{port} can't be used: address already in use. Set HOST or PORT"
        ):
            need_port("127.0.0.1", port)
    need_port("127.0.0.1", port)
