"""A passkey's device in software: real keys and signatures, and whatever a false one might say."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

FLAG = AuthenticatorData.FLAG


class Authenticator:
    """One device with one passkey; `verified` is whether it asked for finger, face or PIN."""

    def __init__(
        self,
        origin: str = "http://localhost",
        rp: str = "localhost",
        *,
        counter: int = 0,
        verified: bool = True,
    ) -> None:
        self.origin, self.rp, self.counter, self.verified = origin, rp, counter, verified
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)

    def make(self, options: dict[str, Any]) -> str:
        """The answer to a question for a new passkey."""
        public = ES256.from_cryptography_key(self.key.public_key())
        held = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = AuthenticatorData.create(self._rp_hash(), self._flags() | FLAG.AT, self.counter, held)
        said = self._client_data("webauthn.create", options)
        attested = AttestationObject.create("none", data, {})
        return self._answer(clientDataJSON=said, attestationObject=bytes(attested))

    def show(self, options: dict[str, Any]) -> str:
        """The answer to a question for a passkey."""
        data = AuthenticatorData.create(self._rp_hash(), self._flags(), self.counter)
        said = self._client_data("webauthn.get", options)
        signature = self.key.sign(bytes(data) + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=said, authenticatorData=bytes(data), signature=signature)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, **response: bytes) -> str:
        mine = _text(self.id)
        parts = {name: _text(data) for name, data in response.items()}
        return json.dumps({"id": mine, "rawId": mine, "type": "public-key", "response": parts})

    def _flags(self) -> FLAG:
        return FLAG.UP | FLAG.UV if self.verified else FLAG.UP

    def _rp_hash(self) -> bytes:
        return hashlib.sha256(self.rp.encode()).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
