"""The letters of a claim: each kept as it was sent, by mail where there is an address, on paper where there is none (DSR-07, DSR-08)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import DateField, ForeignKeyField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models import papers
from models.authority import competent
from models.base import Moment, Record, code_field, db, tools
from models.claim import RIGHTS, Claim
from models.errors import Refusal, _l
from models.gather import today
from models.notice import Notice, NoticeKind
from models.setting import Setting
from models.trail import Trace
from models.user import User


class LetterKind(StrEnum):
    """What a letter says; each has templates/claims/letters/<kind>.txt."""

    RECEIVED = "received"
    IDENTITY = "identity"
    EXTENDED = "extended"
    GRANTED = "granted"
    PACKAGE = "package"
    NOTHING = "nothing"
    PARTLY = "partly"
    REFUSED = "refused"
    EXCESSIVE = "excessive"
    LIFTING = "lifting"
    HELD = "held"
    FACE = "face"  # whether she wants to be searched for by her face


class ClaimLetter(Record):
    """One letter, in the words and the language it had."""

    code = code_field()
    claim = ForeignKeyField(Claim, backref="letters", on_delete="CASCADE")
    kind = EnumField(LetterKind)
    locale = TextField()
    subject = TextField()
    words = TextField()
    at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    posted_on = DateField(null=True)  # when it went by post, where there is no address for mail

    class Meta:
        personal = ("locale", "words")
        plain = ("code", "kind", "subject", "at", "posted_on")

    @classmethod
    def write(cls, claim: Claim, kind: LetterKind, *, by: User | None, **values: Any) -> ClaimLetter:
        """Write a letter in the language of the one who asks and send it, or keep it to be printed; within the caller's transaction."""
        subject, words = compose(claim, kind, **values)
        letter: ClaimLetter = cls.create(
            claim=claim, kind=kind, locale=claim.reader_locale, subject=subject, words=words, by=by
        )
        Trace.leave(
            by or "system", "claim.letter", letter, person=claim.person, letter=kind.value, of=claim.code
        )
        if claim.email:
            Notice.put(
                NoticeKind.CLAIM_LETTER, f"claim-letter|{letter.code}", claim=claim.code, letter=letter.code
            )
        return letter

    def posted(self, *, by: User) -> None:
        """Note that it went by post today."""
        with db.atomic():
            done = ClaimLetter.update(posted_on=today()).where(
                ClaimLetter.id == self.id, ClaimLetter.posted_on.is_null()
            )
            if self.claim.email or done.execute() != 1:
                raise Refusal(_l("This letter was sent already."))
            Trace.leave(by, "claim.letter-posted", self, person=self.claim.person, of=self.claim.code)

    @property
    def paper(self) -> bytes:
        """The letter as a PDF, to be printed or kept."""
        return papers.make(
            "letter.html", self.locale, letter=self, claim=self.claim, paragraphs=self.words.split("\n\n"),
            organisation=str(Setting.of("organisation")), address=str(Setting.of("organisation_address")),
        )  # fmt: skip


def compose(claim: Claim, kind: LetterKind, **values: Any) -> tuple[str, str]:
    """Subject and words of a letter, as they would be sent now: what is shown before it goes is what goes."""
    text = tools.typesetter.set(
        f"claims/letters/{kind.value}.txt", claim.reader_locale, claim=claim, due=claim.due,
        organisation=str(Setting.of("organisation")), contact=str(Setting.of("privacy_email")),
        authority=competent(), asked=tools.typesetter.gettext(RIGHTS[claim.right], claim.reader_locale), **values,
    )  # fmt: skip
    subject, _, body = text.partition("\n")
    return subject.strip(), body.strip()
