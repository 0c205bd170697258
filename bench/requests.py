"""Requests about data: finding someone in a large library, and a package beside bare Pillow and zipfile in the same run."""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
import tempfile
import threading
import time
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any, Self

from peewee import chunked
from PIL import Image, ImageDraw

from bench.measure import Row, child_cpu, scratch_library, timed

SIZES = (20_000,)
SHARE = 500  # she is in one photo of so many, as in 2,000 of a million
PICTURES = 1_000
MIB = 2**20
SIDE = (1500, 1000)
MOST_SECONDS, MILLION = 1.0, 1_000_000
PACE = 0.85  # of bare covering, encoding and zipping


def run(size: int | None = None) -> list[Row]:
    """Measure at one size of library, or at each of the usual ones."""
    rows: list[Row] = []
    for each in [size] if size else SIZES:
        with scratch_library() as config:
            rows += _find(each, config)
    with scratch_library() as config:
        rows += _pack(PICTURES, config)
    return rows


def _find(size: int, config: Any) -> list[Row]:
    import app
    from models import looking_for, schema
    from models.search_of_claim import Found

    app.build(config)
    person, claim, dpo = _people()
    _rows(size, person)
    schema.tune()

    def first_look() -> None:
        Found.delete().where(
            Found.claim == claim
        ).execute()  # else a second look finds all of it written already
        looking_for.look(claim, by=dpo, names="Nora Oudenaam")

    found = timed(first_look, 5)
    hits = Found.select().where(Found.claim == claim).count()
    scaled = found.wall * MILLION / size
    return [
        Row(f"find everything, {hits} photos found, wall", size, found.wall * 1e3, "ms", found.wall_spread * 1e3),
        Row("the same at a million photos if it grew with the library", MILLION, scaled, "s", target="<= 1 s",
            holds=scaled <= MOST_SECONDS),
    ]  # fmt: skip


def _people() -> tuple[Any, Any, Any]:
    from models.claim import Channel, Claim, Identity
    from models.permission import Role
    from models.person import Person
    from models.user import Team, User

    dpo = User.add("dpo@bench.example", "Officer", [Role.DPO, Role.EDITOR], by="system", teams=[Team.get()])
    person = Person.add("Nora Beispiel", by=dpo, email="nora@bench.example")
    claim = Claim.receive(
        "access", Channel.MAIL, actor=dpo, name="Nora Beispiel", email="nora@bench.example", person=person,
        identity=Identity.CODE,
    )  # fmt: skip
    return person, claim, dpo


def _rows(size: int, person: Any) -> None:
    """Plain rows without files: captions of few words, one in a hundred with her last name in it."""
    from adapters import clock, seal
    from models.album import Album
    from models.base import db
    from models.claims import Claimed
    from models.face import Appearance
    from models.photo import Photo
    from models.user import Team, User

    dice, now = random.Random(7), clock.now()
    album = Album.add("Bench", Team.get(), by=User.get())
    words = ["tulip", "garden", "opening", "speech", "stage", "summer", "choir", "visit"]
    with db.atomic():
        for some in chunked(range(size), 2_000):
            Photo.insert_many([
                {"code": seal.new_code(), "album": album, "name": f"IMG_{n:07d}.jpg", "kind": "JPEG", "size": 1, "taken_in_at": now,
                 "fingerprint": n.to_bytes(16, "big"), "caption": _caption(n, dice, words)}
                for n in some
            ]).execute()  # fmt: skip
        for id, caption in list(Photo.select(Photo.id, Photo.caption).tuples()):
            db.execute_sql("INSERT INTO photo_words(rowid, words, names) VALUES (?, ?, '')", (id, caption))
        ids = [id for (id,) in Photo.select(Photo.id).tuples()]
        for some in chunked(ids[::SHARE], 500):
            Appearance.insert_many(
                [{"code": seal.new_code(), "photo": id, "person": person, "at": now} for id in some]
            ).execute()
        for some in chunked(ids[::10], 1_000):
            Claimed.insert_many([{"photo": id, "name": f"Name {id % 5000}"} for id in some]).execute()


def _caption(n: int, dice: random.Random, words: list[str]) -> str:
    text = " ".join(dice.sample(words, 4))
    if n % (2 * SHARE) == 1:
        return f"{text} with N. Beispiel"
    return f"{text} Karl Beispiel" if n % 1000 == 3 else text


