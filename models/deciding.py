"""Which photos join those to decide about, and which are erased when nobody decided: the jobs of retention for photos."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from peewee import fn

from models import disposition, erasure, retention
from models.base import db
from models.consent import Consent
from models.disposition import Disposition
from models.face import Appearance
from models.gather import today
from models.index import Indexed
from models.person import Person
from models.photo import Photo
from models.retaining import batches, spared_photos
from models.retention import Done

A_NIGHT = 5_000  # photos that join in one night: a queue nobody can see the end of is read by nobody


def review(before: datetime) -> Done:
    """Photos somebody may use, not looked at for so long, are looked at again."""
    return _join(Photo.select().where(Photo.taken_in_at < before, _clear()), before, "review")


def unknown(before: datetime) -> Done:
    """Photos nobody may use yet and something may still be learnt about: to be settled within their months."""
    doubtful = Indexed.select(Indexed.photo).where(Indexed.photo == Photo.id, Indexed.state == "unclear")
    photos = Photo.select().where(Photo.taken_in_at < before, ~_clear(), fn.EXISTS(doubtful))
    done = _join(photos, before, "unknown")
    if retention.goes_alone("unknown"):
        _erase_overdue(done, ("unknown",))
    return done


def ungrounded(_before: datetime) -> Done:
    """Photos shut for every use join when someone in them has no ground left; what nobody decided about in time is counted."""
    done = Done()
    doubtful = Indexed.select(Indexed.photo).where(Indexed.photo == Photo.id, Indexed.state == "unclear")
    indexed = Indexed.select(Indexed.photo).where(Indexed.photo == Photo.id)
    known = Disposition.select(Disposition.photo).where(Disposition.photo == Photo.id)
    shut = Photo.select().where(fn.EXISTS(indexed), ~_clear(), ~fn.EXISTS(doubtful), ~fn.EXISTS(known))
    lost: dict[int, bool] = {}
    for photos in batches(shut, Photo.id):
        done.looked += len(photos)
        pairs = _without_ground([photo.id for photo in photos], lost)
        with db.atomic():
            done.acted += disposition.queue(pairs, "ended")
        done.leave("otherwise shut", len(photos) - len({photo for _, photo in pairs}))
    if retention.goes_alone("ungrounded"):
        _erase_overdue(done, (*disposition.CAUSES, "ended"))
    waiting = (
        Disposition.select().where(Disposition.decided_at.is_null(), Disposition.due_on < today()).count()
    )
    if waiting:
        done.leave("to decide", waiting)
    return done


def _join(photos: Any, before: datetime, cause: str) -> Done:
    done = Done()
    waits = Disposition.select().where(Disposition.photo == Photo.id, Disposition.decided_at.is_null())
    settled = Disposition.select().where(
        Disposition.photo == Photo.id,
        (Disposition.review_on >= today())
        | (Disposition.review_on.is_null() & (Disposition.decided_at >= before)),
    )
    due = photos.where(~fn.EXISTS(waits), ~fn.EXISTS(settled))
    for rows in batches(due, Photo.id):
        done.looked += len(rows)
        if done.acted >= A_NIGHT:
            done.leave("another night", len(rows))
            break
        with db.atomic():
            done.acted += disposition.queue([(None, photo.id) for photo in rows], cause)
    return done


def _clear() -> Any:
    """SQL: whether the index says of a photo that some use of it is open today."""
    lasts = Indexed.until.is_null() | (Indexed.until >= today())
    return fn.EXISTS(
        Indexed.select(Indexed.photo).where(Indexed.photo == Photo.id, Indexed.state == "cleared", lasts)
    )


def _without_ground(photo_ids: list[int], lost: dict[int, bool]) -> list[tuple[int | None, int]]:
    """Who in these photos once said yes and has no ground left; `lost` is what was found out about people so far."""
    there: dict[int, set[int]] = defaultdict(set)
    for row in Appearance.select().where(Appearance.photo.in_(photo_ids), Appearance.undone_at.is_null()):
        there[row.person_id].add(row.photo_id)
    signed: Any = Consent.select(Consent.person).distinct()
    for person in Person.select().where(Person.id.in_([id for id in there if id not in lost])):
        lost[person.id] = signed.where(Consent.person == person).exists() and not disposition.has_ground(
            person
        )
    return [(person, photo) for person in sorted(there) if lost[person] for photo in sorted(there[person])]


def _erase_overdue(done: Done, causes: tuple[str, ...]) -> None:
    """Erase what nobody decided about in time, where the rule says so; a photo under a hold, or open for some use, stays."""
    due = Disposition.select(Disposition.photo).where(
        Disposition.decided_at.is_null(), Disposition.due_on < today(), Disposition.cause.in_(causes)
    )
    photos = Photo.select(Photo, _clear().alias("open"), Photo.id.in_(spared_photos()).alias("spared"))
    for rows in batches(photos.where(Photo.id.in_(due)), Photo.id):
        for photo in rows:
            if photo.spared:
                done.leave("held")
            elif photo.open:
                done.leave("open for some use")
            else:
                erasure.erase_photo(photo, by=None, why="retention")
                done.acted += 1
