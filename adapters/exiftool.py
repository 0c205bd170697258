"""ExifTool as one process kept open in a jail, and a folder in memory for the files it works on."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

CONFIG = Path(__file__).with_name("exiftool.config")
ROOT = CONFIG.parent.parent
PATIENCE = 60  # seconds for one file
MEMORY_BYTES = 2 << 30
# A process that was taken over by one file must not watch all later ones go by.
CALLS_PER_PROCESS = 500
# A folder that is memory, so that what is decrypted never reaches a disk; ours inside it has mode 0700.
MEMORY = Path("/dev/shm")  # noqa: S108
YARD, YARD_RESTS = (
    "clearframe-yard-",
    600.0,
)  # its name goes on with the pid; seconds until a dead one's is swept


class Tool:
    """One exiftool process, kept open: 4 ms a file instead of 120 for a start each.

    It parses what strangers made, so it stands in the same jail as the decoder: no network, no secrets, no file but
    its own programs and the scratch folder (CVE-2021-22204). Spoken to by hand: the wrapper at hand reads on for ever
    when the process dies under it (measured).
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self.count = 0
        command = ["exiftool", "-config", str(CONFIG), "-stay_open", "True", "-@", "-"]
        code = f"from adapters.jail import become; become({self.pid}, {command!r}, {str(yard())!r}, {MEMORY_BYTES})"
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-B", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        )
        weakref.finalize(self, _end, self._process)

    def run(self, *arguments: str, must: bool = False) -> str:
        """Carry out one command; ValueError when the process did not answer or, if it must succeed, did not."""
        with self.lock:
            try:
                words, status = self._ask(arguments)
            except (OSError, EOFError) as error:
                global _kept
                _kept = None  # a stuck or dead process is replaced at the next call
                _end(self._process)
                raise ValueError("exiftool did not answer") from error
        if must and status != "0":
            raise ValueError("the card could not be written")
        return words

    def _ask(self, arguments: Sequence[str]) -> tuple[str, str]:
        """Send the arguments, read until the process says it is ready; EOFError or TimeoutError otherwise."""
        self.count += 1
        question = "\n".join([*arguments, "-echo3", "status=${status}", f"-execute{self.count}", ""])
        self._pipe("stdin").write(question.encode())
        self._pipe("stdin").flush()
        ready, said, end = f"{{ready{self.count}}}".encode(), bytearray(), time.monotonic() + PATIENCE
        handle = self._pipe("stdout").fileno()
        while not said.rstrip().endswith(ready):
            if not select.select([handle], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError("exiftool takes too long")
            some = os.read(handle, 1 << 16)
            if not some:
                raise EOFError("exiftool is gone")
            said += some
        words, _, status = said.decode(errors="replace").rpartition("status=")
        return words, status.split("\n")[0].strip()

    def _pipe(self, name: str) -> IO[bytes]:
        pipe: IO[bytes] | None = getattr(self._process, name)
        if pipe is None:
            raise EOFError("exiftool has no pipe")
        return pipe


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


_kept: Tool | None = None
_yard: tuple[int, Path] | None = None


def tool() -> Tool:
    """This process's own ExifTool, started when first needed and replaced when it has served long enough."""
    global _kept
    if _kept is not None and _kept.pid == os.getpid() and _kept.count >= CALLS_PER_PROCESS:
        with _kept.lock:
            _end(_kept._process)
        _kept = None
    if _kept is None or _kept.pid != os.getpid():
        _kept = Tool()
    return _kept


def yard() -> Path:
    """This process's private folder in memory: the only place where its ExifTool may read and write files."""
    global _yard
    if _yard is None or _yard[0] != os.getpid() or not _yard[1].is_dir():
        place = MEMORY if MEMORY.is_dir() else Path(tempfile.gettempdir())
        _sweep(place)
        _yard = (os.getpid(), Path(tempfile.mkdtemp(prefix=f"{YARD}{os.getpid()}-", dir=place)))
        atexit.register(_clear, *_yard)
    return _yard[1]


def _sweep(place: Path) -> None:
    """Take away the yards of our processes that were killed: what they had decrypted must not stay in memory."""
    for folder in place.glob(f"{YARD}*-*"):
        with contextlib.suppress(OSError):
            found = folder.stat()
            owner = folder.name.removeprefix(YARD).partition("-")[0]
            # The age is for a process of another container, which can't be seen from here.
            old = found.st_mtime < time.time() - YARD_RESTS
            if found.st_uid == os.geteuid() and old and not Path(f"/proc/{owner}").exists():
                shutil.rmtree(folder, ignore_errors=True)


def _clear(pid: int, folder: Path) -> None:
    if pid == os.getpid():  # a fork inherits the promise to clear up, but not the folder
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def scratch(data: bytes, suffix: str) -> Iterator[Path]:
    """The bytes as a private file in memory, gone afterwards; its name is ours, never the uploader's."""
    with tempfile.TemporaryDirectory(dir=yard()) as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(data)
        yield path