def _pack(count: int, config: Any) -> list[Row]:
    """Pictures of a package, from the original to the ZIP, and the same masking and zipping by the bare libraries."""
    import app
    from models.base import tools
    from models.package import Package

    app.build(config)
    person, claim, dpo = _people()
    data, boxes = _photos(count, person)
    package = Package.order(claim, "access", by=dpo)
    before = _resident(os.getpid(), "VmRSS")
    with _Disk(config.data) as disk:
        began, spent = time.perf_counter(), time.process_time()
        peak = _make(package, dpo)
        ours = time.perf_counter() - began
        cpu = time.process_time() - spent + child_cpu(tools.sandbox._process.pid)
    grown = _resident(os.getpid(), "VmHWM") - before
    child = _resident(tools.sandbox._process.pid, "VmHWM")
    began, spent = time.perf_counter(), time.process_time()
    bare = _bare(data, boxes, count, config.data / "bare.zip")
    floor, floor_cpu = time.perf_counter() - began, time.process_time() - spent
    size = Package.get_by_id(package.id).size
    most = size + count * len(data)  # the ZIP, beside the pictures it is made of
    return [
        Row("package, wall per photo", count, ours / count * 1e3, "ms", 0.0, floor / count * 1e3, ">= 0.85 of bare", floor >= PACE * ours),
        Row("package, CPU per photo", count, cpu / count * 1e3, "ms", 0.0, floor_cpu / count * 1e3, ">= 0.85 of bare", floor_cpu >= PACE * cpu),
        Row("package, size of the ZIP", count, size / MIB, "MiB", 0.0, bare / MIB),
        Row("package, most memory of Python objects at once", count, peak / MIB, "MiB", target="<= 40 MiB", holds=peak <= 40 * MIB),
        Row("package, the worker's memory grew by", count, grown / MIB, "MiB", target="<= 100 MiB", holds=grown <= 100 * MIB),
        Row("package, memory of the child that decodes", count, child / MIB, "MiB", target="<= 300 MiB", holds=child <= 300 * MIB),
        Row("package, most disk in the vault while it was made", count, disk.vault / MIB, "MiB", 0.0, bare / MIB,
            "<= pictures + ZIP", disk.vault <= 1.05 * most),
        Row("package, most disk in the temporary folder", count, disk.temp / MIB, "MiB", target="0", holds=disk.temp < MIB),
    ]  # fmt: skip


def _make(package: Any, dpo: Any) -> int:
    """Make, look, let go, pack; returns the most bytes of Python objects there were at once."""
    from models import package_pictures, packing
    from models.package import Package

    tracemalloc.start()
    package_pictures.make_missing(package)
    made = Package.get_by_id(package.id)
    made.review(made.look, by=dpo)
    Package.get_by_id(package.id).release(by=dpo)
    packing.pack(Package.get_by_id(package.id))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _resident(pid: int, line: str) -> int:
    """Bytes a process has in memory now (VmRSS) or had at most (VmHWM)."""
    words = Path(f"/proc/{pid}/status").read_text().partition(f"{line}:")[2].split()
    return int(words[0]) * 1024


class _Disk:
    """The most that grew in a folder and in the temporary one, looked at four times a second."""

    def __init__(self, folder: Path) -> None:
        self._folders = folder, Path(tempfile.mkdtemp(prefix="clearframe-bench-temp-"))
        self._start, self._lost, self.vault, self.temp = _taken(folder), _unlinked(), 0, 0
        self._over, self._thread = threading.Event(), threading.Thread(target=self._watch, daemon=True)
        self._before = tempfile.tempdir

    def __enter__(self) -> Self:
        tempfile.tempdir = str(self._folders[1])
        self._thread.start()
        return self

    def __exit__(self, *_about: object) -> None:
        self._over.set()
        self._thread.join()
        tempfile.tempdir = self._before
        shutil.rmtree(self._folders[1])

    def _watch(self) -> None:
        while True:
            self.vault = max(self.vault, _taken(self._folders[0]) - self._start)
            self.temp = max(self.temp, _taken(self._folders[1]) + _unlinked() - self._lost)
            if self._over.wait(0.25):
                return


def _taken(folder: Path) -> int:
    total = 0
    for name, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(FileNotFoundError):  # gone between the two looks
                total += Path(name, file).stat().st_size
    return total


def _unlinked() -> int:
    """Bytes in files of this process that no folder names any more, as spools are."""
    total = 0
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            total += link.stat().st_size if str(link.readlink()).endswith("(deleted)") else 0
    return total


def _photos(count: int, person: Any) -> tuple[bytes, list[tuple[float, float, float, float]]]:
    from adapters import clock, seal
    from models.album import Album
    from models.base import db, tools
    from models.face import Appearance, Face
    from models.photo import Photo
    from models.user import Team, User

    album = Album.add("Bench", Team.get(), by=User.get())
    image = Image.effect_noise(SIDE, 60).convert("RGB").resize(SIDE)
    sink = io.BytesIO()
    image.save(sink, "JPEG", quality=88)
    data, boxes = sink.getvalue(), [(0.1, 0.2, 0.08, 0.12), (0.4, 0.2, 0.08, 0.12), (0.7, 0.2, 0.08, 0.12)]
    with db.atomic():
        for n in range(count):
            photo = Photo.create(
                code=seal.new_code(), album=album, name=f"{n}.jpg", kind="JPEG", size=len(data), prepared_at=clock.now(),
                fingerprint=n.to_bytes(16, "big"), caption="summer",
            )  # fmt: skip
            tools.vault.put(photo.code, "original", data)
            faces = [Face.create(photo=photo, left=b[0], top=b[1], width=b[2], height=b[3]) for b in boxes]
            Appearance.create(photo=photo, person=person, face=faces[0])
    return data, boxes


def _bare(data: bytes, boxes: list[tuple[float, float, float, float]], count: int, path: Path) -> int:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        for n in range(count):
            image = Image.open(io.BytesIO(data)).convert("RGB")
            draw = ImageDraw.Draw(image)
            for left, top, width, height in boxes[1:]:
                draw.rectangle(
                    (left * SIDE[0], top * SIDE[1], (left + width) * SIDE[0], (top + height) * SIDE[1]),
                    fill="grey",
                )
            out = io.BytesIO()
            image.save(out, "JPEG", quality=90)
            packed.writestr(f"images/{n}.jpg", out.getvalue())
    return path.stat().st_size
