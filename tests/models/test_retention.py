"""The retention schedule: on both sides of each limit, by the organisation's calendar, with its proof (section 8, GOV-09, DBD-01)."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters import clock
from models import index, retaining, retention
from models.base import db, tools
from models.consent import About, Answer, Consent, Line, Means, Withdrawal
from models.disposition import Disposition
from models.draft import Draft
from models.errors import Invalid, NotAllowed
from models.face import Appearance
from models.inquiry import Inquiry, InquiryKind
from models.job import Job
from models.notice import Notice, NoticeKind
from models.photo import Arrival, Photo
from models.retaining import Run
from models.retention import RULES, SCHEDULE, Term
from models.setting import Setting
from models.share import Share
from models.trail import Trace

pytestmark = pytest.mark.both_engines
SECOND = timedelta(seconds=1)


@pytest.fixture
def at(monkeypatch):
    """Sets the house's clock to an instant."""

    def put(*when):
        moment = when[0] if isinstance(when[0], datetime) else datetime(*when, tzinfo=UTC)
        monkeypatch.setattr(clock, "_read", lambda: moment)
        return moment

    return put


def job(moment):
    return Job.create(kind="wipe", subject=0, due_at=moment, done_at=moment)


def arrival(moment):
    return Arrival.create(code=f"a{Arrival.select().count()}", at=moment)


def share(moment, by, use):
    made = Share(code=f"s{moment:%f%S}", token=f"t{moment:%f%S}", use=use, recipient="Zus", by=by)
    made.expires_on = moment.date()
    made.save(force_insert=True)
    return made


def inquiry(moment, person):
    return Inquiry.create(person=person, kind=InquiryKind.OTHER, at=moment, answered_at=moment, note="sent")


@pytest.mark.parametrize("key", ["job", "arrival"])
def test_hours_and_days_are_counted_to_the_second(engine, at, key):
    """At its limit a row still stays; one second later it goes."""
    now = at(2027, 3, 28, 1, 30)  # an hour that the Netherlands skip
    make, record = {"job": (job, Job), "arrival": (arrival, Arrival)}[key]
    limit = retention.limit(key)
    assert limit == now - {"job": timedelta(days=7), "arrival": timedelta(hours=1)}[key]
    Job.delete().execute()
    make(limit)
    make(limit - SECOND)
    run = retaining.carry_out(RULES[key])
    assert (run.acted, record.select().count(), run.failed) == (1, 1, "")


@pytest.mark.parametrize(
    ("zone", "last"),
    [
        ("Europe/Amsterdam", datetime(2026, 7, 14, 22, tzinfo=UTC)),
        ("Atlantic/Azores", datetime(2026, 7, 14, 0, tzinfo=UTC)),
    ],
)
def test_months_and_years_go_by_the_calendar_of_the_place(engine, at, zone, last):
    """Five years to the day, from the organisation's midnight: on the Azores it is still the day before."""
    tools._wired.zone = zone
    at(2031, 7, 14, 22, 30)
    limit = retention.limit("request-case")
    assert limit.astimezone(UTC) == last.replace(year=2026)
    person = engine.person()
    for moment in (limit, limit - SECOND):
        inquiry(moment, person)
    assert retaining.carry_out(RULES["request-case"]).acted == 1
    assert [row.answered_at for row in Inquiry.select()] == [limit]


@pytest.mark.parametrize(
    ("country", "today", "ended", "goes"),
    [
        ("NL", (2031, 11, 26), date(2026, 11, 26), False), ("NL", (2031, 11, 27), date(2026, 11, 26), True),
        ("DE", (2029, 12, 31), date(2026, 1, 1), False), ("DE", (2030, 1, 1), date(2026, 1, 1), True),
        ("DE", (2029, 12, 31), date(2026, 12, 31), False), ("DE", (2030, 1, 1), date(2026, 12, 31), True),
    ],
)  # fmt: skip
def test_evidence_stays_for_as_long_as_claims_do(engine, at, country, today, ended, goes):
    """NL: five years after the last day; DE: three years from the end of that year (BW 3:310, BGB 195, 199)."""
    at(2026, 1, 1, 12)
    Setting.put("country", country)
    consent = signed(engine, engine.person(), ended)
    tools.vault.put(consent.vault_id, "evidence", b"proof")
    at(*today, 12)
    retaining.carry_out(RULES["evidence"])
    assert (Consent.get_or_none(Consent.id == consent.id) is None) is goes
    assert tools.keys.has("object", consent.vault_id) is not goes
    kept = [line.details for line in Trace.select().where(Trace.action == "evidence.erased")]
    assert [line["given"] for line in kept] == ([1] if goes else [])


