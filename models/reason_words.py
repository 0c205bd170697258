"""What each reason says: one sentence per code, marked for translation, for pages, the API and the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.errors import _l
from models.reasons import Code, Reason

ANONYMOUS = _l("Someone in the photo")

# %(name)s is the person, %(day)s the date that explains the reason.
SENTENCES: dict[Code, str] = {
    Code.ASSET_ERASED: _l("This photo was erased."),
    Code.ASSET_QUARANTINED: _l("This photo is set aside until someone has looked at it."),
    Code.ASSET_RESTRICTED: _l("Use of this photo is restricted at someone's request."),
    Code.ASSET_LEGAL_HOLD: _l("This photo is kept for a legal matter and may not be used."),
    Code.EVENT_NOT_WEIGHED: _l(
        "There are children at this event, or it is held in public space, and no valid impact assessment covers that."
    ),
    Code.COPYRIGHT: _l("The photographer's rights don't allow use."),
    Code.COPYRIGHT_EXPIRED: _l("The photographer's licence has ended."),
    Code.COPYRIGHT_UNKNOWN: _l("It isn't known whether the photographer allows use."),
    Code.COPYRIGHT_ENDS_SOON: _l("The photographer's licence ends on %(day)s."),
    Code.COPYRIGHT_LICENSED: _l("The photographer's licence runs until %(day)s."),
    Code.INTERVAL_EXCEEDS_LICENCE: _l("The planned use goes on longer than the photographer's licence."),
    Code.PEOPLE_NOT_REVIEWED: _l("Nobody has confirmed yet who is in this photo."),
    Code.NO_RECOGNISABLE_PERSONS: _l("Nobody can be recognised in this photo."),
    Code.UNIDENTIFIED_FACE: _l("There is a face without a name."),
    Code.SUGGESTION_UNCONFIRMED: _l("A suggested name still has to be confirmed."),
    Code.NAME_IN_METADATA: _l("The file names someone who is not yet linked to a person."),
    Code.OBJECTION: _l("Someone in the crowd objected."),
    Code.SECRECY_UNCHECKED: _l(
        "A patient is in it: nobody has checked yet that it gives away nothing under professional secrecy."
    ),
    Code.EXCEPTION: _l("Cleared by exception until %(day)s, by two people, although: %(doubt)s"),
    Code.EXCEPTION_ENDS_SOON: _l("Cleared by exception until %(day)s, by two people, although: %(doubt)s"),
    Code.ERASURE_PENDING: _l("%(name)s asked to be erased."),
    Code.RESTRICTED_ART18: _l("%(name)s asked us not to use this for now."),
    Code.PROTECTED_PERSON: _l("%(name)s must not be shown, for their safety."),
    Code.OBJECTION_ART21_2: _l("%(name)s objected to advertising."),
    Code.DECEASED_NO_RELATIVE_CONSENT: _l("%(name)s has died, and no relative has agreed."),
    Code.DECEASED_OVER_10Y_REVIEW: _l("%(name)s died more than ten years ago; the privacy officer decides."),
    Code.RELATIVE_CONSENT: _l("%(name)s: a relative agreed."),
    Code.WITHDRAWN: _l("%(name)s withdrew consent."),
    Code.REFUSED: _l("%(name)s said no."),
    Code.INVALIDATED: _l("%(name)s: the consent turned out not to be valid."),
    Code.REVOKED: _l("%(name)s: the consent was ended by us."),
    Code.BASIS_CONFLICT_DPO: _l("%(name)s: the privacy officer has to look at this first."),
    Code.GUARDIAN_CONFLICT: _l("%(name)s: those who decide together don't agree."),
    Code.GUARDIAN_MISSING: _l("%(name)s is a minor, and a parent has not signed yet."),
    Code.CHILD_MISSING: _l("%(name)s is old enough to be asked too, and has not said yes."),
    Code.EXPLICIT_CONSENT_REQUIRED: _l("%(name)s: this scene needs an explicit consent."),
    Code.NOT_YET_VALID: _l("%(name)s: the consent begins on %(day)s."),
    Code.EXPIRED: _l("%(name)s: the consent ended on %(day)s."),
    Code.EVIDENCE_MISSING: _l("%(name)s: the proof of consent is not complete."),
    Code.COMING_OF_AGE_NOT_INFORMED: _l("%(name)s is old enough now to decide and has not been asked."),
    Code.COMING_OF_AGE_LAPSED: _l("%(name)s is old enough now to decide; the parent's consent has lapsed."),
    Code.INTERVAL_EXCEEDS_CONSENT: _l("%(name)s agreed until %(day)s; the planned use goes on longer."),
    Code.EXPIRES_SOON: _l("%(name)s agreed until %(day)s."),
    Code.CONSENT: _l("%(name)s agreed until %(day)s."),
    Code.CONTRACT: _l("%(name)s: by contract."),
    Code.ART9_CONDITION_MISSING: _l("%(name)s: this scene needs an explicit consent."),
    Code.OBJECTION_ART21_1: _l("%(name)s objected."),
    Code.LI_NOT_AVAILABLE_TO_AUTHORITY: _l("%(name)s: a public authority needs consent here."),
    Code.ASSESSMENT_MISSING: _l("The assessment for this event is missing."),
    Code.PERSON_NOT_TOLD: _l("%(name)s has not been told yet that the photo is used without consent."),
    Code.CHILD_REVIEW: _l("%(name)s is a child; the privacy officer has to look first."),
    Code.LI: _l("%(name)s: allowed without consent for this event."),
    Code.PUBLIC_TASK: _l("%(name)s: allowed as a public task."),
    Code.ASSET_NOT_COVERED: _l("%(name)s agreed for other photos, not for this one."),
    Code.TERRITORY_NOT_COVERED: _l("%(name)s did not agree for this region."),
    Code.PENDING: _l("%(name)s was asked and hasn't answered yet."),
    Code.CHANNEL_NOT_COVERED: _l("%(name)s agreed to other uses, not to this one."),
    Code.PURPOSE_NOT_COVERED: _l("%(name)s agreed to other uses, not to this one."),
    Code.NO_RECORD: _l("%(name)s has not been asked yet."),
    Code.MASKED_HERE: _l("%(name)s is hidden in this copy."),
}
ENDLESS = _l("%(name)s agreed.")


def sentence(reason: Reason, name: str, day: str, translate: Callable[[str], Any] = str) -> str:
    """What a reason says of this person, with its date already written out, through the given gettext function."""
    endless = reason.code is Code.CONSENT and reason.until is None
    words = str(translate(ENDLESS if endless else SENTENCES[reason.code]))
    return words % {"name": name, "day": day, "doubt": doubt(reason, name, translate)}


def doubt(reason: Reason, name: str, translate: Callable[[str], Any] = str) -> str:
    """What an override lets stand; nothing for any other reason."""
    return str(translate(SENTENCES[reason.lifted])) % {"name": name} if reason.lifted else ""


def by_exception(day: str, doubts: list[str], translate: Callable[[str], Any] = str) -> str:
    """One sentence for everything an override lets stand until a day."""
    return str(translate(SENTENCES[Code.EXCEPTION])) % {"day": day, "doubt": " ".join(doubts)}
