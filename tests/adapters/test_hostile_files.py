"""Hostile files by the hundred (BUSL-08/09): each gets a reason or is read, within limits, and the next one works."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from adapters import imaging, metadata
from adapters.kinds import KINDS, sniff
from adapters.sandbox import REASONS, Sandbox, Unreadable
from tests.makers import picture

GOOD = {kind: picture(kind=kind, size=(160, 120)) for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF")}


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *chunks: bytes, pixels: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + b"".join(chunks)
        + chunk(b"IDAT", zlib.compress(pixels))
        + chunk(b"IEND", b"")
    )


def frames(count: int, kind: str) -> bytes:
    out = io.BytesIO()
    pictures = [Image.new("L" if kind == "GIF" else "RGB", (1, 1), at % 200) for at in range(count)]
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:], duration=10)
    return out.getvalue()


def tiff(width: int, height: int, offset: int) -> bytes:
    tags = (
        (256, width),
        (257, height),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, offset),
        (277, 1),
        (278, height),
        (279, 1),
    )
    rows = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + rows + bytes(4)


def broken() -> list[bytes]:
    """Cut and flipped files of every kind, the same at every run."""
    dice, made = random.Random(20261126), []
    for data in GOOD.values():
        made += [data[: dice.randrange(12, len(data))] for _ in range(12)]
        for _ in range(18):
            odd = bytearray(data)
            for _ in range(dice.randrange(1, 24)):
                odd[dice.randrange(len(odd))] = dice.randrange(256)
            made.append(bytes(odd))
    return made


def test_cut_and_flipped_files_get_a_reason_or_are_read(sandbox):
    assert {_said(sandbox, data) for data in broken()} <= {"", *REASONS}
    assert imaging.render(sandbox, GOOD["PNG"], KINDS["PNG"], longest=100).width == 100


def _said(sandbox, data: bytes) -> str:
    try:
        imaging.render(sandbox, data, imaging.kind_of(data), longest=200)
    except Unreadable as refused:
        return refused.reason
    return ""


BOMBS = {
    "png pixels": (png(100_000, 100_000), "PNG", "too_large"),
    "tiff pixels": (tiff(100_000, 100_000, 8), "TIFF", "too_large"),
    "gif pixels": (b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(3) + b",", "GIF", "damaged"),
    "gif frames": (frames(1001, "GIF"), "GIF", "too_many_frames"),
    "png text": (png(4, 4, *[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000)))]), "PNG", "damaged"),
    "png profile": (png(4, 4, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(80_000_000)))), "PNG", "damaged"),
    "png too little": (png(4000, 4000, pixels=bytes(10)), "PNG", "damaged"),
    "tiff offset": (tiff(64, 64, 0xFFFF_FFF0), "TIFF", "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_grows(sandbox, name):
    data, kind, reason = BOMBS[name]
    assert len(data) < 200_000
    with pytest.raises(Unreadable) as refused:
        imaging.render(sandbox, data, KINDS[kind], longest=200)
    assert refused.value.reason == reason


DISGUISED = [
    b"%!PS-Adobe-3.0 EPSF-3.0\n", b"SIMPLE  =                    T", b"8BPS\0\1" + bytes(20), b"\xd7\xcd\xc6\x9a" + bytes(20),
    b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"AT&TFORM\0\0\0\0DJVU", b"PK\3\4" + bytes(30), b"MZ" + bytes(60), b"BM" + bytes(60),
    GOOD["PNG"][:33] + chunk(b"tEXt", b"a\0<script>alert(1)</script>"), b"GIF89a/*" + bytes(30), b"GIF89a=1;" + bytes(30),
]  # fmt: skip


@pytest.mark.parametrize("data", DISGUISED)
def test_what_is_no_picture_or_also_a_page_is_not_taken_in(data):
    assert sniff(data) is None


def test_what_is_hung_on_a_picture_does_not_leave_with_it(sandbox):
    """JPEG+ZIP, JPEG+HTML: a copy holds pixels only (RED-02)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.js", "alert('HUNG-ON')")
    for more in (packed.getvalue(), b"<script>HUNG-ON</script>"):
        copy = imaging.render(sandbox, GOOD["JPEG"] + more, KINDS["JPEG"], longest=100).data
        assert (b"HUNG-ON" in copy, b"PK\x03\x04" in copy, copy[-2:]) == (False, False, b"\xff\xd9")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "F", "RGBA", "YCbCr", "LAB"])
def test_every_mode_is_read(sandbox, mode):
    out = io.BytesIO()
    Image.new(mode, (40, 30)).save(out, "TIFF")
    assert imaging.render(sandbox, out.getvalue(), KINDS["TIFF"], longest=None).width == 40


def test_time_really_ends_and_the_next_picture_is_decoded():
    out = io.BytesIO()
    Image.new("RGB", (9000, 9000)).save(out, "PNG")
    with Sandbox(seconds=0.05) as hasty:
        with pytest.raises(Unreadable, match="too_slow"):
            imaging.render(hasty, out.getvalue(), KINDS["PNG"], longest=None)
        assert hasty._process is None, "ended and collected"
        hasty._seconds = 30.0
        assert imaging.render(hasty, GOOD["JPEG"], KINDS["JPEG"], longest=50).width == 50


def test_metadata_of_broken_files_is_no_error():
    for data in broken()[::12]:
        assert metadata.read(data, ".jpg").names == []
