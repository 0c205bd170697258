"""Single sign-on: asks the organisation's identity provider who is there (OpenID Connect, code flow with PKCE)."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from adapters.reach import Resolver, one_address

TIMEOUT = 10  # seconds, for the connection and for each answer
MOST_ANSWER = 1 << 20  # bytes; a larger answer is none of ours
FRESH = 3600  # seconds for which what the provider says of itself is believed
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # never "none", never one keyed with our own secret
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LEEWAY = 60  # seconds two clocks may differ


class SignOnFailed(Exception):
    """The provider did not say who is there; the message says why in a few words, for the log."""


@dataclass(frozen=True)
class Going:
    """What is remembered while someone is at the provider: where to send her, and what her answer must fit."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Known:
    """Whom the provider vouches for: its own lasting name for her, her address if it checked it, groups, a second factor."""

    subject: str
    email: str
    name: str
    groups: tuple[str, ...]
    second_factor: bool


@dataclass
class Provider:
    """One identity provider, by its issuer's address; says nothing to any host but those the issuer names.

    The issuer's own address is the operator's word and may lie inside the house. What its document names besides is the
    provider's: such a host must lie on the internet, unless the operator named it too (`inside`).
    """

    issuer: str
    client_id: str
    client_secret: str
    groups_claim: str = "groups"
    name: str = ""  # how the button calls it
    roles: tuple[tuple[str, str], ...] = ()  # which group stands for which role
    trust_factor: bool = False  # the provider's second factor counts as ours
    trust_email: bool = False  # for providers that send no email_verified although they check (Entra ID)
    inside: tuple[
        str, ...
    ] = ()  # further hosts inside the house that its document may name, as host or host:port
    resolve: Resolver = socket.getaddrinfo  # who knows where a name lies
    _about: dict[str, Any] = field(default_factory=dict, repr=False)
    _read_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self, back_to: str) -> Going:
        """Where to send the browser, and what to remember until it comes back to `back_to`; SignOnFailed without an answer."""
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self._session(back_to) as session:
            url, _ = session.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        return Going(url, state, nonce, verifier)

    def finish(self, back_to: str, *, code: str, going: Going) -> Known:
        """Exchange the code and read who it is; SignOnFailed when anything does not fit what was remembered."""
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError
        from requests import RequestException

        try:
            with self._session(back_to) as session:
                answer = session.fetch_token(
                    self._endpoint("token_endpoint"),
                    code=code,
                    code_verifier=going.verifier,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                )
            return self._known(self._claims(str(answer.get("id_token") or ""), answer, going.nonce))
        except (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, TypeError) as error:
            raise SignOnFailed(f"the answer does not hold ({type(error).__name__})") from error

    def _claims(self, token: str, answer: dict[str, Any], nonce: str) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        try:
            opened = jwt.decode(token, KeySet.import_key_set(self._keys()), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):  # signed, perhaps, with a key that is newer than what we read
            self._about = {}
            opened = jwt.decode(token, KeySet.import_key_set(self._keys()), algorithms=list(ALGORITHMS))
        claims = CodeIDToken(
            opened.claims,
            opened.header,
            options={
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self.client_id},
                "sub": {"essential": True},
                "exp": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"nonce": nonce, "client_id": self.client_id, "access_token": answer.get("access_token")},
        )
        claims.validate(now=int(time.time()), leeway=LEEWAY)
        return dict(claims)

    def _known(self, claims: dict[str, Any]) -> Known:
        checked = claims.get("email_verified") is True or self.trust_email
        groups = claims.get(self.groups_claim) or []
        methods = claims.get("amr") or []
        return Known(
            subject=str(claims["sub"]),
            email=str(claims.get("email") or "") if checked else "",
            name=str(claims.get("name") or ""),
            groups=tuple(str(name) for name in ([groups] if isinstance(groups, str) else groups)),
            second_factor=bool({"mfa", "otp", "hwk", "swk", "fpt", "face"} & set(map(str, methods))),
        )

    def _session(self, back_to: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        from adapters.guarded import protect

        session = OAuth2Session(
            self.client_id, self.client_secret, scope="openid email profile", redirect_uri=back_to
        )
        protect(session, self._reach, TIMEOUT)
        return session

    def _reach(self, host: str, port: int) -> str:
        own = urlsplit(self.issuer)
        known = {f"{own.hostname}:{own.port or (443 if own.scheme == 'https' else 80)}", *self.inside}
        private = host in self.inside or f"{host}:{port}" in known
        return one_address(host, port, private=private, resolve=self.resolve)

    def _endpoint(self, name: str) -> str:
        return self._safe(str(self._describe()[name]))

    def _describe(self) -> dict[str, Any]:
        with self._lock:
            if not self._about or time.monotonic() - self._read_at > FRESH:
                about = self._fetch(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
                # A document of another issuer would let that one name our users.
                if about.get("issuer") != self.issuer:
                    raise SignOnFailed("it describes another issuer")
                self._about = about | {"keys": self._fetch(self._safe(str(about.get("jwks_uri"))))}
                self._read_at = time.monotonic()
            return self._about

    def _keys(self) -> Any:
        return self._describe()["keys"]

    def _fetch(self, url: str) -> dict[str, Any]:
        """A small JSON document by GET, without redirects."""
        import requests

        from adapters.guarded import protect

        try:
            with requests.Session() as session:
                protect(session, self._reach, TIMEOUT)
                with session.get(_safe(url), timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
                    if answer.status_code != 200:
                        raise SignOnFailed(f"it answered {answer.status_code}")
                    body = answer.raw.read(MOST_ANSWER + 1, decode_content=True)
            document = json.loads(body) if len(body) <= MOST_ANSWER else None
        except (requests.RequestException, ValueError, OSError) as error:
            raise SignOnFailed(f"it did not answer ({type(error).__name__})") from error
        if not isinstance(document, dict):
            raise SignOnFailed("its answer can't be read")
        return document

    def _safe(self, url: str) -> str:
        # Only a provider on this machine may send us to this machine: elsewhere the certificate says who answers.
        if urlsplit(_safe(url)).scheme == "http" and urlsplit(self.issuer).hostname not in LOOPBACK:
            raise SignOnFailed("its addresses must begin with https://")
        return url


def _safe(url: str) -> str:
    parts = urlsplit(url)
    if (
        not parts.hostname
        or parts.username is not None
        or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
    ):
        raise SignOnFailed("its addresses must begin with https://")
    return url
