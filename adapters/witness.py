"""Where signed heads go besides the mail: a file that only grows, or a syslog on another machine (AUD-04)."""

from __future__ import annotations

import os
import re
import socket
import syslog
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

PATIENCE = 5  # seconds
PORT = 514
TAG = "clearframe"
NOTICE = 13 * 8 + 5  # facility "log audit", severity "notice"


class NoWitness(Exception):
    """The heads were not taken; the message says why in a few words."""


@dataclass(frozen=True)
class Witness:
    """One place that keeps heads; `url` is `file:///path`, `syslog:` (this machine), `syslog://host:port` or `syslog+tcp://`."""

    url: str

    def keep(self, notes: Iterable[str]) -> None:
        """Hand these signed heads over, in order; NoWitness when not all of them were taken."""
        parts = urlsplit(self.url)
        try:
            if parts.scheme == "file":
                _append(Path(unquote(parts.path)), notes)
            elif not parts.hostname:
                _log_here(notes)
            else:
                _log_there(parts.hostname, parts.port or PORT, notes, tcp=parts.scheme == "syslog+tcp")
        except (OSError, ValueError) as error:
            raise NoWitness(str(error) or type(error).__name__) from error


def witnesses(urls: str) -> tuple[Witness, ...]:
    """The places a setting names, with spaces between them."""
    return tuple(map(Witness, urls.split()))


def on_one_line(note: str) -> str:
    """A signed head as a log keeps it: its six parts with spaces between, from which the note can be put together again."""
    return re.sub(r"\s+", " ", note).strip()


def _append(path: Path, notes: Iterable[str]) -> None:
    # O_APPEND: two processes never write over each other, and it is all that `chattr +a` allows.
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        data = "".join(f"{note}\n" for note in notes).encode()
        size = os.fstat(handle).st_size
        if (
            size and os.pread(handle, 1, size - 1) != b"\n"
        ):  # what was cut off there must not swallow what follows
            data = b"\n" + data
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _log_here(notes: Iterable[str]) -> None:
    syslog.openlog(TAG, 0, syslog.LOG_AUTHPRIV)
    for note in notes:
        syslog.syslog(syslog.LOG_NOTICE, on_one_line(note))
    syslog.closelog()


def _log_there(host: str, port: int, notes: Iterable[str], *, tcp: bool) -> None:
    """RFC 5424; over UDP nobody says whether it arrived, over TCP each ends with its line (RFC 6587)."""
    kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=kind)[0]
    with socket.socket(family, kind) as wire:
        wire.settimeout(PATIENCE)
        wire.connect(address)
        for note in notes:
            message = f"<{NOTICE}>1 - - {TAG} - head - {on_one_line(note)}".encode()
            wire.sendall(message + b"\n" if tcp else message)
