"""The trail: one line per act, chained by hashes, without names (AUD-01..04, docs/audit-format.md)."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring as _text  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from peewee import BigIntegerField, DatabaseError, IntegerField, TextField, chunked

from adapters import clock, seal
from models.base import Moment, Record, db, is_postgres, tools
from models.errors import TrailClosed
from models.setting import Setting

if TYPE_CHECKING:
    from models.checking import Verdict
    from models.consultations import Consultation
    from models.person import Person
    from models.user import User

log = logging.getLogger("clearframe.trail")
ORIGIN = "clearframe/trail"
# One number for pg_advisory_xact_lock: the chain has one tail, so appends take turns.
CHAIN_LOCK = 7_243_001
# Acts after which the head is signed in their own transaction; for all others the minute's head does (AUD-04).
AT_ONCE = (
    "consent.signed", "consent.withdrawn", "consent.paper-", "consent.import-accepted", "consent.invalidat", "consent.revoked",
    "breach.", "erasure.", "glass.", "trail.exported", "trail.pruned", "campaign.exported", "user.added", "user.roles", "user.disabled",
    "user.enabled",
)  # fmt: skip


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
    code = TextField(default="", index=True)  # what is erased is forgotten by its code alone
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
        payload = seal.canonical(_plain(facts)).decode()
        salt = secrets.token_hex(16)
        came = knock.get()
        line = cls(
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
        try:
            line._append()
        except DatabaseError as error:
            log.error("the trail can't be written, %s was refused: %s", action, error)
            raise TrailClosed from error
        return line

    def _append(self) -> None:
        take_turn()
        last = Trace.select(Trace.seq, Trace.head, Trace.at).order_by(Trace.seq.desc()).first()
        self.seq = last.seq + 1 if last else 1
        if last:
            self.at = max(self.at, last.at)  # a clock set back must not put an act before the one it followed
        before = bytes.fromhex(last.head) if last else genesis()
        self.head = seal.link(before, seal.leaf(self.canonical())).hex()
        self.save(force_insert=True)
        if self.action.startswith(AT_ONCE):
            Head.put(self)

    @classmethod
    def forget(cls, codes: Iterable[str]) -> int:
        """Empty facts and salt of every line about these people or things, within the caller's transaction (ERA-11)."""
        if not db.in_transaction():
            raise RuntimeError("facts are forgotten inside the transaction of their erasure")
        emptied = 0
        for some in chunked(sorted(set(codes) - {""}), 500):
            about = cls.person.in_(some) | cls.code.in_(some)
            emptied += cls.update(facts=None, salt=None).where(about, cls.facts.is_null(False)).execute()
        return emptied

    def canonical(self) -> bytes:
        """The bytes the chain covers: facts only through their salted commitment, so that they can be erased (ERA-11)."""
        return covered(
            (
                self.seq, self.at, self.actor, self.role, self.action, self.kind, self.code, self.person, self.promise,
                self.request_id, self.address,
            )
        )  # fmt: skip

    @property
    def details(self) -> dict[str, Any]:
        """The facts as a mapping; empty once they were erased."""
        return json.loads(self.facts) if self.facts else {}


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
            take_turn()  # so that heads are numbered in the order in which they become visible
            last = Trace.select(Trace.seq, Trace.head).order_by(Trace.seq.desc()).first()
            signed = cls.select().order_by(cls.seq.desc(), cls.id.desc()).first()
            if last is None or (signed is not None and signed.seq == last.seq):
                return signed if last else None
            return cls.put(last)

    @classmethod
    def put(cls, tail: Trace) -> Head:
        """Sign this tail of the chain within the running transaction."""
        at = clock.now()
        return cls.create(seq=tail.seq, at=at, note=signer().note(tail.seq, bytes.fromhex(tail.head), at))


def signer() -> seal.Signer:
    """The key that signs heads and evidence, derived from the root key."""
    return seal.Signer(tools.keys.secret("trail"), f"{ORIGIN}/{Setting.of('instance')}")


def public_key() -> bytes:
    """What everything we sign is checked with; known before there is a database."""
    return seal.Signer(tools.keys.secret("trail"), "").public_key


def genesis() -> bytes:
    """The head before the first line, bound to this instance so that chains can't be swapped."""
    return seal.leaf(f"{ORIGIN}/{Setting.of('instance')}".encode())


def covered(line: Sequence[Any]) -> bytes:
    """A line's columns from `seq` to `address` as the chain sees them: canonical JSON, written out for speed.

    A test holds these bytes against seal.canonical.
    """
    seq, at, actor, role, action, kind, code, person, promise, request, address = line
    return (
        f'{{"action":{_text(action)},"actor":{_text(actor)},"address":{_text(address)},"at":"{moment(at)}",'
        f'"code":{_text(code)},"kind":{_text(kind)},"person":{_text(person)},"promise":{_text(promise)},'
        f'"request":{_text(request)},"role":{_text(role)},"seq":{seq:d}}}'
    ).encode()


def moment(at: datetime | str) -> str:
    """A time as lines have it: UTC with microseconds, from a moment or from what the engine keeps of one."""
    if isinstance(at, str):
        return f"{at[:10]}T{at[11:]}+00:00"
    return (at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)).isoformat(timespec="microseconds")


def verify(heads: list[str] | None = None, *, progress: Callable[[int], object] | None = None) -> Verdict:
    """Recompute the whole chain and hold it against our signed heads and the outside ones given as notes (AUD-04).

    `progress` is told how many lines were read since it was told last.
    """
    from models import checking

    return checking.check(list(heads or []), progress or (lambda _count: None))


def length() -> int:
    """How many lines the trail had so far, those pruned included."""
    last = Trace.select(Trace.seq).order_by(Trace.seq.desc()).first()
    return last.seq if last else 0


def notes_in(text: str, origin: str = ORIGIN) -> list[str]:
    """Every signed head of this origin in a text, such as a mail, a file of mails or a log, where it stands on one line.

    One whose signature was cut off is none: a torn line of a log says nothing against the trail.
    """
    found = re.findall(
        rf"({re.escape(origin)}/\S+)\s+(\d+)\s+(\S+)\s+(\S+)\s+— (\S+) (\S{{92}})(?!\S)",
        text.replace("\r", ""),
    )
    return ["{}\n{}\n{}\n{}\n\n— {} {}\n".format(*parts) for parts in found]


def witness_lag() -> timedelta | None:
    """How long the oldest signed head has been waiting to leave by HEADS_TO; None when heads go nowhere but by mail."""
    from models import witness

    return witness.lag()


def extract(person: Person) -> list[Consultation]:
    """Who looked at what of a person and why, without saying which colleague it was (AUD-07)."""
    from models import consultations

    return consultations.of(person)


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
