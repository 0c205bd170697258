"""The words of a clearance: states, reason codes, next steps, what may be overridden, who may act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self


class State(StrEnum):
    """The four answers, best first (section 2 calls them allowed, expiring, unknown, blocked)."""

    CLEARED = "cleared"
    ENDS_SOON = "ends_soon"
    UNCLEAR = "unclear"
    BLOCKED = "blocked"


RANK: dict[State, int] = {state: rank for rank, state in enumerate(State)}


class Next(StrEnum):
    """The closed list of next steps a reason can offer."""

    ASK_CONSENT = "ask_consent"
    RENEW_CONSENT = "renew_consent"
    REMIND = "remind"
    NAME_FACE = "name_face"
    CONFIRM_PEOPLE = "confirm_people"
    RESOLVE_NAMES = "resolve_names"
    USE_MASKED_COPY = "use_masked_copy"
    PICK_OTHER_USE = "pick_other_use"
    ASK_GUARDIAN = "ask_guardian"
    ASK_DPO = "ask_dpo"
    SHORTEN_PERIOD = "shorten_period"
    SET_RIGHTS = "set_rights"
    CHECK_SECRECY = "check_secrecy"
    TELL_PERSON = "tell_person"
    WAIT = "wait"
    NONE = "none"


_CLEARED, _ENDS_SOON, _UNCLEAR, _BLOCKED = State


class Code(StrEnum):
    """Every reason there is, with its one state and its usual next step."""

    state: State
    next: Next

    def __new__(cls, value: str, state: State, step: Next) -> Self:
        member = str.__new__(cls, value)
        member._value_, member.state, member.next = value, state, step
        return member

    # The photo (A1-A9).
    ASSET_ERASED = "ASSET_ERASED", _BLOCKED, Next.NONE
    ASSET_QUARANTINED = "ASSET_QUARANTINED", _BLOCKED, Next.WAIT
    ASSET_RESTRICTED = "ASSET_RESTRICTED", _BLOCKED, Next.ASK_DPO
    ASSET_LEGAL_HOLD = "ASSET_LEGAL_HOLD", _BLOCKED, Next.ASK_DPO
    EVENT_NOT_WEIGHED = "EVENT_NOT_WEIGHED", _BLOCKED, Next.ASK_DPO
    COPYRIGHT = "COPYRIGHT", _BLOCKED, Next.SET_RIGHTS
    COPYRIGHT_EXPIRED = "COPYRIGHT_EXPIRED", _BLOCKED, Next.SET_RIGHTS
    COPYRIGHT_UNKNOWN = "COPYRIGHT_UNKNOWN", _UNCLEAR, Next.SET_RIGHTS
    COPYRIGHT_ENDS_SOON = "COPYRIGHT_ENDS_SOON", _ENDS_SOON, Next.SET_RIGHTS
    COPYRIGHT_LICENSED = "COPYRIGHT_LICENSED", _CLEARED, Next.NONE
    INTERVAL_EXCEEDS_LICENCE = "INTERVAL_EXCEEDS_LICENCE", _BLOCKED, Next.SHORTEN_PERIOD
    PEOPLE_NOT_REVIEWED = "PEOPLE_NOT_REVIEWED", _UNCLEAR, Next.CONFIRM_PEOPLE
    NO_RECOGNISABLE_PERSONS = "NO_RECOGNISABLE_PERSONS", _CLEARED, Next.NONE
    UNIDENTIFIED_FACE = "UNIDENTIFIED_FACE", _UNCLEAR, Next.NAME_FACE
    SUGGESTION_UNCONFIRMED = "SUGGESTION_UNCONFIRMED", _UNCLEAR, Next.NAME_FACE
    NAME_IN_METADATA = "NAME_IN_METADATA", _UNCLEAR, Next.RESOLVE_NAMES
    OBJECTION = "OBJECTION", _BLOCKED, Next.USE_MASKED_COPY
    SECRECY_UNCHECKED = "SECRECY_UNCHECKED", _UNCLEAR, Next.CHECK_SECRECY

    # A doubt that the privacy officer and a second person let stand until a day (PUB-07).
    EXCEPTION = "EXCEPTION", _CLEARED, Next.NONE
    EXCEPTION_ENDS_SOON = "EXCEPTION_ENDS_SOON", _ENDS_SOON, Next.NONE

    # A person (P1-P22).
    ERASURE_PENDING = "ERASURE_PENDING", _BLOCKED, Next.WAIT
    RESTRICTED_ART18 = "RESTRICTED_ART18", _BLOCKED, Next.ASK_DPO
    PROTECTED_PERSON = "PROTECTED_PERSON", _BLOCKED, Next.USE_MASKED_COPY
    OBJECTION_ART21_2 = "OBJECTION_ART21_2", _BLOCKED, Next.PICK_OTHER_USE
    DECEASED_NO_RELATIVE_CONSENT = "DECEASED_NO_RELATIVE_CONSENT", _BLOCKED, Next.ASK_DPO
    DECEASED_OVER_10Y_REVIEW = "DECEASED_OVER_10Y_REVIEW", _UNCLEAR, Next.ASK_DPO
    RELATIVE_CONSENT = "RELATIVE_CONSENT", _CLEARED, Next.NONE
    WITHDRAWN = "WITHDRAWN", _BLOCKED, Next.USE_MASKED_COPY
    REFUSED = "REFUSED", _BLOCKED, Next.USE_MASKED_COPY
    INVALIDATED = "INVALIDATED", _BLOCKED, Next.ASK_CONSENT
    REVOKED = "REVOKED", _BLOCKED, Next.ASK_CONSENT
    BASIS_CONFLICT_DPO = "BASIS_CONFLICT_DPO", _UNCLEAR, Next.ASK_DPO
    GUARDIAN_CONFLICT = "GUARDIAN_CONFLICT", _BLOCKED, Next.USE_MASKED_COPY
    GUARDIAN_MISSING = "GUARDIAN_MISSING", _BLOCKED, Next.ASK_GUARDIAN
    CHILD_MISSING = "CHILD_MISSING", _BLOCKED, Next.ASK_CONSENT
    EXPLICIT_CONSENT_REQUIRED = "EXPLICIT_CONSENT_REQUIRED", _BLOCKED, Next.ASK_CONSENT
    NOT_YET_VALID = "NOT_YET_VALID", _BLOCKED, Next.WAIT
    EXPIRED = "EXPIRED", _BLOCKED, Next.RENEW_CONSENT
    EVIDENCE_MISSING = "EVIDENCE_MISSING", _UNCLEAR, Next.RENEW_CONSENT
    COMING_OF_AGE_NOT_INFORMED = "COMING_OF_AGE_NOT_INFORMED", _UNCLEAR, Next.ASK_CONSENT
    COMING_OF_AGE_LAPSED = "COMING_OF_AGE_LAPSED", _BLOCKED, Next.ASK_CONSENT
    INTERVAL_EXCEEDS_CONSENT = "INTERVAL_EXCEEDS_CONSENT", _BLOCKED, Next.SHORTEN_PERIOD
    EXPIRES_SOON = "EXPIRES_SOON", _ENDS_SOON, Next.RENEW_CONSENT
    CONSENT = "CONSENT", _CLEARED, Next.NONE
    CONTRACT = "CONTRACT", _CLEARED, Next.NONE
    ART9_CONDITION_MISSING = "ART9_CONDITION_MISSING", _BLOCKED, Next.ASK_CONSENT
    OBJECTION_ART21_1 = "OBJECTION_ART21_1", _BLOCKED, Next.USE_MASKED_COPY
    LI_NOT_AVAILABLE_TO_AUTHORITY = "LI_NOT_AVAILABLE_TO_AUTHORITY", _BLOCKED, Next.ASK_CONSENT
    ASSESSMENT_MISSING = "ASSESSMENT_MISSING", _UNCLEAR, Next.ASK_DPO
    PERSON_NOT_TOLD = "PERSON_NOT_TOLD", _BLOCKED, Next.TELL_PERSON
    CHILD_REVIEW = "CHILD_REVIEW", _UNCLEAR, Next.ASK_DPO
    LI = "LI", _CLEARED, Next.NONE
    PUBLIC_TASK = "PUBLIC_TASK", _CLEARED, Next.NONE
    ASSET_NOT_COVERED = "ASSET_NOT_COVERED", _BLOCKED, Next.ASK_CONSENT
    TERRITORY_NOT_COVERED = "TERRITORY_NOT_COVERED", _BLOCKED, Next.ASK_CONSENT
    PENDING = "PENDING", _UNCLEAR, Next.REMIND
    CHANNEL_NOT_COVERED = "CHANNEL_NOT_COVERED", _BLOCKED, Next.ASK_CONSENT
    PURPOSE_NOT_COVERED = "PURPOSE_NOT_COVERED", _BLOCKED, Next.ASK_CONSENT
    NO_RECORD = "NO_RECORD", _UNCLEAR, Next.ASK_CONSENT
    MASKED_HERE = "MASKED_HERE", _CLEARED, Next.NONE


# PUB-07: a will that was spoken, or a safety measure, is lifted by no one; the DPO and a second
# person may lift a doubt, and any other block goes away only by removing its cause.
NEVER_OVERRIDE: frozenset[Code] = frozenset(
    {
        Code.WITHDRAWN,
        Code.REFUSED,
        Code.OBJECTION_ART21_2,
        Code.ERASURE_PENDING,
        Code.RESTRICTED_ART18,
        Code.ASSET_RESTRICTED,
        Code.PROTECTED_PERSON,
        Code.GUARDIAN_CONFLICT,
        Code.GUARDIAN_MISSING,
        Code.CHILD_MISSING,
    }
)
OVERRIDABLE: frozenset[Code] = frozenset(code for code in Code if code.state is State.UNCLEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why, for one person, one face or the photo as a whole; `until` is the last day of what it rests on.

    For NOT_YET_VALID `until` is the first day instead; a refusal that no date explains has none. `basis` is the code of the consent line, contract,
    assessment or override that was relied on; `lifted` is the doubt that an override lets stand.
    """

    code: Code
    person: str | None = None
    face: str | None = None
    until: date | None = None
    next: Next
    basis: str | None = None
    lifted: Code | None = None

    @property
    def state(self) -> State:
        """The state this reason alone would give."""
        return self.code.state


