"""Verify an exported trail without Clearframe: the standard library and `cryptography`, as docs/audit-format.md says."""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FIELDS = ("seq", "at", "actor", "role", "action", "kind", "code", "person", "promise", "request", "address")
# In a mail each part stands on a line of its own, in a log all stand on one.
HEAD = re.compile(r"(clearframe/trail/\S+)\s+(\d+)\s+(\S+)\s+(\S+)\s+— (\S+) (\S+)")
YEAR = timedelta(days=365)


class Bad(Exception):
    """The trail does not hold; the message says where."""


def sha(prefix: int, *parts: bytes) -> bytes:
    """SHA-256 of one byte and the parts."""
    return hashlib.sha256(bytes([prefix]) + b"".join(parts)).digest()


def canonical(line: dict) -> bytes:
    """The covered fields as the chain sees them."""
    covered = {key: line[key] for key in sorted(FIELDS)}
    return json.dumps(covered, separators=(",", ":"), ensure_ascii=False).encode()


def leaf_of(line: dict) -> bytes:
    """The own hash of a line; Bad when its facts are not the promised ones."""
    if line["facts"] is not None:
        promise = sha(2, bytes.fromhex(line["salt"] or ""), line["facts"].encode())
        if promise.hex() != line["promise"]:
            raise Bad(f"the facts of line {line['seq']} were changed")
    return sha(0, canonical(line))


def check_signature(said: list[str], name: str, signature: str, key: bytes, what: str) -> None:
    """Bad unless these lines were signed by this key."""
    raw = base64.b64decode(signature)
    try:
        body = "".join(f"{part}\n" for part in said).encode()
        Ed25519PublicKey.from_public_bytes(key).verify(raw[4:], body)
    except InvalidSignature as error:
        raise Bad(f"the signature of {what} does not hold") from error
    if raw[:4] != hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]:
        raise Bad(f"{what} was signed by another key")


