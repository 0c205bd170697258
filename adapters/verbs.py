"""Runs a verb of the command line in a process of its own, on other folders than ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from adapters.roots import HANDED

HERE = Path(__file__).resolve().parent.parent
PATIENCE = 3600  # seconds


class VerbFailed(Exception):
    """The verb said no; the message is its last sentence."""


def called(*arguments: str, **settings: str) -> str:
    """What the verb prints when it is called with these settings instead of ours; VerbFailed when it does not end with 0."""
    ours = {name: value for name, value in os.environ.items() if name != "CLEARFRAME_DEMO"}
    number = ours.get(HANDED)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "commands", *arguments], cwd=HERE, env=ours | settings | {"PYTHONPATH": str(HERE)},
            capture_output=True, text=True, timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL,
            pass_fds=(int(number),) if number else (),
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise VerbFailed("It took more than an hour.") from error
    if done.returncode != 0:
        raise VerbFailed((done.stderr.strip().splitlines() or ["It said nothing."])[-1][:200])
    return done.stdout
