"""What was put together wrongly, and what the web server itself has to say: plain sentences, in lines a machine can read."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from gunicorn.config import Config

from adapters.keys import KeyStore
from commands.web_log import Lines
from models import schema
from models.base import is_postgres, tools
from models.schema import Apart
from models.trail import Head
from tests.faults.test_graceful_stop import ROOT, free_port


@pytest.mark.both_engines
def test_a_database_of_another_installation_is_noticed(house, tmp_path):
    """PostgreSQL opens without our keys, so its signed heads are asked."""
    if not is_postgres():
        pytest.skip("a file of SQLCipher does not open with other keys")
    house.album(by=house.user("editor"))
    Head.sign()
    schema.check_with_keys(house.config.database_url, tools.keys)
    other = KeyStore.create(tmp_path / "other")
    with pytest.raises(Apart, match=r"^This database is of another installation: .* restore a backup\.$"):
        schema.check_with_keys(house.config.database_url, other)
    other.close()


def test_what_the_web_server_says_names_no_address_and_no_link(caplog):
    """SEC-11: it would write down who sent a request it can't read, and the link of one that broke off."""
    lines = Lines(Config())
    lines.warning("Invalid request from ip=192.0.2.7: Invalid HTTP request line: '/sign/secret'")
    lines.exception("Error handling request %s", "/sign/secret")
    said = " ".join(record.getMessage() for record in caplog.records)
    assert ("refused" in said, "broke off" in said, "192.0.2.7" in said, "secret" in said) == (
        True,
        True,
        False,
        False,
    )


def test_what_the_web_server_says_is_a_line_of_json(tmp_path):
    (tmp_path / "broken.py").write_text("raise RuntimeError('why it did not start')\n")
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "broken:nothing", "--bind", f"127.0.0.1:{free_port()}", "--no-control-socket",
         "--logger-class", "commands.web_log.Lines", "--log-level", "info"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT), "LOG_LEVEL": "INFO"}, capture_output=True, text=True, timeout=60,
        check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    said = done.stderr.splitlines()
    # gunicorn prints the words of what a start failed at once more by itself, for whoever sits in front of it.
    assert [line for line in said if not line.startswith("{")] == ["why it did not start"]
    lines = [json.loads(line) for line in said if line.startswith("{")]
    assert {(line["logger"], set(line) >= {"event", "level", "timestamp"}) for line in lines} == {
        ("gunicorn.error", True)
    }
    assert [line["exception"].split()[0] for line in lines if "exception" in line] == ["RuntimeError"]
