"""What the records say of one person, gathered once for the paper and the files of a package (table 4.2, DSR-22)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from peewee import chunked

from adapters import clock
from models import consultations, receipt, retention, states
from models import evidence as proof
from models.album import Album
from models.base import tools
from models.basis import Basis
from models.circumstance import Circumstance
from models.claim import Claim
from models.consent import Consent, Line, in_force
from models.delivery import Delivery
from models.disposition import Disposition
from models.face import Faceprint
from models.inquiry import Inquiry
from models.notice import Notice
from models.others import Others
from models.package import Package, PackagePicture
from models.photo import Photo, Tag
from models.publication import Publication
from models.selfie import Selfie
from models.share import Share, SharedPhoto
from models.transfers import transfers
from models.use import Use

PROOF_YEARS = 5  # after the end of a consent: how long it may have to be proved
BATCH = 500
Row = dict[str, Any]


@dataclass
class Facts:
    """Everything of one person, other people's names taken out; rows are plain values in the order they are printed."""

    person: Row
    images: list[Row] = field(default_factory=list)
    consents: list[Row] = field(default_factory=list)
    bases: list[Row] = field(default_factory=list)
    recipients: list[Row] = field(default_factory=list)
    publications: list[Row] = field(default_factory=list)
    sources: list[Row] = field(default_factory=list)
    circumstances: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    letters: list[Row] = field(default_factory=list)
    biometrics: list[Row] = field(default_factory=list)
    consultations: list[Row] = field(default_factory=list)
    transfers: list[Row] = field(default_factory=list)

    @property
    def has_any(self) -> bool:
        """Whether there is anything but her entry and this request."""
        return any(
            (self.images, self.consents, self.bases, self.messages[1:], self.biometrics, self.circumstances)
        )

    @property
    def lines(self) -> list[Row]:
        """The lines of every consent, with the code of the consent they stand in."""
        return [line | {"consent": consent["code"]} for consent in self.consents for line in consent["lines"]]


def of(package: Package) -> Facts:
    """Gather it, in the language of whoever asked."""
    claim, person = package.claim, package.person
    locale = package.locale
    others = Others(person, but=claim.guardian, instead=tools.typesetter.gettext("[other person]", locale))
    facts = Facts(_entry(package, others))
    facts.consents = [_consent(row, package, others) for row in person.consents.order_by(Consent.id)]
    facts.bases = [_basis(row, locale, others) for row in person.bases.order_by(Basis.id)]
    facts.circumstances = [
        {"what": row.kind.value, "since": row.since, "ended": row.ended_at, "note": others.without(row.note)}
        for row in person.circumstances.order_by(Circumstance.id)
    ]
    facts.messages = _messages(package, others)
    facts.letters = [
        {"at": row.sent_at, "what": row.kind.value}
        for row in Notice.select()
        .where(Notice.person == person, Notice.sent_at.is_null(False))
        .order_by(Notice.id)
    ]
    facts.biometrics = _biometrics(package)
    facts.consultations = [
        {"at": row.at, "purpose": tools.typesetter.gettext(row.purpose, locale), "role": row.role}
        for row in consultations.of(person)
    ]
    _add_photos(package, facts, others)
    facts.transfers = transfers(facts.publications, facts.recipients)
    return facts


def _entry(package: Package, others: Others) -> Row:
    person = package.person
    speakers = person.guardians.count()
    return {
        "code": person.code, "name": person.name, "email": person.email, "born": person.born,
        "relation": str(person.relation), "language": person.locale, "note": others.without(person.note),
        "since": person.created_at, "speakers": speakers,
    }  # fmt: skip


def may_show(consent: Consent, claim: Claim) -> bool:
    """Whether the paper of a signature holds nobody's name but that of whoever asks: else its content goes as data alone."""
    return consent.guardian_id is None or consent.guardian_id == claim.guardian_id


