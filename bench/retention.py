"""A night of retention in a large house: each class with nothing due and with a share due, and how long anybody else waits to write."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from bench.measure import Row, scratch_library

SIZE = 100_000
DUE = 10_000  # rows of a large table that are due in one night, or all of a small one
LONGEST_WAIT = (
    0.5  # seconds in which nobody else can write: less than a person notices, far less than the busy timeout
)
CLASSES = ("review", "unknown", "ungrounded", "boxes", "evidence", "shared", "asked", "job", "trail-access")


def run(size: int | None = None) -> list[Row]:
    """Measure in a house with so many photos, faces, deliveries, duties and lines of the trail."""
    size = size or SIZE
    with scratch_library():
        from models import schema

        _fill(size)
        schema.tune()
        rows = [row for key in CLASSES for row in _measured(key, size, due=False)]
        _age(size)
        schema.tune()
        return rows + [row for key in CLASSES for row in _measured(key, size, due=True)]


def _measured(key: str, size: int, *, due: bool) -> Iterator[Row]:
    from models import retaining, retention

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with _others_write() as waits:
        began = time.process_time()
        run = retaining.carry_out(retention.RULES[key])
        took = time.process_time() - began
    if run.failed:
        raise RuntimeError(f"{key}: {run.failed}")
    grew, longest = (
        (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
        max(waits, default=0.0),
    )
    yield Row(f"{key}: {run.acted:,} due, CPU" if due else f"{key}: nothing due, CPU", size, took, "s")
    if due:
        yield Row(f"{key}: longest wait of another writer", size, longest * 1e3, "ms", target="<= 500 ms",
                  holds=longest <= LONGEST_WAIT)  # fmt: skip
        yield Row(f"{key}: memory it added", size, grew, "MiB", target="<= 64 MiB", holds=grew <= 64)


@contextmanager
def _others_write() -> Iterator[list[float]]:
    """Somebody else who wants to write all the time, and how long each time took."""
    from models.base import db

    waits, over = [], threading.Event()

    def write() -> None:
        with db.connection_context():
            while not over.is_set():
                began = time.perf_counter()
                with db.atomic():
                    db.execute_sql("SELECT 1")
                waits.append(time.perf_counter() - began)
                time.sleep(0.01)

    other = threading.Thread(target=write)
    other.start()
    try:
        yield waits
    finally:
        over.set()
        other.join()


def _copy(row: Any, count: int, **expressions: str) -> None:
    """Write a row so many times more, by the engine itself; `n` counts them, and an expression stands for a column."""
    from models.base import db

    meta = row._meta
    columns = [field for field in meta.sorted_fields if field is not meta.primary_key]
    values, said = [], []
    for field in columns:
        if field.name in expressions:
            said.append(expressions[field.name])
        else:
            said.append("?")
            values.append(field.db_value(row.__data__.get(field.name)))
    names = ", ".join(f'"{field.column_name}"' for field in columns)
    db.execute_sql(
        f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count:d}) "  # noqa: S608 - our own columns
        f'INSERT INTO "{meta.table_name}" ({names}) SELECT {", ".join(said)} FROM s',
        values,
    )


def _fill(size: int) -> None:
    import io
    import os

    from PIL import Image

    from adapters import clock
    from bench.trail import _grow
    from models.album import Album
    from models.base import db
    from models.consent import About, Answer, Consent, Line, Means
    from models.delivery import Delivery
    from models.face import Appearance, Face
    from models.gather import today
    from models.index import Indexed
    from models.job import Job
    from models.permission import Role
    from models.person import Person
    from models.photo import Photo
    from models.publication import Publication
    from models.request import Request, Way
    from models.setting import Setting
    from models.use import Use
    from models.user import Team, User
    from models.wording import Wording

    people, code = max(10, size // 10), "'{}' || n"
    _grow(min(size, DUE))
    real, ahead = clock._read, timedelta(days=360)
    clock._read = lambda: real() + ahead  # the lines so far are a year old when the rest is not
    _grow(max(0, size - DUE))
    for key in ("organisation", "organisation_address", "privacy_email"):
        Setting.put(key, "bench@clearframe.example")
    editor = User.add(
        "bench@clearframe.example", "Bench", [Role.EDITOR, Role.DPO], by="system", teams=[Team.get()]
    )
    use, out = Use.select().order_by(Use.id).first(), io.BytesIO()
    Image.new("RGB", (64, 48)).save(out, "JPEG")
    out.seek(0)
    photo = Photo.take_in(out, "a.jpg", Album.add("Large", Team.get(), by=editor), by=editor).photo
    Indexed.delete().execute()
    person = Person.add("Noor Voorbeeld", by=editor, email="noor@people.example")
    asked = Request.ask([person], [use], Wording.current()[0], by=editor, way=Way.LINK)[0]
    consent = Consent.create(
        person=person, means=Means.PAPER, locale="nl", signer="N. Voorbeeld", withdrawal_token=os.urandom(8).hex(),
        signed_at=clock.now() - timedelta(days=365 * 7),
    )  # fmt: skip
    line = Line.create(
        consent=consent, person=person, about=About.USE, use=use, answer=Answer.GIVEN, valid_from=today(),
        valid_until=today() + timedelta(days=300), decided_at=clock.now(),
    )  # fmt: skip
    delivery = Delivery.create(
        photo=photo,
        use=use,
        recipient="Zus",
        starts_on=today(),
        until=today(),
        verdict={},
        expires_at=clock.now(),
    )
    publication = Publication.create(
        delivery=delivery, url="https://x.example/", from_on=today(), until_on=today()
    )
    face = Face.create(photo=photo, left=0.1, top=0.1, width=0.2, height=0.2)
    job = Job.create(kind="wipe", subject=0, done_at=clock.now())
    with db.atomic():
        _copy(photo, size, code=code.format("ph"), fingerprint="randomblob(32)", pixels="randomblob(32)")
        _copy(person, people, code=code.format("pe"), email="'p' || n || '@people.example'")
        first, one = photo.id, person.id
        _copy(Indexed(photo=photo, use=use, state="cleared"), size, photo=f"{first} + n",
              state="CASE n % 10 WHEN 0 THEN 'unclear' WHEN 1 THEN 'refused' ELSE 'cleared' END")  # fmt: skip
        _copy(face, size, photo=f"{first} + n", code=code.format("fa"))
        _copy(
            Appearance(photo=photo, person=person, at=clock.now()),
            size,
            photo=f"{first} + n",
            person=f"{one} + n % {people:d}",
            code=code.format("ap"),
        )
        _copy(
            consent, people, person=f"{one} + n", code=code.format("co"), withdrawal_token=code.format("wt")
        )
        _copy(line, people, person=f"{one} + n", consent=f"{consent.id} + n", code=code.format("li"))
        _copy(
            asked,
            size // 5,
            person=f"{one} + n % {people:d}",
            code=code.format("re"),
            token=code.format("to"),
        )
        _copy(delivery, size, photo=f"{first} + n", code=code.format("de"), verdict="'{}'")
        _copy(
            publication,
            size // 10,
            delivery=f"{delivery.id} + n",
            photo=f"{first} + n",
            code=code.format("pu"),
        )
        _copy(job, size, code=code.format("jo"))


def _age(size: int) -> None:
    """Let so many of a large table's rows be due, and the oldest lines of the trail."""
    from adapters import clock
    from models.base import db

    share, long_ago = max(1, size // DUE), "2020-01-01 00:00:00.000000"
    for said in (
        "UPDATE delivery SET until = '2020-01-01', at = :at WHERE id % :share = 0",
        "UPDATE publication SET until_on = '2020-01-01'",
        "UPDATE photo SET taken_in_at = :at WHERE (id / 10) % :share = 0",
        "UPDATE line SET valid_until = '2020-01-01' WHERE consent_id % (10 * :share) = 0",
        "UPDATE request SET at = :at, expires_at = :at WHERE id % :share = 0",
        "UPDATE job SET done_at = :at WHERE done_at IS NOT NULL AND id % :share = 0",
    ):
        db.execute_sql(said.replace(":share", str(share)).replace(":at", f"'{long_ago}'"))
    real, ahead = clock._read, timedelta(days=10)
    clock._read = lambda: real() + ahead
