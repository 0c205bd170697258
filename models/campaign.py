"""Campaigns: many people asked for the same, each by a link of her own; a job carries out what is many."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from peewee import BooleanField, DateField, ForeignKeyField, IntegerField, ModelSelect, TextField
from playhouse.fields import EnumField

from adapters import clock, qr, seal
from models import fitting, organisation
from models.album import Album
from models.base import Moment, Record, code_field, db, tools
from models.errors import Gone, Invalid, Refusal, TrailClosed, _l
from models.gather import today
from models.job import Job
from models.permission import Permission
from models.person import Person
from models.term import last_day
from models.trail import Trace
from models.use import Use
from models.user import User
from models.wording import Wording

if TYPE_CHECKING:
    from models.photo import Photo

BATCH = 100  # asked or reminded in one go; more than that is a job's work
PACE = timedelta(minutes=1)  # between two batches, so that no mail server takes us for a flood
LONGEST_NAME = 120  # it stands on the poster
GAP = timedelta(days=3)  # nobody is reminded more often than this


class CampaignWay(StrEnum):
    """How a campaign reaches people: by mail, by links to hand over, by one poster for an event."""

    MAIL = "mail"
    LINK = "link"
    POSTER = "poster"


class Reach(StrEnum):
    """Which photos the answers count for."""

    ALL = "all"
    ALBUM = "album"
    PHOTOS = "photos"  # those photos of the album that show the person


class Campaign(Record):
    """One question to many; text, version and uses stay as they were when it started."""

    code = code_field()
    name = TextField()
    wording = ForeignKeyField(Wording)
    number = IntegerField()  # the version shown, frozen at the start
    way = EnumField(CampaignWay)
    scope = EnumField(Reach, default=Reach.ALL)
    album = ForeignKeyField(Album, null=True, on_delete="SET NULL")
    ask_recognition = BooleanField(default=False)
    valid_until = DateField()
    renews = BooleanField(default=False)
    remind = BooleanField(default=False)  # by itself, after 7 and 14 days
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    attested_by = ForeignKeyField(User, null=True, backref="+", on_delete="SET NULL")  # EMP-01
    attested_at = Moment(null=True)
    token = TextField(null=True, unique=True)  # hash of the poster's secret
    closed_at = Moment(null=True)
    chased_by = ForeignKeyField(User, null=True, backref="+", on_delete="SET NULL")
    chased_at = Moment(null=True)  # when somebody last had everyone reminded

    class Meta:
        personal = ("name",)
        plain = (
            "code", "number", "way", "scope", "ask_recognition", "valid_until", "renews", "remind", "at", "attested_at",
            "token", "closed_at", "chased_at",
        )  # fmt: skip

    @classmethod
    def seen_by(cls, user: User) -> ModelSelect[Campaign]:
        """The campaigns this user may look into."""
        return cls.select() if user.may(Permission.CONSENTS) else cls.select().where(cls.id.is_null())

    def album_seen_by(self, user: User) -> Album | None:
        """Its album, to whoever may see that: people are asked by the whole house, albums are a team's."""
        return user.albums().where(Album.id == self.album_id).first()

    @classmethod
    def start(
        cls,
        name: str,
        people: Sequence[Person],
        uses: Sequence[Use],
        wording: Wording,
        *,
        by: User,
        way: CampaignWay = CampaignWay.MAIL,
        scope: Reach = Reach.ALL,
        album: Album | None = None,
        ask_recognition: bool = False,
        valid_until: date | None = None,
        renews: bool = False,
        remind: bool = False,
        attested: bool = False,
    ) -> Campaign:
        """Begin, and ask everyone who may be asked: up to BATCH at once, more as jobs that a restart takes up again.

        Raises Invalid for no name, nobody, no use, no album where one is needed, or a missing attestation (EMP-01).
        """
        by.require(Permission.ASK)
        title = " ".join(name.split())
        if not 1 <= len(title) <= LONGEST_NAME:
            raise Invalid(
                _l("Give the campaign a name of at most %(count)s characters."),
                field="name",
                count=LONGEST_NAME,
            )
        if not uses:
            raise Invalid(_l("Choose at least one use."), field="use")
        if scope is not Reach.ALL and album is None:
            raise Invalid(_l("Choose the album the answers count for."), field="album")
        if not people and way is not CampaignWay.POSTER:
            raise Invalid(_l("Nobody is found to ask. Choose other people."), field="person")
        fitting.check_place(wording, (), album)
        _check_attested(people, attested)
        with db.atomic():
            campaign = cls(
                code=seal.new_code(), name=title, wording=wording, number=wording.number, way=way, scope=scope, album=album,
                ask_recognition=ask_recognition, valid_until=last_day(valid_until), renews=renews, remind=remind, by=by,
                attested_by=by if attested else None, attested_at=clock.now() if attested else None,
            )  # fmt: skip
            campaign.token = seal.token_hash(campaign.raw_token) if way is CampaignWay.POSTER else None
            campaign.save(force_insert=True)
            CampaignUse.insert_many([{"campaign": campaign, "use": use} for use in uses]).execute()
            Trace.leave(by, "campaign.started", campaign, uses=uses, people=len(people), attested=attested)
            campaign._enrol(people)
        if len(people) <= BATCH:
            ask_next(campaign.id)
        return campaign

    def uses(self) -> list[Use]:
        """The uses asked for, in the organisation's order."""
        chosen = Use.select().join(CampaignUse).where(CampaignUse.campaign == self)
        return list(chosen.order_by(Use.place, Use.id))

    def add(self, people: Sequence[Person], *, by: User, attested: bool = False) -> int:
        """Ask late comers too; returns how many are new. Who is in it already is not asked twice."""
        by.require(Permission.ASK)
        self._check_open()
        here = {row.person_id for row in self.addressees.select(Addressee.person)}
        new = [person for person in people if person.id not in here]
        _check_attested(new, attested or self.attested_at is not None)
        with db.atomic():
            if attested and self.attested_at is None:
                self.attested_by, self.attested_at = by, clock.now()
                self.save(only=[Campaign.attested_by, Campaign.attested_at])
            self._enrol(new)
            Trace.leave(by, "campaign.joined", self, people=len(new))
        if len(new) <= BATCH:
            ask_next(self.id)
        return len(new)

    def _enrol(self, people: Sequence[Person]) -> None:
        from models.audience import plan

        organisation.check_known()  # said once, before anybody is left out for it
        rows = plan(people, self.uses(), by_mail=self.way is CampaignWay.MAIL).rows()
        for start in range(0, len(rows), BATCH):
            Addressee.insert_many(
                [{"campaign": self, **row} for row in rows[start : start + BATCH]]
            ).execute()
        if len(people) > BATCH:
            Job.put("campaign", self.id)

    def waiting(self) -> ModelSelect[Addressee]:
        """The query of people who are still to be asked."""
        return self.addressees.where(Addressee.done_at.is_null(), Addressee.why == "")

    def left_out(self) -> list[Addressee]:
        """Who is not asked, and why, by name."""
        query = self.addressees.select(Addressee, Person).join(Person).where(Addressee.why != "")
        return list(query.order_by(Person.name, Person.id).limit(500))

    def chase(self, *, by: User) -> tuple[int, int]:
        """Remind everyone who has not answered, as a job; returns how many are, and how many were so just now."""
        by.require(Permission.ASK)
        self._check_open()
        with db.atomic():
            self.chased_by, self.chased_at = by, clock.now()
            self.save(only=[Campaign.chased_by, Campaign.chased_at])
            from models.chasing import unanswered

            due = unanswered(self, self.chased_at - GAP).count()
            rest = unanswered(self).count() - due
            if due:
                Job.put("chase", self.id)
            Trace.leave(by, "campaign.reminded", self, people=due)
        return due, rest

    def close(self, *, by: User) -> None:
        """End it: no poster, no reminders, no late comers; links that were sent live on until they expire."""
        by.require(Permission.ASK)
        if self.closed_at is not None:
            return
        with db.atomic():
            self.closed_at = clock.now()
            self.save(only=[Campaign.closed_at])
            Trace.leave(by, "campaign.closed", self)

    def _check_open(self) -> None:
        if self.closed_at is not None:
            raise Refusal(_l("This campaign is closed. Start a new one."))

    @property
    def raw_token(self) -> str:
        """The poster's secret, worked out anew from our key: it is kept nowhere."""
        raw = hmac.new(tools.keys.secret("campaign-posters"), self.code.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    @property
    def link(self) -> str:
        """The address on the poster."""
        return f"{tools.base_url}/join/{self.raw_token}"

    def qr(self) -> str:
        """The poster's link as an SVG of a QR code."""
        return qr.svg(self.link)

    @classmethod
    def of_poster(cls, token: str) -> Campaign:
        """The running campaign of a poster's link, or Gone: closed, over and never made look alike."""
        found = cls.get_or_none(
            cls.token == seal.token_hash(token), cls.closed_at.is_null(), cls.valid_until > today()
        )
        if found is None:
            raise Gone(_l("This poster is no longer in use. Ask the organisation for a link of your own."))
        return found


class CampaignUse(Record):
    """A use a campaign asks for."""

    campaign = ForeignKeyField(Campaign, backref="asked", on_delete="CASCADE")
    use = ForeignKeyField(Use)

    class Meta:
        personal, plain = (), ()
        indexes = ((("campaign", "use"), True),)


class Addressee(Record):
    """One person of a campaign: still to be asked, asked, or left out; `why` says refused, minor or another refusal."""

    campaign = ForeignKeyField(Campaign, backref="addressees", on_delete="CASCADE")
    person = ForeignKeyField(Person, backref="addressees", on_delete="CASCADE")
    by_mail = BooleanField(default=False)
    why = TextField(default="")
    until = DateField(null=True)  # not before this day, after a no
    done_at = Moment(null=True)

    class Meta:
        personal, plain = ("why",), ("by_mail", "until", "done_at")
        indexes = ((("campaign", "person"), True), (("campaign", "done_at"), False))


def ask_next(campaign_id: int) -> None:
    """Ask the next of a campaign, each in a transaction of her own, so that a restart neither skips nor doubles anyone."""
    campaign = Campaign.get_by_id(campaign_id)
    uses = campaign.uses()
    for row in list(campaign.waiting().order_by(Addressee.id).limit(BATCH)):
        _ask(campaign, row, uses)
    with db.atomic():
        if campaign.waiting().exists():
            # Nobody's server takes links for a flood: only mails wait.
            pace = PACE if campaign.way is CampaignWay.MAIL else timedelta(0)
            Job.put("campaign", campaign.id, due_at=clock.now() + pace)


def _ask(campaign: Campaign, row: Addressee, uses: Sequence[Use]) -> None:
    from models.request import Request, Way, refused_lately

    with db.atomic():
        mine = Addressee.update(done_at=clock.now()).where(
            Addressee.id == row.id, Addressee.done_at.is_null()
        )
        if mine.execute() != 1:
            return
        try:
            with db.atomic():
                photos = _photos(campaign, row.person)
                wanted = [
                    use for use in uses if not refused_lately(row.person, use)
                ]  # also when it renews (T3)
                Request.ask(
                    [row.person], wanted, campaign.wording, by=campaign.by, way=Way.MAIL if row.by_mail else Way.LINK,
                    photos=photos, only_photos=campaign.scope is Reach.PHOTOS and bool(photos),
                    ask_recognition=campaign.ask_recognition, valid_until=campaign.valid_until, renews=campaign.renews,
                    campaign=campaign, album=campaign.album if campaign.scope is not Reach.ALL else None,
                )  # fmt: skip
        except TrailClosed:
            raise  # she is asked once there is a trail again
        except Refusal as refusal:
            Addressee.update(why=refusal.kind).where(Addressee.id == row.id).execute()


def _photos(campaign: Campaign, person: Person) -> list[Photo]:
    """The album's photos that show this person."""
    from models.face import Appearance
    from models.photo import Photo

    if campaign.album_id is None:
        return []
    hers = Appearance.select(Appearance.photo).where(
        Appearance.person == person, Appearance.undone_at.is_null()
    )
    shown = Photo.select().where(Photo.album == campaign.album_id, Photo.id.in_(hers))
    return list(shown.order_by(Photo.id.desc()).limit(50 if campaign.scope is Reach.PHOTOS else 12))


def _check_attested(people: Sequence[Person], attested: bool) -> None:
    from models.attestation import is_dependent

    if not attested and any(is_dependent(person) for person in people):
        words = _l("Some of them depend on the organisation. Confirm that the choice is free before asking.")
        raise Invalid(words, field="attest")


def running_in(album: Album) -> Campaign | None:
    """The newest open campaign of an album, for whoever is on location."""
    query = Campaign.select().where(Campaign.album == album, Campaign.closed_at.is_null())
    found: Campaign | None = query.where(Campaign.valid_until > today()).order_by(Campaign.id.desc()).first()
    return found
