"""The trail: one line per act, chained by hashes, without names (AUD-01..04, docs/audit-format.md)."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from peewee import BigIntegerField, IntegerField, TextField

from adapters import clock, seal
from models.base import Moment, Record, db, is_postgres, tools
from models.setting import Setting

if TYPE_CHECKING:
    from models.user import User

ORIGIN = "clearframe/trail"
# One number for pg_advisory_xact_lock: the chain has one tail, so appends take turns.
CHAIN_LOCK = 7_243_001


@dataclass(frozen=True)
class Knock:
    """Where an act came from: request id and shortened address, filled in by whoever opens the door."""

    request_id: str = ""
    address: str = ""
    device: str = (
        ""  # browser family and system, for the evidence of a signature (SIG-02); never in the trail
    )


NOWHERE = Knock()
knock: ContextVar[Knock] = ContextVar("knock", default=NOWHERE)


def take_turn() -> None:
    """Wait until the acts under way have ended: what is read from here on holds until this transaction commits (CON-23).

    SQLite lets one writer in at a time by itself.
    """
    if is_postgres():
        db.execute_sql("SELECT pg_advisory_xact_lock(%s)", (CHAIN_LOCK,))


class Trace(Record):
    """One line of the trail; written once, never changed (triggers forbid it)."""

    seq = BigIntegerField(primary_key=True)
    at = Moment(index=True)
    actor = TextField(index=True)
    role = TextField(default="")
    action = TextField(index=True)
    kind = TextField(default="")
    code = TextField(default="")
    person = TextField(default="")
    facts = TextField(null=True)
    salt = TextField(null=True)
    promise = TextField()
    request_id = TextField(default="")
    address = TextField(default="")
    head = TextField()

    class Meta:
        personal = ("address",)
        plain = (
            "at",
            "actor",
            "role",
            "action",
            "kind",
            "code",
            "person",
            "facts",
            "salt",
            "promise",
            "request_id",
            "head",
        )
        indexes = ((("kind", "code"), False), (("person", "seq"), False))

    @classmethod
    def leave(
        cls,
        by: User | str,
        action: str,
        what: Record | None = None,
        *,
        person: Record | None = None,
        **facts: Any,
    ) -> Trace:
        """Append one line within the running transaction; raises outside one, so that act and trace never part.

        `by` is a user or one of "system", "signer", "guardian", "visitor"; `what` is the record acted on;
        `facts` are codes, numbers and dates, never names (AUD-03).
        """
        if not db.in_transaction():
            raise RuntimeError("a trace is left inside the transaction of its act")
        take_turn()
        last = cls.select(cls.seq, cls.head).order_by(cls.seq.desc()).first()
        payload = seal.canonical(_plain(facts)).decode()
        salt = secrets.token_hex(16)
        came = knock.get()
        line = cls(
            seq=last.seq + 1 if last else 1,
            at=clock.now(),
            actor=by if isinstance(by, str) else by.code,
            role="" if isinstance(by, str) else by.role_names(),
            action=action,
            kind=type(what).__name__.lower() if what is not None else "",
            code=_code(what),
            person=_code(person)
            if person is not None
            else (_code(what) if type(what).__name__ == "Person" else ""),
            facts=payload,
            salt=salt,
            promise=seal.commitment(bytes.fromhex(salt), payload.encode()).hex(),
            request_id=came.request_id,
            address=came.address,
        )
        line.head = seal.link(
            bytes.fromhex(last.head) if last else genesis(), seal.leaf(line.canonical())
        ).hex()
        line.save(force_insert=True)
        return line

    @classmethod
    def forget(cls, codes: Iterable[str]) -> int:
        """Empty the facts of every line about these codes, within the caller's transaction; the chain still holds (ERA-11)."""
        wanted, count = list(codes), 0
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            theirs = (cls.code.in_(some) | cls.person.in_(some)) & cls.facts.is_null(False)
            count += int(cls.update(facts=None, salt=None).where(theirs).execute())
        return count

    def canonical(self) -> bytes:
        """The bytes the chain covers: facts only through their salted commitment, so that they can be erased (ERA-11)."""
        return seal.canonical(
            {
                "seq": self.seq,
                "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "actor": self.actor,
                "role": self.role,
                "action": self.action,
                "kind": self.kind,
                "code": self.code,
                "person": self.person,
                "promise": self.promise,
                "request": self.request_id,
                "address": self.address,
            }
        )

    @property
    def details(self) -> dict[str, Any]:
        """The facts as a mapping; empty once they were erased."""
        return json.loads(self.facts) if self.facts else {}

    def fault(self, previous: bytes) -> str | None:
        """Say what is wrong with this line given the head before it, or None."""
        if self.facts is not None:
            promised = seal.commitment(bytes.fromhex(self.salt or ""), self.facts.encode()).hex()
            if promised != self.promise:
                return "the facts were changed"
        if seal.link(previous, seal.leaf(self.canonical())).hex() != self.head:
            return "the line was changed, moved or inserted"
        return None


