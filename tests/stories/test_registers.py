"""GOV-01, GOV-07, GOV-08, GOV-10, DBD-01, DBD-02: the registers say what is, and say what they lack."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from adapters import clock
from models import (
    activities,
    beginning,
    deviation,
    organisation,
    processor,
    recognition,
    registers,
    retention,
    review,
    upcoming,
)
from models.activities import FIELDS, NAMES, ActivityReview
from models.album import Album, Mode
from models.base import tools
from models.breach import Breach
from models.deviation import Deviation
from models.errors import Invalid, NotAllowed, Refusal
from models.pack import Pack
from models.processor import CLAUSES, Party
from models.setting import DEFAULTS, Setting
from models.sheets import Ask
from models.trail import Trace
from models.use import Channel, Use
from models.user import User
from models.webhook import Webhook
from tests.makers import Browser
from tests.stories.test_breaches import SAID, local

pytestmark = pytest.mark.both_engines
PARTICULARS = {
    "organisation": "School Voorbeeld", "organisation_address": "Straat 1, Dorp", "privacy_email": "privacy@school.example",
    "country": "NL", "photo_credit": "", "consent_months": "24", "ends_soon_days": "30", "link_days": "30",
    "coming_of_age_days": "0", "share_days": "30", "files_a_day": "500",
}  # fmt: skip
NOT_AT_FIRST = {Channel.OUT_OF_HOME, Channel.AI_TRAINING, Channel.NAMING, Channel.PARTNER}
PROCESSOR = {
    "part": "processor", "name": "Hosting Voorbeeld", "does": "Keeps the backups", "country": "nl",
    "hosts": "backup.hosting.example", **{f"clause_{letter}": f"clause {letter}" for letter in CLAUSES},
}  # fmt: skip


@pytest.fixture
def dpo(house):
    return house.user("dpo", name="Dirk Dpo")


@pytest.fixture
def admin(house):
    return house.user("admin")


def test_the_record_has_every_field_and_follows_the_settings(dpo, admin):
    """GOV-01 (Art. 30(1)(a) to (g)): written from what runs, in three languages; it names what it lacks."""
    for key in ("organisation_address", "privacy_email"):
        Setting.put(key, "")
    record, about = activities.written("en"), activities.head("en")
    assert [activity.key for activity in record] == list(NAMES)
    assert activities.lint(record, about) == [("", "address"), ("", "contact")]
    organisation.change(PARTICULARS | {"share_days": "14"}, by=admin)
    said = {activity.key: activity for activity in activities.written("nl")}
    assert [text for text in said["shares"].retention if "14" in text] != []
    assert {bool(getattr(activity, field)) for activity in said.values() for field in FIELDS} == {True}
    bare = replace(said["library"], retention=[])
    assert activities.lint([bare], activities.head("nl")) == [("library", "retention")]


def test_a_version_is_what_somebody_looked_at(dpo, admin, later):
    """GOV-01: versions, and a look within twelve months; not while something is missing."""
    Setting.put("privacy_email", "")
    with pytest.raises(Refusal):
        activities.approve(by=dpo)
    organisation.change(PARTICULARS, by=admin)
    first = activities.approve(by=dpo)
    activities.add("events", "purposes", "Open days, shown on the website.", by=dpo)
    second = activities.approve(by=dpo)
    assert (
        [row.number for row in ActivityReview.select().order_by(ActivityReview.number)],
        first.digest != second.digest,
    ) == ([1, 2], True)
    assert [due.where for due in upcoming.duties() if due.late] == []
    later(days=370)
    assert "record" in [due.where for due in upcoming.duties() if due.late]


def test_no_country_outside_without_its_safeguard(dpo):
    """GOV-08 (Art. 44)."""
    given = PROCESSOR | {"country": "us"}
    wrong = []
    for more in ({}, {"safeguard": "clauses"}, {"safeguard": "hope"}):
        with pytest.raises(Invalid) as refused:
            Party.keep(given | more, by=dpo)
        wrong.append(refused.value.field)
    assert wrong == ["safeguard", "safeguard_note", "safeguard"]
    party = Party.keep(given | {"safeguard": "clauses", "safeguard_note": "SCC of 2021, signed"}, by=dpo)
    assert [row.code for row in processor.transfers()] == [party.code]
    assert any("SCC of 2021" in text for text in activities.written("de")[0].transfers)


def test_a_contract_is_checked_clause_by_clause(dpo):
    """GOV-07 (Art. 28(3)(a) to (h)): what was not seen in the contract is named, and is a duty."""
    party = Party.keep(PROCESSOR | {"clause_h": ""}, by=dpo)
    assert (party.missing(), [due.where for due in upcoming.duties() if due.code]) == (["h"], ["parties"])
    with pytest.raises(Invalid) as alone:
        Party.keep(PROCESSOR | {"part": "sub-processor"}, by=dpo)
    assert alone.value.field == "of"
    sub = Party.keep(
        PROCESSOR | {"part": "sub-processor", "of": party.code, "told": "Told in May; no objection."}, by=dpo
    )
    assert (sub.of, sub.told) == (party, "Told in May; no objection.")
    assert Party.keep(PROCESSOR, by=dpo, party=party).missing() == []
    sub.end(by=dpo)
    assert [row.ended_at is None for row in Party.register()] == [True, False]


def test_every_host_we_talk_to_is_somebodys(dpo, admin):
    """GOV-08: by configuration nothing is talked to; a webhook is, and its host must stand in an entry."""
    assert processor.egress() == []
    Webhook.add("https://www.example.org/told", ["photo.blocked"], by=admin)
    assert (processor.egress(), processor.undeclared()) == ([("webhook", "www.example.org")],) * 2
    Party.keep(PROCESSOR | {"hosts": "www.example.org, mail.example.org"}, by=dpo)
    assert processor.undeclared() == []


def test_access_is_looked_at_every_six_months(house, dpo, admin, later):
    """GOV-10: the list as it was shown, confirmed or closed, kept as proof; an old list is refused."""
    gone = house.user("viewer", name="Wim Weg")
    shown = [review.mark(account) for account in review.accounts()]
    with pytest.raises(NotAllowed):
        review.confirm(shown, [], by=gone)
    with pytest.raises(Invalid):
        review.confirm(shown[1:], [], by=dpo)
    with pytest.raises(Invalid):
        review.confirm(shown, [dpo.code], by=dpo)
    kept = review.confirm(shown, [gone.code], by=dpo)
    assert User.get_by_id(gone.id).disabled_at is not None
    assert {row["user"]: row["decided"] for row in kept.accounts}[gone.code] == "close"
    later(days=200)
    assert review.due_on() < upcoming.today()


def test_the_defaults_are_the_private_ones():
    """DBD-01: what a fresh house has; a change here is a decision."""
    assert DEFAULTS == {
        "instance": "", "organisation": "Your organisation", "organisation_address": "", "privacy_email": "", "country": "NL",
        "authority": False, "consent_months": 24, "ends_soon_days": 30, "recognition_mode": "M0", "photo_credit": "",
        "link_days": 30, "shares": False, "share_minors": False, "share_days": 30, "coming_of_age_days": 0,
        "region": "", "files_a_day": 500, "second_factor": False,
    }  # fmt: skip
    assert [use["channel"] for use in beginning.USES if use["channel"] in NOT_AT_FIRST] == []
    assert {str(use.get("territory", "EU")) for use in beginning.USES} == {"EU"}


def test_less_privacy_needs_a_reason(admin):
    """DBD-02: no step without one, each is logged and listed; a step back is free."""
    with pytest.raises(Invalid) as refused:
        organisation.change(PARTICULARS | {"shares": "1", "consent_months": "36"}, by=admin)
    assert (refused.value.field, Setting.of("shares"), Deviation.select().count()) == ("reason", False, 0)
    why = "Alumni are reached once in three years."
    organisation.change(PARTICULARS | {"shares": "1", "consent_months": "36", "reason": why}, by=admin)
    assert sorted((row.key, row.before, row.after, row.stands) for row in Deviation.select()) == [
        ("consent_months", 24, 36, True), ("shares", False, True, True),
    ]  # fmt: skip
    lines = Trace.select().where(Trace.action == "setting.deviates")
    assert (lines.count(), any("Alumni" in line.facts for line in lines)) == (2, False)
    organisation.change(PARTICULARS, by=admin)
    assert [row.stands for row in deviation.register()] == [False, False]


def test_no_step_towards_less_privacy_goes_unwritten(house, dpo, admin):
    """DBD-02, DBD-01: every setting, term, use and mode that can be less strict than the fresh install, one after the other."""
    assert deviation.LESS.keys() ^ deviation.NEUTRAL.keys() == DEFAULTS.keys(), (
        "a new setting belongs to one of the two"
    )
    organisation.change(PARTICULARS | {"second_factor": "1", "coming_of_age_days": "30"}, by=admin)
    looser = {
        "consent_months": "25", "link_days": "31", "shares": "1", "share_minors": "1", "share_days": "31", "files_a_day": "501",
        "second_factor": "", "coming_of_age_days": "0",
    }  # fmt: skip
    assert looser.keys() | {"recognition_mode"} == deviation.LESS.keys()
    kept = PARTICULARS | {"second_factor": "1", "coming_of_age_days": "30"}
    acts = {
        key: partial(lambda key, why: organisation.change(kept | {key: looser[key], "reason": why}, by=admin), key) for key in looser
    }  # fmt: skip
    for rule in retention.SCHEDULE:
        if not rule.is_fixed:
            more = {"amount": str(rule.longest)}
            acts[f"retention:{rule.key}"] = partial(
                lambda key, given, why: retention.choose(key, given | {"why": why}, by=dpo), rule.key, more
            )
    for channel in Channel:
        given = {"name-en": channel.value, "about-en": "x", "channel": channel.value, "territory": "WORLD"}
        code = Use.get_or_none(Use.code == channel.value)
        acts[f"use:{channel.value}{'-2' if code else ''}"] = partial(
            lambda given, why: Use.keep(None, given | {"reason": why}, by=dpo), given
        )
    album = house.album(by=dpo)
    recognition.close(album, by=house.user("editor"))
    acts[f"album:{album.code}"] = lambda why: recognition.open_again(
        Album.get_by_id(album.id), by=dpo, reason=why
    )
    answers = dict.fromkeys(recognition.QUESTIONS, "It was weighed for this test.")
    acts["recognition_mode"] = lambda why: recognition.switch_on(
        Mode.ROSTER, answers | {"purpose": why}, upcoming.today() + timedelta(days=9), by=dpo
    )
    for key, act in acts.items():
        with pytest.raises(Invalid):
            act("")
        assert Deviation.select().where(Deviation.key == key).count() == 0, key
        act("Decided by the board in March.")
        rows = list(Deviation.select().where(Deviation.key == key))
        back_at_default = key in ("second_factor", "coming_of_age_days")
        assert [("board" in row.reason, row.stands) for row in rows] == [(True, not back_at_default)], key
        assert all(registers.deviates(rows[0], Ask(upcoming.today(), lang)) for lang in ("en", "nl", "de"))
    lines = Trace.select().where(Trace.action == "setting.deviates")
    assert (lines.count(), any("board" in line.facts for line in lines)) == (len(acts), False)


def test_the_record_says_the_terms_that_hold(dpo):
    """GOV-01: how long is read from the live schedule, class by class, and changes with it."""

    def said(key):
        return next(one for one in activities.written("en") if one.key == key).retention

    assert [text for text in said("consent") if "proof: 5 years" in text] != []
    retention.choose("evidence", {"amount": "9", "why": "claims lapse late for us"}, by=dpo)
    assert [text for text in said("consent") if "proof: 9 years" in text] != []
    everything = [text for one in activities.written("en") for text in one.retention]
    assert [
        rule.key for rule in retention.SCHEDULE if not any(rule.data in text for text in everything)
    ] == []


def test_an_auditor_reads_and_changes_nothing(house, web, dpo):
    """GOV-10, AUD-06: registers, month, proofs and packs; no name of anybody photographed, no form, no way to a person."""
    noor = house.person("Noor Voorbeeld", by=house.user("editor"))
    row = Breach.note({**SAID, "aware_at": local(clock.now() - timedelta(hours=2))}, by=dpo)
    row.name_people([noor.code], by=dpo)
    party = Party.keep(PROCESSOR, by=dpo)
    made = Pack.ask("en", by=dpo)
    auditor = Browser(web).log_in(house.user("auditor"))
    pages = (
        "", "/record", "/assessments", "/deviations", "/parties", f"/parties/{party.code}", "/breaches", f"/breaches/{row.code}",
        "/retention", "/report", "/report.csv",
    )  # fmt: skip
    read = {name: auditor.get(f"/compliance{name}") for name in pages}
    assert {name: answer.status_code for name, answer in read.items()} == dict.fromkeys(pages, 200)
    assert [
        name for name, answer in read.items() if noor.name in answer.text or noor.code in answer.text
    ] == []
    main = {name: answer.text.partition("<main")[2].partition("</main>")[0] for name, answer in read.items()}
    assert [name for name, text in main.items() if 'method="post"' in text] == []
    assert SAID["facts"] in main[f"/breaches/{row.code}"]
    assert "clause a" in main[f"/parties/{party.code}"]
    assert auditor.get(f"/compliance/packs/{made.code}").status_code == 410, "not made yet, but no 403"
    closed = (
        "/accounts",
        "/breaches/new",
        f"/breaches/{row.code}/letters.pdf",
        "/parties/new",
        "/assessments/events",
    )
    assert {auditor.get(f"/compliance{name}").status_code for name in closed} == {403}
    assert auditor.post("/compliance/packs", data={"lang": "en"}).status_code == 403


def test_the_pages_open(house, web, dpo, admin):
    """Screen 10: empty and filled, each page stands, in three languages; an administrator sees the accounts alone."""
    officer, keeper = Browser(web).log_in(dpo), Browser(web).log_in(admin)
    pages = (
        "",
        "/record",
        "/assessments",
        "/deviations",
        "/accounts",
        "/parties",
        "/parties/new",
        "/breaches",
        "/breaches/new",
    )
    assert {
        officer.get(f"/compliance{name}?lang={lang}").status_code
        for name in pages
        for lang in ("en", "nl", "de")
    } == {200}
    assert officer.post("/compliance/parties", data=PROCESSOR).status_code == 303
    assert officer.post("/compliance/parties", data={**PROCESSOR, "country": "US"}).status_code == 422
    party = Party.get()
    assert officer.get(f"/compliance/parties/{party.code}").status_code == 200
    officer.post("/compliance/record", data={"activity": "library", "field": "purposes", "text": "Memories."})
    assert "Memories." in officer.get("/compliance/record").text
    assert officer.post("/compliance/packs", data={"lang": "nl"}).status_code == 303
    assert [keeper.get(f"/compliance{name}").status_code for name in ("/accounts", "")] == [200, 403]
    shown = [review.mark(account) for account in review.accounts()]
    assert keeper.post("/compliance/accounts", data={"shown": shown}).status_code == 303
    assert tools.locale == "en"


def test_the_statement_is_open_to_all(web):
    """ACC-03: linked in every foot, in three languages."""
    nobody = Browser(web)
    assert [nobody.get(f"/accessibility?lang={lang}").status_code for lang in ("en", "nl", "de")] == [200] * 3
    assert 'href="/accessibility"' in nobody.get("/login").text
