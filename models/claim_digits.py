"""Six digits to the address someone gave: they show who asks, and later open what was made for her (DSR-05, DSR-21)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from peewee import BlobField, ForeignKeyField, IntegerField, TextField
from playhouse.fields import EnumField

from adapters import clock, seal
from models.base import Moment, Record, code_field, db
from models.claim import Claim, Identity
from models.errors import Gone, _l
from models.notice import Notice, NoticeKind
from models.person import Guardian, Person
from models.search_of_claim import start_over
from models.six_digits import SixDigits
from models.trail import Trace

OPEN = timedelta(hours=1)  # how long a typed code opens a package


class Purpose(StrEnum):
    """What the digits are for."""

    IDENTITY = "identity"
    PACKAGE = "package"
    FACE = "face"  # a search by her face


class ClaimDigits(SixDigits, Record):
    """One code: sealed until it is typed, then the hash of a key."""

    LABEL = "claim-digits"
    LIFE = timedelta(minutes=30)  # a letter from a slow mail server must still be in time
    OVER = _l("The code is no longer valid. Ask for a new one.")
    TOO_OFTEN = _l("Too many tries. Ask for a new code.")

    claim = ForeignKeyField(Claim, backref="digits", on_delete="CASCADE")
    code = code_field()
    purpose = EnumField(Purpose)
    sealed = BlobField(null=True)
    at = Moment(default=clock.now, index=True)
    tries = IntegerField(default=0)
    key = TextField(null=True, unique=True)
    typed_at = Moment(null=True)

    class Meta:
        personal = ("sealed",)
        plain = ("code", "purpose", "at", "tries", "key", "typed_at")

    @classmethod
    def send(cls, claim: Claim, purpose: Purpose) -> ClaimDigits:
        """Send six digits to the address of a claim; TooMany after five within an hour, Refusal where there is no address."""
        cls._require_address(claim.email)
        with db.atomic():
            Trace.leave("system", "claim.code-sent", claim, person=claim.person)
            row = cls._make(cls.select().where(cls.claim == claim), claim=claim, purpose=purpose)
            Notice.put(
                NoticeKind.CLAIM_DIGITS, f"claim-digits|{row.code}", claim=claim.code, claim_digits=row.code
            )
        return row

    @classmethod
    def waiting(cls, claim: Claim, purpose: Purpose) -> ClaimDigits:
        """The newest code of a claim while it may be typed, or Gone."""
        return cls._newest(cls.select().where(cls.claim == claim, cls.purpose == purpose))

    def _moments(self, now: datetime) -> dict[str, datetime]:
        return {"typed_at": now}

    def _typed(self) -> None:
        Trace.leave("person", "claim.code-typed", self.claim, person=self.claim.person)
        if self.purpose is Purpose.IDENTITY:
            recognise(self.claim)

    @classmethod
    def living(cls, claim: Claim, purpose: Purpose, key: str) -> ClaimDigits:
        """The typed code of a claim that a key belongs to, for an hour; else Gone."""
        row = cls.select().where(
            cls.claim == claim, cls.purpose == purpose, cls.key == seal.token_hash(key), cls.typed_at > clock.now() - OPEN
        ).first()  # fmt: skip
        if row is None:
            raise Gone(_l("This page is closed. Ask for a new code."))
        found: ClaimDigits = row
        return found

    @classmethod
    def sweep(cls, before: datetime) -> int:
        """Forget codes sent before a moment; returns how many."""
        return int(cls.delete().where(cls.at < before).execute())


def recognise(claim: Claim) -> None:
    """The address is hers; where exactly one person or guardian on file has it, we know who asks. Within the caller's transaction."""
    guardian, person = None, None
    if claim.capacity.value == "self":
        people = list(Person.select().where(Person.email == claim.email).limit(2))
        person = people[0] if len(people) == 1 else None
    else:
        speakers = [one for one in Guardian.select().where(Guardian.email == claim.email) if one.may_speak]
        guardian = speakers[0] if len(speakers) == 1 else None
        person = guardian.person if guardian else None
    if person is None:
        return
    if claim.identity is Identity.OPEN:
        start_over(claim, person)
    Claim.update(
        person=person, guardian=guardian, identity=Identity.CODE, identified_at=clock.now(), resumed_on=None
    ).where(Claim.id == claim.id, Claim.identity == Identity.OPEN).execute()
    Claim.get_by_id(claim.id).settle(by="person")
