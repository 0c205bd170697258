"""The head of a drawn person: skin shaded like a sphere, nose and mouth."""

from __future__ import annotations

import numpy as np
from PIL import Image

from demo.eyes import eye
from demo.marks import beard, years
from demo.paint import curve, darker, lighter, mirrored, mix
from demo.sitter import Sitter, outline


def head(sitter: Sitter) -> None:
    """Paint ears, skin, beard and all features."""
    _ears(sitter)
    shape = sitter.canvas.mask(outline(sitter.face))
    _skin(sitter, shape)
    beard(sitter)
    _nose(sitter)
    _mouth(sitter)
    for side in (-1, 1):
        eye(sitter, side)
    years(sitter)


def _ears(sitter: Sitter) -> None:
    face, canvas = sitter.face, sitter.canvas
    for side in (-1, 1):
        centre = (side * (face.cheek + 0.015), face.eye_y + 0.17)
        canvas.oval(centre, (0.10, 0.185 * face.ear), mix(sitter.skin, sitter.shadow, 0.35), turn=side * 0.15)
        inner = (centre[0] + side * 0.01, centre[1])
        canvas.oval(inner, (0.05, 0.11 * face.ear), sitter.shadow, turn=side * 0.15, blur=0.02, alpha=0.5)


def _skin(sitter: Sitter, shape: Image.Image) -> None:
    """Shade the head like a sphere, a third of the size, since shade has no edges."""
    face, canvas, light = sitter.face, sitter.canvas, sitter.moment.light
    small = (max(2, canvas.image.width // 3), max(2, canvas.image.height // 3))
    x = (np.arange(small[0], dtype=np.float32) + 0.5)[None, :] * 3 / canvas.scale + canvas.left
    y = (np.arange(small[1], dtype=np.float32) + 0.5)[:, None] * 3 / canvas.scale + canvas.top

    def spot(cx: float, cy: float, rx: float, ry: float) -> np.ndarray:
        return np.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2)

    depth = np.sqrt(np.clip(1.15 - (x / (face.cheek * 1.05)) ** 2 - (y / 1.1) ** 2, 0, None))
    lit = 0.62 * depth + 0.30 * light * x / face.cheek - 0.16 * y + 0.34
    eye, nose, mouth = face.eye_y, face.nose_y, face.mouth_y
    for side in (-1, 1):
        lit -= 0.20 * spot(side * face.apart, eye - 0.03, face.eye_w * 1.35, 0.13)
        lit -= 0.07 * spot(side * face.apart, eye + 0.16, 0.15, 0.05) * (0.6 + face.years)
        lit -= 0.13 * spot(side * face.bridge * 1.9, eye + 0.02, 0.06, 0.16)
        lit += 0.12 * spot(side * face.cheek * 0.60, eye + 0.33, 0.17, 0.13)
        lit -= 0.10 * spot(side * face.jaw, 0.62, 0.17, 0.30)
    lit += 0.15 * spot(0.04 * light, (eye + nose) / 2, face.bridge * 0.75, 0.22)
    lit += 0.17 * spot(0.05 * light, nose - 0.06, face.nose_w * 0.42, 0.075)
    lit -= 0.17 * spot(-np.sign(light) * face.bridge * 1.7, (eye + nose) / 2 + 0.06, 0.055, 0.20)
    lit -= 0.24 * spot(0, nose + 0.055, face.nose_w * 1.0, 0.045)
    lit -= 0.16 * spot(0, mouth + face.lower + 0.075, 0.16, 0.045)
    lit += 0.10 * spot(0, 0.86, 0.16, 0.10) + 0.10 * spot(0.1 * light, -0.50, 0.36, 0.22)
    share = np.clip(lit, 0, 1.25)[:, :, None]
    base, dark = (np.array(colour, dtype=np.float32) for colour in (sitter.skin, sitter.shadow))
    glow = np.array(lighter(sitter.skin, 0.30), dtype=np.float32)
    colour = np.where(
        share < 0.85, dark + (base - dark) * share / 0.85, base + (glow - base) * (share - 0.85) / 0.4
    )
    blush = sum(spot(side * face.cheek * 0.60, eye + 0.36, 0.18, 0.13) for side in (-1, 1))
    strength = 0.16 + 0.10 * face.youth + 0.04 * sitter.look.feminine
    rosy = np.array(mix(sitter.skin, (205, 62, 52), 0.55), dtype=np.float32)
    colour += (rosy - colour) * (strength * blush)[:, :, None]
    layer = Image.fromarray(np.clip(colour, 0, 255).astype(np.uint8)).resize(
        canvas.image.size, Image.Resampling.BICUBIC
    )
    layer.putalpha(shape)
    canvas.image.alpha_composite(layer)


def _nose(sitter: Sitter) -> None:
    face, canvas = sitter.face, sitter.canvas
    deep, y, wide = darker(sitter.shadow, 0.30), face.nose_y, face.nose_w
    for side in (-1, 1):
        wing = [
            (side * wide * 0.80, y - 0.09),
            (side * wide * 1.05, y - 0.02),
            (side * wide * 0.80, y + 0.035),
        ]
        canvas.stroke(wing, 0.026, deep, blur=0.012, alpha=0.55)
        canvas.oval(
            (side * wide * 0.46, y + 0.026),
            (wide * 0.26, 0.021),
            darker(deep, 0.35),
            turn=-side * 0.3,
            blur=0.009,
            alpha=0.85,
        )
    canvas.stroke(
        [(-wide * 0.3, y + 0.05), (0, y + 0.062), (wide * 0.3, y + 0.05)], 0.02, deep, blur=0.012, alpha=0.4
    )


def _mouth(sitter: Sitter) -> None:
    face, canvas, smile = sitter.face, sitter.canvas, sitter.moment.smile
    y, half = face.mouth_y, face.mouth_w * (1 + 0.10 * smile)
    up = 0.075 * smile
    red = mix(sitter.skin, (168, 52, 58), 0.50 if sitter.look.feminine else 0.34)
    if sitter.look.skin > 4:
        red = mix(darker(sitter.skin, 0.12), (140, 50, 62), 0.42)
    seam = [
        (-half, y - up),
        (-half * 0.5, y + 0.005),
        (0, y + 0.012),
        (half * 0.5, y + 0.005),
        (half, y - up),
    ]
    bow = [
        (half * 0.55, y - face.upper * 0.80),
        (half * 0.17, y - face.upper * 1.15),
        (0, y - face.upper * 0.85),
    ]
    upper = [*curve(seam), *curve([(half, y - up), *bow, *mirrored(bow[1::-1]), (-half, y - up)])]
    belly = [
        (half * 0.55, y + face.lower * 0.85),
        (0, y + face.lower * 1.22),
        (-half * 0.55, y + face.lower * 0.85),
    ]
    lower = [*curve(seam), *curve([(half, y - up), *belly, (-half, y - up)])]
    canvas.fill(upper, darker(red, 0.16), blur=0.010)
    canvas.fill(lower, red, blur=0.010)
    canvas.oval(
        (0.02, y + face.lower * 0.62),
        (half * 0.34, face.lower * 0.22),
        lighter(red, 0.45),
        blur=0.02,
        alpha=0.6,
    )
    if smile > 0.6:
        teeth = [
            (-half * 0.72, y - up * 0.5),
            (0, y - 0.004),
            (half * 0.72, y - up * 0.5),
            (0, y + 0.018 + 0.055 * smile),
        ]
        canvas.fill(
            curve(
                [teeth[0], teeth[1], teeth[2], (half * 0.35, y + 0.03), teeth[3], (-half * 0.35, y + 0.03)],
                closed=True,
            ),
            (246, 241, 234),
            blur=0.006,
        )
        canvas.stroke(
            [teeth[0], (0, y + 0.02 + 0.055 * smile), teeth[2]],
            0.018,
            darker(red, 0.45),
            blur=0.006,
            alpha=0.7,
        )
    canvas.stroke(seam, 0.024, darker(red, 0.62), taper=0.7, blur=0.007, alpha=0.85)
    for side in (-1, 1):
        canvas.oval(
            (side * half * 1.02, y - up), (0.025, 0.022), darker(sitter.shadow, 0.25), blur=0.015, alpha=0.6
        )
        fold = [
            (side * (face.nose_w + 0.06), face.nose_y - 0.02),
            (side * (half + 0.055), y - 0.10),
            (side * (half + 0.06), y + 0.02),
        ]
        canvas.stroke(
            fold,
            0.022,
            sitter.shadow,
            blur=0.015,
            alpha=min(0.75, 0.16 + 0.22 * smile + 0.5 * face.years) * (1 - 0.6 * face.youth),
        )
