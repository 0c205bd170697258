"""Photos of drawn people in drawn places: one to five of the cast, or nobody."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from random import Random
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from demo.cast import CAST
from demo.ground import PALETTES
from demo.paint import Colour, darker, lighter
from demo.places import place
from demo.portrait import LEFT, TOP, figure, noisy

SHAPES = {"wide": (1800, 1200), "tall": (1200, 1600), "square": (1400, 1400), "panorama": (2000, 1000)}
TABLES = {"office", "canteen", "classroom", "library"}
CAMERA = "Demo camera"


@dataclass(frozen=True)
class Scene:
    """Who stands where: indexes into the cast from left to right, a place of ground.py, a shape, a seed."""

    where: str
    people: tuple[int, ...] = ()
    shape: str = "wide"
    seed: int = 0


@dataclass(frozen=True)
class Spot:
    """Where one of the cast was drawn: the middle of the face and half the head's height, as fractions of width and height."""

    person: int
    x: float
    y: float
    half: float


@dataclass(frozen=True, kw_only=True)
class Label:
    """What the camera and the photographer wrote into the file."""

    taken: datetime
    title: str
    caption: str
    keywords: tuple[str, ...]
    creator: str
    named: tuple[str, ...] = ()


def compose(scene: Scene) -> tuple[Image.Image, list[Spot]]:
    """Draw a scene; the same picture for the same scene."""
    width, height = SHAPES[scene.shape]
    rng = Random(f"{scene}")
    picture = place(scene.where, width, height, scene.seed, depth=2.2 if scene.people else 0.0)
    spots = []
    for person, x, y, half in _stand(scene, width, height, rng):
        shown = figure(CAST[person].look, half, variant=scene.seed)
        corner = (round(x + LEFT * half), round(y + TOP * half))
        _shade(picture, corner, shown)
        picture.paste(shown, corner, shown)
        spots.append(Spot(person, x / width, y / height, half / height))
    if scene.people and scene.where in TABLES and scene.seed % 3:
        _table(picture, scene)
    return noisy(_light(picture, rng), scene.seed, strength=1.7), spots


def _stand(scene: Scene, width: int, height: int, rng: Random) -> list[tuple[int, float, float, float]]:
    """Places from back to front: person, x, y and half head in pixels."""
    count = len(scene.people)
    half = (
        min(height * (0.145, 0.135, 0.12, 0.105, 0.098)[count - 1], width / (3.2 * count + 0.9))
        if count
        else 0
    )
    step = min(half * 3.7, (width - half * 2.4) / max(count, 1))
    start = (
        width / 2 - step * (count - 1) / 2 + rng.uniform(-0.25, 0.25) * max(0.0, width - step * count) * 0.6
    )
    spots = []
    for number, person in enumerate(scene.people):
        youth = max(0.0, min(1.0, (17 - CAST[person].look.age) / 10))
        size = half * rng.uniform(0.94, 1.04) * (1 - 0.06 * youth)
        y = max(height - 5.75 * half, 1.95 * half) + half * (0.95 * youth + rng.uniform(-0.15, 0.25))
        spots.append((person, start + step * number + half * rng.uniform(-0.12, 0.12), y, size))
    rear = [spot for number, spot in enumerate(spots) if number % 2]
    return [*rear, *(spot for number, spot in enumerate(spots) if not number % 2)]


def _shade(picture: Image.Image, corner: tuple[int, int], shown: Image.Image) -> None:
    """A soft shadow beside the figure, so that it stands in the place."""
    quarter = (max(1, shown.width // 4), max(1, shown.height // 4))
    alpha = shown.getchannel("A").resize(quarter).point(lambda value: value * 0.28)
    mask = alpha.filter(ImageFilter.GaussianBlur(quarter[0] * 0.035)).resize(shown.size)
    shift = round(shown.width * 0.02)
    picture.paste((24, 24, 34), (corner[0] + shift, corner[1] + shift), mask)


def _table(picture: Image.Image, scene: Scene) -> None:
    wood: Colour = PALETTES[scene.seed % len(PALETTES)].wood
    width, height = picture.size
    pen, top = ImageDraw.Draw(picture), round(height * 0.87)
    pen.rectangle((0, top, width, height), fill=darker(wood, 0.08))
    pen.rectangle((0, top, width, top + round(height * 0.025)), fill=lighter(wood, 0.25))
    for i in range(3):
        x, y = round(width * (0.14 + 0.33 * i)), round(height * 0.905)
        wide, high = round(height * 0.09), round(height * 0.03)
        pen.polygon(
            [(x, y), (x + wide, y - high // 3), (x + wide + high, y + high), (x + high // 2, y + high)],
            fill=(248, 248, 244),
        )


def _light(picture: Image.Image, rng: Random) -> Image.Image:
    """Warmth of the hour and a slight fall-off to the corners."""
    warm = rng.uniform(-0.03, 0.04)
    width, height = picture.size
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    fall = 1.02 - 0.07 * (x**2 + y**2)
    pixels = np.asarray(picture, dtype=np.float32) * fall[:, :, None]
    pixels *= np.array([1 + warm, 1.0, 1 - warm], dtype=np.float32)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def jpeg(picture: Image.Image, label: Label | None = None, *, quality: int = 86) -> bytes:
    """The picture as a camera's file, with what the label says in EXIF and XMP."""
    sink = io.BytesIO()
    if label is None:
        picture.save(sink, "JPEG", quality=quality)
        return sink.getvalue()
    exif = Image.Exif()
    moment = label.taken.strftime("%Y:%m:%d %H:%M:%S")
    exif[0x010F], exif[0x0110] = "Clearframe", CAMERA
    exif[0x0132] = moment
    exif.get_ifd(0x8769).update({0x9003: moment, 0x9004: moment})
    picture.save(sink, "JPEG", quality=quality, exif=exif, xmp=_xmp(label))
    return sink.getvalue()


def _xmp(label: Label) -> bytes:
    def bag(tag: str, kind: str, values: tuple[str, ...], attribute: str = "") -> str:
        items = "".join(f"<rdf:li{attribute}>{escape(value)}</rdf:li>" for value in values)
        return f"<{tag}><rdf:{kind}>{items}</rdf:{kind}></{tag}>" if values else ""

    default = ' xml:lang="x-default"'
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"{bag('dc:title', 'Alt', (label.title,), default)}{bag('dc:description', 'Alt', (label.caption,), default)}"
        f"{bag('dc:creator', 'Seq', (label.creator,))}{bag('dc:subject', 'Bag', label.keywords)}"
        f"{bag('ext:PersonInImage', 'Bag', label.named)}"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()
