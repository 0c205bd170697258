"""What all painters of one picture share: the canvas, the person, the light."""

from __future__ import annotations

from dataclasses import dataclass

from demo.look import HAIRS, SKINS, Face, Look, Moment
from demo.paint import Canvas, Colour, Point, curve, darker, mirrored, mix

WARM: Colour = (120, 38, 30)


@dataclass
class Sitter:
    """All that the painters of one picture share."""

    canvas: Canvas
    look: Look
    face: Face
    moment: Moment

    @property
    def skin(self) -> Colour:
        """The skin in full light."""
        return SKINS[self.look.skin]

    @property
    def shadow(self) -> Colour:
        """The skin in shade: darker and warmer."""
        return mix(darker(self.skin, 0.42), WARM, 0.16)

    @property
    def hair(self) -> Colour:
        """The colour of the hair."""
        return HAIRS[self.look.tint]


def outline(face: Face) -> list[Point]:
    """The outline of the skull and jaw."""
    right = [
        (0.0, -1.0),
        (0.40, -0.93),
        (face.cheek * 0.93, -0.58),
        (face.cheek, -0.05),
        (face.cheek * 0.95, 0.28),
        (face.jaw, 0.62),
        (face.chin + 0.10, 0.90),
        (face.chin * 0.5, 0.99),
    ]
    return curve([*right, (0.0, 1.0), *mirrored(right[:0:-1])], closed=True)
