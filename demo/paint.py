"""Soft shapes on a transparent canvas, in units of its own, whatever its size in pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point = tuple[float, float]
Colour = tuple[int, int, int]


class Canvas:
    """An RGBA picture on which shapes are painted in units; `left` and `top` are the units of its corner."""

    def __init__(self, width: float, height: float, *, left: float, top: float, scale: float) -> None:
        self.left, self.top, self.scale = left, top, scale
        self.image = Image.new("RGBA", (round(width * scale), round(height * scale)))

    def pixels(self, points: Sequence[Point]) -> list[Point]:
        """The same points in pixels."""
        return [((x - self.left) * self.scale, (y - self.top) * self.scale) for x, y in points]

    def mask(self, points: Sequence[Point]) -> Image.Image:
        """The inside of a polygon as a mask as large as the canvas."""
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon(self.pixels(points), fill=255)
        return mask

    def fill(
        self,
        points: Sequence[Point],
        colour: Colour,
        *,
        blur: float = 0.0,
        alpha: float = 1.0,
        clip: Image.Image | None = None,
    ) -> None:
        """Paint a polygon, its edge `blur` units soft, only inside `clip` if one is given."""
        spots = self.pixels(points)
        soft = blur * self.scale
        margin = 3 * soft + 2
        box = (
            max(0, math.floor(min(x for x, _ in spots) - margin)),
            max(0, math.floor(min(y for _, y in spots) - margin)),
            min(self.image.width, math.ceil(max(x for x, _ in spots) + margin)),
            min(self.image.height, math.ceil(max(y for _, y in spots) + margin)),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            return
        mask = _blurred(
            [(x - box[0], y - box[1]) for x, y in spots], (box[2] - box[0], box[3] - box[1]), alpha, soft
        )
        if clip is not None:
            mask = ImageChops.multiply(mask, clip.crop(box))
        tile = Image.new("RGBA", mask.size, colour)
        tile.putalpha(mask)
        self.image.alpha_composite(tile, box[:2])

    def oval(
        self,
        centre: Point,
        radii: Point,
        colour: Colour,
        *,
        turn: float = 0.0,
        blur: float = 0.0,
        alpha: float = 1.0,
        clip: Image.Image | None = None,
    ) -> None:
        """Paint an ellipse, turned by radians."""
        self.fill(ellipse(centre, radii, turn), colour, blur=blur, alpha=alpha, clip=clip)

    def stroke(
        self,
        points: Sequence[Point],
        width: float,
        colour: Colour,
        *,
        taper: float = 1.0,
        blur: float = 0.0,
        alpha: float = 1.0,
        clip: Image.Image | None = None,
    ) -> None:
        """Paint a curve through the points, `width` units thick, thinning to both ends by `taper`."""
        self.fill(brush(curve(points), width, taper), colour, blur=blur, alpha=alpha, clip=clip)


def _blurred(spots: Sequence[Point], size: tuple[int, int], alpha: float, soft: float) -> Image.Image:
    """The inside of a polygon of pixels, its edge soft; what is very soft is worked out in small."""
    shrink = 4 if soft > 12 else 1
    mask = Image.new("L", (math.ceil(size[0] / shrink), math.ceil(size[1] / shrink)))
    ImageDraw.Draw(mask).polygon([(x / shrink, y / shrink) for x, y in spots], fill=round(255 * alpha))
    if soft >= 0.5:
        mask = mask.filter(ImageFilter.GaussianBlur(soft / shrink))
    return mask.resize(size, Image.Resampling.BILINEAR) if shrink > 1 else mask


def curve(points: Sequence[Point], *, closed: bool = False, steps: int = 10) -> list[Point]:
    """A smooth line through the points (Catmull-Rom)."""
    count = len(points)
    path: list[Point] = []
    for i in range(count if closed else count - 1):
        if closed:
            a, b, c, d = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        else:
            a, b, c, d = points[max(i - 1, 0)], points[i], points[i + 1], points[min(i + 2, count - 1)]
        path.extend(_between(a, b, c, d, k / steps) for k in range(steps))
    return path if closed else [*path, points[-1]]


def _between(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    def one(k: int) -> float:
        slope = (c[k] - a[k]) * t
        bend = (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t
        return 0.5 * (2 * b[k] + slope + bend + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t**3)

    return one(0), one(1)


def ellipse(centre: Point, radii: Point, turn: float = 0.0) -> list[Point]:
    """The outline of an ellipse."""
    sin, cos = math.sin(turn), math.cos(turn)
    outline = []
    for i in range(48):
        x, y = radii[0] * math.cos(math.tau * i / 48), radii[1] * math.sin(math.tau * i / 48)
        outline.append((centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos))
    return outline


def brush(path: Sequence[Point], width: float, taper: float = 1.0) -> list[Point]:
    """The outline of a stroke along a path, thickest in its middle."""
    ahead, back, last = [], [], len(path) - 1
    for i, (x, y) in enumerate(path):
        before, after = path[max(i - 1, 0)], path[min(i + 1, last)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        length = math.hypot(dx, dy) or 1.0
        half = width / 2 * (1 - taper * abs(2 * i / max(last, 1) - 1) ** 2)
        ahead.append((x - dy / length * half, y + dx / length * half))
        back.append((x + dy / length * half, y - dx / length * half))
    return [*ahead, *reversed(back)]


def mirrored(points: Sequence[Point]) -> list[Point]:
    """The same shape on the other side."""
    return [(-x, y) for x, y in points]


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """A colour between two: `share` of the second."""
    red, green, blue = (max(0, min(255, round(p + (q - p) * share))) for p, q in zip(a, b, strict=True))
    return red, green, blue


def darker(colour: Colour, share: float) -> Colour:
    """The colour nearer to black."""
    return mix(colour, (0, 0, 0), share)


def lighter(colour: Colour, share: float) -> Colour:
    """The colour nearer to white."""
    return mix(colour, (255, 255, 255), share)


def tint(text: str) -> Colour:
    """The colour of six hexadecimal digits."""
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)
