"""Claims: what someone asks under Articles 15 to 21, from its arrival on any channel to the answer (DSR-01 to DSR-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from peewee import DateField, ForeignKeyField, ModelSelect, TextField
from playhouse.fields import EnumField

from adapters import clock
from models import deadlines
from models.base import Moment, Record, code_field, db, tools
from models.circumstance import Circumstance, Kind
from models.deadlines import WorkingDays
from models.entry import Reader, actor_of, person_of
from models.errors import Invalid, Refusal, TooMany, _l
from models.gather import today
from models.holders import holding
from models.holidays import working_days
from models.names import clean_email, tidy
from models.notice import Notice, NoticeKind
from models.permission import Permission, Role
from models.person import Guardian, Person
from models.rights import RIGHTS, Right
from models.trail import Trace
from models.user import User

__all__ = ["RIGHTS", "Right"]
# What letters are written in; pages are in the first three (DSR-07).
LETTER_LOCALES = {"en": "English", "nl": "Nederlands", "de": "Deutsch", "fr": "Français"}
PAGE_LOCALES = ("en", "nl", "de")
LONGEST = 4000
MOST_A_DAY = 20  # of one person by her own page
OLDEST = timedelta(days=3 * 365)  # how long ago a letter may have arrived that is entered only now


class Channel(StrEnum):
    """How it arrived: every official way counts from the day it came in, read or not (DSR-06)."""

    PAGE = "page"  # the public form
    OWN_PAGE = "own-page"  # "My photos", behind a code
    MAIL = "mail"
    LETTER = "letter"
    PHONE = "phone"
    DESK = "desk"


class Capacity(StrEnum):
    """In which capacity the one who asks does so."""

    SELF = "self"
    PARENT = "parent"
    REPRESENTATIVE = "representative"
    RELATIVE = "relative"  # of someone who died


class Identity(StrEnum):
    """How we know that it is her; there is no place for a copy of a passport (DSR-05)."""

    OPEN = "open"
    CODE = "code"  # six digits to an address on file
    ATTESTED = "attested"  # a colleague who knows her says so, in person or by a call back


class Outcome(StrEnum):
    """How it ended."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    NOTHING = "nothing"  # we hold nothing about her, and said so
    TAKEN_BACK = "taken-back"
    JOINED = "joined"  # the same was asked before; that request goes on


class Extension(StrEnum):
    """Why an answer takes longer (Art. 12(3))."""

    COMPLEX = "complex"
    NUMBER = "number"


# What counts at once, before anybody has looked (BAS-03, Art. 18(1)(d)).
AT_ONCE = {Right.OBJECTION: Kind.OBJECTION, Right.RESTRICTION: Kind.RESTRICTED}
IN_WORDS = frozenset({Right.RECTIFICATION})


@dataclass(frozen=True)
class Due:
    """The days of a claim: our aim, the law's, and what the law's would be if the pause is relied upon (DSR-01, DSR-04)."""

    target: date
    legal: date
    paused: date | None = None  # only where identity was asked for
    relied: bool = False

    @property
    def day(self) -> date:
        """The day that holds."""
        return self.paused if self.relied and self.paused else self.legal