def signed(house, person, until, *, answer=Answer.GIVEN, signed_at=None):
    consent = Consent.create(
        person=person, means=Means.PAPER, locale="nl", signer="N. Voorbeeld", withdrawal_token=os.urandom(8).hex(),
        signed_at=signed_at or clock.now(),
    )  # fmt: skip
    Line.create(
        consent=consent, person=person, about=About.USE, use=house.use(), answer=answer, valid_from=consent.signed_at.date(),
        valid_until=until, decided_at=consent.signed_at,
    )  # fmt: skip
    return consent


def test_no_earlier_yes_comes_to_life_when_a_later_no_is_forgotten(engine, at):
    """A no may be old enough to go: while an older yes is still on file it stays (CON-22)."""
    at(2020, 1, 1)
    person = engine.person()
    yes = signed(engine, person, None)
    at(2021, 1, 1)
    no = signed(engine, person, None, answer=Answer.REFUSED)
    at(2030, 1, 1)
    assert retaining.carry_out(RULES["evidence"]).acted == 0
    assert Consent.select().where(Consent.id.in_([yes.id, no.id])).count() == 2
    Withdrawal.create(line=yes.lines.get(), actor="person", means="link", at=datetime(2022, 1, 1, tzinfo=UTC))
    assert retaining.carry_out(RULES["evidence"]).acted == 2


def photo_of(house, at_moment, state, until=None):
    user = house.user("editor")
    photo = house.photo(house.album(f"Shoot {Photo.select().count()}", by=user), by=user)
    Photo.update(taken_in_at=at_moment).where(Photo.id == photo.id).execute()
    index.Indexed.delete().where(index.Indexed.photo == photo).execute()
    index.Indexed.create(photo=photo, use=house.use(), state=state, until=until)
    return photo


@pytest.mark.parametrize(("key", "state", "months"), [("review", "cleared", 24), ("unknown", "unclear", 6)])
def test_a_photo_joins_the_queue_in_its_time_and_not_twice(engine, at, key, state, months):
    """One day before: stays; then it waits for a decision, once; kept, it comes back on the day that was chosen."""
    now = at(2026, 11, 26, 12)
    limit = retention.limit(key)
    assert limit.date() in (
        clock.months_after(now.date(), -months),
        clock.months_after(now.date(), -months) - timedelta(days=1),
    )
    photo_of(engine, limit, state)
    old = photo_of(engine, limit - SECOND, state)
    assert [retaining.carry_out(RULES[key]).acted for _ in range(2)] == [1, 0]
    row = Disposition.get()
    assert (row.photo_id, row.person_id, row.cause) == (old.id, None, key)
    dpo = engine.user("dpo")
    row.decide("keep", ground="needed for the yearbook", review_on=date(2027, 2, 1), by=dpo)
    Photo.update(taken_in_at=now).where(Photo.id != old.id).execute()
    at(2027, 2, 1, 12)
    assert retaining.carry_out(RULES[key]).acted == 0
    at(2027, 2, 2, 12)
    assert retaining.carry_out(RULES[key]).acted == 1


def test_a_photo_whose_consent_ended_joins_with_its_person(engine, at):
    """Expiry is no act: the night finds the photo, thirty days are left to decide, and nothing is erased unasked."""
    at(2026, 1, 1, 12)
    person, photo = engine.person(), photo_of(engine, clock.now(), "cleared", until=date(2026, 6, 1))
    Appearance.create(photo=photo, person=person)
    signed(engine, person, date(2026, 6, 1))
    at(2026, 6, 1, 12)
    assert retaining.carry_out(RULES["ungrounded"]).acted == 0
    at(2026, 6, 2, 12)
    assert retaining.carry_out(RULES["ungrounded"]).acted == 1
    row = Disposition.get()
    assert (row.person, row.cause, row.due_on) == (person, "ended", date(2026, 7, 2))
    at(2026, 7, 3, 12)
    assert retaining.carry_out(RULES["ungrounded"]).left == {"to decide": 1}
    assert Photo.select().where(Photo.id == photo.id).exists()


def test_erasing_unasked_needs_the_rule_a_reason_and_the_day_to_pass(engine, at):
    at(2026, 1, 1, 12)
    dpo = engine.user("dpo")
    photo = photo_of(engine, clock.now(), "unclear")
    at(2026, 8, 1, 12)
    retaining.carry_out(RULES["unknown"])
    with pytest.raises(Invalid):
        retention.choose("unknown", {"amount": "6", "alone": "1"}, by=dpo)
    retention.choose("unknown", {"amount": "6", "alone": "1", "why": "agreed with the works council"}, by=dpo)
    at(2026, 8, 31, 12)
    retaining.carry_out(RULES["unknown"])
    assert Photo.select().where(Photo.id == photo.id).exists()
    at(2026, 9, 1, 12)
    retaining.carry_out(RULES["unknown"])
    assert not Photo.select().where(Photo.id == photo.id).exists()
    assert [term.key for term in retention.deviations()] == ["unknown"]


