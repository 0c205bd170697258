"""The faceprints of people who agreed to be recognised, in memory only, searched exactly."""

from __future__ import annotations

import math

import numpy as np

from adapters.recognition import LIKELY, LONGEST, NUMBERS, SEARCH, Numbers, numbers_of

ROOM = 64
# What float32 may lose on a squared distance: nobody within the limit is passed over for it.
SLACK = 1e-4
SPARE = 4  # looked at beyond the limit: what float32 ranks a hair too low


class Gallery:
    """Faceprints in rows; one product ranks everyone, and nothing of the face that was asked about stays behind.

    A place left free is overwritten with zeros, and so is every copy made on the way.
    """

    def __init__(self) -> None:
        self._rows = np.zeros((ROOM, NUMBERS), dtype=np.float32)
        self._halves = np.zeros(ROOM, dtype=np.float32)  # half of each row's squared length
        self._closeness = np.zeros(ROOM, dtype=np.float32)
        self._difference = np.zeros(NUMBERS, dtype=np.float32)
        self._codes: list[str] = []
        self._places: dict[str, int] = {}
        self._sources: dict[str, int] = {}
        self._measure()

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, code: str) -> bool:
        return code in self._places

    def sources(self, code: str) -> int:
        """Return how many confirmed faces this person's faceprint is the mean of."""
        return self._sources[code]

    def add(self, code: str, vector: Numbers, sources: int) -> None:
        """Enter a person's faceprint, or put a new one in the place of the old."""
        numbers = numbers_of(vector)
        place = self._places.get(code, len(self._codes))
        if place == len(self._rows):
            self._grow()
        self._rows[place] = numbers
        self._halves[place] = numbers.dot(numbers) / 2
        if place == len(self._codes):
            self._codes.append(code)
            self._places[code] = place
            self._measure()
        self._sources[code] = sources

    def remove(self, code: str) -> None:
        """Forget a person, known or not: the last row takes the place, its old place is zeroed."""
        place = self._places.pop(code, None)
        if place is None:
            return
        del self._sources[code]
        last = len(self._codes) - 1
        moved = self._codes.pop()
        if place != last:
            self._rows[place], self._halves[place] = self._rows[last], self._halves[last]
            self._codes[place] = moved
            self._places[moved] = place
        self._rows[last] = 0
        self._measure()

    def clear(self) -> None:
        """Forget everyone: every row is zeroed."""
        self._rows[:] = 0
        self._codes.clear()
        self._places.clear()
        self._sources.clear()
        self._measure()

    def nearest(self, vector: Numbers, limit: int = 5, *, within: float = SEARCH) -> list[tuple[str, float]]:
        """Return up to `limit` people no further than `within`, nearest first, with their exact distances."""
        query = np.frombuffer(vector, dtype="<f4")
        square = float(query.dot(query))
        if len(query) != NUMBERS or not square < LONGEST:
            raise ValueError("not a faceprint")
        if not self._codes:
            return []
        closeness = np.dot(self._live, query, out=self._closeness_live)
        closeness -= self._halves_live
        # |r - q|^2 = |q|^2 - 2 (r.q - |r|^2 / 2): a stranger to everyone costs the product and one look at its top.
        least = (square - within * within) / 2 - SLACK
        found: list[tuple[float, int]] = []
        top = int(closeness.argmax())
        while closeness[top] >= least and len(found) < limit + SPARE:
            found.append((self._distance(top, query), top))
            closeness[top] = -math.inf
            top = int(closeness.argmax())
        found.sort()
        return [(self._codes[place], distance) for distance, place in found[:limit] if distance <= within]

    def lookalikes(self, code: str) -> list[str]:
        """Return who else stands so near to this person that a face of the one may be taken for the other."""
        own = memoryview(self._rows[self._places[code]]).cast("B")
        return [other for other, _ in self.nearest(own, within=LIKELY) if other != code]

    def _distance(self, place: int, query: np.ndarray) -> float:
        """The distance to one row; the difference would give the face away, so it is overwritten.

        All in float32: numpy converts between types in memory of its own, and leaves it as it is.
        """
        np.subtract(self._rows[place], query, out=self._difference)
        distance = math.sqrt(float(self._difference.dot(self._difference)))
        self._difference[:] = 0
        return distance

    def _measure(self) -> None:
        """Look at the rows in use, once per change instead of once per question."""
        count = len(self._codes)
        self._live, self._halves_live = self._rows[:count], self._halves[:count]
        self._closeness_live = self._closeness[:count]

    def _grow(self) -> None:
        """Double the room and leave no copy of a faceprint behind."""
        old, count = self._rows, len(self._rows)
        self._rows = np.zeros((2 * count, NUMBERS), dtype=np.float32)
        self._rows[:count] = old
        old[:] = 0
        self._halves = np.append(self._halves, np.zeros(count, dtype=np.float32))
        self._closeness = np.zeros(2 * count, dtype=np.float32)
        self._measure()
