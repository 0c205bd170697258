"""What a drawn person looks like: a few choices one can read, and a seed for the shape of the face."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from demo.paint import Colour, tint

SKINS: tuple[Colour, ...] = tuple(
    map(tint, ("f6d3bd", "efc2a2", "e5b08a", "d69c72", "bf8258", "a06845", "7f5036", "613c2a"))
)
HAIRS: dict[str, Colour] = {
    name: tint(code)
    for name, code in {
        "black": "211c1d", "espresso": "3a2a22", "brown": "5d4030", "chestnut": "7a4a2e", "auburn": "8c4023",
        "ginger": "b5652f", "blond": "c9a066", "sand": "a98a5d", "grey": "8d8c8e", "silver": "c3c3c6", "white": "e4e2df",
    }.items()
}  # fmt: skip
STYLES = (
    "short", "crop", "side", "fringe", "bob", "long", "curly", "afro", "bun", "ponytail", "rim", "scarf", "pigtails",
)  # fmt: skip
BEARDS = ("none", "stubble", "full", "moustache", "goatee")
GLASSES = ("none", "round", "square")
DRESSES = ("tee", "sweater", "shirt", "blazer", "scrubs", "hoodie", "coat")


@dataclass(frozen=True, kw_only=True)
class Look:
    """The choices for one person; `seed` gives the measures of the face, `age` is in years."""

    seed: int
    age: int
    skin: int
    hair: str
    tint: str
    feminine: bool
    glasses: str = "none"
    beard: str = "none"
    dress: str = "sweater"


@dataclass(frozen=True, kw_only=True)
class Face:
    """Measures in halves of a head: x to the right, y down, (0, 0) in the middle, crown at -1, chin at 1."""

    cheek: float
    jaw: float
    chin: float
    eye_y: float
    apart: float
    eye_w: float
    eye_h: float
    slant: float
    brow_up: float
    brow_w: float
    arch: float
    nose_y: float
    nose_w: float
    bridge: float
    mouth_y: float
    mouth_w: float
    upper: float
    lower: float
    ear: float
    brow_turn: float
    iris: Colour
    shoulders: float
    youth: float
    years: float


IRISES: tuple[Colour, ...] = tuple(
    map(tint, ("4a2f1d", "5b3a22", "3b2a20", "6d5a2e", "4f6b78", "5d7d5a", "3f5f86"))
)


def measures(look: Look) -> Face:
    """The face of a look: the same one every time."""
    rng = Random(look.seed)

    def between(low: float, high: float) -> float:
        return low + (high - low) * rng.random()

    youth = max(0.0, min(1.0, (17 - look.age) / 10))
    years = max(0.0, min(1.0, (look.age - 38) / 40))
    soft = 1.0 if look.feminine else 0.0
    eye_y = between(-0.11, 0.08) + 0.08 * youth
    nose_y = max(0.27, eye_y + between(0.31, 0.56) - 0.05 * youth)
    return Face(
        cheek=between(0.62, 0.84) + 0.02 * youth,
        jaw=between(0.42, 0.68) + 0.03 * (1 - soft) + 0.02 * youth,
        chin=between(0.14, 0.38) - 0.03 * soft,
        eye_y=eye_y,
        apart=between(0.245, 0.385),
        eye_w=between(0.105, 0.180) + 0.008 * soft + 0.01 * youth,
        eye_h=between(0.042, 0.094) + 0.006 * soft + 0.012 * youth - 0.008 * years,
        slant=between(-0.19, 0.18),
        brow_up=between(0.125, 0.255) + 0.015 * soft,
        brow_w=between(0.030, 0.105) - 0.014 * soft - 0.012 * youth,
        arch=between(-0.01, 0.08) + 0.015 * soft,
        nose_y=nose_y,
        nose_w=between(0.095, 0.215) - 0.010 * soft - 0.010 * youth,
        bridge=between(0.03, 0.10),
        mouth_y=min(0.71, max(0.46, nose_y + between(0.145, 0.265) - 0.01 * youth)),
        mouth_w=between(0.165, 0.335) - 0.02 * youth,
        upper=between(0.014, 0.066) + 0.008 * soft,
        lower=between(0.034, 0.105) + 0.008 * soft - 0.010 * years,
        ear=between(0.9, 1.15),
        brow_turn=between(-0.055, 0.028),
        iris=IRISES[rng.randrange(3 if look.skin > 4 else len(IRISES))],
        shoulders=between(1.72, 1.95) - 0.2 * soft - 0.45 * youth,
        youth=youth,
        years=years,
    )


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What differs from one picture of a person to the next."""

    light: float
    tilt: float
    smile: float
    dress: Colour
    under: Colour
    backdrop: Colour


DYES: tuple[Colour, ...] = tuple(
    map(
        tint,
        ("2f5d73", "b2533e", "6b7f5b", "3c4a66", "c28b3c", "7a4e6d", "4d7c76", "8a8f98", "a65d6a", "46566b"),
    )
)
BACKDROPS: tuple[Colour, ...] = tuple(map(tint, ("dfe6ea", "e9e2d6", "d8e2d6", "e6dbe0", "d9dce8", "cfdbe0")))


def moment(look: Look, variant: int) -> Moment:
    """The light, tilt, smile and clothes of one picture: the same for the same number."""
    rng = Random(f"{look.seed}/{variant}")
    return Moment(
        light=rng.uniform(-0.55, 0.55),
        tilt=rng.uniform(-4, 4),
        smile=rng.uniform(0.45, 0.95),
        dress=DYES[rng.randrange(len(DYES))],
        under=((250, 249, 246), (205, 218, 230), (232, 224, 214))[rng.randrange(3)],
        backdrop=BACKDROPS[rng.randrange(len(BACKDROPS))],
    )
