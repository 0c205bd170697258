"""A small OpenID provider on loopback for tests: honest unless it is told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey


class IdentityProvider:
    """Answers discovery, authorization and token requests for one client."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self.client_id, self.client_secret = client_id, client_secret
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.new_key()
        self.reset()

    def reset(self) -> None:
        """Be honest again, and say the same person as ever."""
        self.claims: dict[str, Any] = {
            "sub": "u-1",
            "email": "eva@clearframe.example",
            "email_verified": True,
        }
        self.lies: dict[str, Any] = {}
        self.sign_with, self.trouble = "RS256", ""
        self.waiting: dict[str, dict[str, str]] = {}

    def new_key(self) -> None:
        """Sign with a new key from now on."""
        self.key = RSAKey.generate_key(2048, parameters={"kid": secrets.token_hex(4), "use": "sig"})

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def about(self) -> dict[str, Any]:
        """What discovery says."""
        base = "http://login.example" if self.trouble == "plain http endpoints" else self.issuer
        return {
            "issuer": "https://other.example" if self.trouble == "other issuer" else self.issuer,
            "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }  # fmt: skip

    def token(self, asked: dict[str, str]) -> dict[str, Any] | None:
        """The answer to a token request, or None when it is refused."""
        visit = self.waiting.pop(asked.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.get("code_verifier", "").encode()).digest())
        if visit is None or challenge.rstrip(b"=").decode() != visit["code_challenge"]:
            return None
        access = secrets.token_urlsafe(16)
        half = hashlib.sha256(access.encode()).digest()[:16]
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": self.client_id, "iat": now, "exp": now + 300, "nonce": visit["nonce"],
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(), **self.claims, **self.lies,
        }  # fmt: skip
        said = {key: value for key, value in claims.items() if value is not None}
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self._signed(said),
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.sign_with == "none":
            parts = [{"alg": "none"}, claims]
            return (
                ".".join(
                    base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts
                )
                + "."
            )
        if self.sign_with == "HS256":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(self.client_secret.ljust(32)))
        key = (
            RSAKey.generate_key(2048, parameters={"kid": self.key.kid})
            if self.sign_with == "foreign"
            else self.key
        )
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def _handler(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
                code = secrets.token_urlsafe(16)
                provider.waiting[code] = asked
                back = asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})
                self._answer(302, b"", Location=back)
            elif provider.trouble == "down":
                self._answer(500, b"no")
            elif provider.trouble == "html":
                self._answer(200, b"<h1>Welcome</h1>")
            elif provider.trouble == "huge":
                self._answer(200, b'"' + b"x" * (2 << 20) + b'"')
            elif provider.trouble == "redirect":
                self._answer(302, b"", Location=f"{provider.issuer}/keys")
            elif parts.path == "/keys":
                self._answer(200, json.dumps({"keys": [provider.key.as_dict(private=False)]}).encode())
            else:
                self._answer(200, json.dumps(provider.about()).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = provider.token({key: values[0] for key, values in parse_qs(body).items()})
            said = answer if answer is not None else {"error": "invalid_grant"}
            self._answer(200 if answer else 400, json.dumps(said).encode())

        def _answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_about: object) -> None:
            """Say nothing."""

    return Handler
