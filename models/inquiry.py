"""Inquiries: what someone writes from her own page to the privacy officer that is no claim (models/claim.py): a doubt about a photo, a word."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from peewee import ForeignKeyField, ModelSelect, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field, db, tools
from models.entry import Reader, actor_of, person_of
from models.errors import Invalid, Refusal, TooMany, _l
from models.holders import holding
from models.notice import Notice, NoticeKind
from models.permission import Permission, Role
from models.person import Guardian, Person
from models.photo import Photo
from models.trail import Trace
from models.user import User

LONGEST = 4000
MOST_A_DAY = 20
MONTH = timedelta(days=30)  # Art. 12(3): one month; thirty days are never longer, but in February


class InquiryKind(StrEnum):
    """What is asked for."""

    OTHER = "other"
    NOT_ME = "not-me"  # about one photo
    NOT_SHOWN = "not-shown"  # about one photo


OF_A_PHOTO = frozenset({InquiryKind.NOT_ME, InquiryKind.NOT_SHOWN})


class Inquiry(Record):
    """One question of a person or who speaks for her, until the privacy officer notes the answer."""

    code = code_field()
    person = ForeignKeyField(Person, backref="inquiries", on_delete="CASCADE")
    guardian = ForeignKeyField(Guardian, null=True, backref="inquiries", on_delete="SET NULL")
    photo = ForeignKeyField(Photo, null=True, backref="inquiries", on_delete="SET NULL")
    kind = EnumField(InquiryKind)
    words = TextField(default="")
    at = Moment(default=clock.now, index=True)
    answered_at = Moment(null=True, index=True)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    note = TextField(default="")

    class Meta:
        personal, plain = ("kind", "words", "note"), ("code", "at", "answered_at")

    @classmethod
    def make(cls, reader: Reader, kind: str, words: str = "", *, photo: Photo | None = None) -> Inquiry:
        """Keep what was asked, tell every privacy officer, and confirm it to the reader; an open one about a photo is kept once.

        Raises Invalid for an unknown kind, for missing or too many words; TooMany after twenty in a day.
        """
        person, words = person_of(reader), words.strip()
        cls._check(kind, words, photo)
        guardian = reader if isinstance(reader, Guardian) else None
        with db.atomic():
            mine = cls.select().where(cls.person == person)
            same = mine.where(cls.photo == photo, cls.kind == InquiryKind(kind), cls.answered_at.is_null())
            if photo is not None and (old := same.first()):
                return old
            if mine.where(cls.at > clock.now() - timedelta(days=1)).count() >= MOST_A_DAY:
                raise TooMany(
                    _l("You wrote to us many times today. Try again tomorrow, or contact the organisation.")
                )
            inquiry = cls.create(
                person=person, guardian=guardian, photo=photo, kind=InquiryKind(kind), words=words
            )
            Trace.leave(
                actor_of(reader), "inquiry.made", inquiry, person=person, asked=str(kind), photo=photo
            )
            inquiry._tell(reader)
        return inquiry

    @staticmethod
    def _check(kind: str, words: str, photo: Photo | None) -> None:
        if kind not in set(InquiryKind) or (kind in OF_A_PHOTO) != (photo is not None):
            raise Invalid(_l("Choose one of the list."), field="kind")
        if kind == InquiryKind.OTHER and not words:
            raise Invalid(_l("Write in a few words what it is about."), field="words")
        if len(words) > LONGEST:
            raise Invalid(_l("Write at most %(count)s characters."), field="words", count=LONGEST)

    def _tell(self, reader: Reader) -> None:
        for dpo in holding(Role.DPO):
            key = f"inquiry|{self.code}|{dpo.code}"
            Notice.put(NoticeKind.INQUIRY, key, user=dpo, inquiry=self.code)
        if reader.email:
            Notice.put(
                NoticeKind.INQUIRY_RECEIVED, f"inquiry-received|{self.code}", person=self.person, guardian=self.guardian,
                inquiry=self.code,
            )  # fmt: skip

    def answer(self, note: str, *, by: User) -> None:
        """Note how it was answered; Refusal when somebody did so before."""
        by.require(Permission.COMPLIANCE)
        if not note.strip():
            raise Invalid(_l("Note in a few words what was answered or done."), field="note")
        with db.atomic():
            done = Inquiry.update(answered_at=clock.now(), by=by, note=note.strip()[:LONGEST]).where(
                Inquiry.id == self.id, Inquiry.answered_at.is_null()
            )
            if done.execute() != 1:
                raise Refusal(_l("This was answered already."))
            Trace.leave(by, "inquiry.answered", self, person=self.person)

    @property
    def due_on(self) -> date:
        """The day by which it must be answered (Art. 12(3))."""
        return clock.day_of(self.at, tools.zone) + MONTH

    @classmethod
    def board(cls, *, answered: bool) -> ModelSelect[Inquiry]:
        """Those that wait, oldest first, or those that were answered, newest first; with their people."""
        query = cls.select(cls, Person).join(Person).where(cls.answered_at.is_null(not answered))
        return query.order_by(cls.id.desc() if answered else cls.id)


def forget(before: datetime) -> int:
    """Erase what was answered before a moment, with its words; returns how many."""
    from models import retaining

    old = Inquiry.select().where(Inquiry.answered_at < before, ~retaining.spared(Inquiry.person))
    count = 0
    for inquiry in list(old.limit(10_000)):
        with db.atomic():
            Trace.forget([inquiry.code])
            count += inquiry.delete_instance()
    return count
