"""What the sandbox's child does with a photo; only `jail.py` imports this, never the web process."""

from __future__ import annotations

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
    """Return one block per box: the faceprint, or nothing where the face is too small."""
    image, orientation = _open(blocks[0], arguments["format"])
    width, _ = _upright_size(image, orientation)
    boxes = [tuple(box) for box in arguments["boxes"]]
    narrowest = min((box[2] for box in boxes if box[2] * width >= recognition.MIN_PIXELS), default=1.0)
    side = min(
        max(image.size), max(recognition.SCAN_SIDE, math.ceil(CHIP / narrowest * max(image.size) / width))
    )
    raster = _raster(image, side, orientation)
    pixels = np.asarray(raster)
    vectors = [
        recognition.encode(pixels, _scaled(box, raster)) if box[2] * width >= recognition.MIN_PIXELS else b""
        for box in boxes
    ]
    return {}, vectors


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


def _faces(raster: Image.Image, width: int, encode: bool) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Return the faces as fractions of the picture, best first, and their faceprints if asked for."""
    pixels = np.asarray(raster)
    faces, vectors = [], []
    for (left, top, right, bottom), score in recognition.find(pixels):
        in_file = (right - left) * width / raster.width
        wanted = encode and in_file >= recognition.MIN_PIXELS
        if wanted:
            vectors.append(recognition.encode(pixels, (left, top, right, bottom)))
        x, y = max(left, 0), max(top, 0)
        width_, height_ = min(right, raster.width) - x, min(bottom, raster.height) - y
        faces.append(
            {
                "box": [
                    x / raster.width,
                    y / raster.height,
                    width_ / raster.width,
                    height_ / raster.height,
                ],
                "score": score,
                "pixels": round(in_file),
                "sharpness": _sharpness(raster.crop((x, y, x + width_, y + height_))),
                "encoded": wanted,
            }
        )
    return faces, vectors


def _sharpness(face: Image.Image) -> float:
    """Return the variance of the Laplacian of the face at 96 px (a blurred or tiny face is near 0)."""
    grey = np.asarray(face.convert("L").resize((96, 96), Image.Resampling.BILINEAR), dtype=np.float64)
    edges = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    return float(edges.var())


def _scaled(box: tuple[float, ...], raster: Image.Image) -> recognition.PixelBox:
    left, top, width, height = box
    return (
        round(left * raster.width),
        round(top * raster.height),
        round((left + width) * raster.width),
        round((top + height) * raster.height),
    )