@dataclass(frozen=True, slots=True)
class Clearance:
    """The answer: the worst of its reasons, worst first; `valid_through` is None when refused or endless."""

    state: State
    valid_through: date | None
    reasons: tuple[Reason, ...]

    @property
    def allows(self) -> bool:
        """True when the photo may go out for this use."""
        return self.state is State.CLEARED or self.state is State.ENDS_SOON

    @property
    def overrides(self) -> list[str]:
        """The codes of the overrides it rests on (PUB-07)."""
        return sorted({reason.basis or "" for reason in self.reasons if reason.lifted})

    @property
    def obstacles(self) -> tuple[Reason, ...]:
        """The reasons that refuse, worst first; empty when it allows."""
        return tuple(reason for reason in self.reasons if RANK[reason.state] >= RANK[State.UNCLEAR])


class Action(StrEnum):
    """What someone wants to do with the photo (section 2.3)."""

    SEE = "see"
    EDIT = "edit"
    OUTWARD = "outward"
    ORIGINAL = "original"


class Circle(StrEnum):
    """The widest circle that may act; roles and teams narrow it elsewhere."""

    ALL = "all"
    EDITORS = "editors"
    KEEPERS = "keepers"
    DPO = "dpo"
    NOBODY = "nobody"


_MATRIX: dict[Action, tuple[Circle, Circle, Circle, Circle]] = {
    Action.SEE: (Circle.ALL, Circle.ALL, Circle.ALL, Circle.EDITORS),
    Action.EDIT: (Circle.ALL, Circle.ALL, Circle.ALL, Circle.DPO),
    Action.OUTWARD: (Circle.ALL, Circle.ALL, Circle.NOBODY, Circle.NOBODY),
    Action.ORIGINAL: (Circle.KEEPERS, Circle.KEEPERS, Circle.DPO, Circle.DPO),
}
HIDDEN: frozenset[Code] = frozenset({Code.ERASURE_PENDING, Code.PROTECTED_PERSON})


def permits(action: Action, clearance: Clearance) -> Circle:
    """Return the widest circle that may do this with a photo so cleared; never raises (section 2.3)."""
    if action not in _MATRIX:
        return Circle.NOBODY
    if action == Action.SEE and any(reason.code in HIDDEN for reason in clearance.reasons):
        return Circle.DPO
    return _MATRIX[action][RANK[clearance.state]]
