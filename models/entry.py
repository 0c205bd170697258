"""Entering one's own page: a number by mail opens it for half an hour; who lost the link has it mailed again (WDR-02, SIG-04)."""

from __future__ import annotations

from datetime import datetime, timedelta

from peewee import BlobField, ForeignKeyField, IntegerField, ModelSelect, TextField

from adapters import clock, seal
from models import retention
from models.attempt import Attempt
from models.base import Moment, Record, clear, code_field, db, tools
from models.errors import Gone, TooMany, _l
from models.job import Job
from models.names import clean_email
from models.notice import Notice, NoticeKind
from models.person import Guardian, Person
from models.session import WINDOW
from models.six_digits import SixDigits
from models.trail import Trace, knock

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=2)
MOST_WISHES, MOST_WISHES_NETWORK = 3, 20

Reader = Person | Guardian


class Entry(SixDigits, Record):
    """One way into someone's own page: six digits, sealed until they are typed, then a key of which only the hash is kept."""

    LABEL, LIFE = "entry", timedelta(minutes=10)
    OVER = _l("The code is no longer valid. Open your link again and ask for a new one.")
    TOO_OFTEN = _l("Too many tries. Open your link again and ask for a new code.")

    code = code_field()
    person = ForeignKeyField(Person, backref="entries", on_delete="CASCADE")
    guardian = ForeignKeyField(Guardian, null=True, backref="entries", on_delete="CASCADE")
    sealed = BlobField(null=True)
    at = Moment(default=clock.now, index=True)
    tries = IntegerField(default=0)
    key = TextField(null=True, unique=True)
    entered_at = Moment(null=True)
    seen_at = Moment(null=True)
    ended_at = Moment(null=True)

    class Meta:
        personal = ("sealed",)
        plain = ("code", "at", "tries", "key", "entered_at", "seen_at", "ended_at")

    @classmethod
    def send(cls, reader: Reader) -> Entry:
        """Send six digits to the address on file; TooMany after five within an hour, Refusal where there is no address."""
        cls._require_address(reader.email)
        with db.atomic():
            Trace.leave("system", "my.code-sent", reader, person=person_of(reader))
            entry = cls._make(cls._of(reader), person=person_of(reader), guardian=_guardian(reader))
            Notice.put(
                NoticeKind.MY_CODE, f"my-code|{entry.code}", person=entry.person, guardian=entry.guardian,
                entry=entry.code,
            )  # fmt: skip
        return entry

    @classmethod
    def waiting(cls, reader: Reader) -> Entry:
        """The newest number sent to this reader while it may be typed, or Gone."""
        return cls._newest(cls._of(reader))

    def _moments(self, now: datetime) -> dict[str, datetime]:
        return {"entered_at": now, "seen_at": now}

    def _typed(self) -> None:
        Trace.leave(actor_of(self.guardian or self.person), "my.entered", self.person, person=self.person)

    @classmethod
    def living(cls, reader: Reader, key: str) -> Entry:
        """The entry of this reader that a key opens: half an hour after the last look, two hours in all; else Gone."""
        now = clock.now()
        entry = (
            cls._of(reader)
            .where(
                cls.key == seal.token_hash(key),
                cls.ended_at.is_null(),
                cls.entered_at > now - ABSOLUTE,
                cls.seen_at > now - IDLE,
            )
            .first()
        )
        if entry is None:
            raise Gone(_l("This page is closed. Open your own link again and ask for a new code."))
        if entry.seen_at < now - timedelta(minutes=1):
            cls.update(seen_at=now).where(cls.id == entry.id).execute()
        return entry

    def end(self) -> None:
        """Close the page: the key in its address opens nothing any more."""
        Entry.update(ended_at=clock.now()).where(Entry.id == self.id, Entry.ended_at.is_null()).execute()

    @classmethod
    def sweep(cls, before: datetime | None = None) -> int:
        """Forget entries and wishes after a day; returns how many."""
        old = before or retention.limit("entry")
        return clear(LinkWish, LinkWish.at < old) + clear(cls, cls.at < old)

    @classmethod
    def _of(cls, reader: Reader) -> ModelSelect[Entry]:
        if isinstance(reader, Guardian):
            return cls.select().where(cls.guardian == reader)
        return cls.select().where(cls.person == reader, cls.guardian.is_null())


class LinkWish(Record):
    """Somebody typed an address to get her own link. The worker looks it up: the web answers the same, as fast, for anyone."""

    code = code_field()
    sealed = BlobField()
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = ("sealed",), ("code", "at")

    @classmethod
    def make(cls, typed: str) -> None:
        """Keep the wish for the worker; quietly nothing for an address asked for too often, TooMany for a network."""
        address = clean_email(typed)
        here, there = (
            seal.blind(tools.keys.secret("throttle"), f"my|{part}") for part in (knock.get().address, address)
        )
        if _tries(here) >= MOST_WISHES_NETWORK:
            raise TooMany
        often = _tries(there) >= MOST_WISHES
        with db.atomic():
            Attempt.insert_many([{"key": here}, {"key": there}]).execute()
            if not often:
                wish = cls(code=seal.new_code())
                wish.sealed = seal.encrypt_field(
                    tools.keys.secret("entries"), address.encode(), wish.code.encode()
                )
                wish.save()
                Job.put("my-links", wish.id)

    def readers(self) -> list[Reader]:
        """Everyone whom this address reaches and who may look at a page today."""
        sealed = bytes(self.sealed)
        address = seal.decrypt_field(tools.keys.secret("entries"), sealed, self.code.encode()).decode()
        found: list[Reader] = list(Person.select().where(Person.email == address).order_by(Person.id))
        speakers = Guardian.select(Guardian, Person).join(Person).where(Guardian.email == address)
        return found + [speaker for speaker in speakers.order_by(Guardian.id) if speaker.may_speak]


def mail_links(wish_id: int) -> None:
    """Mail every reader at an address her own link; a job that may run twice."""
    wish = LinkWish.get_or_none(LinkWish.id == wish_id)
    if wish is None:
        return
    with db.atomic():
        for reader in wish.readers():
            Notice.put(
                NoticeKind.MY_LINK, f"my-link|{wish.code}|{reader.code}", person=person_of(reader),
                guardian=_guardian(reader),
            )  # fmt: skip
        wish.delete_instance()


def person_of(reader: Reader) -> Person:
    """Whose photos a reader's page shows."""
    return reader.person if isinstance(reader, Guardian) else reader


def actor_of(reader: Reader) -> str:
    """In which capacity a reader acts, for rows and trail."""
    return "guardian" if isinstance(reader, Guardian) else "person"


def _guardian(reader: Reader) -> Guardian | None:
    return reader if isinstance(reader, Guardian) else None


def _tries(key: bytes) -> int:
    return int(Attempt.select().where(Attempt.key == key, Attempt.at > clock.now() - WINDOW * 4).count())
