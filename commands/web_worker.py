"""gunicorn's threads, kept from clients that stall: a thread is given to a request that is here, and taken back when it dries up."""

from __future__ import annotations

import errno
import re
import select
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker

HEAD = 10.0  # seconds for all of a request's head, from the first look at the connection
SILENCE = 20.0  # seconds a body may stall in all beyond its rate, and an answer without one byte of it taken
HURRY = 3.0  # the same while others wait for a thread
LEAST_RATE = 2_000  # bytes a second by which a body earns that patience anew
LINGER = 2.0  # seconds for a client to take the last answer and close
MOST_HEAD = 16_384  # bytes looked at for the end of a head; a longer one is the parser's to refuse
BEGINNING = 32_768  # bytes of a body that must be here before a thread is given: all of it for most
END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)
LATE = "This request did not arrive in time. Send it again."
PROBLEM = (
    f'{{"detail":"{LATE}","status":408,"title":"Request timeout","type":"urn:clearframe:request-timeout"}}\n'
)


class PatientWorker(ThreadWorker):
    """Waits for requests in the loop, where waiting costs nothing: otherwise twelve silent clients shut everyone out."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.lingering: list[TConn] = []

    def handle(self, conn: TConn) -> Any:
        """Answer a request that has arrived; the connection goes back to the loop until it has."""
        if not self._is_here(conn):
            return _DEFER
        conn.sock.setblocking(True)
        fresh = not conn.initialized
        conn.init()
        if fresh:
            conn.parser.unreader = PatientReader(conn.sock, self._others_wait)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(SILENCE), 0))
        return super().handle(conn)

    def _others_wait(self) -> bool:
        return self.tpool._work_queue.qsize() > 0

    def _is_here(self, conn: TConn) -> bool:
        """Whether the head and the beginning of the body have come; else the loop is told how much more would do."""
        if conn.parser is not None and conn.parser.unreader.buf.getvalue():
            return True  # it came with the request before
        conn.here_by = getattr(conn, "here_by", None) or time.monotonic() + HEAD
        conn.sock.setblocking(False)
        try:
            seen = conn.sock.recv(MOST_HEAD + BEGINNING, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True  # the parser finds out what is wrong with it
        lacking = _lacking(seen)
        # Readable without a new byte means that no more will come.
        if not lacking or len(seen) in (0, getattr(conn, "seen", 0)):
            conn.seen, conn.here_by, conn.head = 0, None, b""
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
            return True
        if END in seen and not getattr(conn, "head", b""):
            conn.here_by, conn.head = time.monotonic() + SILENCE, seen.partition(b"\r\n")[0]
        # What was only looked at would make the loop spin: it is woken by what is lacking instead.
        conn.seen = len(seen)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, conn.seen + lacking)
        return False

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """As gunicorn does, but what drips keeps the end of its time, and nobody's closing is waited for in the loop."""
        if not fs.cancelled() and fs.exception() is None and fs.result() is False:
            self._let_go(conn)
            return
        super().finish_request(conn, fs)
        if self.pending_conns and self.pending_conns[-1] is conn:
            conn.timeout = conn.here_by

    def murder_pending(self) -> None:
        """Answer connections whose request did not come in time with 408, and close those that linger."""
        now = time.monotonic()
        for conn in [late for late in self.pending_conns if late.timeout <= now]:
            self.pending_conns.remove(conn)
            self.poller.unregister(conn.sock)
            if getattr(conn, "seen", 0):
                with suppress(OSError):
                    conn.sock.send(_late(getattr(conn, "head", b"")))
            self._let_go(conn)
        for conn in [late for late in self.lingering if late.timeout <= now]:
            self._end(conn)

    def _let_go(self, conn: TConn) -> None:
        """Close when the client has, or a little later: closing over unread bytes would take the answer back."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
            self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))
        except (OSError, ValueError):
            self.nr_conns -= 1
            conn.close()
            return
        conn.timeout = time.monotonic() + LINGER
        self.lingering.append(conn)

    def _drain(self, conn: TConn, _sock: socket.socket) -> None:
        try:
            if conn.sock.recv(65_536):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._end(conn)

    def _end(self, conn: TConn) -> None:
        self.lingering.remove(conn)
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()


def _lacking(seen: bytes) -> int:
    """How many bytes more must come before a thread is given: at least one while that can't be told."""
    head, end, body = seen.partition(END)
    if not end:
        return 0 if len(seen) >= MOST_HEAD else 1
    head += b"\r\n"
    if EXPECTS.search(head):
        return 0  # it waits for a word of ours
    if CHUNKED.search(head):
        return 0 if body.endswith(b"0\r\n\r\n") or len(body) >= BEGINNING else 1
    said = LENGTH.search(head)
    return max(0, min(int(said[1]), BEGINNING) - len(body)) if said else 0


def _late(line: bytes) -> bytes:
    """The whole answer to what did not come in time, as page or problem."""
    is_api = b" /api/" in line
    kind, body = (
        ("application/problem+json", PROBLEM) if is_api else ("text/plain; charset=utf-8", f"{LATE}\n")
    )
    return (
        f"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


class PatientReader(SocketUnreader):
    """Reads a body that keeps coming; one that stops or drips is cut, sooner when others wait for its thread."""

    def __init__(self, sock: socket.socket, others_wait: Callable[[], bool] = lambda: False) -> None:
        super().__init__(sock)
        self.others_wait, self.left = others_wait, SILENCE

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next piece; ConnectionResetError when it does not come."""
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        while True:
            if self.others_wait():
                self.left = min(self.left, HURRY)
            began = time.monotonic()
            # A look around twice a second: others may begin to wait meanwhile.
            is_there = poll.poll(500 * min(1.0, max(self.left, 0.0)))
            self.left -= time.monotonic() - began
            if self.left <= 0:
                raise ConnectionResetError(errno.ECONNRESET, "it came too slowly")
            if is_there:
                piece: bytes = super().chunk(size_hint)
                self.left = min(SILENCE, self.left + len(piece) / LEAST_RATE)
                return piece
