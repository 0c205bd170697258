"""An HTTP session that connects to no address its guard has not looked at; no proxy, no redirects."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

Guard = Callable[[str, int], str]  # host and port to the address that may be used; OSError for none


def protect(session: Any, guard: Guard, timeout: float) -> None:
    """Let every connection of this session be made to the address its guard gives; certificates are held against the name."""
    session.max_redirects = 0  # one that comes is an error, whoever forgot to forbid it
    session.trust_env = False  # a proxy of the environment is not where the operator sent us
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(guard, timeout))


class _Adapter(HTTPAdapter):
    def __init__(self, guard: Guard, timeout: float) -> None:
        self._classes = _pools(guard, timeout)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = self._classes


def _pools(guard: Guard, timeout: float) -> dict[str, Any]:
    def connect(connection: HTTPConnection) -> socket.socket:
        try:
            address = guard(connection.host, connection.port)
            return socket.create_connection((address, connection.port), timeout)
        except (OSError, ValueError) as error:
            raise NewConnectionError(connection, str(error)) from error

    plain = type("Plain", (HTTPConnection,), {"_new_conn": connect})
    secure = type("Secure", (HTTPSConnection,), {"_new_conn": connect})
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }
