"""What one person's own facts say about a use: table 2.2, the first row that matches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from models.facts import BasisFact, BasisKind, LineFact, LineState, PersonFacts, Signer, UseFacts
from models.reasons import RANK, Code, State

GRANTED = frozenset({LineState.GIVEN, LineState.RENEWED})
ENDED = {
    LineState.WITHDRAWN: Code.WITHDRAWN,
    LineState.REFUSED: Code.REFUSED,
    LineState.INVALIDATED: Code.INVALIDATED,
    LineState.REVOKED: Code.REVOKED,
}
# On the same instant the person's own no goes before the organisation's (CON-23).
SEVERITY = {state: place for place, state in enumerate(ENDED)}
DECIDED = GRANTED | ENDED.keys()
BY_KIND = {
    BasisKind.CONTRACT: Code.CONTRACT,
    BasisKind.LI: Code.LI,
    BasisKind.PUBLIC_TASK: Code.PUBLIC_TASK,
}

Ground = LineFact | BasisFact
Finding = tuple[Code, Ground | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, the same for everyone in the photo."""

    use: UseFacts
    special: bool
    on: date
    end: date | None
    window: int


def standing(person: PersonFacts, asked: Asked) -> Finding:
    """Return the reason for this person, and the line or basis it rests on if there is one."""
    return (
        _barred(person, asked)
        or _deceased(person, asked)
        or _consented(person, asked)
        or _otherwise(person, asked)
        or _uncovered(person, asked)
    )


def _barred(person: PersonFacts, asked: Asked) -> Finding | None:
    """P1 to P4."""
    if person.erasure_pending:
        return Code.ERASURE_PENDING, None
    if person.restricted:
        return Code.RESTRICTED_ART18, None
    if person.protected:
        return Code.PROTECTED_PERSON, None
    if asked.use.direct_marketing and person.objects_to_marketing:
        return Code.OBJECTION_ART21_2, None
    return None


def _deceased(person: PersonFacts, asked: Asked) -> Finding | None:
    """P5 and P6; what a relative objects to is shut, whoever else agreed (DCD-02)."""
    if person.died_on is None:
        return None
    if person.objects:
        return Code.OBJECTION_ART21_1, None
    if asked.on >= ten_years_after(person.died_on):
        return Code.DECEASED_OVER_10Y_REVIEW, None
    newest = _newest(line for line in _covering(person, asked) if line.signer == Signer.RELATIVE)
    if not newest or any(line.state in ENDED or _outside(line, asked) for line in newest):
        return Code.DECEASED_NO_RELATIVE_CONSENT, None
    return _worst((_relative(line, asked), line) for line in newest)


def _relative(line: LineFact, asked: Asked) -> Code:
    if not line.evidence_complete:
        return Code.EVIDENCE_MISSING
    return _ending(line, asked) or Code.RELATIVE_CONSENT


def _consented(person: PersonFacts, asked: Asked) -> Finding | None:
    """P7 to P16: the newest decided line that covers the use and the photo (CON-21 to CON-23)."""
    newest = _newest(line for line in _covering(person, asked) if line.signer != Signer.RELATIVE)
    if not newest:
        return None
    ended = [line for line in newest if line.state in ENDED]
    if ended:
        line = min(ended, key=lambda line: (SEVERITY[line.state], line.code))
        return _ended(line, person, asked)
    return _worst((_given(line, person, asked), line) for line in newest)


def _ended(line: LineFact, person: PersonFacts, asked: Asked) -> Finding:
    """P7 and P7a: no other basis steps in after the person's own no (CON-22)."""
    code = ENDED[line.state]
    if code in (Code.INVALIDATED, Code.REVOKED):
        other = _otherwise(person, asked)
        if other and other[0].state is not State.BLOCKED:
            return Code.BASIS_CONFLICT_DPO, other[1]
    return code, line


def _given(line: LineFact, person: PersonFacts, asked: Asked) -> Code:
    """P8 to P16."""
    if line.guardian_veto:
        return Code.GUARDIAN_CONFLICT
    if line.signer == Signer.PERSON and _signed_young(line, person):
        return Code.GUARDIAN_MISSING
    if line.co_signature_missing:
        return Code.CHILD_MISSING
    if asked.special and not line.explicit:
        return Code.EXPLICIT_CONSENT_REQUIRED
    if outside := _outside(line, asked):
        return outside
    if not line.evidence_complete:
        return Code.EVIDENCE_MISSING
    return _come_of_age(line, person, asked) or _ending(line, asked) or Code.CONSENT


def _signed_young(line: LineFact, person: PersonFacts) -> bool:
    # Growing older does not heal a signature that was too young on its day.
    return person.of_age_on is not None and line.decided_at.date() < person.of_age_on


def _come_of_age(line: LineFact, person: PersonFacts, asked: Asked) -> Code | None:
    """P13: a guardian's line outlives the birthday only once the young person was told (MIN-06, MIN-07)."""
    if line.signer != Signer.GUARDIAN or person.of_age_on is None or asked.on < person.of_age_on:
        return None
    if person.lapses_on is not None and asked.on >= person.lapses_on:
        return Code.COMING_OF_AGE_LAPSED
    return None if person.told_of_age else Code.COMING_OF_AGE_NOT_INFORMED


