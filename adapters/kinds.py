"""Picture formats, told apart by their first bytes and never by name or by decoding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

HEAD_BYTES = 1024


@dataclass(frozen=True)
class Kind:
    """A picture format we recognise; `supported` is false when the extra it needs is not installed."""

    name: str
    mime: str
    suffix: str

    @property
    def supported(self) -> bool:
        """Whether files of this kind can be opened here."""
        return self.name != "HEIC" or _heif_installed()


JPEG = Kind("JPEG", "image/jpeg", ".jpg")
PNG = Kind("PNG", "image/png", ".png")
WEBP = Kind("WEBP", "image/webp", ".webp")
AVIF = Kind("AVIF", "image/avif", ".avif")
TIFF = Kind("TIFF", "image/tiff", ".tif")
GIF = Kind("GIF", "image/gif", ".gif")
HEIC = Kind("HEIC", "image/heic", ".heic")
KINDS = {kind.name: kind for kind in (JPEG, PNG, WEBP, AVIF, TIFF, GIF, HEIC)}

# Readers of these look for their mark anywhere in the first kilobyte, whatever the file calls itself.
FOREIGN = re.compile(rb"%PDF-|%!PS|<(?:!doctype|html|svg|script|body|iframe|\?php)", re.IGNORECASE)
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
AVIF_BRANDS = {b"avif", b"avis"}


def sniff(head: bytes) -> Kind | None:
    """Name the format by its first bytes (give at least 1 KiB), never by decoding; None for all else."""
    head = head[:HEAD_BYTES]
    if FOREIGN.search(head):
        return None
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP" and head[12:16] in (b"VP8 ", b"VP8L", b"VP8X"):
        return WEBP
    if head[:6] in (b"GIF87a", b"GIF89a") and head[6:8] not in (b"/*", b"=1"):  # those are JavaScript too
        return GIF
    if head[:4] in (b"II*\0", b"MM\0*") and head[8:10] != b"CR":  # Canon's raw files share the mark
        return TIFF
    return _sniff_brands(head)


def _sniff_brands(head: bytes) -> Kind | None:
    """Tell AVIF and HEIC apart by the brands of their first box."""
    size = int.from_bytes(head[:4], "big")
    if head[4:8] != b"ftyp" or not 16 <= size <= 512 or size % 4:
        return None
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(size, len(head)), 4))}
    if brands & AVIF_BRANDS:
        return AVIF
    return HEIC if brands & HEIC_BRANDS else None


@cache
def _heif_installed() -> bool:
    return find_spec("pillow_heif") is not None