class Claim(Record):
    """One request of a person, or of who speaks for her, with its clock. What it says of her stays with the request, five years."""

    code = code_field()
    right = EnumField(Right)
    channel = EnumField(Channel)
    person = ForeignKeyField(Person, null=True, backref="claims", on_delete="SET NULL")
    guardian = ForeignKeyField(Guardian, null=True, on_delete="SET NULL")
    capacity = EnumField(Capacity, default=Capacity.SELF)
    name = TextField()  # who asks, and where the answer goes
    about = TextField(default="")  # of whom, where that is somebody else
    email = TextField(null=True)
    postal = TextField(default="")
    locale = TextField(default="")
    words = TextField(default="")
    clues = TextField(default="")  # events, days and places by which photos may be found (DSR-11)
    received_on = DateField(index=True)
    at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    identity = EnumField(Identity, default=Identity.OPEN)
    identified_at = Moment(null=True)
    identity_note = TextField(default="")
    paused_on = DateField(null=True)
    resumed_on = DateField(null=True)
    pause_note = TextField(default="")
    extended_at = Moment(null=True)
    extension = EnumField(Extension, null=True)
    extension_note = TextField(default="")
    acknowledged_at = Moment(null=True)
    closed_at = Moment(null=True, index=True)
    outcome = EnumField(Outcome, null=True)
    note = TextField(default="")
    joined = ForeignKeyField("self", null=True, on_delete="SET NULL")

    class Meta:
        personal = (
            "right", "capacity", "name", "about", "email", "postal", "locale", "words", "clues", "identity", "identity_note",
            "pause_note", "extension_note", "note",
        )  # fmt: skip
        plain = (
            "code", "channel", "received_on", "at", "identified_at", "paused_on", "resumed_on", "extended_at", "extension",
            "acknowledged_at", "closed_at", "outcome",
        )  # fmt: skip

    @classmethod
    def of_reader(cls, reader: Reader, right: str, words: str = "") -> Claim:
        """What someone asks on her own page, behind her code: known, acknowledged, and in force where the law wants it at once."""
        person = person_of(reader)
        if (
            cls.select().where(cls.person == person, cls.at > clock.now() - timedelta(days=1)).count()
            >= MOST_A_DAY
        ):
            raise TooMany(
                _l("You wrote to us many times today. Try again tomorrow, or contact the organisation.")
            )
        guardian = reader if isinstance(reader, Guardian) else None
        return cls.receive(
            right, Channel.OWN_PAGE, actor=actor_of(reader), name=reader.name, email=reader.email or "", words=words,
            capacity=_capacity(guardian), about=person.name if guardian else "", locale=reader.locale, person=person,
            guardian=guardian, identity=Identity.CODE,
        )  # fmt: skip

    @classmethod
    def receive(
        cls, right: str, channel: str, *, actor: User | str, name: str, email: str = "", received_on: date | None = None,
        identity: Identity = Identity.OPEN, **given: Any,
    ) -> Claim:  # fmt: skip
        """Keep what was asked, tell every privacy officer, acknowledge it, and join it to the same question asked before.

        Raises Invalid for an unknown right, a missing name, or a day that can't be.
        """
        values = _checked(right, channel, {"name": name, "email": email, "received_on": received_on, **given})
        with db.atomic():
            claim: Claim = cls.create(
                **values, identity=identity, identified_at=clock.now() if identity is not Identity.OPEN else None,
                by=actor if isinstance(actor, User) else None,
            )  # fmt: skip
            Trace.leave(
                actor, "claim.received", claim, person=claim.person, right=claim.right.value,
                channel=claim.channel.value, received=claim.received_on,
            )  # fmt: skip
            if not claim.settle(by=actor):
                claim._tell()
        return claim

    def settle(self, *, by: User | str) -> bool:
        """Let it count once we know who asks, and join it to the same asked before; True when it was joined. In a transaction."""
        if self.identity is not Identity.OPEN:  # whoever said so: the clock goes on from here (DSR-04)
            waited = Claim.paused_on.is_null(False) & Claim.resumed_on.is_null()
            Claim.update(resumed_on=today()).where(Claim.id == self.id, waited).execute()
        self._take_effect(by)
        same = self._asked_before()
        if same is not None:
            self.join(same, by=by)
        return same is not None

    def _take_effect(self, by: User | str) -> None:
        """An objection, the wish that nothing is used for now and a withdrawal count before anyone has looked (BAS-03, T6)."""
        from models import claim_rights

        if self.person is None or self.identity is Identity.OPEN:
            return
        kind = AT_ONCE.get(self.right)
        if kind and not any(row.kind is kind for row in Circumstance.of(self.person)):
            Circumstance.record(self.person, kind, by=None)
        claim_rights.at_once(self, by=by)

    def _asked_before(self) -> Claim | None:
        """The same, asked by the same person in the same capacity and still open; only where we know that it is her.

        Two parents, or two who speak for her, are answered each.
        """
        if self.person is None or self.identity is Identity.OPEN:
            return None
        query = Claim.open_ones().where(
            Claim.person == self.person, Claim.right == self.right, Claim.capacity == self.capacity,
            Claim.id != self.id, Claim.identity != Identity.OPEN,
        )  # fmt: skip
        if self.capacity is not Capacity.SELF:
            query = query.where(
                Claim.guardian == self.guardian, Claim.email == self.email, Claim.name == self.name
            )
        row: Claim | None = query.order_by(Claim.received_on).first()
        return row

    def _tell(self) -> None:
        from models.claim_letter import ClaimLetter, LetterKind

        ClaimLetter.write(self, LetterKind.RECEIVED, by=None)  # DSR-07
        Claim.update(acknowledged_at=clock.now() if self.email else None).where(Claim.id == self.id).execute()
        for dpo in holding(Role.DPO):
            Notice.put(NoticeKind.CLAIM, f"claim|{self.code}|{dpo.code}", user=dpo, claim=self.code)

    def join(self, other: Claim, *, by: User | str) -> None:
        """Go on with the request that came first; what this one adds stays readable beside it, and so does its day."""
        self.require_open()
        if other.id == self.id or other.closed_at is not None or other.joined_id is not None:
            raise Invalid(_l("Choose an open request to join it to."), field="joined")
        if self.person_id and other.person_id and self.person_id != other.person_id:
            raise Invalid(_l("These are about two people: each needs an answer."), field="joined")
        if other.right is not self.right:
            raise Invalid(_l("Only requests for the same thing can be joined."), field="joined")
        if other.received_on > self.received_on:  # the clock of the first to arrive holds
            other, self = self, other  # noqa: PLW0642
        with db.atomic():
            self.end(Outcome.JOINED, joined=other)
            Claim.update(
                words="\n\n".join(filter(None, (other.words, self.words)))[: 2 * LONGEST],
                clues="\n".join(filter(None, (other.clues, self.clues)))[: 2 * LONGEST],
            ).where(Claim.id == other.id).execute()
            Trace.leave(by, "claim.joined", self, person=self.person, to=other.code)

    def end(self, outcome: Outcome, **more: Any) -> None:
        """Close it, once; within the caller's transaction, which leaves the trace."""
        done = Claim.update(closed_at=clock.now(), outcome=outcome, **more).where(
            Claim.id == self.id, Claim.closed_at.is_null()
        )
        if done.execute() != 1:
            raise Refusal(_l("This request was closed already."))
        self.closed_at, self.outcome = clock.now(), outcome
        from models import face_search

        face_search.end_all(face_search.Over.CLOSED, self)

    def require_open(self) -> None:
        """Raise unless something may still be done about it."""
        if self.closed_at is not None:
            raise Refusal(_l("This request was closed already."))

    @property
    def due(self) -> Due:
        """The days by which it must be answered, counted from its receipt (Art. 12(3))."""
        return self.due_on(working_days())

    def due_on(self, days: WorkingDays) -> Due:
        """The same on a calendar that was read already: whoever looks at many claims reads it once."""
        count = deadlines.extended_due if self.extended_at else deadlines.legal_due
        legal, paused = count(self.received_on, days), None
        if self.paused_on is not None:
            stood = (self.resumed_on or today()) - self.paused_on
            paused = days.roll(legal + stood)
        return Due(
            target=deadlines.target(self.received_on, legal, days),
            legal=legal, paused=paused, relied=bool(self.pause_note),
        )  # fmt: skip

    @property
    def is_late(self) -> bool:
        """Whether its day has passed without an answer."""
        return self.closed_at is None and today() > self.due.day

    @property
    def reader_locale(self) -> str:
        """The language of the one who asks, for letters."""
        return self.locale or str(tools.locale)

    @property
    def page_locale(self) -> str:
        """The same for pages and papers, which are in fewer languages than letters: else ours."""
        return self.reader_locale if self.reader_locale in PAGE_LOCALES else str(tools.locale)

    @property
    def subject(self) -> str:
        """Of whom it is about, by name."""
        return self.about or self.name

    @classmethod
    def open_ones(cls) -> ModelSelect[Claim]:
        """Those that wait for an answer."""
        return cls.select().where(cls.closed_at.is_null())

    @classmethod
    def board(cls, *, closed: bool = False) -> ModelSelect[Claim]:
        """Those that wait, the first to be answered first; or those that were closed, newest first."""
        query = cls.select().where(cls.closed_at.is_null(not closed))
        return query.order_by(cls.closed_at.desc()) if closed else query.order_by(cls.received_on, cls.id)


