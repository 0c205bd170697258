"""Taking photos in: the acknowledgement, and all the worker makes of a photo, beside the bare library calls (performance.md)."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import subprocess
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from PIL import Image

from bench.measure import Row, child_cpu, scratch_library, timed

PHOTOS = 8
MEGAPIXELS_12 = (4000, 3000)
PREVIEWS = (1600, 800, 320)
CHUNK = 1 << 20


def run(size: int | None = None) -> list[Row]:
    """Measure with so many 12 MP photos of three drawn people each, recognition on."""
    count = size or PHOTOS
    pictures = [picture(seed) for seed in range(count)]
    with scratch_library() as config:
        world = World()
        return [_acknowledged(world, config, count), *_prepared(world, pictures)]


def _acknowledged(world: World, config: Any, count: int) -> Row:
    """Bytes per second until an upload of 5 MB is durable and encrypted, against write and fsync alone."""
    from models.photo import Photo

    files = [b"\xff\xd8\xff\xe0" + secrets.token_bytes(5_000_000) for _ in range(2 * count + 2)]
    pool = iter(files)
    ours = timed(lambda: Photo.take_in(io.BytesIO(next(pool)), "a.jpg", world.album, by=world.editor), count)
    place = Path(config.data) / "bare"

    def bare() -> None:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.write(handle, files[0])
        os.fsync(handle)
        os.close(handle)

    floor = timed(bare, count)
    rate, most = len(files[0]) / ours.wall / 1e6, len(files[0]) / floor.wall / 1e6
    return Row(
        "upload of 5 MB until durable and encrypted", count, rate, "MB/s", baseline=most,
        target=">= 0.6 of write + fsync", holds=rate >= 0.6 * most,
    )  # fmt: skip


def _prepared(world: World, pictures: list[bytes]) -> list[Row]:
    """CPU seconds per photo for previews, metadata, detection, encoding, matching and commit; child included."""
    from models import preparation
    from models.base import tools
    from models.face import Face
    from models.photo import Photo

    taken = [
        Photo.take_in(io.BytesIO(data), "photo.jpg", world.album, by=world.editor).photo for data in pictures
    ]
    preparation.prepare(taken[0].id)
    child, reader = tools.sandbox._process.pid, _exiftool()

    def spent() -> float:
        return time.process_time() + child_cpu(child) + (child_cpu(reader) if reader else 0)

    began, started = spent(), time.perf_counter()
    for photo in taken[1:]:
        preparation.prepare(photo.id)
    cpu, wall = spent() - began, time.perf_counter() - started
    many = len(taken) - 1
    bare = Bare()
    floor_cpu, floor_wall = bare.measure(pictures[1:])
    faces = Face.select().count() / len(taken)
    return [
        Row(f"a 12 MP photo prepared ({faces:.1f} faces found), CPU", many, cpu / many, "s",
            baseline=floor_cpu / many, target="<= 0.9 s and <= 1.15 x bare",
            holds=cpu / many <= 0.9 and cpu <= 1.15 * floor_cpu),
        Row("the same, wall, one process", many, wall / many, "s", baseline=floor_wall / many),
    ]  # fmt: skip


def _exiftool() -> int | None:
    """The pid of this process's ExifTool, if one is kept open."""
    listed = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "pid=,args="], capture_output=True, text=True, check=False
    )
    return next((int(line.split()[0]) for line in listed.stdout.splitlines() if "exiftool" in line), None)


def picture(seed: int) -> bytes:
    """A 12 MP JPEG of three drawn people with the grain of a camera."""
    from demo.scenes import Scene, compose

    small, _ = compose(Scene("park", (seed % 12, (seed + 4) % 12, (seed + 8) % 12), "wide", seed))
    large = np.asarray(small.resize(MEGAPIXELS_12, Image.Resampling.BICUBIC), dtype=np.int16)
    grain = np.random.default_rng(seed).normal(0, 3, large.shape[:2])[..., None]
    sink = io.BytesIO()
    Image.fromarray(np.clip(large + grain, 0, 255).astype(np.uint8)).save(sink, "JPEG", quality=90)
    return sink.getvalue()


class World:
    """An album of an editor, with one person who opted in, so that faces are encoded and compared."""

    def __init__(self) -> None:
        from demo.scenes import Scene, compose, jpeg
        from models import faceprints, faces, preparation, recognition
        from models.album import Album, Mode
        from models.consent import Consent
        from models.gather import today
        from models.permission import Role
        from models.person import Person
        from models.photo import Photo
        from models.request import Choice, Request, Way
        from models.use import Use
        from models.user import Team, User
        from models.wording import Wording

        team = Team.get()
        self.editor = User.add(
            "bench@clearframe.example", "Bench", [Role.EDITOR, Role.DPO], by="system", teams=[team]
        )
        self.album = Album.add("Bench", team, by=self.editor)
        answers = dict.fromkeys(recognition.QUESTIONS, "To measure, with drawn people only.")
        recognition.switch_on(Mode.TRANSIENT, answers, today() + timedelta(days=30), by=self.editor)
        person = Person.add("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        alone = jpeg(compose(Scene("park", (0,), "wide", 99))[0])
        photo = Photo.take_in(io.BytesIO(alone), "noor.jpg", self.album, by=self.editor).photo
        preparation.prepare(photo.id)
        faces.name(photo.faces.get(), person, by=self.editor)
        asked = Request.ask(
            [person],
            [Use.current()[0]],
            Wording.current()[0],
            by=self.editor,
            way=Way.LINK,
            ask_recognition=True,
        )[0]
        Consent.sign(asked, Choice({Use.current()[0].code: True}, True), signer="Noor Voorbeeld", steps={})
        faceprints.make(person.id)


class Bare:
    """The library calls that can't be avoided, each once per photo and with the same parameters."""

    def __init__(self) -> None:
        import dlib

        from adapters.recognition import FIVE_POINTS, RESNET, check_models

        folder = check_models()
        self.detector = dlib.get_frontal_face_detector()
        self.points = dlib.shape_predictor(str(folder / FIVE_POINTS))
        self.network = dlib.face_recognition_model_v1(str(folder / RESNET))
        self.key = AESGCM(secrets.token_bytes(32))

    def measure(self, pictures: list[bytes]) -> tuple[float, float]:
        """CPU and wall seconds for all of them."""
        self._one(pictures[0])
        began, started = time.process_time(), time.perf_counter()
        for data in pictures:
            self._one(data)
        return time.process_time() - began, time.perf_counter() - started

    def _one(self, data: bytes) -> None:
        self._sealed(data)
        image: Image.Image = Image.open(io.BytesIO(data))
        image.draft("RGB", (2000, 1500))
        raster = image.convert("RGB")
        for longest in PREVIEWS:
            smaller = raster.resize((longest, longest * 3 // 4), Image.Resampling.BILINEAR, reducing_gap=2.0)
            sink = io.BytesIO()
            smaller.save(sink, "WEBP", quality=80, method=2)
            self._sealed(sink.getvalue())
        pixels = np.asarray(raster)
        boxes, _, _ = self.detector.run(pixels, 0, 0.1)
        for box in boxes:
            self.network.compute_face_descriptor(pixels, self.points(pixels, box), 1)

    def _sealed(self, data: bytes) -> None:
        hashlib.sha256(data).digest()
        for start in range(0, len(data), CHUNK):
            self.key.encrypt(secrets.token_bytes(12), data[start : start + CHUNK], None)