class Head(Record):
    """A signed head: what the chain's tail was at a moment; copies of it leave the house (AUD-04)."""

    seq = IntegerField(index=True)
    at = Moment()
    note = TextField()

    class Meta:
        personal, plain = (), ("seq", "at", "note")

    @classmethod
    def sign(cls) -> Head | None:
        """Sign the tail if it moved since the last signature; None when there is nothing to sign."""
        with db.atomic():
            last = Trace.select(Trace.seq, Trace.head).order_by(Trace.seq.desc()).first()
            signed = cls.select().order_by(cls.seq.desc()).first()
            if last is None:
                return None
            if signed is not None and signed.seq == last.seq:
                return signed
            at = clock.now()
            return cls.create(seq=last.seq, at=at, note=signer().note(last.seq, bytes.fromhex(last.head), at))


def signer() -> seal.Signer:
    """The key that signs heads and evidence, derived from the root key."""
    return seal.Signer(tools.keys.secret("trail"), f"{ORIGIN}/{Setting.of('instance')}")


def genesis() -> bytes:
    """The head before the first line, bound to this instance so that chains can't be swapped."""
    return seal.leaf(f"{ORIGIN}/{Setting.of('instance')}".encode())


@dataclass(frozen=True)
class Verdict:
    """What verification found: lines read, the first bad one (or None) and why."""

    lines: int
    bad: int | None
    why: str
    head: str


def verify(heads: list[str] | None = None) -> Verdict:
    """Recompute the whole chain and hold it against our signed heads and the outside ones given as notes (AUD-04)."""
    notes = [h.note for h in Head.select().order_by(Head.seq)] + list(heads or [])
    expected = dict(_opened(notes))
    previous, count = genesis(), 0
    for line in _lines():
        count += 1
        why = "a line is missing" if line.seq != count else line.fault(previous)
        previous = bytes.fromhex(line.head)
        if why is None and expected.pop(line.seq, previous) != previous:
            why = "the line differs from a signed head"
        if why:
            return Verdict(count, line.seq, why, line.head)
    if expected:
        return Verdict(count, count + 1, "lines after this one were cut off", previous.hex())
    return Verdict(count, None, "", previous.hex())


def notes_in(text: str) -> list[str]:
    """Every signed head in a text, such as a mail or a file of mails: origin, number, head, time, and a signature."""
    found = re.findall(
        rf"^{re.escape(ORIGIN)}/\S+\n\d+\n\S+\n\S+\n\n— \S+ \S+$", text.replace("\r", ""), re.MULTILINE
    )
    return [note + "\n" for note in found]


def exported() -> Iterator[dict[str, Any]]:
    """The trail for a stranger: a first line about the format, every entry, and the signed head (docs/audit-format.md)."""
    yield {
        "format": "clearframe-trail/1",
        "origin": signer().origin,
        "genesis": genesis().hex(),
        "public_key": base64.b64encode(signer().public_key).decode(),
    }
    for line in _lines():
        yield {**json.loads(line.canonical()), "facts": line.facts, "salt": line.salt, "head": line.head}
    signed = Head.sign()
    if signed is not None:
        yield {"note": signed.note}


def _opened(notes: list[str]) -> Iterator[tuple[int, bytes]]:
    for note in notes:
        _, size, head = seal.verify_note(note, signer().public_key)
        yield size, head


def _lines() -> Iterator[Trace]:
    return Trace.select().order_by(Trace.seq).iterator()


def _code(what: Any) -> str:
    return str(getattr(what, "code", None) or getattr(what, "id", "") or "")


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: _value(value) for key, value in facts.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return _plain(value)
    return getattr(value, "code", None) or str(value)
