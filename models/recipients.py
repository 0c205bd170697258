"""Telling those who got something of a person that it was corrected, frozen or erased (Art. 19, 17(2); N19-01, N19-02)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from peewee import BooleanField, DateField, ForeignKeyField, TextField
from playhouse.fields import EnumField

from models.base import Record, code_field, db
from models.claim import Claim, Outcome, Right, require_dpo
from models.claim_desk import HINDRANCES
from models.delivery import Delivery
from models.errors import Invalid, Refusal, _l
from models.face import Appearance
from models.gather import today
from models.names import clean_email
from models.notice import Notice, NoticeKind
from models.publication import Publication
from models.share import Share
from models.trail import Trace
from models.user import User

TOLD_OF = frozenset({Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION})
SHORTEST_REASON = 10
LONGEST_NOTE = 1000


class Told(StrEnum):
    """How a recipient was told, or why not."""

    MAIL = "mail"
    LETTER = "letter"
    PHONE = "phone"
    REMOVED = "removed"  # where it was public: it was taken down, and search engines were asked to forget it
    IMPOSSIBLE = "impossible"
    DISPROPORTIONATE = "disproportionate"


class Step(StrEnum):
    """What was tried where something is public, so that others forget it too (Art. 17(2), N19-02)."""

    TAKEN_DOWN = "taken-down"
    SEARCH_ENGINES = "search-engines"
    PARTNERS = "partners"


NEED_WHY = frozenset({Told.IMPOSSIBLE, Told.DISPROPORTIONATE})


class RecipientNotice(Record):
    """One recipient of something of a person, and whether they were told."""

    code = code_field()
    claim = ForeignKeyField(Claim, backref="recipients", on_delete="CASCADE")
    recipient = TextField()
    what = TextField()  # codes of the deliveries and publications
    public = BooleanField(default=False)
    email = TextField(null=True)
    locale = ""  # a recipient is no user: the organisation's language
    steps = TextField(default="")  # codes of Step, with a space between
    how = EnumField(Told, null=True)
    note = TextField(default="")
    on = DateField(null=True)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        personal = ("recipient", "email", "note")
        plain = ("code", "what", "public", "steps", "how", "on")

    @property
    def name(self) -> str:
        """How a letter addresses them."""
        return str(self.recipient)

    @property
    def codes(self) -> list[str]:
        """Of the deliveries and publications they got."""
        return str(self.what).split()

    @property
    def tried(self) -> list[Step]:
        """What was tried where it is public."""
        return [Step(each) for each in str(self.steps).split()]

    @classmethod
    def unreached(cls, claim: Claim) -> set[str]:
        """The codes of those who were not told yet and whose letter came back."""
        keys = [f"recipient|{row.code}" for row in claim.recipients.where(cls.how.is_null())]
        failed = Notice.select().where(Notice.key.in_(keys), Notice.failed_at.is_null(False))
        return {str(letter.key).partition("|")[2] for letter in failed}

    @classmethod
    def gather(cls, claim: Claim, *, by: User) -> int:
        """List everyone who got a photo of whom a claim is about, each once; returns how many are new. Idempotent."""
        require_dpo(by)
        if claim.person is None:
            raise Refusal(_l("Say first whom on file this is about."))
        found = _unlisted(claim)
        with db.atomic():
            for recipient, got in found.items():
                cls.create(
                    claim=claim, recipient=recipient[:500], what=" ".join(got.codes), public=got.public, email=got.email
                )  # fmt: skip
            Trace.leave(by, "claim.recipients", claim, person=claim.person, count=len(found))
        return len(found)

    @classmethod
    def write_to_all(cls, claim: Claim, *, by: User) -> int:
        """Write to everybody on the list who has an address and was not told yet; returns how many letters go."""
        require_dpo(by)
        claim.require_open()
        rows = list(claim.recipients.where(cls.how.is_null(), cls.email.is_null(False)))
        if not rows:
            raise Refusal(_l("Nobody on the list has an address and waits to be told. Tell the others another way, and note it."))  # fmt: skip
        with db.atomic():
            for row in rows:
                Notice.put(NoticeKind.RECIPIENT, f"recipient|{row.code}", recipient=row.code)
                row._note(Told.MAIL, by=by)
        return len(rows)

    def tell(self, how: str, note: str, *, by: User, steps: Iterable[str] = ()) -> None:
        """Note how they were told, or why that can't be done; where it is public, what was tried."""
        require_dpo(by)
        if how not in set(Told):
            raise Invalid(_l("Choose one of the list."), field="how")
        if Told(how) in NEED_WHY and len(note.strip()) < SHORTEST_REASON:
            raise Invalid(_l("Say in a few words why they can't be told."), field="note")
        if len(note) > LONGEST_NOTE:
            raise Invalid(_l("Write at most %(count)s characters."), field="note", count=LONGEST_NOTE)
        tried = [step.value for step in Step if step in set(steps)] if self.public else []
        if Told(how) is Told.REMOVED and not tried:
            raise Invalid(_l("Tick what was done, so that it is no longer found."), field="steps")
        with db.atomic():
            self._note(Told(how), by=by, note=note.strip(), steps=" ".join(tried))

    def _note(self, how: Told, *, by: User, **more: str) -> None:
        RecipientNotice.update(how=how, on=today(), by=by, **more).where(
            RecipientNotice.id == self.id
        ).execute()
        Trace.leave(
            by, "claim.recipient-told", self, person=self.claim.person, how=how.value, of=self.claim.code,
            steps=more.get("steps") or None,
        )  # fmt: skip

    def came_back(self) -> None:
        """A letter that can't be delivered told nobody: the row waits again; within the caller's transaction."""
        RecipientNotice.update(how=None, on=None, email=None).where(
            RecipientNotice.id == self.id, RecipientNotice.how == Told.MAIL
        ).execute()


