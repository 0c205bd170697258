"""Legal holds: what must not be erased for now, by whose decision, for how long (Art. 17(3), 18(1)(c); ERA-10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from peewee import DateField, ForeignKeyField, ModelSelect, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, Refusal, _l
from models.face import Appearance
from models.gather import today
from models.permission import Permission
from models.person import Person
from models.photo import Photo
from models.trail import Trace, take_turn
from models.user import User

if TYPE_CHECKING:
    from models.claim import Claim

LONGEST = timedelta(days=183)  # six months, then it is decided anew
SHORTEST_REASON = 10


class Ground(StrEnum):
    """Why the law wants it kept."""

    DUTY = "duty"  # Art. 17(3)(b): a duty of law or a public task
    ARCHIVE = "archive"  # Art. 17(3)(d), archive law
    DEFENCE = "defence"  # Art. 17(3)(e): a claim that is made or defended
    HERS = "hers"  # Art. 18(1)(c): she needs it herself


class Hold(Record):
    """Everything of one person is kept and shown to nobody, until a day at most half a year away."""

    code = code_field()
    person = ForeignKeyField(Person, backref="holds", on_delete="CASCADE")
    ground = EnumField(Ground)
    scope = TextField()
    until = DateField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    ended_at = Moment(null=True)

    class Meta:
        personal = ("ground", "scope")
        plain = ("code", "until", "at", "ended_at")

    @classmethod
    def place(cls, claim: Claim, ground: str, scope: str, until: date | None, *, by: User) -> Hold:
        """Hold what a claim is about, and tell her so in the same breath; Invalid for a day too far, Refusal without a person."""
        from models import cascade
        from models.claim_letter import ClaimLetter, LetterKind

        by.require(Permission.COMPLIANCE)
        if claim.person is None:
            raise Refusal(_l("Say first whom on file this is about."))
        if ground not in set(Ground):
            raise Invalid(_l("Choose one of the list."), field="ground")
        if len(scope.strip()) < SHORTEST_REASON:
            raise Invalid(_l("Say in a few words what is kept and why."), field="scope")
        if until is None or not today() < until <= today() + LONGEST:
            raise Invalid(
                _l("Give a day within six months from now; then it is decided anew."), field="until"
            )
        with db.atomic():
            take_turn()  # sent twice, it is placed and told once
            same = (cls.ground == Ground(ground)) & (cls.scope == scope.strip()[:2000]) & (cls.until == until)
            if cls.living().where(cls.person == claim.person, same).exists():
                raise Refusal(_l("This hold was placed already, and the person was told."))
            hold: Hold = cls.create(
                person=claim.person, ground=Ground(ground), scope=scope.strip()[:2000], until=until, by=by
            )
            Trace.leave(by, "hold.placed", hold, person=claim.person, ground=ground, until=until)
            ClaimLetter.write(claim, LetterKind.HELD, by=by, why=scope.strip(), until=until)
            cascade.after(claim.person, "hold")
        return hold

    def end(self, *, by: User) -> None:
        """Nothing is held any more by this word."""
        from models import cascade

        by.require(Permission.COMPLIANCE)
        with db.atomic():
            done = Hold.update(ended_at=clock.now()).where(Hold.id == self.id, Hold.ended_at.is_null())
            if done.execute() == 1:
                Trace.leave(by, "hold.ended", self, person=self.person)
                cascade.after(self.person, "hold")

    @classmethod
    def living(cls) -> ModelSelect[Hold]:
        """Those that hold today."""
        return cls.select().where(cls.ended_at.is_null(), cls.until >= today())

    @classmethod
    def of(cls, person: Person | None) -> list[Hold]:
        """What holds of someone today."""
        return list(cls.living().where(cls.person == person)) if person else []


def held(photos: Iterable[int] | None = None) -> ModelSelect[Appearance]:
    """The photos, by id, in which somebody is whose photos are held; all of them or among these."""
    query = Appearance.select(Appearance.photo).where(
        Appearance.person.in_(Hold.living().select(Hold.person)), Appearance.undone_at.is_null()
    )
    return query if photos is None else query.where(Appearance.photo.in_(list(photos)))


KEPT = _l("The law wants this kept for now, so it can't be erased. Ask the privacy officer.")


def check_not_held(photos: Sequence[Photo]) -> None:
    """Raise while the law wants one of these photos kept (ERA-10)."""
    if held([photo.id for photo in photos]).exists():
        raise Refusal(KEPT)


def check_free(photos: Sequence[Photo]) -> None:
    """Raise unless each of these photos may be changed for good: no hold, and nobody in it who had everything frozen (RST-01)."""
    from models.circumstance import Circumstance, Kind

    check_not_held(photos)
    frozen = Circumstance.select(Circumstance.person).where(
        Circumstance.kind == Kind.RESTRICTED, Circumstance.ended_at.is_null()
    )
    there = Appearance.select().where(
        Appearance.photo.in_([photo.id for photo in photos]),
        Appearance.person.in_(frozen),
        Appearance.undone_at.is_null(),
    )
    if there.exists():
        raise Refusal(
            _l(
                "Somebody in this photo asked that nothing of them is used or changed for now. Ask the privacy officer."
            )
        )


def check_person_free(person: Person) -> None:
    """Raise while anything of a person must be kept."""
    if Hold.of(person):
        raise Refusal(KEPT)
