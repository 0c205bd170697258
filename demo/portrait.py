"""Draws a person: as a portrait, or as a figure that can be put into a scene."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from demo import dress, hair, head, marks
from demo.look import Look, Moment, measures, moment
from demo.paint import Canvas, Colour, darker, lighter
from demo.sitter import Sitter

# The figure's frame in halves of a head; the middle of the face lies at (0, 0).
LEFT, TOP, WIDTH, HEIGHT = -2.5, -1.85, 5.0, 8.0
TWICE = 2


def figure(look: Look, half_head: float, variant: int = 0) -> Image.Image:
    """The person down to the hips on a transparent ground; the head is twice `half_head` pixels high.

    The middle of the face lies at (-LEFT, -TOP) half heads from the upper left corner.
    """
    now = moment(look, variant)
    canvas = Canvas(WIDTH, HEIGHT, left=LEFT, top=TOP, scale=half_head * TWICE)
    sitter = Sitter(canvas, look, measures(look), now)
    hair.behind(sitter)
    dress.body(sitter)
    _head(sitter, now)
    size = (round(WIDTH * half_head), round(HEIGHT * half_head))
    return canvas.image.resize(size, Image.Resampling.BOX)


def _head(sitter: Sitter, now: Moment) -> None:
    """Paint the head on a layer of its own, so that it can be inclined on the neck."""
    below = sitter.canvas
    layer = Canvas(WIDTH, 4.2, left=LEFT, top=TOP, scale=below.scale)
    sitter.canvas = layer
    head.head(sitter)
    hair.over(sitter)
    marks.glasses(sitter)
    neck = (-LEFT * below.scale, (0.9 - TOP) * below.scale)
    layer.image = layer.image.rotate(now.tilt, Image.Resampling.BILINEAR, center=neck)
    below.image.alpha_composite(layer.image)
    sitter.canvas = below


def draw(look: Look, size: int = 512, variant: int = 0) -> Image.Image:
    """A square portrait of `size` pixels before a plain wall; the same picture for the same arguments."""
    half_head = size / 4.4
    picture = wall(size, size, moment(look, variant).backdrop)
    person = figure(look, half_head, variant)
    picture.paste(person, (round(size / 2 + LEFT * half_head), round(size * 0.44 + TOP * half_head)), person)
    return noisy(picture, look.seed * 31 + variant)


def wall(width: int, height: int, colour: Colour) -> Image.Image:
    """A plain ground, lighter in its upper middle."""
    small = Image.new("RGB", (64, 64), darker(colour, 0.12))
    ImageDraw.Draw(small).ellipse((8, -12, 56, 44), fill=lighter(colour, 0.25))
    return small.filter(ImageFilter.GaussianBlur(12)).resize((width, height), Image.Resampling.BICUBIC)


def noisy(picture: Image.Image, seed: int, strength: float = 2.2) -> Image.Image:
    """The picture with a little noise, as a camera would give it."""
    pixels = np.asarray(picture.convert("RGB"), dtype=np.float32)
    grain = np.random.default_rng(seed).standard_normal(pixels.shape[:2], dtype=np.float32)[:, :, None]
    return Image.fromarray(np.clip(pixels + strength * grain, 0, 255).astype(np.uint8))
