"""The head of a drawn person: skin shaded like a sphere, eyes, nose, mouth, what years and glasses add."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from demo.look import HAIRS, SKINS, Face, Look, Moment
from demo.paint import Canvas, Colour, Point, curve, darker, ellipse, lighter, mirrored, mix

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


def head(sitter: Sitter) -> None:
    """Paint ears, skin and all features."""
    _ears(sitter)
    shape = sitter.canvas.mask(outline(sitter.face))
    _skin(sitter, shape)
    beard(sitter)
    _nose(sitter)
    _mouth(sitter)
    for side in (-1, 1):
        _eye(sitter, side)
    _years(sitter)


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
    colour = np.where(share < 0.85, dark + (base - dark) * share / 0.85, base + (glow - base) * (share - 0.85) / 0.4)
    blush = sum(spot(side * face.cheek * 0.60, eye + 0.36, 0.18, 0.13) for side in (-1, 1))
    strength = 0.16 + 0.10 * face.youth + 0.04 * sitter.look.feminine
    rosy = np.array(mix(sitter.skin, (205, 62, 52), 0.55), dtype=np.float32)
    colour += (rosy - colour) * (strength * blush)[:, :, None]
    layer = Image.fromarray(np.clip(colour, 0, 255).astype(np.uint8)).resize(canvas.image.size, Image.Resampling.BICUBIC)
    layer.putalpha(shape)
    canvas.image.alpha_composite(layer)


def _nose(sitter: Sitter) -> None:
    face, canvas = sitter.face, sitter.canvas
    deep, y, wide = darker(sitter.shadow, 0.30), face.nose_y, face.nose_w
    for side in (-1, 1):
        wing = [(side * wide * 0.80, y - 0.09), (side * wide * 1.05, y - 0.02), (side * wide * 0.80, y + 0.035)]
        canvas.stroke(wing, 0.026, deep, blur=0.012, alpha=0.55)
        canvas.oval((side * wide * 0.46, y + 0.026), (wide * 0.26, 0.021), darker(deep, 0.35), turn=-side * 0.3, blur=0.009, alpha=0.85)
    canvas.stroke([(-wide * 0.3, y + 0.05), (0, y + 0.062), (wide * 0.3, y + 0.05)], 0.02, deep, blur=0.012, alpha=0.4)


def _mouth(sitter: Sitter) -> None:
    face, canvas, smile = sitter.face, sitter.canvas, sitter.moment.smile
    y, half = face.mouth_y, face.mouth_w * (1 + 0.10 * smile)
    up = 0.075 * smile
    red = mix(sitter.skin, (168, 52, 58), 0.50 if sitter.look.feminine else 0.34)
    if sitter.look.skin > 4:
        red = mix(darker(sitter.skin, 0.12), (140, 50, 62), 0.42)
    seam = [(-half, y - up), (-half * 0.5, y + 0.005), (0, y + 0.012), (half * 0.5, y + 0.005), (half, y - up)]
    bow = [(half * 0.55, y - face.upper * 0.80), (half * 0.17, y - face.upper * 1.15), (0, y - face.upper * 0.85)]
    upper = [*curve(seam), *curve([(half, y - up), *bow, *mirrored(bow[1::-1]), (-half, y - up)])]
    belly = [(half * 0.55, y + face.lower * 0.85), (0, y + face.lower * 1.22), (-half * 0.55, y + face.lower * 0.85)]
    lower = [*curve(seam), *curve([(half, y - up), *belly, (-half, y - up)])]
    canvas.fill(upper, darker(red, 0.16), blur=0.010)
    canvas.fill(lower, red, blur=0.010)
    canvas.oval((0.02, y + face.lower * 0.62), (half * 0.34, face.lower * 0.22), lighter(red, 0.45), blur=0.02, alpha=0.6)
    if smile > 0.6:
        teeth = [(-half * 0.72, y - up * 0.5), (0, y - 0.004), (half * 0.72, y - up * 0.5), (0, y + 0.018 + 0.055 * smile)]
        canvas.fill(curve([teeth[0], teeth[1], teeth[2], (half * 0.35, y + 0.03), teeth[3], (-half * 0.35, y + 0.03)], closed=True), (246, 241, 234), blur=0.006)
        canvas.stroke([teeth[0], (0, y + 0.02 + 0.055 * smile), teeth[2]], 0.018, darker(red, 0.45), blur=0.006, alpha=0.7)
    canvas.stroke(seam, 0.024, darker(red, 0.62), taper=0.7, blur=0.007, alpha=0.85)
    for side in (-1, 1):
        canvas.oval((side * half * 1.02, y - up), (0.025, 0.022), darker(sitter.shadow, 0.25), blur=0.015, alpha=0.6)
        fold = [(side * (face.nose_w + 0.06), face.nose_y - 0.02), (side * (half + 0.055), y - 0.10), (side * (half + 0.06), y + 0.02)]
        canvas.stroke(fold, 0.022, sitter.shadow, blur=0.015, alpha=min(0.75, 0.16 + 0.22 * smile + 0.5 * face.years) * (1 - 0.6 * face.youth))


def _eye(sitter: Sitter, side: int) -> None:
    face, canvas, look = sitter.face, sitter.canvas, sitter.look
    cx, cy, wide, high = side * face.apart, face.eye_y, face.eye_w, face.eye_h

    def at(across: float, down: float) -> Point:
        """A place in the eye: across from the inner (-1) to the outer corner (1)."""
        return cx + side * across * wide, cy + down - face.slant * 0.5 * across * wide

    top = curve([at(-1, 0.012), at(-0.55, -high * 0.80), at(0.05, -high * 1.08), at(0.6, -high * 0.78), at(1, -0.004)])
    low = curve([at(1, -0.004), at(0.5, high * 0.62), at(0, high * 0.78), at(-0.5, high * 0.60), at(-1, 0.012)])
    inside = canvas.mask([*top, *low])
    canvas.fill([*top, *low], (244, 240, 235), blur=0.004)
    iris = high * 1.02
    middle = (cx - side * 0.006, cy - high * 0.10)
    canvas.oval(middle, (iris, iris), darker(face.iris, 0.45), clip=inside)
    canvas.oval(middle, (iris * 0.86, iris * 0.86), face.iris, blur=0.008, clip=inside)
    canvas.oval((middle[0], middle[1] + iris * 0.35), (iris * 0.55, iris * 0.4), lighter(face.iris, 0.30), blur=0.015, alpha=0.7, clip=inside)
    canvas.oval(middle, (iris * 0.46, iris * 0.46), (18, 14, 14), clip=inside)
    canvas.fill([*top, *[(x, y + high * 0.45) for x, y in reversed(top)]], (70, 50, 45), blur=0.016, alpha=0.42, clip=inside)
    glint = (middle[0] + iris * 0.32, middle[1] - iris * 0.34)
    canvas.oval(glint, (iris * 0.21, iris * 0.21), (255, 255, 255), alpha=0.95)
    lash = darker(mix(sitter.shadow, (30, 20, 18), 0.75), 0.2)
    canvas.stroke(top[::5], 0.030 + 0.014 * look.feminine, lash, taper=0.55, blur=0.005)
    canvas.stroke(low[::5], 0.014, darker(sitter.shadow, 0.3), taper=0.8, blur=0.006, alpha=0.55)
    canvas.oval(at(-0.96, 0.014), (0.020, 0.014), mix(sitter.skin, (200, 80, 80), 0.4), blur=0.006)
    if look.feminine and face.youth < 0.5:
        canvas.stroke([at(0.85, -high * 0.4), at(1.12, -high * 0.75), at(1.25, -high * 1.1)], 0.022, lash, taper=0.6, blur=0.005)
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
    canvas.stroke([(x, v - face.brow_w * 0.15) for x, v in path[:3]], face.brow_w * 0.5, darker(colour, 0.25), blur=0.012, alpha=0.5)


def _years(sitter: Sitter) -> None:
    face, canvas = sitter.face, sitter.canvas
    if face.years < 0.15:
        return
    ink, alpha = sitter.shadow, 0.5 * face.years
    for row in range(3):
        y = -0.62 + 0.11 * row
        canvas.stroke([(-0.34, y + 0.015), (-0.12, y - 0.012), (0.1, y), (0.34, y + 0.02)], 0.016, ink, blur=0.010, alpha=alpha * 0.55)
    for side in (-1, 1):
        corner = (side * (face.apart + face.eye_w * 1.15), face.eye_y)
        for lift in (-0.06, 0.0, 0.06):
            tip = (corner[0] + side * 0.10, corner[1] + lift * 1.7)
            canvas.stroke([corner, ((corner[0] + tip[0]) / 2, corner[1] + lift * 0.6), tip], 0.013, ink, blur=0.008, alpha=alpha)
        bag = [(side * (face.apart - face.eye_w * 0.8), face.eye_y + 0.11), (side * face.apart, face.eye_y + 0.155), (side * (face.apart + face.eye_w * 0.9), face.eye_y + 0.10)]
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
            rim = curve([(cx - wide, cy - high * 0.8), (cx, cy - high * 1.02), (cx + wide, cy - high * 0.8), (cx + wide * 0.95, cy + high * 0.75), (cx, cy + high), (cx - wide * 0.95, cy + high * 0.75)], closed=True)
        canvas.fill(rim, (235, 245, 250), alpha=0.08)
        path = [*rim, rim[0], rim[1]]
        for i in range(0, len(rim), 6):
            canvas.stroke(path[i : i + 8], 0.032, frame, taper=0.0)
        canvas.stroke([(cx + side * wide, cy - high * 0.4), (side * (face.cheek + 0.03), face.eye_y - 0.01)], 0.035, frame, taper=0.0)
    gap = face.apart * 1.01 - wide
    canvas.stroke([(-gap, face.eye_y - 0.0), (0, face.eye_y - 0.045), (gap, face.eye_y - 0.0)], 0.032, frame, taper=0.0)


def beard(sitter: Sitter) -> None:
    """Paint the beard or moustache, if the person has one; before the mouth is painted over it."""
    face, canvas, kind = sitter.face, sitter.canvas, sitter.look.beard
    if kind == "none":
        return
    colour, inside = darker(sitter.hair, 0.12), canvas.mask(outline(face))
    y = face.mouth_y
    sides = [(face.cheek * 1.02, face.eye_y + 0.22), (face.cheek * 0.86, y - 0.16), (face.mouth_w + 0.13, y - 0.10)]
    under = [(face.mouth_w + 0.03, y + 0.10), (0.0, y + face.lower * 1.2 + 0.05)]
    jaw = curve([*sides, *under, *mirrored(under[:1]), *mirrored(sides[::-1])])
    whole = [*jaw, (-face.cheek - 0.1, 0.6), (-0.4, 1.2), (0.4, 1.2), (face.cheek + 0.1, 0.6)]
    lip = face.mouth_y - face.upper
    tash = [(0, lip - 0.075), (face.mouth_w * 0.7, lip - 0.045), (face.mouth_w + 0.09, lip + 0.07), (face.mouth_w * 0.6, lip + 0.012), (0, lip - 0.005)]
    moustache = curve([*tash, *mirrored(tash[3:0:-1])], closed=True)
    if kind == "stubble":
        canvas.fill(whole, mix(colour, sitter.shadow, 0.45), blur=0.06, alpha=0.42, clip=inside)
        canvas.fill(moustache, mix(colour, sitter.shadow, 0.45), blur=0.03, alpha=0.40)
    if kind == "full":
        canvas.fill(whole, colour, blur=0.035, alpha=0.94, clip=inside)
        for i in range(26):
            x = -0.56 + 1.12 * i / 25
            canvas.stroke([(x, y + 0.12 + 0.1 * (i % 3)), (x * 0.96, 0.8 + 0.06 * (i % 2)), (x * 0.9, 1.0)], 0.018, lighter(colour, 0.18), blur=0.008, alpha=0.35, clip=inside)
    if kind == "goatee":
        chin = curve([(0.13, y + 0.13), (0.17, 0.80), (0.10, 1.02), (-0.10, 1.02), (-0.17, 0.80), (-0.13, y + 0.13)], closed=True)
        canvas.fill(chin, colour, blur=0.03, alpha=0.9)
    if kind in ("full", "moustache", "goatee"):
        canvas.fill(moustache, darker(colour, 0.06), blur=0.016, alpha=0.95)
