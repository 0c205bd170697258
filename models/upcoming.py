"""What the privacy officer has to do by when, gathered from the registers for one page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from adapters import clock
from models import activities, modes, processor, review, weighing
from models.album import Mode
from models.assessment import About, Assessment
from models.base import tools
from models.breach import Breach
from models.claim import Claim
from models.errors import _l
from models.gather import today
from models.holidays import working_days


@dataclass(frozen=True)
class Due:
    """One duty: where it is done, what it is, and by when."""

    where: str
    what: str
    by: date
    code: str = ""
    name: str = ""  # which of several

    @property
    def late(self) -> bool:
        """Whether its day has passed."""
        return self.by < today()


def duties() -> list[Due]:
    """Everything with a day, the most urgent first."""
    return sorted(_all(), key=lambda due: (due.by, due.where, due.code))


def urgent() -> int:
    """How many of them are late."""
    return sum(due.late for due in duties()) + sum(breach.late for breach in Breach.open())


def _events() -> Iterator[Due]:
    newest = Assessment.newest(About.EVENTS)
    if weighing.waiting():
        # Shut since it no longer fits, or since somebody wrote the event's record: late from the next day on.
        since = newest.expires_on if newest and newest.expires_on < today() else today()
        yield Due("assessments", _l("Weigh events with children or in public space: some are shut"), since)
    elif newest is not None:
        yield Due("assessments", _l("Weigh events with children or in public space anew"), newest.expires_on)


def _all() -> Iterator[Due]:
    for breach in Breach.open():
        if breach.waits:
            told_by = clock.day_of(breach.due_at, tools.zone)
            yield Due("breaches", _l("Tell the authority of a breach"), told_by, breach.code)
        else:  # no law says by when; a month is our own measure
            known = clock.day_of(breach.aware_at, tools.zone)
            yield Due("breaches", _l("Close the file of a breach"), clock.months_after(known, 1), breach.code)
    days = working_days()
    for claim in Claim.open_ones():
        yield Due("claims", _l("Answer a request about personal data"), claim.due_on(days).day, claim.code)
    yield Due("record", _l("Look at the record of processing again"), activities.due_on())
    yield Due("accounts", _l("Look again at who may do what"), review.due_on())
    here = modes.state()
    if here.mode is not Mode.OFF and here.assessment is not None:
        yield Due(
            "assessments", _l("Weigh recognition anew"), today() if here.stale else here.assessment.expires_on
        )
    yield from _events()
    if processor.undeclared():
        yield Due("parties", _l("Say who runs the hosts Clearframe talks to"), today())
    for party in processor.Party.current():
        if party.missing():
            yield Due(
                "parties",
                _l("See the contract of a processor"),
                clock.day_of(party.at, tools.zone),
                party.code,
                party.name,
            )
