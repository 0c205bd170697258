"""What follows from a withdrawal besides the shut doors: faceprints go, the person is told."""

from __future__ import annotations

from models import faceprints
from models.consent import Line, Withdrawal
from models.job import Job
from models.notice import Notice, NoticeKind
from models.opting_in import is_opted_in
from models.person import Person


def forget_faceprints(person: Person) -> None:
    """Destroy what recognition kept of her, within the caller's transaction (BIO-07)."""
    faceprints.forget(person, "withdrawn")


def answered_recognition(person: Person) -> None:
    """She signed: a yes makes the worker look at her photos, a no, as when she will not renew, forgets at once (BIO-07).

    Within the caller's transaction; nothing was asked about recognition, nothing changes.
    """
    if is_opted_in(person):
        Job.put("faceprints", person.id)
    else:
        faceprints.forget(person, "refused")


def tell(person: Person, lines: list[Line], made: list[Withdrawal]) -> None:
    """Confirm the withdrawal by mail to whoever signed, once."""
    guardian = lines[0].consent.guardian
    reader = guardian or person
    if reader.email:
        Notice.put(
            NoticeKind.WITHDRAWN, f"withdrawn|{made[0].code}", person=person, guardian=guardian,
            lines=[line.code for line in lines],
        )  # fmt: skip
