"""The scrub: stored bytes are read again before anybody needs them, so that damage is found while a backup still helps (SEC-11)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from peewee import IntegerField, TextField

from adapters import clock
from adapters.keys import KeyGone, WrongKey
from adapters.vault import Damaged
from models import face_search, upkeep
from models.base import Moment, Record, db, tools
from models.copy import SIZES, Copy
from models.health import Beat
from models.importing import Import, ImportedScan
from models.package import Package, PackagePicture
from models.photo import PREVIEWS, Arrival, Photo, SetAside
from models.trail import Trace

ORIGINAL = "original"
ROLES = (
    ORIGINAL, *(f"w{longest}" for longest in PREVIEWS), "paper", "shown", "facts", "record", "drawing", "receipt",
    "evidence", "table",
)  # fmt: skip
LONGEST = 4 * 3600  # seconds a night: in the morning people want the disk; the round goes on where it stopped
NIGHTS = 28  # a round of all of it takes so many, two fewer than promised
MISSING, DAMAGED, FOREIGN, NO_KEY = "missing", "damaged", "foreign", "key missing"


@dataclass(frozen=True, order=True)
class Finding:
    """One object that is not as it should be: its code, its role and what is wrong; never a name."""

    code: str
    role: str
    what: str


@dataclass
class Report:
    """What a scrub read and what it found."""

    objects: int = 0
    bytes: int = 0
    findings: list[Finding] = field(default_factory=list)


class Damage(Record):
    """Something a scrub found, told once; `mended_at` when a later one found it whole."""

    code = TextField()
    role = TextField()
    what = TextField()
    at = Moment(default=clock.now)
    mended_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("code", "role", "what", "at", "mended_at")
        indexes = ((("code", "role"), True),)

    @classmethod
    def open(cls) -> list[Damage]:
        """What is still broken, the newest first."""
        return list(cls.select().where(cls.mended_at.is_null()).order_by(cls.at.desc()).limit(100))


class Round(Record):
    """How far the nightly scrub has come: all codes up to the cursor, since the round began."""

    cursor = TextField(default="")
    began_at = Moment(default=clock.now)
    ended_at = Moment(null=True)  # of the round before
    objects = IntegerField(default=0)

    class Meta:
        personal, plain = (), ("cursor", "began_at", "ended_at", "objects")


def scrub(*, sample: float = 100.0, progress: Callable[[], object] = lambda: None) -> Report:
    """Read everything, or a random share in per cent, and report what is broken; the findings are kept."""
    codes = everything()
    if sample < 100:
        codes = sorted(random.sample(codes, max(1, ceil(len(codes) * sample / 100))) if codes else [])
    report = _read(codes, progress)
    if sample >= 100:
        report.findings += _strangers()
    _keep(report, codes)
    return report


def tonight() -> Report:
    """The night's share of a round, going on where the last one stopped."""
    row = Round.select().first() or Round.create()
    codes = everything()
    left = [code for code in codes if code > row.cursor]
    share: list[str] = []
    report = _read(_in_time(left[: ceil(len(codes) / NIGHTS)], share), lambda: None)
    if len(share) == len(left):
        report.findings += _strangers()
        row.cursor, row.began_at, row.ended_at, row.objects = "", clock.now(), clock.now(), 0
    else:
        row.cursor, row.objects = share[-1], row.objects + report.objects
    _keep(report, share)
    row.save()
    return report


def _in_time(codes: list[str], done: list[str]) -> Iterator[str]:
    """These codes until the night is over, each noted as done; one at least, so that a round always ends."""
    end = time.monotonic() + LONGEST
    for code in codes:
        if done and time.monotonic() >= end:
            return
        done.append(code)
        yield code


def everything() -> list[str]:
    """Each code under which something should lie, in order."""
    photos = {photo.code for photo in Photo.select(Photo.code)}
    return sorted(photos | tools.keys.ids("object"))


def _read(codes: Iterable[str], progress: Callable[[], object]) -> Report:
    report = Report()
    for code in codes:
        found = list(_examine(code, report))
        # What was erased, or was still arriving, while we looked is no damage.
        if found and _is_settled(code):
            report.findings += found
        progress()
    return report


