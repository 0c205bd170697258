"""What follows from a withdrawal besides the shut doors: faceprints go, the person is told."""

from __future__ import annotations

from models import faceprints
from models.consent import Line, Withdrawal
from models.notice import Notice, NoticeKind
from models.person import Guardian, Person


def forget_faceprints(person: Person) -> None:
    """Destroy what recognition kept of her, within the caller's transaction (BIO-07)."""
    faceprints.forget(person)


def tell(person: Person, lines: list[Line], made: list[Withdrawal], guardian: Guardian | None) -> None:
    """Confirm the withdrawal by mail, once each, to whoever took it back and to who signed for her and may still speak (MIN-08)."""
    signed = {line.consent.guardian for line in lines if line.consent.guardian is not None}
    speaking = sorted((each for each in signed if each.may_speak), key=lambda each: each.id)
    for reader in dict.fromkeys([guardian or person, *speaking]):
        if reader.email:
            by = reader if isinstance(reader, Guardian) else None
            Notice.put(
                NoticeKind.WITHDRAWN, f"withdrawn|{made[0].code}|{reader.code}", person=person, guardian=by,
                lines=[line.code for line in lines],
            )  # fmt: skip
