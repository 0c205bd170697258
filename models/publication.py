"""Publications: where a file that left is shown (PUB-05, WDR-04)."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from peewee import DateField, ForeignKeyField, ModelSelect, TextField

from adapters import clock
from models.base import Moment, Record, code_field, db
from models.consent import Consent
from models.delivery import Delivery
from models.errors import Invalid, NotCleared, Refusal, _l
from models.face import Appearance
from models.facts import Period
from models.gather import today
from models.permission import Permission
from models.person import Person
from models.photo import Photo
from models.trail import Trace
from models.user import User

LONGEST_URL = 2000


class Publication(Record):
    """One place where a delivered photo is shown, from a day on, no longer than everyone in it agreed to."""

    code = code_field()
    delivery = ForeignKeyField(Delivery, backref="publications", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, null=True, backref="publications", on_delete="SET NULL")
    url = TextField(default="")
    medium = TextField(default="")
    from_on = DateField()
    until_on = DateField(null=True)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    ended_at = Moment(null=True, index=True)
    ended_note = TextField(default="")

    class Meta:
        personal = ("url", "medium", "ended_note")
        plain = ("code", "from_on", "until_on", "at", "ended_at")

    @classmethod
    def record(
        cls, delivery: Delivery, *, by: User, url: str = "", medium: str = "", from_on: date | None = None,
        until_on: date | None = None,
    ) -> Publication:  # fmt: skip
        """Note where a delivered photo is shown; decided anew for those days, and ended by the last day agreed to (PUB-05).

        Raises Invalid for an address that is none, NotCleared when the gate is shut for these days (traced, nothing kept).
        """
        by.require(Permission.DELIVER)
        url, medium, start = url.strip(), " ".join(medium.split())[:200], from_on or today()
        _check(url, medium, start, until_on)
        with db.atomic():
            if delivery.copy is not None:
                delivery.copy.must_be_good()
            clearance = delivery.clearance(Period(max(start, today()), until_on))
            if clearance.allows:
                last = min(filter(None, (until_on, clearance.valid_through)), default=None)
                row = cls.create(
                    delivery=delivery,
                    photo=delivery.photo,
                    url=url,
                    medium=medium,
                    from_on=start,
                    until_on=last,
                    by=by,
                )
                Trace.leave(
                    by,
                    "publication.recorded",
                    row,
                    photo=delivery.photo,
                    use=delivery.use,
                    until=last,
                    delivery=delivery,
                )
            else:
                Trace.leave(by, "publication.refused", delivery, photo=delivery.photo, use=delivery.use)
        if not clearance.allows:
            raise NotCleared(clearance, photo=delivery.photo, use=delivery.use)
        return row

    def end(self, *, by: User | None, note: str = "") -> None:
        """It is no longer shown; `by` None when our own cascade called it off before its first day."""
        with db.atomic():
            done = Publication.update(ended_at=clock.now(), ended_note=note.strip()[:500]).where(
                Publication.id == self.id, Publication.ended_at.is_null()
            )
            if done.execute() != 1:
                raise Refusal(_l("This was noted as taken down already."))
            Trace.leave(by or "system", "publication.ended", self, photo=self.photo)

    @classmethod
    def live(cls) -> ModelSelect[Publication]:
        """What is shown or planned: not taken down, and its last day not passed."""
        return cls.select().where(cls.ended_at.is_null(), cls.until_on.is_null() | (cls.until_on >= today()))

    @classmethod
    def seen_by(cls, user: User, *, live: bool) -> ModelSelect[Publication]:
        """The publications of photos this user may see, newest first."""
        query = (
            cls.live() if live else cls.select().where(cls.ended_at.is_null(False) | (cls.until_on < today()))
        )
        return query.where(cls.is_seen_by(user)).order_by(cls.id.desc())

    @classmethod
    def is_seen_by(cls, user: User) -> Any:
        """Of photos this user may see; of an erased photo what she noted herself, or everything for who sees all."""
        erased = cls.photo.is_null() & (user.may(Permission.SEE_ALL) | (cls.by == user))
        return cls.photo.in_(user.photos().select(Photo.id)) | erased

    @classmethod
    def of_photo(cls, photo: Photo) -> list[Publication]:
        """Where a photo was ever shown, newest first."""
        return list(
            cls.select(cls, Delivery)
            .join(Delivery)
            .where(cls.photo == photo)
            .order_by(cls.id.desc())
            .limit(50)
        )

    @classmethod
    def of_person(cls, person: Person) -> ModelSelect[Publication]:
        """Where photos with this person were ever shown, newest first."""
        query = cls.select(cls, Delivery).join(Delivery).where(cls.photo.in_(_photos_of(person)))
        return query.order_by(cls.id.desc())

    @classmethod
    def resting_on(cls, consent: Consent, *, seen_by: User) -> list[Publication]:
        """Where its person was ever shown for a use it said yes to, since it was signed, in photos this user may see; newest first (T8)."""
        yes = [line.use_id for line in consent.answers() if line.is_yes]
        return list(
            cls.of_person(consent.person).where(
                Delivery.use.in_(yes),
                cls.at >= consent.signed_at,
                cls.photo.in_(seen_by.photos().select(Photo.id)),
            )
        )

    @property
    def is_live(self) -> bool:
        """Whether it is still shown or planned."""
        return self.ended_at is None and (self.until_on is None or self.until_on >= today())


def _photos_of(person: Person) -> ModelSelect[Appearance]:
    return Appearance.select(Appearance.photo).where(
        Appearance.person == person, Appearance.undone_at.is_null()
    )


def _check(url: str, medium: str, start: date, until: date | None) -> None:
    if not url and not medium:
        raise Invalid(
            _l("Say where it is shown: an address, or the name of the brochure or newspaper."), field="url"
        )
    if url and (len(url) > LONGEST_URL or not _is_web(url)):
        raise Invalid(_l("An address begins with https:// and has no spaces."), field="url")
    if until is not None and until < max(start, today()):
        raise Invalid(_l("The last day of use lies in the past."), field="until")


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable() and " " not in url
