"""What is left of pruned lines: stumps in the chain, and the signed segments that speak for them (AUD-05)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from peewee import BigIntegerField, ForeignKeyField, IntegerField, TextField, chunked

from adapters import clock, seal
from models.base import Moment, Record
from models.setting import Setting
from models.trail import Trace, signer

ORIGIN = "clearframe/segment"  # not that of heads: neither can be taken for the other
YEAR = timedelta(days=365)  # nothing goes earlier, whatever a segment says


class Segment(Record):
    """One stretch of the trail that was pruned, signed: which lines, by which rule, older than when, and their hash."""

    rule = TextField()
    first = BigIntegerField()
    last = BigIntegerField()
    lines = IntegerField()
    before = Moment()
    at = Moment()
    note = TextField()

    class Meta:
        personal, plain = (), ("rule", "first", "last", "lines", "before", "at", "note")

    @classmethod
    def sign(cls, rule: str, before: datetime, stumps: list[tuple[int, bytes, bytes]]) -> Segment:
        """Put these lines' stumps (number, leaf, head) in their place, in the caller's transaction."""
        at, digest = clock.now(), _digest((seq, leaf) for seq, leaf, _ in stumps)
        first, last, lines = stumps[0][0], stumps[-1][0], len(stumps)
        said = [
            origin(), rule, str(first), str(last), str(lines), base64.b64encode(digest).decode(), seal.stamp(before),
            seal.stamp(at),
        ]  # fmt: skip
        made = cls.create(
            rule=rule, first=first, last=last, lines=lines, before=before, at=at, note=signer().signed(said)
        )
        # The line first, so that the trail never ends in a stump.
        Trace.leave("system", "trail.pruned", made, rule=rule, first=first, last=last, lines=lines)
        for some in chunked(stumps, 500):
            rows = [(seq, leaf.hex(), head.hex(), made) for seq, leaf, head in some]
            Stump.insert_many(rows, [Stump.seq, Stump.leaf, Stump.head, Stump.segment]).execute()
            Trace.delete().where(Trace.seq.in_([seq for seq, _, _ in some])).execute()
        return made


class Stump(Record):
    """What the chain needs of a pruned line: its number, its own hash and the head after it."""

    seq = BigIntegerField(primary_key=True)
    leaf = TextField()
    head = TextField()
    segment = ForeignKeyField(Segment, index=True)

    class Meta:
        personal, plain = (), ("leaf", "head")


@dataclass
class Terms:
    """What a segment's signature promises, and the stumps counted against it."""

    first: int
    last: int
    lines: int
    digest: bytes
    before: datetime
    _seen: int = 0
    _hash: Any = field(default_factory=lambda: hashlib.sha256(b"\x03"))

    @classmethod
    def of(cls, segment: Segment, key: bytes) -> Terms:
        """The terms of this row; BadSeal when the signature doesn't hold, or the row or the time says something else."""
        _, said = seal.opened_note(segment.note, key)
        try:
            begins, rule, first, last, lines, digest, before, at = said
            terms = cls(
                int(first), int(last), int(lines), base64.b64decode(digest), datetime.fromisoformat(before)
            )
            young = terms.before > datetime.fromisoformat(at) - YEAR
        except ValueError as error:
            raise seal.BadSeal("this is not a signed segment") from error
        stands = (segment.rule, segment.first, segment.last, segment.lines, segment.before)
        if begins != origin() or stands != (rule, terms.first, terms.last, terms.lines, terms.before):
            raise seal.BadSeal("it was signed for something else")
        if young:
            raise seal.BadSeal("its lines were younger than a year")
        return terms

    def count(self, seq: int, leaf: bytes) -> None:
        """Take one more stump into account, in the order of the trail."""
        self._seen += 1
        self._hash.update(seq.to_bytes(8, "big") + leaf)

    def fits(self) -> bool:
        """Whether the stumps counted are the signed ones."""
        return self._seen == self.lines and self._hash.digest() == self.digest


def origin() -> str:
    """The first line of a signed segment: never to be taken for a head."""
    return f"{ORIGIN}/{Setting.of('instance')}"


def _digest(stumps: Iterable[tuple[int, bytes]]) -> bytes:
    found = hashlib.sha256(b"\x03")
    for seq, leaf in stumps:
        found.update(seq.to_bytes(8, "big") + leaf)
    return found.digest()
