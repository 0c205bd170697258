"""Professional secrecy: a human sees that a photo with a patient gives nothing away, whatever the patient agreed to (SPC-02)."""

from __future__ import annotations

from peewee import ForeignKeyField

from adapters import clock
from models.base import Moment, Record, db
from models.permission import Permission
from models.photo import Photo
from models.trail import Trace
from models.user import User


class SecrecyCheck(Record):
    """Somebody looked: no record, screen, door sign or other patient can be read or recognised in it."""

    photo = ForeignKeyField(Photo, backref="secrecy_checks", on_delete="CASCADE")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    undone_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("at", "undone_at")

    @classmethod
    def of(cls, photo: Photo) -> SecrecyCheck | None:
        """The check of a photo, if it stands."""
        return cls.get_or_none(cls.photo == photo, cls.undone_at.is_null())

    @classmethod
    def keep(cls, photo: Photo, *, by: User) -> None:
        """Record that somebody looked; once is enough."""
        by.require(Permission.NAME)
        with db.atomic():
            if cls.of(photo) is None:
                cls.create(photo=photo, by=by)
                cls._changed(photo, "photo.secrecy-checked", by)

    @classmethod
    def undo(cls, photo: Photo, *, by: User) -> None:
        """Take that word back."""
        by.require(Permission.NAME)
        with db.atomic():
            cls.update(undone_at=clock.now()).where(cls.photo == photo, cls.undone_at.is_null()).execute()
            cls._changed(photo, "photo.secrecy-check-undone", by)

    @staticmethod
    def _changed(photo: Photo, act: str, by: User) -> None:
        from models import index

        index.refresh([photo.id])
        Trace.leave(by, act, photo)

    @staticmethod
    def is_needed(photo: Photo) -> bool:
        """Whether a patient is in it."""
        from models.face import Appearance
        from models.person import Person, Relation

        seen = (
            Appearance.select()
            .join(Person)
            .where(
                Appearance.photo == photo, Appearance.undone_at.is_null(), Person.relation == Relation.PATIENT
            )
        )
        return bool(seen.exists())
