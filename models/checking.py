"""Verifying the trail: every line, every stump, every signed head and segment, in one walk of bounded memory (AUD-04, AUD-05)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from operator import itemgetter
from typing import Any

from adapters import seal
from models.base import db
from models.errors import _l
from models.stumps import Segment, Stump, Terms
from models.trail import Head, Trace, covered, genesis, signer

CHUNK = 5_000  # rows in memory at a time
BELOW = -(2**62)  # whoever slips a line in before the first one is found too
LINE = (
    Trace.seq, Trace.at, Trace.actor, Trace.role, Trace.action, Trace.kind, Trace.code, Trace.person, Trace.promise,
    Trace.request_id, Trace.address, Trace.head, Trace.facts, Trace.salt,
)  # fmt: skip
STUMP = (Stump.seq, Stump.leaf, Stump.head, Stump.segment)
ABOVE = 2**62
NO_HEAD = (ABOVE, b"")
Progress = Callable[[int], object]


@dataclass(frozen=True)
class Verdict:
    """What verification found: lines read, the first bad one (or None), why, and the last head."""

    lines: int
    bad: int | None
    why: str
    head: str


class Found(Exception):
    """The first bad line, and why."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(why)
        self.seq = seq


def check(heads: list[str], progress: Progress) -> Verdict:
    """Walk the whole trail; once more when lines were pruned meanwhile, for the walk reads in pieces."""
    before = Segment.select().count()
    verdict = _walk(heads, progress)
    if verdict.bad is not None and Segment.select().count() != before:
        return _walk(heads, progress)
    return verdict


def _walk(outside: list[str], progress: Progress) -> Verdict:
    number, previous = 0, genesis()
    try:
        heads, pruned = _Heads(outside), _Pruned()
        for row in lines(progress):
            number += 1
            if row[0] != number:
                raise Found(
                    row[0], _l("a line is missing") if row[0] > number else _l("the line was slipped in")
                )
            try:
                leaf = leaf_of(row)
                previous = link(row, leaf, previous)
                pruned.hold(row, leaf)
            except (TypeError, ValueError, AttributeError) as error:
                raise Found(number, _l("the line can't be read")) from error
            heads.compare(number, previous)
        heads.must_be_over(number)
        pruned.must_be_whole()
    except Found as found:
        return Verdict(number, found.seq, str(found), previous.hex())
    return Verdict(number, None, "", previous.hex())


def leaf_of(row: tuple[Any, ...]) -> bytes:
    """The own hash of a line or stump; Found when its facts are not the promised ones."""
    if len(row) == len(STUMP):
        return bytes.fromhex(row[1])
    promise, facts, salt = row[8], row[12], row[13]
    if facts is not None and seal.commitment(bytes.fromhex(salt or ""), facts.encode()).hex() != promise:
        raise Found(row[0], _l("the facts were changed"))
    return seal.leaf(covered(row[:11]))


def link(row: tuple[Any, ...], leaf: bytes, previous: bytes) -> bytes:
    """The head after this line or stump, recomputed; Found when it is not the one written there."""
    head = seal.link(previous, leaf)
    if head.hex() != row[2 if len(row) == len(STUMP) else 11]:
        raise Found(row[0], _l("the line was changed, moved or inserted"))
    return head


def time_of(row: tuple[Any, ...]) -> datetime | None:
    """When a line was written, as its row says; a stump no longer tells."""
    if len(row) == len(STUMP):
        return None
    at = row[1] if isinstance(row[1], datetime) else datetime.fromisoformat(row[1])
    return at.replace(tzinfo=UTC)


def lines(
    progress: Progress = lambda _count: None, *, after: int = BELOW, until: int = ABOVE
) -> Iterator[tuple[Any, ...]]:
    """Every line and stump in order as bare rows; a stump has as many columns as STUMP."""
    whole = _rows(Trace, LINE, (after, until), progress)
    if not Stump.select().exists():
        return whole
    return merge(whole, _rows(Stump, STUMP, (after, until), progress), key=itemgetter(0))


