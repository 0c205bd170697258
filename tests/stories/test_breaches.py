"""GOV-03 to GOV-06: every breach is on the register, its hours are real ones, and who must be told is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters import clock
from models import breach, registers, statute, telling
from models.base import tools
from models.breach import Breach, Earlier, Told, Whom
from models.errors import Invalid, NotAllowed, Refusal
from models.gather import today
from models.notice import Notice
from models.organisation import Setting
from models.sheets import Ask
from models.trail import Trace
from tests.makers import Browser

pytestmark = pytest.mark.both_engines
SAID = {
    "facts": "A laptop with a copy of an album was stolen from a car.", "kinds": "Pupils and colleagues; photos, names",
    "people": "40", "rows": "200", "effects": "Photos may be shown without leave.", "remedy": "The account was closed at once.",
}  # fmt: skip
LETTER = {
    "nature": "A laptop with photos of you was stolen.", "consequences": "Somebody might show them.",
    "measures": "We closed the account; tell us if you see one.",
}  # fmt: skip
ZONE = ZoneInfo("Europe/Amsterdam")


def local(moment):
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def dpo(house):
    Setting.put("privacy_email", "privacy@school.example")
    return house.user("dpo", name="Dirk Dpo")


@pytest.fixture
def noted(dpo):
    return Breach.note({**SAID, "aware_at": local(clock.now() - timedelta(hours=2))}, by=dpo)


@pytest.mark.parametrize(
    ("aware", "due"),
    [
        (
            "2026-10-23T16:20",
            "2026-10-26 15:20 CET",
        ),  # the clock goes back: a wall clock would be an hour late
        ("2026-03-27T09:05", "2026-03-30 10:05 CEST"),
    ],
)
def test_seventy_two_hours_are_hours(dpo, monkeypatch, aware, due):
    """GOV-04: counted on instants, over weekends and changes of the clock, and shown in local time."""
    monkeypatch.setattr(clock, "_read", lambda: datetime(2026, 10, 24, 8, tzinfo=UTC))
    row = Breach.note({**SAID, "aware_at": aware}, by=dpo)
    assert Breach.get_by_id(row.id).due_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M %Z") == due


def test_a_figure_of_the_law_changes_on_its_day():
    """GOV-06: a row with a later day gives another due from that day on, and nothing before."""
    later = replace(statute.FIGURES[0], value=96, since=date(2027, 6, 1))
    figures = (*statute.FIGURES, later)
    assert [statute.value("breach_hours", day, figures) for day in (date(2027, 5, 31), date(2027, 6, 1))] == [
        72,
        96,
    ]


def test_what_needs_no_notice_is_kept_too(noted, dpo):
    """GOV-03 (Art. 33(5)): decided against, with reasons, and still on the register."""
    with pytest.raises(Refusal):
        noted.close(by=dpo)
    with pytest.raises(Invalid) as short:
        noted.decide("unlikely", "", tell_authority=False, tell_people=False, by=dpo)
    assert short.value.field == "reasons"
    noted.decide(
        "unlikely",
        "The disk was encrypted and switched off.",
        tell_authority=False,
        tell_people=False,
        by=dpo,
    )
    assert Breach.get_by_id(noted.id).waits is False
    noted.close(by=dpo)
    assert [(row.code, row.closed_at is not None) for row in Breach.all()] == [(noted.code, True)]
    with pytest.raises(Refusal):
        noted.change(SAID | {"aware_at": local(noted.aware_at)}, by=dpo)


def test_a_risk_must_be_notified_and_a_high_one_told(noted, dpo):
    """Art. 33(1), 34(1): no decision spares the authority where harm is not unlikely, or the people at high risk."""
    wrong = []
    for danger, people, note in (("risk", False, ""), ("high", False, ""), ("high", False, "short")):
        with pytest.raises(Invalid) as refused:
            noted.decide(danger, "It was weighed with care.", tell_authority=danger != "risk", tell_people=people,
                         keys_note=note, by=dpo)  # fmt: skip
        wrong.append(refused.value.field)
    assert wrong == ["danger", "keys_note", "keys_note"]
    noted.decide(
        "high", "It was weighed with care.", tell_authority=True, tell_people=False, by=dpo,
        keys_note="The disk's key never left the key store in the office.",
    )  # fmt: skip
    assert Breach.get_by_id(noted.id).tell_people is False


def test_a_late_notice_says_why_and_phases_follow(noted, dpo, later):
    """GOV-04 (Art. 33(1), (4))."""
    assert (noted.late, noted.hours_left) == (False, 69)
    later(hours=71)
    assert noted.late is True
    breach.watch()
    breach.watch()
    letter = Notice.get(Notice.user == dpo, Notice.key.startswith("breach-late"))
    assert (Notice.select().where(Notice.key == letter.key).count(), letter.values) == (
        1,
        {"breach": noted.code},
    )
    with pytest.raises(Invalid) as refused:
        noted.tell_the_authority("Sent by the form, number 12345.", by=dpo)
    assert refused.value.field == "late_why"
    noted.tell_the_authority(
        "Sent by the form, number 12345.", late_why="Nobody was at work all weekend.", by=dpo
    )
    noted.tell_the_authority("The number of people is known now.", by=dpo)
    assert [(row.whom, bool(row.late_why)) for row in noted.tellings()] == [
        (Whom.AUTHORITY, True),
        (Whom.AUTHORITY, False),
    ]
    assert noted.waits is False


def test_people_are_told_by_mail_or_on_paper(house, noted, dpo, drain, typed):
    """GOV-05 (Art. 34(2)): nature, contact, consequences and measures, each once; on paper where there is no address."""
    noor = house.person("Noor Voorbeeld", email="noor@people.example", locale="nl")
    bo = house.person("Bo Voorbeeld")
    noted.name_people([noor.code, bo.code], by=dpo)
    assert noted.tell_the_people(LETTER, by=dpo) == 1
    drain()
    letter = next(mail for mail in house.letters() if "noor@people.example" in mail["To"])
    said = letter.get_body(("plain",)).get_content()
    assert [part in said for part in (*LETTER.values(), "privacy@school.example")] == [True] * 4
    for lang, title in (("en", "Something happened to your data"), ("nl", "Er is iets gebeurd met uw gegevens"),
                        ("de", "Mit Ihren Daten ist etwas geschehen")):  # fmt: skip
        pages = typed(telling.on_paper(noted, lang, by=dpo), lang)
        assert (title in pages, "Bo Voorbeeld" in pages, "Noor" in pages, LETTER["measures"] in pages) == (
            True,
            True,
            False,
            True,
        )
    notice = typed(telling.to_the_authority(noted, "de", by=dpo), "de")
    assert [
        word in notice for word in (SAID["facts"], SAID["effects"], SAID["remedy"], "Dirk Dpo", "40 / 200")
    ] == [True] * 5


def test_what_was_written_before_is_kept(noted, dpo):
    """The register can be mended, and what it said stays; the trail knows which columns and no words."""
    noted.change(SAID | {"aware_at": local(noted.aware_at), "people": "45"}, by=dpo)
    assert [row.said["people"] for row in Earlier.select()] == ["40"]
    line = Trace.get(Trace.action == "breach.changed")
    assert ("people" in line.facts, "laptop" in line.facts) == (True, False)
    assert registers.breach(Breach.get_by_id(noted.id), Ask(today(), "en"))["people"] == 45


def test_only_the_privacy_officer(house, noted):
    with pytest.raises(NotAllowed):
        Breach.note({**SAID, "aware_at": local(clock.now())}, by=house.user("editor"))
    with pytest.raises(NotAllowed):
        noted.close(by=house.user("admin"))


def test_the_pages_walk(house, web, dpo, drain):
    """GOV-03: noted, decided, told and closed in the browser; a mistake keeps what was typed."""
    browser = Browser(web).log_in(dpo)
    answer = browser.post("/compliance/breaches", data={**SAID, "aware_at": "soon"})
    assert (answer.status_code, SAID["facts"] in answer.text) == (422, True)
    when = local(clock.now() - timedelta(hours=80))
    made = browser.post("/compliance/breaches", data={**SAID, "aware_at": when})
    url = made.headers["Location"]
    assert "should have heard" in browser.get("/compliance").text
    browser.post(
        f"{url}/decision",
        data={"danger": "risk", "reasons": "Names and faces together.", "tell_authority": "1"},
    )
    assert browser.post(f"{url}/authority", data={"words": "By the form, number 1."}).status_code == 422
    browser.post(
        f"{url}/authority", data={"words": "By the form, number 1.", "late_why": "It was noticed late."}
    )
    assert browser.get(f"{url}/notice.pdf").data[:5] == b"%PDF-"
    browser.post(f"{url}/close")
    assert (Breach.get().closed_at is not None, Told.select().count()) == (True, 1)
    assert tools.zone == "Europe/Amsterdam"
