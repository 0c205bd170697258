"""Notices: what must be said to whom and when; a row first, a letter after, each once."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import ForeignKeyField, IntegerField, IntegrityError, JSONField, TextField
from playhouse.fields import EnumField

from adapters import clock, seal
from adapters.mail import Letter, MailRefused
from models.base import Moment, Record, code_field, db, tools
from models.errors import Missing
from models.job import Job
from models.person import Guardian, Person
from models.setting import Setting
from models.trail import Trace
from models.user import User


class NoticeKind(StrEnum):
    """The letters Clearframe writes; each has templates/mail/<kind>.txt and .html."""

    REQUEST = "request"
    CODE = "code"
    RECEIPT = "receipt"
    RENEWAL = "renewal"
    ENDING = "ending"
    WITHDRAWN = "withdrawn"
    TAKEDOWN = "takedown"
    LATE_TAKEDOWN = "late-takedown"
    LATE_DISPOSITION = "late-disposition"
    LATE_RETENTION = "late-retention"
    SHARE = "share"
    SHARE_RECALL = "share-recall"
    COMING_OF_AGE = "coming-of-age"
    TRAIL_HEAD = "trail-head"
    MY_CODE = "my-code"
    MY_LINK = "my-link"
    INQUIRY = "inquiry"
    WEBHOOK_OFF = "webhook-off"
    INQUIRY_RECEIVED = "inquiry-received"
    STRANGER = "stranger"
    SECURITY = "security"
    CLAIM = "claim"
    CLAIM_DIGITS = "claim-digits"
    CLAIM_LETTER = "claim-letter"
    CLAIM_LATE = "claim-late"
    RECIPIENT = "recipient"
    UPKEEP = "upkeep"
    GLASS = "glass"
    QUOTA = "quota"
    PROGRAM = "program"
    BREACH = "breach"
    BREACH_LATE = "breach-late"
    NEW_PASSWORD = "new-password"  # noqa: S105 - a letter


class Notice(Record):
    """One letter to one reader. `key` makes it happen once: kind, subject and threshold (T7)."""

    code = code_field()
    kind = EnumField(NoticeKind)
    key = TextField(unique=True)
    user = ForeignKeyField(User, null=True, on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, on_delete="CASCADE")
    guardian = ForeignKeyField(Guardian, null=True, on_delete="CASCADE")
    values = JSONField()  # codes the letter is written from; never names or addresses
    at = Moment(default=clock.now)
    sent_at = Moment(null=True)
    failed_at = Moment(null=True)
    why = TextField(default="")
    tries = IntegerField(default=0)

    class Meta:
        personal = ()
        plain = ("code", "kind", "key", "values", "at", "sent_at", "failed_at", "why", "tries")

    @classmethod
    def put(
        cls,
        kind: NoticeKind,
        key: str,
        *,
        user: User | None = None,
        person: Person | None = None,
        guardian: Guardian | None = None,
        **values: Any,
    ) -> Notice | None:
        """Note that something must be said, once per key, within the caller's transaction; the worker writes the letter."""
        try:
            with db.atomic():
                notice = cls.create(
                    kind=kind, key=key, user=user, person=person, guardian=guardian, values=values
                )
        except IntegrityError:
            return None
        Job.put("notice", notice.id)
        return notice

    @classmethod
    def security(cls, user: User, what: str, *, once: str = "") -> None:
        """Tell a user what happened to her account, so that nothing happens to it behind her back (ASVS 6.3.7)."""
        cls.put(
            NoticeKind.SECURITY,
            f"security|{user.code}|{what}|{once or seal.new_code()}",
            user=user,
            what=what,
        )

    @property
    def reader(self) -> Any:
        """Who it is for: a user, a guardian in the person's place, the person, who got a file, or who made a claim; Missing when it names none."""
        reader: Any = self.user or self.guardian or self.person
        if "share" in self.values:
            from models.share import Share

            reader = Share.get_or_none(Share.code == self.values["share"])
        elif "recipient" in self.values:
            from models.recipients import RecipientNotice

            reader = RecipientNotice.get_or_none(RecipientNotice.code == self.values["recipient"])
        elif reader is None and "claim" in self.values:
            from models.claim import Claim

            reader = Claim.get_or_none(Claim.code == self.values["claim"])
        if reader is None:
            raise Missing
        return reader

    @property
    def locale(self) -> str:
        """The reader's language."""
        return self.reader.locale or tools.locale


def send(notice_id: int) -> None:
    """Write and hand over one letter; a job. What is refused for good is noted, what may work later raises."""
    from models import letters

    notice = Notice.get_or_none(Notice.id == notice_id)
    if notice is None or notice.sent_at is not None:
        return
    address = notice.reader.email
    try:
        if isinstance(notice.reader, Person) and notice.reader.died_on():
            raise MailRefused("the reader has died", permanent=True)  # DCD-01
        if not address:
            raise MailRefused("there is no address on file", permanent=True)
        subject, text, html, files = letters.write(notice)
        reply = str(Setting.of("privacy_email")) or None
        tools.mailer.send(
            Letter(address, notice.reader.name, subject, text, html, files, reply, key=notice.code)
        )
    except MailRefused as refused:
        Notice.update(tries=Notice.tries + 1, why=str(refused)).where(Notice.id == notice.id).execute()
        if not refused.permanent:
            raise
        with db.atomic():
            Notice.update(failed_at=clock.now()).where(Notice.id == notice.id).execute()
            Trace.leave("system", "notice.failed", notice, person=notice.person)
            if notice.kind is NoticeKind.RECIPIENT:
                notice.reader.came_back()
        return
    with db.atomic():
        Notice.update(sent_at=clock.now(), why="").where(Notice.id == notice.id).execute()
        Trace.leave("system", "notice.sent", notice, person=notice.person, letter=notice.kind.value)
        if notice.kind is NoticeKind.COMING_OF_AGE:
            from models.coming_of_age import Telling

            Telling.arrived(notice)
