"""Faces found, people named and strangers named, speed and memory: on the drawn people, or on labelled photos of one's own (BIO-10).

A folder given with `--photos` holds a folder per person with photos of her alone, and, for finding, a `boxes.csv` with
file,left,top,width,height in pixels of the upright photo, a line per face. Nothing of it is kept.
"""

from __future__ import annotations

import csv
import io
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from adapters import imaging, recognition
from adapters.sandbox import Sandbox, Unreadable
from bench.ingest import Bare, picture
from bench.measure import Row, child_cpu, timed

SCENES, VARIANTS, SPEED_PHOTOS = 24, 6, 6
SPLITS = 20  # ways to choose who is enrolled
ENROLLED_FROM = 3  # photos per enrolled person, as faces.md advises
THRESHOLDS = (0.40, 0.45, 0.475, 0.50, 0.55, 0.60)
GALLERIES = (1_000, 10_000, 100_000)
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic"}
Point = tuple[float, float]


@dataclass(frozen=True)
class Marked:
    """A photo and the middles of all faces that can be seen in it, as fractions of the upright picture."""

    data: bytes
    middles: list[Point]


@dataclass(frozen=True)
class Sample:
    """One face of a known person: its numbers, for this run only, and its width in pixels."""

    vector: bytes
    pixels: int


def run(size: int | None = None, photos: Path | None = None) -> list[Row]:
    """Measure with so many scenes and portraits of each drawn person, or with a labelled folder."""
    with Sandbox() as sandbox:
        marked = _marked_in(photos) if photos else _drawn_scenes(size or SCENES)
        known = _people_in(photos) if photos else _drawn_people(min(size or VARIANTS, VARIANTS))
        rows = [*_found(sandbox, marked), *_named(sandbox, known)]
        rows += [*_speed(sandbox), *_matching()]
        return [*rows, _memory(sandbox)]


# Labelled sets


def _drawn_scenes(count: int) -> Iterator[Marked]:
    from demo.cast import CAST
    from demo.scenes import Scene, compose, jpeg

    for seed in range(count):
        cast = tuple((seed * 5 + place * 7) % len(CAST) for place in range(seed % 6))
        drawn, spots = compose(
            Scene("park" if seed % 2 else "office", tuple(dict.fromkeys(cast)), "wide", seed)
        )
        yield Marked(jpeg(drawn), [(spot.x, spot.y) for spot in spots])


def _drawn_people(variants: int) -> Iterator[tuple[str, bytes]]:
    from demo.cast import CAST
    from demo.portrait import draw

    for member in CAST:
        for variant in range(variants):
            sink = io.BytesIO()
            draw(member.look, 512, variant).save(sink, "JPEG", quality=90)
            yield member.name, sink.getvalue()


def _marked_in(folder: Path) -> Iterator[Marked]:
    listed = folder / "boxes.csv"
    if not listed.is_file():
        return
    boxes: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    with listed.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            boxes[row["file"]].append(
                tuple(float(row[key] or 0) for key in ("left", "top", "width", "height"))
            )
    for name, places in boxes.items():
        data = (folder / name).read_bytes()
        width, height = _upright_size(data)
        # A line without a size says that nobody can be seen in this photo.
        yield Marked(data, [((x + w / 2) / width, (y + h / 2) / height) for x, y, w, h in places if w and h])


