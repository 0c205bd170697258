"""Every place by its name, drawn in one of the palettes."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageFilter

from demo.ground import PALETTES, Ground
from demo.indoors import canteen, classroom, corridor, flowers, library, office, stage, ward
from demo.outdoors import building, landscape, park, sports, street

Painter = Callable[[Ground], None]


PLACES: dict[str, Painter] = {
    "park": park, "street": street, "corridor": corridor, "ward": ward, "office": office, "classroom": classroom,
    "stage": stage, "sports": sports, "library": library, "canteen": canteen, "building": building,
    "landscape": landscape, "flowers": flowers,
}  # fmt: skip


def place(name: str, width: int, height: int, seed: int, *, depth: float) -> Image.Image:
    """A place in one of the palettes; `depth` is how far out of focus it lies, in thousandths of its height."""
    ground = Ground(
        width / height, round(height * (1.0 if depth < 1 else 0.6)), PALETTES[seed % len(PALETTES)], seed
    )
    PLACES[name](ground)
    soft = ground.image.filter(ImageFilter.GaussianBlur(0.6 + depth * ground.height / 1000))
    return soft.resize((width, height), Image.Resampling.BICUBIC)
