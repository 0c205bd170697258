"""The proof of a consent: what was shown and chosen, sealed; and the receipt for whoever signed (SIG-02, CON-10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters import clock, pdf, seal
from models.base import db, tools
from models.consent import About, Answer, Consent, Line, scan_kind
from models.errors import Missing
from models.notice import Notice, NoticeKind
from models.permission import Permission
from models.request import Request
from models.setting import Setting
from models.trail import Head, Trace, knock, signer
from models.user import User

SCHEMA = "clearframe-consent/1"


def keep_shown(consent: Consent, request: Request, steps: Mapping[str, Any], drawing: bytes | None) -> None:
    """Put aside the exact text as shown and how it was signed, within the signature's transaction (CON-03)."""
    shown = shown_text(request, consent.locale)
    facts = {
        "identity": "none",
        **{key: str(value) for key, value in steps.items()},
        "asked_at": request.at.isoformat(),
        "opened_at": request.opened_at.isoformat() if request.opened_at else "",
        "signed_at": consent.signed_at.isoformat(),
        "link": seal.token_hash(request.token),
        "address": knock.get().address,
        "shown_sha256": hashlib.sha256(shown).hexdigest(),
    }
    tools.vault.put(consent.vault_id, "shown", shown)
    tools.vault.put(consent.vault_id, "facts", seal.canonical(facts))
    if drawing:
        tools.vault.put(consent.vault_id, "drawing", drawing)


@dataclass(frozen=True)
class Shown:
    """A wording as its reader sees it, with the organisation's own words in their places."""

    title: str
    body: str
    recognition: str
    number: int
    locale: str


def wording(request: Request, locale: str) -> Shown:
    """The text frozen for this request, in a language, every placeholder filled in."""
    version = request.version(locale)
    values = _values(request, version.locale)
    title, body, recognition = (
        version.filled(text, values) for text in (version.title, version.body, version.recognition)
    )
    return Shown(title, body, recognition, version.number, version.locale)


def shown_text(request: Request, locale: str) -> bytes:
    """The wording exactly as its reader sees it, as a page of its own."""
    shown = wording(request, locale)
    uses = [(use.name_in(shown.locale), use.about_in(shown.locale)) for use in request.uses()]
    return tools.typesetter.set(
        "signing/wording.html",
        shown.locale,
        shown=shown,
        uses=uses,
        ask_recognition=request.ask_recognition,
        album=request.album.title if request.album and not request.only_photos else "",
    ).encode()


def _values(request: Request, locale: str) -> dict[str, str]:
    settings = Setting.all()
    return {
        "organisation": str(settings["organisation"]),
        "address": str(settings["organisation_address"]),
        "contact": str(settings["privacy_email"] or settings["organisation"]),
        "until": tools.typesetter.day(request.valid_until, locale),
        "uses": ", ".join(use.name_in(locale) for use in request.uses()),
        "authority": AUTHORITIES.get(str(settings["country"]), AUTHORITIES["NL"]),
    }


# The supervisory authority a person can complain to (Art. 13(2)(d)).
AUTHORITIES = {
    "NL": "Autoriteit Persoonsgegevens (autoriteitpersoonsgegevens.nl)",
    "BE": "Gegevensbeschermingsautoriteit (gegevensbeschermingsautoriteit.be)",
    "DE": "Die Bundesbeauftragte für den Datenschutz und die Informationsfreiheit (bfdi.bund.de)",
}


