"""Consents the organisation itself declares void or ends (T8, T9)."""

from __future__ import annotations

from enum import StrEnum

from peewee import ForeignKeyField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field, db
from models.consent import Consent, Line, Withdrawal
from models.errors import Invalid, Refusal, _l
from models.permission import Permission
from models.trail import Trace, take_turn
from models.user import User


class Void(StrEnum):
    """Void from the beginning, or ended by us from now on."""

    INVALIDATED = "invalidated"  # the notice was wrong, the signer had no right to sign, or was not free
    REVOKED = "revoked"  # we gave the purpose up, or threw the shoot away


class Voiding(Record):
    """The end of a line by the organisation. To declare it void takes two people; until the second, it is in doubt."""

    code = code_field()
    line = ForeignKeyField(Line, backref="voidings", unique=True, on_delete="CASCADE")
    kind = EnumField(Void)
    reason = TextField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    confirmed_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
    confirmed_at = Moment(null=True)

    class Meta:
        personal = ("reason",)
        plain = ("code", "kind", "at", "confirmed_at")

    @classmethod
    def propose(cls, consent: Consent, kind: Void | str, *, reason: str, by: User) -> list[Voiding]:
        """Void every line in force of a signature; `invalidated` waits, shut, for a second person (T8), `revoked` doesn't (T9)."""
        from models import cascade

        by.require(Permission.COMPLIANCE if kind == Void.INVALIDATED else Permission.WITHDRAW)
        if kind not in set(Void):
            raise Invalid(_l("Choose one of the list."), field="kind")
        if not reason.strip():
            raise Invalid(_l("Say why."), field="reason")
        with db.atomic():
            take_turn()
            lines = cls.in_force_of(consent)
            if not lines:
                raise Refusal(_l("Nothing of this consent is in force any more."))
            at_once = kind == Void.REVOKED
            made = [
                cls.create(
                    line=line, kind=Void(kind), reason=reason.strip()[:1000], by=by,
                    confirmed_by=by if at_once else None, confirmed_at=clock.now() if at_once else None,
                )
                for line in lines
            ]  # fmt: skip
            Trace.leave(by, f"consent.{Void(kind).value}", consent, person=consent.person, waits=not at_once)
            cls._recognition_too(consent, lines)
            cascade.after(consent.person, Void(kind).value)
        return made

    @classmethod
    def confirm(cls, consent: Consent, *, by: User) -> None:
        """The second person agrees that it was never valid (T8)."""
        from models import cascade

        by.require(Permission.EVIDENCE)
        waiting = cls.waiting(consent)
        if not waiting:
            raise Refusal(_l("Nothing waits for a second look here."))
        if any(row.by_id == by.id for row in waiting):
            raise Refusal(_l("Somebody else has to confirm it: two people look at this."))
        with db.atomic():
            for row in waiting:
                cls.update(confirmed_by=by, confirmed_at=clock.now()).where(cls.id == row.id).execute()
            Trace.leave(by, "consent.invalidation-confirmed", consent, person=consent.person)
            cascade.after(consent.person, Void.INVALIDATED.value)

    @classmethod
    def waiting(cls, consent: Consent) -> list[Voiding]:
        """What of a signature waits for the second person."""
        return list(cls.select().join(Line).where(Line.consent == consent, cls.confirmed_at.is_null()))

    @classmethod
    def of(cls, consent: Consent) -> dict[int, Voiding]:
        """What the organisation ended of a signature, by the id of the line."""
        return {row.line_id: row for row in cls.select().join(Line).where(Line.consent == consent)}

    @classmethod
    def in_force_of(cls, consent: Consent) -> list[Line]:
        """The lines of a signature that said yes and that nobody has ended."""
        gone = Withdrawal.select(Withdrawal.line)
        void = cls.select(cls.line)
        return [
            line for line in consent.lines.where(Line.id.not_in(gone), Line.id.not_in(void)) if line.is_yes
        ]

    @staticmethod
    def _recognition_too(consent: Consent, lines: list[Line]) -> None:
        from models import faceprints

        if any(line.use_id is None for line in lines):
            faceprints.forget(consent.person)
