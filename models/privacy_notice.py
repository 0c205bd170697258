"""The privacy notice from the living configuration: what is kept of people in photos, why, how long, and who sees it (Art. 13, 14)."""

from __future__ import annotations

from dataclasses import dataclass

from models import modes
from models.authority import Authority, competent
from models.base import tools
from models.setting import Setting
from models.use import Use


@dataclass(frozen=True)
class PrivacyNotice:
    """What a person may know before she asks anything."""

    organisation: str
    address: str
    contact: str
    authority: Authority
    uses: list[Use]
    recognises: bool
    consent_months: int
    backup_days: int


def current() -> PrivacyNotice:
    """The notice as it is true today."""
    settings = Setting.all()
    return PrivacyNotice(
        organisation=str(settings["organisation"]), address=str(settings["organisation_address"]),
        contact=str(settings["privacy_email"]), authority=competent(),
        uses=list(Use.select().where(Use.ended_at.is_null()).order_by(Use.place)),
        recognises=modes.state().holds, consent_months=int(settings["consent_months"]),
        backup_days=int(tools.backups.days),
    )  # fmt: skip
