"""Child processes that never outlive their parent: not after a signal, and not after a kill -9."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from contextlib import suppress

from adapters.roots import HANDED

PR_SET_PDEATHSIG = 1
PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a child that died is started again; doubled each time
SETTLED = 60.0  # a child that ran this long had a good start


def die_with(parent: int) -> None:
    """Ask the kernel to end this process when its parent ends; `parent` is the pid it should still have."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def handed_on() -> tuple[int, ...]:
    """What children inherit besides their standard streams: the root key in memory, where a passphrase made one."""
    number = os.environ.get(HANDED)
    return (int(number),) if number else ()


class Child:
    """A command that is started again when it dies, a little later each time."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.pause = PAUSE
        self.held = False  # it would only die again
        self.began = self.again = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches it through us alone, once."""
        parent = os.getpid()

        def prepare() -> None:
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            die_with(parent)

        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            preexec_fn=prepare,  # noqa: PLW1509 - the supervisor has no threads
            start_new_session=True,
            pass_fds=handed_on(),
        )
        self.began = time.monotonic()

    def tend(self) -> str | None:
        """Start it when its time has come; a sentence when it was found dead."""
        if self.process is None:
            if not self.held and time.monotonic() >= self.again:
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            return None
        self._end_group()
        self.process = None
        self.pause = PAUSE if time.monotonic() - self.began > SETTLED else min(self.pause * 2, LONGEST_PAUSE)
        self.again = time.monotonic() + self.pause
        return f"the {self.name} stopped ({_why(code)}); starting it again in {self.pause:g} s"

    def ask_to_stop(self) -> None:
        """Tell it to finish what it is at."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.terminate()

    def is_gone(self) -> bool:
        """Whether it has stopped."""
        return self.process is None or self.process.poll() is not None

    def end(self) -> None:
        """End it now, with everything it started."""
        if self.process is not None:
            self._end_group()
            self.process.wait()

    def _end_group(self) -> None:
        # A master killed with -9 leaves its workers behind; they are in its group.
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def _why(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"
