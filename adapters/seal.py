"""Small cryptographic tools: canonical bytes, the chain's hashes, signatures, sealed fields, tokens and codes."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import io
import json
import secrets
import unicodedata
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that reads like something else
MOST = 2**53
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
OVERHEAD = 28  # nonce and tag of a sealed field
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say: the same members give the same bytes


class BadSeal(Exception):
    """A signature, a sealed field or a bundle does not hold; the message names the member."""


def canonical(value: Any) -> bytes:
    """The one byte form of a value: RFC 8785 without floats; TypeError or ValueError for anything else."""
    return json.dumps(_allowed(value), separators=(",", ":"), ensure_ascii=False).encode()


def _allowed(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) >= MOST:
            raise ValueError("an integer beyond 2^53")
        return value
    if isinstance(value, list | tuple):
        return [_allowed(item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        # RFC 8785 sorts by UTF-16 units, which puts an emoji before some letters of Asia.
        return {key: _allowed(value[key]) for key in sorted(value, key=_units)}
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _units(key: str) -> bytes:
    return key.encode("utf-16-be")


def leaf(canon: bytes) -> bytes:
    """SHA-256(0x00 | canon): a line's own hash."""
    return hashlib.sha256(b"\x00" + canon).digest()


def link(previous: bytes, line: bytes) -> bytes:
    """SHA-256(0x01 | previous head | leaf): the new head."""
    return hashlib.sha256(b"\x01" + previous + line).digest()


def commitment(salt: bytes, payload: bytes) -> bytes:
    """SHA-256(0x02 | salt | payload): a promise that outlives the erasure of both (ERA-11)."""
    return hashlib.sha256(b"\x02" + salt + payload).digest()


class Signer:
    """An Ed25519 key with a name; signs trail heads as C2SP notes and evidence manifests."""

    def __init__(self, seed: bytes, origin: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.origin = origin
        self.public_key = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature of these bytes."""
        return self._key.sign(data)

    def note(self, size: int, head: bytes, at: datetime) -> str:
        """A signed checkpoint: origin, number of lines, head, time (C2SP tlog-checkpoint, signed note)."""
        return self.signed([self.origin, str(size), base64.b64encode(head).decode(), stamp(at)])

    def signed(self, lines: Iterable[str]) -> str:
        """These lines as a C2SP signed note: an empty line and our signature below them."""
        body = "".join(f"{line}\n" for line in lines)
        signature = base64.b64encode(key_id(self.origin, self.public_key) + self.sign(body.encode())).decode()
        return f"{body}\n— {self.origin} {signature}\n"


def stamp(at: datetime) -> str:
    """A moment as notes have it: UTC, whole seconds."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def key_id(origin: str, public_key: bytes) -> bytes:
    """The four bytes that name a key in a signed note."""
    return hashlib.sha256(origin.encode() + b"\n\x01" + public_key).digest()[:4]


def verify_note(note: str, public_key: bytes) -> tuple[str, int, bytes]:
    """Origin, size and head of a note signed by this key; BadSeal otherwise."""
    origin, said = opened_note(note, public_key)
    try:
        size, head = int(said[1]), base64.b64decode(said[2], validate=True)
    except (ValueError, IndexError) as error:
        raise BadSeal("this is not a signed head") from error
    if said[0] != origin:
        raise BadSeal("this head was signed by another key")
    return origin, size, head


def opened_note(note: str, public_key: bytes) -> tuple[str, list[str]]:
    """Who signed a note, and its lines, once the signature is found to be by this key; BadSeal otherwise."""
    try:
        body, line = note.rsplit("\n\n", 1)
        dash, origin, signature = line.strip().split(" ")
        raw = base64.b64decode(signature, validate=True)
    except ValueError as error:
        raise BadSeal("this is not a signed head") from error
    if dash != "—" or raw[:4] != key_id(origin, public_key):
        raise BadSeal("this head was signed by another key")
    if not verified(public_key, raw[4:], f"{body}\n".encode()):
        raise BadSeal("the signature of this head does not hold")
    return origin, body.split("\n")


def verified(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Whether this key signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def seal_bundle(members: dict[str, bytes], signer: Signer) -> bytes:
    """A ZIP of these members with a signed list of their hashes; the same members give the same bytes (SIG-02)."""
    listed = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    manifest = canonical({"origin": signer.origin, "key": signer.public_key.hex(), "sha256": listed})
    return _packed(members, manifest, signer.sign(manifest))


def _packed(members: dict[str, bytes], manifest: bytes, signature: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, data in {**dict(sorted(members.items())), MANIFEST: manifest, SIGNATURE: signature}.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data)
    return packed.getvalue()


def open_bundle(data: bytes, public_key: bytes) -> dict[str, bytes]:
    """The members of a bundle sealed by this key; BadSeal names what was changed, added or removed."""
    members = _unpacked(data)
    manifest, signature = members.pop(MANIFEST, b""), members.pop(SIGNATURE, b"")
    if not verified(public_key, signature, manifest):
        raise BadSeal(MANIFEST)
    listed = json.loads(manifest)["sha256"]
    for name in sorted(set(listed) | set(members)):
        if name not in members or hashlib.sha256(members[name]).hexdigest() != listed.get(name):
            raise BadSeal(name)
    # Bytes outside the members count too: what we would write is the only form that is whole.
    if _packed(members, manifest, signature) != data:
        raise BadSeal("the bundle's own structure was changed")
    return members


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except Exception as error:  # zipfile throws a dozen kinds at a damaged file
        raise BadSeal("the bundle can't be read") from error


def encrypt_field(key: bytes, data: bytes | bytearray, aad: bytes) -> bytes:
    """Seal a small value: random 96-bit nonce | AES-256-GCM (SEC-01)."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, data, aad)


def decrypt_field(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """Open a sealed value; BadSeal when key, data or context differ."""
    try:
        return AESGCM(key).decrypt(bytes(sealed[:12]), bytes(sealed[12:]), aad)
    except (InvalidTag, ValueError) as error:
        raise BadSeal("a sealed field does not open") from error


def decrypt_into(key: bytes, sealed: bytes, aad: bytes) -> bytearray:
    """Open a sealed value into memory that can be overwritten; BadSeal when key, data or context differ."""
    opened = bytearray(max(0, len(sealed) - OVERHEAD))
    try:
        AESGCM(key).decrypt_into(bytes(sealed[:12]), bytes(sealed[12:]), aad, opened)
    except (InvalidTag, ValueError) as error:
        raise BadSeal("a sealed field does not open") from error
    return opened


def blind(key: bytes, text: str) -> bytes:
    """A keyed hash for look-ups, the same for every way of writing the text (security.md 2.6)."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    local, at, domain = plain.rpartition("@")
    if at:
        with contextlib.suppress(UnicodeError):
            plain = f"{local}@{domain.encode('idna').decode()}"
    return hmac.new(key, plain.encode(), hashlib.sha256).digest()


def new_token() -> str:
    """256 random bits for a link or a session; only token_hash() of it is kept."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code(length: int = 11) -> str:
    """A public random name, about 54 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
