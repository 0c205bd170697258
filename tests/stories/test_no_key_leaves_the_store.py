"""SEC-04: after real work no key lies anywhere but in the file it belongs to: files, pages, logs, backups, processes."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from models.base import db, tools
from models.job import Job
from tests.faults.test_graceful_stop import ROOT, free_port
from tests.makers import picture


@pytest.fixture
def running(house, tmp_path):
    """A whole Clearframe in processes of its own, with every way out that files have; process, port, environment."""
    port, temp = free_port(), tmp_path / "temp"
    temp.mkdir()
    env = os.environ | {
        "CLEARFRAME_DATA": str(house.config.data), "CLEARFRAME_KEYS": str(house.config.keys), "PYTHONPATH": str(ROOT),
        "DATABASE_URL": house.config.database_url, "CLEARFRAME_DEMO": "0", "HOST": "127.0.0.1", "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}", "QUEUE_URL": "", "TMPDIR": str(temp), "LOG_LEVEL": "DEBUG",
        "BACKUP_TO": f"{tmp_path}/backups/", "KEYS_BACKUP_TO": f"{tmp_path}/keys-backups/", "HEADS_TO": f"file://{tmp_path}/heads",
    }  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "commands.serve"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdout.readline() != ""  # the address, once everything answers
        yield process, port, env
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stdout.close()


def keys_of_the_house():
    """Every secret there is, by a name for it."""
    store = tools.keys
    found = {"root": store._root, "seed": store._seed}
    found |= {f"ring {number}": key for number, key in store._ring.items()}
    found |= {
        purpose: store.secret(purpose)
        for purpose in ("database", "trail", "names", "web", "queue", "backup", "fingerprint")
    }
    found |= {f"object {id}": key for id, key in store.many("object", store.ids("object")).items()}
    return found | {f"person {id}": key for id, key in store.many("person", store.ids("person")).items()}


def spelled(key):
    """A key as it may have been written down somewhere."""
    letters = (
        key.hex(),
        key.hex().upper(),
        base64.b64encode(key).decode().rstrip("="),
        base64.urlsafe_b64encode(key).decode().rstrip("="),
    )
    return [key, *(text.encode() for text in letters)]


def processes_of(root):
    """A process and all that came of it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def everything_readable(folder, pids):
    """Name and bytes of each file, each process's environment and command line, and the database without its encryption."""
    plain = folder / "plain.db"
    db.execute_sql(f"ATTACH DATABASE '{plain}' AS plain KEY ''")
    db.execute_sql("SELECT sqlcipher_export('plain')").fetchall()
    db.execute_sql("DETACH DATABASE plain")
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()
    for pid in pids:
        for about in ("environ", "cmdline"):
            yield f"{about} of {pid}", Path(f"/proc/{pid}/{about}").read_bytes()


def leaks(where, secrets):
    """Which secret is found at which place."""
    forms = {name: spelled(key) for name, key in secrets.items()}
    return {
        (name, place)
        for place, data in where
        for name, written in forms.items()
        if any(each in data for each in written)
    }


@pytest.mark.slow
def test_no_key_is_found_but_in_its_own_file(house, running, tmp_path):
    process, port, env = running
    editor = house.user("editor")
    house.person("Noor Voorbeeld", by=editor)
    (tmp_path / "shoot").mkdir()
    for number in range(2):
        (tmp_path / "shoot" / f"{number}.jpg").write_bytes(picture(seed=number))
    for address in ("/nothing/here", "/photos/none/file?key=%00", "/api/v1/photos"):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}{address}")
    for verb in (["ingest", str(tmp_path / "shoot"), "--album", "Open day", "--user", editor.email],
                 ["backup", env["BACKUP_TO"]], ["backup", "keys", env["KEYS_BACKUP_TO"]], ["keys", "status"], ["backup", "x/y/z"],
                 ["doctor"], ["trail", "verify"]):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "commands", *verb], cwd=ROOT, env=env, capture_output=True, check=False
        )
        (tmp_path / f"said-{'-'.join(verb[:2]).replace('/', '_')}").write_bytes(done.stdout + done.stderr)
    end = time.monotonic() + 60
    while Job.waiting().exists() and time.monotonic() < end:
        time.sleep(0.2)
    assert not Job.waiting().exists()
    secrets, pids = keys_of_the_house(), processes_of(process.pid)
    assert (len(secrets) > 12, len(pids) > 4) == (True, True)
    # What is looked for this way would be found.
    (tmp_path / "planted").write_text(f"a note: {secrets['seed'].hex()}")
    found = leaks(everything_readable(tmp_path, pids), secrets)
    assert found == {("root", "keys/root.key"), ("seed", "planted")}
    assert any(path.is_file() for path in (tmp_path / "backups").rglob("*"))
    assert (tmp_path / "log").stat().st_size > 0
