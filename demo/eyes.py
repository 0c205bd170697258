"""Eyes and brows of a drawn person."""

from __future__ import annotations

from demo.paint import Point, curve, darker, lighter, mix
from demo.sitter import Sitter


def eye(sitter: Sitter, side: int) -> None:
    """Paint the eye and brow of one side, -1 or 1."""
    face, canvas, look = sitter.face, sitter.canvas, sitter.look
    cx, cy, wide, high = side * face.apart, face.eye_y, face.eye_w, face.eye_h

    def at(across: float, down: float) -> Point:
        """A place in the eye: across from the inner (-1) to the outer corner (1)."""
        return cx + side * across * wide, cy + down - face.slant * 0.5 * across * wide

    top = curve(
        [at(-1, 0.012), at(-0.55, -high * 0.80), at(0.05, -high * 1.08), at(0.6, -high * 0.78), at(1, -0.004)]
    )
    low = curve(
        [at(1, -0.004), at(0.5, high * 0.62), at(0, high * 0.78), at(-0.5, high * 0.60), at(-1, 0.012)]
    )
    inside = canvas.mask([*top, *low])
    canvas.fill([*top, *low], (244, 240, 235), blur=0.004)
    iris = high * 1.02
    middle = (cx - side * 0.006, cy - high * 0.10)
    canvas.oval(middle, (iris, iris), darker(face.iris, 0.45), clip=inside)
    canvas.oval(middle, (iris * 0.86, iris * 0.86), face.iris, blur=0.008, clip=inside)
    canvas.oval(
        (middle[0], middle[1] + iris * 0.35),
        (iris * 0.55, iris * 0.4),
        lighter(face.iris, 0.30),
        blur=0.015,
        alpha=0.7,
        clip=inside,
    )
    canvas.oval(middle, (iris * 0.46, iris * 0.46), (18, 14, 14), clip=inside)
    canvas.fill(
        [*top, *[(x, y + high * 0.45) for x, y in reversed(top)]],
        (70, 50, 45),
        blur=0.016,
        alpha=0.42,
        clip=inside,
    )
    glint = (middle[0] + iris * 0.32, middle[1] - iris * 0.34)
    canvas.oval(glint, (iris * 0.21, iris * 0.21), (255, 255, 255), alpha=0.95)
    lash = darker(mix(sitter.shadow, (30, 20, 18), 0.75), 0.2)
    canvas.stroke(top[::5], 0.030 + 0.014 * look.feminine, lash, taper=0.55, blur=0.005)
    canvas.stroke(low[::5], 0.014, darker(sitter.shadow, 0.3), taper=0.8, blur=0.006, alpha=0.55)
    canvas.oval(at(-0.96, 0.014), (0.020, 0.014), mix(sitter.skin, (200, 80, 80), 0.4), blur=0.006)
    if look.feminine and face.youth < 0.5:
        canvas.stroke(
            [at(0.85, -high * 0.4), at(1.12, -high * 0.75), at(1.25, -high * 1.1)],
            0.022,
            lash,
            taper=0.6,
            blur=0.005,
        )
    crease = [at(-0.9, -high * 1.0), at(0, -high * 1.75), at(0.95, -high * 1.0)]
    canvas.stroke(crease, 0.018, darker(sitter.shadow, 0.12), blur=0.009, alpha=0.55)
    _brow(sitter, side)


def _brow(sitter: Sitter, side: int) -> None:
    face, canvas = sitter.face, sitter.canvas
    colour = darker(sitter.hair, 0.25) if sitter.look.tint not in ("white", "silver") else (138, 132, 128)
    if sitter.look.hair == "scarf":
        colour = (52, 38, 30)
    y, wide = face.eye_y - face.brow_up, face.eye_w
    path = [
        (side * (face.apart - wide * 1.12), y + 0.014 + face.brow_turn),
        (side * (face.apart - wide * 0.2), y - face.arch * 0.7),
        (side * (face.apart + wide * 0.65), y - face.arch),
        (side * (face.apart + wide * 1.35), y + 0.035 - face.brow_turn * 0.5),
    ]
    canvas.stroke(path, face.brow_w, colour, taper=0.75, blur=0.010, alpha=0.90)
    canvas.stroke(
        [(x, v - face.brow_w * 0.15) for x, v in path[:3]],
        face.brow_w * 0.5,
        darker(colour, 0.25),
        blur=0.012,
        alpha=0.5,
    )
