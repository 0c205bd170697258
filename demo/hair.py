"""The hair of a drawn person: what falls behind the shoulders, and what lies over the forehead."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageChops

from demo.look import DYES
from demo.paint import Colour, Point, curve, darker, ellipse, lighter, mirrored
from demo.sitter import Sitter, outline

CURTAINS = ("bob", "long")
TIED = ("bun", "ponytail", "pigtails")


def behind(sitter: Sitter) -> None:
    """Paint the hair that falls behind head and shoulders."""
    canvas, face, style, colour = sitter.canvas, sitter.face, sitter.look.hair, darker(sitter.hair, 0.28)
    wide = face.cheek
    if style == "bob":
        side = [(0.5, -1.08), (wide + 0.20, -0.5), (wide + 0.27, 0.3), (wide + 0.16, 0.84), (0.4, 0.92)]
        _mass(sitter, side, colour)
    if style == "long":
        side = [
            (0.5, -1.08),
            (wide + 0.20, -0.5),
            (wide + 0.26, 0.5),
            (wide + 0.36, 1.4),
            (wide + 0.2, 2.25),
            (0.4, 2.4),
        ]
        _mass(sitter, side, colour)
    if style == "ponytail":
        tail = [
            (0.35, -0.9),
            (wide + 0.24, -0.75),
            (wide + 0.44, 0.0),
            (wide + 0.36, 1.0),
            (wide + 0.18, 1.5),
            (wide + 0.10, 0.5),
        ]
        canvas.fill(curve(tail, closed=True), colour, blur=0.012)
    if style == "pigtails":
        for side in (-1, 1):
            tail = [
                (side * wide, 0.0),
                (side * (wide + 0.36), 0.22),
                (side * (wide + 0.42), 0.85),
                (side * (wide + 0.18), 1.3),
                (side * (wide + 0.06), 0.7),
            ]
            canvas.fill(curve(tail, closed=True), colour, blur=0.012)
            canvas.oval((side * (wide + 0.12), 0.16), (0.09, 0.09), DYES[sitter.look.seed % len(DYES)])
    if style == "bun":
        canvas.oval((0.0, -1.18), (0.34, 0.28), colour)
        canvas.oval((0.06, -1.24), (0.20, 0.13), lighter(colour, 0.18), blur=0.05, alpha=0.6)
    if style == "curly":
        _ringlets(sitter, colour, radius=0.16, spread=1.13, low=0.55)
    if style == "afro":
        _ringlets(sitter, colour, radius=0.20, spread=1.34, low=0.30)
    if style == "scarf":
        cloth = _cloth(sitter)
        side = [
            (0.5, -1.14),
            (wide + 0.20, -0.55),
            (wide + 0.22, 0.3),
            (wide + 0.15, 0.95),
            (1.15, 1.55),
            (0.9, 1.95),
            (0.3, 2.1),
        ]
        _mass(sitter, side, darker(cloth, 0.25))


def _mass(sitter: Sitter, side: list[Point], colour: Colour) -> None:
    shape = curve([(0.0, -1.2), *side, *mirrored(side[::-1])], closed=True)
    sitter.canvas.fill(shape, colour, blur=0.012)


def _cloth(sitter: Sitter) -> Colour:
    return DYES[(sitter.look.seed * 7 + 3) % len(DYES)]


def _ringlets(sitter: Sitter, colour: Colour, *, radius: float, spread: float, low: float) -> None:
    """A cloud of curls around the skull, from the crown down to `low`."""
    rng, face = Random(sitter.look.seed), sitter.face
    for ring in (0.80, 1.0):
        for i in range(30):
            angle = math.tau * i / 30 + 0.1 * rng.random()
            x, y = (
                math.cos(angle) * (face.cheek + 0.14) * spread * ring,
                -0.18 + math.sin(angle) * 0.92 * spread * ring,
            )
            if y > low:
                continue
            size = radius * (0.85 + 0.4 * rng.random())
            sitter.canvas.oval((x, y), (size, size), lighter(colour, 0.10 * rng.random()), blur=0.01)


def over(sitter: Sitter) -> None:
    """Paint the hair, or the scarf, that lies over the forehead."""
    style = sitter.look.hair
    if style == "scarf":
        _scarf(sitter)
    elif style == "rim":
        _rim(sitter)
    elif style in ("curly", "afro"):
        _curls(sitter)
    else:
        _cap(sitter)


def _cap(sitter: Sitter) -> None:
    """A cap of hair between an outer line and the hairline, with strands in it."""
    style, face, canvas = sitter.look.hair, sitter.face, sitter.canvas
    puff = {
        "crop": 0.05,
        "short": 0.12,
        "side": 0.17,
        "fringe": 0.15,
        "bun": 0.06,
        "ponytail": 0.07,
        "pigtails": 0.09,
    }
    grow = puff.get(style, 0.17)
    wide = face.cheek + (0.04 if style in ("crop", "bun", "ponytail") else 0.08)
    down = {"bob": 0.62, "long": 0.80, "fringe": 0.05, "crop": -0.12}.get(style, -0.02)
    start = (face.cheek + 0.005, down) if style in CURTAINS else (wide, down)
    outer = [
        start,
        (wide + 0.03, -0.4),
        (face.cheek * 0.86, -0.83 - grow * 0.6),
        (0.36, -1.0 - grow),
        (0.0, -1.02 - grow),
    ]
    line = _hairline(sitter, down)
    shape = [*curve([*mirrored(outer[:-1]), *outer[::-1]]), *curve(line)]
    colour = sitter.hair
    canvas.fill(shape, colour, blur=0.018 if style == "crop" else 0.012)
    inside = canvas.mask(shape)
    _strands(sitter, inside, parting=line)
    canvas.oval(
        (0.30 * (1 if sitter.moment.light > 0 else -1), -0.93),
        (0.30, 0.12),
        lighter(colour, 0.35),
        turn=0.2,
        blur=0.08,
        alpha=0.42,
        clip=inside,
    )


def _hairline(sitter: Sitter, down: float) -> list[Point]:
    """The line between hair and forehead, from the right side to the left."""
    style, wide = sitter.look.hair, sitter.face.cheek
    high = -0.60 - 0.06 * (sitter.look.seed % 3) - 0.08 * sitter.face.years * (not sitter.look.feminine)
    temple = [(wide * 0.97, down), (wide * 0.93, -0.30)]
    if style == "fringe":
        low = sitter.face.eye_y - sitter.face.brow_up - 0.10
        return [
            temple[0],
            (wide * 0.90, -0.16),
            (0.52, low - 0.02),
            (0.18, low + 0.01),
            (-0.16, low),
            (-0.5, low - 0.02),
            (-wide * 0.90, -0.16),
            (-wide * 0.97, down),
        ]
    if style in CURTAINS:
        part = 0.22 if sitter.look.seed % 2 else -0.20
        right = [(wide * 0.98, down), (wide * 0.93, 0.05), (wide * 0.80, -0.34)]
        return [
            *right,
            (0.45, high + 0.05),
            (part, high - 0.18),
            (-0.45, high + 0.05),
            *mirrored(right[::-1]),
        ]
    if style == "side":
        return [
            *temple,
            (0.56, high + 0.06),
            (0.40, high - 0.10),
            (0.05, high + 0.13),
            (-0.42, high + 0.16),
            (-0.62, -0.42),
            *mirrored(temple[::-1])[1:],
        ]
    return [
        *temple,
        (0.60, high + 0.14),
        (0.30, high - 0.02),
        (0.0, high + 0.02),
        (-0.30, high - 0.02),
        (-0.60, high + 0.14),
        *mirrored(temple[::-1]),
    ]


def _strands(sitter: Sitter, inside: Image.Image, *, parting: list[Point]) -> None:
    """Lines that follow the head from a parting to both sides."""
    rng, colour, face = Random(sitter.look.seed + 1), sitter.hair, sitter.face
    top = -0.98
    start = min(parting, key=lambda point: point[1])[0]
    for i in range(34):
        side = 1 if i % 2 else -1
        reach = 0.15 + 0.95 * rng.random()
        end = (side * reach * (face.cheek + 0.1), -0.75 + 0.85 * reach + 0.2 * rng.random())
        path = [
            (start + 0.05 * rng.random(), top - 0.12 * rng.random()),
            (start + (end[0] - start) * 0.6, top + 0.02),
            (end[0], end[1] - 0.35),
            end,
        ]
        shade = lighter(colour, 0.16) if rng.random() < 0.5 else darker(colour, 0.28)
        sitter.canvas.stroke(path, 0.022 + 0.02 * rng.random(), shade, blur=0.008, alpha=0.45, clip=inside)


def _rim(sitter: Sitter) -> None:
    """Hair at the sides alone."""
    wide = sitter.face.cheek
    side = [
        (wide * 0.97, 0.12),
        (wide * 0.90, -0.22),
        (wide * 0.82, -0.62),
        (wide * 0.98, -0.60),
        (wide + 0.10, -0.25),
        (wide + 0.08, 0.12),
    ]
    for shape in (side, mirrored(side)):
        sitter.canvas.fill(curve(shape, closed=True), sitter.hair, blur=0.03, alpha=0.95)
    glow = lighter(sitter.skin, 0.45)
    sitter.canvas.oval(
        (0.22 * (1 if sitter.moment.light > 0 else -1), -0.74), (0.22, 0.12), glow, blur=0.08, alpha=0.5
    )


def _curls(sitter: Sitter) -> None:
    rng, face, colour = Random(sitter.look.seed + 2), sitter.face, sitter.hair
    spread = 1.10 if sitter.look.hair == "curly" else 1.22
    skull = ImageChops.invert(sitter.canvas.mask(ellipse((0, face.eye_y + 0.24), (face.cheek * 0.99, 0.86))))
    for i in range(120):
        angle = math.pi * (1.0 + i / 119)
        ring = 0.72 + (spread - 0.72) * rng.random()
        x = math.cos(angle) * (face.cheek + 0.12) * ring
        y = -0.22 + math.sin(angle) * 0.88 * ring
        size = 0.07 + 0.06 * rng.random()
        shade = lighter(colour, 0.15 * rng.random()) if rng.random() < 0.6 else darker(colour, 0.2)
        sitter.canvas.oval((x, y), (size, size * 0.9), shade, blur=0.012, clip=skull)


def _scarf(sitter: Sitter) -> None:
    """A headscarf: cloth with an opening for the face."""
    face, canvas, cloth = sitter.face, sitter.canvas, _cloth(sitter)
    wide = face.cheek
    side = [
        (0.45, -1.12),
        (wide + 0.12, -0.6),
        (wide + 0.13, 0.2),
        (face.jaw + 0.18, 0.85),
        (0.62, 1.25),
        (0.75, 1.65),
        (0.25, 1.85),
    ]
    outer = curve([(0.0, -1.17), *side, (0.0, 1.9), *mirrored(side[::-1])], closed=True)
    gap = [(0.40, -0.62), (wide * 0.88, -0.25), (wide * 0.91, 0.2), (face.jaw * 0.93, 0.62), (0.30, 0.97)]
    opening = canvas.mask(curve([(0.0, -0.70), *gap, (0.0, 1.02), *mirrored(gap[::-1])], closed=True))
    cover = ImageChops.invert(opening)
    canvas.fill(outer, cloth, blur=0.01, clip=cover)
    for lift, shade in ((0.0, darker(cloth, 0.3)), (0.09, lighter(cloth, 0.2)), (0.18, darker(cloth, 0.2))):
        for turn in (1, -1):
            fold = [
                (turn * 0.1, -1.08 + lift),
                (turn * (wide + 0.02 - lift * 0.2), -0.35 + lift),
                (turn * (face.jaw + 0.12 - lift), 0.75 + lift),
                (turn * -0.1, 1.3 + lift),
            ]
            canvas.stroke(
                fold,
                0.03,
                shade,
                blur=0.02,
                alpha=0.4,
                clip=ImageChops.multiply(cover, canvas.mask(outline(face)).point(lambda _: 255)),
            )
