"""An S3 server of its own process on loopback: moto's, which checks signatures against the accounts it was given when asked to."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

BUCKET = "house-backups"
PLAIN = {"Content-Type": "text/plain"}
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


class BucketServer:
    """Started on a free port with one bucket and one account, whose keys stand in `environment`."""

    def __init__(self, log: Path) -> None:
        program = shutil.which("moto_server", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        assert program, "moto is in requirements-dev.txt"
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        with log.open("wb") as said:
            self.process = subprocess.Popen(
                [program, "-H", "127.0.0.1", "-p", str(port)], stdout=said, stderr=subprocess.STDOUT
            )
        self._wait(port)
        self._ask("PUT", f"/{BUCKET}")
        self._account("CreateUser")
        self._account("PutUserPolicy", PolicyName="all", PolicyDocument=json.dumps(ALL))
        key = self._account("CreateAccessKey")
        named = {"AWS_ACCESS_KEY_ID": "AccessKeyId", "AWS_SECRET_ACCESS_KEY": "SecretAccessKey"}
        self.environment = {name: re.findall(f"<{tag}>(.*?)<", key)[0] for name, tag in named.items()}

    def url(self, prefix: str, bucket: str = BUCKET) -> str:
        """The address of a place in it."""
        return f"s3://{bucket}/{prefix}?endpoint={self.address}&region=us-east-1"

    @contextmanager
    def strict(self) -> Iterator[None]:
        """Let it check every signature meanwhile. It can't check a list's: it forgets that a prefix was escaped."""
        self._ask("POST", "/moto-api/reset-auth", b"0", PLAIN)
        try:
            yield
        finally:
            self._ask("POST", "/moto-api/reset-auth", b"inf", PLAIN)

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()

    def _wait(self, port: int) -> None:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except OSError:
                time.sleep(0.1)

    def _account(self, action: str, **more: str) -> str:
        said = urlencode({"Action": action, "Version": "2010-05-08", "UserName": "house", **more}).encode()
        service = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x"
        return self._ask("POST", "/", said, {"Authorization": service})

    def _ask(self, method: str, path: str, data: bytes = b"", headers: dict[str, str] | None = None) -> str:
        asked = Request(f"{self.address}{path}", data=data, headers=headers or {}, method=method)
        with urlopen(asked) as answer:
            return str(answer.read().decode())
