"""Breaking the glass: an administrator sees photos for a few hours, and every privacy officer knows at once (GOV-07, GOV-10)."""

from __future__ import annotations

from datetime import timedelta

from peewee import ForeignKeyField, ModelSelect, TextField

from adapters import clock
from models import holders
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, NotLent, Refusal, _l
from models.notice import Notice, NoticeKind
from models.permission import Permission, Role, granted
from models.trail import Trace, take_turn
from models.user import User

P = Permission
# What stopping a harm takes. Nothing that leaves the house, erases, opens a signature or reads the trail.
LENT = frozenset({P.SEE, P.SEE_ALL, P.SEE_REASONS, P.PEOPLE, P.CONTACTS, P.CONSENTS, P.WITHDRAW, P.RESTRAIN})
# Beyond these nothing is changed under it: what was lent for looking opens no form.
ACTS = frozenset({P.WITHDRAW, P.RESTRAIN})
MOST_HOURS = 4
SHORTEST_REASON = 20


class NobodyToTell(Refusal):
    """There is no privacy officer who could be told, and without one the glass stays whole."""

    kind = "nobody-to-tell"
    words = _l(
        "There is no other colleague with the role of privacy officer who could be told. Give somebody that role under "
        "Users first."
    )


class BreakGlass(Record):
    """Emergency access of one administrator: why, from when, until when, and who looked at it afterwards."""

    code = code_field()
    user = ForeignKeyField(User, backref="+", on_delete="CASCADE")
    reason = TextField()
    began_at = Moment(default=clock.now)
    until = Moment()
    ended_at = Moment(null=True)
    seen_by = ForeignKeyField(User, null=True, backref="+", on_delete="SET NULL")
    seen_at = Moment(null=True)
    note = TextField(default="")

    class Meta:
        personal = ("reason", "note")
        plain = ("code", "began_at", "until", "ended_at", "seen_at")

    @classmethod
    def begin(cls, user: User, *, hours: int, reason: str) -> BreakGlass:
        """Open it; NobodyToTell without a privacy officer, Invalid without a reason or while one is open already."""
        user.require(P.GLASS)
        why = " ".join(reason.split())
        if len(why) < SHORTEST_REASON:
            raise Invalid(_l("Say in a sentence what happened and what you need to do."), field="reason")
        if not 1 <= hours <= MOST_HOURS:
            raise Invalid(_l("Choose one of the list."), field="hours")
        told = [officer for officer in holders.holding(Role.DPO) if officer != user]
        if not told:
            raise NobodyToTell
        with db.atomic():
            take_turn()  # two requests at once open one
            if cls.open_of(user):
                raise Invalid(_l("Your emergency access is open already."))
            began = clock.now()
            row = cls.create(
                user=user, reason=why[:1000], began_at=began, until=began + timedelta(hours=hours)
            )
            Trace.leave(user, "glass.broken", row, until=row.until, hours=hours)
            for officer in told:
                Notice.put(NoticeKind.GLASS, f"glass|{row.code}|{officer.code}", user=officer, glass=row.code)
        return row

    @classmethod
    def open_of(cls, user: User) -> BreakGlass | None:
        """The emergency access this user has now, if one is open."""
        return cls.get_or_none(cls.user == user, cls.ended_at.is_null(), cls.until > clock.now())

    @classmethod
    def of(cls, user: User) -> ModelSelect[BreakGlass]:
        """This user's own, newest first."""
        return cls.select().where(cls.user == user).order_by(cls.id.desc())

    @classmethod
    def seen_of(cls, user: User) -> ModelSelect[BreakGlass]:
        """Everybody's for the privacy officer, those nobody looked at first; nobody's for anyone else."""
        rows = (
            cls.select(cls, User).join(User, on=cls.user).order_by(cls.seen_at.is_null(False), cls.id.desc())
        )
        return rows if user.may(P.COMPLIANCE) else rows.where(cls.id.is_null())

    @classmethod
    def unseen(cls) -> int:
        """How many no privacy officer has looked at."""
        return int(cls.select().where(cls.seen_at.is_null()).count())

    @property
    def is_open(self) -> bool:
        """Whether it lends anything at this moment."""
        return self.ended_at is None and self.until > clock.now()

    def end(self, *, by: User | str) -> None:
        """Close it now; whoever closes one that is closed changes nothing."""
        with db.atomic():
            ending = BreakGlass.update(ended_at=clock.now()).where(
                BreakGlass.id == self.id, BreakGlass.ended_at.is_null()
            )
            if ending.execute():
                Trace.leave(by, "glass.ended", self)

    def acknowledge(self, *, note: str, by: User) -> None:
        """The privacy officer looked at it and says so in words; nobody does so for herself."""
        by.require(P.COMPLIANCE)
        if by == self.user:
            raise Invalid(_l("Another privacy officer looks at your own emergency access."))
        if not note.strip():
            raise Invalid(_l("Say what you found."), field="note")
        if self.is_open:
            raise Invalid(_l("It is still open. End it first, or wait until it is over."))
        with db.atomic():
            seen = BreakGlass.update(seen_at=clock.now(), seen_by=by, note=note.strip()[:1000]).where(
                BreakGlass.id == self.id, BreakGlass.seen_at.is_null()
            )
            if seen.execute():
                Trace.leave(by, "glass.acknowledged", self)


def check_act(user: User, permission: Permission) -> None:
    """Raise NotLent when a change rests on what was lent for looking alone."""
    if permission in user.lent - ACTS and permission not in granted(user.roles):
        raise NotLent


def sweep() -> None:
    """Write down the end of what ended by itself."""
    over = BreakGlass.select().where(BreakGlass.ended_at.is_null(), BreakGlass.until <= clock.now())
    for row in over:
        row.end(by="system")
