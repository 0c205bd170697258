"""Coming of age: the young person is told that she decides now, before a guardian's yes may go on counting (MIN-06 to MIN-08)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from peewee import ForeignKeyField, ModelSelect, TextField

from adapters import clock, seal
from models import states
from models.base import Moment, Record, code_field, db, tools
from models.errors import Invalid, _l
from models.gather import today
from models.notice import Notice, NoticeKind
from models.permission import Permission
from models.person import Person
from models.trail import Trace
from models.user import User

AHEAD = timedelta(days=30)  # the first notice (MIN-06)
CHANNELS = ("mail", "letter", "in person", "phone")


class Telling(Record):
    """That a young person was told of her right to confirm, change or withdraw: when and by which way, and it arrived."""

    code = code_field()
    person = ForeignKeyField(Person, backref="tellings", on_delete="CASCADE")
    channel = TextField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")  # None: our own letter
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("code", "channel", "at")

    @classmethod
    def record(cls, person: Person, channel: str, *, by: User) -> Telling:
        """Somebody told her in another way than by our letter."""
        by.require(Permission.ASK)
        if not cls.is_time(person):
            words = _l(
                "It is too early: %(name)s decides alone from %(day)s. Tell them in the thirty days before, or after."
            )
            raise Invalid(words, field="channel", name=person.name, day=person.of_age_on().isoformat())
        if channel not in CHANNELS[1:]:
            raise Invalid(_l("Choose one of the list."), field="channel")
        with db.atomic():
            return cls._keep(person, channel, by)

    @staticmethod
    def is_time(person: Person) -> bool:
        """Whether the day is near or past; telling a child years before would silence the letter that is due then."""
        return person.of_age_on() <= today() + AHEAD

    @classmethod
    def arrived(cls, notice: Notice) -> None:
        """Our letter was handed over."""
        if notice.person is not None:
            cls._keep(notice.person, "mail", None)

    @classmethod
    def _keep(cls, person: Person, channel: str, by: User | None) -> Telling:
        from models import cascade

        row = cls.create(person=person, channel=channel, by=by)
        Trace.leave(by or "system", "person.told-of-age", row, person=person, channel=channel)
        cascade.after(person, "of-age")
        return row


def tell() -> int:
    """Write to everyone whom a guardian spoke for and who decides alone within thirty days, or since; once each (MIN-06)."""
    told = 0
    with db.atomic():
        for person in turning():
            if person.email:
                told += Notice.put(NoticeKind.COMING_OF_AGE, _key(person), person=person) is not None
    return told


def turning() -> list[Person]:
    """Who decides alone within thirty days or already, has a guardian's yes in force, and was not told."""
    horizon = today() + AHEAD
    return [person for person in _spoken_for() if _birthday(person) <= horizon]


def out_of_reach(people: Sequence[Person]) -> set[int]:
    """The ids of those whom no letter reaches, for want of an address or because ours came back: a task for somebody (MIN-06)."""
    keys = {_key(person): person.id for person in people if person.email}
    failed = Notice.select(Notice.key).where(Notice.key.in_(list(keys)), Notice.failed_at.is_null(False))
    return {person.id for person in people if not person.email} | {keys[row.key] for row in failed}


def _key(person: Person) -> str:
    # An address that was corrected is written to again; the key tells addresses apart and gives none away.
    address = seal.blind(tools.keys.secret("of-age"), person.email or "").hex()[:16]
    return f"of-age|{person.code}|{_birthday(person)}|{address}"


def _spoken_for() -> ModelSelect[Person]:
    from models.consent import Answer, Consent, Line, Withdrawal

    lines: Any = (
        Line.select(Line.person)
        .join(Consent)
        .where(
            Consent.guardian.is_null(False),
            Line.answer.in_([Answer.GIVEN, Answer.RENEWED]),
            Line.id.not_in(Withdrawal.select(Withdrawal.line)),
            ~states.overtaken(),
            Line.valid_until.is_null() | (Line.valid_until >= today()),
        )
    )
    told = Telling.select(Telling.person)
    return (
        Person.select()
        .where(Person.born.is_null(False), Person.id.in_(lines), Person.id.not_in(told))
        .order_by(Person.born)
    )


def _birthday(person: Person) -> date:
    return person.of_age_on()
