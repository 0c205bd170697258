"""Shares: a link for one named recipient and one use; every opening asks the gate again for each photo (SHR-01 to SHR-04)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from peewee import BooleanField, DateField, ForeignKeyField, IntegerField, ModelSelect, TextField

from adapters import clock, seal
from models import quota
from models.attempt import Attempt
from models.base import Moment, Record, code_field, db, tools
from models.copy import Copy, Stage, coverings, stages
from models.delivery import RENDITIONS, Delivery
from models.errors import Gone, Invalid, NotAllowed, Refusal, TooMany, TrailClosed, _l
from models.face import Appearance
from models.facts import Period
from models.gather import today
from models.hashing import hash_password
from models.names import clean_email
from models.notice import Notice, NoticeKind
from models.permission import Permission
from models.photo import Photo
from models.reasons import Clearance, Code
from models.session import password_holds
from models.setting import Setting
from models.trail import Trace, knock, take_turn
from models.use import Use
from models.user import User

MOST_PHOTOS = 500
MOST_TRIES = 10  # at one share's password, from anywhere, within TRY_WINDOW
TRY_WINDOW = timedelta(minutes=15)
SHORTEST_PASSWORD = 8
Choice = tuple[Photo, bool]  # a photo, and whether it may be handed out now


class Share(Record):
    """Photos for one recipient and one use, until a day that no consent in them outlives."""

    code = code_field()
    token = TextField(unique=True)  # only the hash: the link is worked out anew from our key
    use = ForeignKeyField(Use)
    recipient = TextField()
    email = TextField(null=True)
    locale = TextField(default="")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="shares")
    at = Moment(default=clock.now)
    until = DateField(null=True)  # planned end of use
    expires_on = DateField()  # last day the link opens
    password = TextField(default="")
    download = BooleanField(default=True)
    rendition = TextField(default="web")
    revoked_at = Moment(null=True)

    class Meta:
        personal = ("recipient", "email", "locale")
        plain = (
            "code", "token", "at", "until", "expires_on", "password", "download", "rendition", "revoked_at",
        )  # fmt: skip

    @classmethod
    def make(
        cls, photos: Sequence[Photo], use: Use, *, recipient: str, by: User, email: str = "", locale: str = "",
        expires_on: date | None = None, until: date | None = None, password: str = "", download: bool = True,
        rendition: str = "web", leave_out: bool = False, copies: Sequence[Copy] = (),
    ) -> Share:  # fmt: skip
        """Make a link for those of the photos that are cleared; it ends with the first consent in them and with the planned
        use, whichever is sooner (PUB-05, SHR-01).

        A photo whose masked copy is among `copies` goes as that copy.
        Raises Refusal while sharing is switched off, Invalid for a form that can't be so, and, unless `leave_out`,
        for photos that may not go out for this use, naming how many.
        """
        by.require(Permission.DELIVER)
        if not Setting.of("shares"):
            raise Refusal(
                _l("Sharing by link is switched off. An administrator can switch it on under Settings.")
            )
        _check(photos, recipient, rendition, password)
        _check_days(use, until, expires_on)
        for copy in copies:
            copy.must_be_good()
        chosen = {copy.photo_id: copy for copy in copies}
        verdicts = Photo.clearances(photos, use, Period(today(), until), masked=coverings(copies))
        young = _with_minors(photos, verdicts)
        good = [photo for photo in photos if verdicts[photo.code].allows and photo.id not in young]
        _check_left_out(len(photos) - len(good), len(photos), leave_out)
        ends = [verdicts[photo.code].valid_through for photo in good]
        wanted = expires_on or today() + timedelta(days=int(Setting.of("share_days")))
        with db.atomic():
            # Counted once for its maker, whose act it is: how often a recipient then clicks is not hers to pay for.
            over = quota.take(by, len(good)) if download else None
            share = cls(
                code=seal.new_code(), use=use, recipient=recipient.strip(), by=by, until=until, download=download,
                email=clean_email(email) if email.strip() else None, locale=locale, rendition=rendition,
                expires_on=min(filter(None, [wanted, until, *ends])), password=hash_password(password) if password else "",
            )  # fmt: skip
            if not over:
                share._begin(good, chosen, by)
        if over:
            raise over
        return share

    def _begin(self, good: Sequence[Photo], chosen: Mapping[int, Copy], by: User) -> None:
        self.token = seal.token_hash(self.raw_token)
        self.save()
        for place, photo in enumerate(good):
            SharedPhoto.create(share=self, photo=photo, place=place, copy=chosen.get(photo.id))
        Trace.leave(
            by, "share.made", self, use=self.use, photos=good, until=self.expires_on, download=self.download
        )
        if self.email:
            Notice.put(NoticeKind.SHARE, f"share|{self.code}", share=self.code)

    @property
    def raw_token(self) -> str:
        """The link's secret, 256 bits worked out anew from our key: it is kept nowhere (SHR-01)."""
        raw = hmac.new(tools.keys.secret("share-links"), self.code.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    @property
    def link(self) -> str:
        """The address for the recipient."""
        return f"{tools.base_url}/share/{self.raw_token}"

    @property
    def name(self) -> str:
        """Whom letters about it are addressed to."""
        return str(self.recipient)

    @property
    def is_open(self) -> bool:
        """Whether the link still opens: not ended, its days last, and whoever made it may still hand out photos."""
        last = min(self.expires_on, self.until or self.expires_on)
        return self.revoked_at is None and last >= today() and self._maker_stands

    @property
    def _maker_stands(self) -> bool:
        maker = self.by
        return maker is not None and maker.is_active and maker.may(Permission.DELIVER)

    @classmethod
    def open(cls, token: str) -> Share:
        """The share of a link, or Gone: revoked, over and never made look alike."""
        row = cls.get_or_none(cls.token == seal.token_hash(token))
        if row is None or not row.is_open:
            raise Gone(_l("This link is over. Ask whoever sent it to you for a new one."))
        return row

    @classmethod
    def seen_by(cls, user: User, *, live: bool) -> ModelSelect[Share]:
        """Shares with photos this user may see, newest first."""
        theirs = SharedPhoto.select(SharedPhoto.share).where(
            SharedPhoto.photo.in_(user.photos().select(Photo.id))
        )
        left = cls.by.is_null() | cls.by.in_(User.select(User.id).where(User.disabled_at.is_null(False)))
        ended = (cls.expires_on < today()) | (cls.until.is_null(False) & (cls.until < today()))
        over = cls.revoked_at.is_null(False) | ended | left
        return cls.select().where(cls.id.in_(theirs), ~over if live else over).order_by(cls.id.desc())

    def photos(self) -> list[Photo]:
        """Its photos, in the order they were chosen."""
        query = Photo.select().join(SharedPhoto).where(SharedPhoto.share == self)
        return list(query.order_by(SharedPhoto.place))

    def choices(self) -> list[Choice]:
        """Every photo and whether it may be handed out at this moment (SHR-02)."""
        photos = self.photos()
        return list(zip(photos, self._allow(photos), strict=True))

    def _allow(self, photos: list[Photo]) -> list[bool]:
        copies, held = self.copies(), {row.id for row in self._held()}
        stands, masked = stages(list(copies.values())), coverings(list(copies.values()))
        bad = {photo for photo, copy in copies.items() if stands[copy.id] is not Stage.GOOD}
        period = Period(today(), self.until)
        verdicts = Photo.clearances(photos, self.use, period, masked=masked) if photos else {}
        return [p.ready and p.id in held - bad and verdicts[p.code].allows for p in photos]

    def copies(self) -> dict[int, Copy]:
        """The masked copies that go in place of their photos, by the photo's id."""
        query = Copy.select(Copy, Photo).join(Photo).join_from(Copy, SharedPhoto)
        return {copy.photo_id: copy for copy in query.where(SharedPhoto.share == self)}

    def picture(self, photo: Photo, longest: int) -> tuple[bytes, str]:
        """What its recipient sees of a photo, and its type: a preview, or the copy that goes in its place."""
        copy = self.copies().get(photo.id)
        if copy is None:
            return photo.preview(longest), "image/webp"
        return copy.picture(longest), "image/jpeg"

    def allowed(self, photo: Photo) -> None:
        """Raise Gone, in neutral words, when this photo may not be shown any more."""
        if self._allow([photo]) != [True]:
            raise Gone(_l("This photo is no longer available."))

    def _check_held(self, photo: Photo) -> None:
        if not self._held().where(Photo.id == photo.id).exists():
            raise Gone(_l("This photo is no longer available."))

    def _held(self) -> ModelSelect[Photo]:
        """Those of its photos that its maker may still see: a link can do no more than whoever made it."""
        ours = SharedPhoto.select(SharedPhoto.photo).where(SharedPhoto.share == self)
        seen = Photo.select().where(Photo.id.is_null()) if self.by is None else self.by.photos()
        return seen.where(Photo.id.in_(ours))

    def note(self, kind: str, photo: Photo | None = None) -> None:
        """Remember that it was opened or something taken out of it: when, from which network, by the named recipient (SHR-04)."""
        with db.atomic():
            ShareOpening.create(share=self, photo=photo, kind=kind, address=knock.get().address)
            Trace.leave("visitor", f"share.{kind}", self, photo=photo)

    def check_download(self) -> None:
        """Raise NotAllowed for photos that are for looking only: no file, no ZIP, no paper."""
        if not self.download:
            raise NotAllowed(_l("These photos are for looking only."))

    def hand_out(self, photo: Photo) -> bytes:
        """The file of one photo, through the same door as every delivery; Gone when the door is shut."""
        self.check_download()
        self._check_held(photo)
        if self.by is None:
            raise Gone(_l("This link is over. Ask whoever sent it to you for a new one."))
        try:
            delivery = Delivery.issue(
                photo,
                self.use,
                to=self.recipient,
                by=self.by,
                until=self.until,
                rendition=self.rendition,
                share=self.code,
                copy=self.copies().get(photo.id),
            )
            return delivery.file(by="visitor")
        except TrailClosed:
            raise
        except Refusal as refusal:
            raise Gone(_l("This photo is no longer available.")) from refusal

    def archive(self) -> Iterator[bytes]:
        """A ZIP of what may be handed out now, piece by piece: one photo in memory at a time."""
        pipe = _Pipe()
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as packed:
            for number, (photo, allowed) in enumerate(self.choices(), 1):
                if not allowed:
                    continue
                try:
                    data = self.hand_out(photo)
                except Gone:
                    continue  # shut between one photo and the next
                packed.writestr(f"{number:03d}-{photo.code}.jpg", data)
                yield pipe.drain()
        yield pipe.drain()

    def check_password(self, typed: str) -> None:
        """Raise Invalid for a wrong password, TooMany after ten of them within a quarter of an hour."""
        key = seal.blind(tools.keys.secret("throttle"), f"share:{self.code}")
        recent = Attempt.select().where(Attempt.key == key, Attempt.at > clock.now() - TRY_WINDOW)
        with db.atomic():
            # Counted before it is compared, one after another: a hundred guesses at once are a hundred guesses.
            take_turn()
            if recent.count() >= MOST_TRIES:
                raise TooMany
            guess = Attempt.create(key=key)
        with db.atomic():
            if password_holds(self.password, typed):
                guess.delete_instance()
                return
            Trace.leave("visitor", "share.wrong-password", self)
        raise Invalid(_l("That is not the password."), field="password")

    def revoke(self, *, by: User) -> None:
        """End the link now."""
        with db.atomic():
            Share.update(revoked_at=clock.now()).where(
                Share.id == self.id, Share.revoked_at.is_null()
            ).execute()
            Trace.leave(by, "share.revoked", self)

    def openings(self) -> list[ShareOpening]:
        """The last hundred times it was used."""
        query = ShareOpening.select().where(ShareOpening.share == self)
        return list(query.order_by(ShareOpening.id.desc()).limit(100))


class SharedPhoto(Record):
    """A photo of a share."""

    share = ForeignKeyField(Share, backref="shared", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, backref="shared", on_delete="CASCADE")
    place = IntegerField(default=0)
    copy = ForeignKeyField(Copy, null=True, on_delete="CASCADE")  # None: the photo as it is

    class Meta:
        personal, plain = (), ("place",)
        indexes = ((("share", "photo"), True),)


class ShareOpening(Record):
    """One use of a share: opened, one photo or all of them taken."""

    share = ForeignKeyField(Share, on_delete="CASCADE")
    photo = ForeignKeyField(Photo, null=True, on_delete="CASCADE", backref="+")
    kind = TextField()  # opened, downloaded, packed, printed
    address = TextField(default="")  # the network alone
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = ("address",), ("kind", "at")


class _Pipe(io.RawIOBase):
    """What a ZIP is written to: it can't be wound back, and gives away what it holds."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def drain(self) -> bytes:
        """Everything written since the last time."""
        out, self._held = bytes(self._held), bytearray()
        return out


def _check(photos: Sequence[Photo], recipient: str, rendition: str, password: str) -> None:
    if not photos:
        raise Invalid(_l("Choose at least one photo."))
    if len(photos) > MOST_PHOTOS:
        raise Invalid(_l("Share at most %(count)s photos at once."), count=MOST_PHOTOS)
    if not 2 <= len(recipient.strip()) <= 200:
        raise Invalid(_l("Say whom it is for: a person, or an organisation."), field="recipient")
    if rendition not in RENDITIONS:
        raise Invalid(_l("Choose a size that is offered."), field="rendition")
    if password and len(password) < SHORTEST_PASSWORD:
        raise Invalid(_l("Choose at least %(count)s characters."), field="password", count=SHORTEST_PASSWORD)


def _check_days(use: Use, until: date | None, expires_on: date | None) -> None:
    if until is None and use.irreversible:
        raise Invalid(_l("Say the last day of use: this can't be taken back once it is out."), field="until")
    latest = today() + timedelta(days=int(Setting.of("share_days")))
    if expires_on is not None and not today() <= expires_on <= latest:
        raise Invalid(_l("Choose a day from today to %(day)s."), field="expires_on", day=latest.isoformat())
    if until is not None and until < today():
        raise Invalid(_l("The last day of use lies in the past."), field="until")


def _check_left_out(refused: int, count: int, leave_out: bool) -> None:
    if refused == count:
        raise Invalid(_l("None of these photos may be shared for this use."), field="use")
    if refused and not leave_out:
        words = _l(
            "%(refused)s of %(count)s photos can't be shared for this use. Tick the box to leave them out."
        )
        raise Invalid(words, field="leave_out", refused=refused, count=count)


def _with_minors(photos: Sequence[Photo], verdicts: Mapping[str, Clearance]) -> set[int]:
    """Photos that show a child, which are not shared by link unless the organisation decided so (MIN-11)."""
    if Setting.of("share_minors"):
        return set()
    from models.person import Person

    seen = (
        Appearance.select(Appearance.photo, Person)
        .join(Person)
        .where(Appearance.photo.in_(list(photos)), Appearance.undone_at.is_null(), Person.born.is_null(False))
    )
    hidden = {
        (code, reason.person)
        for code, verdict in verdicts.items()
        for reason in verdict.reasons
        if reason.code is Code.MASKED_HERE
    }
    codes = {photo.id: photo.code for photo in photos}
    return {
        row.photo_id
        for row in seen
        if row.person.is_minor() and (codes[row.photo_id], row.person.code) not in hidden
    }
