"""Requests for consent: who is asked what, by which way, until when the link lives."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from peewee import BooleanField, DateField, ForeignKeyField, IntegerField, TextField
from playhouse.fields import EnumField

from adapters import clock, qr, seal
from models import fitting, organisation, signers
from models.album import Album
from models.attestation import attestation
from models.base import Moment, Record, code_field, db, tools
from models.campaign import Campaign
from models.errors import Gone, Invalid, Refusal, _l
from models.job import Job
from models.notice import Notice, NoticeKind
from models.permission import Permission
from models.person import Guardian, Person
from models.photo import Photo
from models.setting import Setting
from models.term import last_day
from models.trail import Trace
from models.use import Use
from models.user import User
from models.wording import EXPLICIT, SECOND_STEP, Version, Wording, WordingKind

PAUSE = timedelta(days=183)  # after a no, the same is not asked again for six months (T3)
MOST_ASKED = 200
IN_HAND = timedelta(hours=1)  # how long a device stays handed over
THANKS = timedelta(days=1)  # how long the page of thanks stays after signing


class Way(StrEnum):
    """How a request reaches the person."""

    MAIL = "mail"
    LINK = "link"
    QR = "qr"
    DEVICE = "device"  # on the device of a user who is there and watches


class Request(Record):
    """One person asked for consent; only the hash of the link's token is kept (SIG-04)."""

    code = code_field()
    person = ForeignKeyField(Person, backref="requests", on_delete="CASCADE")
    guardian = ForeignKeyField(Guardian, null=True, on_delete="CASCADE")  # asked in the minor's place
    wording = ForeignKeyField(Wording)
    number = IntegerField()  # the version shown, frozen when the request is made
    locale = TextField()
    way = EnumField(Way)
    token = TextField(unique=True)
    valid_until = DateField()  # proposed last day of the consent
    ask_recognition = BooleanField(default=False)
    only_photos = BooleanField(default=False)  # for the chosen photos only, else for all
    renews = BooleanField(default=False)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    campaign = ForeignKeyField(Campaign, null=True, backref="requests", on_delete="SET NULL")
    album = ForeignKeyField(
        Album, null=True, backref="+", on_delete="SET NULL"
    )  # the answer counts for it alone
    attested_by = ForeignKeyField(User, null=True, backref="+", on_delete="SET NULL")  # EMP-01
    attested_at = Moment(null=True)
    witness = ForeignKeyField(User, null=True, backref="+", on_delete="SET NULL")
    at = Moment(default=clock.now, index=True)
    expires_at = Moment()
    renewed = IntegerField(default=0)  # each reminder makes a new link and ends the old one
    reminded_at = Moment(null=True)
    opened_at = Moment(null=True)
    used_at = Moment(null=True)
    revoked_at = Moment(null=True)

    class Meta:
        personal = ("locale",)
        plain = (
            "code", "number", "way", "token", "valid_until", "ask_recognition", "only_photos", "renews", "at",
            "expires_at", "renewed", "opened_at", "used_at", "revoked_at", "attested_at", "reminded_at",
        )  # fmt: skip

    @classmethod
    def ask(
        cls,
        people: Sequence[Person],
        uses: Sequence[Use],
        wording: Wording,
        *,
        by: User | None,
        way: Way,
        photos: Iterable[Photo] = (),
        only_photos: bool = False,
        ask_recognition: bool = False,
        valid_until: date | None = None,
        renews: bool = False,
        campaign: Campaign | None = None,
        album: Album | None = None,
        attested: bool = False,
        signer: Guardian | Person | None = None,
    ) -> list[Request]:
        """Ask each person once, with a link of her own; a minor's guardian is asked in her place.

        Raises Invalid for nobody, nothing, too many, a missing guardian or address; what someone refused in the last
        six months is left out for her, and who is left with nothing is not asked (T3). Who depends on the organisation is
        asked only under an attestation (EMP-01). `signer`: she alone, who asked for it herself.
        """
        uses = list(dict.fromkeys(uses))
        until = cls._check(people, uses, by, valid_until, way)
        chosen, made = list(photos), []
        fitting.check_place(wording, chosen, album)
        with db.atomic():
            for person in people:
                wanted = [use for use in uses if renews or not refused_lately(person, use)]
                if not wanted:
                    continue
                if wording.kind is WordingKind.CONTRACT:
                    signers.check_contract(person)
                shown = _photos_of(person, chosen)
                for hand in [signer] if signer else signers.whose_hands(person, by_mail=way is Way.MAIL):
                    signers.check_address(hand, second_step=wording.kind in SECOND_STEP)
                    guardian = hand if isinstance(hand, Guardian) else None
                    request = cls.create(
                        person=person, guardian=guardian, wording=wording, number=campaign.number if campaign else wording.number, way=way,
                        token=seal.new_token(), locale=hand.locale or person.locale or tools.locale,
                        valid_until=valid_until or fitting.proposed_until([person]) or until,
                        ask_recognition=ask_recognition and signers.may_be_recognised(person, guardian),
                        only_photos=only_photos and bool(shown), renews=renews, by=by, expires_at=_link_end(),
                        campaign=campaign, album=album, **attestation(person, attested=attested, by=by, campaign=campaign),
                    )  # fmt: skip
                    request._send(wanted, shown, by)
                    made.append(request)
        if not made:
            raise Refusal(
                _l(
                    "Everyone chosen said no to this in the last six months. They can change their mind by their own link."
                )
            )
        return made

    def _send(self, uses: list[Use], photos: list[Photo], by: User | None) -> None:
        """Note what is asked and shown, make the link, and mail it if that is the way."""
        self._new_link()
        Asked.insert_many([{"request": self, "use": use} for use in uses]).execute()
        if photos:
            AskedPhoto.insert_many([{"request": self, "photo": photo} for photo in photos]).execute()
        Trace.leave(
            by or "system", "consent.requested", self, person=self.person, uses=uses, way=self.way.value,
            campaign=self.campaign, attested=self.attested_at is not None,
        )  # fmt: skip
        if self.way is Way.MAIL:
            self._mail()
        _recolour(self.person)

    @classmethod
    def _check(
        cls, people: Sequence[Person], uses: Sequence[Use], by: User | None, until: date | None, way: Way
    ) -> date:
        if by is not None:
            by.require(Permission.WITNESS if way is Way.DEVICE else Permission.ASK)
        if not people:
            raise Invalid(_l("Choose who to ask."), field="person")
        organisation.check_known()
        if len(people) > MOST_ASKED:
            raise Invalid(_l("Ask at most %(count)s people at once."), field="person", count=MOST_ASKED)
        if not uses:
            raise Invalid(_l("Choose at least one use."), field="use")
        return last_day(until)

    @property
    def raw_token(self) -> str:
        """The link's secret, worked out anew from our key: it is kept nowhere."""
        key = tools.keys.secret("request-links")
        raw = hmac.new(key, f"{self.code}|{self.renewed}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    @property
    def link(self) -> str:
        """The address to send to the person."""
        return f"{tools.base_url}/sign/{self.raw_token}"

    def qr(self, page: str = "") -> str:
        """The link, or a page below it, as an SVG of a QR code."""
        return qr.svg(self.link + page)

    @property
    def state(self) -> str:
        """signed, revoked, expired, opened or sent."""
        if self.used_at is not None:
            return "signed"
        if self.revoked_at is not None:
            return "revoked"
        if not self.is_open:
            return "expired"
        return "opened" if self.opened_at else "sent"

    def _new_link(self) -> None:
        self.token = seal.token_hash(self.raw_token)
        self.save(only=[Request.token])

    def _mail(self) -> None:
        Notice.put(
            NoticeKind.RENEWAL if self.renews else NoticeKind.REQUEST, f"request|{self.code}|{self.renewed}",
            person=self.person, guardian=self.guardian, request=self.code,
        )  # fmt: skip

    @classmethod
    def open(cls, token: str) -> Request:
        """The open request of this link, or Gone: used, revoked, expired and never made look alike."""
        row = cls.get_or_none(cls.token == seal.token_hash(token))
        if row is None or not row.is_open:
            raise Gone(
                _l("This link doesn't work any more: it was used, has expired, or was replaced by a newer one. Did you answer "
                   "already? Your receipt has the link to change your mind. Otherwise look for a newer message, or ask the "
                   "organisation for a new link.")
            )  # fmt: skip
        if row.guardian is not None:
            row.guardian.check_speaks()
        return row

    @classmethod
    def answered(cls, token: str) -> Request:
        """The request of a link that was signed within the last day, for the page of thanks; else Gone."""
        row = cls.get_or_none(cls.token == seal.token_hash(token), cls.used_at > clock.now() - THANKS)
        if row is None:
            raise Gone(
                _l("This page is closed. Your receipt was sent to you, with the link to change your mind.")
            )
        return row

    @property
    def needs_code(self) -> bool:
        """Whether the signature counts only with a code sent to the address on file: someone speaks for another, the consent is
        explicit, or it is a contract (SIG-05).
        """
        return self.guardian_id is not None or self.wording.kind in SECOND_STEP

    @property
    def is_explicit(self) -> bool:
        """Whether a yes is explicit in the sense of Art. 9(2)(a): its text says so and a second step confirms it (SPC-01)."""
        return self.wording.kind in EXPLICIT

    @property
    def is_contract(self) -> bool:
        """Whether what is signed is a paid contract, which is ended rather than taken back (section 1.6)."""
        return self.wording.kind is WordingKind.CONTRACT

    @property
    def signer(self) -> Guardian | Person:
        """Who is asked: the guardian in a minor's place, else the person."""
        return self.guardian or self.person

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered."""
        return self.used_at is None and self.revoked_at is None and self.expires_at > clock.now()

    def note_opening(self) -> None:
        """Remember the first opening; that is all a look does (SIG-03)."""
        Request.update(opened_at=clock.now()).where(
            Request.id == self.id, Request.opened_at.is_null()
        ).execute()

    def uses(self) -> list[Use]:
        """The uses asked for, in the organisation's order."""
        return list(Use.select().join(Asked).where(Asked.request == self).order_by(Use.place, Use.id))

    def pictures(self) -> list[Photo]:
        """The photos shown with the request."""
        return list(
            Photo.select()
            .join(AskedPhoto)
            .where(AskedPhoto.request == self, Photo.placeholder.is_null(False))
        )

    def version(self, locale: str = "") -> Version:
        """The text frozen when the request was made, in a language or in the one it was sent in."""
        return self.wording.text(locale or self.locale, self.number)

    def remind(self, *, by: User | None) -> None:
        """Make a new link, end the old one, and mail it if mail was the way; without a user the system reminds."""
        if by is not None:
            by.require(Permission.ASK)
        if self.used_at is not None or self.revoked_at is not None:
            raise Refusal(_l("This request is over."))
        with db.atomic():
            self._renew()
            if self.way is Way.DEVICE:  # whoever answers from now on does so without a witness
                self.way, self.witness = Way.MAIL if self.signer.email else Way.LINK, None
                self.save(only=[Request.way, Request.witness])
            if self.way is Way.MAIL:
                self._mail()
            Trace.leave(by or "system", "consent.reminded", self, person=self.person)

    def hand_over(self, *, by: User) -> None:
        """Let the person sign on this user's device; earlier links end, and the user is the witness (SIG-02)."""
        by.require(Permission.WITNESS)
        if self.used_at is not None or self.revoked_at is not None:
            raise Refusal(_l("This request is over."))
        with db.atomic():
            self._renew()
            self.way, self.witness, self.expires_at = Way.DEVICE, by, clock.now() + IN_HAND
            self.save(only=[Request.way, Request.witness, Request.expires_at])
            Trace.leave(by, "consent.handed-over", self, person=self.person)

    def _renew(self) -> None:
        self.renewed += 1
        self.expires_at, self.reminded_at = _link_end(), clock.now()
        self.save(only=[Request.renewed, Request.expires_at, Request.reminded_at])
        self._new_link()

    def revoke(self, *, by: User) -> None:
        """Take the request back; its link dies."""
        with db.atomic():
            Request.update(revoked_at=clock.now()).where(
                Request.id == self.id, Request.used_at.is_null()
            ).execute()
            Trace.leave(by, "consent.request-revoked", self, person=self.person)
            _recolour(self.person)


def refused_lately(person: Person, use: Use) -> bool:
    """Whether this person's newest answer for this use is a no of the last six months."""
    from models.consent import Answer, Line

    newest = (
        Line.select()
        .where(Line.person == person, Line.use == use)
        .order_by(Line.decided_at.desc(), Line.id.desc())
        .first()
    )
    return newest is not None and newest.answer is Answer.REFUSED and newest.decided_at > clock.now() - PAUSE


def _photos_of(person: Person, photos: list[Photo]) -> list[Photo]:
    """Those of the photos in which this person is named; all of them when she is in none yet (every face is covered then)."""
    from models.face import Appearance

    hers = Appearance.select(Appearance.photo).where(
        Appearance.person == person, Appearance.undone_at.is_null(), Appearance.photo.in_(photos)
    )
    ids = {row.photo_id for row in hers} if photos else set()
    return [photo for photo in photos if photo.id in ids] or photos


def _link_end() -> Any:
    return clock.now() + timedelta(days=int(Setting.of("link_days")))


def _recolour(person: Person) -> None:
    Job.put("recolour", person.id)


@dataclass(frozen=True)
class Choice:
    """What a signer chose: per use code yes or no, and recognition apart (None: not asked)."""

    uses: dict[str, bool]
    recognition: bool | None


class Asked(Record):
    """A use asked for in a request."""

    request = ForeignKeyField(Request, backref="asked", on_delete="CASCADE")
    use = ForeignKeyField(Use)

    class Meta:
        personal, plain = (), ()
        indexes = ((("request", "use"), True),)


class AskedPhoto(Record):
    """A photo shown with a request."""

    request = ForeignKeyField(Request, backref="photos", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, on_delete="CASCADE")

    class Meta:
        personal, plain = (), ()
        indexes = ((("request", "photo"), True),)
