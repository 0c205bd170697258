"""Pictures of the cast for tests: drawn people whom the real recogniser finds and tells apart."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

from demo.cast import CAST, Member
from demo.portrait import draw
from demo.scenes import Scene, compose, jpeg


def member(who: str | int) -> Member:
    """One of the cast by index, whole name or first name; KeyError for anybody else."""
    if isinstance(who, int):
        return CAST[who]
    for known in CAST:
        if who in (known.name, known.name.split()[0]):
            return known
    raise KeyError(who)


@cache
def portrait(who: str | int, *, variant: int = 0, size: int = 512) -> bytes:
    """A square JPEG of one person; each variant has another light, tilt, smile and dress."""
    sink = io.BytesIO()
    draw(member(who).look, size, variant).save(sink, "JPEG", quality=90)
    return sink.getvalue()


def scene(people: Sequence[int], seed: int = 0, *, where: str = "park") -> bytes:
    """A JPEG, 1800 x 1200, of up to five of the cast, standing from left to right in the order given, or of nobody."""
    return _scene(tuple(people), seed, where)


@cache
def _scene(people: tuple[int, ...], seed: int, where: str) -> bytes:
    picture, _ = compose(Scene(where, people, "wide", seed))
    return jpeg(picture)
