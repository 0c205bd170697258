"""The register of breaches: every one, what was decided and why, who was told and when (Art. 33 and 34, GOV-03 to GOV-05)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from peewee import BooleanField, ForeignKeyField, IntegerField, JSONField, ModelSelect, TextField
from playhouse.fields import EnumField

from adapters import clock, seal
from models import statute
from models.base import Moment, Record, code_field, db, tools
from models.errors import Invalid, Refusal, _l
from models.holders import holding
from models.notice import Notice, NoticeKind
from models.permission import Permission, Role
from models.person import Person
from models.setting import Setting
from models.trail import Trace
from models.user import User

TEXTS = ("facts", "kinds", "effects", "remedy")
SHORTEST = 10


class Danger(StrEnum):
    """How likely it harms people, which decides who must be told (Art. 33(1), 34(1))."""

    UNLIKELY = "unlikely"
    RISK = "risk"
    HIGH = "high"


class Breach(Record):
    """One breach of security that touched personal data, whether it must be notified or not (Art. 33(5))."""

    code = code_field()
    aware_at = Moment()
    facts = TextField()
    kinds = TextField()  # of people and data
    people = IntegerField(default=0)  # about how many
    rows = IntegerField(default=0)
    effects = TextField()
    remedy = TextField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    danger = EnumField(Danger, null=True)
    reasons = TextField(default="")
    tell_authority = BooleanField(default=False)
    tell_people = BooleanField(default=False)
    keys_note = TextField(default="")  # why nobody can read what was taken (Art. 34(3)(a))
    decided_at = Moment(null=True)
    closed_at = Moment(null=True)

    class Meta:
        personal = ("facts", "kinds", "effects", "remedy", "reasons", "keys_note")
        plain = (
            "code", "aware_at", "people", "rows", "at", "danger", "tell_authority", "tell_people", "decided_at",
            "closed_at",
        )  # fmt: skip

    @classmethod
    def note(cls, given: Mapping[str, str], *, by: User) -> Breach:
        """Put a breach on the register; the clock runs from the instant somebody here was reasonably sure of it."""
        by.require(Permission.COMPLIANCE)
        values = _checked(given)
        with db.atomic():
            made = cls.create(by=by, **values)
            Trace.leave(by, "breach.noted", made, aware_at=made.aware_at, due_at=made.due_at)
        return made

    @classmethod
    def all(cls) -> list[Breach]:
        """Every one there ever was, the newest first."""
        return list(cls.select().order_by(cls.aware_at.desc(), cls.id.desc()))

    @classmethod
    def open(cls) -> ModelSelect[Breach]:
        """The query of those whose file is not closed, the most urgent first."""
        return cls.select().where(cls.closed_at.is_null()).order_by(cls.aware_at)

    @property
    def due_at(self) -> datetime:
        """By when the authority must know: so many hours of real time, whatever clocks and holidays do (GOV-04)."""
        hours = statute.value("breach_hours", clock.day_of(self.aware_at, tools.zone))
        return self.aware_at + timedelta(hours=hours)

    @property
    def hours_left(self) -> int:
        """Whole hours until then; below nought when it has passed."""
        return int((self.due_at - clock.now()).total_seconds() // 3600)

    @property
    def waits(self) -> bool:
        """Whether the authority may still have to be told: not told yet, and not decided against."""
        open_ = self.closed_at is None and (self.decided_at is None or self.tell_authority)
        return open_ and not self.tellings().where(Told.whom == Whom.AUTHORITY).exists()

    @property
    def late(self) -> bool:
        """Whether that is overdue."""
        return self.waits and clock.now() > self.due_at

    def tellings(self) -> ModelSelect[Told]:
        """Who was told, in order."""
        return Told.select().where(Told.breach == self).order_by(Told.id)

    def affected(self) -> list[Person]:
        """The people on file it concerns, by name."""
        return list(
            Person.select().join(Affected).where(Affected.breach == self).order_by(Person.name, Person.id)
        )

    def change(self, given: Mapping[str, str], *, by: User) -> None:
        """Write down what is known by now; what the register said before stays in its own line."""
        by.require(Permission.COMPLIANCE)
        self._must_be_open()
        values = _checked(given)
        changed = sorted(key for key, value in values.items() if getattr(self, key) != value)
        if not changed:
            return
        with db.atomic():
            before = {key: str(getattr(self, key)) for key in changed}
            Earlier.create(breach=self, by=by, said=before)
            Breach.update(values).where(Breach.id == self.id).execute()
            Trace.leave(by, "breach.changed", self, columns=changed, aware_at=values["aware_at"])

    def decide(
        self,
        danger: str,
        reasons: str,
        *,
        tell_authority: bool,
        tell_people: bool,
        by: User,
        keys_note: str = "",
    ) -> None:
        """Say how grave it is and who will be told. Only an unlikely risk spares the authority; people at high risk are told
        unless what was taken can't be read, with a note that its keys were not exposed (Art. 33(1), 34(3)(a)).
        """
        by.require(Permission.COMPLIANCE)
        self._must_be_open()
        grave, why, note = _danger(danger), reasons.strip()[:3000], keys_note.strip()[:2000]
        if len(why) < SHORTEST:
            raise Invalid(_l("Say why you decide so: the authority may ask."), field="reasons")
        if grave is not Danger.UNLIKELY and not tell_authority:
            raise Invalid(_l("Where harm is not unlikely, the authority must be told."), field="danger")
        if grave is Danger.HIGH and not tell_people and len(note) < SHORTEST:
            raise Invalid(
                _l("At a high risk people are told, unless nobody can read the data: say how you know that its keys were not "
                   "exposed."), field="keys_note",
            )  # fmt: skip
        with db.atomic():
            if self.decided_at is not None:
                before = {"danger": str(self.danger), "reasons": self.reasons, "keys_note": self.keys_note}
                Earlier.create(breach=self, by=by, said=before)
            self.danger, self.reasons, self.keys_note = grave, why, note
            self.tell_authority, self.tell_people, self.decided_at = tell_authority, tell_people, clock.now()
            self.save()
            Trace.leave(
                by, "breach.decided", self, risk=grave.value, authority=tell_authority, people=tell_people,
                unreadable=bool(note),
            )  # fmt: skip

    def tell_the_authority(self, words: str, *, by: User, late_why: str = "", at: str = "") -> Told:
        """Note a notice to the authority, one of as many phases as it takes; a late first one says why (Art. 33(1), (4))."""
        by.require(Permission.COMPLIANCE)
        self._must_be_open()
        when = _instant(at, "at") if at else clock.now()
        if when < self.aware_at or when > clock.now():
            raise Invalid(_l("This moment lies before the breach was known, or in the future."), field="at")
        first = not self.tellings().where(Told.whom == Whom.AUTHORITY).exists()
        late = first and when > self.due_at
        if late and len(late_why.strip()) < SHORTEST:
            raise Invalid(_l("The time is over: say why the notice comes late."), field="late_why")
        said = words.strip()[:5000]
        if len(said) < SHORTEST:
            raise Invalid(_l("Say what was told, or under which number it was taken."), field="words")
        return self._told(
            Whom.AUTHORITY, {"words": said}, by, late_why=late_why.strip()[:2000] if late else "", at=when
        )

    def name_people(self, codes: Iterable[str], *, by: User) -> int:
        """Note whom on file it concerns; returns how many were new."""
        by.require(Permission.COMPLIANCE)
        self._must_be_open()
        known = {person.id for person in self.affected()}
        people = [row for row in Person.select().where(Person.code.in_(list(codes))) if row.id not in known]
        if not people:
            raise Invalid(_l("Nobody new on file has such a code."), field="people")
        with db.atomic():
            for person in people:
                Affected.create(breach=self, person=person)
            Trace.leave(by, "breach.people", self, added=len(people), all=len(known) + len(people))
        return len(people)

    def tell_the_people(self, given: Mapping[str, str], *, by: User) -> int:
        """Write to everyone on the list who has an address; returns how many letters go on paper instead (Art. 34(2))."""
        by.require(Permission.COMPLIANCE)
        self._must_be_open()
        said = {key: given.get(key, "").strip()[:3000] for key in ("nature", "consequences", "measures")}
        for key, text in said.items():
            if len(text) < SHORTEST:
                raise Invalid(_l("Say it in a plain sentence: people must understand it."), field=key)
        people = self.affected()
        if not people:
            raise Invalid(_l("Name the people it concerns first."), field="people")
        if not Setting.of("privacy_email"):
            raise Invalid(_l("The letter needs a contact: an administrator gives it under Settings."))
        same = hashlib.sha256(seal.canonical(said)).hexdigest()[
            :16
        ]  # sent twice, nobody gets the same letter twice
        with db.atomic():
            made = self._told(Whom.PEOPLE, said, by)
            for person in people:
                if person.email and not person.died_on():
                    Notice.put(
                        NoticeKind.BREACH,
                        f"breach|{self.code}|{same}|{person.code}",
                        person=person,
                        told=made.code,
                    )
        return len(self.on_paper())

    def on_paper(self) -> list[Person]:
        """The people on the list whom no mail reaches."""
        return [person for person in self.affected() if not person.email and not person.died_on()]

    def close(self, *, by: User) -> None:
        """Close the file; not before it was decided and everyone was told who must be."""
        by.require(Permission.COMPLIANCE)
        self._must_be_open()
        told = {row.whom for row in self.tellings()}
        if self.decided_at is None:
            raise Refusal(_l("Decide first how grave it is and who must be told."))
        if self.tell_authority and Whom.AUTHORITY not in told:
            raise Refusal(_l("The authority has not been told yet."))
        if self.tell_people and Whom.PEOPLE not in told:
            raise Refusal(_l("The people it concerns have not been told yet."))
        with db.atomic():
            self.closed_at = clock.now()
            self.save(only=[Breach.closed_at])
            Trace.leave(by, "breach.closed", self)

    def _told(self, whom: Whom, words: dict[str, str], by: User, **more: Any) -> Told:
        with db.atomic():
            made = Told.create(breach=self, whom=whom, words=words, by=by, **more)
            Trace.leave(by, "breach.told", self, whom=whom.value, at=made.at, late=bool(made.late_why))
        return made

    def _must_be_open(self) -> None:
        if self.closed_at is not None:
            raise Refusal(_l("This file is closed. Note what is new as a breach of its own."))


class Whom(StrEnum):
    """Who was told."""

    AUTHORITY = "authority"
    PEOPLE = "people"


class Told(Record):
    """One telling of a breach: to the authority, in phases, or to the people it concerns."""

    code = code_field()
    breach = ForeignKeyField(Breach, on_delete="CASCADE")
    whom = EnumField(Whom)
    words = JSONField()
    late_why = TextField(default="")
    at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        personal, plain = ("words", "late_why"), ("code", "whom", "at")


class Affected(Record):
    """Somebody on file whom a breach concerns."""

    breach = ForeignKeyField(Breach, on_delete="CASCADE")
    person = ForeignKeyField(Person, on_delete="CASCADE")

    class Meta:
        personal, plain = (), ()
        indexes = ((("breach", "person"), True),)


class Earlier(Record):
    """What the register said of a breach before somebody wrote it anew."""

    breach = ForeignKeyField(Breach, on_delete="CASCADE")
    said = JSONField()
    at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        personal, plain = ("said",), ("at",)


def hours_today() -> int:
    """How many hours the law gives for a breach that becomes known today."""
    return statute.value("breach_hours", clock.today(tools.zone))


def watch() -> None:
    """Write once to each privacy officer about a breach the authority should have heard of by now (GOV-04)."""
    for breach in Breach.open():
        if not breach.late:
            continue
        with db.atomic():
            for user in holding(Role.DPO):
                Notice.put(
                    NoticeKind.BREACH_LATE, f"breach-late|{breach.code}|{user.code}", user=user, breach=breach.code
                )  # fmt: skip


def _checked(given: Mapping[str, str]) -> dict[str, Any]:
    texts = {key: given.get(key, "").strip()[:5000] for key in TEXTS}
    for key, text in texts.items():
        if len(text) < SHORTEST:
            raise Invalid(_l("Say it in a sentence, even if not everything is known yet."), field=key)
    aware = _instant(given.get("aware_at", ""), "aware_at")
    if aware > clock.now():
        raise Invalid(_l("This moment lies in the future."), field="aware_at")
    return {**texts, "aware_at": aware, "people": _count(given, "people"), "rows": _count(given, "rows")}


def _instant(text: str, field: str) -> datetime:
    """A local time as a form gives it, in the organisation's zone."""
    try:
        moment = datetime.fromisoformat(text.strip()).replace(tzinfo=ZoneInfo(tools.zone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as odd:
        raise Invalid(_l("Give day and time."), field=field) from odd


def _count(given: Mapping[str, str], key: str) -> int:
    text = given.get(key, "").strip() or "0"
    if not text.isdecimal() or len(text) > 9:
        raise Invalid(_l("Give a whole number; a guess will do."), field=key)
    return int(text)


def _danger(text: str) -> Danger:
    if text not in set(Danger):
        raise Invalid(_l("Choose one of the list."), field="danger")
    return Danger(text)


def forget(before: datetime) -> int:
    """Erase what was closed before a moment, with everything said of it; returns how many."""
    from models import retaining

    count = 0
    for breach in list(Breach.select().where(Breach.closed_at < before)):
        with db.atomic():
            Trace.forget(retaining.codes(Breach, [breach.id]))
            count += breach.delete_instance()
    return count
