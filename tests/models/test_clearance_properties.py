"""What holds for any facts at all (PUB-02), shown on random ones."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from models.clearance import decide, timeline
from models.facts import BasisKind, FaceFact, FaceWord, LineState, Period, Signer
from models.reasons import RANK, Clearance, Code, State
from tests.models.clearance_facts import (
    DAYS,
    FACES,
    LANDSCAPE,
    LINES,
    PEOPLE,
    PERIODS,
    PERSONS,
    PHOTOS,
    TODAY,
    USES,
    WEB,
    basis,
    face,
    line,
    person,
    photo,
)

many = settings(max_examples=100, deadline=None)
questions = given(PHOTOS, PEOPLE, USES, PERIODS)


def ask(scene, people, use, period) -> Clearance:
    return decide(scene, people, use, period, today=TODAY)


def codes(clearance: Clearance) -> list:
    return [(reason.person, reason.code, reason.until) for reason in clearance.reasons]


@many
@questions
def test_every_question_has_one_answer_that_its_reasons_explain(scene, people, use, period):
    found = ask(scene, people, use, period)
    assert found == ask(scene, people, use, period)
    assert found.state == max((reason.state for reason in found.reasons), key=RANK.get)
    assert found.allows == (not found.obstacles)
    assert found.allows or found.valid_through is None


@many
@given(PHOTOS, PEOPLE, USES, PERIODS, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(scene, people, use, period, rng: random.Random):
    def shuffled(things) -> tuple:
        return tuple(rng.sample(list(things), len(things)))

    mixed = [replace(who, lines=shuffled(who.lines), bases=shuffled(who.bases)) for who in shuffled(people)]
    assert ask(replace(scene, faces=shuffled(scene.faces)), mixed, use, period) == ask(
        scene, people, use, period
    )


@many
@given(PHOTOS, PEOPLE, USES, PERIODS, PERSONS)
def test_one_more_person_never_raises_the_state(scene, people, use, period, newcomer):
    more = [*people, replace(newcomer, code="newcomer")]
    assert RANK[ask(scene, more, use, period).state] >= RANK[ask(scene, people, use, period).state]


@many
@given(PHOTOS, PEOPLE, USES, PERIODS, FACES)
def test_one_more_face_never_raises_the_state(scene, people, use, period, stranger):
    more = replace(scene, faces=(*scene.faces, stranger))
    assert RANK[ask(more, people, use, period).state] >= RANK[ask(scene, people, use, period).state]


@many
@given(PHOTOS, PERSONS, USES, PERIODS, LINES, st.sampled_from([LineState.WITHDRAWN, LineState.REFUSED]))
def test_a_no_never_raises_the_state_con22(scene, who, use, period, no, state):
    after = replace(who, lines=(*who.lines, replace(no, state=state)))
    assert RANK[ask(scene, [after], use, period).state] >= RANK[ask(scene, [who], use, period).state]


@many
@given(PERSONS, USES, PERIODS)
def test_a_withdrawal_now_blocks_whatever_was_said_before_wdr03(who, use, period):
    now = line(
        LineState.WITHDRAWN,
        decided_at=datetime(2026, 11, 23, tzinfo=UTC),
        purpose=use.purpose,
        channel=use.channel,
        territory=use.territory,
    )
    living = replace(who, died_on=None, masked_here=False, lines=(*who.lines, now))
    assert ask(LANDSCAPE, [living], use, period).state == State.BLOCKED


@many
@given(PHOTOS, PERSONS, USES, PERIODS, LINES)
def test_a_pending_request_changes_no_state_con21(scene, who, use, period, asked):
    waiting = replace(who, lines=(*who.lines, replace(asked, state=LineState.REQUESTED)))
    before, after = ask(scene, [who], use, period), ask(scene, [waiting], use, period)
    assert after.state == before.state
    assert [pair for pair in zip(codes(before), codes(after), strict=True) if pair[0] != pair[1]] in (
        [],
        [((who.code, Code.NO_RECORD, None), (who.code, Code.PENDING, None))],
    )


@many
@given(PHOTOS, PERSONS, USES, PERIODS, LINES)
def test_a_line_for_other_photos_leaves_an_answer_alone_and_never_helps(scene, who, use, period, other):
    elsewhere = replace(who, lines=(*who.lines, replace(other, covers_photo=False)))
    before, after = ask(scene, [who], use, period), ask(scene, [elsewhere], use, period)
    silent = {Code.NO_RECORD, Code.PENDING, Code.EVIDENCE_MISSING, Code.CHANNEL_NOT_COVERED}
    silent |= {Code.PURPOSE_NOT_COVERED, Code.TERRITORY_NOT_COVERED}
    assert RANK[after.state] >= RANK[before.state]
    if not any(reason.code in silent for reason in before.reasons):
        assert after == before


@many
@given(PHOTOS, PEOPLE, USES, PERIODS, st.sampled_from([FaceWord.UNIDENTIFIED, FaceWord.SUGGESTED]))
def test_no_unnamed_face_is_ever_cleared(scene, people, use, period, word):
    guess = FaceFact(code="stranger", word=word, person="A")
    assert not ask(replace(scene, faces=(*scene.faces, guess)), people, use, period).allows


@many
@given(PHOTOS, PEOPLE, USES, PERIODS)
def test_pub05_no_clearance_outlives_what_it_rests_on(scene, people, use, period):
    # A second contract may follow on the first; a consent has no such neighbour, the newest decides alone.
    people = [replace(who, bases=()) for who in people]
    found = ask(scene, people, use, period)
    if found.allows and found.valid_through:
        after = found.valid_through + timedelta(days=found.valid_through < date.max)
        late = decide(scene, people, use, Period(after, after), today=after)
        assert late.state == State.BLOCKED or after == found.valid_through or died_meanwhile(late)


def died_meanwhile(late: Clearance) -> bool:
    return any(reason.code is Code.DECEASED_OVER_10Y_REVIEW for reason in late.reasons)


@many
@given(PHOTOS, PEOPLE, USES, DAYS, st.integers(0, 60))
def test_the_stored_steps_say_on_any_later_day_what_decide_says(scene, people, use, today, window):
    steps = timeline(scene, people, use, today=today, window=window)
    read = [
        [step.state for step in steps if step.start <= day and (step.until is None or day <= step.until)]
        for day in (today + timedelta(days=ahead) for ahead in range(120))
    ]
    decided = [
        [decide(scene, people, use, Period(day, day), today=day, window=window).state]
        for day in (today + timedelta(days=ahead) for ahead in range(120))
    ]
    assert read == decided
    assert all(first.state != second.state for first, second in itertools.pairwise(steps))


def test_the_steps_of_one_consent():
    scene = photo(face(FaceWord.PERSON, "A"))
    coming = person("A", line(valid_from=date(2026, 12, 1), valid_until=date(2027, 12, 31)))
    steps = timeline(scene, [coming], WEB, today=TODAY)
    assert [(step.state.value, step.start, step.until) for step in steps] == [
        ("blocked", TODAY, date(2026, 11, 30)),
        ("cleared", date(2026, 12, 1), date(2027, 11, 30)),
        ("ends_soon", date(2027, 12, 1), date(2027, 12, 31)),
        ("blocked", date(2028, 1, 1), None),
    ]


def any_person(rng: random.Random, code: str):
    lines = tuple(
        line(
            rng.choice(list(LineState)),
            code=f"{code}{number}",
            decided_at=datetime(2026, 1, rng.randint(1, 9), tzinfo=UTC),
            channel=rng.choice(["website", "website", "print"]),
            covers_photo=rng.random() < 0.8,
            valid_until=rng.choice([None, TODAY + timedelta(days=rng.randint(-60, 60))]),
            signer=rng.choice(list(Signer)),
            evidence_complete=rng.random() < 0.9,
        )
        for number in range(rng.randint(0, 5))
    )
    bases = tuple(basis(rng.choice(list(BasisKind))) for _ in range(rng.random() < 0.3))
    return person(code, *lines, bases=bases, objects=rng.random() < 0.1)


def test_twenty_thousand_seeded_cases_keep_the_promises_and_the_pace(capsys):
    rng = random.Random(20261123)
    scene = photo(face(FaceWord.PERSON, "A"), face(FaceWord.PERSON, "B", "face2"))
    cases = [(any_person(rng, "A"), any_person(rng, "B")) for _ in range(20_000)]
    period = Period(TODAY, None)
    began = time.perf_counter()
    found = [decide(scene, pair, WEB, period, today=TODAY) for pair in cases]
    pace = len(cases) / (time.perf_counter() - began)
    turned = [decide(scene, pair[::-1], WEB, period, today=TODAY) for pair in cases]
    alone = [decide(scene, pair[:1], WEB, period, today=TODAY) for pair in cases]
    assert turned == found
    # B's face without B's facts is a face without a name.
    assert not any(one.allows for one in alone)
    assert {clearance.state for clearance in found} == set(State)
    with capsys.disabled():
        print(f"\n{pace:,.0f} verdicts a second, two people each")
