"""Passkeys as browsers speak of them (W3C Web Authentication): questions out, answers in, nothing kept."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 300_000  # milliseconds a browser waits for the human


class NotRight(Exception):
    """The answer is not one to our question, or can't be read."""


@dataclass(frozen=True)
class Key:
    """What is kept of a passkey: its handle, its public half with what belongs to it, and its counter."""

    handle: str
    data: bytes
    counter: int


def handle_of(answer: str) -> str:
    """The handle an answer claims to come from; nothing is proven by it."""
    try:
        return str(json.loads(answer)["id"])
    except (ValueError, TypeError, KeyError) as error:
        raise NotRight("an answer that can't be read") from error


def options_to_make(
    base_url: str, name: str, *, user: bytes, account: str, known: list[str], challenge: bytes
) -> dict[str, Any]:
    """What a browser needs to make a passkey that knows its account and checks who holds it."""
    from fido2.webauthn import (
        PublicKeyCredentialDescriptor,
        PublicKeyCredentialType,
        PublicKeyCredentialUserEntity,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    there = [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=_bytes(handle))
        for handle in known
    ]
    options, _state = _server(base_url, name).register_begin(
        PublicKeyCredentialUserEntity(id=user, name=account, display_name=account),
        there,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=challenge,
    )
    return dict(options.public_key) | {"timeout": TIMEOUT}


def made(base_url: str, answer: str, challenge: bytes) -> Key:
    """The passkey a browser made for this question; NotRight for any other answer."""
    data = _checked(lambda: _server(base_url).register_complete(_state(challenge), _read(answer)))
    return Key(_text(data.credential_data.credential_id), bytes(data.credential_data), data.counter)


def options_to_show(base_url: str, *, known: list[str], challenge: bytes) -> dict[str, Any]:
    """What a browser needs to show a passkey: one of those known, or any of this house when none is named."""
    from fido2.webauthn import (
        PublicKeyCredentialDescriptor,
        PublicKeyCredentialType,
        UserVerificationRequirement,
    )

    those = [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=_bytes(handle))
        for handle in known
    ]
    options, _state = _server(base_url).authenticate_begin(
        those or None, user_verification=UserVerificationRequirement.REQUIRED, challenge=challenge
    )
    return dict(options.public_key) | {"timeout": TIMEOUT}


def shown(base_url: str, answer: str, challenge: bytes, data: bytes) -> int:
    """The counter of a passkey that answered this question here, with its holder verified; NotRight otherwise."""
    from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

    def check() -> int:
        response = AuthenticationResponse.from_dict(_read(answer))
        _server(base_url).authenticate_complete(_state(challenge), [AttestedCredentialData(data)], response)
        return int(response.response.authenticator_data.counter)

    return int(_checked(check))


def _server(base_url: str, name: str = "Clearframe") -> Any:
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    parts = urlsplit(base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    # This very origin: a page on a neighbouring name of the same domain is somebody else.
    return Fido2Server(
        PublicKeyCredentialRpEntity(name=name, id=parts.hostname or ""),
        verify_origin=lambda said: said == origin,
    )


def _state(challenge: bytes) -> dict[str, Any]:
    return {"challenge": _text(challenge), "user_verification": "required"}


def _read(answer: str) -> dict[str, Any]:
    said = json.loads(answer)
    if not isinstance(said, dict):
        raise NotRight("not an answer")
    return said


def _checked(check: Any) -> Any:
    try:
        return check()
    except Exception as error:  # a dozen kinds, from CBOR to curves, at what a stranger may send
        raise NotRight(str(error)) from error


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
