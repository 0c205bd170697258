"""Overrides in the decision: which doubt is lifted by whom, and what stands behind a doubt that is (PUB-07). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.facts import (
    BasisFact,
    BasisKind,
    Doubt,
    LineFact,
    LineState,
    OverrideFact,
    PersonFacts,
    PhotoFacts,
    Signer,
)
from models.reasons import OVERRIDABLE, Code, Next, Reason, State
from models.standing import Asked, Finding, covers, standing

STAND_IN = ""  # no basis on file has this code
WILLS = frozenset({LineState.WITHDRAWN, LineState.REFUSED})
# In a scene that tells of health or belief a ground of Art. 9 is needed, which no exception is (SPC-01).
UNKNOWN_PEOPLE = frozenset({Code.UNIDENTIFIED_FACE, Code.SUGGESTION_UNCONFIRMED, Code.PEOPLE_NOT_REVIEWED})


@dataclass(frozen=True, slots=True)
class Lifts:
    """The overrides that hold for one question."""

    rows: tuple[OverrideFact, ...]
    special: bool
    on: date
    window: int

    @classmethod
    def of(cls, photo: PhotoFacts, people: Sequence[PersonFacts], asked: Asked) -> Lifts:
        """Those of this use that last long enough; what concerns the photo itself only while nobody is new in it."""
        seen = {person.code for person in people}
        faces = {face.code for face in photo.faces}
        rows = tuple(
            row if seen <= row.people and faces <= row.faces and photo.unresolved_names <= row.names else _narrowed(row)
            for row in photo.overrides
            if row.use == asked.use.code and _lasts(row, asked)
        )  # fmt: skip
        return cls(rows, photo.special_context, asked.on, asked.window)

    def answer(self, reason: Reason) -> Reason | None:
        """The reason that takes the place of this doubt where an override names exactly it; None for anything else."""
        if reason.code not in OVERRIDABLE or (self.special and reason.code in UNKNOWN_PEOPLE):
            return None
        doubt = doubt_of(reason)
        row = max((r for r in self.rows if doubt in r.doubts), key=lambda r: (r.until, r.code), default=None)
        if row is None:
            return None
        soon = (row.until - self.on).days <= self.window
        code = Code.EXCEPTION_ENDS_SOON if soon else Code.EXCEPTION
        return replace(reason, code=code, until=row.until, next=Next.NONE, basis=row.code, lifted=reason.code)


def doubt_of(reason: Reason) -> Doubt:
    """What an override has to name to lift this."""
    return Doubt(reason.code.value, reason.person, reason.face, reason.basis)


def stood(person: PersonFacts, asked: Asked, lifts: Lifts) -> tuple[list[Reason], Finding | None]:
    """The doubts about a person that are lifted, and what stands behind the last of them; None: nothing more.

    A lifted doubt hides no other reason: the question is asked again as if the doubt were settled.
    """
    lifted: list[Reason] = []
    while True:
        finding = code, ground = standing(person, asked)
        doubt = Reason(code=code, person=person.code, next=code.next, basis=ground.code if ground else None)
        answer = lifts.answer(doubt)
        if answer is None or code in {known.lifted for known in lifted}:
            done = ground is not None and ground.code == STAND_IN and code.state is State.CLEARED
            return lifted, None if done else finding
        lifted.append(answer)
        person = _settled(person, finding, asked)


def _settled(person: PersonFacts, finding: Finding, asked: Asked) -> PersonFacts:
    """The person as she would be if this doubt were answered well; whatever else is against it stays."""
    code, ground = finding
    if code is Code.EVIDENCE_MISSING:
        return replace(person, lines=tuple(_proven(line, claimed=ground is None) for line in person.lines))
    if code is Code.COMING_OF_AGE_NOT_INFORMED:
        return replace(person, told_of_age=True)
    if code is Code.BASIS_CONFLICT_DPO:
        ended = (LineState.INVALIDATED, LineState.REVOKED)
        lines = tuple(line for line in person.lines if line.state not in ended)
        return replace(person, lines=lines)
    if code is Code.ASSESSMENT_MISSING:
        return replace(person, bases=tuple(replace(basis, assessed=True) for basis in person.bases))
    if code is Code.CHILD_REVIEW:
        return replace(person, bases=tuple(replace(basis, child_unreviewed=False) for basis in person.bases))
    if code is Code.DECEASED_OVER_10Y_REVIEW:
        person = replace(person, died_on=None, lines=_last_wills(person, asked))
    return replace(person, bases=(*person.bases, _stand_in(asked)))


def _proven(line: LineFact, *, claimed: bool) -> LineFact:
    if not claimed:
        return replace(line, evidence_complete=True)
    return (
        replace(line, state=LineState.GIVEN, evidence_complete=True)
        if line.state is LineState.UNKNOWN
        else line
    )


def _last_wills(person: PersonFacts, asked: Asked) -> tuple[LineFact, ...]:
    """What the dead, or a relative, said no to last: an exception goes over nobody's will."""
    said = [
        line for line in person.lines if covers(line, asked.use) and line.state is not LineState.REQUESTED
    ]
    last = max((line.decided_at for line in said), default=None)
    return tuple(
        replace(line, signer=Signer.PERSON)
        for line in said
        if line.decided_at == last and line.state in WILLS
    )


def _stand_in(asked: Asked) -> BasisFact:
    """Where nothing is on file an exception stands as an interest would, and can do no more than one."""
    use = asked.use
    return BasisFact(
        code=STAND_IN, kind=BasisKind.PUBLIC_TASK, purpose=use.purpose, channel=use.channel, territory=use.territory,
        valid_from=date.min, valid_until=None, child_unreviewed=False, guardian_missing=False, covers_photo=True,
        assessed=True, informed=True,
    )  # fmt: skip


def _narrowed(row: OverrideFact) -> OverrideFact:
    return replace(row, doubts=frozenset(doubt for doubt in row.doubts if not doubt.is_of_the_photo))


def _lasts(row: OverrideFact, asked: Asked) -> bool:
    if asked.on > row.until:
        return False
    return not asked.use.irreversible or (asked.end is not None and asked.end <= row.until)
