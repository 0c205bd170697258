"""Rights that are carried out where the thing itself stands: a consent taken back, something wrong put right (Art. 7(3), 16; REC-01)."""

from __future__ import annotations

from typing import Any

from models.base import db
from models.claim import Channel, Claim, Identity, Outcome, Right, require_dpo
from models.claim_desk import HINDRANCES
from models.consent import Line, Withdrawal, in_force, withdraw
from models.errors import Invalid, Refusal, _l
from models.face import Appearance
from models.photo import Photo
from models.trail import Trace
from models.user import User

# How a withdrawal reached us, in the words of consents.
MEANS = {
    Channel.PAGE: "link", Channel.OWN_PAGE: "my photos", Channel.MAIL: "mail", Channel.LETTER: "letter", Channel.PHONE: "phone",
    Channel.DESK: "in person",
}  # fmt: skip


def standing(claim: Claim) -> list[Line]:
    """What whom a claim is about has agreed to and may take back, use by use."""
    return in_force(claim.person) if claim.person else []


def carry_out(claim: Claim, uses: list[str] | None, *, recognition: bool, by: User) -> int:
    """Take back on her behalf what she named (None: all of it), at once; returns how many lines ended (T6, WDR-01).

    Raises Refusal while we do not know that it is her, Invalid where nothing was named.
    """
    require_dpo(by)
    claim.require_open()
    if claim.person is None or claim.identity is Identity.OPEN:
        raise Refusal(_l("Name the person on file and make sure that it is her first."))
    if uses == [] and not recognition:
        raise Invalid(_l("Tick what is taken back."), field="use")
    with db.atomic():
        made = withdraw(
            claim.person, uses=uses, recognition=recognition, actor="staff", means=MEANS[claim.channel], by=by,
            guardian=claim.guardian,
        )  # fmt: skip
        Trace.leave(by, "claim.withdrawal", claim, person=claim.person, count=len(made))
    return len(made)


def at_once(claim: Claim, *, by: User | str) -> None:
    """Take everything back as soon as we know that it is her; where she wrote more, the privacy officer reads what she means first."""
    if claim.right is not Right.WITHDRAWAL or claim.words or claim.person is None:
        return
    actor = "staff" if isinstance(by, User) else "guardian" if claim.guardian_id else "person"
    withdraw(
        claim.person, uses=None, recognition=True, actor=actor, means=MEANS[claim.channel],
        by=by if isinstance(by, User) else None, guardian=claim.guardian,
    )  # fmt: skip


def taken_back(claim: Claim) -> list[Withdrawal]:
    """What was taken back since the claim came."""
    rows: Any = Withdrawal.select().join(Line).where(Line.person == claim.person, Withdrawal.at >= claim.at)
    return list(rows.order_by(Withdrawal.id))


def corrections(claim: Claim) -> list[str]:
    """What was put right since the claim came: the entry on file, who is in which photo, what a photo says (REC-01)."""
    if claim.person is None:
        return []
    changed = (
        (Trace.at >= claim.at) & (Trace.action == "person.changed") & (Trace.person == claim.person.code)
    )
    seen: Any = Appearance.select(Appearance.photo).where(Appearance.person == claim.person)
    theirs: Any = Photo.select(Photo.code).where(Photo.id.in_(seen))
    captions = (Trace.at >= claim.at) & (Trace.action == "photo.changed") & Trace.code.in_(theirs)
    tags: Any = Appearance.select().where(
        Appearance.person == claim.person, (Appearance.at >= claim.at) | (Appearance.undone_at >= claim.at)
    )
    done = {
        "entry": Trace.select().where(changed).exists(), "who": tags.exists(), "photo": Trace.select().where(captions).exists(),
    }  # fmt: skip
    return [what for what, happened in done.items() if happened]


def _carried_out(claim: Claim, outcome: Outcome) -> str | None:
    if outcome is not Outcome.GRANTED:
        return None
    if claim.right is Right.WITHDRAWAL and standing(claim) and not taken_back(claim):
        return _l("Take the consents back first: until then her photos are still used.")
    if claim.right is Right.RECTIFICATION and not corrections(claim):
        return _l("Nothing of her was corrected since this came in. Correct it first, or answer “done in part” and say what was done.")  # fmt: skip
    return None


HINDRANCES.insert(0, _carried_out)  # the deed first, then who must hear of it
