"""Questions to the library: which photos, for which use, in what state; answered a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import ModelSelect

from models import index, search
from models.album import Album
from models.base import find
from models.errors import Missing
from models.face import Appearance, Face
from models.permission import Permission
from models.person import Person
from models.photo import Photo, Tag
from models.reasons import State
from models.use import QUESTIONS, Use
from models.user import User

PAGE = 48
MOST = 200


@dataclass(frozen=True)
class Question:
    """What is looked for. Pages follow the photo's place in the order of arrival, newest first, without counting."""

    use: Use
    state: State | None = None
    text: str = ""
    person: Person | None = None
    album: Album | None = None
    tag: str = ""
    unnamed: bool = False
    cursor: str = ""
    limit: int = PAGE

    def query(self, user: User) -> ModelSelect[Photo]:
        """The photos this user may see that answer the question, unordered and unpaged."""
        query = user.photos()
        if self.state is not None:
            query = index.in_state(query, self.use, self.state)
        if self.text.strip():
            query = search.matching(query, self.text, names=user.may(Permission.PEOPLE))
        if self.person is not None:
            there = Appearance.select(Appearance.photo).where(
                Appearance.person == self.person, Appearance.undone_at.is_null()
            )
            query = query.where(Photo.id.in_(there))
        if self.album is not None:
            query = query.where(Photo.album == self.album)
        if self.tag:
            query = query.where(Photo.id.in_(Tag.select(Tag.photo).where(Tag.word == self.tag)))
        if self.unnamed:
            query = query.where(
                Photo.id.in_(Face.select(Face.photo).where(Face.waiting_since.is_null(False)))
            )
        return query

    def answer(self, user: User) -> tuple[list[Photo], str]:
        """One page of photos and the cursor of the next, empty at the end."""
        query = self.query(user)
        if self.cursor:
            last = user.photos().where(Photo.code == self.cursor).first()
            if last is None:
                raise Missing
            query = query.where(Photo.id < last.id)
        limit = max(1, min(self.limit, MOST))
        photos = list(query.order_by(Photo.id.desc()).limit(limit + 1))
        albums = Album.of_photos(photos)
        for photo in photos:
            photo.album = albums[photo.album_id]
        more = photos[limit - 1].code if len(photos) > limit else ""
        return photos[:limit], more


def use_of(code: str | None) -> Use:
    """The use of this code, or the first on offer when none is named; Missing for an unknown one."""
    uses = Use.select().where(Use.ended_at.is_null(), Use.channel.not_in(QUESTIONS))
    return find(uses, code) if code else uses.order_by(Use.place, Use.id).get()
