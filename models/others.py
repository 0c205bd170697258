"""Other people's names out of what is handed to one: captions, titles, tags, file names and lines of the log (RED-04).

When in doubt a word goes: a sentence with a gap is a smaller harm than somebody else's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from models.base import tuples
from models.claims import Claimed
from models.face import Appearance
from models.folding import folded_name
from models.person import Guardian, Person
from models.user import User

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# They stand in many names and name nobody.
PARTICLES = frozenset(
    [
        "van",
        "de",
        "der",
        "den",
        "het",
        "ter",
        "ten",
        "te",
        "op",
        "in",
        "aan",
        "von",
        "vom",
        "zu",
        "zur",
        "zum",
        "und",
        "la",
        "le",
        "les",
        "du",
        "des",
        "di",
        "da",
        "do",
        "dos",
        "el",
        "y",
        "e",
        "i",
        "of",
        "the",
        "and",
        "mc",
        "mac",
        "al",
        "bin",
        "ibn",
    ]
)
SHORTEST = 3  # letters of a word that names somebody who need not be in the photo
JOINED = re.compile(r"[\s_.,+&-]*")


class Others:
    """Everybody's name but hers: a text without them, for a photo or for none."""

    def __init__(
        self, person: Person, *, but: Guardian | None = None, instead: str = "[other person]"
    ) -> None:
        self.instead = instead
        self._own = _words(person.name) | (_words(but.name) if but else set())
        self._all: set[str] = set()
        for names in _everybody(person, but):
            self._all |= {word for word in _words(names) if len(word) >= SHORTEST}
        self._all -= self._own
        self._person, self._near = person, dict[int, set[str]]()

    def near(self, photos: Iterable[int]) -> None:
        """Learn who else is in these photos, by word or by what the files claim: of them every word goes, in capitals or not."""
        ids = list(photos)
        self._near = {id: set() for id in ids}
        seen = Appearance.select(Appearance.photo, Person.name).join(Person)
        for photo, name in tuples(seen.where(Appearance.photo.in_(ids), Appearance.person != self._person)):
            self._near[photo] |= _words(name) - self._own
        for photo, name in tuples(Claimed.select(Claimed.photo, Claimed.name).where(Claimed.photo.in_(ids))):
            self._near[photo] |= _words(name) - self._own

    def without(self, text: str, photo: int | None = None, *, written: bool = True) -> str:
        """The text with each other name replaced; `written`: people write names with capitals in it, as a file name need not."""
        near = self._near.get(photo or 0, set())
        out, end, names = (
            [],
            0,
            [word for word in WORD.finditer(text) if self._is_name(word[0], near, written)],
        )
        for start, stop in _runs(text, names):
            out += [text[end:start], self.instead]
            end = stop
        return "".join([*out, text[end:]])

    def _is_name(self, word: str, near: set[str], written: bool) -> bool:
        parts = set(folded_name(word).replace("’", "'").split("'")) | {folded_name(word)}
        if parts & near:
            return True
        return bool(parts & self._all) and not (written and word[0].islower())


def _everybody(person: Person, but: Guardian | None) -> Iterable[str]:
    yield from (name for (name,) in tuples(Person.select(Person.name).where(Person.id != person.id)))
    for row in Guardian.select(Guardian.id, Guardian.name).iterator():
        if but is None or row.id != but.id:
            yield row.name
    yield from (name for (name,) in tuples(User.select(User.name)))


def _words(name: str) -> set[str]:
    found = {folded_name(word).replace("’", "'") for word in WORD.findall(name)}
    return {word for word in found if len(word) > 1} - PARTICLES


def _runs(text: str, names: list[re.Match[str]]) -> Iterable[tuple[int, int]]:
    """Where names stand, each with its particles, its initials and what joins them."""
    words = list(WORD.finditer(text))
    places = {word.start(): place for place, word in enumerate(words)}
    bound = {places[word.start()] for word in names}
    for place in sorted(bound):
        for step in (-1, 1):
            near = place + step
            while 0 <= near < len(words) and near not in bound and _belongs(text, words, near, near - step):
                bound.add(near)
                near += step
    runs: list[tuple[int, int]] = []
    for place in sorted(bound):
        start, stop = words[place].span()
        if runs and JOINED.fullmatch(text, runs[-1][1], start):
            runs[-1] = (runs[-1][0], stop)
        else:
            runs.append((start, stop))
    return runs


def _belongs(text: str, words: list[re.Match[str]], place: int, beside: int) -> bool:
    """An initial, or a particle with a capital after it, next to a name."""
    first, second = sorted((place, beside))
    if not JOINED.fullmatch(text, words[first].end(), words[second].start()):
        return False
    word = words[place][0]
    if len(word) == 1 and word.isupper():
        return True
    return (
        place < beside
        and folded_name(word) in PARTICLES
        and word.casefold() in PARTICLES - {"in", "op", "the", "and", "of", "und", "y", "e", "i"}
    )
