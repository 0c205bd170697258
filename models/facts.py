"""What a clearance is decided on: plain facts that a gatherer reads from the tables, and nothing else.

A field has a default only where leaving it out refuses; whatever could clear a photo must be said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Licence(StrEnum):
    """What the photographer allows (copyright, not consent; BAS-05)."""

    GRANTED = "granted"
    UNKNOWN = "unknown"
    DENIED = "denied"


class Held(StrEnum):
    """Why the photo itself is kept back (A2)."""

    QUARANTINED = "quarantined"
    RESTRICTED = "restricted"
    UNWEIGHED = "unweighed"  # an event with children or in public space that no valid assessment covers
    LEGAL_HOLD = "legal_hold"


class FaceWord(StrEnum):
    """The word on one place in the photo; every word but UNIDENTIFIED and SUGGESTED is a human's."""

    PERSON = "person"
    UNIDENTIFIED = "unidentified"
    SUGGESTED = "suggested"
    NOT_A_PERSON = "not_a_person"
    NOT_RECOGNISABLE = "not_recognisable"
    MASKED = "masked"
    CROWD = "crowd"


class CrowdBasis(StrEnum):
    """What the event record says about its crowd (GRP-02)."""

    LI = "li"
    PUBLIC_TASK = "public_task"
    OBJECTION = "objection"
    MISSING = "missing"


class LineState(StrEnum):
    """The stored states of a consent line (section 1.2); expired and ends soon come from dates alone."""

    GIVEN = "given"
    RENEWED = "renewed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    INVALIDATED = "invalidated"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    REQUESTED = "requested"
    UNKNOWN = "unknown"


class Signer(StrEnum):
    """Who put a hand under the line."""

    PERSON = "person"
    GUARDIAN = "guardian"
    BOTH = "both"
    RELATIVE = "relative"


class BasisKind(StrEnum):
    """A legal basis other than consent (section 1.6)."""

    CONTRACT = "contract"
    LI = "li"
    PUBLIC_TASK = "public_task"


@dataclass(frozen=True, slots=True)
class Period:
    """The days of the planned use, both inclusive, in the organisation's zone."""

    start: date
    end: date | None  # None: open ended


@dataclass(frozen=True, slots=True, kw_only=True)
class UseFacts:
    """What the photo is wanted for."""

    code: str
    purpose: str
    channel: str
    territory: str
    irreversible: bool  # print, broadcast, vehicle, third party: cannot be taken back (PUB-06)
    direct_marketing: bool  # Art. 21(2) applies
    authority_task: bool  # we are a public authority and this is part of its tasks (Art. 6(1), last sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceFact:
    """One place in the photo where somebody may be seen."""

    code: str
    word: FaceWord
    person: str | None = None  # the person's code: confirmed for PERSON, a guess for SUGGESTED


@dataclass(frozen=True, slots=True)
class Doubt:
    """Exactly what was not known: the code of the reason, of whom or which face, and the line or basis it spoke of."""

    code: str
    person: str | None = None
    face: str | None = None
    basis: str | None = None

    @property
    def is_of_the_photo(self) -> bool:
        """Whether it concerns nobody and no face alone, so that it means the photo as it was then."""
        return self.person is None and self.face is None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideFact:
    """Two people's word that these doubts may stand until a day, for one use (PUB-07), and what the photo was then."""

    code: str
    use: str
    until: date  # last day, inclusive
    doubts: frozenset[Doubt]
    people: frozenset[str]  # codes of everyone who was in it
    faces: frozenset[str]
    names: int  # names in the file that were not tied to a person


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFacts:
    """The photo, or the rendition of it that is to be used."""

    code: str
    erased: bool
    held: Held | None
    special_context: bool  # the scene itself tells of health, belief, union, shelter (SPC-01)
    unresolved_names: int  # names in XMP, IPTC or caption that are not yet tied to a person (A8)
    faces: tuple[FaceFact, ...]
    licence: Licence = Licence.UNKNOWN
    licence_until: date | None = None  # last day of the licence; None: no end
    reviewed: bool = False  # a human confirmed who is in it (A4)
    crowd_basis: CrowdBasis | None = None  # needed only where a face is CROWD
    secrecy_checked: bool = False  # a human saw that it tells nothing under professional secrecy (SPC-02)
    overrides: tuple[OverrideFact, ...] = ()  # confirmed by a second person and not ended (PUB-07)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFact:
    """One line of a consent: a person's answer for one use."""

    code: str
    state: LineState
    decided_at: datetime  # when this state was received, aware, in the organisation's zone
    purpose: str
    channel: str
    territory: str
    valid_from: date  # first day it holds
    valid_until: date | None  # last day it holds (CON-12); None: no end was agreed
    signer: Signer
    guardian_veto: (
        bool  # another holder of authority refused, and no agreement or court decision since (MIN-04)
    )
    co_signature_missing: (
        bool  # a guardian's line that counts only with the child's own hand beside it (MIN-01)
    )
    covers_photo: bool = False  # all photos, this album or this very photo
    explicit: bool = False  # Art. 9(2)(a)
    evidence_complete: bool = False  # every mandatory field and the signed text are there (CON-02)


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisFact:
    """A contract, legitimate interest or public task for one person and one use."""

    code: str
    kind: BasisKind
    purpose: str
    channel: str
    territory: str
    valid_from: date
    valid_until: date | None  # the earlier of its end and its review day (BAS-01)
    child_unreviewed: bool  # about a child, and the DPO has not yet looked (P18)
    guardian_missing: bool  # a contract signed under the contract age without a guardian (MIN-09)
    covers_photo: bool = False
    assessed: bool = False  # the dated assessment, or the legal provision, is on file
    informed: bool = False  # the person was told of it (Art. 13, 14; BAS-04)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """A person whom a human confirmed to be in the photo, with or without a visible face (A10)."""

    code: str
    erasure_pending: bool
    restricted: bool  # Art. 18
    protected: bool  # safe address, custody, witness
    objects_to_marketing: bool  # Art. 21(2)
    objects: bool  # Art. 21(1), open or upheld
    under_secrecy: bool  # a patient: professional secrecy stands beside consent (SPC-02)
    died_on: date | None  # the day of death, or the day it was recorded
    of_age_on: (
        date | None
    )  # the birthday of signing alone; None: of age; date.max: a minor, birthday not known
    told_of_age: bool = False  # was told of the right to confirm, change or withdraw, and it arrived (MIN-06)
    lapses_on: date | None = None  # the day a guardian's line lapses under the strict setting (MIN-07)
    masked_here: bool = False  # irreversibly masked or cropped out of this rendition (GRP-01)
    lines: tuple[LineFact, ...] = ()
    bases: tuple[BasisFact, ...] = ()
