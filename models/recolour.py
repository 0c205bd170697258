"""Brings the stored index up to date when a person's answers change. Downwards at once, upwards as soon as may be."""

from __future__ import annotations

from peewee import chunked

from models import index
from models.base import db
from models.face import Appearance
from models.index import Indexed
from models.job import Job
from models.person import Person
from models.photo import Photo

AT_ONCE = 300  # photos brought up to date within the act itself; the rest by the worker


def now(person: Person) -> None:
    """Recompute the person's photos, the newest within the caller's transaction and all of them by a job if many."""
    ids = _photos(person.id)
    index.refresh(ids[:AT_ONCE])
    if len(ids) > AT_ONCE:
        Job.put("recolour", person.id)


def blocked(person: Person, use_ids: set[int]) -> None:
    """Colour every photo of the person blocked for these uses: a withdrawal can only lower a verdict (PUB-02)."""
    theirs = Appearance.select(Appearance.photo).where(
        Appearance.person == person, Appearance.undone_at.is_null()
    )
    turned = index.read([row.photo_id for row in theirs]) if index.is_watched() else {}
    shut = Indexed.update(state="blocked", until=None).where(
        Indexed.photo.in_(theirs), Indexed.use.in_(list(use_ids))
    )
    shut.execute()
    index.tell(turned)
    # A line for chosen photos only leaves others as they were: worked out anew, which is never needed to shut a door.
    Job.put("recolour", person.id)


def everything(person_id: int) -> None:
    """Recompute all photos of a person, a few hundred per transaction; a job, and safe to repeat."""
    for ids in chunked(_photos(person_id), 200):
        with db.atomic():
            index.refresh(ids)


def album(album_id: int) -> None:
    """Recompute all photos of an album, a few hundred per transaction; a job, and safe to repeat."""
    ids = [row.id for row in Photo.select(Photo.id).where(Photo.album == album_id).order_by(Photo.id.desc())]
    for some in chunked(ids, 200):
        with db.atomic():
            index.refresh(some)


def _photos(person_id: int) -> list[int]:
    rows = Appearance.select(Appearance.photo).where(
        Appearance.person == person_id, Appearance.undone_at.is_null()
    )
    return sorted({row.photo_id for row in rows}, reverse=True)