def _capacity(guardian: Guardian | None) -> Capacity:
    if guardian is None:
        return Capacity.SELF
    return Capacity.RELATIVE if guardian.kind.value == "relative" else Capacity.PARENT


def _checked(right: str, channel: str, given: dict[str, Any]) -> dict[str, Any]:
    name, email = given["name"], given["email"]
    if right not in set(Right):
        raise Invalid(_l("Choose one of the list."), field="right")
    if channel not in set(Channel):
        raise Invalid(_l("Choose one of the list."), field="channel")
    capacity = given.get("capacity") or Capacity.SELF
    if capacity not in set(Capacity):
        raise Invalid(_l("Choose one of the list."), field="capacity")
    if not tidy(name):
        raise Invalid(_l("Fill in the name."), field="name")
    about = tidy(given.get("about", ""))[:200]
    if capacity != Capacity.SELF and not about:
        raise Invalid(_l("Fill in whose photos or data it is about."), field="about")
    words = given.get("words", "").strip()
    if Right(right) in IN_WORDS and not words:
        raise Invalid(_l("Write in a few words what it is about."), field="words")
    for key in ("words", "clues", "postal"):
        if len(given.get(key, "")) > LONGEST:
            raise Invalid(_l("Write at most %(count)s characters."), field=key, count=LONGEST)
    day = given["received_on"] or today()
    if not today() - OLDEST <= day <= today():
        raise Invalid(_l("Give the day it arrived: today or before."), field="received_on")
    return {
        "right": Right(right), "channel": Channel(channel), "capacity": Capacity(capacity), "name": tidy(name)[:200],
        "about": about, "email": clean_email(email) if email.strip() else None, "words": words,
        "clues": given.get("clues", "").strip(), "postal": given.get("postal", "").strip(), "received_on": day,
        "locale": given.get("locale") if given.get("locale") in LETTER_LOCALES else "",
        "person": given.get("person"), "guardian": given.get("guardian"),
    }  # fmt: skip


def require_dpo(user: User) -> None:
    """Raise unless this user answers claims (DSR-12)."""
    user.require(Permission.COMPLIANCE)
