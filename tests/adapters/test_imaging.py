"""Decoding in the child: every kind, every orientation, and nothing that is not a picture (issue part 3, SEC-12)."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adapters import imaging
from adapters.sandbox import Sandbox, Unreadable
from tests import people
from tests.makers import picture

KINDS = {"JPEG": {}, "PNG": {}, "WEBP": {}, "AVIF": {}, "TIFF": {}, "GIF": {}}


def prepared(sandbox, data, **more):
    kind = imaging.sniff(data)
    assert kind is not None
    return imaging.prepare(sandbox, data, kind, encode=more.pop("encode", False), **more)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_prepared(sandbox, kind):
    made = prepared(sandbox, picture(kind=kind))
    assert (made.width, made.height) == (600, 400)
    assert sorted(made.previews) == [320, 800, 1600]
    for side, data in made.previews.items():
        preview = Image.open(io.BytesIO(data))
        assert preview.format == "WEBP"
        assert max(preview.size) == min(side, 600)
        assert preview.getexif() == {}
    assert len(made.placeholder) < 300


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_orientation_gives_the_same_upright_picture(sandbox, turn):
    upright = Image.open(io.BytesIO(picture()))
    back = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[turn]  # fmt: skip
    stored = upright.transpose(back) if back is not None else upright
    exif = Image.Exif()
    exif[0x0112] = turn
    out = io.BytesIO()
    stored.save(out, "JPEG", quality=95, exif=exif)
    made = prepared(sandbox, out.getvalue())
    assert (made.width, made.height, made.orientation) == (600, 400, turn)
    shown = np.asarray(Image.open(io.BytesIO(made.previews[800])).convert("RGB"), dtype=int)
    assert np.abs(shown - np.asarray(upright, dtype=int)).mean() < 4


def bomb(width, height):
    """A PNG of a few bytes that claims to be this large."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bomb(60_000, 60_000), "too_large"), (picture()[:4000], "damaged"), (b"\xff\xd8\xff\xe0" + os.urandom(3000), "damaged"),
        (picture(kind="PNG")[:900], "damaged"), (b"GIF89a" + bytes(40), "damaged"),
    ],
    ids=["bomb", "cut", "noise", "cut PNG", "empty GIF"],
)  # fmt: skip
def test_what_is_no_whole_picture_is_refused_and_the_next_one_works(sandbox, data, reason):
    with pytest.raises(Unreadable) as why:
        prepared(sandbox, data)
    assert why.value.reason == reason
    assert prepared(sandbox, picture()).width == 600


@pytest.mark.parametrize(
    "data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html><body>", b"PK\x03\x04", b"%PDF-1.7"]
)
def test_other_files_are_no_pictures_whatever_they_are_called(data):
    kind = imaging.sniff(data)
    assert kind is None or not kind.supported


def test_faces_are_found_and_encoded_only_when_asked(sandbox):
    data = people.scene((0, 3), seed=2)
    plain = prepared(sandbox, data)
    assert [face.vector for face in plain.faces] == [None, None]
    asked = prepared(sandbox, data, encode=True)
    assert [len(face.vector) for face in asked.faces] == [512, 512]


def test_a_mask_leaves_nothing_of_a_face(sandbox):
    data = people.scene((0, 3), seed=2)
    faces = prepared(sandbox, data).faces
    kind = imaging.sniff(data)
    masked = imaging.masked(sandbox, data, kind, [face.box for face in faces], longest=1200)
    assert prepared(sandbox, masked.data).faces == []
    with pytest.raises(ValueError, match="area"):
        imaging.masked(sandbox, data, kind, [(0.1, 0.1, 0.0, 0.2)], longest=1200)


def test_a_killed_child_is_replaced():
    with Sandbox() as own:
        assert prepared(own, picture()).width == 600
        own._process.kill()
        own._process.wait()
        assert prepared(own, picture()).width == 600


def test_the_child_has_no_network(sandbox):
    prepared(sandbox, picture())
    if not sandbox.network_cut:
        pytest.skip("this machine lets nobody make a network namespace")
    net = Path(f"/proc/{sandbox._process.pid}/net/dev").read_text()
    assert [line.split(":")[0].strip() for line in net.splitlines()[2:]] in ([], ["lo"])