@dataclass
class _Got:
    """What one recipient got, and where a letter reaches them."""

    codes: list[str] = field(default_factory=list)
    public: bool = False
    email: str | None = None


def _unlisted(claim: Claim) -> dict[str, _Got]:
    known = {row.recipient for row in claim.recipients}
    return {name: got for name, got in _found(claim).items() if name[:500] not in known}


def _found(claim: Claim) -> dict[str, _Got]:
    tagged = Appearance.person == claim.person
    if claim.right is not Right.RECTIFICATION:  # a name that was wrong went out all the same
        tagged &= Appearance.undone_at.is_null()
    photos = Appearance.select(Appearance.photo).where(tagged)
    found: dict[str, _Got] = {}
    for shown in Publication.select().where(Publication.photo.in_(photos)).order_by(Publication.id):
        _add(found, shown.url or shown.medium, shown.code, public=True)
    went = list(
        Delivery.select().where(Delivery.photo.in_(photos), Delivery.digest != "").order_by(Delivery.id)
    )
    for row in went:
        if not row.share:
            _add(found, row.recipient, row.code)
    shares = {
        each.code: each
        for each in Share.select().where(Share.code.in_({row.share for row in went if row.share}))
    }
    for row in went:
        if row.share in shares:  # the files of her alone: the rest of a share is nobody's business
            _add(found, shares[row.share].recipient, row.code, email=shares[row.share].email)
    return found


def _add(
    found: dict[str, _Got], recipient: str, code: str, *, public: bool = False, email: str | None = None
) -> None:
    if not recipient:
        return
    got = found.setdefault(recipient, _Got(public=public))
    got.codes.append(code)
    got.email = got.email or email or _address(recipient)


def _address(recipient: str) -> str | None:
    try:
        return clean_email(recipient)
    except Invalid:
        return None


def _all_told(claim: Claim, outcome: Outcome) -> str | None:
    if claim.right not in TOLD_OF or outcome is not Outcome.GRANTED:
        return None
    if claim.person is not None and _unlisted(claim):
        return _l("Others got something of her and are not on the list yet. Make the list of who must be told, under “Who was told”.")  # fmt: skip
    if claim.recipients.where(RecipientNotice.how.is_null()).exists():
        return _l("Tell everyone who got something of her first, or note why that can't be done.")
    return None


HINDRANCES.append(_all_told)
