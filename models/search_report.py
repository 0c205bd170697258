"""The report of a search: method, every store with its count, the search by face or why there was none, and the limits (DSR-10, DSR-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import looking_for, papers
from models.base import db, tools
from models.claim import Claim
from models.errors import _l
from models.face_search import FaceSearch
from models.may_search import Why, why_not
from models.package_words import STATED, STORES
from models.permission import Permission
from models.search_of_claim import ClaimSearch, Searched
from models.setting import Setting
from models.trail import Trace
from models.user import User

# Why there was no search by face, for whoever reads the report.
REASONS = {
    Why.OFF: _l("faces are not compared with one another here"),
    Why.STALE: _l("faces are not compared with one another here"),
    Why.NOWHERE: _l("there is no album in which faces may be compared"),
    Why.KIND: _l("it was not weighed for people of this kind"),
    Why.NOBODY: _l("nobody on file is named in the request"),
    Why.IDENTITY: _l("it was not certain who asks"),
    Why.SPEAKER: _l("only the person whose face it is can say yes to it"),
    Why.CHILD: _l("a child's face is not searched for"),
    Why.BARRED: _l("this person asked not to be recognised, or everything of theirs is frozen"),
}  # fmt: skip
NO_YES = _l("there was no yes to it from the person whose face it is")
NONE = _l("No search by face was made: %(reason)s.")
TAKEN_BACK = _l(
    "A search by face was stopped when the yes to it was taken back; nothing of it is kept or used here."
)
DONE = _l("With the explicit yes of the person whose face it is, a computer on our own machine measured it in %(pictures)s and compared it once with %(faces)s faces that nobody had named, in %(photos)s photos. It proposed %(proposed)s photos; a person looked at each of them and confirmed %(confirmed)s.")  # fmt: skip
BROKEN = _l("A search by face ended before its end, after %(photos)s of %(total)s photos.")
LIMITS = _l("%(unsearchable)s faces without a name could not be compared: too small, blurred or turned away, or in albums where nothing may be compared. %(missed)s photos could not be read. A computer may miss a face, and may take somebody else's for it.")  # fmt: skip
GIVEN = _l("the pictures given for it")


@dataclass(frozen=True)
class Report:
    """What a report says, in one language."""

    at: datetime | None
    cut: bool
    stores: list[dict[str, Any]]
    face: list[str]
    confirmed: int
    rejected: int
    unnamed: int


def of(claim: Claim, locale: str) -> Report:
    """Gather it as it is now."""

    def say(words: str) -> str:
        return tools.typesetter.gettext(words, locale)

    search, tally = ClaimSearch.get_or_none(ClaimSearch.claim == claim), looking_for.tally(claim)
    stores = [
        {"name": say(STORES[row.store]), "count": row.count, "said": say(STATED[row.store]) if row.store in STATED else ""}
        for row in claim.searched.order_by(Searched.id) if row.store in STORES
    ]  # fmt: skip
    return Report(
        at=search.at if search else None, cut=bool(search and search.cut), stores=stores, face=_by_face(claim, say),
        confirmed=tally["confirmed"], rejected=tally["rejected"], unnamed=looking_for.unnamed().count(),
    )  # fmt: skip


def _by_face(claim: Claim, say: Any) -> list[str]:
    row = FaceSearch.of(claim)
    if row is None:
        why = why_not(claim)
        return [say(NONE) % {"reason": say(REASONS.get(why, NO_YES) if why else NO_YES)}]
    if row.withdrawn_at is not None:
        return [say(TAKEN_BACK)]
    if row.measured_at is None:
        return [say(_l("No search by face was made."))]
    if row.stage == "searching":
        under_way = say(_l("Under way behind other work: %(seen)s of %(total)s photos."))
        return [under_way % {"seen": row.seen, "total": row.total}]
    if row.stage != "done":
        return [say(BROKEN) % {"photos": row.seen, "total": row.total}]
    limits = say(LIMITS) % {"unsearchable": row.unsearchable, "missed": row.missed}
    values = {
        "pictures": say(GIVEN), "faces": row.compared, "photos": row.seen, "proposed": row.proposed,
        "confirmed": looking_for.confirmed_by_face(claim),
    }  # fmt: skip
    return [say(DONE) % values, limits]


def paper(claim: Claim, locale: str, *, by: User) -> bytes:
    """The report as a PDF for the file of the request; that it was taken out stands in the trail."""
    by.require(Permission.COMPLIANCE)
    made = papers.make(
        "search.html", locale, claim=claim, report=of(claim, locale), organisation=str(Setting.of("organisation")),
        address=str(Setting.of("organisation_address")),
    )  # fmt: skip
    with db.atomic():
        Trace.leave(by, "claim.search-report", claim, person=claim.person)
    return made
