"""One of each class of the retention schedule whose clock starts at START, and how to see whether it is still there."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters import clock
from models import backing_up, backups, disposition, erasure, faces, keys_backup, recognition, retention
from models.album import Mode
from models.base import db, tools
from models.basis import Basis, BasisKind
from models.breach import Breach
from models.campaign import Campaign, CampaignWay
from models.claim import Channel, Claim, Identity, Outcome, Right
from models.claim_digits import ClaimDigits, Purpose
from models.claim_letter import ClaimLetter
from models.consent import About, Answer, Consent, Line, Means
from models.delivery import Delivery
from models.disposition import Disposition
from models.draft import Draft
from models.entry import Entry, LinkWish
from models.face import Act, Faceprint, Step
from models.face_search import FaceSearch, Over
from models.gather import today
from models.health import Beat
from models.importing import Import
from models.index import Indexed
from models.inquiry import Inquiry, InquiryKind
from models.job import Job
from models.package import Package, PackageKind
from models.person import Person
from models.photo import Arrival, Photo
from models.publication import Publication
from models.request import Choice, Request, Way
from models.retention import DAYS, HOURS, MONTHS, Rule, Term
from models.selfie import Selfie, State
from models.share import Share, SharedPhoto
from models.takedown import TakeDown
from models.trail import Trace
from models.user import Session
from models.visit import Visit
from models.webhook import HookCall, Webhook
from models.wording import Wording
from tests import leftovers

# Half an hour into the shortest day of Amsterdam's year, and in UTC still the day before; later than any line of the trail.
START = datetime(2040, 3, 24, 23, 30, tzinfo=UTC)
DAY = date(2040, 3, 25)
ZONE = ZoneInfo("Europe/Amsterdam")
SECOND = timedelta(seconds=1)
WHY = dict.fromkeys((*recognition.QUESTIONS, "children"), "Because the test has to say something here.")
There = Callable[[], bool]


def midnight(day: date) -> datetime:
    """The first instant of a day in Amsterdam."""
    return datetime.combine(day, time.min, ZONE).astimezone(UTC)


def limits(rule: Rule, amount: int) -> tuple[datetime, datetime]:
    """The last instant something of a class is there, and the first at which it is gone; reckoned by hand, not by the house."""
    if rule.key == "ungrounded":  # a day to decide by, not a length of time
        gone = midnight(DAY + timedelta(days=amount + 1))
    elif rule.unit in (HOURS, DAYS):
        # A selfie goes sooner: the sweep comes every ten minutes, and the hour is over whatever happens.
        end = START + (timedelta(minutes=45) if rule.key == "selfie" else timedelta(**{rule.unit: amount}))
        return end - SECOND, end + SECOND
    elif rule.unit == MONTHS:
        gone = midnight(
            date(DAY.year + (DAY.month + amount - 1) // 12, (DAY.month + amount - 1) % 12 + 1, DAY.day + 1)
        )
    else:
        consent = 2 if rule.key == "trail-evidence" else 0  # the longest consent after it
        gone = midnight(date(DAY.year + amount + consent, DAY.month, DAY.day + 1))
    return gone - SECOND, gone


@dataclass
class World:
    """A started house at START, with those who act in it."""

    house: Any

    def __post_init__(self) -> None:
        self.editor, self.dpo = self.house.user("editor"), self.house.user("dpo")
        self.album = self.house.album(by=self.editor)

    def photo(self, state: str = "cleared") -> Photo:
        """A photo with one verdict in the index, last looked at now."""
        photo = self.house.photo(self.album, by=self.editor)
        Indexed.delete().where(Indexed.photo == photo).execute()
        Indexed.create(photo=photo, use=self.house.use(), state=state)
        return photo

    def asked(self, person: Person | None = None) -> Request:
        """Somebody who was asked and has not answered."""
        who = person or self.house.person("Ad Asked", by=self.editor, email="ad@people.example")
        return Request.ask([who], [self.house.use()], Wording.current()[0], by=self.editor, way=Way.LINK)[0]

    def signed(self, person: Person) -> Consent:
        """A yes that ends today."""
        consent = Consent.create(
            person=person, means=Means.PAPER, locale="nl", signer="N. Voorbeeld", withdrawal_token=os.urandom(8).hex(),
            signed_at=clock.now(),
        )  # fmt: skip
        Line.create(
            consent=consent, person=person, about=About.USE, use=self.house.use(), answer=Answer.GIVEN, valid_from=today(),
            valid_until=today(), decided_at=clock.now(),
        )  # fmt: skip
        tools.vault.put(consent.vault_id, "evidence", b"proof")
        return consent

    def claim(
        self, person: Person | None = None, *, closed: bool = True, right: Right = Right.ACCESS
    ) -> Claim:
        """A request, answered now or open."""
        return Claim.create(
            right=right, channel=Channel.LETTER, name="Claire Claim", person=person, received_on=today(),
            identity=Identity.ATTESTED, closed_at=clock.now() if closed else None,
            outcome=Outcome.NOTHING if closed else None,
        )  # fmt: skip


def stays(row: Any) -> There:
    """Whether a row is still there."""
    return lambda: type(row).select().where(type(row)._meta.primary_key == row.get_id()).exists()


def every(*rows: Any) -> There:
    """Whether all of these are there; half of them is a fault whatever the time."""

    def there() -> bool:
        found = {stays(row)() for row in rows}
        assert len(found) == 1, [type(row).__name__ for row in rows if not stays(row)()]
        return found == {True}

    return there


def _review(world: World) -> There:
    photo = world.photo()
    return lambda: not Disposition.select().where(Disposition.photo == photo).exists()


def _unknown(world: World) -> There:
    photo = world.photo("unclear")
    return lambda: not Disposition.select().where(Disposition.photo == photo).exists()


def _ungrounded(world: World, person: Person | None = None) -> There:
    photo = world.photo("refused")
    Term.create(key="ungrounded", amount=retention.amount("ungrounded"), alone=True)
    disposition.queue([(person.id if person else None, photo.id)], "ended")
    return stays(photo)


def _evidence(world: World, person: Person | None = None) -> There:
    who = person or world.house.person("Eva Evidence", by=world.editor)
    consent = world.signed(who)
    basis = Basis.create(
        person=who, use=world.house.use(), kind=BasisKind.CONTRACT, article="6(1)(b)", evidence="paper", valid_from=today(),
        valid_until=today(), review_on=today(), by=world.dpo,
    )  # fmt: skip
    return every(consent, basis)


def _faceprint(world: World) -> There:
    renew(world)
    noor = world.house.person("Noor Voorbeeld", by=world.editor, email="noor@people.example")
    asked = Request.ask(
        [noor], [world.house.use()], Wording.current()[0], by=world.editor, way=Way.LINK, ask_recognition=True
    )[0]
    Consent.sign(asked, Choice({"website": True}, True), signer=noor.name, guardian=False, steps={})
    Line.update(valid_until=None).where(Line.person == noor).execute()
    photo = world.photo()
    Photo.update(width=600, height=400).where(Photo.id == photo.id).execute()
    face = faces.draw(Photo.get_by_id(photo.id), (0.1, 0.1, 0.3, 0.4), by=world.editor)
    faces.name(face, noor, by=world.editor)
    Photo.update(taken_in_at=clock.now() + timedelta(days=4000)).where(Photo.id == photo.id).execute()
    Job.drop("faceprints", "prepare")
    leftovers.plant(noor, face)
    return lambda: Faceprint.select().where(Faceprint.person == noor).exists()


def renew(world: World) -> None:
    """Weigh recognition anew: an assessment ends sooner than a faceprint."""
    recognition.switch_on(Mode.TRANSIENT, WHY, today() + timedelta(days=300), by=world.dpo)


def _selfie(world: World) -> There:
    consent = Consent.create(
        person=world.house.person("Sien Selfie", by=world.editor), means=Means.LINK, locale="nl", signer="Sien Selfie",
        withdrawal_token=os.urandom(8).hex(), signed_at=clock.now(),
    )  # fmt: skip
    selfie = Selfie.create(consent=consent, locale="nl")
    tools.vault.put(selfie.vault_id, "original", b"picture")
    return lambda: (
        Selfie.get_by_id(selfie.id).state is State.WAITING and tools.keys.has("object", selfie.vault_id)
    )


def _request_case(world: World, person: Person | None = None) -> There:
    claim = world.claim(person)
    letter = ClaimLetter.create(
        claim=claim, kind="granted", locale="nl", subject="Answer", words="Dear Claire"
    )
    asks = person or world.house.person("Ina Inquiry", by=world.editor)
    inquiry = Inquiry.create(
        person=asks, kind=InquiryKind.OTHER, words="why?", answered_at=clock.now(), note="sent"
    )
    return every(claim, letter, inquiry)


def _request_package(world: World) -> There:
    who = world.house.person("Piet Package", by=world.editor)
    package = Package.create(
        claim=world.claim(right=Right.PORTABILITY), person=who, kind=PackageKind.ACCESS, made_at=clock.now(),
        expires_at=clock.now() + timedelta(days=30),
    )  # fmt: skip
    tools.vault.put(package.vault_id, "zip", b"photos")
    return lambda: tools.vault.has(package.vault_id, "zip")


def _boxes(world: World) -> There:
    photo = world.photo()
    Photo.update(width=600, height=400).where(Photo.id == photo.id).execute()
    face = faces.draw(Photo.get_by_id(photo.id), (0.1, 0.1, 0.3, 0.4), by=world.editor)

    def there() -> bool:
        if clock.now() > START:
            erasure.erase_photo(photo, by=None)
        return stays(face)()

    return there


def _shared(world: World, person: Person | None = None, photo: Photo | None = None) -> There:
    shown, use = photo or world.photo(), world.house.use()
    Photo.update(taken_in_at=clock.now() + timedelta(days=4000)).where(Photo.id == shown.id).execute()
    delivery = Delivery.create(
        photo=shown, use=use, recipient="Zus", starts_on=today(), until=today(), verdict={}, expires_at=clock.now(),
    )  # fmt: skip
    publication = Publication.create(
        delivery=delivery, photo=shown, url="https://paper.example/", from_on=today(), until_on=today()
    )
    task = TakeDown.create(
        delivery=delivery, publication=publication, photo=shown, person=person, cause="WITHDRAWN", due_on=today(), done_at=clock.now(),
    )  # fmt: skip
    share = Share.create(
        token=os.urandom(8).hex(), use=use, recipient="Zus", expires_on=today(), until=today()
    )
    with db.atomic():
        for row in (delivery, publication, task, share):
            Trace.leave(world.editor, f"{type(row).__name__.lower()}.noted", row, address_of="zus")
    if person is not None:
        SharedPhoto.create(share=share, photo=shown)
    return every(delivery, publication, task, share)


def _trail(action: str) -> Callable[..., There]:
    def make(world: World, person: Person | None = None) -> There:
        with db.atomic():
            return stays(Trace.leave("system", action, person=person, number=1))

    return make


def _breach(world: World) -> There:
    return stays(
        Breach.create(
            aware_at=clock.now(), facts="f", kinds="k", effects="e", remedy="r", closed_at=clock.now()
        )
    )


def _backup(world: World) -> There:
    place = f"{world.house.config.data.parent / 'backups'}/"
    tools._wired.backups = replace(tools.backups, to=place)
    first = backing_up.make(place).name

    def there() -> bool:
        backups.nightly()
        with backing_up.reading(place) as kept:
            return first in backing_up.snapshots(kept)

    return there


def _key_backup(world: World) -> There:
    folder = world.house.config.data.parent / "key-backups"
    tools._wired.backups = replace(tools.backups, keys_to=f"{folder}/")
    first = folder / keys_backup.make(f"{folder}/")

    def there() -> bool:
        keys_backup.forget_old(f"{folder}/", tools.backups.keys_days)
        Beat.beat("keys-backup")
        return first.exists()

    return there


def _asked(world: World, person: Person | None = None) -> There:
    return stays(world.asked(person))


def _visitor(world: World, person: Person | None = None) -> There:
    campaign = Campaign.start(
        "Open day", [], [world.house.use()], Wording.current()[0], by=world.editor, way=CampaignWay.POSTER
    )
    who = person or world.house.person("Vera Visitor", by=world.editor)
    Visit.create(campaign=campaign, person=who)
    return stays(who)


def _draft(world: World) -> There:
    asked = world.asked(world.house.person("Dora Draft", by=world.editor))
    return stays(Draft.create(request=asked, sealed=b"x", expires_at=clock.now()))


def _import(world: World) -> There:
    rows = [
        Import.create(name="list.csv", digest="", headers=[], mapping={}, done_at=done, at=clock.now())
        for done in (clock.now(), None)
    ]
    for row in rows:
        tools.vault.put(row.vault_id, "table", b"name")

    def there() -> bool:
        assert len({row.is_kept for row in rows}) == 1
        return rows[0].is_kept

    return there


def _arrival(world: World) -> There:
    tools.vault.put("half-arrived", "original", b"half a photo")
    row = Arrival.create(code="half-arrived")
    return lambda: stays(row)() and tools.vault.has("half-arrived")


def _letters(world: World) -> There:
    path = tools.mailer.outbox / "kept.eml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"Subject: x\n\nDear Noor")
    os.utime(path, (START.timestamp(), START.timestamp()))
    return path.exists


def _session(world: World) -> There:
    return stays(Session.create(user=world.editor, token=os.urandom(8).hex(), address="192.0.2.0"))


def _entry(world: World) -> There:
    who = world.house.person("Ella Entry", by=world.editor)
    return every(Entry.create(person=who, sealed=b"123456"), LinkWish.create(sealed=b"x"))


def _digits(world: World) -> There:
    return stays(
        ClaimDigits.create(claim=world.claim(closed=False), purpose=Purpose.IDENTITY, sealed=b"123456")
    )


def _face_search(world: World) -> There:
    who = world.house.person("Fien Face", by=world.editor)
    search = FaceSearch.create(claim=world.claim(who, closed=False), means="page", statement="yes")
    return lambda: FaceSearch.get_by_id(search.id).over is not Over.LATE


def _step(world: World) -> There:
    photo = world.photo()
    Photo.update(taken_in_at=clock.now() + timedelta(days=4000)).where(Photo.id == photo.id).execute()
    return stays(Step.create(press="p", act=Act.REVIEWED, user=world.editor, photo=photo))


def _hook_call(world: World) -> There:
    hook = Webhook.create(url="https://hooks.example/", events=[], sealed=b"x", ended_at=clock.now())
    return stays(HookCall.create(webhook=hook, event="ping", key=os.urandom(8).hex(), values={}))


def _job(world: World) -> There:
    return stays(Job.create(kind="wipe", subject=0, done_at=clock.now()))


CASES: dict[str, Callable[..., There]] = {
    "review": _review, "unknown": _unknown, "ungrounded": _ungrounded, "evidence": _evidence, "faceprint": _faceprint, "selfie": _selfie, "face-search": _face_search,
    "request-case": _request_case, "request-package": _request_package, "boxes": _boxes, "shared": _shared,
    "trail-access": _trail("photo.viewed"), "trail-incident": _trail("breach.noted"), "trail-evidence": _trail("consent.signed"),
    "breach": _breach, "backup": _backup, "key-backup": _key_backup, "asked": _asked, "visitor": _visitor, "draft": _draft,
    "import": _import, "arrival": _arrival, "letters": _letters, "session": _session, "entry": _entry, "digits": _digits, "step": _step,
    "hook-call": _hook_call, "job": _job,
}  # fmt: skip
