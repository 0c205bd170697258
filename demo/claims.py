"""What the people of the demo ask about their data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from models.claim import Claim, Right
from models.gather import today
from models.person import Person
from models.user import User


def letter(*, by: User) -> None:
    """Somebody nobody knows yet asks by letter for a copy; it lay for two days."""
    Claim.receive(
        Right.ACCESS, "letter", actor=by, name="Wietske Verzonnen (demo)", postal="Voorbeeldstraat 1, Demostad", locale="nl",
        words="Ik was op de open dag. Stuur mij alle foto's van mij.", clues="Open day, at the entrance",
        received_on=today() - timedelta(days=2),
    )  # fmt: skip


def by_page(people: Mapping[str, Person]) -> None:
    """Two ask on their own page: one for everything, one to be erased."""
    asking = [person for person in people.values() if person.email][:2]
    for person, right in zip(asking, (Right.ACCESS, Right.ERASURE), strict=False):
        Claim.of_reader(person, right, "")
