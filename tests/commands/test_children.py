"""The supervisor's children: started again when they die, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commands.children import PAUSE, Child

# A child with a grandchild in its group, as a master has workers; both pids are written for us to see.
FAMILY = """
import os, subprocess, sys, time
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(os.getpid(), other.pid, file=open(sys.argv[1] + "+", "w"), flush=True)
os.rename(sys.argv[1] + "+", sys.argv[1])
time.sleep(60)
"""
# A supervisor of its own, to be killed.
SUPERVISOR = """
import sys, time
from commands.children import Child
Child("nap", [sys.executable, "-c", sys.argv[1], sys.argv[2]]).start()
time.sleep(60)
"""


def until(holds, *, seconds=10):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.fixture
def family(tmp_path):
    child = Child("family", [sys.executable, "-c", FAMILY, str(tmp_path / "pids")])
    child.start()
    until((tmp_path / "pids").exists)
    yield child, *map(int, (tmp_path / "pids").read_text().split())
    child.end()


def test_ending_a_child_ends_what_it_started(family):
    child, first, second = family
    child.end()
    until(lambda: not is_running(first) and not is_running(second))


def test_a_killed_child_is_started_again_without_leaving_any_behind(family):
    child, first, second = family
    os.kill(first, signal.SIGKILL)
    news = []
    until(lambda: (said := child.tend()) and (news.append(said) or True))
    assert news == [f"the family stopped (SIGKILL); starting it again in {PAUSE * 2:g} s"]
    until(lambda: not is_running(second))
    assert child.is_gone()
    until(lambda: child.tend() is None and child.process is not None)
    assert child.process.pid != first


def test_a_child_that_keeps_dying_waits_longer_each_time():
    child = Child("failing", [sys.executable, "-c", "raise SystemExit(3)"])
    pauses = []
    for _ in range(8):
        child.start()
        child.process.wait()
        child.tend()
        pauses.append(child.pause)
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_killed_parent_leaves_no_child(tmp_path):
    code = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
    parent = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, code, str(tmp_path / "pid")], cwd=Path(__file__).parents[2]
    )
    until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    pid = int((tmp_path / "pid").read_text())
    assert is_running(pid)
    parent.kill()
    parent.wait()
    until(lambda: not is_running(pid))


def test_no_signal_stays_blocked_in_a_child(tmp_path):
    code = (
        "import signal, sys; open(sys.argv[1], 'w').write(str(signal.pthread_sigmask(signal.SIG_BLOCK, [])))"
    )
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        child = Child("masked", [sys.executable, "-c", code, str(tmp_path / "mask")])
        child.start()
        child.process.wait()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    assert (tmp_path / "mask").read_text() == "set()"
