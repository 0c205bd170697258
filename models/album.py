"""Albums and shoots: what a team sees together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from peewee import BooleanField, DateField, ForeignKeyField, ModelSelect, TextField, fn
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, _l
from models.facts import Licence
from models.trail import Trace
from models.user import Team, User

if TYPE_CHECKING:
    from models.photo import Photo

UNSORTED = "Unsorted"  # where a photo goes that came without an album


class Mode(StrEnum):
    """How faces may be compared (BIO-01, requirements 3.1)."""

    OFF = "M0"  # detection and naming by hand only
    ROSTER = "M1"  # everyone depicted is on the roster and opted in
    TRANSIENT = "M2"  # all faces compared in memory, strangers forgotten at once


class Album(Record):
    """A set of photos that one team sees; a shoot is an album with a date."""

    code = code_field()
    team = ForeignKeyField(Team, backref="albums")
    title = TextField()
    description = TextField(default="")
    held_on = DateField(null=True)
    licence = EnumField(Licence, default=Licence.GRANTED)
    special_context = BooleanField(default=False)
    # None follows the organisation's mode; an album can only be stricter, or attested for M1.
    mode = EnumField(Mode, null=True)
    created_at = Moment(default=clock.now)

    class Meta:
        personal = ("title", "description")
        plain = ("code", "held_on", "licence", "special_context", "mode", "created_at")
        indexes = ((("team", "title"), True),)

    @classmethod
    def add(
        cls, title: str, team: Team, *, by: User, held_on: date | None = None, special_context: bool = False
    ) -> Album:
        """A new album; Invalid without a title, or with one its team has already."""
        title = " ".join(title.split())
        if not title or len(title) > 200:
            raise Invalid(_l("Give the album a title."), field="title")
        with db.atomic():
            if cls.select().where(cls.team == team, cls.title == title).exists():
                raise Invalid(_l("There is an album with this title already."), field="title")
            album = cls.create(team=team, title=title, held_on=held_on, special_context=special_context)
            Trace.leave(by, "album.added", album)
        return album

    @classmethod
    def for_intake(cls, user: User, named: str = "") -> Album:
        """The album of this code or title that the user may see, or a new one of this title in her first team.

        Without a name it is the team's album of what is not sorted yet. Invalid for who is in no team, and for a title
        that several of her albums have.
        """
        named = " ".join(named.split()) or UNSORTED
        with db.atomic():
            found = list(user.albums().where((cls.code == named) | (cls.title == named)).limit(10))
            exact = [album for album in found if album.code == named] or found
            if len(exact) > 1:
                raise Invalid(
                    _l("Several albums have this title. Name the album by its code."), field="album"
                )
            if exact:
                return exact[0]
            team = user.teams().first()
            if team is None:
                raise Invalid(
                    _l("You are in no team yet, so there is no place for this photo."), field="album"
                )
            return cls.add(named, team, by=user)

    @classmethod
    def of_photos(cls, photos: Iterable[Photo]) -> dict[int, Album]:
        """The albums of a page of photos by id, in one query."""
        return {album.id: album for album in cls.select().where(cls.id.in_({p.album_id for p in photos}))}

    @classmethod
    def with_teams(cls, query: ModelSelect[Album]) -> ModelSelect[Album]:
        """The albums of a query with their teams, in one query."""
        return query.select(cls, Team).join(Team)

    @classmethod
    def with_covers(cls, query: ModelSelect[Album]) -> list[Album]:
        """The albums of a query, newest first, each with its newest shown photo as `cover` (a photo or None)."""
        from models.photo import Photo

        newest = Photo.select(fn.MAX(Photo.id)).where(Photo.album == cls.id, Photo.placeholder.is_null(False))
        albums = list(
            query.select(cls, newest.alias("cover_id")).order_by(cls.created_at.desc(), cls.id.desc())
        )
        covers = {
            p.id: p for p in Photo.select().where(Photo.id.in_([a.cover_id for a in albums if a.cover_id]))
        }
        for album in albums:
            album.cover = covers.get(album.cover_id)
        return albums
