"""Each row of tables 2.1 and 2.2, the action matrix and the overrides, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models.facts import BasisKind, CrowdBasis, FaceWord, Held, Licence, LineState, Signer
from models.reasons import NEVER_OVERRIDE, OVERRIDABLE, Action, Circle, Code, Next, State, permits
from tests.models.clearance_facts import (
    LANDSCAPE,
    PRINT,
    TODAY,
    WEB,
    ask,
    basis,
    face,
    line,
    of,
    person,
    photo,
)

FAR = date(2027, 12, 31)
SOON = TODAY + timedelta(days=30)
LATER = datetime(2026, 6, 1, tzinfo=UTC)
BLOCKED, UNCLEAR, CLEARED = State.BLOCKED, State.UNCLEAR, State.CLEARED
SEEN = photo(face(FaceWord.PERSON, "A"))


def obstacles(clearance) -> list:
    return [(reason.code, reason.next) for reason in clearance.obstacles]


# Table 2.1


def test_a1_an_erased_photo_says_nothing_but_that():
    found = ask(replace(SEEN, erased=True), person("A", line(LineState.WITHDRAWN)))
    assert obstacles(found) == [(Code.ASSET_ERASED, Next.NONE)]


@pytest.mark.parametrize(
    ("held", "code"),
    [
        (Held.QUARANTINED, Code.ASSET_QUARANTINED),
        (Held.RESTRICTED, Code.ASSET_RESTRICTED),
        (Held.LEGAL_HOLD, Code.ASSET_LEGAL_HOLD),
    ],
)
def test_a2_a_held_photo_is_blocked(held, code):
    found = ask(replace(SEEN, held=held), person("A", line()))
    assert (found.state, [reason.code for reason in found.reasons]) == (BLOCKED, [code])


@pytest.mark.parametrize(
    ("licence", "until", "state", "code"),
    [
        (Licence.DENIED, None, BLOCKED, Code.COPYRIGHT),
        (Licence.UNKNOWN, None, UNCLEAR, Code.COPYRIGHT_UNKNOWN),
        (Licence.GRANTED, TODAY - timedelta(days=1), BLOCKED, Code.COPYRIGHT_EXPIRED),
        (Licence.GRANTED, SOON, State.ENDS_SOON, Code.COPYRIGHT_ENDS_SOON),
        (Licence.GRANTED, FAR, CLEARED, Code.COPYRIGHT_LICENSED),
    ],
)
def test_a3_copyright_is_its_own_gate(licence, until, state, code):
    found = ask(replace(LANDSCAPE, licence=licence, licence_until=until))
    assert (found.state, {reason.code for reason in found.reasons}) == (
        state,
        {code, Code.NO_RECOGNISABLE_PERSONS},
    )
    assert found.valid_through == (until if found.allows else None)


def test_a3_print_may_not_outlive_the_licence():
    licensed = replace(LANDSCAPE, licence_until=FAR)
    assert obstacles(ask(licensed, use=PRINT)) == [(Code.INTERVAL_EXCEEDS_LICENCE, Next.SHORTEN_PERIOD)]
    assert ask(licensed, use=PRINT, end=FAR).state == CLEARED


def test_a3_does_not_hide_a_person_who_refused():
    found = ask(replace(SEEN, licence=Licence.UNKNOWN), person("A", line(LineState.REFUSED)))
    assert [reason.code for reason in found.obstacles] == [Code.REFUSED, Code.COPYRIGHT_UNKNOWN]


def test_a4_people_must_be_confirmed_by_a_human():
    found = ask(replace(SEEN, reviewed=False), person("A", line()))
    assert obstacles(found) == [(Code.PEOPLE_NOT_REVIEWED, Next.CONFIRM_PEOPLE)]


def test_a5_places_that_show_nobody_are_cleared():
    words = (FaceWord.NOT_A_PERSON, FaceWord.NOT_RECOGNISABLE, FaceWord.MASKED)
    found = ask(photo(*(face(word, code=word) for word in words)))
    assert [reason.code for reason in found.reasons] == [Code.NO_RECOGNISABLE_PERSONS]


@pytest.mark.parametrize("who", [None, "A", "Z"])
def test_a6_a_face_without_a_known_person_is_unidentified(who):
    bare = face(FaceWord.PERSON if who != "A" else FaceWord.UNIDENTIFIED, who)
    found = ask(photo(bare), person("A", line()))
    assert obstacles(found) == [(Code.UNIDENTIFIED_FACE, Next.NAME_FACE)]


def test_a7_a_suggestion_never_counts_as_a_person():
    found = ask(photo(face(FaceWord.SUGGESTED, "A")))
    assert obstacles(found) == [(Code.SUGGESTION_UNCONFIRMED, Next.NAME_FACE)]


def test_a8_a_name_in_the_metadata_must_be_resolved():
    assert obstacles(ask(replace(LANDSCAPE, unresolved_names=1))) == [
        (Code.NAME_IN_METADATA, Next.RESOLVE_NAMES)
    ]


@pytest.mark.parametrize(
    ("crowd", "use", "special", "code"),
    [
        (None, WEB, False, Code.ASSESSMENT_MISSING),
        (CrowdBasis.MISSING, WEB, False, Code.ASSESSMENT_MISSING),
        (CrowdBasis.OBJECTION, WEB, False, Code.OBJECTION),
        (CrowdBasis.LI, WEB, False, Code.LI),
        (CrowdBasis.LI, replace(WEB, authority_task=True), False, Code.LI_NOT_AVAILABLE_TO_AUTHORITY),
        (CrowdBasis.PUBLIC_TASK, replace(WEB, authority_task=True), False, Code.PUBLIC_TASK),
        (CrowdBasis.LI, WEB, True, Code.ART9_CONDITION_MISSING),
    ],
)
def test_a9_a_crowd_rests_on_its_event(crowd, use, special, code):
    found = ask(photo(face(FaceWord.CROWD), crowd_basis=crowd, special_context=special), use=use)
    assert [reason.code for reason in found.reasons] == [code]


def test_a10_a_person_without_a_face_counts_as_much():
    assert obstacles(ask(LANDSCAPE, person("A"))) == [(Code.NO_RECORD, Next.ASK_CONSENT)]


# Table 2.2


@pytest.mark.parametrize(
    ("fact", "use", "code"),
    [
        ("erasure_pending", WEB, Code.ERASURE_PENDING),
        ("restricted", WEB, Code.RESTRICTED_ART18),
        ("protected", WEB, Code.PROTECTED_PERSON),
        ("objects_to_marketing", replace(WEB, direct_marketing=True), Code.OBJECTION_ART21_2),
    ],
)
def test_p1_to_p4_stand_above_every_consent(fact, use, code):
    assert of(person("A", line(), bases=(basis(),), **{fact: True}), use) == (BLOCKED, code, None)


def test_p4_leaves_other_purposes_alone():
    assert of(person("A", line(), objects_to_marketing=True))[1] == Code.CONSENT


@pytest.mark.parametrize(
    ("relative", "code"),
    [
        (line(), Code.DECEASED_NO_RELATIVE_CONSENT),
        (line(signer=Signer.RELATIVE), Code.RELATIVE_CONSENT),
        (line(LineState.WITHDRAWN, signer=Signer.RELATIVE), Code.DECEASED_NO_RELATIVE_CONSENT),
        (line(signer=Signer.RELATIVE, valid_until=date(2026, 11, 22)), Code.DECEASED_NO_RELATIVE_CONSENT),
        (line(signer=Signer.RELATIVE, evidence_complete=False), Code.EVIDENCE_MISSING),
        (line(signer=Signer.RELATIVE, valid_until=SOON), Code.EXPIRES_SOON),
    ],
)
def test_p5_only_a_relative_speaks_for_the_dead(relative, code):
    assert of(person("A", relative, died_on=date(2025, 10, 19)))[1] == code


def test_p6_ten_years_after_a_leap_day_end_in_march():
    dead = person("A", died_on=date(2016, 2, 29))
    days = (date(2026, 2, 28), date(2026, 3, 1))
    assert [of(dead, start=day, today=day)[1] for day in days] == [
        Code.DECEASED_NO_RELATIVE_CONSENT,
        Code.DECEASED_OVER_10Y_REVIEW,
    ]


@pytest.mark.parametrize("state", ["withdrawn", "refused", "invalidated", "revoked"])
def test_p7_the_newest_decided_line_decides(state):
    newest = line(LineState(state), decided_at=LATER, code="newest")
    assert of(person("A", line(), newest)) == (BLOCKED, Code[state.upper()], None)
    again = line(LineState.RENEWED, decided_at=LATER + timedelta(days=1), code="again")
    assert of(person("A", line(), newest, again))[1] == Code.CONSENT


@pytest.mark.parametrize("kind", BasisKind)
@pytest.mark.parametrize("state", ["withdrawn", "refused"])
def test_p7_con22_no_other_basis_steps_in_after_a_no(state, kind):
    assert of(person("A", line(LineState(state)), bases=(basis(kind),)))[1] == Code[state.upper()]


def test_p7a_a_void_consent_beside_another_basis_goes_to_the_dpo():
    void = line(LineState.REVOKED)
    assert of(person("A", void, bases=(basis(),)))[:2] == (UNCLEAR, Code.BASIS_CONFLICT_DPO)
    dead = basis(valid_until=date(2026, 11, 22))
    assert of(person("A", void, bases=(dead,)))[:2] == (BLOCKED, Code.REVOKED)


def test_con23_on_the_same_instant_the_no_wins():
    assert of(person("A", line(), line(LineState.WITHDRAWN, code="same")))[1] == Code.WITHDRAWN


def test_con23_on_the_same_instant_the_shorter_consent_wins():
    both = (line(valid_until=None), line(code="short", valid_until=SOON))
    assert of(person("A", *both)) == (State.ENDS_SOON, Code.EXPIRES_SOON, SOON)


def test_t10_a_newer_shorter_consent_decides():
    shorter = line(code="newer", decided_at=LATER, valid_until=date(2026, 11, 1))
    assert of(person("A", line(), shorter)) == (BLOCKED, Code.EXPIRED, date(2026, 11, 1))


def test_con21_superseded_and_requested_lines_shadow_nothing():
    shadows = [line(LineState(state), code=state, decided_at=LATER) for state in ("superseded", "requested")]
    assert of(person("A", line(), *shadows))[1] == Code.CONSENT


def test_p8_a_guardian_is_needed_and_any_guardian_may_veto():
    child = person("A", of_age_on=date(2030, 1, 1))
    signed = {signer: of(replace(child, lines=(line(signer=signer),)))[1] for signer in Signer}
    assert signed == {
        Signer.PERSON: Code.GUARDIAN_MISSING,
        Signer.GUARDIAN: Code.CONSENT,
        Signer.BOTH: Code.CONSENT,
        Signer.RELATIVE: Code.NO_RECORD,
    }
    vetoed = replace(child, lines=(line(signer=Signer.BOTH, guardian_veto=True),))
    assert of(vetoed)[:2] == (BLOCKED, Code.GUARDIAN_CONFLICT)


def test_p8_growing_older_does_not_heal_a_signature_given_too_young():
    grown = person("A", line(), of_age_on=date(2026, 1, 2))
    assert of(grown)[1] == Code.GUARDIAN_MISSING
    on_the_day = replace(grown, of_age_on=date(2026, 1, 1))
    assert of(on_the_day)[1] == Code.CONSENT


def test_min05_a_child_may_always_say_no():
    child = person("A", line(signer=Signer.GUARDIAN), line(LineState.WITHDRAWN, code="own", decided_at=LATER))
    assert of(replace(child, of_age_on=date.max))[1] == Code.WITHDRAWN


def test_p9_a_special_scene_takes_explicit_consent():
    assert of(person("A", line(explicit=True)), special_context=True)[1] == Code.CONSENT


def test_p10_a_consent_that_has_not_begun_names_its_first_day():
    early = person("A", line(valid_from=date(2026, 12, 1)))
    assert of(early) == (BLOCKED, Code.NOT_YET_VALID, date(2026, 12, 1))
    assert of(early, start=date(2026, 12, 1))[1] == Code.CONSENT


def test_p11_con12_the_last_day_counts_whole_also_when_the_clocks_change():
    ending = person("A", line(valid_until=date(2026, 10, 25)))
    last, after = date(2026, 10, 25), date(2026, 10, 26)
    assert of(ending, start=last, today=last) == (State.ENDS_SOON, Code.EXPIRES_SOON, last)
    assert of(ending, start=after, today=after) == (BLOCKED, Code.EXPIRED, last)


def test_p11_a_start_in_the_past_is_today():
    expired = person("A", line(valid_until=date(2026, 11, 22)))
    assert of(expired, start=date(2026, 11, 1))[1] == Code.EXPIRED


def test_p12_incomplete_evidence_is_unclear():
    assert of(person("A", line(evidence_complete=False)))[:2] == (UNCLEAR, Code.EVIDENCE_MISSING)
    assert of(person("A", line(LineState.UNKNOWN)))[:2] == (UNCLEAR, Code.EVIDENCE_MISSING)


@pytest.mark.parametrize(
    ("told", "lapses_on", "code"),
    [
        (False, None, Code.COMING_OF_AGE_NOT_INFORMED),
        (True, None, Code.CONSENT),
        (True, date(2026, 11, 24), Code.CONSENT),
        (True, date(2026, 11, 23), Code.COMING_OF_AGE_LAPSED),
    ],
)
def test_p13_min06_min07_coming_of_age(told, lapses_on, code):
    young = person(
        "A",
        line(signer=Signer.GUARDIAN),
        of_age_on=date(2026, 11, 23),
        told_of_age=told,
        lapses_on=lapses_on,
    )
    assert of(young)[1] == code
    assert of(replace(young, of_age_on=date(2026, 11, 24), lapses_on=None))[1] == Code.CONSENT


@pytest.mark.parametrize(
    ("end", "until", "code"),
    [
        (None, FAR, Code.INTERVAL_EXCEEDS_CONSENT),
        (None, None, Code.INTERVAL_EXCEEDS_CONSENT),
        (FAR + timedelta(days=1), FAR, Code.INTERVAL_EXCEEDS_CONSENT),
        (FAR, FAR, Code.CONSENT),
        (FAR, None, Code.CONSENT),
    ],
)
def test_p14_pub06_what_cannot_be_taken_back_ends_within_the_consent(end, until, code):
    assert of(person("A", line(channel="print", valid_until=until)), PRINT, end=end)[1] == code
    assert of(person("A", line(valid_until=until)), WEB, end=end)[1] == Code.CONSENT


def test_p15_the_window_counts_from_the_first_day_of_the_use():
    assert of(person("A", line(valid_until=SOON))) == (State.ENDS_SOON, Code.EXPIRES_SOON, SOON)
    next_day = SOON + timedelta(days=1)
    assert of(person("A", line(valid_until=next_day))) == (CLEARED, Code.CONSENT, next_day)


def test_p16_pub05_the_earliest_end_of_all_people_is_the_end():
    group = photo(face(FaceWord.PERSON, "A"), face(FaceWord.PERSON, "B", "face2"))
    found = ask(group, person("A", line(valid_until=None)), person("B", line(valid_until=FAR)))
    assert (found.state, found.valid_through) == (CLEARED, FAR)


@pytest.mark.parametrize(
    ("contract", "code"),
    [
        (basis(), Code.CONTRACT),
        (basis(valid_from=date(2026, 11, 24)), Code.NOT_YET_VALID),
        (basis(valid_until=date(2026, 11, 22)), Code.EXPIRED),
        (basis(valid_until=SOON), Code.EXPIRES_SOON),
        (basis(guardian_missing=True), Code.GUARDIAN_MISSING),
        (basis(channel="print"), Code.NO_RECORD),
        (basis(covers_photo=False), Code.NO_RECORD),
    ],
)
def test_p17_min09_a_contract_meets_the_same_dates(contract, code):
    assert of(person("A", bases=(contract,)))[1] == code


def test_p17_a_contract_in_print_meets_the_planned_end():
    assert of(person("A", bases=(basis(channel="print"),)), PRINT)[1] == Code.INTERVAL_EXCEEDS_CONSENT


def test_p17_an_old_contract_does_not_shadow_a_new_one():
    old = basis(code="old", valid_until=date(2026, 1, 31))
    assert of(person("A", bases=(old, basis())))[1] == Code.CONTRACT


def test_spc01_a_contract_carries_no_special_scene():
    assert of(person("A", bases=(basis(),)), special_context=True)[1] == Code.ART9_CONDITION_MISSING


@pytest.mark.parametrize("kind", [BasisKind.LI, BasisKind.PUBLIC_TASK])
@pytest.mark.parametrize(
    ("facts", "objects", "special", "code"),
    [
        ({}, False, True, Code.ART9_CONDITION_MISSING),
        ({}, True, False, Code.OBJECTION_ART21_1),
        ({"assessed": False}, False, False, Code.ASSESSMENT_MISSING),
        ({"child_unreviewed": True}, False, False, Code.CHILD_REVIEW),
        ({"valid_until": date(2026, 11, 22)}, False, False, Code.EXPIRED),
        ({}, False, False, None),
    ],
)
def test_p18_other_bases(kind, facts, objects, special, code):
    found = of(person("A", bases=(basis(kind, **facts),), objects=objects), special_context=special)
    assert found[1] == (code or Code[kind.upper()])


def test_p18_a_public_task_serves_an_authority():
    serving = person("A", bases=(basis(BasisKind.PUBLIC_TASK),))
    assert of(serving, replace(WEB, authority_task=True))[1] == Code.PUBLIC_TASK


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"covers_photo": False}, Code.ASSET_NOT_COVERED),
        ({"territory": "DE"}, Code.TERRITORY_NOT_COVERED),
        ({"channel": "print"}, Code.CHANNEL_NOT_COVERED),
        ({"purpose": "news"}, Code.PURPOSE_NOT_COVERED),
    ],
)
def test_p19_p21_a_decision_for_something_else_blocks(facts, code):
    assert of(person("A", line(**facts))) == (BLOCKED, code, None)
    asked = person("A", line(**facts), line(LineState.REQUESTED, code="asked"))
    found = ask(SEEN, asked)
    assert obstacles(found) == [(code, Next.REMIND)]


def test_p20_only_a_request_is_pending():
    assert of(person("A", line(LineState.REQUESTED))) == (UNCLEAR, Code.PENDING, None)


def test_p22_nothing_on_file_is_unclear():
    assert of(person("A")) == (UNCLEAR, Code.NO_RECORD, None)


# Table 2.3 and PUB-07


def test_the_action_matrix():
    states = {
        CLEARED: ask(LANDSCAPE),
        State.ENDS_SOON: ask(SEEN, person("A", line(valid_until=SOON))),
        UNCLEAR: ask(SEEN, person("A")),
        BLOCKED: ask(SEEN, person("A", line(LineState.REFUSED))),
    }
    assert {action: [permits(action, states[state]) for state in State] for action in Action} == {
        Action.SEE: [Circle.ALL, Circle.ALL, Circle.ALL, Circle.EDITORS],
        Action.EDIT: [Circle.ALL, Circle.ALL, Circle.ALL, Circle.DPO],
        Action.OUTWARD: [Circle.ALL, Circle.ALL, Circle.NOBODY, Circle.NOBODY],
        Action.ORIGINAL: [Circle.KEEPERS, Circle.KEEPERS, Circle.DPO, Circle.DPO],
    }
    assert permits("publish", states[CLEARED]) == Circle.NOBODY


@pytest.mark.parametrize("fact", ["erasure_pending", "protected"])
def test_p1_and_p3_are_seen_by_the_dpo_alone(fact):
    assert permits(Action.SEE, ask(SEEN, person("A", line(), **{fact: True}))) == Circle.DPO


def test_pub07_only_a_doubt_can_be_overridden():
    assert {code.state for code in OVERRIDABLE} == {UNCLEAR}
    assert {code.state for code in NEVER_OVERRIDE} == {BLOCKED}
    assert {code for code in Code if code.startswith("GUARDIAN_")} < NEVER_OVERRIDE


def test_every_reason_that_refuses_offers_a_next_step_except_erasure():
    refusing = [code for code in Code if code.state in (UNCLEAR, BLOCKED)]
    assert [code for code in refusing if code.next is Next.NONE] == [Code.ASSET_ERASED]