def _consent(consent: Consent, package: Package, others: Others) -> Row:
    lines = consent.answers()
    stood, locale = states.of(lines), package.locale
    shown = may_show(consent, package.claim)
    last = max((_proof_until(line) for line in lines), default=None)
    return {
        "code": consent.code, "signed": consent.signed_at, "means": consent.means.value, "language": consent.locale,
        "signer": consent.signer if shown else others.instead,
        "paper": shown and consent.receipt_at is not None, "proof_until": last,
        "lines": [
            {
                "use": line.use.name_in(locale) if line.use else tools.typesetter.gettext("Recognition", locale),
                "purpose": line.use.purpose if line.use else "recognition",
                "territory": line.use.territory if line.use else "",
                "article": receipt.SPECIAL_BASIS.removeprefix("eu-gdpr:") if line.use is None or line.explicit else "A6-1-a",
                "answer": line.answer.value, "state": stood[line.id].value, "scope": line.scope.value,
                "album": others.without(line.album.title) if line.album else "",
                "from": line.valid_from, "until": line.valid_until, "code": line.code,
            }
            for line in lines
        ],
    }  # fmt: skip


def _proof_until(line: Line) -> date:
    taken = line.withdrawals.first()
    end = (
        clock.day_of(taken.at, tools.zone)
        if taken
        else line.valid_until or clock.day_of(line.decided_at, tools.zone)
    )
    return clock.months_after(end, 12 * PROOF_YEARS)


def _basis(basis: Basis, locale: str, others: Others) -> Row:
    return {
        "use": basis.use.name_in(locale), "purpose": basis.use.purpose, "article": basis.article, "kind": basis.kind.value,
        "evidence": others.without(basis.evidence), "from": basis.valid_from, "until": basis.last_day, "ended": basis.ended_at,
        "informed": basis.informed_on, "code": basis.code,
    }  # fmt: skip


def _messages(package: Package, others: Others) -> list[Row]:
    """What she wrote herself, as she wrote it; what was noted for an answer without anybody's name."""
    asked = [
        {
            "at": row.at,
            "kind": row.kind.value,
            "words": row.words,
            "answer": others.without(row.note),
            "until": None,
        }
        for row in Inquiry.select().where(Inquiry.person == package.person).order_by(Inquiry.id)
    ]
    claims = [
        {
            "at": row.at, "kind": row.right.value, "words": row.words, "answer": row.outcome.value if row.outcome else "",
            "until": clock.months_after(clock.day_of(row.closed_at or clock.now(), tools.zone), 12 * PROOF_YEARS),
        }
        for row in Claim.select().where(Claim.person == package.person).order_by(Claim.id)
    ]  # fmt: skip
    return sorted(asked + claims, key=lambda row: row["at"])


def _biometrics(package: Package) -> list[Row]:
    prints = Faceprint.select().where(Faceprint.person == package.person).order_by(Faceprint.id)
    rows = [
        {"what": "faceprint", "source": row.source.value, "model": row.model, "at": row.at} for row in prints
    ]
    given = Selfie.select().join(Consent).where(Consent.person == package.person)
    return rows + [{"what": "selfie", "source": row.state.value, "model": "", "at": row.at} for row in given]


def _add_photos(package: Package, facts: Facts, others: Others) -> None:
    """Photos with their words, where each came from, to whom it went, and the day until which it stays."""
    last, batches = _ends(package), defaultdict[tuple[str, str, date], int](int)
    pictures = list(
        PackagePicture.select(PackagePicture, Photo, Album).join(Photo).join(Album)
        .where(PackagePicture.package == package).order_by(PackagePicture.id)
    )  # fmt: skip
    for some in chunked(pictures, BATCH):
        ids = [picture.photo_id for picture in some]
        others.near(ids)
        tags, due = defaultdict[int, list[str]](list), {}
        for tag in Tag.select().where(Tag.photo.in_(ids)).order_by(Tag.id):
            tags[tag.photo_id].append(others.without(tag.word, tag.photo_id, written=False))
        for row in Disposition.select().where(
            Disposition.person == package.person, Disposition.photo.in_(ids)
        ):
            due[row.photo_id] = row.due_on
        for picture in some:
            image = _image(picture, tags[picture.photo_id], due.get(picture.photo_id), last, others)
            facts.images.append(image)
            day = clock.day_of(picture.photo.taken_in_at, tools.zone)
            batches["upload" if picture.photo.by_id else "import", image["album"], day] += 1
        _add_recipients(facts, some, package.locale, others)
    facts.sources = [
        {"source": source, "album": album, "day": day, "photos": count}
        for (source, album, day), count in batches.items()
    ]


