"""What a drawing process hands over: the camera's file, and where everyone stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from demo.cast import CAST
from demo.scenes import Label, Spot, compose, jpeg
from demo.shoots import Shot

PHOTOGRAPHER = "Nils Voorbeeld"


@dataclass(frozen=True)
class Picture:
    """A shot and the local time it was taken."""

    shot: Shot
    taken: datetime


def drawn(picture: Picture) -> tuple[bytes, list[Spot]]:
    """Draw one picture and write its file."""
    shot = picture.shot
    image, spots = compose(shot.scene)
    named = tuple(CAST[spot.person].name for spot in spots) if shot.claims else ()
    label = Label(
        taken=picture.taken, title=shot.title, caption=shot.caption, keywords=shot.keywords, creator=PHOTOGRAPHER,
        named=named,
    )  # fmt: skip
    return jpeg(image, label), spots
