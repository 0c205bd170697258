"""A bounded child process in which every image is decoded: no network, no secrets, bounded memory and time.

The parent half stands here; what the child forbids itself stands in `jail.py`, what it does in `pixels.py`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
REASONS = ("damaged", "too_large", "too_many_frames", "not_accepted", "too_slow", "out_of_memory")
MAX_HEADER = 4 << 20
MAX_BLOCKS = 512 << 20
MAX_BLOCK_COUNT = 4096
# A child that was taken over by one photo must not watch all later ones go by.
CALLS_PER_CHILD = 500
PIPE_BYTES = 1 << 20
_LENGTH = struct.Struct(">I")

Block = Any  # bytes, bytearray or an array: whatever shows its memory
Reply = tuple[dict[str, Any], list[Block]]


class Unreadable(Exception):
    """This file cannot be read as a picture; `reason` is one of REASONS and holds no personal data."""

    def __init__(self, reason: str, because: str = "") -> None:
        super().__init__(reason)
        self.reason = reason if reason in REASONS else "damaged"
        # A child that was taken over may say anything: what reaches a log is a plain word.
        self.because = re.sub(r"[^\w .-]", "", because)[:80]


class Unfit(RuntimeError):
    """The sandbox itself cannot work (it does not start, or a recogniser file is missing or altered)."""


def pack(header: dict[str, Any], blocks: Sequence[Block]) -> list[Block]:
    """Return the parts of one frame: length, JSON header naming the block lengths, the raw blocks."""
    sizes = [memoryview(block).nbytes for block in blocks]
    text = json.dumps({**header, "blocks": sizes}, allow_nan=False).encode()
    return [_LENGTH.pack(len(text)) + text, *blocks]


class Sandbox:
    """One child process, started when first needed, that answers one call at a time within limits.

    `seconds` bounds one call (wall and CPU), `memory` the child's address space in bytes. After a crash, a
    time-out or a fork the next call starts a fresh child.
    """

    def __init__(self, *, seconds: float = 60.0, memory: int = 3 << 30) -> None:
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._ending: weakref.finalize[..., Sandbox] | None = None
        self._calls = 0
        self._forget()
        _living.add(self)

    @property
    def network_cut(self) -> bool:
        """Whether the kernel let the child cut itself off from every network (starts the child)."""
        with self._lock:
            self._ready(time.monotonic() + self._seconds)
            return self._network_cut

    def call(self, name: str, arguments: dict[str, Any], blocks: Sequence[bytes] = ()) -> Reply:
        """Run one function of the child's closed list; raise Unreadable or Unfit, and nothing else.

        The blocks of the answer are bytearrays read straight from the pipe: whoever asked can overwrite them.
        """
        with self._lock:
            # Importing the recogniser on a busy machine is no fault of the photo, hence its own time.
            self._ready(time.monotonic() + max(self._seconds, 30.0))
            return self._ask(name, arguments, blocks)

    def discard(self) -> None:
        """End the child now; the next call starts a fresh one."""
        if self._ending is not None:
            self._ending()
        self._process = self._ending = None

    def close(self) -> None:
        """Wait for the call that runs, then end the child."""
        with self._lock:
            self.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _ask(self, name: str, arguments: dict[str, Any], blocks: Sequence[bytes]) -> Reply:
        """Send one call and take its answer, ending the child on everything but a clean answer."""
        deadline = time.monotonic() + self._seconds
        self._calls += 1
        try:
            self._write(pack({"call": name, "arguments": arguments}, blocks), deadline)
            header, answer = self._read(deadline)
        except TimeoutError:
            self.discard()
            raise Unreadable("too_slow") from None
        except (OSError, EOFError):
            raise Unreadable(*self._post_mortem()) from None
        except (ValueError, TypeError, KeyError, RecursionError):
            self.discard()
            raise Unreadable("damaged", "malformed answer") from None
        except (
            BaseException
        ):  # broken off from outside: the answer to this photo must not be read as the next one's
            self.discard()
            raise
        if "unfit" in header:
            self.discard()
            raise Unfit(str(header["unfit"])[:200])
        if "error" in header:
            if header["error"] == "out_of_memory":
                self.discard()
            raise Unreadable(str(header["error"]), str(header.get("because", "")))
        return header, answer

    def _ready(self, deadline: float) -> None:
        """Have a child that lives, belongs to this process and has not served too long."""
        process = self._process
        # PR_SET_PDEATHSIG is tied to the *thread* that started the child, not to the process.
        alive = process is not None and process.poll() is None and self._starter.is_alive()
        if alive and self._calls < CALLS_PER_CHILD:
            return
        self.discard()
        self._start()
        try:
            header, _ = self._read(deadline)
            self._network_cut = header["network_cut"] is True
        except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
            self.discard()
            raise Unfit(f"the decoding process did not start ({type(error).__name__})") from None

    def _start(self) -> None:
        """Start the child with an environment that holds no secret."""
        code = f"from adapters.jail import serve; serve({os.getpid()}, {self._seconds!r}, {self._memory!r})"
        environment = {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            # One thread per child: workers are scaled by processes, and thread stacks eat address space.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-s", "-B", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment,
            bufsize=0,
        )
        self._process = process
        for pipe in (self._pipe("stdin"), self._pipe("stdout")):
            os.set_blocking(pipe, False)
            with contextlib.suppress(OSError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._ending = weakref.finalize(self, _end, process)
        self._starter = threading.current_thread()
        self._calls = 0

    def _pipe(self, name: str) -> int:
        """The handle of the child's `stdin` or `stdout`; EOFError when there is no child."""
        pipe = getattr(self._process, name, None)
        if pipe is None:
            raise EOFError
        return int(pipe.fileno())

    def _post_mortem(self) -> tuple[str, str]:
        """Say why the child died, in the words of Unreadable."""
        process = self._process
        if process is None:
            return "damaged", "no child"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1.0)
        code = process.returncode
        self.discard()
        if code == -signal.SIGXCPU:
            return "too_slow", "SIGXCPU"
        if code == -signal.SIGKILL:  # nobody but the kernel's memory guard sends it
            return "out_of_memory", "SIGKILL"
        return "damaged", f"exit {code}"

    def _write(self, parts: Sequence[Block], deadline: float) -> None:
        pipe = self._pipe("stdin")
        for part in parts:
            view = memoryview(part)
            while view:
                try:
                    view = view[os.write(pipe, view) :]
                except BlockingIOError:
                    _wait(pipe, select.POLLOUT, deadline)

    def _read(self, deadline: float) -> Reply:
        """Take one frame; ValueError when it is larger or other than agreed."""
        (length,) = _LENGTH.unpack(self._take(_LENGTH.size, deadline))
        if length > MAX_HEADER:
            raise ValueError("header too long")
        header = json.loads(self._take(length, deadline))
        sizes = header.pop("blocks")
        if len(sizes) > MAX_BLOCK_COUNT or not all(type(size) is int and size >= 0 for size in sizes):
            raise ValueError("blocks not as agreed")
        if sum(sizes) > MAX_BLOCKS:
            raise ValueError("blocks too long")
        return header, [self._take(size, deadline) for size in sizes]

    def _take(self, size: int, deadline: float) -> bytearray:
        pipe = self._pipe("stdout")
        taken = bytearray(size)
        left = memoryview(taken)
        while left:
            try:
                count = os.readv(pipe, [left[:PIPE_BYTES]])
            except BlockingIOError:
                _wait(pipe, select.POLLIN, deadline)
                continue
            if not count:
                raise EOFError
            left = left[count:]
        return taken

    def _forget(self) -> None:
        """Hold no child and a free lock."""
        self._lock = threading.Lock()
        self._process = self._ending = None
        self._starter = threading.current_thread()
        self._calls = 0
        self._network_cut = False

    def _after_fork(self) -> None:
        """Leave the child to the process that started it; only our copies of its pipes are closed."""
        if self._process is not None:
            if self._ending is not None:
                self._ending.detach()
            _close_pipes(self._process)
            self._process.returncode = 0  # not ours to wait for: Popen would warn about a running child
        self._forget()


def _wait(pipe: int, event: int, deadline: float) -> None:
    """Wait until the pipe is ready or raise TimeoutError; poll, for select knows no handle above 1023."""
    poll = select.poll()
    poll.register(pipe, event)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the child and collect it."""
    process.kill()
    process.wait()
    _close_pipes(process)


_living: weakref.WeakSet[Sandbox] = weakref.WeakSet()


def _after_fork() -> None:
    for sandbox in list(_living):
        sandbox._after_fork()


os.register_at_fork(after_in_child=_after_fork)
