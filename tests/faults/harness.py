"""Kills at seeded moments: a child does the operation on a house that was prepared once, and dies by kill -9 in the middle."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

MOMENTS = 50


@dataclass
class Kills:
    """How often the child was cut down in the middle, and how often it was done before."""

    cut: int = 0
    done: int = 0


def measured(act: Callable[[], object]) -> float:
    """Seconds an act takes in a child that is left alone, the fork included."""
    began = time.perf_counter()
    pid = _child(act)
    _, status = os.waitpid(pid, 0)
    if status:
        raise AssertionError(f"the act fails by itself: {status}")
    return time.perf_counter() - began


def killed(
    act: Callable[[], object], check: Callable[[], object], *, seed: int, moments: int = MOMENTS
) -> Kills:
    """Carry out `act` in a child so often, kill it after a seeded share of the measured time, and `check` each time."""
    whole = max(measured(act) for _ in range(2))
    check()
    kills, dice = Kills(), random.Random(seed)
    for _ in range(moments):
        pid = _child(act)
        time.sleep(whole * dice.random())
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            kills.cut += 1
        else:
            kills.done += 1
        check()
    return kills


def _child(act: Callable[[], object]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        act()
        code = 0
    finally:
        os._exit(code)
