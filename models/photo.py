"""Photos: taken in whole, kept byte for byte, shown through previews, let out only by a delivery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    ForeignKeyField,
    IntegerField,
    IntegrityError,
    ModelSelect,
    TextField,
)
from playhouse.fields import EnumField

from adapters import clock, imaging, seal
from models import retention, trouble
from models.album import Album
from models.base import Moment, Record, code_field, db, tools
from models.clearance import Step, decide, timeline
from models.covering import Covering
from models.errors import Invalid, NotAccepted, Refusal, TooLarge, _l
from models.facts import Licence, Period
from models.gather import gather, today
from models.job import Job
from models.permission import Permission
from models.reasons import Clearance
from models.trail import Trace
from models.use import Use
from models.user import User

if TYPE_CHECKING:
    from models.faces import Seen
    from models.person import Person

CHUNK = 1 << 20
MOST_BYTES = imaging.MAX_BYTES
TYPED = {
    "title": 300, "caption": 5000, "alt_text": 1000, "creator": 200, "credit": 200, "copyright": 300, "place": 200,
}  # fmt: skip
PREVIEWS = (320, 800, 1600)


class Photo(Record):
    """One photo as it was handed in; `fingerprint` is a keyed hash of its bytes, never the hash itself."""

    code = code_field()
    album = ForeignKeyField(Album, backref="photos")
    name = TextField()  # the file's name as uploaded
    kind = TextField()  # JPEG, PNG, ... by content
    size = BigIntegerField()
    fingerprint = BlobField(unique=True)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    taken_in_at = Moment(default=clock.now)
    prepared_at = Moment(null=True)
    width = IntegerField(null=True)
    height = IntegerField(null=True)
    placeholder = BlobField(null=True)
    colour = TextField(default="")
    # keyed hash of the decoded pixels: the same picture saved anew is known again (ERA-09)
    pixels = BlobField(null=True)
    # 64-bit perceptual hash of the whole image (3.1: allowed without consent)
    likeness = BlobField(null=True)
    taken_at = Moment(null=True)
    turn = IntegerField(null=True)  # its place in the line of photos with faces to name (models/line.py)
    title = TextField(default="")
    caption = TextField(default="")
    alt_text = TextField(default="")
    creator = TextField(default="")
    credit = TextField(default="")
    copyright = TextField(default="")
    place = TextField(default="")
    camera = TextField(default="")
    licence = EnumField(Licence, default=Licence.GRANTED)
    special_context = BooleanField(default=False)

    class Meta:
        personal = (
            "name", "title", "caption", "alt_text", "creator", "credit", "copyright", "place", "taken_at",
        )  # fmt: skip
        plain = (
            "code", "kind", "size", "fingerprint", "taken_in_at", "prepared_at", "width", "height", "placeholder",
            "colour", "pixels", "likeness", "camera", "licence", "special_context", "turn",
        )  # fmt: skip
        indexes = ((("album", "id"), False), (("album", "turn", "id"), False), (("album", "taken_at"), False))

    @classmethod
    def take_in(
        cls, stream: BinaryIO, name: str, album: Album, *, by: User, caption: str = "", tags: Iterable[str] = (),
        instead: bool = False,
    ) -> Intake:  # fmt: skip
        """Keep a file byte for byte, encrypted as it arrives; returns once it is durable.

        `instead`: it takes the place of one that is here, which an event that is shut must not hinder (Art. 17).
        The same bytes are answered with the photo that is there already. Raises NotAccepted for what is no image we
        take in, TooLarge, ErasedBefore, and Invalid for a photo that lies where the asker may not look.
        """
        trouble.need_room()
        first = stream.read(CHUNK)
        kind = imaging.sniff(first)
        if kind is None or not kind.supported:
            raise NotAccepted if kind is None else NotAccepted(_l("HEIC photos need an extra that isn't installed here. "
                                                                  "Export them as JPEG and upload again."))  # fmt: skip
        code = seal.new_code()
        with db.atomic():
            Arrival.create(code=code)
        with tools.vault.writer(code) as writer:
            for chunk in chain([first], iter(lambda: stream.read(CHUNK), b"")):
                writer.write(chunk)
                if writer.size > imaging.MAX_BYTES:
                    raise TooLarge
        fingerprint = seal.blind(tools.keys.secret("fingerprint"), writer.sha256)
        values = {
            "code": code, "album": album, "name": name[:255], "kind": kind.name, "size": writer.size, "by": by,
            "fingerprint": fingerprint, "caption": caption[:5000], "licence": album.licence,
            "special_context": album.special_context,
        }  # fmt: skip
        try:
            photo = cls._admit(values, by, tags, instead=instead)
        except (IntegrityError, Refusal) as why:
            tools.vault.destroy(code)
            if isinstance(why, Refusal):
                raise
            photo = by.photos().where(cls.fingerprint == fingerprint).first()
            if photo is None:
                words = _l("This photo is in the library already, in an album you can't see.")
                raise Invalid(words) from None
            return Intake(photo, writer.sha256, True)
        return Intake(photo, writer.sha256, False)

    @classmethod
    def _admit(cls, values: dict[str, Any], by: User, tags: Iterable[str], *, instead: bool) -> Photo:
        from models import erasure, weighing

        with db.atomic():
            erasure.Guard.refuse(values["fingerprint"])
            if not instead:
                weighing.must_be_open(values["album"])
            photo = cls.create(**values)
            Arrival.delete().where(Arrival.code == photo.code).execute()
            photo.add_tags(tags)
            Trace.leave(by, "photo.taken-in", photo, album=photo.album, kind=photo.kind, size=photo.size)
            Job.put("prepare", photo.id)
        return photo

    @staticmethod
    def told_gone(code: str) -> None:
        """Raise Gone for the code of an erased photo."""
        from models import erasure

        erasure.told_gone(code)

    def add_tags(self, words: Iterable[str]) -> None:
        """Put words on the photo; the same word twice is one tag."""
        for word in {word.strip()[:80] for word in words} - {""}:
            Tag.insert(photo=self, word=word).on_conflict_ignore().execute()

    @classmethod
    def clearances(
        cls,
        photos: Sequence[Photo],
        use: Use,
        period: Period | None = None,
        *,
        masked: Mapping[str, Covering] | None = None,
    ) -> dict[str, Clearance]:
        """The verdict per photo code for a use, asked in a fixed number of queries for a whole page (PUB-01).

        Without a period the question is whether the use may begin today; `masked` says by photo code what a copy covers.
        """
        return cls.verdicts(photos, [use], period, masked=masked)[use.code]

    @classmethod
    def verdicts(
        cls,
        photos: Sequence[Photo],
        uses: Sequence[Use],
        period: Period | None = None,
        *,
        masked: Mapping[str, Covering] | None = None,
    ) -> dict[str, dict[str, Clearance]]:
        """The same for several uses, keyed by use code and then photo code, from one reading of the facts."""
        found, day = gather(photos), today()
        known = [(photo.code, *found.about(photo, (masked or {}).get(photo.code))) for photo in photos]
        answers: dict[str, dict[str, Clearance]] = {}
        for use in uses:
            asked = found.use_facts(use)
            # A badge asks whether a use may begin now: for print that means a run of one day.
            when = period or Period(day, day if use.irreversible else None)
            answers[use.code] = {
                code: decide(photo, people, asked, when, today=day, window=found.window)
                for code, photo, people in known
            }
        return answers

    @classmethod
    def timelines(
        cls, photos: Sequence[Photo], uses: Sequence[Use]
    ) -> Iterator[tuple[Photo, Use, tuple[Step, ...]]]:
        """How each verdict turns by date alone if nothing else happens, for the stored index."""
        found, day = gather(photos), today()
        people = {photo.id: found.people_facts(photo.id) for photo in photos}
        for use in uses:
            asked = found.use_facts(use)
            for photo in photos:
                steps = timeline(
                    found.photos[photo.id], people[photo.id], asked, today=day, window=found.window
                )
                yield photo, use, steps

    def clearance(self, use: Use, period: Period | None = None) -> Clearance:
        """The verdict for this photo alone."""
        return Photo.clearances([self], use, period)[self.code]

    def preview(self, longest: int) -> bytes:
        """A WebP preview of one of PREVIEWS; Refusal while the worker has not made it yet."""
        if longest not in PREVIEWS or self.prepared_at is None:
            raise Refusal(_l("The preview is still being made."))
        return bytes(tools.vault.read(self.code, f"w{longest}"))

    def note_view(self, *, by: User) -> None:
        """Leave the trace of someone looking at the photo (AUD-02)."""
        with db.atomic():
            Trace.leave(by, "photo.viewed", self)

    def describe(self, given: Mapping[str, str], *, album: Album, by: User) -> None:
        """Keep title, caption, rights, tags and album; a word that is left out of `tags` goes."""
        from models import hold, index, search

        licence = given.get("licence", self.licence)
        if licence not in set(Licence):
            raise Invalid(_l("Choose one of the list."), field="licence")
        words = {word.strip()[:80] for word in given.get("tags", "").split(",")} - {""}
        hold.check_free([self])
        with db.atomic():
            for name, most in TYPED.items():
                setattr(self, name, given.get(name, getattr(self, name)).strip()[:most])
            self.album, self.licence = album, Licence(licence)
            self.special_context = bool(given.get("special_context"))
            self.save()
            Tag.delete().where(Tag.photo == self, Tag.word.not_in(words)).execute()
            self.add_tags(words)
            search.note(self)
            index.refresh([self.id])
            Trace.leave(by, "photo.changed", self, album=album, licence=self.licence.value)

    def review(self, *, by: User) -> None:
        """Record a human's word that everyone recognisable is named and that no name in the file is left open (A4, A8)."""
        from models import claims, index

        with db.atomic():
            if not self.reviews.where(Review.undone_at.is_null()).exists():
                Review.create(photo=self, by=by)
            claims.answer_all(self)
            index.refresh([self.id])
            Trace.leave(by, "photo.reviewed", self)

    def unreview(self, *, by: User) -> None:
        """Take that word back by another act."""
        from models import index

        with db.atomic():
            Review.update(undone_at=clock.now()).where(
                Review.photo == self, Review.undone_at.is_null()
            ).execute()
            index.refresh([self.id])
            Trace.leave(by, "photo.review-undone", self)

    @classmethod
    def of_person(cls, query: ModelSelect, person: Person) -> ModelSelect:
        """The photos of a query in which a human saw this person, newest first."""
        from models.face import Appearance

        there = Appearance.select(Appearance.photo).where(
            Appearance.person == person, Appearance.undone_at.is_null()
        )
        return query.where(cls.id.in_(there)).order_by(cls.id.desc())

    @classmethod
    def review_all(cls, photos: Sequence[Photo], *, by: User) -> None:
        """Review several photos, all or none."""
        by.require(Permission.NAME)
        with db.atomic():
            for photo in photos:
                photo.review(by=by)

    @classmethod
    def tag_all(cls, photos: Sequence[Photo], words: str, *, by: User) -> None:
        """Put the same words, separated by commas, on several photos."""
        from models import search

        by.require(Permission.EDIT)
        with db.atomic():
            for photo in photos:
                photo.add_tags(words.split(","))
                search.note(photo)
                Trace.leave(by, "photo.changed", photo)

    @classmethod
    def move_all(cls, photos: Sequence[Photo], album: Album, *, by: User) -> None:
        """Move several photos to another album."""
        from models import index, search

        by.require(Permission.EDIT)
        with db.atomic():
            for photo in photos:
                photo.album = album
                photo.save(only=[cls.album])
                search.note(photo)
                Trace.leave(by, "photo.changed", photo, album=album)
            index.refresh([photo.id for photo in photos])

    def who_is_in_it(self) -> Seen:
        """Faces with their answers, people without a face, and open names, for the photo's page."""
        from models import faces

        return faces.seen(self)

    @property
    def ratio(self) -> float:
        """Width by height, 1.5 while unknown."""
        return self.width / self.height if self.width and self.height else 1.5

    @property
    def ready(self) -> bool:
        """True once the worker is done with it, well or not."""
        return self.prepared_at is not None


