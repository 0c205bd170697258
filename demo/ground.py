"""Flat pictures of places, out of shapes and gradients; x runs from 0 to the picture's ratio, y from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from demo.paint import Colour, Point, mix, tint


@dataclass(frozen=True, kw_only=True)
class Palette:
    """The colours of an hour and a house."""

    high: Colour
    low: Colour
    wall: Colour
    floor: Colour
    wood: Colour
    leaf: Colour
    accent: Colour


def _palette(*codes: str) -> Palette:
    high, low, wall, floor, wood, leaf, accent = map(tint, codes)
    return Palette(high=high, low=low, wall=wall, floor=floor, wood=wood, leaf=leaf, accent=accent)


PALETTES: tuple[Palette, ...] = (
    _palette("7fb2d9", "dcebf3", "e8e6df", "c9bfae", "b58b5f", "6f9a5e", "2f6f86"),
    _palette("f0b98a", "fbe6cf", "efe2d2", "c4a98c", "9a6b44", "8a9a58", "c0603f"),
    _palette("9fc7c4", "e9f3ee", "dfe9e4", "b9c4bd", "a88a66", "5d8f78", "3f7f78"),
    _palette("a9b7d8", "ecebf4", "e6e4ee", "bdb8c6", "8f7766", "7a9a7c", "6a5a9a"),
    _palette("8fb8e8", "f4f0e2", "f3ede0", "d2c3a4", "c49a6a", "7fae62", "d29a34"),
)


class Ground:
    """A picture of a place in the making."""

    def __init__(self, ratio: float, height: int, palette: Palette, seed: int) -> None:
        self.ratio, self.height, self.palette = ratio, height, palette
        self.rng = Random(seed)
        self.image = Image.new("RGB", (round(height * ratio), height))
        self.pen = ImageDraw.Draw(self.image)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: Colour, *, round_: float = 0.0
    ) -> None:
        """Paint a rectangle, its corners `round_` round."""
        h = self.height
        corners = (left * h, top * h, max(right, left) * h, max(bottom, top) * h)
        self.pen.rounded_rectangle(corners, radius=round_ * h, fill=colour)

    def disc(self, x: float, y: float, across: float, colour: Colour, *, up: float | None = None) -> None:
        """Paint an ellipse by its radii."""
        h, tall = self.height, across if up is None else up
        self.pen.ellipse(((x - across) * h, (y - tall) * h, (x + across) * h, (y + tall) * h), fill=colour)

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        """Paint a polygon."""
        self.pen.polygon([(x * self.height, y * self.height) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Paint a broken line."""
        path = [(x * self.height, y * self.height) for x, y in points]
        self.pen.line(path, fill=colour, width=max(1, round(width * self.height)), joint="curve")

    def fade(self, top: float, bottom: float, above: Colour, below: Colour) -> None:
        """Paint a band that turns from one colour to another."""
        first, last = round(top * self.height), round(bottom * self.height)
        strip = Image.new("RGB", (1, 16))
        for i in range(16):
            strip.putpixel((0, i), mix(above, below, i / 15))
        band = strip.resize((self.image.width, max(1, last - first)), Image.Resampling.BICUBIC)
        self.image.paste(band, (0, first))

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Let light fall on a round place."""
        small = Image.new("L", (max(1, self.image.width // 8), max(1, self.image.height // 8)))
        h = small.height
        pen = ImageDraw.Draw(small)
        pen.ellipse(
            ((x - radius) * h, (y - radius) * h, (x + radius) * h, (y + radius) * h),
            fill=round(255 * strength),
        )
        mask = small.filter(ImageFilter.GaussianBlur(radius * h * 0.45)).resize(
            self.image.size, Image.Resampling.BICUBIC
        )
        self.image.paste(colour, (0, 0), mask)
