"""The line before the desk: which face comes next, so that each answer clears as much as it can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from peewee import JOIN, Case, ModelSelect, fn

from models.album import Album
from models.face import Act, Face, Match, Step
from models.photo import Photo
from models.user import User

MOST = 1000  # beyond it nobody counts: the number would cost more than it says
PHOTOS_AHEAD = 3
FACES_AHEAD = 60
MOST_ALBUMS = 100


class Turn(IntEnum):
    """A photo's place in the line: the fewer answers it still needs, the sooner."""

    LAST_LIKELY = 1  # one face left, and the machine has a good guess
    LAST = 2
    LIKELY = 3  # several left, at least one with a good guess
    SEVERAL = 4


@dataclass(frozen=True)
class Progress:
    """How many faces of a shoot, or of a photo, have their answer; `many` when there are more than one counts."""

    done: int
    total: int
    many: bool


def line_up(photos: Iterable[Photo]) -> None:
    """Give each of these photos its turn, or none when no face of it waits; within the caller's transaction."""
    before = {photo.id: photo.turn for photo in photos}
    likely = fn.MAX(Case(None, [(Match.band == "likely", 1)], 0))
    rows: Any = (
        Face.select(Face.photo, fn.COUNT(Face.id.distinct()), likely)
        .join(Match, JOIN.LEFT_OUTER)
        .where(Face.photo.in_(list(before)), Face.waiting_since.is_null(False))
        .group_by(Face.photo)
        .tuples()
    )
    now = {photo_id: _turn(count, bool(guessed)) for photo_id, count, guessed in rows}
    moved: dict[Turn | None, list[int]] = defaultdict(list)
    for photo_id, turn in before.items():
        if turn != now.get(photo_id):
            moved[now.get(photo_id)].append(photo_id)
    for turn, ids in moved.items():
        Photo.update(turn=turn).where(Photo.id.in_(ids)).execute()


def _turn(count: int, guessed: bool) -> Turn:
    if count == 1:
        return Turn.LAST_LIKELY if guessed else Turn.LAST
    return Turn.LIKELY if guessed else Turn.SEVERAL


def albums(user: User) -> list[Album]:
    """The albums of this user in which a face waits that she has not put off, the newest first."""
    there = (
        _waiting(user)
        .select(Face.id)
        .join(Photo)
        .where(Photo.album == Album.id, Photo.turn.is_null(False))
        .limit(1)
    )
    return list(user.albums().where(fn.EXISTS(there)).order_by(Album.id.desc()).limit(MOST_ALBUMS))


def ahead(user: User, *, album: Album | None = None, photo: Photo | None = None) -> list[Face]:
    """The next faces of an album or of one photo: photos with one face left first, then good guesses."""
    place = (Photo.album == album) if photo is None else (Photo.id == photo.id)
    open_ = fn.EXISTS(_waiting(user).select(Face.id).where(Face.photo == Photo.id))
    nearest = (
        Photo.select(Photo.id)
        .where(place, Photo.turn.is_null(False), open_)
        .order_by(Photo.turn, Photo.id)
        .limit(PHOTOS_AHEAD)
    )
    guessed = fn.EXISTS(Match.select(Match.id).where(Match.face == Face.id, Match.band == "likely"))
    query = _waiting(user).select(Face, Photo, Album).join(Photo).join(Album).where(Photo.id.in_(nearest))
    first = Case(None, [(guessed, 0)], 1)
    return list(query.order_by(Photo.turn, Photo.id, first, Face.left, Face.id).limit(FACES_AHEAD))


def progress(*, album: Album | None = None, photo: Photo | None = None) -> Progress:
    """How far the naming of an album or photo is; looks at no more than a thousand faces."""
    place = (Photo.album == album) if photo is None else (Photo.id == photo.id)
    seen = Face.select(Face.waiting_since.alias("waits")).join(Photo).where(place).limit(MOST)
    rows: Any = Face.select(fn.COUNT(1), fn.COUNT(seen.c.waits)).from_(seen).tuples()
    total, waits = rows[0]
    return Progress(total - waits, total, total >= MOST)


def put_off(user: User) -> int:
    """How many waiting faces this user left for later."""
    later = _later(user).join(Face).where(Face.waiting_since.is_null(False))
    return int(later.limit(MOST).count())


def _waiting(user: User) -> ModelSelect[Face]:
    """Faces without an answer that this user has not put off; whoever asks narrows it to photos she may see."""
    return Face.select().where(
        Face.waiting_since.is_null(False), ~fn.EXISTS(_later(user).where(Step.face == Face.id))
    )


def _later(user: User) -> ModelSelect[Step]:
    return Step.select(Step.id).where(Step.user == user, Step.act == Act.LATER, Step.undone_at.is_null())
