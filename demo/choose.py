"""Looks for the seeds in cast.py: python -m demo.choose. Run by hand when the drawing changes; takes minutes."""

from __future__ import annotations

import io
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np

from adapters import imaging
from adapters.kinds import JPEG
from adapters.sandbox import Sandbox
from demo.cast import CAST
from demo.look import Look
from demo.portrait import draw

TRIES = 75  # seeds tried per person
ROUNDS = 12
VARIANTS = (0, 2)


def main() -> None:
    """Print a seed for each of the cast, and how far apart the nearest two are."""
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(candidates, [member.look for member in CAST], range(len(CAST))))
    for member, seeds in zip(CAST, found, strict=True):
        print(f"{member.name}: {len(seeds)} of {TRIES} found", file=sys.stderr)
    chosen = furthest(found)
    for member, (seed, _), nearest in zip(CAST, chosen, distances(chosen), strict=True):
        print(f"{member.name}: {seed}  (nearest other {nearest:.3f})")


def candidates(look: Look, place: int) -> list[tuple[int, np.ndarray]]:
    """The seeds of a look that are found exactly once in every variant, with their mean faceprints."""
    sandbox, good = Sandbox(), []
    for seed in range(1000 * (place + 1), 1000 * (place + 1) + TRIES):
        seen = [faceprint(sandbox, replace(look, seed=seed), variant) for variant in VARIANTS]
        whole = [numbers for numbers in seen if numbers is not None]
        if len(whole) == len(VARIANTS):
            good.append((seed, np.mean(whole, axis=0)))
    sandbox.close()
    return good


def faceprint(sandbox: Sandbox, look: Look, variant: int, size: int = 320) -> np.ndarray | None:
    """The faceprint of a portrait, or None when not exactly one face is found."""
    sink = io.BytesIO()
    draw(look, size, variant).save(sink, "JPEG", quality=90)
    faces = imaging.prepare(sandbox, sink.getvalue(), JPEG, encode=True).faces
    if len(faces) != 1 or faces[0].vector is None:
        return None
    return np.frombuffer(faces[0].vector, dtype="<f4").astype(float)


def furthest(found: list[list[tuple[int, np.ndarray]]]) -> list[tuple[int, np.ndarray]]:
    """One candidate per person, each as far as possible from its nearest neighbour (greedy, then improved)."""
    chosen: list[tuple[int, np.ndarray]] = []
    for options in found:
        chosen.append(max(options, key=lambda option: _gap(option, chosen)))
    for _ in range(ROUNDS):
        for place, options in enumerate(found):
            others = chosen[:place] + chosen[place + 1 :]
            chosen[place] = max(options, key=lambda option: _gap(option, others))
    return chosen


def distances(chosen: list[tuple[int, np.ndarray]]) -> list[float]:
    """For each person the distance to the nearest other."""
    return [_gap(one, chosen[:place] + chosen[place + 1 :]) for place, one in enumerate(chosen)]


def _gap(one: tuple[int, np.ndarray], others: list[tuple[int, np.ndarray]]) -> float:
    return min((float(np.linalg.norm(one[1] - other[1])) for other in others), default=9.0)


if __name__ == "__main__":
    main()
