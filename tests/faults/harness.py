"""Killing at any moment: an act runs in a child that is ended by -9 after a seeded part of the time the act takes."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOMENTS = 50


def moments(seed: int, whole: float, count: int = MOMENTS) -> Iterator[float]:
    """Seconds after which to kill: spread over the whole act, a little beyond its end too."""
    chance = random.Random(seed)
    for number in range(count):
        yield whole * 1.1 * (number + chance.random()) / count


def timed(act: Callable[[], object]) -> float:
    """How long the act takes in a child that nobody kills, in seconds; AssertionError when it fails."""
    began = time.monotonic()
    assert run(act, None) == 0
    return time.monotonic() - began


def run(act: Callable[[], object], seconds: float | None) -> int:
    """Run the act in a forked child and kill it after so many seconds; 0 when it had ended well before, -9 when not."""
    child = os.fork()
    if child == 0:
        _act(act, seconds)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), f"the act itself failed ({code})"
    return code


def _act(act: Callable[[], object], seconds: float | None) -> None:
    if seconds is not None:
        # The default of SIGALRM would end it too; -9 leaves no handler, no flush and no `finally`.
        signal.signal(signal.SIGALRM, lambda *_about: os.kill(os.getpid(), signal.SIGKILL))
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-6))
    try:
        act()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


@dataclass
class Kills:
    """How often the child was cut down in the middle, and how often it was done before."""

    cut: int = 0
    done: int = 0


def killed(act: Callable[[], object], check: Callable[[], object], *, seed: int) -> Kills:
    """Kill the act at every moment, one after the other on the same house, and check what is left each time."""
    whole, kills = max(timed(act) for _ in range(2)), Kills()
    check()
    for seconds in moments(seed, whole):
        if run(act, seconds):
            kills.cut += 1
        else:
            kills.done += 1
        check()
    return kills
