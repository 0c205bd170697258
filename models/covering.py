"""Covering places in a picture for good: how much a mask takes in, and whom it hides (RED-01, GRP-01)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

Box = tuple[float, float, float, float]  # left, top, width, height as fractions of the upright picture

LEAST = 0.15  # of the face's box on every side (RED-01); what takes in less hides nobody
SLIP = 1e-4  # PostgreSQL keeps a place with half the digits


class Extent(StrEnum):
    """How much is covered of somebody: where hair or a badge tells who it is, a face is not enough."""

    FACE = "face"
    HEAD = "head"
    BADGE = "badge"


class Style(StrEnum):
    """What a covered place looks like; never a blur, which can be undone."""

    SOLID = "solid"
    MOSAIC = "mosaic"


# Added to a face's box on either side, above and below, in parts of its size. The detector's box ends at the brows
# and the chin, so a head takes more above than below; a badge hangs on the chest or at the belt.
AROUND: dict[Extent, tuple[float, float, float]] = {
    Extent.FACE: (0.25, 0.25, 0.25),
    Extent.HEAD: (0.6, 0.9, 0.6),
    Extent.BADGE: (0.9, 0.9, 3.2),
}


@dataclass(frozen=True)
class Covering:
    """What is covered in one copy; `reviewed`: a human looked at it and nobody in it is recognisable but those named."""

    places: tuple[Box, ...]
    reviewed: bool = False


def place(box: Box, extent: Extent) -> Box:
    """The place that is filled in to cover whoever has this face, margin included, within the picture."""
    return _grown(box, *AROUND[extent])


def is_hidden(box: Box, places: Iterable[Box]) -> bool:
    """Whether one of the places takes in this face's box with the margin that a mask must have."""
    left, top, right, bottom = _edges(_grown(box, LEAST, LEAST, LEAST))
    return any(
        there[0] <= left + SLIP
        and there[1] <= top + SLIP
        and there[2] >= right - SLIP
        and there[3] >= bottom - SLIP
        for there in map(_edges, places)
    )


def _grown(box: Box, beside: float, above: float, below: float) -> Box:
    left, top, width, height = box
    near, high = max(left - beside * width, 0), max(top - above * height, 0)
    far, low = min(left + (1 + beside) * width, 1), min(top + (1 + below) * height, 1)
    return (near, high, far - near, low - high)


def _edges(box: Box) -> Box:
    left, top, width, height = box
    return (left, top, left + width, top + height)
