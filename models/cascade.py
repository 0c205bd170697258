"""What follows when anything about a person changes the answer: colours now, copies outside the house after."""

from __future__ import annotations

from models import recolour
from models.person import Person


def after(person: Person, cause: str) -> None:
    """Colour her photos anew and open a task for every copy outside that the gate would refuse now; in the caller's transaction."""
    recolour.now(person)