def test_terms_are_the_shortest_until_the_privacy_officer_says_why(engine):
    """DBD-01, DBD-02: shortest by default; longer needs a reason; outside the range nobody gets."""
    assert [Term.select().count(), *(retention.amount(rule.key) == retention.least(rule) for rule in SCHEDULE if not rule.operator)] == [
        0, *[True] * sum(not rule.operator for rule in SCHEDULE),
    ]  # fmt: skip
    dpo = engine.user("dpo")
    for amount, why in (
        ("11", "a long enough reason"),
        ("4", "a long enough reason"),
        ("6", ""),
        ("six", "x" * 20),
    ):
        with pytest.raises(Invalid):
            retention.choose("evidence", {"amount": amount, "why": why}, by=dpo)
    with pytest.raises(Invalid):
        retention.choose("job", {"amount": "7"}, by=dpo)
    with pytest.raises(NotAllowed):
        retention.choose("evidence", {"amount": "6", "why": "a long enough reason"}, by=engine.user("editor"))
    retention.choose("evidence", {"amount": "6", "why": "a claim is announced"}, by=dpo)
    assert (retention.amount("evidence"), [term.why for term in retention.deviations()]) == (
        6,
        ["a claim is announced"],
    )
    assert Trace.select().where(Trace.action == "retention.changed").get().details["before"] == 5
    retention.choose("evidence", {"amount": "5"}, by=dpo)
    assert retention.deviations() == []


def test_every_class_runs_in_one_night_and_what_fails_is_told_once(engine, later, monkeypatch):
    """The proof of each; a class that fails holds up no other, and the privacy officer gets one letter until it works again."""
    dpo = engine.user("dpo")
    retaining.tonight()
    assert {run.key: run.failed for run in Run.select()} == {rule.key: "" for rule in SCHEDULE}
    assert retaining.late() == []
    whole = Draft.sweep

    def broken(before=None):
        raise OSError("no such disk")

    monkeypatch.setattr(Draft, "sweep", broken)
    for _ in range(2):
        later(days=1)
        retaining.tonight()
    assert [row.rule.key for row in retaining.late()] == ["draft"]
    letters = Notice.select().where(Notice.kind == NoticeKind.LATE_RETENTION)
    assert [notice.user for notice in letters] == [dpo]
    monkeypatch.setattr(Draft, "sweep", whole)
    retaining.tonight()
    assert retaining.late() == []
    later(days=2)
    assert len(retaining.late()) == len(SCHEDULE)


def test_it_goes_on_where_it_was_stopped(engine, at, monkeypatch):
    """Killed between two batches, the next run does the rest and nothing twice."""
    now = at(2026, 11, 26, 12)
    monkeypatch.setattr(retaining, "BATCH", 2)
    for _ in range(5):
        photo_of(engine, now - timedelta(days=400), "unclear")
    from models import disposition

    whole, calls = disposition.queue, []

    def stops(pairs, cause):
        if calls:
            raise KeyboardInterrupt
        calls.append(cause)
        return whole(pairs, cause)

    monkeypatch.setattr(disposition, "queue", stops)
    with pytest.raises(KeyboardInterrupt):
        retaining.carry_out(RULES["unknown"])
    monkeypatch.setattr(disposition, "queue", whole)
    assert (Disposition.select().count(), db.in_transaction()) == (2, False)
    assert retaining.carry_out(RULES["unknown"]).acted == 3
    assert Disposition.select().count() == 5


def test_every_verb_is_there_and_every_range_is_one():
    assert [rule.key for rule in SCHEDULE if not callable(retention.verb(rule))] == []
    assert [rule.key for rule in SCHEDULE if rule.longest and rule.longest < rule.shortest] == []
    assert len(RULES) == len(SCHEDULE)


def test_shares_go_with_the_evidence(engine, at):
    at(2026, 1, 2, 12)
    user, use = engine.user("editor"), engine.use()
    kept, gone = (
        share(datetime(2026, 1, 2, tzinfo=UTC), user, use),
        share(datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC), user, use),
    )
    at(2031, 1, 2, 12)
    assert retaining.carry_out(RULES["shared"]).acted == 1
    assert [row.id for row in Share.select()] == [kept.id]
    assert gone.id != kept.id
