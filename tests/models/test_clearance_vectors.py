"""The fixed vectors V1 to V15 of requirements section 2.4: today 2026-11-23, window 30 days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from models.facts import BasisKind, FaceWord, LineState, Signer
from models.reasons import Code, State
from tests.models.clearance_facts import LANDSCAPE, PRINT, WEB, ask, basis, face, line, of, person, photo

SOON = date(2026, 12, 10)
FAR = date(2027, 12, 31)


def codes(clearance) -> list:
    return [(reason.code, reason.person) for reason in clearance.reasons]


def test_v1_a_landscape_that_a_human_confirmed_is_cleared():
    found = ask(LANDSCAPE)
    assert (found.state, codes(found)) == (State.CLEARED, [(Code.NO_RECOGNISABLE_PERSONS, None)])


def test_v2_no_face_found_by_the_machine_alone_is_unclear():
    found = ask(replace(LANDSCAPE, reviewed=False))
    assert (found.state, codes(found)) == (State.UNCLEAR, [(Code.PEOPLE_NOT_REVIEWED, None)])


def test_v3_one_withdrawal_blocks_the_group_and_only_that_person_is_the_obstacle():
    group = photo(face(FaceWord.PERSON, "A"), face(FaceWord.PERSON, "B", "face2"))
    found = ask(group, person("A", line()), person("B", line(LineState.WITHDRAWN)))
    assert (found.state, found.valid_through) == (State.BLOCKED, None)
    assert [(reason.code, reason.person) for reason in found.obstacles] == [(Code.WITHDRAWN, "B")]
    assert codes(found) == [(Code.WITHDRAWN, "B"), (Code.CONSENT, "A")]


def test_v4_a_consent_that_runs_out_within_the_window_ends_soon():
    found = ask(photo(face(FaceWord.PERSON, "A")), person("A", line(valid_until=SOON)))
    assert (found.state, found.valid_through, found.allows) == (State.ENDS_SOON, SOON, True)


def test_v5_a_print_run_beyond_the_consent_is_blocked():
    printed = person("A", line(channel="print", valid_until=SOON))
    assert of(printed, PRINT, end=date(2027, 2, 28)) == (State.BLOCKED, Code.INTERVAL_EXCEEDS_CONSENT, SOON)


def test_v6_a_newer_refusal_for_one_shoot_blocks_that_shoot_alone():
    general = line(decided_at=datetime(2024, 5, 1, tzinfo=UTC), valid_from=date(2024, 5, 1))
    refusal = line(LineState.REFUSED, code="shoot")
    that_shoot = of(person("A", general, refusal))
    others = of(person("A", general, replace(refusal, covers_photo=False)))
    assert (that_shoot, others) == (
        (State.BLOCKED, Code.REFUSED, None),
        (State.CLEARED, Code.CONSENT, FAR),
    )


def test_v7_a_requested_renewal_changes_nothing():
    renewal = line(LineState.REQUESTED, decided_at=datetime(2026, 11, 20, tzinfo=UTC))
    assert of(person("A", line(), renewal)) == (State.CLEARED, Code.CONSENT, FAR)


def test_v8_one_unidentified_face_makes_the_group_unclear():
    group = photo(face(FaceWord.PERSON, "A"), face(FaceWord.UNIDENTIFIED, code="face2"))
    found = ask(group, person("A", line()))
    assert found.state == State.UNCLEAR
    assert [(reason.code, reason.face) for reason in found.obstacles] == [(Code.UNIDENTIFIED_FACE, "face2")]


def test_v9_a_suggestion_is_unclear_whatever_the_suggested_person_agreed_to():
    found = ask(photo(face(FaceWord.SUGGESTED, "A")), person("A", line()))
    assert [(reason.code, reason.face) for reason in found.obstacles] == [
        (Code.SUGGESTION_UNCONFIRMED, "face")
    ]
    assert found.state == State.UNCLEAR


def test_v10_a_contract_with_a_term_after_employment_carries_the_use():
    assert of(person("A", bases=(basis(),))) == (State.CLEARED, Code.CONTRACT, FAR)


def test_v11_a_municipality_cannot_rest_a_campaign_on_legitimate_interest():
    campaign = replace(WEB, authority_task=True)
    found = of(person("A", bases=(basis(BasisKind.LI),)), campaign)
    assert found == (State.BLOCKED, Code.LI_NOT_AVAILABLE_TO_AUTHORITY, None)


def test_v12_a_child_sixteen_since_yesterday_whom_no_mail_reached_is_unclear():
    child = person("A", line(signer=Signer.GUARDIAN), of_age_on=date(2026, 11, 22), told_of_age=False)
    assert of(child) == (State.UNCLEAR, Code.COMING_OF_AGE_NOT_INFORMED, None)


def test_v13_a_death_without_a_relatives_consent_blocks_ten_years_then_asks_for_review():
    dead = person("A", line(), died_on=date(2020, 1, 1))
    assert of(dead) == (State.BLOCKED, Code.DECEASED_NO_RELATIVE_CONSENT, None)
    assert of(dead, start=date(2029, 12, 31))[0] == State.BLOCKED
    assert of(dead, start=date(2030, 1, 1)) == (State.UNCLEAR, Code.DECEASED_OVER_10Y_REVIEW, None)


def test_v14_a_ward_photo_needs_explicit_consent():
    patient = person("A", line())
    assert of(patient, special_context=True) == (State.BLOCKED, Code.EXPLICIT_CONSENT_REQUIRED, None)


def test_v15_a_person_masked_in_the_rendition_does_not_block_it():
    masked = person("A", line(LineState.WITHDRAWN), masked_here=True)
    found = ask(photo(face(FaceWord.MASKED, "A")), masked)
    assert (found.state, codes(found)) == (
        State.CLEARED,
        [(Code.NO_RECOGNISABLE_PERSONS, None), (Code.MASKED_HERE, "A")],
    )
    bare = ask(photo(face(FaceWord.MASKED, "A"), face(FaceWord.PERSON, "A", "mirror")), masked)
    assert bare.state == State.BLOCKED
