"""What the sandbox's child does with a photo; only `jail.py` imports this, never the web process."""

from __future__ import annotations

import hashlib
import io
import math
import warnings
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from adapters import recognition
from adapters.colours import resizable, rgb, srgb, srgb_profile
from adapters.imaging import MAX_FRAMES, MAX_PIXELS, PREVIEWS
from adapters.sandbox import Reply, Unreadable

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# A raster a little too long is used as decoded: resampling 3 MP costs more than scanning 10 % more.
SLACK = 1.1
# The recogniser looks at 150 px per face: a raster that shows less loses what the file still has.
CHIP = 150
TURNS = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}
TOUCHING = 0.3
PREVIEW_QUALITY, PREVIEW_METHOD = 80, 2
MOSAIC = 8  # blocks along the longer side of a covered place
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def prepare(arguments: dict[str, Any], blocks: list[bytes]) -> Reply:
    """Decode once and derive everything: previews, placeholder, colour, hash, faces."""
    image, orientation = _open(blocks[0], arguments["format"])
    width, height = _upright_size(image, orientation)
    side = int(arguments["scan_side"])
    raster = _raster(image, max(side, *PREVIEWS), orientation)
    previews = _previews(raster)
    small = previews[min(PREVIEWS)][0]
    faces, vectors = _faces(_fit(raster, side, SLACK), width, bool(arguments["encode"]))
    header = {
        "width": width,
        "height": height,
        "orientation": orientation,
        "colour": f"#{small.resize((1, 1), Image.Resampling.BOX).tobytes().hex()}",
        "phash": perceptual_hash(small),
        "pixels": _print(raster),
        "faces": faces,
    }
    placeholder = _webp(_fit(small, 16), quality=30, method=4)
    return header, [placeholder, *(previews[side][1] for side in PREVIEWS), *vectors]


def render(arguments: dict[str, Any], blocks: list[bytes]) -> Reply:
    """Make a JPEG that holds pixels and an sRGB profile and nothing else, with `boxes` covered for good."""
    image, orientation = _open(blocks[0], arguments["format"])
    longest = arguments["longest"] or max(image.size)
    raster = srgb(_raster(image, longest, orientation, slack=1.0, fine=True))
    for left, top, right, bottom in arguments["boxes"]:
        corner = (math.floor(left * raster.width), math.floor(top * raster.height))
        end = (math.ceil(right * raster.width), math.ceil(bottom * raster.height))
        _cover(raster, corner, end, arguments.get("style") == "mosaic")
    if arguments.get("part"):  # a plain copy names none
        left, top, right, bottom = arguments["part"]
        # Inwards: what was to be left out must not show by half a pixel.
        raster = raster.crop((
            math.ceil(left * raster.width), math.ceil(top * raster.height),
            math.floor(right * raster.width), math.floor(bottom * raster.height),
        ))  # fmt: skip
    raster.info = {}  # Pillow writes a comment found there into the new file
    sink = io.BytesIO()
    raster.save(sink, "JPEG", quality=int(arguments["quality"]), icc_profile=srgb_profile(), exif=b"")
    return {"width": raster.width, "height": raster.height}, [sink.getvalue()]


