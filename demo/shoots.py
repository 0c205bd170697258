"""What was photographed at the demo hospital, when, where, and who stood there: the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from demo.cast import CAST
from demo.scenes import Scene

STRANGER = "Adanna"  # seen in photos, known to nobody
EMPTY = ("building", "landscape", "flowers")
PLACE = {name: number for number, member in enumerate(CAST) for name in (member.name.split()[0],)}


@dataclass(frozen=True)
class Shot:
    """One photo to be: what is drawn, and what the photographer wrote beside it."""

    scene: Scene
    title: str
    caption: str
    keywords: tuple[str, ...]
    hour: float
    claims: bool = False  # its metadata names who is in it, as agencies deliver photos


@dataclass(frozen=True, kw_only=True)
class Shoot:
    """An album: a team's day of photographs, so many days ago."""

    title: str
    team: str
    days_ago: int
    count: int
    sizes: tuple[int, ...]  # how many people stand in the photos, in turn
    places: tuple[str, ...]
    people: tuple[str, ...]
    words: tuple[str, ...]
    special: bool = False
    fixed: tuple[tuple[str, ...], ...] = ()  # groups that must be there
    claims: int = -1  # the photo whose metadata names who is in it

    def shots(self) -> Iterator[Shot]:
        """The photos of the day."""
        rng = Random(self.title)
        turns = [who for who in self.people for _ in range(2)]
        for number in range(self.count):
            size = self.sizes[number % len(self.sizes)]
            names = self.fixed[number] if number < len(self.fixed) else _some(turns, self.people, size, rng)
            where = self.places[number % len(self.places)] if names else EMPTY[number % len(EMPTY)]
            shape = rng.choice(("wide", "wide", "tall", "square") if len(names) < 3 else ("wide",))
            if not names:
                shape = rng.choice(("wide", "panorama", "square"))
            scene = Scene(where, tuple(PLACE[name] for name in names), shape, rng.randrange(1_000_000))
            title = f"{self.title}: {SIGHTS[where]}"
            caption = _caption(where, len(names), self.title)
            hour = 9 + 8 * number / self.count
            yield Shot(scene, title, caption, (*self.words, where), hour, number == self.claims)


def _some(turns: list[str], people: tuple[str, ...], size: int, rng: Random) -> tuple[str, ...]:
    """So many different people, those first who were seen least."""
    chosen: list[str] = []
    rng.shuffle(turns)
    for name in list(turns):
        if len(chosen) < size and name not in chosen:
            chosen.append(name)
            turns.remove(name)
    if len(turns) < size:
        turns.extend(people)
    return tuple(chosen)


SIGHTS = {
    "park": "in the garden", "street": "on the square", "corridor": "in the corridor", "ward": "on the ward",
    "office": "at the office", "classroom": "in the training room", "stage": "on the stage", "sports": "at the track",
    "library": "in the library", "canteen": "in the restaurant", "building": "the main building",
    "landscape": "the valley", "flowers": "flowers at the desk",
}  # fmt: skip
COUNTS = (
    "Nobody in the picture",
    "A portrait",
    "Two people",
    "Three people",
    "Four people",
    "A group of five",
)


def _caption(where: str, count: int, title: str) -> str:
    return (
        f"{COUNTS[count]} {SIGHTS[where]}. {title}, Lindenhof demo hospital."
        if count
        else f"{SIGHTS[where].capitalize()}. {title}."
    )


STAFF = ("Noor", "Daan", "Amina", "Joseph", "Mei", "Priya", "Grace", "Omar", "Kwame", "Eva")
GUESTS = ("Fatma", "Lars", "Kenji", "Ravi", "Sofia", "Jonas", "Tom", "Lotte")
FRIENDS = ("Hendrik", "Ingrid", "Marta", "Piet", "Jonas", "Lars", "Willem", "Adanna")

SHOOTS: tuple[Shoot, ...] = (
    Shoot(title="Open day", team="Communication", days_ago=380, count=20, sizes=(3, 2, 4, 1, 5, 0),
          places=("park", "corridor", "canteen", "street"), people=STAFF + GUESTS, words=("open day", "visitors"),
          fixed=(("Fatma", "Tom"), ("Lars", "Lotte"), ("Noor", "Adanna", "Ravi"))),
    Shoot(title="Portraits of the staff", team="Communication", days_ago=300, count=20, sizes=(1, 1, 1, 2),
          places=("office", "corridor", "library", "park"), people=STAFF, words=("portrait", "staff")),
    Shoot(title="Nursing campaign", team="Communication", days_ago=210, count=16, sizes=(2, 3, 1, 4),
          places=("ward", "corridor", "classroom"), people=(*STAFF, "Willem", "Sofia", "Marta"),
          words=("nursing", "campaign", "recruitment"), special=True,
          fixed=(("Priya", "Willem", "Noor", "Omar"), ("Noor", "Priya"), ("Mei", "Marta"))),
    Shoot(title="Volunteers' day", team="Friends of Lindenhof", days_ago=130, count=16, sizes=(3, 4, 2, 5),
          places=("canteen", "library", "park", "stage"), people=FRIENDS, words=("volunteers", "thank you"),
          fixed=(("Hendrik", "Ingrid", "Willem", "Marta", "Piet"), ("Hendrik", "Ingrid"))),
    Shoot(title="Charity run", team="Friends of Lindenhof", days_ago=60, count=16, sizes=(2, 3, 1, 5, 0),
          places=("sports", "park", "stage", "sports"), people=(*FRIENDS, "Kwame", "Eva", "Daan", "Grace", "Kenji"),
          words=("charity run", "sport")),
    Shoot(title="Buildings and seasons", team="Communication", days_ago=30, count=12, sizes=(0,), places=("building",),
          people=("Noor",), words=("campus",)),
    Shoot(title="Neighbours' day", team="Communication", days_ago=4, count=20, sizes=(2, 3, 1, 4, 2),
          places=("park", "street", "stage", "canteen"), people=(*STAFF, *GUESTS, "Adanna"), words=("neighbours", "visitors"),
          claims=19),
)  # fmt: skip
