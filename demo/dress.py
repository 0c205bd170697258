"""Neck, shoulders, arms and clothes of a drawn person, down to the hips."""

from __future__ import annotations

from demo.paint import Colour, Point, curve, darker, lighter, mirrored, mix
from demo.sitter import Sitter

BOTTOM = 6.2  # where a figure ends, in halves of a head


def body(sitter: Sitter) -> None:
    """Paint neck, trunk and arms in the person's clothes."""
    cloth = _cloth(sitter)
    _neck(sitter)
    _trunk(sitter, cloth)
    _collar(sitter, cloth)


def _cloth(sitter: Sitter) -> Colour:
    dress = sitter.look.dress
    if dress == "scrubs":
        return ((96, 158, 160), (88, 128, 168), (120, 166, 136))[sitter.look.seed % 3]
    if dress == "coat":
        return (240, 241, 240)
    if dress == "blazer":
        return mix(darker(sitter.moment.dress, 0.45), (40, 46, 60), 0.5)
    return sitter.moment.dress


def _neck(sitter: Sitter) -> None:
    face, canvas = sitter.face, sitter.canvas
    half = face.jaw * (0.66 if sitter.look.feminine else 0.76) - 0.05 * face.youth
    side = [(half, 0.5), (half * 0.97, 1.1), (half * 1.05, 1.42), (half * 1.15, 1.75)]
    shape = curve([*side, (0, 2.1), *mirrored(side[::-1])], closed=True)
    inside = canvas.mask(shape)
    canvas.fill(shape, mix(sitter.skin, sitter.shadow, 0.32))
    canvas.oval((0, 1.0), (half * 1.3, 0.34), darker(sitter.shadow, 0.12), blur=0.09, alpha=0.75, clip=inside)


def _shoulder(sitter: Sitter) -> list[Point]:
    wide = sitter.face.shoulders
    return [(0.42, 1.38), (0.80, 1.58), (wide * 0.80, 1.78), (wide, 2.18), (wide + 0.08, 3.0)]


def _trunk(sitter: Sitter, cloth: Colour) -> None:
    face, canvas = sitter.face, sitter.canvas
    wide = face.shoulders
    right = [*_shoulder(sitter), (wide + 0.16, 4.4), (wide + 0.12, BOTTOM + 0.4)]
    shape = [*curve([*mirrored(right[::-1]), (0.0, 1.75), *right])]
    canvas.fill(shape, cloth, blur=0.008)
    inside = canvas.mask(shape)
    dark, bright = darker(cloth, 0.32), lighter(cloth, 0.16)
    lit = 1 if sitter.moment.light > 0 else -1
    canvas.oval((lit * wide * 0.45, 2.5), (wide * 0.5, 0.9), bright, blur=0.35, alpha=0.5, clip=inside)
    canvas.oval((-lit * wide * 0.95, 3.8), (0.5, 2.6), dark, blur=0.35, alpha=0.5, clip=inside)
    canvas.oval((0, 1.45), (0.75, 0.32), darker(cloth, 0.4), blur=0.14, alpha=0.3, clip=inside)
    for side in (-1, 1):
        arm = [(side * wide * 0.74, 2.75), (side * wide * 0.72, 3.6), (side * wide * 0.76, BOTTOM + 0.3)]
        canvas.stroke(arm, 0.07, darker(cloth, 0.42), taper=0.5, blur=0.03, alpha=0.65, clip=inside)
        fold = [(side * wide * 0.70, 2.75), (side * wide * 0.45, 3.0), (side * wide * 0.30, 3.5)]
        canvas.stroke(fold, 0.05, dark, blur=0.04, alpha=0.35, clip=inside)


