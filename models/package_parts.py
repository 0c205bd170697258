"""The files of a package, one after another: pictures, papers, data, tables, and a list of what is in it (table 4.2, PRT-01)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from peewee import chunked

from adapters import metadata, tables
from models import evidence, faceprints, package_facts, portable
from models.base import tools
from models.consent import Consent
from models.face import Faceprint
from models.package import Package, PackageKind, PackagePicture
from models.package_facts import Facts, Row
from models.photo import Photo
from models.setting import Setting

SCHEMA = "clearframe-package/1"
BATCH = 200
CONTEXT = {
    "dpv": "https://w3id.org/dpv#", "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#", "schema": "https://schema.org/",
    "name": "schema:name", "email": "schema:email",
}  # fmt: skip
IMAGES = (
    "code", "file", "title", "caption", "description", "place", "tags", "name", "album", "taken", "taken_in", "until",
    "criterion", "own", "covered", "sha256",
)  # fmt: skip
PUBLICATIONS = ("where", "use", "channel", "territory", "from", "until", "ended", "recipient", "image")
RECIPIENTS = ("recipient", "use", "how", "at", "until", "image")
ACCESS = ("at", "purpose", "role")
File = tuple[str, bytes]


def files(package: Package, facts: Facts, paper: bytes) -> Iterator[File]:
    """Every file with its name, one in memory at a time; last the list of their hashes, by which each can be checked."""
    made = (
        _access(package, facts, paper)
        if package.kind is PackageKind.ACCESS
        else _portable(package, facts, paper)
    )
    lines = []
    for name, data in made:
        lines.append(f"{hashlib.sha256(data).hexdigest()}  {name}")
        yield name, data
    yield "manifest.sha256", ("\n".join(lines) + "\n").encode()


def _access(package: Package, facts: Facts, paper: bytes) -> Iterator[File]:
    yield "README.txt", _readme(package)
    yield "access.pdf", paper
    yield "data.json", _json(_data(facts, package))
    yield "evidence.json", _json(package_facts.evidence(package))
    yield "images.csv", _csv(IMAGES, facts.images)
    yield "publications.csv", _csv(PUBLICATIONS, facts.publications)
    yield "recipients.csv", _csv(RECIPIENTS, facts.recipients)
    yield "access-log.csv", _csv(ACCESS, facts.consultations)
    template = _template(package)
    if template is not None:
        yield "template.json", _json(template)
    yield from _receipts(package)
    for picture in _pictures(package):
        yield f"images/{picture.photo.code}.jpg", picture.data


def _portable(package: Package, facts: Facts, paper: bytes) -> Iterator[File]:
    """What she gave us herself, and pictures of her alone: nothing that we noted, weighed or worked out (Art. 20, WP242)."""
    yield "README.txt", _readme(package)
    yield "portability.pdf", paper
    yield "data.json", _json(provided(facts, package))
    yield "evidence.json", _json(package_facts.evidence(package))
    yield "consents.csv", _csv(*portable.answers(package))
    yield "images.csv", _csv(("code", "file", "taken", "width", "height", "sha256"), facts.images)
    yield from _receipts(package)
    owner = str(Setting.of("organisation"))
    for picture in _pictures(package):
        yield f"images/{picture.photo.code}.jpg", _with_card(picture, package, owner)


def _with_card(picture: PackagePicture, package: Package, owner: str) -> bytes:
    """A picture that says of itself what it is and who is in it, for the next place it is brought to."""
    photo = picture.photo
    card = metadata.Card(
        creator="", credit="", copyright=owner, title="", caption="", date_created=photo.taken_at, alt_text="", usage_terms="",
        licensor_name="", licensor_url="", web_statement="", model_status="MR-NON", model_ids=[],
        data_mining="DMI-PROHIBITED-AIMLTRAINING", source_type="digitalCapture", instance=photo.code, valid_until=None,
        names=[package.person.name], regions=[], size=(picture.width, picture.height),
    )  # fmt: skip
    return metadata.write_card(picture.data, ".jpg", card)


def _pictures(package: Package) -> Iterator[PackagePicture]:
    ids = [row.id for row in package.pictures.where(PackagePicture.size > 0).order_by(PackagePicture.id)]
    for some in chunked(ids, BATCH):
        query = (
            PackagePicture.select(PackagePicture, Photo, Package)
            .join(Photo)
            .join_from(PackagePicture, Package)
        )
        yield from query.where(PackagePicture.id.in_(some)).order_by(PackagePicture.id)


def _receipts(package: Package) -> Iterator[File]:
    for consent in package.person.consents.order_by(Consent.id):
        paper = evidence.kept_receipt(consent) if package_facts.may_show(consent, package.claim) else None
        if paper is not None:
            yield f"consents/{consent.code}.pdf", paper


def _data(facts: Facts, package: Package) -> Row:
    """The whole of it for programs."""
    return {
        "@context": CONTEXT, "schema_version": SCHEMA, "kind": package.kind.value, "package": package.code,
        "request": package.claim.code, "controller": _controller(), "data_subject": facts.person, "images": facts.images,
        "consents": facts.consents, "bases": facts.bases, "recipients": facts.recipients, "publications": facts.publications,
        "sources": facts.sources, "circumstances": facts.circumstances, "messages": facts.messages, "letters": facts.letters,
        "biometrics": facts.biometrics, "transfers": facts.transfers,
        "automated_decisions": "none under Art. 22; face suggestions are confirmed by a person",
    }  # fmt: skip


def provided(facts: Facts, package: Package) -> Row:
    """Only what she provided: contact, choices, her own words, and which pictures are of her alone (PRT-01)."""
    contact = {key: facts.person[key] for key in ("code", "name", "email", "born", "language")}
    return {
        "@context": CONTEXT, "schema_version": SCHEMA, "kind": package.kind.value, "package": package.code,
        "controller": _controller(), "data_subject": contact, "consents": facts.consents,
        "messages": [{key: row[key] for key in ("at", "kind", "words")} for row in facts.messages],
        "images": [{key: row[key] for key in ("code", "file", "taken", "width", "height", "sha256")} for row in facts.images],
    }  # fmt: skip


def _controller() -> Row:
    return {
        "name": str(Setting.of("organisation")), "address": str(Setting.of("organisation_address")),
        "contact": str(Setting.of("privacy_email")),
    }  # fmt: skip


def _template(package: Package) -> Row | None:
    """The numbers that describe her face, where she agreed that there are some (Art. 15(3))."""
    rows = list(Faceprint.select().where(Faceprint.person == package.person).order_by(Faceprint.id))
    if not rows:
        return None
    numbers = [
        base64.b64encode(vector).decode()
        for _, some in faceprints.opened([package.person])
        for vector in some
    ]
    return {
        "model": rows[0].model, "format": "128 float32, little endian, base64", "templates": numbers,
        "made_at": [row.at for row in rows], "sources": [row.source.value for row in rows],
    }  # fmt: skip


def _readme(package: Package) -> bytes:
    values = {
        "package": package, "claim": package.claim, "organisation": str(Setting.of("organisation")),
        "contact": str(Setting.of("privacy_email")), "portable": package.kind is PackageKind.PORTABILITY,
    }  # fmt: skip
    return tools.typesetter.set("claims/package-readme.txt", package.locale, **values).encode()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_said).encode()


def _said(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    return tables.written(columns, ([_cell(row.get(column)) for column in columns] for row in rows))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return "; ".join(value) if isinstance(value, list) else _said(value)
