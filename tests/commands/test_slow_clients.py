"""A client that stalls holds up nobody else: the real server, as bin/run starts it, on loopback (ASVS 15.2.2)."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest

from commands import serve, web_worker
from models.photo import Photo
from models.token import ApiToken
from tests.house.tree import HERE


@pytest.fixture(scope="module")
def server(standing):
    """The port of the web server alone, with its two workers of six threads."""
    config = standing.house.config
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = replace(config, host="127.0.0.1", port=port)
    environment = {**os.environ, "CLEARFRAME_DATA": str(config.data), "CLEARFRAME_KEYS": str(config.keys),
                   "DATABASE_URL": config.database_url, "BASE_URL": f"http://127.0.0.1:{port}"}  # fmt: skip
    process = subprocess.Popen(serve._web(started), cwd=HERE, env=environment)
    for _ in range(300):
        try:
            asked("/login", port, wait=2)
            break
        except OSError:
            time.sleep(0.1)
    yield port
    process.terminate()
    assert process.wait(30) == 0


def asked(path, port, *, wait):
    """The status line of an answer, within this many seconds."""
    with socket.create_connection(("127.0.0.1", port), wait) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        return line.recv(12)


BEGUN = (
    b"", b"G", b"GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"POST /login HTTP/1.1\r\n", b"\r\n", b"\x16\x03\x01\x02",
)  # fmt: skip


def test_silent_and_dripping_heads_hold_no_thread(server):
    """Sixty of them, five for each thread there is: others are answered at once, and they are shut out after their time."""
    with ExitStack() as open_lines:
        lines = [open_lines.enter_context(socket.create_connection(("127.0.0.1", server))) for _ in range(60)]
        began = time.monotonic()
        for at, line in enumerate(lines):
            line.sendall(BEGUN[at % len(BEGUN)])
        answers = []
        while time.monotonic() - began < web_worker.HEAD + 3:
            answers.append(asked("/login", server, wait=4))
            for line in lines[1::6]:
                drip(line, b"E")
            time.sleep(1)
        assert set(answers) == {b"HTTP/1.1 200"}
        lines[0].settimeout(1)
        assert [ended(line) for line in lines[:4]] == [True] * 4, "shut out, the dripping one too"


def drip(line, byte):
    with suppress(OSError):
        line.sendall(byte)


def ended(line):
    line.settimeout(1)
    try:
        while line.recv(4096):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def test_a_head_in_pieces_and_a_second_request_are_answered(server):
    with socket.create_connection(("127.0.0.1", server), 10) as line:
        for piece in (b"GET /healthz HT", b"TP/1.1\r\nHo", f"st: 127.0.0.1:{server}\r".encode(), b"\n\r\n"):
            line.sendall(piece)
            time.sleep(0.05)
        assert line.recv(65536)[:9] == b"HTTP/1.1 "
        body = b"email=a&password=b"
        head = f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{server}\r\nContent-Length: {len(body)}\r\n"
        line.sendall(head.encode() + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + body[:5])
        time.sleep(0.2)
        line.sendall(body[5:])
        assert line.recv(65536)[:12] == b"HTTP/1.1 400", "no token of a session"
    with socket.create_connection(("127.0.0.1", server), 10) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHos")
        line.shutdown(socket.SHUT_WR)
        assert line.recv(100) == b"", "cut off in its head"


def slow_bodies(port, token):
    """Requests whose body never ends: begun at once, in chunks, by a program, and far enough to be given a thread."""
    host = f"Host: 127.0.0.1:{port}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    program = f"POST /api/v1/photos HTTP/1.1\r\n{host}Authorization: Bearer {token}\r\n"
    photo = "--x\r\nContent-Disposition: form-data; name=file; filename=a.jpg\r\n\r\n" + "x" * 40_000
    begun = (
        f"POST /login HTTP/1.1\r\n{host}Content-Length: 900\r\n\r\n",
        f"POST /login HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n5\r\nemail",
        f"{program}Content-Length: 9000000\r\n\r\n",
        f"{program}Content-Length: 9000000\r\n\r\n{photo}",
        f"{program}Transfer-Encoding: chunked\r\n\r\nffffff\r\n{photo}",
        f"{program}Expect: 100-continue\r\nContent-Length: 9000000\r\n\r\n",
    )
    return [request.encode() for request in begun]


def test_slow_bodies_hold_no_thread(server, standing):
    """SEC-12: sixty that drip a byte a second, half of them with a thread each: others are answered, they get 408, nothing is kept."""
    token = ApiToken.create_for(standing.house.user("editor"), ("write",), by="system")
    before = Photo.select().count()
    with ExitStack() as open_lines:
        lines = [open_lines.enter_context(socket.create_connection(("127.0.0.1", server))) for _ in range(60)]
        kinds = slow_bodies(server, token)
        for at, line in enumerate(lines):
            line.sendall(kinds[at % len(kinds)])
        began, longest = time.monotonic(), 0.0
        while time.monotonic() - began < web_worker.SILENCE + 5:
            now = time.monotonic()
            assert asked("/login", server, wait=10 * web_worker.HURRY) == b"HTTP/1.1 200"
            longest = max(longest, time.monotonic() - now)
            for line in lines:
                drip(line, b"a")
            time.sleep(1)
        answers = [answered(line) for line in lines]
    assert longest < web_worker.SILENCE
    for at, whole in enumerate(answers):
        said = whole.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert said[:12] == b"HTTP/1.1 408", (kinds[at % len(kinds)][:80], said[:300])
        assert (b"application/problem+json" in said, b"no-store" in said) == (at % len(kinds) >= 2, True)
    assert Photo.select().count() == before


def answered(line):
    """All that was answered, as long as the line is open."""
    line.settimeout(5)
    said = b""
    with suppress(ConnectionError, TimeoutError):
        while piece := line.recv(4096):
            said += piece
    return said


def test_a_body_that_stops_or_drips_is_cut(monkeypatch):
    """The reader alone, with little patience: nothing more, then a byte now and then, then others who wait."""
    monkeypatch.setattr(web_worker, "SILENCE", 0.4)
    monkeypatch.setattr(web_worker, "HURRY", 0.1)
    for crowded, least, most in ((False, 0.3, 5), (True, 0.05, 0.3)):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            reader = web_worker.PatientReader(ours, lambda crowded=crowded: crowded)
            theirs.sendall(b"abc")
            assert reader.chunk() == b"abc"
            began = time.monotonic()
            with pytest.raises(ConnectionResetError, match="too slowly"):
                drained_by_drips(reader, theirs)
            assert least < time.monotonic() - began < most


def drained_by_drips(reader, theirs):
    while True:
        reader.left -= 0.02  # as if it had been waited for
        theirs.sendall(b"d")
        assert reader.chunk() == b"d"
        time.sleep(0.02)
