"""Asking people who depend on the organisation: only under a recorded attestation (EMP-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters import clock
from models.errors import Invalid, _l
from models.person import Person, Relation

if TYPE_CHECKING:
    from models.campaign import Campaign
    from models.user import User

DEPENDENT = frozenset(
    {Relation.EMPLOYEE, Relation.VOLUNTEER, Relation.PATIENT, Relation.PUPIL, Relation.RESIDENT}
)
STATEMENT = _l(
    "Saying no has no consequences for them, there is an equal alternative without photos, and the question is not part "
    "of a contract or of admission papers."
)


def is_dependent(person: Person) -> bool:
    """Whether a free choice is harder for this person, because of what ties her to the organisation (EMP-01)."""
    return person.relation in DEPENDENT


def attestation(
    person: Person, *, attested: bool, by: User | None, campaign: Campaign | None
) -> dict[str, Any]:
    """Who attested and when, as columns of a request; nothing for who is free, Invalid where it is missing.

    A campaign's attestation counts for everyone in it, and what the system asks follows the newest one before.
    """
    if not is_dependent(person):
        return {}
    if attested and by is not None:
        return {"attested_by": by, "attested_at": clock.now()}
    if campaign is not None and campaign.attested_at is not None:
        return {"attested_by": campaign.attested_by_id, "attested_at": campaign.attested_at}
    earlier = _earlier(person) if by is None else None
    if earlier is None:
        words = _l("%(name)s depends on the organisation. Confirm that the choice is free before asking.")
        raise Invalid(words, field="attest", name=person.name)
    return {"attested_by": earlier.attested_by_id, "attested_at": earlier.attested_at}


def is_attested(person: Person) -> bool:
    """Whether the system may ask this person by itself: she is free, or was asked under an attestation before."""
    return not is_dependent(person) or _earlier(person) is not None


def _earlier(person: Person) -> Any:
    return (
        person.requests.where(person.requests.model.attested_at.is_null(False))
        .order_by(person.requests.model.id.desc())
        .first()
    )
