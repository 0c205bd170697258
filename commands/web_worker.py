"""gunicorn's threads, kept from clients that stall: a thread is given to a request whose head is here, and taken back when it dries up."""

from __future__ import annotations

import errno
import select
import socket
import struct
import time
from concurrent.futures import Future
from typing import Any

from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker

HEAD = 10.0  # seconds for all of a request's head, from the first look at the connection
SILENCE = 20.0  # seconds without one byte of a body, or without one byte taken of an answer
LEAST_RATE = 2_000  # bytes a second of a body, on average, beyond the first SILENCE
MOST_HEAD = 16_384  # bytes looked at for the end of a head; a longer one is the parser's to refuse


class PatientWorker(ThreadWorker):
    """Waits for heads in the loop, where waiting costs nothing: otherwise twelve silent clients shut everyone out."""

    def handle(self, conn: TConn) -> Any:
        """Answer a request whose head has arrived; the connection goes back to the loop until it has."""
        if not self._has_head(conn):
            return _DEFER
        conn.sock.setblocking(True)
        fresh = not conn.initialized
        conn.init()
        if fresh:
            conn.parser.unreader = PatientReader(conn.sock)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(SILENCE), 0))
        return super().handle(conn)

    def _has_head(self, conn: TConn) -> bool:
        if conn.parser is not None and conn.parser.unreader.buf.getvalue():
            return True  # it came with the request before
        conn.head_by = getattr(conn, "head_by", None) or time.monotonic() + HEAD
        conn.sock.setblocking(False)
        try:
            seen = conn.sock.recv(MOST_HEAD, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True  # the parser finds out what is wrong with it
        # Readable without a new byte means that no more will come.
        if b"\r\n\r\n" in seen or len(seen) in (0, MOST_HEAD, getattr(conn, "seen", 0)):
            conn.seen, conn.head_by = 0, None
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
            return True
        # What was only looked at would make the loop spin: it is woken by the next byte instead.
        conn.seen = len(seen)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, conn.seen + 1)
        return False

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """As gunicorn does, but a head that drips keeps the end of its time."""
        super().finish_request(conn, fs)
        if self.pending_conns and self.pending_conns[-1] is conn:
            conn.timeout = conn.head_by

    def murder_pending(self) -> None:
        """Close connections whose head did not come in time."""
        now = time.monotonic()
        for conn in [late for late in self.pending_conns if late.timeout <= now]:
            self.pending_conns.remove(conn)
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()


class PatientReader(SocketUnreader):
    """Reads a body that keeps coming; one that stops or drips is cut, as if its client had gone."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.waited = self.got = 0.0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next piece; ConnectionResetError when it does not come."""
        began = time.monotonic()
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        if not poll.poll(1000 * min(SILENCE, self.sock.gettimeout() or SILENCE)):
            raise ConnectionResetError(errno.ECONNRESET, "nothing more came")
        piece: bytes = super().chunk(size_hint)
        self.waited += time.monotonic() - began
        self.got += len(piece)
        if self.waited > SILENCE + self.got / LEAST_RATE:
            raise ConnectionResetError(errno.ECONNRESET, "it came too slowly")
        return piece
