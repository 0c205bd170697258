"""Pictures: told apart by their first bytes here, decoded only in the sandbox's child."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from adapters.kinds import HEAD_BYTES, HEIC, JPEG, WEBP, Kind, sniff
from adapters.sandbox import Reply, Sandbox, Unreadable

MAX_PIXELS = 200_000_000
MAX_BYTES = 256 << 20
MAX_FRAMES = 1000
MAX_FACES = 2000
MASK_MARGIN = 0.25
PREVIEWS = (320, 800, 1600)

Answer = TypeVar("Answer")
Box = tuple[float, float, float, float]  # left, top, width, height as fractions of the upright picture


@dataclass(frozen=True)
class FoundFace:
    """A place where the machine sees a face, as fractions of the upright picture, never a name (BIO-05).

    `pixels`: width in pixels of the original; `flaw`: why it is a box only, of recognition.FLAWS; `vector`: 128
    float32 LE, to be wiped by whoever asked for it, or None.
    """

    left: float
    top: float
    width: float
    height: float
    score: float
    pixels: int
    flaw: str
    vector: bytearray | None = field(default=None, repr=False)

    @property
    def box(self) -> Box:
        """Left, top, width and height together."""
        return (self.left, self.top, self.width, self.height)


@dataclass(frozen=True)
class Look:
    """What came of looking at one box: a faceprint to be wiped by whoever asked, or the flaw that forbids one."""

    vector: bytearray | None = field(repr=False)
    flaw: str


@dataclass(frozen=True)
class Prepared:
    """All that one decoding yields; sizes are of the upright picture, previews WebP by longest side."""

    width: int
    height: int
    orientation: int
    previews: dict[int, bytes] = field(repr=False)
    placeholder: bytes = field(repr=False)
    colour: str
    phash: int
    pixels: str
    faces: list[FoundFace]


@dataclass(frozen=True)
class Rendered:
    """A JPEG that may leave the house: pixels and an sRGB profile, no other metadata (RED-02)."""

    data: bytes = field(repr=False)
    width: int
    height: int


def prepare(sandbox: Sandbox, data: bytes, kind: Kind, *, encode: bool, scan_side: int = 2000) -> Prepared:
    """Decode once and derive previews, placeholder, colour, hash and faces; raise Unreadable or Unfit.

    With `encode=False` no faceprint is made and the recogniser's network is not even loaded (BIO-01).
    """
    reply = _call(sandbox, "prepare", data, kind, {"encode": encode, "scan_side": scan_side})
    return _trusted(sandbox, lambda: _prepared(*reply, encode=encode))


def render(sandbox: Sandbox, data: bytes, kind: Kind, *, longest: int | None, quality: int = 90) -> Rendered:
    """Make a clean copy to leave the house: upright, sRGB, no other metadata (RED-02, MET-02)."""
    return _render(sandbox, data, kind, {"boxes": [], "longest": longest, "quality": quality})


def masked(
    sandbox: Sandbox,
    data: bytes,
    kind: Kind,
    boxes: Iterable[Box],
    *,
    longest: int | None,
    quality: int = 90,
    style: str = "solid",
    margin: float = MASK_MARGIN,
    part: Box | None = None,
) -> Rendered:
    """Make a clean copy with each box and its margin on every side filled: solid, or a coarse mosaic (RED-01).

    With `part` only this part of the picture is left.

    ValueError for a box that is no place in the picture: an unmasked face must not slip out by a slip.
    """
    hidden = [_with_margin(box, margin) for box in boxes]
    left = _with_margin(part, 0) if part else None
    arguments = {"boxes": hidden, "style": style, "longest": longest, "quality": quality, "part": left}
    return _render(sandbox, data, kind, arguments)


def encode_at(sandbox: Sandbox, data: bytes, kind: Kind, boxes: Sequence[Box]) -> list[Look]:
    """Return what is to be seen at each box; raise Unreadable or Unfit."""
    if not boxes:
        return []
    arguments = {"boxes": [_checked(box) for box in boxes]}
    header, vectors = _call(sandbox, "encode", data, kind, arguments)
    return _trusted(sandbox, lambda: _looks(header["flaws"], vectors, len(boxes)))


def look_again(
    sandbox: Sandbox, data: bytes, kind: Kind, *, scan_side: int, turns: Sequence[int] = (0,)
) -> list[FoundFace]:
    """Look for faces once more, in a larger picture or in one turned by quarters; makes no faceprint."""
    header, _ = _call(sandbox, "scan", data, kind, {"scan_side": scan_side, "turns": list(turns)})
    return _trusted(
        sandbox,
        lambda: [_face({**e, "encoded": False}, iter(()), False) for e in header["faces"][:MAX_FACES]],
    )


def kind_of(data: bytes) -> Kind:
    """The kind of a whole picture; Unreadable when it is none we know."""
    kind = sniff(data[:HEAD_BYTES])
    if kind is None:
        raise Unreadable("not_accepted")
    return kind


def differing_bits(a: int, b: int) -> int:
    """Return in how many of 64 bits two `phash` values differ (0: the same picture, above 10: another)."""
    return ((a ^ b) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()


def _render(sandbox: Sandbox, data: bytes, kind: Kind, arguments: dict[str, Any]) -> Rendered:
    header, blocks = _call(sandbox, "render", data, kind, arguments)
    return _trusted(sandbox, lambda: Rendered(_picture(blocks[0], JPEG), *_size(header)))


def _call(sandbox: Sandbox, name: str, data: bytes, kind: Kind, arguments: dict[str, Any]) -> Reply:
    if not kind.supported:
        raise Unreadable("not_accepted")
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large")
    format_ = "HEIF" if kind is HEIC else kind.name
    return sandbox.call(name, {"format": format_, **arguments}, [data])


def _trusted(sandbox: Sandbox, read: Callable[[], Answer]) -> Answer:
    """Read an answer of a child that a photo may have taken over; what does not fit ends the child."""
    try:
        return read()
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        sandbox.close()
        raise Unreadable("damaged", "malformed answer") from None


def _prepared(header: dict[str, Any], blocks: list[bytearray], *, encode: bool) -> Prepared:
    width, height = _size(header)
    placeholder, *rest = blocks
    previews = {side: _picture(data, WEBP) for side, data in zip(PREVIEWS, rest, strict=False)}
    vectors = iter(rest[len(PREVIEWS) :])
    faces = [_face(entry, vectors, encode) for entry in header["faces"][:MAX_FACES]]
    colour = header["colour"]
    if len(previews) != len(PREVIEWS) or not re.fullmatch("#[0-9a-f]{6}", colour) or len(placeholder) >= 300:
        raise ValueError
    if next(vectors, None) is not None or not re.fullmatch("[0-9a-f]{64}", header["pixels"]):
        raise ValueError
    return Prepared(
        width=width,
        height=height,
        orientation=_whole(header["orientation"], 1, 8),
        previews=previews,
        placeholder=_picture(placeholder, WEBP),
        colour=colour,
        phash=_whole(header["phash"], -(1 << 63), (1 << 63) - 1),
        pixels=header["pixels"],
        faces=faces,
    )


def _looks(flaws: list[str], vectors: list[bytearray], count: int) -> list[Look]:
    rest = iter(vectors)
    looks = [Look(None if flaw else _vector(next(rest, bytearray())), _flaw(flaw)) for flaw in flaws]
    if len(looks) != count or next(rest, None) is not None:
        raise ValueError
    return looks


def _face(entry: dict[str, Any], vectors: Iterator[bytearray], encode: bool) -> FoundFace:
    left, top, width, height = _checked(entry["box"])
    if entry["encoded"] and not encode:
        raise ValueError  # a faceprint nobody asked for is not kept (BIO-04)
    return FoundFace(
        left,
        top,
        width,
        height,
        score=_number(entry["score"], -1e3, 1e3),
        pixels=_whole(entry["pixels"], 0, MAX_PIXELS),
        flaw=_flaw(entry["flaw"]),
        vector=_vector(next(vectors, bytearray())) if entry["encoded"] else None,
    )


def _flaw(value: Any) -> str:
    from adapters.recognition import FLAWS

    return FLAWS[FLAWS.index(value)]


def _vector(data: bytearray) -> bytearray:
    from adapters.recognition import numbers_of

    numbers_of(data)
    return data


def _size(header: dict[str, Any]) -> tuple[int, int]:
    return _whole(header["width"], 1, MAX_PIXELS), _whole(header["height"], 1, MAX_PIXELS)


def _picture(data: bytes | bytearray, kind: Kind) -> bytes:
    whole = bytes(data)
    if sniff(whole) is not kind:
        raise ValueError
    return whole


def _whole(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError
    return value


def _number(value: Any, least: float, most: float) -> float:
    if type(value) not in (int, float) or not least <= value <= most:
        raise ValueError
    return float(value)


def _checked(box: Sequence[float]) -> Box:
    """Return the box; ValueError unless it has an area and touches the picture."""
    left, top, width, height = (float(value) for value in box)
    if not all(map(math.isfinite, (left, top, width, height))) or width <= 0 or height <= 0:
        raise ValueError("a box needs an area")
    if left >= 1 or top >= 1 or left + width <= 0 or top + height <= 0:
        raise ValueError("the box lies outside the picture")
    return left, top, width, height


def _with_margin(box: Sequence[float], margin: float) -> Box:
    """Return left, top, right, bottom with the margin, within the picture."""
    left, top, width, height = _checked(box)
    across, down = width * margin, height * margin
    return (
        max(left - across, 0),
        max(top - down, 0),
        min(left + width + across, 1),
        min(top + height + down, 1),
    )
