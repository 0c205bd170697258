"""Every store there is, and how much of one person it holds: the list an answer to a request is checked off by (DSR-10).

Whoever adds a table that points to a person adds a line here; a test holds it against the records.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.base import tools
from models.basis import Basis
from models.breach import Affected
from models.campaign import Addressee
from models.circumstance import Circumstance
from models.claim import Claim
from models.claim_letter import ClaimLetter
from models.coming_of_age import Telling
from models.consent import Consent, Line, Withdrawal
from models.delivery import Delivery
from models.disposition import Disposition
from models.entry import Entry
from models.event import OptOut
from models.face import Appearance, Faceprint, Match, Rejection, Step
from models.face_search import FaceSearch
from models.hold import Hold
from models.importing import ImportedRow
from models.inquiry import Inquiry
from models.merging import Distinct, Merging
from models.notice import Notice
from models.override import Override
from models.package import Package
from models.person import Guardian, Person
from models.photo import Photo
from models.publication import Publication
from models.request import Asked, Request
from models.ruling import Ruling
from models.scan import Sought
from models.selfie import Selfie
from models.share import SharedPhoto
from models.takedown import TakeDown
from models.trail import Trace
from models.visit import Visit
from models.voiding import Voiding

Count = Callable[[Person], int | None]


def _of(record: Any, column: Any) -> Count:
    return lambda person: int(record.select().where(column == person).count())


def _via(record: Any, through: Any) -> Count:
    return lambda person: int(record.select().join(through).where(through.person == person).count())


def _shown(record: Any) -> Count:
    def count(person: Person) -> int:
        there = Appearance.select(Appearance.photo).where(
            Appearance.person == person, Appearance.undone_at.is_null()
        )
        return int(record.select().where(record.photo.in_(there)).count())

    return count


def _files(person: Person) -> int:
    there = Appearance.select(Appearance.photo).where(
        Appearance.person == person, Appearance.undone_at.is_null()
    )
    photos = Photo.select().where(Photo.id.in_(there)).count()
    return int(photos + person.consents.count())


def _outbox(person: Person) -> int:
    """Letters that lie in the outbox where there is no mail server."""
    codes = {row.code for row in Notice.select(Notice.code).where(Notice.person == person)}
    return sum(path.stem in codes for path in tools.mailer.outbox.glob("*.eml"))


def _index(person: Person) -> int:
    return int(Appearance.select().where(Appearance.person == person, Appearance.undone_at.is_null()).count())


def _stated(_person: Person) -> None:
    """Nothing is counted there: a statement stands in its place."""


# fmt: off
STORES: dict[str, Count] = {
    "photos": _of(Appearance, Appearance.person), "vault": _files, "index": _index,
    "guardians": _of(Guardian, Guardian.person), "circumstances": _of(Circumstance, Circumstance.person),
    "holds": _of(Hold, Hold.person), "breaches": _of(Affected, Affected.person),
    "requests": _of(Request, Request.person), "asked": _via(Asked, Request), "consents": _of(Consent, Consent.person),
    "lines": _of(Line, Line.person), "withdrawals": _via(Withdrawal, Line), "voidings": _via(Voiding, Line),
    "bases": _of(Basis, Basis.person), "rulings": _of(Ruling, Ruling.person),
    "deliveries": _shown(Delivery), "publications": _shown(Publication), "shares": _shown(SharedPhoto),
    "overrides": _shown(Override), "takedowns": _of(TakeDown, TakeDown.person), "dispositions": _of(Disposition, Disposition.person),
    "messages": _of(Inquiry, Inquiry.person), "claims": _of(Claim, Claim.person), "claim-letters": _via(ClaimLetter, Claim),
    "face-searches": _via(FaceSearch, Claim),
    "packages": _of(Package, Package.person), "letters": _of(Notice, Notice.person), "outbox": _outbox,
    "campaigns": _of(Addressee, Addressee.person), "visits": _of(Visit, Visit.person), "entries": _of(Entry, Entry.person),
    "imports": _via(ImportedRow, Consent), "events": _of(OptOut, OptOut.person), "of-age": _of(Telling, Telling.person),
    "merged": lambda person: Merging.select().where((Merging.kept == person) | (Merging.gone == person)).count(),
    "distinct": lambda person: Distinct.select().where((Distinct.one == person) | (Distinct.other == person)).count(),
    "faceprints": _of(Faceprint, Faceprint.person), "selfies": _via(Selfie, Consent), "guesses": _of(Match, Match.person),
    "rejections": _of(Rejection, Rejection.person), "sought": _of(Sought, Sought.person), "desk": _of(Step, Step.person),
    "trail": lambda person: Trace.select().where(Trace.person == person.code).count(),
    "backups": _stated, "processors": _stated,
}
# fmt: on


def counts(person: Person | None) -> dict[str, int | None]:
    """How many records of a person each store holds, none of who is not on file; None where only a statement can be made."""
    if person is None:
        return {store: None if count is _stated else 0 for store, count in STORES.items()}
    return {store: count(person) for store, count in STORES.items()}
