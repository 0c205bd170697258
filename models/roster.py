"""Rosters: a named human's word that everyone in an album agreed to recognition (M1), until a stranger is met."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from peewee import ForeignKeyField
from playhouse.fields import EnumField

from adapters import clock
from models.album import Album, Mode
from models.base import Moment, Record, code_field, db
from models.errors import Refusal, _l
from models.face import Face
from models.holders import holding
from models.notice import Notice, NoticeKind
from models.permission import Permission, Role
from models.trail import Trace
from models.user import User


class Ending(StrEnum):
    """Why an attestation no longer stands."""

    STRANGER = "stranger"  # a face was met that is nobody's on the roster
    NEWER = "newer"  # attested anew
    OFF = "off"  # switched off for this album


class Roster(Record):
    """That everyone shown in this album is on the roster: who said so, when, and what ended it."""

    code = code_field()
    album = ForeignKeyField(Album, backref="rosters", on_delete="CASCADE")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    ended_at = Moment(null=True)
    why = EnumField(Ending, null=True)
    face = ForeignKeyField(Face, null=True, on_delete="SET NULL")  # the face that was nobody's

    class Meta:
        personal, plain = (), ("code", "at", "ended_at", "why")

    @classmethod
    def attest(cls, album: Album, *, by: User) -> Roster:
        """A named human attests that everyone in this album is on the roster and agreed; it counts until a stranger is met."""
        by.require(Permission.COMPLIANCE)
        with db.atomic():
            cls.close(album, Ending.NEWER)
            Album.update(mode=Mode.ROSTER).where(Album.id == album.id).execute()
            made = cls.create(album=album, by=by)
            Trace.leave(by, "recognition.roster", album, roster=made)
        return made

    @classmethod
    def standing(cls, album: Album) -> Roster:
        """The attestation in force; Refusal where there is none."""
        found: Roster | None = cls.select().where(cls.album == album, cls.ended_at.is_null()).first()
        if found is None:
            raise Refusal(_l("Nobody has attested this album."))
        return found

    @classmethod
    def last(cls, album: Album) -> Roster | None:
        """The newest attestation of an album, in force or not."""
        found: Roster | None = cls.select().where(cls.album == album).order_by(cls.id.desc()).first()
        return found

    @classmethod
    def close(cls, album: Album, why: Ending, *, face: Face | None = None) -> bool:
        """End what is attested of an album, within the caller's transaction; False when nothing was."""
        ended = cls.update(ended_at=clock.now(), why=why, face=face).where(
            cls.album == album, cls.ended_at.is_null()
        )
        return ended.execute() > 0


def meet(strangers: Sequence[Face]) -> None:
    """Faces of one photo that are nobody's on the roster: an attested album drops to M0 and the DPO is told, in this transaction.

    Nothing of them is kept but their boxes, which wait for a name; what was attested was not so (requirements 3.1, M1).
    """
    if not strangers or strangers[0].photo.album.mode is not Mode.ROSTER:
        return
    face, album = strangers[0], strangers[0].photo.album
    if not Roster.close(album, Ending.STRANGER, face=face):
        return
    Album.update(mode=Mode.OFF).where(Album.id == album.id).execute()
    Trace.leave("system", "recognition.stranger", album, face=face, photo=face.photo)
    for dpo in holding(Role.DPO):
        key = f"stranger|{album.code}|{face.code}|{dpo.code}"
        Notice.put(NoticeKind.STRANGER, key, user=dpo, album=album.code)
