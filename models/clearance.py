"""The consent decision (requirements section 2): one pure function, and doubt refuses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from models.facts import (
    CrowdBasis,
    Doubt,
    FaceFact,
    FaceWord,
    Held,
    Licence,
    OverrideFact,
    Period,
    PersonFacts,
    PhotoFacts,
    UseFacts,
)
from models.lifting import Lifts, doubt_of, stood
from models.reasons import OVERRIDABLE, RANK, Clearance, Code, Next, Reason, State
from models.standing import Asked, Finding, Ground, covers, pending, ten_years_after

# Part of every decision that is kept: raise it with any change of the rules below.
RULES = 4


HELD = {
    Held.QUARANTINED: Code.ASSET_QUARANTINED,
    Held.RESTRICTED: Code.ASSET_RESTRICTED,
    Held.LEGAL_HOLD: Code.ASSET_LEGAL_HOLD,
    Held.UNWEIGHED: Code.EVENT_NOT_WEIGHED,
}
NOT_SEEN = frozenset({FaceWord.NOT_A_PERSON, FaceWord.NOT_RECOGNISABLE, FaceWord.MASKED})
TIMED = frozenset({Code.EXPIRED, Code.INTERVAL_EXCEEDS_CONSENT}) | {
    code for code in Code if code.state in (State.CLEARED, State.ENDS_SOON)
}
ASKING = frozenset({Next.ASK_CONSENT, Next.RENEW_CONSENT})


def decide(
    photo: PhotoFacts,
    people: Sequence[PersonFacts],
    use: UseFacts,
    period: Period,
    *,
    today: date,
    window: int = 30,
) -> Clearance:
    """Answer whether this photo may go out for this use in this period, and why; never raises.

    `people` are all whom a human confirmed to be in the photo; `window` is in days. The order of people,
    faces and lines does not matter. Source: PUB-01, PUB-02, PUB-05, PUB-06, tables 2.1 and 2.2.
    """
    if photo.erased:
        return _clearance([_plain(Code.ASSET_ERASED)])
    if photo.held is not None:
        return _clearance([_plain(HELD.get(photo.held, Code.ASSET_RESTRICTED))])
    # A use planned to start in the past happens now: yesterday's consent does not serve today.
    on = max(period.start, today)
    asked = Asked(use, photo.special_context, on, period.end and max(period.end, on), window)
    lifts = Lifts.of(photo, people, asked)
    seen = _seen(photo, people, asked, lifts)
    if not photo.reviewed:
        seen.append(_plain(Code.PEOPLE_NOT_REVIEWED))
    elif all(reason.code is Code.MASKED_HERE for reason in seen):
        seen.append(_plain(Code.NO_RECOGNISABLE_PERSONS))
    return _clearance([*_licensed(photo, asked, lifts), *(lifts.answer(reason) or reason for reason in seen)])


def _clearance(reasons: list[Reason]) -> Clearance:
    reasons.sort(key=_order)
    state = reasons[0].state
    refused = state is State.UNCLEAR or state is State.BLOCKED
    ends = [] if refused else [reason.until for reason in reasons if reason.until]
    return Clearance(state, min(ends, default=None), tuple(reasons))


def _order(reason: Reason) -> tuple[int, str, str, str, str, date]:
    return (
        -RANK[reason.code.state],
        reason.person or "",
        reason.face or "",
        reason.code,
        reason.basis or "",
        reason.until or date.max,
    )


def _plain(code: Code, *, face: str | None = None, until: date | None = None) -> Reason:
    return Reason(code=code, face=face, until=until, next=code.next)


GONE = _clearance([_plain(Code.ASSET_ERASED)])  # the verdict on a file whose photo is no longer there


def doubts(
    photo: PhotoFacts, people: Sequence[PersonFacts], use: UseFacts, *, today: date
) -> tuple[frozenset[Doubt], Clearance]:
    """Return every doubt between this photo and a use of today, also one behind another, and the answer once all are lifted."""
    lifted: frozenset[Doubt] = frozenset()
    while True:
        row = OverrideFact(
            code="", use=use.code, until=date.max, doubts=lifted, names=photo.unresolved_names,
            people=frozenset(person.code for person in people), faces=frozenset(face.code for face in photo.faces),
        )  # fmt: skip
        answer = decide(replace(photo, overrides=(row,)), people, use, Period(today, today), today=today)
        more = {doubt_of(reason) for reason in answer.obstacles if reason.code in OVERRIDABLE} - lifted
        if not more:
            return lifted, answer
        lifted |= more


# The photo: A3 to A10 are all told, since hiding one behind another costs the editor a second round.


def _licensed(photo: PhotoFacts, asked: Asked, lifts: Lifts) -> list[Reason]:
    told = _rights(photo, asked)
    if not told or (lifted := lifts.answer(told[0])) is None:
        return told
    return [lifted, *_rights(replace(photo, licence=Licence.GRANTED), asked)]


def _rights(photo: PhotoFacts, asked: Asked) -> list[Reason]:
    until = photo.licence_until
    if photo.licence == Licence.DENIED:
        return [_plain(Code.COPYRIGHT)]
    if photo.licence != Licence.GRANTED:
        return [_plain(Code.COPYRIGHT_UNKNOWN)]
    if until is None:
        return []
    if asked.on > until:
        return [_plain(Code.COPYRIGHT_EXPIRED, until=until)]
    if asked.use.irreversible and (asked.end is None or asked.end > until):
        return [_plain(Code.INTERVAL_EXCEEDS_LICENCE, until=until)]
    soon = (until - asked.on).days <= asked.window
    return [_plain(Code.COPYRIGHT_ENDS_SOON if soon else Code.COPYRIGHT_LICENSED, until=until)]


def _seen(photo: PhotoFacts, people: Sequence[PersonFacts], asked: Asked, lifts: Lifts) -> list[Reason]:
    named = {person.code for person in people}
    shown = {face.person for face in photo.faces if face.word == FaceWord.PERSON}
    found = [_plain(code, face=face.code) for face in photo.faces if (code := _face(face, named))]
    if any(face.word == FaceWord.CROWD for face in photo.faces):
        found.append(_plain(_crowd(photo.crowd_basis, asked)))
    if photo.unresolved_names:
        found.append(_plain(Code.NAME_IN_METADATA))
    # A mask that leaves another face of the same person bare hides nobody.
    told = [(person, _about(person, asked, lifts, hidden=person.code not in shown)) for person in people]
    secret = [
        person for person, reasons in told if person.under_secrecy and reasons[0].code is not Code.MASKED_HERE
    ]
    if secret and not photo.secrecy_checked:
        found.append(_plain(Code.SECRECY_UNCHECKED))
    return found + [reason for _, reasons in told for reason in reasons]


def _face(face: FaceFact, named: set[str]) -> Code | None:
    if face.word in NOT_SEEN or face.word == FaceWord.CROWD:
        return None
    if face.word == FaceWord.SUGGESTED:
        return Code.SUGGESTION_UNCONFIRMED
    if face.word == FaceWord.PERSON and face.person in named:
        return None
    return Code.UNIDENTIFIED_FACE


def _crowd(basis: CrowdBasis | None, asked: Asked) -> Code:
    if basis == CrowdBasis.OBJECTION:
        return Code.OBJECTION
    # An event's assessment rests on Art. 6 alone, and carries no Art. 9 scene (SPC-01).
    if asked.special:
        return Code.ART9_CONDITION_MISSING
    if basis == CrowdBasis.PUBLIC_TASK:
        return Code.PUBLIC_TASK
    if basis == CrowdBasis.LI:
        return Code.LI_NOT_AVAILABLE_TO_AUTHORITY if asked.use.authority_task else Code.LI
    return Code.ASSESSMENT_MISSING


def _about(person: PersonFacts, asked: Asked, lifts: Lifts, *, hidden: bool) -> list[Reason]:
    if hidden and person.masked_here:
        return [Reason(code=Code.MASKED_HERE, person=person.code, next=Next.NONE)]
    lifted, finding = stood(person, asked, lifts)
    return lifted if finding is None else [*lifted, _reason(person, finding, asked)]


def _reason(person: PersonFacts, finding: Finding, asked: Asked) -> Reason:
    code, ground = finding
    step = Next.REMIND if code.next in ASKING and pending(person, asked) else code.next
    if ground is None:
        return Reason(code=code, person=person.code, next=step)
    return Reason(
        code=code, person=person.code, until=_told(code, ground), next=step, basis=ground.code or None
    )


def _told(code: Code, ground: Ground) -> date | None:
    """Return the one date that explains this reason."""
    if code is Code.NOT_YET_VALID:
        return ground.valid_from
    return ground.valid_until if code in TIMED else None


# The answer over time, for a stored index that is true at read time without a nightly job.


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of days with one state, both days inclusive; `until` is None for the last stretch."""

    state: State
    start: date
    until: date | None