class Intake:
    """What taking in answered: the photo, the SHA-256 of its bytes, and whether it was there already."""

    def __init__(self, photo: Photo, sha256: str, duplicate: bool) -> None:
        self.photo, self.sha256, self.duplicate = photo, sha256, duplicate


class Arrival(Record):
    """A file on its way in; a row that outlives an hour marks bytes nobody acknowledged."""

    code = TextField(unique=True)
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("code", "at")

    @classmethod
    def sweep(cls, before: datetime | None = None) -> int:
        """Destroy what broke off while arriving; returns how many."""
        hour_ago = before or retention.limit("arrival")
        tools.vault.storage.sweep(hour_ago.timestamp())
        stale = list(cls.select().where(cls.at < hour_ago))
        for arrival in stale:
            if not Photo.select().where(Photo.code == arrival.code).exists():
                tools.vault.destroy(arrival.code)
            arrival.delete_instance()
        return len(stale)


class Tag(Record):
    """A word on a photo, kept as typed and found without regard to case."""

    photo = ForeignKeyField(Photo, backref="tags", on_delete="CASCADE")
    word = TextField(index=True)

    class Meta:
        personal, plain = ("word",), ()
        indexes = ((("photo", "word"), True),)


class SetAside(Record):
    """A file that could not be made into pictures, with the reason its uploader reads."""

    photo = ForeignKeyField(Photo, backref="set_aside", unique=True, on_delete="CASCADE")
    reason = TextField()
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("reason", "at")


class Review(Record):
    """A human's word that everyone recognisable in the photo is named (A4); undone by another row."""

    photo = ForeignKeyField(Photo, backref="reviews", on_delete="CASCADE")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    undone_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("at", "undone_at")
