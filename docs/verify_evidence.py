"""Verify the sealed proof of a consent without Clearframe: the standard library and `cryptography`, as docs/evidence-format.md says."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import sys
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
EPOCH = (1980, 1, 1, 0, 0, 0)


class Bad(Exception):
    """The proof does not hold; the message says where."""


def members_of(data: bytes) -> dict[str, bytes]:
    """Every member by its name; Bad for a file that is no ZIP or names a member twice."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if len(names) != len(set(names)):
                raise Bad("a member stands in it twice")
            return {name: archive.read(name) for name in names}
    except Bad:
        raise
    except Exception as error:  # a damaged ZIP makes the library throw a dozen kinds
        raise Bad("the file can't be read") from error


def rebuilt(members: dict[str, bytes]) -> bytes:
    """The only way these members are packed: sorted, stored, without a time; manifest and signature last."""
    packed = io.BytesIO()
    last = {name: members[name] for name in (MANIFEST, SIGNATURE)}
    first = {name: members[name] for name in sorted(set(members) - set(last))}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, data in {**first, **last}.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data)
    return packed.getvalue()


def check(data: bytes, key: bytes | None) -> dict[str, bytes]:
    """The members of a proof that holds; Bad names the first thing that does not."""
    members = members_of(data)
    if not {MANIFEST, SIGNATURE} <= set(members):
        raise Bad("the signed list is missing")
    manifest = members[MANIFEST]
    try:
        said = json.loads(manifest)
        Ed25519PublicKey.from_public_bytes(key or bytes.fromhex(said["key"])).verify(
            members[SIGNATURE], manifest
        )
    except (ValueError, KeyError, TypeError, InvalidSignature) as error:
        raise Bad(f"{MANIFEST} was changed, or another key signed it") from error
    for name in sorted((set(said["sha256"]) | set(members)) - {MANIFEST, SIGNATURE}):
        if name not in members:
            raise Bad(f"{name} was taken out")
        if hashlib.sha256(members[name]).hexdigest() != said["sha256"].get(name):
            raise Bad(f"{name} was changed or added")
    if rebuilt(members) != data:
        raise Bad("bytes were added around the members")
    return members


def main() -> int:
    """Check one file; 0 when it is whole, 1 when it is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", help="the public key you know from elsewhere, 64 hexadecimal digits")
    asked = parser.parse_args()
    if asked.key and not re.fullmatch(r"[0-9a-fA-F]{64}", asked.key):
        parser.error("--key takes 64 hexadecimal digits")
    try:
        members = check(asked.file.read_bytes(), bytes.fromhex(asked.key) if asked.key else None)
    except Bad as bad:
        print(f"NOT WHOLE: {bad}", file=sys.stderr)
        return 1
    facts = json.loads(members["facts.json"])
    print(
        f"Whole: signed by {facts.get('name', 'somebody')} at {facts.get('signed_at', 'a time it does not say')}."
    )
    if not asked.key:
        print(
            "The key was taken from the file itself: compare it with one you know, such as that of the trail."
        )
        print(json.loads(members[MANIFEST])["key"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
