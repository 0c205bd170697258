"""Requests about data: finding someone in a large library, and a package beside bare Pillow and zipfile in the same run."""

from __future__ import annotations

import io
import random
import resource
import time
import tracemalloc
import zipfile
from typing import Any

from peewee import chunked
from PIL import Image, ImageDraw

from bench.measure import Row, scratch_library, timed

SIZES = (20_000,)
SHARE = 500  # she is in one photo of so many, as in 2,000 of a million
PICTURES = 100
SIDE = (1500, 1000)
MOST_SECONDS, MILLION = 1.0, 1_000_000


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
        Row("the same at a million photos if it grew with the library", MILLION, scaled, "s", target="about 1 s",
            holds=scaled <= 2 * MOST_SECONDS),
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
    from models import package_pictures, packing
    from models.package import Package

    app.build(config)
    person, claim, dpo = _people()
    data, boxes = _photos(count, person)
    package = Package.order(claim, "access", by=dpo)
    began = time.perf_counter()
    tracemalloc.start()
    package_pictures.make_missing(package)
    made = Package.get_by_id(package.id)
    made.review(made.look, by=dpo)
    Package.get_by_id(package.id).release(by=dpo)
    packing.pack(Package.get_by_id(package.id))
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    ours = time.perf_counter() - began
    began = time.perf_counter()
    bare = _bare(data, boxes, count)
    floor = time.perf_counter() - began
    size = Package.get_by_id(package.id).size / 2**20
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Row("package, wall per photo", count, ours / count * 1e3, "ms", 0.0, floor / count * 1e3, "<= 4 x bare", ours <= 4 * floor),
        Row("package, size of the ZIP", count, size, "MiB", 0.0, bare / 2**20),
        Row("package, most memory of Python objects at once", count, peak, "MiB", target="<= 40 MiB", holds=peak <= 40),
        Row("package, resident at most", count, whole, "MiB"),
    ]  # fmt: skip


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


def _bare(data: bytes, boxes: list[tuple[float, float, float, float]], count: int) -> int:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as packed:
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
    return len(sink.getvalue())