def _examine(code: str, report: Report) -> Iterator[Finding]:
    vault = tools.vault
    roles = {vault.name(code, role): role for role in _roles(code)}
    there = set(vault.storage.names(f"{vault._folder(code)}/"))
    if not tools.keys.has("object", code):
        yield Finding(code, ORIGINAL, NO_KEY)
        return
    for role in _expected(code):
        if vault.name(code, role) not in there:
            yield Finding(code, role, MISSING)
    if not there and not _expected(code):
        yield Finding(code, "", MISSING)
    for name in sorted(there):
        if name not in roles:
            yield Finding(code, name.rpartition("/")[2], FOREIGN)
        elif (what := _wrong(code, roles[name], report)) is not None:
            yield Finding(code, roles[name], what)


def _wrong(code: str, role: str, report: Report) -> str | None:
    try:
        for chunk in tools.vault.open(code, role).chunks():
            report.bytes += len(chunk)
    except (Damaged, OSError, WrongKey) as error:
        return None if isinstance(error, FileNotFoundError) else DAMAGED
    except KeyGone:
        return None
    report.objects += 1
    return None


def _roles(code: str) -> list[str]:
    copies = Copy.select(Copy.code).join(Photo).where(Photo.code == code)
    sides = ("", *(f"-{side}" for side in SIZES))
    made = [f"copy-{copy.code}{side}" for copy in copies for side in sides]
    if code.startswith("package-"):
        pictures = (
            Photo.select(Photo.code)
            .join(PackagePicture)
            .join(Package)
            .where(Package.code == code.partition("-")[2])
        )
        return ["zip", "pdf", *(f"image-{photo.code}" for photo in pictures)]
    if code.startswith("face-"):
        return list(face_search.ROLES)
    if not code.startswith("import-"):
        return [*ROLES, *made]
    scans = ImportedScan.select(ImportedScan.role).join(Import).where(Import.code == code.rpartition("-")[2])
    return [*ROLES, *(scan.role for scan in scans)]


def _expected(code: str) -> list[str]:
    photo = Photo.get_or_none(Photo.code == code)
    if photo is None:
        return []
    whole = photo.prepared_at is not None and not SetAside.select().where(SetAside.photo == photo).exists()
    return [ORIGINAL, *(f"w{longest}" for longest in PREVIEWS if whole)]


def _is_settled(code: str) -> bool:
    if Arrival.select().where(Arrival.code == code).exists():
        return False
    return Photo.select().where(Photo.code == code).exists() or tools.keys.has("object", code)


def _strangers() -> list[Finding]:
    """Bytes that no key of ours opens, by the place they lie in."""
    places = {name.rpartition("/")[0] for name in tools.vault.storage.names()}
    known = {tools.vault._folder(code) for code in everything()}
    return [Finding(place.rpartition("/")[2][:12], "", FOREIGN) for place in sorted(places - known)]


def _keep(report: Report, codes: Iterable[str]) -> None:
    report.findings.sort()
    wrong = {(each.code, each.role) for each in report.findings}
    with db.atomic():
        for row in Damage.select().where(Damage.mended_at.is_null()):
            if (row.code, row.role) not in wrong and row.code in set(codes):
                Damage.update(mended_at=clock.now()).where(Damage.id == row.id).execute()
        new = [made for each in report.findings if (made := _noted(each)) is not None]
        if new:
            upkeep.tell(upkeep.What.DAMAGE, new[0].at.isoformat())
        Beat.beat("scrub")


def _noted(each: Finding) -> Damage | None:
    known: Any = Damage.get_or_none(Damage.code == each.code, Damage.role == each.role)
    if known is not None and known.mended_at is None:
        return None
    Damage.delete().where(Damage.code == each.code, Damage.role == each.role).execute()
    made: Damage = Damage.create(code=each.code, role=each.role, what=each.what)
    Trace.leave("system", "incident.damage", made, role=each.role, wrong=each.what)
    return made
