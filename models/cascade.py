"""What follows when anything about a person changes the answer: doors, colours, copies outside the house, photos without a ground."""

from __future__ import annotations

from models import disposition, recolour, takedown
from models.face import Appearance
from models.person import Person


def after(person: Person, cause: str) -> None:
    """Colour her photos anew, open a task for every copy outside that the gate refuses now, and for every photo of her that
    nothing allows us to keep; within the transaction of the act (`cause` names it for the queue). WDR-03 to WDR-05.
    """
    recolour.now(person)
    consequences(person, cause)


def consequences(person: Person, cause: str) -> None:
    """The tasks alone, where the act has coloured the photos in its own way."""
    theirs = [
        row.photo_id
        for row in Appearance.select(Appearance.photo)
        .where(Appearance.person == person, Appearance.undone_at.is_null())
        .distinct()
    ]
    takedown.check(theirs, person=person)
    disposition.check(person, theirs, cause)
