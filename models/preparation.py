"""What the worker makes of a photo: previews, searchable facts, faces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from peewee import fn

from adapters import clock, imaging, metadata
from adapters import recognition as recogniser
from adapters.sandbox import Unreadable
from models import claims, comparing, erasure, finding, health, index, search
from models.album import Album
from models.base import db, tools
from models.errors import Invalid, Refusal, _l
from models.job import Job
from models.permission import Permission
from models.photo import PREVIEWS, Photo, SetAside
from models.trail import Trace
from models.user import User


def prepare(photo_id: int) -> None:
    """Make previews, read metadata, find faces; may run twice. What can't be read is set aside with its reason."""
    photo = Photo.get_or_none(Photo.id == photo_id)
    if photo is None:
        return
    data = bytes(tools.vault.read(photo.code, "original"))
    try:
        kind = imaging.kind_of(data)
        made = imaging.prepare(tools.sandbox, data, kind, encode=comparing.may_encode(photo.album))
    except Unreadable as why:
        _set_aside(photo, why.reason)
        return
    mark = erasure.mark_of_pixels(made.pixels)
    try:
        # A picture that was erased comes in no more by itself, however it was saved; what is here already stays.
        if photo.prepared_at is None and erasure.Guard.against(mark):
            _set_aside(photo, erasure.ErasedBefore.kind)
            return
        photo.pixels = mark
        read = metadata.read(data, kind.suffix)
        for longest in PREVIEWS:
            tools.vault.put(photo.code, f"w{longest}", made.previews[longest])
        with db.atomic():
            _keep(photo, made, read)
            SetAside.delete().where(SetAside.photo == photo).execute()
            claims.keep(photo, read)
            photo.add_tags(read.keywords)
            found = finding.keep(photo, made.faces)
            comparing.suggest((face, box.vector) for face, box in found)
            search.note(photo)
            index.refresh([photo.id])
            Trace.leave("system", "photo.prepared", photo, faces=len(found))
    finally:
        recogniser.wipe(box.vector for box in made.faces)


class Again(StrEnum):
    """How to look at a photo once more where faces were missed."""

    HARDER = "harder"  # in twice the size: small faces, at three times the work
    TURNED = "turned"  # on its sides and on its head: lying people, photos the camera did not turn


def look_again(photo: Photo, how: str, *, by: User) -> None:
    """A human asks for another look; the job adds what it finds and takes nothing away."""
    by.require(Permission.NAME)
    if how not in set(Again):
        raise Invalid(_l("Choose one of the list."))
    if not photo.ready or photo.set_aside.exists():
        raise Refusal(_l("The preview is still being made."))
    with db.atomic():
        Job.put(f"look-{Again(how).value}", photo.id)
        Trace.leave(by, "photo.look-again", photo, how=Again(how).value)


def look_harder(photo_id: int) -> None:
    """Look at twice the size; a job."""
    _look(photo_id, recogniser.HARDER_SIDE, (0,))


def look_turned(photo_id: int) -> None:
    """Look at the photo on its sides and on its head; a job."""
    _look(photo_id, recogniser.SCAN_SIDE, (1, 2, 3))


def _look(photo_id: int, side: int, turns: tuple[int, ...]) -> None:
    photo = Photo.get_or_none(Photo.id == photo_id)
    if photo is None:
        return
    data = bytes(tools.vault.read(photo.code, "original"))
    try:
        found = imaging.look_again(tools.sandbox, data, imaging.kind_of(data), scan_side=side, turns=turns)
    except Unreadable:
        return
    with db.atomic():
        before = photo.faces.count()
        finding.keep(photo, found, all_of_it=False)
        index.refresh([photo.id])
        Trace.leave("system", "photo.looked-again", photo, found=photo.faces.count() - before)
        if found:
            Job.put("compare", photo.id)


@dataclass(frozen=True)
class Progress:
    """How many photos the worker has still to look at, and how many to compare anew."""

    waiting: int
    comparing: int
    stalled: bool = False  # something waits and no worker gives a sign of life

    @property
    def is_done(self) -> bool:
        """Whether nothing waits."""
        return not self.waiting and not self.comparing


def progress(album: Album | None = None) -> Progress:
    """What still waits, of an album or of all."""
    looking, compared = (
        _photos_of(kinds, album) for kinds in (("prepare", "look-harder", "look-turned"), ("compare",))
    )
    return Progress(looking, compared, bool(looking or compared) and not health.worker_works())


def stalled(photos: Iterable[Photo]) -> bool:
    """Whether some of these wait for a worker that gives no sign of life; asks nothing when none waits."""
    return any(not photo.ready for photo in photos) and not health.worker_works()


def _photos_of(kinds: tuple[str, ...], album: Album | None) -> int:
    waiting = Job.waiting().where(Job.kind.in_(kinds))
    if album is not None:
        waiting = waiting.where(Job.subject.in_(album.photos.select(Photo.id)))
    return int(waiting.select(fn.COUNT(Job.subject.distinct())).scalar())


def again(photo: Photo) -> None:
    """Put the photo back in the queue, within the caller's transaction."""
    Job.put("prepare", photo.id)


def _set_aside(photo: Photo, reason: str) -> None:
    with db.atomic():
        SetAside.get_or_create(photo=photo, defaults={"reason": reason})
        Photo.update(prepared_at=clock.now()).where(Photo.id == photo.id).execute()
        index.refresh([photo.id])
        Trace.leave("system", "photo.set-aside", photo, reason=reason)


def _keep(photo: Photo, made: Any, read: Any) -> None:
    """Facts from the file fill what nobody typed; what a person wrote stays."""
    photo.width, photo.height = made.width, made.height
    photo.placeholder, photo.colour = made.placeholder, made.colour
    photo.likeness = (made.phash & (1 << 64) - 1).to_bytes(8, "big")
    if read.taken_at:
        photo.taken_at = _zoned(read.taken_at)
    for name in ("title", "caption", "alt_text", "creator", "credit", "copyright", "place", "camera"):
        if not getattr(photo, name):
            setattr(photo, name, getattr(read, name))
    photo.prepared_at = clock.now()
    photo.save()


def _zoned(moment: datetime) -> datetime:
    """A camera that names no zone was set to the organisation's, whatever zone this machine runs in."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(tools.zone))
