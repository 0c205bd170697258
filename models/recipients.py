"""Telling those who got something of a person that it was corrected, frozen or erased (Art. 19, 17(2); N19-01, N19-02)."""

from __future__ import annotations

from collections.abc import Iterable
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
from models.publication import Publication
from models.share import Share
from models.trail import Trace
from models.user import User

TOLD_OF = frozenset({Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION})
SHORTEST_REASON = 10


class Told(StrEnum):
    """How a recipient was told, or why not."""

    MAIL = "mail"
    LETTER = "letter"
    PHONE = "phone"
    REMOVED = "removed"  # where it was public: it was taken down, and search engines were asked to forget it
    IMPOSSIBLE = "impossible"
    DISPROPORTIONATE = "disproportionate"


NEED_WHY = frozenset({Told.IMPOSSIBLE, Told.DISPROPORTIONATE})


class RecipientNotice(Record):
    """One recipient of something of a person, and whether they were told."""

    code = code_field()
    claim = ForeignKeyField(Claim, backref="recipients", on_delete="CASCADE")
    recipient = TextField()
    what = TextField()  # codes of the deliveries, publications or shares
    public = BooleanField(default=False)
    how = EnumField(Told, null=True)
    note = TextField(default="")
    on = DateField(null=True)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        personal = ("recipient", "note")
        plain = ("code", "what", "public", "how", "on")

    @classmethod
    def gather(cls, claim: Claim, *, by: User) -> int:
        """List everyone who got a photo of whom a claim is about, each once; returns how many are new. Idempotent."""
        require_dpo(by)
        if claim.person is None:
            raise Refusal(_l("Say first whom on file this is about."))
        known = {row.recipient for row in claim.recipients}
        found = {name: value for name, value in _found(claim).items() if name not in known}
        with db.atomic():
            for recipient, (codes, public) in found.items():
                cls.create(claim=claim, recipient=recipient[:500], what=" ".join(codes)[:2000], public=public)
            Trace.leave(by, "claim.recipients", claim, person=claim.person, count=len(found))
        return len(found)

    def tell(self, how: str, note: str, *, by: User) -> None:
        """Note how they were told, or why that can't be done."""
        require_dpo(by)
        if how not in set(Told):
            raise Invalid(_l("Choose one of the list."), field="how")
        if Told(how) in NEED_WHY and len(note.strip()) < SHORTEST_REASON:
            raise Invalid(_l("Say in a few words why they can't be told."), field="note")
        with db.atomic():
            RecipientNotice.update(how=Told(how), note=note.strip()[:1000], on=today(), by=by).where(
                RecipientNotice.id == self.id
            ).execute()
            Trace.leave(
                by, "claim.recipient-told", self, person=self.claim.person, how=how, of=self.claim.code
            )


def _found(claim: Claim) -> dict[str, tuple[list[str], bool]]:
    photos = Appearance.select(Appearance.photo).where(
        Appearance.person == claim.person, Appearance.undone_at.is_null()
    )
    found: dict[str, tuple[list[str], bool]] = {}
    shown = Publication.select().where(Publication.photo.in_(photos)).order_by(Publication.id)
    _add(found, ((row.url or row.medium, row.code) for row in shown), public=True)
    went = Delivery.select().where(Delivery.photo.in_(photos), Delivery.digest != "").order_by(Delivery.id)
    _add(found, ((row.recipient, row.code) for row in went if not row.share), public=False)
    shares = Share.select().where(Share.code.in_([row.share for row in went if row.share]))
    _add(found, ((row.recipient, row.code) for row in shares), public=False)
    return found


def _add(found: dict[str, tuple[list[str], bool]], rows: Iterable[tuple[str, str]], *, public: bool) -> None:
    for recipient, code in rows:
        if recipient:
            found.setdefault(recipient, ([], public))[0].append(code)


def _all_told(claim: Claim, outcome: Outcome) -> str | None:
    if claim.right not in TOLD_OF or outcome is not Outcome.GRANTED:
        return None
    if claim.recipients.where(RecipientNotice.how.is_null()).exists():
        return _l("Tell everyone who got something of her first, or note why that can't be done.")
    return None


HINDRANCES.append(_all_told)