def _image(
    picture: PackagePicture, tags: list[str], due: date | None, last: tuple[date, str], others: Others
) -> Row:
    photo = picture.photo

    def clean(text: str, *, written: bool = True) -> str:
        return others.without(text, photo.id, written=written)

    until, why = (due, "decision") if due else last
    return {
        "code": photo.code, "file": f"images/{photo.code}.jpg" if picture.size else "", "album": clean(photo.album.title),
        "title": clean(photo.title), "caption": clean(photo.caption), "description": clean(photo.alt_text),
        "place": clean(photo.place), "tags": tags, "name": clean(photo.name, written=False), "taken": photo.taken_at,
        "taken_in": photo.taken_in_at, "width": picture.width, "height": picture.height, "covered": picture.covered,
        "own": picture.own, "until": until, "criterion": why, "sha256": picture.sha256, "why": picture.why,
    }  # fmt: skip


def _ends(package: Package) -> tuple[date, str]:
    """The day on which her photos are decided about, and why then: a concrete one, whatever is on file (Art. 15(1)(d))."""
    days = [line.valid_until for line in in_force(package.person) if line.is_yes and line.valid_until]
    grounds = [row.last_day for row in Basis.of(package.person)]
    if days and max(days) >= max(grounds, default=date.min):
        return max(days) + timedelta(days=retention.amount("ungrounded")), "consent"
    if grounds:
        return max(grounds) + timedelta(days=1), "basis"
    return package.claim.due.day, "request"


def _add_recipients(facts: Facts, pictures: list[PackagePicture], locale: str, others: Others) -> None:
    """To whom by name (C-154/21), for what, when; and where it is or was shown."""
    ids = [picture.photo_id for picture in pictures]
    left = (
        Delivery.select(Delivery, Use, Photo)
        .join(Use)
        .switch(Delivery)
        .join(Photo)
        .where(Delivery.photo.in_(ids))
    )
    row: Any
    for row in left.order_by(Delivery.id):
        facts.recipients.append({
            "recipient": row.recipient, "use": row.use.name_in(locale), "channel": row.use.channel.value,
            "territory": row.use.territory, "at": row.at, "until": row.until or row.valid_through, "image": row.photo.code,
            "how": "share" if row.share else "delivery",
        })  # fmt: skip
    open_ = (
        SharedPhoto.select(SharedPhoto, Share, Use, Photo).join(Share).join(Use).switch(SharedPhoto).join(Photo)
        .where(SharedPhoto.photo.in_(ids))
    )  # fmt: skip
    for row in open_.order_by(SharedPhoto.id):
        facts.recipients.append({
            "recipient": row.share.recipient, "use": row.share.use.name_in(locale), "channel": row.share.use.channel.value,
            "territory": row.share.use.territory, "at": row.share.at, "until": row.share.expires_on, "image": row.photo.code,
            "how": "link",
        })  # fmt: skip
    shown = Publication.select(Publication, Delivery, Use, Photo).join(Delivery).join(Use)
    shown = shown.join_from(Publication, Photo).where(Publication.photo.in_(ids))
    for row in shown.order_by(Publication.id):
        facts.publications.append({
            "where": row.url or row.medium, "use": row.delivery.use.name_in(locale), "channel": row.delivery.use.channel.value,
            "territory": row.delivery.use.territory, "from": row.from_on, "until": row.until_on, "ended": row.ended_at,
            "recipient": row.delivery.recipient, "image": row.photo.code,
        })  # fmt: skip


def evidence(package: Package) -> list[Row]:
    """The proof of each signature as data: how it was signed, and the receipt's own fields; nobody else's name (CON-10)."""
    found = []
    for consent in package.person.consents.order_by(Consent.id):
        data = receipt.data(consent)
        how = proof.steps(consent)
        if not may_show(consent, package.claim):
            how = {
                key: value
                for key, value in how.items()
                if key in ("identity", "role", "signed_at", "shown_sha256")
            }
            data.pop("withdrawal_method", None)  # another signer's own link
        found.append({"receipt": data, "signing": how})
    return found