def signed_heads(text: str, key: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and head of every note in a text; Bad when one was not signed by this key."""
    for origin, size, head, at, name, signature in HEAD.findall(text.replace("\r", "")):
        check_signature([origin, size, head, at], name, signature, key, f"the head of line {size}")
        if origin != name:
            raise Bad(f"the head of line {size} was signed by another key")
        yield int(size), base64.b64decode(head)


class Segment:
    """A stretch of pruned lines: what its signature promises, and the stumps seen so far."""

    def __init__(self, number: int, note: str, origin: str, key: bytes) -> None:
        self.what = f"the segment {number}"
        body, _, last = note.rstrip("\n").rpartition("\n\n")
        said, (_, name, signature) = body.split("\n"), last.split(" ")
        check_signature(said, name, signature, key, self.what)
        if said[0] != origin.replace("clearframe/trail/", "clearframe/segment/") or name != origin:
            raise Bad(f"{self.what} belongs to another trail")
        self.first, self.last, self.lines = map(int, said[2:5])
        self.digest, self.before = base64.b64decode(said[5]), datetime.fromisoformat(said[6])
        if self.before > datetime.fromisoformat(said[7]) - YEAR:
            raise Bad(f"{self.what} pruned lines younger than a year")
        self.seen, self.hash = 0, hashlib.sha256(b"\x03")

    def count(self, number: int, leaf: bytes) -> None:
        """Take one stump into account; Bad when the segment was not signed for it."""
        if not self.first <= number <= self.last:
            raise Bad(f"line {number} was taken out, and {self.what} does not speak for it")
        self.seen += 1
        self.hash.update(number.to_bytes(8, "big") + leaf)

    def check(self) -> None:
        """Bad when the stumps are not the signed ones."""
        if self.seen != self.lines or self.hash.digest() != self.digest:
            raise Bad(f"the stumps from line {self.first} to {self.last} differ from what was signed")


class Chain:
    """The walk over an export, entry by entry."""

    def __init__(self, about: dict, key: bytes | None, kept: list[str]) -> None:
        self.origin, self.key = about["origin"], base64.b64decode(about["public_key"])
        if key is not None and key != self.key:
            raise Bad("the export names another public key than yours")
        if sha(0, self.origin.encode()).hex() != about["genesis"]:
            raise Bad("the beginning does not fit the origin")
        self.outside = sorted((pair for text in kept for pair in signed_heads(text, self.key)), reverse=True)
        self.segments: dict[int, Segment] = {}
        self.count, self.head, self.is_signed = 0, bytes.fromhex(about["genesis"]), True

    def add(self, entry: dict) -> None:
        """Take the next entry; Bad when it does not fit."""
        if "segment" in entry and "note" in entry:
            self.segments[entry["segment"]] = Segment(entry["segment"], entry["note"], self.origin, self.key)
        elif "note" in entry:  # it speaks for all the lines before it
            if list(signed_heads(entry["note"], self.key)) != [(self.count, self.head)]:
                raise Bad(f"line {self.count} differs from the signed head that follows it")
            self.is_signed = True
        else:
            self.add_line(entry)

    def add_line(self, line: dict) -> None:
        """Take the next line or stump; Bad when it does not fit."""
        self.count, self.is_signed = self.count + 1, False
        if line.get("seq") != self.count:
            raise Bad(f"line {self.count} is missing")
        leaf = self.stump(line) if "leaf" in line else leaf_of(line)
        self.head = sha(1, self.head, leaf)
        if self.head.hex() != line["head"]:
            raise Bad(f"line {self.count} was changed, moved or slipped in")
        if "leaf" not in line:
            self.check_age(line)
        while self.outside and self.outside[-1][0] <= self.count:
            if self.outside.pop() != (self.count, self.head):
                raise Bad(f"line {self.count} differs from a signed head")

    def stump(self, line: dict) -> bytes:
        """The own hash of a pruned line; Bad when no segment speaks for it."""
        if line["segment"] not in self.segments:
            raise Bad(f"line {line['seq']} was taken out, and no signed segment says so")
        leaf = bytes.fromhex(line["leaf"])
        self.segments[line["segment"]].count(line["seq"], leaf)
        return leaf

    def check_age(self, line: dict) -> None:
        """Bad when a line kept among stumps is younger than they are said to be."""
        around = [each for each in self.segments.values() if each.first <= line["seq"] <= each.last]
        if any(datetime.fromisoformat(line["at"]) >= segment.before for segment in around):
            raise Bad(f"lines around line {line['seq']} were pruned before their time")

    def end(self) -> int:
        """How many lines hold; Bad when some that were signed for are not there."""
        if self.outside:
            reach = self.outside[0][0]
            raise Bad(f"lines after {self.count} were cut off: a signed head reaches to {reach}")
        if not self.is_signed:
            raise Bad(f"no signed head follows line {self.count}: the end was cut off")
        for segment in self.segments.values():
            segment.check()
        return self.count


def verify(entries: Iterator[dict], key: bytes | None, kept: list[str]) -> int:
    """How many lines hold; Bad names the first that does not."""
    chain = Chain(next(entries), key, kept)
    for entry in entries:
        chain.add(entry)
    return chain.end()


def main() -> int:
    """Read the arguments, verify, say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", help="the public key, base64, from another source than the export")
    parser.add_argument(
        "--heads", type=Path, nargs="*", default=[], help="files with signed heads, such as mails or logs"
    )
    given = parser.parse_args()
    try:
        key = base64.b64decode(given.key) if given.key else None
        kept = [path.read_text(encoding="utf-8") for path in given.heads]
        if bare := [str(path) for path, text in zip(given.heads, kept, strict=True) if not HEAD.search(text)]:
            raise ValueError(f"there is no signed head in {', '.join(bare)}")
        with given.export.open(encoding="utf-8") as lines:
            count = verify(map(json.loads, lines), key, kept)
    except Bad as bad:
        print(f"NOT WHOLE: {bad}", file=sys.stderr)
        return 1
    except StopIteration:
        print("NOT READABLE: the export is empty", file=sys.stderr)
        return 1
    except (ValueError, KeyError, TypeError, OSError) as error:
        print(f"NOT READABLE: {error}", file=sys.stderr)
        return 1
    print(f"The trail is whole: {count} lines.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