def _collar(sitter: Sitter, cloth: Colour) -> None:
    dress, canvas = sitter.look.dress, sitter.canvas
    neck = mix(sitter.skin, sitter.shadow, 0.30)
    if dress in ("tee", "sweater"):
        hollow = 1.72 if dress == "tee" else 1.60
        canvas.fill(
            curve([(-0.44, 1.40), (-0.25, hollow), (0, hollow + 0.12), (0.25, hollow), (0.44, 1.40)]),
            neck,
            blur=0.008,
        )
        band = [
            (-0.47, 1.38),
            (-0.27, hollow + 0.02),
            (0, hollow + 0.14),
            (0.27, hollow + 0.02),
            (0.47, 1.38),
        ]
        canvas.stroke(band, 0.10, darker(cloth, 0.18), taper=0.15, blur=0.006)
    if dress == "hoodie":
        canvas.fill(curve([(-0.44, 1.40), (0, 1.78), (0.44, 1.40)]), neck, blur=0.008)
        for side in (-1, 1):
            hood = [
                (side * 0.38, 1.28),
                (side * 0.72, 1.45),
                (side * 0.60, 1.80),
                (0, 2.12),
                (side * 0.22, 1.76),
            ]
            canvas.fill(curve(hood, closed=True), darker(cloth, 0.20), blur=0.01)
            canvas.stroke(
                [(side * 0.13, 2.0), (side * 0.15, 2.4), (side * 0.14, 2.8)],
                0.035,
                (238, 236, 230),
                taper=0.1,
            )
    if dress in ("blazer", "coat", "shirt"):
        _buttoned(sitter, cloth, neck)
    if dress == "scrubs":
        canvas.fill([(-0.46, 1.34), (0.46, 1.34), (0, 2.15)], neck, blur=0.008)
        for side in (-1, 1):
            canvas.stroke(
                [(side * 0.48, 1.36), (side * 0.25, 1.77), (0, 2.19)], 0.10, darker(cloth, 0.2), taper=0.1
            )
        pocket = [(0.55, 2.9), (1.05, 2.9), (1.05, 3.45), (0.55, 3.45)]
        canvas.fill(pocket, darker(cloth, 0.12), blur=0.006)


def _buttoned(sitter: Sitter, cloth: Colour, neck: Colour) -> None:
    dress, canvas, under = sitter.look.dress, sitter.canvas, sitter.moment.under
    shirt = cloth if dress == "shirt" else under
    if dress == "coat":
        shirt = sitter.moment.dress
    if dress != "shirt":
        canvas.fill([(-0.50, 1.38), (0.50, 1.38), (0.34, 2.2), (0, 3.7), (-0.34, 2.2)], shirt, blur=0.008)
    canvas.fill([(-0.40, 1.30), (0.40, 1.30), (0, 1.98)], neck, blur=0.008)
    for side in (-1, 1):
        wing = [
            (side * 0.42, 1.26),
            (side * 0.56, 1.52),
            (side * 0.26, 2.02),
            (0.0, 1.92),
            (side * 0.26, 1.62),
        ]
        canvas.fill(wing, lighter(shirt, 0.22), blur=0.006)
        canvas.stroke(
            [(side * 0.56, 1.52), (side * 0.40, 1.8), (side * 0.26, 2.02)],
            0.03,
            darker(shirt, 0.35),
            blur=0.01,
            alpha=0.7,
        )
        if dress != "shirt":
            lapel = [
                (side * 0.48, 1.36),
                (side * 0.86, 2.15),
                (side * 0.66, 2.28),
                (side * 0.72, 2.42),
                (0.02 * side, 3.8),
                (side * 0.22, 2.5),
            ]
            canvas.fill(lapel, lighter(cloth, 0.10) if dress == "blazer" else darker(cloth, 0.06), blur=0.006)
            canvas.stroke([lapel[1], lapel[3], lapel[4]], 0.03, darker(cloth, 0.35), blur=0.01, alpha=0.6)
    if dress == "shirt":
        canvas.stroke(
            [(0, 1.95), (0.01, 3.5), (0, BOTTOM)], 0.03, darker(cloth, 0.3), taper=0.0, blur=0.01, alpha=0.7
        )
        for row in range(5):
            canvas.oval((0.0, 2.3 + 0.6 * row), (0.035, 0.035), lighter(cloth, 0.6))