def _rows(
    table: Any, columns: Iterable[Any], between: tuple[int, int], progress: Progress
) -> Iterator[tuple[Any, ...]]:
    after, until = between
    query = table.select(*columns).where(table.seq <= until).order_by(table.seq).limit(CHUNK)
    while True:
        # Past the mapper: what it makes of a row costs more than the hashes.
        rows = db.execute(query.where(table.seq > after)).fetchall()
        yield from rows
        progress(len(rows))
        if len(rows) < CHUNK:
            return
        after = rows[-1][0]


class _Heads:
    """The signed heads, ours and those from outside, in the order of their lines."""

    def __init__(self, outside: list[str]) -> None:
        self._key = signer().public_key
        kept = sorted(self._opened(note, None) for note in outside)
        self._waiting = merge(kept, self._ours())
        self._next = next(self._waiting, NO_HEAD)

    def _ours(self) -> Iterator[tuple[int, bytes]]:
        query = Head.select(Head.seq, Head.id, Head.note).order_by(Head.seq, Head.id).limit(CHUNK)
        after = (BELOW, 0)
        while True:
            rows = db.execute(
                query.where((Head.seq > after[0]) | ((Head.seq == after[0]) & (Head.id > after[1])))
            ).fetchall()
            yield from (self._opened(note, seq) for seq, _, note in rows)
            if len(rows) < CHUNK:
                return
            after = rows[-1][:2]

    def _opened(self, note: str, seq: int | None) -> tuple[int, bytes]:
        try:
            _, size, head = seal.verify_note(note, self._key)
        except seal.BadSeal as bad:
            if seq is None:  # what somebody gave us is a mistake to tell of, not a fault of the trail
                raise
            raise Found(seq, _l("its signed head is forged")) from bad
        if seq not in (None, size):
            raise Found(seq, _l("its signed head was moved here from another line"))
        return size, head

    def compare(self, number: int, head: bytes) -> None:
        """Raise when a signed head says something else of this line."""
        while self._next[0] <= number:
            if self._next != (number, head):
                raise Found(number, _l("the line differs from a signed head"))
            self._next = next(self._waiting, NO_HEAD)

    def must_be_over(self, number: int) -> None:
        """Raise when a signed head speaks of lines that are no longer there."""
        if self._next is not NO_HEAD:
            raise Found(number + 1, _l("lines after this one were cut off"))


class _Pruned:
    """The signed segments, and whether the stumps in the chain are those they were signed for (AUD-05)."""

    def __init__(self) -> None:
        key = signer().public_key
        self._terms: dict[int, Terms] = {}
        for row in Segment.select().order_by(Segment.id):
            try:
                self._terms[row.id] = Terms.of(row, key)
            except seal.BadSeal as bad:
                raise Found(row.first, _l("the segment it was pruned with is forged")) from bad
        self._ahead = sorted(self._terms.values(), key=lambda terms: terms.first, reverse=True)
        self._around: list[Terms] = []

    def hold(self, row: tuple[Any, ...], leaf: bytes) -> None:
        """Raise for a stump no signed segment speaks for, and for a line kept among stumps that is younger than they."""
        seq = row[0]
        if len(row) == len(STUMP):
            terms = self._terms.get(row[3])
            if terms is None or not terms.first <= seq <= terms.last:
                raise Found(seq, _l("the line was taken out, and no signed segment says so"))
            terms.count(seq, leaf)
            return
        while self._ahead and self._ahead[-1].first <= seq:
            self._around.append(self._ahead.pop())
        if self._around:
            self._around = [terms for terms in self._around if terms.last >= seq]
            at = time_of(row)
            if any(at is None or at >= terms.before for terms in self._around):
                raise Found(seq, _l("lines around this one were pruned before their time"))

    def must_be_whole(self) -> None:
        """Raise when a segment was signed for other stumps than those that are there."""
        for terms in self._terms.values():
            if not terms.fits():
                raise Found(terms.first, _l("the stumps here differ from what their segment was signed for"))