def _otherwise(person: PersonFacts, asked: Asked) -> Finding | None:
    """P17 and P18: the best contract, and only without any contract the best other basis."""
    covering = [basis for basis in person.bases if covers(basis, asked.use)]
    contracts = [basis for basis in covering if basis.kind == BasisKind.CONTRACT]
    findings = [(_basis(basis, person, asked), basis) for basis in contracts or covering]
    return min(findings, key=_goodness, default=None)


def _basis(basis: BasisFact, person: PersonFacts, asked: Asked) -> Code:
    if asked.special:
        return Code.ART9_CONDITION_MISSING
    doubt = (
        _contract_doubt(basis) if basis.kind == BasisKind.CONTRACT else _interest_doubt(basis, person, asked)
    )
    if doubt and doubt.state is State.BLOCKED:
        return doubt
    return _outside(basis, asked) or doubt or _ending(basis, asked) or BY_KIND[basis.kind]


def _contract_doubt(basis: BasisFact) -> Code | None:
    return Code.GUARDIAN_MISSING if basis.guardian_missing else None


def _interest_doubt(basis: BasisFact, person: PersonFacts, asked: Asked) -> Code | None:
    if person.objects:
        return Code.OBJECTION_ART21_1
    if basis.kind == BasisKind.LI and asked.use.authority_task:
        return Code.LI_NOT_AVAILABLE_TO_AUTHORITY
    if not basis.assessed:
        return Code.ASSESSMENT_MISSING
    if not basis.informed:
        return Code.PERSON_NOT_TOLD
    return Code.CHILD_REVIEW if basis.child_unreviewed else None


def _uncovered(person: PersonFacts, asked: Asked) -> Finding:
    """P19 to P22; a request that waits never softens what was decided (CON-21)."""
    use = asked.use
    if any(line.state == LineState.UNKNOWN and covers(line, use) for line in person.lines):
        return Code.EVIDENCE_MISSING, None
    decided = [line for line in person.lines if line.state in DECIDED and line.signer != Signer.RELATIVE]
    purpose = [line for line in decided if line.purpose == use.purpose]
    channel = [line for line in purpose if line.channel == use.channel]
    if channel:
        here = any(line.territory == use.territory for line in channel)
        return (Code.ASSET_NOT_COVERED if here else Code.TERRITORY_NOT_COVERED), None
    if decided:
        return (Code.CHANNEL_NOT_COVERED if purpose else Code.PURPOSE_NOT_COVERED), None
    return (Code.PENDING if pending(person, asked) else Code.NO_RECORD), None


# Scope and dates.


def covers(ground: Ground, use: UseFacts) -> bool:
    """Whether a line or basis speaks of this photo and exactly this use: purpose, channel and territory (CON-02)."""
    return (
        ground.covers_photo
        and ground.purpose == use.purpose
        and ground.channel == use.channel
        and ground.territory == use.territory
    )


def _covering(person: PersonFacts, asked: Asked) -> Iterable[LineFact]:
    return (line for line in person.lines if line.state in DECIDED and covers(line, asked.use))


def pending(person: PersonFacts, asked: Asked) -> bool:
    """Whether the person was asked for this use and has not answered yet."""
    return any(line.state == LineState.REQUESTED and covers(line, asked.use) for line in person.lines)


def _newest(lines: Iterable[LineFact]) -> list[LineFact]:
    """Return the lines decided last, more than one only when they share the instant."""
    newest: list[LineFact] = []
    for line in lines:
        if not newest or line.decided_at > newest[0].decided_at:
            newest = [line]
        elif line.decided_at == newest[0].decided_at:
            newest.append(line)
    return newest


def _outside(ground: Ground, asked: Asked) -> Code | None:
    """P10 and P11; the last day counts whole (CON-12)."""
    if asked.on < ground.valid_from:
        return Code.NOT_YET_VALID
    return Code.EXPIRED if ground.valid_until is not None and asked.on > ground.valid_until else None


def _ending(ground: Ground, asked: Asked) -> Code | None:
    """P14 and P15."""
    until = ground.valid_until
    if asked.use.irreversible and (asked.end is None or (until is not None and asked.end > until)):
        return Code.INTERVAL_EXCEEDS_CONSENT
    return Code.EXPIRES_SOON if until is not None and (until - asked.on).days <= asked.window else None


def _worst(findings: Iterable[tuple[Code, Ground]]) -> Finding:
    return max(findings, key=_goodness)


def _goodness(finding: tuple[Code, Ground]) -> tuple[int, int, str, str]:
    code, ground = finding
    return RANK[code.state], -(ground.valid_until or date.max).toordinal(), code, ground.code


def ten_years_after(day: date) -> date:
    """Return the first day on which the ten years after a death are over (P6); date.max beyond the calendar."""
    year = day.year + 10
    if year > date.max.year:
        return date.max
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)
