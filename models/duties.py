"""Which verb carries out which kind of job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models import (
    backups,
    campaign,
    chasing,
    comparing,
    copies,
    enrolling,
    entry,
    erasure,
    erasure_plan,
    evidence,
    face_looking,
    face_search,
    faceprints,
    forgetting,
    forgotten,
    importing,
    notice,
    pack,
    package,
    preparation,
    recolour,
    scan,
    webhook,
)

HANDLERS: dict[str, Callable[[int], Any]] = {
    "prepare": preparation.prepare,
    "look-harder": preparation.look_harder,
    "look-turned": preparation.look_turned,
    "faceprints": faceprints.make,
    "selfie": enrolling.look,
    "compare": comparing.compare,
    "copy": copies.make,
    "scan": scan.work_on,
    face_search.MEASURE: face_looking.measure,
    face_search.JOB: face_looking.work_on,
    "wipe": forgetting.wipe,
    "erase": erasure.erase_ordered,
    "tidy": erasure.tidy,
    erasure_plan.JOB: erasure_plan.carry_out,
    "recolour": recolour.everything,
    "recolour-album": recolour.album,
    "receipt": evidence.make_receipt,
    "notice": notice.send,
    "package": package.work_on,
    "my-links": entry.mail_links,
    "forgotten": forgotten.mail,
    "hook": webhook.send,
    "import": importing.carry_out,
    "campaign": campaign.ask_next,
    "chase": chasing.chase,
    "backup": backups.nightly,
    "keys-backup": backups.keys,
    "drill": backups.drill,
    "pack": pack.make,
}
