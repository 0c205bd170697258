"""Whether a search by face may be made for a claim: the conditions for comparing faces at all, and her own; each no with what to do next (BIO-01, DSR-11)."""

from __future__ import annotations

from enum import StrEnum

from models import modes
from models.album import Mode
from models.circumstance import Circumstance, Kind
from models.claim import Capacity, Claim, Identity
from models.errors import Refusal, _l

# Having left ends a standing yes to recognition, not one that is given now for one search.
BARS = frozenset({Kind.DECEASED, Kind.RESTRICTED, Kind.UNRECOGNISED})


class Why(StrEnum):
    """Why no search by face may be made; the same conditions as for comparing at all, and her own."""

    CLOSED = "closed"
    OFF = "off"
    STALE = "stale"
    NOWHERE = "nowhere"
    NOBODY = "nobody"
    IDENTITY = "identity"
    SPEAKER = "speaker"
    CHILD = "child"
    BARRED = "barred"
    KIND = "kind"


# The reason, and what to do next.
WHY = {
    Why.CLOSED: _l("The request is closed, so nothing more is looked for."),
    Why.OFF: _l("Recognition is off here, so no face is compared with any other. Look by name, event, place and day; ask when and where the person was photographed."),
    Why.STALE: _l("The assessment that allows comparing faces has ended or no longer fits. Weigh it anew under Recognition, or look by name, event, place and day."),
    Why.NOWHERE: _l("There is no album in which faces may be compared: each is switched off, not attested, or not covered by the assessment. Look by name, event, place and day."),
    Why.NOBODY: _l("Say first whom on file this request is about: a yes is of one person."),
    Why.IDENTITY: _l("Make sure first that it is this person: with a code, or by speaking to her."),
    Why.SPEAKER: _l("Somebody else asks for this person. Only the person whose face it is can say yes to this; look by name, event, place and day."),
    Why.CHILD: _l("This is a child's request. A child's face is not searched for; look by name, event, place and day."),
    Why.BARRED: _l("This person asked not to be recognised, or everything of theirs is frozen. That goes first; look by name, event, place and day."),
    Why.KIND: _l("The assessment does not speak of people of this kind. Weigh it anew under Recognition, or look by name, event, place and day."),
}  # fmt: skip


def why_not(claim: Claim) -> Why | None:
    """Why no search by face may be made for this claim today; None where it may (BIO-01, BIO-09, BIO-13)."""
    here, person = modes.state(), claim.person
    scope = here.assessment.scope if here.assessment is not None else None
    checks = {
        Why.CLOSED: claim.closed_at is not None,
        Why.OFF: here.mode is Mode.OFF,
        Why.STALE: not here.holds or scope is None,
        Why.NOBODY: person is None,
        Why.SPEAKER: claim.capacity is not Capacity.SELF or claim.guardian_id is not None,
        Why.IDENTITY: claim.identity is Identity.OPEN,
    }
    first = next((why for why, holds in checks.items() if holds), None)
    if first is not None or person is None or scope is None:
        return first
    if person.is_minor():
        return Why.CHILD
    if any(row.kind in BARS for row in Circumstance.of(person)):
        return Why.BARRED
    if person.relation not in scope.kinds:
        return Why.KIND
    return None if modes.allowed() else Why.NOWHERE


def require(claim: Claim) -> None:
    """Raise Refusal with the reason and the next step where no search may be made."""
    why = why_not(Claim.get_by_id(claim.id))
    if why is not None:
        raise Refusal(WHY[why])
