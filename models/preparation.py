"""What the worker makes of a photo: previews, searchable facts, faces."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters import clock, imaging, metadata
from adapters.sandbox import Unreadable
from models import claims, comparing, faces, index, search
from models.base import db, tools
from models.job import Job
from models.photo import PREVIEWS, Photo, SetAside
from models.trail import Trace


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
    read = metadata.read(data, kind.suffix)
    for longest in PREVIEWS:
        tools.vault.put(photo.code, f"w{longest}", made.previews[longest])
    with db.atomic():
        _keep(photo, made, read)
        SetAside.delete().where(SetAside.photo == photo).execute()
        claims.keep(photo, read)
        photo.add_tags(read.keywords)
        found = faces.keep(photo, made.faces)
        comparing.suggest((face, box.vector) for face, box in found)
        search.note(photo)
        index.refresh([photo.id])
        Trace.leave("system", "photo.prepared", photo, faces=len(found))


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
    photo.taken_at = read.taken_at and _zoned(read.taken_at)
    for name in ("title", "caption", "alt_text", "creator", "credit", "copyright", "place", "camera"):
        if not getattr(photo, name):
            setattr(photo, name, getattr(read, name))
    photo.prepared_at = clock.now()
    photo.save()


def _zoned(moment: datetime) -> datetime:
    """A camera that names no zone was set to the organisation's, whatever zone this machine runs in."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(tools.zone))
