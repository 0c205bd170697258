"""Tells an address of ours that something happened: one POST, no redirects, never to a machine it must not reach."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from adapters.reach import OutOfReach, one_address

TIMEOUT = 10  # seconds, for the connection and for the answer
DEADLINE = 30  # seconds for all of it: a server that drips holds nobody
MOST_ANSWER = 1024  # bytes read of an answer and thrown away


class HookFailed(Exception):
    """The address did not take it; the message says why in a few words."""


@dataclass(frozen=True)
class Hooks:
    """Sends to addresses outside; `private` also allows this machine and the networks inside the house."""

    private: bool = False
    resolve: Callable[..., list[Any]] = socket.getaddrinfo  # who knows where a name lies

    def check(self, url: str) -> None:
        """Raise HookFailed for an address that could never be told."""
        parts = urlsplit(url)
        if parts.scheme not in (("http", "https") if self.private else ("https",)):
            raise HookFailed("it must begin with https://")
        if not parts.hostname or parts.username or parts.password:
            raise HookFailed("it is no address of a server")

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """POST these bytes; the status from 200 to 299, HookFailed otherwise. The name is looked up once and that address used."""
        self.check(url)
        parts = urlsplit(url)
        try:
            host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
            connection = _Connection(host, port, self._address(host, port), secure=parts.scheme == "https")
        except (ValueError, OSError) as error:
            raise HookFailed("the name of the server was not found") from error
        deadline = Timer(DEADLINE, connection.cut)
        try:
            deadline.start()
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            answer.read(MOST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise HookFailed(f"no answer ({type(error).__name__})") from error
        finally:
            deadline.cancel()
            connection.close()
        if not 200 <= answer.status < 300:
            raise HookFailed(f"it answered {answer.status}")
        return answer.status

    def _address(self, host: str, port: int) -> str:
        try:
            return one_address(host, port, private=self.private, resolve=self.resolve)
        except OutOfReach as error:
            raise HookFailed(
                "this address lies inside the house, which is not allowed (WEBHOOK_PRIVATE)"
            ) from error


class _Connection(http.client.HTTPConnection):
    """Connects to a known address, and holds the certificate against the name."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._address, self._secure = address, secure

    def cut(self) -> None:
        """End whatever is being sent or read."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
