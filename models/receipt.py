"""The receipt of a consent as data: ISO/IEC TS 27560 fields in JSON-LD with DPV terms (CON-02, CON-10, CON-11)."""

from __future__ import annotations

from typing import Any

from models import states
from models.consent import About, Consent, Line
from models.setting import Setting
from models.states import State

SCHEMA = "clearframe-receipt/2"
_STATUS = {"@id": "dpv:hasConsentStatus", "@type": "@id"}
CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "iso": "urn:iso:ts:27560#",
    "event_state": _STATUS,
    "status_today": _STATUS,
}
# Every term a receipt may hold: all of them stand in the vocabulary's version 2.3.
STATUS = {
    State.GIVEN: "dpv:ConsentGiven",
    State.RENEWED: "dpv:RenewedConsentGiven",
    State.REFUSED: "dpv:ConsentRefused",
    State.WITHDRAWN: "dpv:ConsentWithdrawn",
    State.EXPIRED: "dpv:ConsentExpired",
    State.INVALIDATED: "dpv:ConsentInvalidated",
    State.REVOKED: "dpv:ConsentRevoked",
    State.SUPERSEDED: "dpv:ConsentExpired",
    State.UNKNOWN: "dpv:ConsentUnknown",
    State.REQUESTED: "dpv:ConsentRequested",
}
PURPOSES = {
    "information": "dpv:PublicRelations",
    "press": "dpv:PublicRelations",
    "internal": "dpv:PublicRelations",
    "advertising": "dpv:Advertising",
    "marketing": "dpv:Marketing",
    "recruitment": "dpv:Marketing",
}
SOCIAL, DIRECT, OTHER = "dpv:SocialMediaMarketing", "dpv:DirectMarketing", "dpv:Marketing"
EXPRESSED, EXPLICIT = "dpv:ExpressedConsent", "dpv:ExplicitlyExpressedConsent"
BASIS, SPECIAL_BASIS = "eu-gdpr:A6-1-a", "eu-gdpr:A9-2-a"
TERMS = frozenset(
    {*STATUS.values(), *PURPOSES.values(), SOCIAL, DIRECT, OTHER, EXPRESSED, EXPLICIT, BASIS, SPECIAL_BASIS}
)
METHODS = {
    "link": "form by personal link",
    "paper": "paper form",
    "device": "form in person, with a witness",
    "import": "taken over",
}


def data(consent: Consent) -> dict[str, Any]:
    """Everything a receipt says, with the state of each line today; keys as in table 1.1a."""
    settings, version = Setting.all(), consent.version
    lines = consent.answers()
    stood = states.of(lines)
    retention = "until the end of the consent; the proof for five years after it"
    return {
        "@context": CONTEXT,
        "schema_version": SCHEMA,
        "receipt_id": f"{consent.code}-1",
        "record_id": consent.code,
        "pii_principal_id": consent.person.code,
        "privacy_notice": {"version": version.number, "language": version.locale, "sha256": version.digest} if version else None,
        "language": consent.locale,
        "pii_controllers": [
            {
                "name": settings["organisation"], "address": settings["organisation_address"],
                "contact": settings["privacy_email"], "role": "controller",
            }
        ],
        "jurisdiction": settings["country"],
        "collection_method": METHODS[consent.means.value],
        "storage_locations": [settings["country"]],
        "retention_period": retention,
        "recipients": sorted({line.use.name_in("en") for line in lines if line.use is not None and line.is_yes}),
        "withdrawal_method": consent.withdrawal_link,
        "rights": ["access", "rectification", "erasure", "restriction", "portability", "objection", "complaint"],
        "event_time": consent.signed_at.isoformat(),
        "entity_id": _entity(consent),
        "services": [_line(line, stood[line.id]) for line in lines],
    }  # fmt: skip


def missing(record: dict[str, Any]) -> list[str]:
    """The mandatory fields that say nothing, so that no consent is given without them (CON-02)."""
    found = [key for key in MANDATORY if not record.get(key)]
    controller = record["pii_controllers"][0]
    return found + [f"controller {key}" for key in ("name", "address", "contact") if not controller[key]]


MANDATORY = (
    "schema_version", "receipt_id", "record_id", "pii_principal_id", "privacy_notice", "language", "pii_controllers",
    "jurisdiction", "collection_method", "storage_locations", "retention_period", "withdrawal_method", "event_time",
    "entity_id", "services",
)  # fmt: skip


def _entity(consent: Consent) -> str:
    if consent.guardian is None:
        return "subject"
    return consent.guardian.kind.value


def _line(line: Line, state: State) -> dict[str, Any]:
    use = line.use
    biometric = line.about is About.RECOGNITION
    return {
        "about": line.about.value,
        "use": use.code if use else None,
        "purpose": _purpose(line),
        "channel": use.channel.value if use else None,
        "territory": use.territory if use else None,
        "asset_scope": line.scope.value,
        "lawful_basis": BASIS,
        "special_category_basis": SPECIAL_BASIS if biometric or line.explicit else None,
        "personal_data": ["facial image", "faceprint"]
        if biometric
        else ["facial image", "name of the signer"],
        "event_type": EXPLICIT if biometric or line.explicit else EXPRESSED,
        "event_state": STATUS[State(line.answer.value)],
        "status_today": STATUS[state],
        "valid_from": line.valid_from.isoformat(),
        "valid_until": line.valid_until.isoformat() if line.valid_until else None,
    }


def _purpose(line: Line) -> str:
    use = line.use
    if use is None:
        return OTHER
    if use.direct_marketing:
        return DIRECT
    if use.channel.value == "social":
        return SOCIAL
    return PURPOSES.get(use.purpose, OTHER)
