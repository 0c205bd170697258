"""Packing: the paper and the ZIP, written to the vault as they are made, one picture in memory at a time (DSR-20 to DSR-22)."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from adapters import clock
from adapters.vault import Writer
from models import package_facts, package_paper, package_parts, package_pictures
from models.base import db
from models.claim_letter import ClaimLetter, LetterKind
from models.gather import today
from models.package import LIFE, Package
from models.trail import Trace


def pack(package: Package) -> None:
    """Write the paper and the ZIP of a package that was let go, tell whoever asked, and drop what it was made of.

    When a photo changed since somebody looked, nothing is packed: the picture is made anew and waits for another look.
    """
    if _has_changed(package):
        return
    facts = package_facts.of(package)
    paper = package_paper.make(package, facts)
    with package.writing(paper) as writer:
        _write(writer, package, facts, paper)
    if _finish(package, writer):
        package.drop_pictures()


def _has_changed(package: Package) -> bool:
    stale = package_pictures.outdated(package)
    if stale:
        with db.atomic():
            package_pictures.look_again(stale)
            Trace.leave(
                "system", "package.stale", package, person=package.person, of=package.claim.code, photos=len(stale),
            )  # fmt: skip
    return bool(stale)


def _write(writer: Writer, package: Package, facts: package_facts.Facts, paper: bytes) -> None:
    stamp = clock.now().timetuple()[:6]
    with zipfile.ZipFile(_Into(writer), "w", zipfile.ZIP_STORED) as packed:
        for name, data in package_parts.files(package, facts, paper):
            entry = zipfile.ZipInfo(name, date_time=stamp)
            entry.external_attr = 0o600 << 16
            # A picture is compressed already; tables and data shrink to a tenth.
            small = name.endswith((".jpg", ".pdf"))
            packed.writestr(entry, data, zipfile.ZIP_STORED if small else zipfile.ZIP_DEFLATED)


def _finish(package: Package, writer: Writer) -> bool:
    """Note what was made and write the letter, once; False where the package was called back meanwhile."""
    now = clock.now()
    with db.atomic():
        done = Package.update(
            made_at=now, expires_at=now + LIFE, size=writer.size, sha256=writer.sha256
        ).where(Package.id == package.id, Package.gone_at.is_null(), Package.made_at.is_null())
        if done.execute() != 1:
            return False
        Trace.leave(
            "system", "package.made", package, person=package.person, of=package.claim.code, sha256=writer.sha256,
            size=writer.size,
        )  # fmt: skip
        ClaimLetter.write(package.claim, LetterKind.PACKAGE, by=None, link=package.link, until=today() + LIFE)
    return True


class _Into(io.RawIOBase):
    """What a ZIP is written to: it can't be wound back, and all goes on into the vault."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._writer.write(bytes(data))
        return len(data)