def make_receipt(consent_id: int) -> None:
    """Make receipt and sealed evidence and mail the receipt; a job that may run twice."""
    consent = Consent.get_by_id(consent_id)
    if consent.receipt_at is not None:
        return
    head = Head.sign()
    receipt = pdf.render(_receipt_page(consent, head.note if head else ""))
    members = {
        "shown.html": bytes(tools.vault.read(consent.vault_id, "shown")),
        "facts.json": bytes(tools.vault.read(consent.vault_id, "facts")),
        "record.json": seal.canonical(record(consent)),
        "receipt.pdf": receipt,
        "head.txt": (head.note if head else "").encode(),
    }
    for role, name in (("drawing", "drawing.png"), ("paper", "paper")):
        if tools.vault.has(consent.vault_id, role):
            members[name] = bytes(tools.vault.read(consent.vault_id, role))
    tools.vault.put(consent.vault_id, "receipt", receipt)
    tools.vault.put(consent.vault_id, "evidence", seal.seal_bundle(members, signer()))
    with db.atomic():
        Consent.update(receipt_at=clock.now()).where(Consent.id == consent.id).execute()
        Trace.leave(
            "system",
            "consent.receipt-made",
            consent,
            person=consent.person,
            sha256=hashlib.sha256(receipt).hexdigest(),
        )
        if (consent.guardian or consent.person).email:
            Notice.put(
                NoticeKind.RECEIPT, f"receipt|{consent.code}", person=consent.person, guardian=consent.guardian,
                consent=consent.code,
            )  # fmt: skip


def _receipt_page(consent: Consent, head: str) -> str:
    if consent.request is None:
        raise Missing
    facts = json.loads(bytes(tools.vault.read(consent.vault_id, "facts")))
    return tools.typesetter.set(
        "pdf/receipt.html", consent.locale, consent=consent, lines=list(consent.lines.order_by(Line.number)), facts=facts,
        shown=wording(consent.request, consent.locale), organisation=str(Setting.of("organisation")),
        address=str(Setting.of("organisation_address")), contact=str(Setting.of("privacy_email")),
        head=head.split("\n")[2] if head else "", given=(Answer.GIVEN, Answer.RENEWED), link=consent.withdrawal_link,
        About=About,
    )  # fmt: skip


def receipt(consent: Consent) -> bytes:
    """The receipt as PDF, made on the spot when the worker has not come to it yet."""
    make_receipt(consent.id)
    return bytes(tools.vault.read(consent.vault_id, "receipt"))


def record(consent: Consent) -> dict[str, Any]:
    """The consent as data, for the receipt of ISO/IEC TS 27560 (CON-10): fields, choices, who acted."""
    settings, version = Setting.all(), consent.version
    return {
        "schema_version": SCHEMA,
        "record_id": consent.code,
        "receipt_id": f"{consent.code}-1",
        "pii_principal_id": consent.person.code,
        "language": consent.locale,
        "privacy_notice": {"number": version.number, "sha256": version.digest} if version else None,
        "controller": {
            "name": settings["organisation"], "address": settings["organisation_address"], "contact": settings["privacy_email"],
        },
        "lawful_basis": "eu-gdpr:A6-1-a",
        "collection_method": consent.means.value,
        "jurisdiction": settings["country"],
        "entity": "guardian" if consent.guardian_id else "subject",
        "event_time": consent.signed_at.isoformat(),
        "withdrawal_method": consent.withdrawal_link,
        "lines": [_line(line) for line in consent.lines.order_by(Line.number)],
    }  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    use = line.use
    given = "dpv:ExplicitlyExpressedConsent" if line.about is About.RECOGNITION else "dpv:ExpressedConsent"
    return {
        "about": line.about.value,
        "use": use.code if use else None,
        "purpose": use.purpose if use else None,
        "channel": use.channel.value if use else None,
        "territory": use.territory if use else None,
        "state": "dpv:ConsentGiven" if line.is_yes else "dpv:ConsentRefused",
        "event_type": given,
        "scope": line.scope.value,
        "valid_from": line.valid_from.isoformat(),
        "valid_until": line.valid_until.isoformat() if line.valid_until else None,
    }


def hand_out(consent: Consent, role: str, *, by: User) -> tuple[bytes, str]:
    """The receipt, the evidence bundle or the scan and its media type, for who may see proof; each look leaves a trace (AUD-02)."""
    by.require(Permission.EVIDENCE)
    if role not in ("receipt", "evidence", "paper"):
        raise Missing
    if role != "paper":
        make_receipt(consent.id)
    if not tools.vault.has(consent.vault_id, role):
        raise Missing
    data = bytes(tools.vault.read(consent.vault_id, role))
    with db.atomic():
        Trace.leave(by, f"consent.{role}-seen", consent, person=consent.person)
    return data, {"receipt": "application/pdf", "evidence": "application/zip"}.get(role) or scan_kind(data)