def _upright_size(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as image:
        return ImageOps.exif_transpose(image).size


def _people_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    for person in sorted(path for path in folder.iterdir() if path.is_dir()):
        for file in sorted(path for path in person.iterdir() if path.suffix.lower() in SUFFIXES):
            yield person.name, file.read_bytes()


# Finding


def _found(sandbox: Sandbox, photos: Iterable[Marked]) -> list[Row]:
    """How many of the faces that can be seen are found, and how often a face is seen where none is."""
    count = seen = hits = false = 0
    for photo in photos:
        found = [face.box for face in _prepared(sandbox, photo.data, encode=False)]
        right = _matched(photo.middles, found)
        count, seen, hits, false = (
            count + 1,
            seen + len(photo.middles),
            hits + right,
            false + len(found) - right,
        )
    if not count:
        return []
    return [
        Row("faces found of those that can be seen", seen, _share(hits, seen), "%"),
        Row("places taken for a face, per 100 photos", count, 100 * false / count, ""),
    ]


def _matched(middles: Sequence[Point], boxes: Sequence[recognition.Box]) -> int:
    """How many middles lie in a box of their own, the smallest first."""
    left = sorted(boxes, key=lambda box: box[2] * box[3])
    hits = 0
    for x, y in middles:
        mine = next(
            (box for box in left if box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]), None
        )
        if mine is not None:
            left.remove(mine)
            hits += 1
    return hits


def _prepared(sandbox: Sandbox, data: bytes, *, encode: bool) -> list[imaging.FoundFace]:
    try:
        return imaging.prepare(sandbox, data, imaging.kind_of(data), encode=encode).faces
    except Unreadable:
        return []


# Naming


def _named(sandbox: Sandbox, photos: Iterable[tuple[str, bytes]]) -> list[Row]:
    """What the bands are worth: names that are right, people who are missed, strangers who are given a name."""
    people: dict[str, list[Sample]] = defaultdict(list)
    unclear = 0
    for person, data in photos:
        faces = [face for face in _prepared(sandbox, data, encode=True) if face.vector is not None]
        if len(faces) == 1 and faces[0].vector is not None:
            people[person].append(Sample(bytes(faces[0].vector), faces[0].pixels))
        else:
            unclear += 1  # nobody found, or more people than the folder's name tells
    if len(people) < 2:
        return []
    return [*_bands(people, unclear), *_pairs(people)]


