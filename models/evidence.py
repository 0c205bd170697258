"""The proof of a consent: what was shown and chosen, sealed; and the receipt for whoever signed (SIG-02, CON-10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from adapters import clock, imaging, seal
from adapters.keys import KeyGone
from adapters.sandbox import Unfit, Unreadable
from models import papers, selfie
from models import receipt as receipts
from models.authority import competent
from models.base import db, tools
from models.consent import About, Answer, Consent, Line, Withdrawal, scan_kind
from models.errors import Invalid, Missing, NotAllowed, _l
from models.notice import Notice, NoticeKind
from models.permission import Permission
from models.request import Request
from models.setting import Setting
from models.trail import Head, Trace, knock, signer
from models.use import Use
from models.user import User
from models.wording import Version

# What lies in the vault under a consent, and its name in the proof.
MEMBERS = {
    "shown": "shown.html", "facts": "facts.json", "record": "receipt.json", "receipt": "receipt.pdf", "drawing": "drawing.jpg",
    "paper": "paper",
}  # fmt: skip
ALWAYS = ("shown", "facts", "record", "receipt")


def keep_shown(consent: Consent, request: Request, steps: Mapping[str, Any], drawing: bytes | None) -> None:
    """Put aside the exact text as shown and how it was signed, within the signature's transaction (CON-03)."""
    shown = shown_text(request, consent.locale)
    sent = (
        Notice.select().where(Notice.key.startswith(f"request|{request.code}|")).order_by(Notice.id).first()
    )
    came = knock.get()
    facts = {
        "identity": "link",
        **{key: str(value) for key, value in steps.items()},
        "name": consent.signer,
        "role": consent.guardian.kind.value if consent.guardian else "self",
        "asked_at": request.at.isoformat(),
        "sent_at": _iso(sent.sent_at if sent else None),
        "sent_to": (request.signer.email or "") if request.way.value == "mail" else "",
        "opened_at": _iso(request.opened_at),
        "signed_at": consent.signed_at.isoformat(),
        "clock": "the server's own, UTC",
        "link": seal.token_hash(request.token),
        "network": came.address,
        "device": came.device,
        "trail_before": _tail(),
        "shown_sha256": hashlib.sha256(shown).hexdigest(),
    }
    tools.vault.put(consent.vault_id, "shown", shown)
    tools.vault.put(consent.vault_id, "facts", seal.canonical(facts))
    tools.vault.put(consent.vault_id, "record", seal.canonical(_complete(receipts.data(consent))))
    if drawing:
        tools.vault.put(consent.vault_id, "drawing", _pixels_only(drawing))


def _complete(record: dict[str, Any]) -> dict[str, Any]:
    """The record as it is at this moment, or Invalid: a consent that can't be proved is none (CON-02)."""
    lacking = receipts.missing(record)
    if lacking:
        raise Invalid(
            _l(
                "This can't be signed yet: the organisation has to fill in %(what)s first. Nothing was kept; your link stays open."
            ),
            what=", ".join(lacking),
        )
    return record


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _tail() -> str:
    last = Trace.select(Trace.head).order_by(Trace.seq.desc()).first()
    return str(last.head) if last else ""


def _pixels_only(drawing: bytes) -> bytes:
    """The drawn signature as a picture and nothing else: no text, no times, no strokes (SIG-06)."""
    try:
        return imaging.render(tools.sandbox, drawing, imaging.kind_of(drawing), longest=1040).data
    except (Unreadable, Unfit) as error:
        raise Invalid(
            _l("The drawing could not be read. Leave it out: your typed name is enough."), field="drawing"
        ) from error


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


def filled(version: Version, request: Request) -> str:
    """The body of any version with this request's particulars in their places."""
    return version.filled(version.body, _values(request, version.locale))


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
    return particulars(locale, request.valid_until, request.uses())


def particulars(locale: str, until: date, uses: Sequence[Use]) -> dict[str, str]:
    """What stands in the places of a text's facts, in a language: who asks, until when, what for."""
    settings = Setting.all()
    return {
        "organisation": str(settings["organisation"]),
        "address": str(settings["organisation_address"]),
        "contact": str(settings["privacy_email"] or settings["organisation"]),
        "until": tools.typesetter.day(until, locale),
        "uses": ", ".join(use.name_in(locale) for use in uses),
        "authority": str(competent()),
    }


