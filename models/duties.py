"""Which verb carries out which kind of job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models import (
    campaign,
    chasing,
    comparing,
    enrolling,
    entry,
    evidence,
    faceprints,
    importing,
    notice,
    preparation,
    recolour,
    webhook,
)

HANDLERS: dict[str, Callable[[int], Any]] = {
    "prepare": preparation.prepare,
    "faceprints": faceprints.make,
    "selfie": enrolling.look,
    "compare": comparing.compare,
    "recolour": recolour.everything,
    "recolour-album": recolour.album,
    "receipt": evidence.make_receipt,
    "notice": notice.send,
    "my-links": entry.mail_links,
    "hook": webhook.send,
    "import": importing.carry_out,
    "campaign": campaign.ask_next,
    "chase": chasing.chase,
}
