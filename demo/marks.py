"""What years, glasses and beards add to a drawn face."""

from __future__ import annotations

from demo.paint import Colour, curve, darker, ellipse, lighter, mirrored, mix
from demo.sitter import Sitter, outline


def years(sitter: Sitter) -> None:
    """Paint the lines that come with age."""
    face, canvas = sitter.face, sitter.canvas
    if face.years < 0.15:
        return
    ink, alpha = sitter.shadow, 0.5 * face.years
    for row in range(3):
        y = -0.62 + 0.11 * row
        canvas.stroke(
            [(-0.34, y + 0.015), (-0.12, y - 0.012), (0.1, y), (0.34, y + 0.02)],
            0.016,
            ink,
            blur=0.010,
            alpha=alpha * 0.55,
        )
    for side in (-1, 1):
        corner = (side * (face.apart + face.eye_w * 1.15), face.eye_y)
        for lift in (-0.06, 0.0, 0.06):
            tip = (corner[0] + side * 0.10, corner[1] + lift * 1.7)
            canvas.stroke(
                [corner, ((corner[0] + tip[0]) / 2, corner[1] + lift * 0.6), tip],
                0.013,
                ink,
                blur=0.008,
                alpha=alpha,
            )
        bag = [
            (side * (face.apart - face.eye_w * 0.8), face.eye_y + 0.11),
            (side * face.apart, face.eye_y + 0.155),
            (side * (face.apart + face.eye_w * 0.9), face.eye_y + 0.10),
        ]
        canvas.stroke(bag, 0.018, ink, blur=0.012, alpha=alpha)


def glasses(sitter: Sitter) -> None:
    """Paint a pair of glasses, if the person wears one."""
    face, canvas, kind = sitter.face, sitter.canvas, sitter.look.glasses
    if kind == "none":
        return
    frame: Colour = (45, 38, 40) if sitter.look.seed % 2 else (112, 66, 44)
    wide, high = face.apart - 0.06, face.eye_h * 1.4 + (0.09 if kind == "round" else 0.055)
    wide = min(wide, 0.235)
    for side in (-1, 1):
        cx, cy = side * face.apart * 1.01, face.eye_y + 0.03
        if kind == "round":
            rim = ellipse((cx, cy), (wide, max(high, wide * 0.86)))
        else:
            rim = curve(
                [
                    (cx - wide, cy - high * 0.8),
                    (cx, cy - high * 1.02),
                    (cx + wide, cy - high * 0.8),
                    (cx + wide * 0.95, cy + high * 0.75),
                    (cx, cy + high),
                    (cx - wide * 0.95, cy + high * 0.75),
                ],
                closed=True,
            )
        canvas.fill(rim, (235, 245, 250), alpha=0.08)
        path = [*rim, rim[0], rim[1]]
        for i in range(0, len(rim), 6):
            canvas.stroke(path[i : i + 8], 0.032, frame, taper=0.0)
        canvas.stroke(
            [(cx + side * wide, cy - high * 0.4), (side * (face.cheek + 0.03), face.eye_y - 0.01)],
            0.035,
            frame,
            taper=0.0,
        )
    gap = face.apart * 1.01 - wide
    canvas.stroke(
        [(-gap, face.eye_y - 0.0), (0, face.eye_y - 0.045), (gap, face.eye_y - 0.0)], 0.032, frame, taper=0.0
    )


def beard(sitter: Sitter) -> None:
    """Paint the beard or moustache, if the person has one; before the mouth is painted over it."""
    face, canvas, kind = sitter.face, sitter.canvas, sitter.look.beard
    if kind == "none":
        return
    colour, inside = darker(sitter.hair, 0.12), canvas.mask(outline(face))
    y = face.mouth_y
    sides = [
        (face.cheek * 1.02, face.eye_y + 0.22),
        (face.cheek * 0.86, y - 0.16),
        (face.mouth_w + 0.13, y - 0.10),
    ]
    under = [(face.mouth_w + 0.03, y + 0.10), (0.0, y + face.lower * 1.2 + 0.05)]
    jaw = curve([*sides, *under, *mirrored(under[:1]), *mirrored(sides[::-1])])
    whole = [*jaw, (-face.cheek - 0.1, 0.6), (-0.4, 1.2), (0.4, 1.2), (face.cheek + 0.1, 0.6)]
    lip = face.mouth_y - face.upper
    tash = [
        (0, lip - 0.075),
        (face.mouth_w * 0.7, lip - 0.045),
        (face.mouth_w + 0.09, lip + 0.07),
        (face.mouth_w * 0.6, lip + 0.012),
        (0, lip - 0.005),
    ]
    moustache = curve([*tash, *mirrored(tash[3:0:-1])], closed=True)
    if kind == "stubble":
        canvas.fill(whole, mix(colour, sitter.shadow, 0.45), blur=0.06, alpha=0.42, clip=inside)
        canvas.fill(moustache, mix(colour, sitter.shadow, 0.45), blur=0.03, alpha=0.40)
    if kind == "full":
        canvas.fill(whole, colour, blur=0.035, alpha=0.94, clip=inside)
        for i in range(26):
            x = -0.56 + 1.12 * i / 25
            canvas.stroke(
                [(x, y + 0.12 + 0.1 * (i % 3)), (x * 0.96, 0.8 + 0.06 * (i % 2)), (x * 0.9, 1.0)],
                0.018,
                lighter(colour, 0.18),
                blur=0.008,
                alpha=0.35,
                clip=inside,
            )
    if kind == "goatee":
        chin = curve(
            [(0.13, y + 0.13), (0.17, 0.80), (0.10, 1.02), (-0.10, 1.02), (-0.17, 0.80), (-0.13, y + 0.13)],
            closed=True,
        )
        canvas.fill(chin, colour, blur=0.03, alpha=0.9)
    if kind in ("full", "moustache", "goatee"):
        canvas.fill(moustache, darker(colour, 0.06), blur=0.016, alpha=0.95)
