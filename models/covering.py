"""Covering places in a picture for good: how much a mask takes in, and whom it hides (RED-01, GRP-01)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

Box = tuple[float, float, float, float]  # left, top, width, height as fractions of the upright picture

LEAST = 0.15  # of the face's box on every side (RED-01); what takes in less hides nobody
WORTHWHILE = 0.2  # of the picture: less is no picture of it any more
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
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


def sparing(box: Box, spared: Iterable[Box]) -> Box:
    """The place over a head with its hair, or over the face and its margin alone where more would cover one of these faces."""
    head = place(box, Extent.HEAD)
    return place(box, Extent.FACE) if any(share(other, head) > 0 for other in spared) else head


def share(box: Box, there: Box) -> float:
    """How much of a box another covers."""
    wide = min(box[0] + box[2], there[0] + there[2]) - max(box[0], there[0])
    high = min(box[1] + box[3], there[1] + there[3]) - max(box[1], there[1])
    return max(wide, 0) * max(high, 0) / (box[2] * box[3]) if box[2] * box[3] else 0


def part_without(own: Sequence[Box], others: Sequence[Box]) -> Box | None:
    """The largest part of a picture in which nothing is left of whoever has these faces and every other face is whole.

    Below a head hangs the body it is known by: it is cut off with it. None where no worthwhile part is left.
    """
    figures = [
        (left, top, left + width, 1.0) for left, top, width, _ in (place(box, Extent.HEAD) for box in own)
    ]
    kept = [_edges(place(box, Extent.FACE)) for box in others]
    sides = (
        [0.0, *(f[2] for f in figures)],
        [1.0, *(f[0] for f in figures)],
        [1.0, *(f[1] for f in figures)],
    )
    best: Box | None = None
    for left, right, bottom in product(*sides):
        free = all(right <= f[0] or left >= f[2] or bottom <= f[1] for f in figures)
        whole = all(left <= k[0] and right >= k[2] and bottom >= k[3] for k in kept)
        area = (right - left) * bottom if right > left else 0.0
        if free and whole and area >= max(WORTHWHILE, best[2] * best[3] if best else 0):
            best = (left, 0.0, right - left, bottom)
    return best


def seen_in(box: Box, part: Box) -> Box | None:
    """Where a box lies in a part cut out of the picture; None for one that is not wholly in it."""
    left, top = (box[0] - part[0]) / part[2], (box[1] - part[1]) / part[3]
    width, height = box[2] / part[2], box[3] / part[3]
    inside = left >= -SLIP and top >= -SLIP and left + width <= 1 + SLIP and top + height <= 1 + SLIP
    return (max(left, 0.0), max(top, 0.0), width, height) if inside else None


def _grown(box: Box, beside: float, above: float, below: float) -> Box:
    left, top, width, height = box
    near, high = max(left - beside * width, 0), max(top - above * height, 0)
    far, low = min(left + (1 + beside) * width, 1), min(top + (1 + below) * height, 1)
    return (near, high, far - near, low - high)


def _edges(box: Box) -> Box:
    left, top, width, height = box
    return (left, top, left + width, top + height)