def timeline(
    photo: PhotoFacts, people: Sequence[PersonFacts], use: UseFacts, *, today: date, window: int = 30
) -> tuple[Step, ...]:
    """Return the states of a use of one day, from today on, as long as no fact changes.

    One step per index row (photo, use, state, from, until); the steps touch and the last has no end. It may
    colour a list; only `decide` with the true period opens a door.
    """
    days = sorted({today, *(day for day in _turns(photo, people, use, window) if day > today)})
    states: list[tuple[State, date]] = []
    for day in days:
        state = decide(photo, people, use, Period(day, day), today=day, window=window).state
        if not states or state is not states[-1][0]:
            states.append((state, day))
    ends = [shifted(start, -1) for _, start in states[1:]]
    return tuple(
        Step(state, start, until) for (state, start), until in zip(states, [*ends, None], strict=True)
    )


def _turns(photo: PhotoFacts, people: Sequence[PersonFacts], use: UseFacts, window: int) -> Iterable[date]:
    """Yield every day on which the answer may differ from the day before."""
    yield from _run_out(photo.licence_until, window)
    for row in photo.overrides:
        yield from _run_out(row.until, window)
    for person in people:
        yield from filter(None, (person.of_age_on, person.lapses_on))
        if person.died_on:
            yield ten_years_after(person.died_on)
        grounds: tuple[Ground, ...] = (*person.lines, *person.bases)
        for ground in grounds:
            if covers(ground, use):
                yield ground.valid_from
                yield from _run_out(ground.valid_until, window)


def _run_out(until: date | None, window: int) -> tuple[date, ...]:
    return () if until is None else (shifted(until, -window), shifted(until, 1))


def shifted(day: date, days: int) -> date:
    """Return the day that many days away, held within the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
