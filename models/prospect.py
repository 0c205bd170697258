"""What erasing photos takes away and what it leaves, said before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.copy import Copy
from models.delivery import Delivery
from models.face import Appearance
from models.photo import Photo
from models.publication import Publication


@dataclass(frozen=True)
class Prospect:
    """What erasing these photos takes away and what it leaves, in numbers; and where they are still shown."""

    photos: int
    copies: int
    people: int
    deliveries: int
    shown: list[Publication]


def prospect(photos: Sequence[Photo]) -> Prospect:
    """What would become of these photos."""
    ids = [photo.id for photo in photos]
    named = Appearance.select(Appearance.person).where(
        Appearance.photo.in_(ids), Appearance.undone_at.is_null()
    )
    return Prospect(
        photos=len(ids),
        copies=Copy.select().where(Copy.photo.in_(ids)).count(),
        people=named.distinct().count(),
        deliveries=Delivery.select().where(Delivery.photo.in_(ids), Delivery.digest != "").count(),
        shown=published(photos),
    )


def published(photos: Sequence[Photo]) -> list[Publication]:
    """Where these photos are shown now or soon: erasing them here takes nothing down there."""
    return list(Publication.live().where(Publication.photo.in_([photo.id for photo in photos])))