def _cover(raster: Image.Image, corner: tuple[int, int], end: tuple[int, int], mosaic: bool) -> None:
    """Fill a place with one grey, or with at most 8 x 8 blocks that are each the mean of what was there (RED-01)."""
    if not mosaic:
        ImageDraw.Draw(raster).rectangle((corner, end), "#6b6b6b")
        return
    box = (*corner, min(end[0] + 1, raster.width), min(end[1] + 1, raster.height))
    part = raster.crop(box)
    # As many blocks to a side as leave each at least four pixels: eight of a tiny face would be the face itself.
    step = max(4, math.ceil(max(part.size) / MOSAIC))
    few = part.resize((-(-part.width // step), -(-part.height // step)), Image.Resampling.BOX)
    raster.paste(few.resize(part.size, Image.Resampling.NEAREST), box)


def encode(arguments: dict[str, Any], blocks: list[bytes]) -> Reply:
    """Return the flaw of each box, and the faceprint of each that has none."""
    image, orientation = _open(blocks[0], arguments["format"])
    width, _ = _upright_size(image, orientation)
    boxes = [tuple(box) for box in arguments["boxes"]]
    narrowest = min((box[2] for box in boxes if box[2] * width >= recognition.MIN_PIXELS), default=1.0)
    side = min(
        max(image.size), max(recognition.SCAN_SIDE, math.ceil(CHIP / narrowest * max(image.size) / width))
    )
    raster = _raster(image, side, orientation)
    places = [_scaled(box, raster) for box in boxes]
    flaws = [_flaw(raster, place, box[2] * width) for place, box in zip(places, boxes, strict=True)]
    vectors = _encoded(np.asarray(raster), places, flaws)
    return {"flaws": flaws}, vectors


def scan(arguments: dict[str, Any], blocks: list[bytes]) -> Reply:
    """Look for faces once more: in a larger picture, or in one turned by quarters; in fractions of the upright photo."""
    image, orientation = _open(blocks[0], arguments["format"])
    width, height = _upright_size(image, orientation)
    raster = _raster(image, int(arguments["scan_side"]), orientation)
    faces: list[dict[str, Any]] = []
    for quarters in arguments["turns"]:
        turned = raster.transpose(TURNS[quarters]) if quarters else raster
        for place, score in recognition.find(np.asarray(turned)):
            box = _upright_box(_box(place, turned), quarters)
            in_file = box[2] * width if quarters % 2 == 0 else box[3] * height
            flaw = recognition.TURNED if quarters else _flaw(turned, place, in_file)
            faces.append({"box": box, "score": score, "pixels": round(in_file), "flaw": flaw})
    return {"faces": _apart(faces)}, []


def _apart(faces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One face may be seen on its side and on its head: the surest of several boxes in one place stays."""
    kept: list[dict[str, Any]] = []
    for face in sorted(faces, key=lambda face: -face["score"]):
        if all(recognition.overlap(face["box"], other["box"]) < TOUCHING for other in kept):
            kept.append(face)
    return kept


def _print(raster: Image.Image) -> str:
    """SHA-256 of the decoded, upright pixels: the same for a file whose metadata were changed or taken out (ERA-09)."""
    return hashlib.sha256(f"{raster.width}x{raster.height}|".encode() + raster.tobytes()).hexdigest()


def perceptual_hash(image: Image.Image) -> int:
    """Return the signed 64-bit DCT hash: low frequencies of a 32 px grey picture against their median."""
    grey = np.asarray(image.convert("L").resize((32, 32), Image.Resampling.LANCZOS), dtype=np.float64)
    low = (_cosines() @ grey @ _cosines().T).ravel()
    bits = np.packbits(low > np.median(low[1:]))
    return int.from_bytes(bits.tobytes(), "big", signed=True)


@cache
def _cosines() -> np.ndarray:
    """Return the first 8 rows of the 32-point DCT-II matrix."""
    rows, columns = np.arange(8)[:, None], np.arange(32)[None, :]
    return np.cos(np.pi * rows * (2 * columns + 1) / 64)


def _open(data: bytes, format_: str) -> tuple[Image.Image, int]:
    """Read the head of the file under the limits, before any pixel; return it with its EXIF orientation."""
    if format_ == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(io.BytesIO(data), formats=(format_,))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Unreadable("too_large") from None
    if image.width * image.height > MAX_PIXELS:
        raise Unreadable("too_large")
    if getattr(image, "n_frames", 1) > MAX_FRAMES:
        raise Unreadable("too_many_frames")
    return image, _orientation(image)


def _orientation(image: Image.Image) -> int:
    """Return 1 to 8; a broken EXIF block is no reason to refuse the pixels."""
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:
        return 1
    return value if value in UPRIGHT else 1


def _upright_size(image: Image.Image, orientation: int) -> tuple[int, int]:
    """Return width and height as a viewer sees them (Pillow's TIFF reader has swapped them already)."""
    width, height = image.size
    return (height, width) if orientation > 4 and image.format != "TIFF" else (width, height)


def _raster(
    image: Image.Image, side: int, orientation: int, *, slack: float = SLACK, fine: bool = False
) -> Image.Image:
    """Decode to RGB, upright, longest side about `side` (never enlarged, at most `slack` times as long)."""
    if image.format in ("JPEG", "MPO") and max(image.size) > side:
        # The aspect-fit size: a square is compared with the short side and often decodes everything.
        scale = side / max(image.size)
        image.draft(image.mode, (max(1, int(image.width * scale)), max(1, int(image.height * scale))))
    image.load()
    raster = rgb(_fit(resizable(image), side, slack, fine=fine))
    if orientation != 1 and image.format != "TIFF":  # Pillow turns a TIFF while loading
        profile = raster.info.get("icc_profile")
        raster = raster.transpose(UPRIGHT[orientation])
        raster.info["icc_profile"] = profile
    return raster


def _fit(image: Image.Image, side: int, slack: float = 1.0, *, fine: bool = False) -> Image.Image:
    """Shrink to the longest side unless it is within `slack` of it."""
    longest = max(image.size)
    if longest <= side * slack:
        return image
    size = (max(1, round(image.width * side / longest)), max(1, round(image.height * side / longest)))
    filter_ = Image.Resampling.LANCZOS if fine else Image.Resampling.BILINEAR
    smaller = image.resize(size, filter_, reducing_gap=2.0)
    smaller.info = dict(image.info)
    return smaller


def _previews(raster: Image.Image) -> dict[int, tuple[Image.Image, bytes]]:
    """Return each size with its WebP, each made from the next larger; a small photo serves several sizes."""
    made: dict[int, tuple[Image.Image, bytes]] = {}
    image, data = raster, b""
    for side in sorted(PREVIEWS, reverse=True):
        smaller = _fit(image, side)
        if not made:
            smaller = srgb(smaller)
        if not data or smaller is not image:
            data = _webp(smaller, quality=PREVIEW_QUALITY, method=PREVIEW_METHOD)
        image = smaller
        made[side] = (image, data)
    return made


def _webp(image: Image.Image, *, quality: int, method: int) -> bytes:
    sink = io.BytesIO()
    image.save(sink, "WEBP", quality=quality, method=method, icc_profile=None, exif=b"", xmp=b"")
    return sink.getvalue()


def _faces(raster: Image.Image, width: int, encode: bool) -> tuple[list[dict[str, Any]], list[np.ndarray]]:
    """Return the faces as fractions of the picture, best first, and the faceprints of those without a flaw if asked."""
    pixels = np.asarray(raster)
    found = recognition.find(pixels)
    places = [place for place, _ in found]
    in_file = [(place[2] - place[0]) * width / raster.width for place in places]
    flaws = [_flaw(raster, place, wide) for place, wide in zip(places, in_file, strict=True)]
    vectors = _encoded(pixels, places, flaws) if encode else []
    faces = [
        {
            "box": _box(place, raster),
            "score": score,
            "pixels": round(wide),
            "flaw": flaw,
            "encoded": encode and not flaw,
        }
        for (place, score), wide, flaw in zip(found, in_file, flaws, strict=True)
    ]
    return faces, vectors


def _encoded(pixels: np.ndarray, places: list[recognition.PixelBox], flaws: list[str]) -> list[np.ndarray]:
    """Return the faceprints of the places without a flaw; a face that looks away gets its flaw here."""
    whole = [index for index, flaw in enumerate(flaws) if not flaw]
    vectors = []
    if whole:
        for index, (vector, flaw) in zip(
            whole, recognition.encode(pixels, [places[index] for index in whole]), strict=True
        ):
            flaws[index] = flaw
            if vector is not None:
                vectors.append(vector)
    return vectors


def _flaw(raster: Image.Image, place: recognition.PixelBox, in_file: float) -> str:
    """Why a face is a box only, as far as its size and its edges tell; empty when it may be compared."""
    if in_file < recognition.MIN_PIXELS:
        return recognition.SMALL
    left, top, right, bottom = place
    inside = (max(left, 0), max(top, 0), min(right, raster.width), min(bottom, raster.height))
    return recognition.BLURRED if _sharpness(raster.crop(inside)) < recognition.MIN_SHARPNESS else ""


def _sharpness(face: Image.Image) -> float:
    """Return the variance of the Laplacian of the face, at 96 px at most (a blurred face is near 0)."""
    size = (max(3, min(96, face.width)), max(3, min(96, face.height)))
    grey = np.asarray(face.convert("L").resize(size, Image.Resampling.BILINEAR), dtype=np.float64)
    edges = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    return float(edges.var())


def _box(place: recognition.PixelBox, raster: Image.Image) -> list[float]:
    """Return left, top, width and height as fractions of the picture, cut at its edges."""
    left, top = max(place[0], 0), max(place[1], 0)
    width, height = min(place[2], raster.width) - left, min(place[3], raster.height) - top
    return [left / raster.width, top / raster.height, width / raster.width, height / raster.height]


def _upright_box(box: list[float], quarters: int) -> list[float]:
    """Turn a box found in a picture that was turned left by so many quarters back."""
    left, top, width, height = box
    for _ in range(quarters):
        left, top, width, height = 1 - top - height, left, height, width
    return [left, top, width, height]


def _scaled(box: tuple[float, ...], raster: Image.Image) -> recognition.PixelBox:
    left, top, width, height = box
    return (
        round(left * raster.width),
        round(top * raster.height),
        round((left + width) * raster.width),
        round((top + height) * raster.height),
    )
