"""What an override may do and never may, on the decision itself (PUB-07)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clearance import decide, doubts, timeline
from models.facts import Doubt, FaceFact, FaceWord, Licence, LineState, OverrideFact, Period, Signer
from models.reasons import NEVER_OVERRIDE, OVERRIDABLE, RANK, Code, State
from tests.models.clearance_facts import (
    FACES,
    PEOPLE,
    PERIODS,
    PERSONS,
    PHOTOS,
    PRINT,
    TODAY,
    USES,
    WEB,
    basis,
    face,
    line,
    person,
    photo,
)

many = settings(max_examples=150, deadline=None)
A = face(FaceWord.PERSON, "A")
LAST = TODAY + timedelta(days=60)


def override(scene, people, use=WEB, until=LAST, lifted=None) -> OverrideFact:
    """What two people gave today for everything that is not known."""
    named = doubts(scene, people, use, today=TODAY)[0] if lifted is None else lifted
    return OverrideFact(
        code="override", use=use.code, until=until, doubts=frozenset(named), names=scene.unresolved_names,
        people=frozenset(who.code for who in people), faces=frozenset(one.code for one in scene.faces),
    )  # fmt: skip


def lifted(scene, people, use=WEB, until=LAST):
    return replace(scene, overrides=(override(scene, people, use, until),))


@many
@given(PHOTOS, PEOPLE, USES, PERIODS, st.booleans())
def test_pub07_no_override_ever_beats_a_reason_that_blocks(scene, people, use, period, every):
    """Whatever was named, be it each reason there is for everybody: what was blocked stays blocked, and no hard reason is gone."""
    before = decide(scene, people, use, period, today=TODAY)
    named = None
    if every:
        whose = [None, *(who.code for who in people)]
        spots = [None, *(one.code for one in scene.faces)]
        grounds = [None, *(g.code for who in people for g in (*who.lines, *who.bases))]
        named = {Doubt(code.value, w, f, g) for code in Code for w in whose for f in spots for g in grounds}
    row = override(scene, people, use, date.max, named)
    after = decide(replace(scene, overrides=(row,)), people, use, period, today=TODAY)
    assert {r for r in before.reasons if r.state is State.BLOCKED} <= set(after.reasons)
    assert RANK[after.state] <= RANK[before.state] or before.state is State.UNCLEAR
    if before.state is State.BLOCKED:
        assert after.state is State.BLOCKED
    assert {r.lifted for r in after.reasons if r.lifted} <= OVERRIDABLE


@many
@given(PHOTOS, PEOPLE, USES, PERSONS, FACES)
def test_pub07_what_comes_later_is_not_covered(scene, people, use, newcomer, stranger):
    """Another face, or another person of whom nothing is known, shuts what an exception opened."""
    given_ = lifted(scene, people, use)
    strange = replace(stranger, code="stranger", word=FaceWord.UNIDENTIFIED)
    period = Period(TODAY, TODAY)
    assert not decide(replace(given_, faces=(*scene.faces, strange)), people, use, period, today=TODAY).allows
    unknown = person("newcomer")
    assert not decide(given_, [*people, unknown], use, period, today=TODAY).allows
    after = decide(given_, [*people, replace(newcomer, code="newcomer")], use, period, today=TODAY)
    assert not {r.person for r in after.reasons if r.lifted} & {"newcomer"}


@many
@given(PHOTOS, PEOPLE, USES, st.integers(-2, 40), st.integers(0, 60))
def test_pub07_the_stored_steps_know_when_an_exception_ends(scene, people, use, days, window):
    scene = lifted(scene, people, use, TODAY + timedelta(days=days))
    steps = timeline(scene, people, use, today=TODAY, window=window)
    for day in (TODAY + timedelta(days=ahead) for ahead in range(50)):
        read = [
            step.state for step in steps if step.start <= day and (step.until is None or day <= step.until)
        ]
        assert read == [decide(scene, people, use, Period(day, day), today=day, window=window).state]


@pytest.mark.parametrize(
    ("scene", "people"),
    [
        (photo(A), [person("A")]),
        (photo(A), [person("A", line(LineState.REQUESTED))]),
        (photo(A), [person("A", line(LineState.UNKNOWN))]),
        (photo(A), [person("A", line(evidence_complete=False))]),
        (photo(A), [person("A", line(signer=Signer.GUARDIAN), of_age_on=TODAY)]),
        (photo(A), [person("A", line(LineState.REVOKED), bases=(basis(),))]),
        (photo(A), [person("A", died_on=date(2010, 1, 1))]),
        (photo(A), [person("A", bases=(basis(kind="li", assessed=False),))]),
        (photo(A), [person("A", bases=(basis(kind="li", child_unreviewed=True),))]),
        (photo(face(FaceWord.UNIDENTIFIED)), []),
        (photo(face(FaceWord.SUGGESTED, "A")), []),
        (photo(face(FaceWord.CROWD)), []),
        (photo(reviewed=False), []),
        (photo(unresolved_names=1), []),
        (photo(licence=Licence.UNKNOWN), []),
        (photo(A), [person("A", line(), under_secrecy=True)]),
    ],
)  # fmt: skip
def test_pub07_each_doubt_can_be_let_stand_until_its_last_day(scene, people):
    """Every overridable reason, on both sides of the last day, and for nothing but the use it was given for."""
    found, answer = doubts(scene, people, WEB, today=TODAY)
    assert (len(found), answer.allows) == (1, True)
    given_ = lifted(scene, people)
    on = {day: decide(given_, people, WEB, Period(day, None), today=day) for day in (TODAY, LAST, LAST + timedelta(days=1))}  # fmt: skip
    assert [answer.allows for answer in on.values()] == [True, True, False]
    assert [answer.valid_through for answer in on.values()] == [LAST, LAST, None]
    assert {r.code for r in on[TODAY].reasons if r.lifted} == {Code.EXCEPTION}
    assert {r.code for r in on[LAST].reasons if r.lifted} == {Code.EXCEPTION_ENDS_SOON}
    assert {r.basis for r in on[LAST].reasons if r.lifted} == {"override"}
    assert on[LAST + timedelta(days=1)].state is State.UNCLEAR
    other = replace(WEB, code="other")
    assert not decide(given_, people, other, Period(TODAY, None), today=TODAY).allows


def test_pub07_every_reason_that_is_a_doubt_is_shown_above():
    marks = test_pub07_each_doubt_can_be_let_stand_until_its_last_day.pytestmark
    shown = {
        code.code
        for scene, people in next(m for m in marks if m.name == "parametrize").args[1]
        for code in doubts(scene, people, WEB, today=TODAY)[0]
    }
    assert shown == {code.value for code in OVERRIDABLE}


OLD = {"died_on": date(2010, 1, 1)}
UNPROVEN = {"evidence_complete": False}


@pytest.mark.parametrize(
    ("who", "behind", "special"),
    [
        (person("A", line(LineState.WITHDRAWN), **OLD), Code.WITHDRAWN, False),
        (person("A", line(LineState.REFUSED, signer=Signer.RELATIVE), **OLD), Code.REFUSED, False),
        (person("A", line(**UNPROVEN, signer=Signer.GUARDIAN), of_age_on=TODAY, lapses_on=TODAY), Code.COMING_OF_AGE_LAPSED, False),
        (person("A", line(LineState.UNKNOWN, guardian_veto=True)), Code.GUARDIAN_CONFLICT, False),
        (person("A", line(LineState.UNKNOWN, valid_until=date(2026, 1, 2))), Code.EXPIRED, False),
        (person("A", objects=True), Code.OBJECTION_ART21_1, False),
        (person("A"), Code.ART9_CONDITION_MISSING, True),
        (person("A", bases=(basis(kind="li", assessed=False, informed=False),)), Code.PERSON_NOT_TOLD, False),
    ],
)  # fmt: skip
def test_pub07_a_doubt_hides_no_other_reason(who, behind, special):
    """Lifting what was said first asks on: what stood behind it still refuses."""
    scene = photo(A, special_context=special)
    found, answer = doubts(scene, [who], WEB, today=TODAY)
    assert found
    assert [r.code for r in answer.obstacles] == [behind]
    assert not decide(lifted(scene, [who]), [who], WEB, Period(TODAY, None), today=TODAY).allows


def test_pub07_in_a_special_scene_no_unknown_face_is_let_stand():
    scene = photo(face(FaceWord.UNIDENTIFIED), special_context=True)
    assert not decide(lifted(scene, []), [], WEB, Period(TODAY, None), today=TODAY).allows


def test_pub07_a_use_that_cannot_be_taken_back_ends_within_the_exception():
    scene = lifted(photo(A), [person("A")], PRINT)
    allows = [
        decide(scene, [person("A")], PRINT, Period(TODAY, end), today=TODAY).allows
        for end in (LAST, LAST + timedelta(days=1), None)
    ]
    assert allows == [True, False, False]


def test_pub07_what_concerns_the_photo_holds_for_the_photo_it_was():
    """A name in the file, the licence or a patient: another person or face in the photo, and it is asked anew."""
    unnamed = photo(A, unresolved_names=1)
    agreed = person("A", line())
    given_ = lifted(unnamed, [agreed])
    period = Period(TODAY, None)
    assert decide(given_, [agreed], WEB, period, today=TODAY).allows
    later = replace(given_, faces=(A, FaceFact(code="new", word=FaceWord.PERSON, person="B")))
    assert not decide(later, [agreed, person("B", line())], WEB, period, today=TODAY).allows
    assert not decide(replace(given_, unresolved_names=2), [agreed], WEB, period, today=TODAY).allows


def test_pub07_never_names_what_nobody_lifts():
    assert not NEVER_OVERRIDE & OVERRIDABLE
