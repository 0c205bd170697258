"""Verify an exported trail without Clearframe: the standard library and `cryptography`, as docs/audit-format.md says."""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FIELDS = ("seq", "at", "actor", "role", "action", "kind", "code", "person", "promise", "request", "address")
NOTE = re.compile(r"^(\S+/\S+)\n(\d+)\n(\S+)\n(\S+)\n\n— (\S+) (\S+)$", re.MULTILINE)


class Bad(Exception):
    """The trail does not hold; the message says where."""


def sha(prefix: int, *parts: bytes) -> bytes:
    """SHA-256 of one byte and the parts."""
    return hashlib.sha256(bytes([prefix]) + b"".join(parts)).digest()


def canonical(line: dict) -> bytes:
    """The covered fields as the chain sees them."""
    covered = {key: line[key] for key in sorted(FIELDS)}
    return json.dumps(covered, separators=(",", ":"), ensure_ascii=False).encode()


def check_line(line: dict, number: int, previous: bytes) -> bytes:
    """The head after this line; Bad when it is not what was written."""
    if line.get("seq") != number:
        raise Bad(f"line {number} is missing")
    if line["facts"] is not None:
        promise = sha(2, bytes.fromhex(line["salt"] or ""), line["facts"].encode())
        if promise.hex() != line["promise"]:
            raise Bad(f"the facts of line {number} were changed")
    head = sha(1, previous, sha(0, canonical(line)))
    if head.hex() != line["head"]:
        raise Bad(f"line {number} was changed, moved or slipped in")
    return head


def signed_heads(text: str, key: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and head of every note in a text; Bad when one was not signed by this key."""
    for origin, size, head, at, name, signature in NOTE.findall(text.replace("\r", "")):
        raw = base64.b64decode(signature)
        key_id = hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(
                raw[4:], f"{origin}\n{size}\n{head}\n{at}\n".encode()
            )
        except InvalidSignature as error:
            raise Bad(f"the signature of the head of line {size} does not hold") from error
        if raw[:4] != key_id or origin != name:
            raise Bad(f"the head of line {size} was signed by another key")
        yield int(size), base64.b64decode(head)


def verify(lines: list[dict], key: bytes | None, kept: list[str]) -> int:
    """How many lines hold; Bad names the first that does not."""
    about, *rest = lines
    own = base64.b64decode(about["public_key"])
    if key is not None and key != own:
        raise Bad("the export names another public key than yours")
    if sha(0, about["origin"].encode()).hex() != about["genesis"]:
        raise Bad("the beginning does not fit the origin")
    notes = [entry["note"] for entry in rest if "note" in entry]
    expected = dict(pair for text in [*notes, *kept] for pair in signed_heads(text, own))
    head, count = bytes.fromhex(about["genesis"]), 0
    for line in (entry for entry in rest if "note" not in entry):
        count += 1
        head = check_line(line, count, head)
        if expected.pop(count, head) != head:
            raise Bad(f"line {count} differs from a signed head")
    if expected:
        raise Bad(f"lines after {count} were cut off: a signed head reaches to {max(expected)}")
    return count


def main() -> int:
    """Read the arguments, verify, say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", help="the public key, base64, from another source than the export")
    parser.add_argument(
        "--heads", type=Path, nargs="*", default=[], help="files with signed heads, such as mails"
    )
    given = parser.parse_args()
    try:
        lines = [json.loads(line) for line in given.export.read_text(encoding="utf-8").splitlines()]
        key = base64.b64decode(given.key) if given.key else None
        count = verify(lines, key, [path.read_text(encoding="utf-8") for path in given.heads])
    except Bad as bad:
        print(f"NOT WHOLE: {bad}", file=sys.stderr)
        return 1
    except (ValueError, KeyError, TypeError, OSError) as error:
        print(f"NOT READABLE: {error}", file=sys.stderr)
        return 1
    print(f"The trail is whole: {count} lines.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