def _bands(people: dict[str, list[Sample]], unclear: int) -> list[Row]:
    told: dict[str, int] = defaultdict(int)
    for split in range(SPLITS):
        names = sorted(people)
        random.Random(split).shuffle(names)
        _one_split(people, names[: len(names) // 2], told)
    known, strangers = told["known"], told["strangers"]
    likely, any_band = told["likely right"] + told["likely wrong"], told["right"] + told["wrong"]
    return [
        Row("photos left out: not exactly one face", sum(map(len, people.values())) + unclear, unclear, ""),
        Row("*likely* is the right person", likely, _share(told["likely right"], likely), "%"),
        Row("the first guess of any band is the right person", any_band, _share(told["right"], any_band), "%"),
        Row("known people suggested as *likely*", known, _share(told["known likely"], known), "%"),
        Row("known people suggested at all", known, _share(told["known any"], known), "%"),
        Row("strangers given a *likely* name", strangers, _share(told["stranger likely"], strangers), "%"),
        Row("strangers given any name", strangers, _share(told["stranger any"], strangers), "%"),
    ]  # fmt: skip


def _one_split(people: dict[str, list[Sample]], enrolled: Sequence[str], told: dict[str, int]) -> None:
    """Enrol some from their first photos, and ask who each other photo shows."""
    gallery = recognition.Gallery()
    used: dict[str, int] = {}
    for name in enrolled:
        used[name] = min(ENROLLED_FROM, len(people[name]) - 1)
        if used[name]:
            vectors = [sample.vector for sample in people[name][: used[name]]]
            gallery.add(name, recognition.mean(vectors), len(vectors))
    for name, samples in people.items():
        for sample in samples[used.get(name, 0) :]:
            guess, band = _guess(gallery, sample)
            if name in gallery:
                told["known"] += 1
                told["known likely"] += band == "likely" and guess == name
                told["known any"] += guess == name
            else:
                told["strangers"] += 1
                told["stranger likely"] += band == "likely"
                told["stranger any"] += band is not None
            right = "right" if guess == name else "wrong"
            told[right] += band is not None
            told[f"likely {right}"] += band == "likely"


def _guess(gallery: recognition.Gallery, sample: Sample) -> tuple[str, recognition.Band | None]:
    ((name, distance),) = gallery.nearest(sample.vector, 1) or [("", 9.0)]
    if not name:
        return "", None
    sources, enrolled = gallery.sources(name), len(gallery)
    band = recognition.band(distance, sources=sources, enrolled=enrolled, pixels=sample.pixels)
    return (name, band) if band else ("", None)


def _pairs(people: dict[str, list[Sample]]) -> Iterator[Row]:
    """Two photos against each other, without any faceprint of several: how often a distance would mislead."""
    owners = np.array([name for name, samples in people.items() for _ in samples])
    rows = np.array(
        [np.frombuffer(s.vector, "<f4") for samples in people.values() for s in samples], np.float64
    )
    first, second = np.triu_indices(len(rows), 1)
    apart = np.linalg.norm(rows[first] - rows[second], axis=1)
    same = owners[first] == owners[second]
    for limit in THRESHOLDS:
        near = apart <= limit
        yield Row(
            f"two people within {limit}",
            int((~same).sum()),
            _share(int((near & ~same).sum()), int((~same).sum())),
            "%",
        )
        yield Row(
            f"one person within {limit}",
            int(same.sum()),
            _share(int((near & same).sum()), int(same.sum())),
            "%",
        )


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else float("nan")


# Speed and memory


def _speed(sandbox: Sandbox) -> Iterator[Row]:
    """Photos of 12 MP with three drawn people per second of one core, beside the same library calls without us."""
    pictures = [picture(seed) for seed in range(SPEED_PHOTOS)]
    _prepared(sandbox, pictures[0], encode=True)
    child = sandbox._process.pid
    began, started = time.process_time() + child_cpu(child), time.perf_counter()
    faces = sum(len(_prepared(sandbox, data, encode=True)) for data in pictures)
    cpu, wall = time.process_time() + child_cpu(child) - began, time.perf_counter() - started
    floor_cpu, floor_wall = Bare().measure(pictures)
    many = len(pictures)
    what = f"photos found, encoded and previewed per core ({faces / many:.1f} faces)"
    yield Row(
        what,
        many,
        many / cpu,
        "/s",
        baseline=many / floor_cpu,
        target=">= 0.87 of bare (1.15 x)",
        holds=cpu <= 1.15 * floor_cpu,
    )
    yield Row("the same, wall, one process", many, many / wall, "/s", baseline=many / floor_wall)


def _matching() -> Iterator[Row]:
    """One face against a gallery, beside the bare matrix product."""
    numbers = np.random.default_rng(1)
    for count in GALLERIES:
        vectors = numbers.normal(0, 0.125, (count, recognition.NUMBERS)).astype(np.float32)
        gallery = recognition.Gallery()
        for place, vector in enumerate(vectors):
            gallery.add(f"p{place}", vector.tobytes(), 3)
        face, asked = vectors[count // 2].tobytes(), vectors[count // 2]
        times = max(20, 2_000_000 // count)
        ours = timed(lambda gallery=gallery, face=face: gallery.nearest(face), min(times, 500))
        bare = timed(lambda vectors=vectors, asked=asked: vectors @ asked, min(times, 500))
        yield Row(
            "one face against the gallery, wall", count, ours.wall * 1e3, "ms", spread=ours.wall_spread * 1e3,
            baseline=bare.wall * 1e3, target="<= 1.2 x numpy", holds=ours.wall <= 1.2 * bare.wall,
        )  # fmt: skip


def _memory(sandbox: Sandbox) -> Row:
    """The most the child that decodes and encodes has held."""
    status = Path(f"/proc/{sandbox._process.pid}/status").read_text()
    most = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return Row(
        "memory of the recogniser's process at most",
        1,
        most / 1024,
        "MiB",
        target="<= 300 MiB",
        holds=most <= 300 * 1024,
    )