def make_receipt(consent_id: int) -> None:
    """Make receipt and sealed evidence and mail the receipt; a job that may run twice."""
    consent = Consent.get_by_id(consent_id)
    if consent.receipt_at is not None:
        return
    head = Head.sign()
    receipt = _receipt(consent)
    tools.vault.put(consent.vault_id, "receipt", receipt)
    _seal(consent, head)
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


def seal_anew(consent: Consent) -> None:
    """Seal a proof once more when something was added to it; what it held stays byte for byte."""
    if consent.receipt_at is not None:
        _seal(consent, Head.sign())


def _seal(consent: Consent, head: Head | None) -> None:
    members = {
        name: bytes(tools.vault.read(consent.vault_id, role))
        for role, name in MEMBERS.items()
        if role in ALWAYS or tools.vault.has(consent.vault_id, role)
    }
    given = selfie.record(consent)
    if given is not None:
        members["selfie.json"] = seal.canonical(given)
    members["head.txt"] = (head.note if head else "").encode()
    tools.vault.put(consent.vault_id, "evidence", seal.seal_bundle(members, signer()))


def _receipt(consent: Consent) -> bytes:
    if consent.request is None:
        raise Missing
    facts = json.loads(bytes(tools.vault.read(consent.vault_id, "facts")))
    return papers.make(
        "receipt.html", consent.locale, consent=consent, lines=list(consent.lines.order_by(Line.number)), facts=facts,
        shown=wording(consent.request, consent.locale), organisation=str(Setting.of("organisation")),
        address=str(Setting.of("organisation_address")), contact=str(Setting.of("privacy_email")),
        given=(Answer.GIVEN, Answer.RENEWED), link=consent.withdrawal_link,
        About=About,
    )  # fmt: skip


def receipt(consent: Consent) -> bytes:
    """The receipt as PDF, made on the spot when the worker has not come to it yet."""
    make_receipt(consent.id)
    return bytes(tools.vault.read(consent.vault_id, "receipt"))


def steps(consent: Consent) -> dict[str, Any]:
    """How it was signed, as sealed; nothing once the proof is gone."""
    try:
        found: dict[str, Any] = json.loads(bytes(tools.vault.read(consent.vault_id, "facts")))
    except (KeyGone, FileNotFoundError):
        return {}
    return found


def kept_receipt(consent: Consent) -> bytes | None:
    """The receipt as it was made, or None where there is none."""
    try:
        return bytes(tools.vault.read(consent.vault_id, "receipt")) if consent.receipt_at else None
    except (KeyGone, FileNotFoundError):
        return None


def receipt_json(consent: Consent) -> bytes:
    """The receipt as data, with where each line stands today (CON-10)."""
    return json.dumps(receipts.data(consent), indent=2, ensure_ascii=False).encode()


def may_see(consent: Consent, user: User) -> bool:
    """Whether this user may look at the proof: once every yes in it was taken back, only the privacy officer (WDR-06)."""
    given = sum(line.is_yes for line in consent.answers())
    over = bool(given) and Withdrawal.select().join(Line).where(Line.consent == consent).count() == given
    erased = not consent.person.name  # nothing is left of her but the proof
    return user.may(Permission.COMPLIANCE if over or erased else Permission.EVIDENCE)


def hand_out(consent: Consent, role: str, *, by: User) -> tuple[bytes, str]:
    """The receipt, the evidence bundle or the scan and its media type, for who may see proof; each look leaves a trace (AUD-02)."""
    by.require(Permission.EVIDENCE)
    if not may_see(consent, by):
        raise NotAllowed(_l("All of it was taken back: only the privacy officer still looks at the proof."))
    if role not in ("receipt", "receipt.json", "evidence", "paper"):
        raise Missing
    if role == "receipt.json":
        with db.atomic():
            Trace.leave(by, "consent.receipt-seen", consent, person=consent.person)
        return receipt_json(consent), "application/json"
    if role != "paper":
        make_receipt(consent.id)
    if not tools.vault.has(consent.vault_id, role):
        raise Missing
    data = bytes(tools.vault.read(consent.vault_id, role))
    with db.atomic():
        Trace.leave(by, f"consent.{role}-seen", consent, person=consent.person)
    return data, {"receipt": "application/pdf", "evidence": "application/zip"}.get(role) or scan_kind(data)
