"""GOV-09: the pack holds every register, empty or full; its papers are read aloud, its sums agree, and it goes after thirty days."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest

from adapters import clock
from models import activities, dossier, organisation, pack, retention, review, sheets, weighing
from models.base import db, tools
from models.breach import Breach
from models.errors import Gone, Invalid
from models.pack import Pack
from models.processor import Party
from models.setting import Setting
from models.trail import Trace
from tests.makers import Browser
from tests.stories.test_breaches import SAID, local
from tests.stories.test_registers import PARTICULARS, PROCESSOR


def made(dpo, drain, lang="en"):
    asked = Pack.ask(lang, by=dpo)
    drain()
    return Pack.get_by_id(asked.id)


def opened(row, dpo):
    return zipfile.ZipFile(io.BytesIO(b"".join(row.take_out(by=dpo))))


@pytest.fixture
def few(monkeypatch):
    """A pack of two parts, where what is in it does not matter."""
    monkeypatch.setattr(dossier, "PARTS", dossier.PARTS[:2])


@pytest.fixture
def full(house):
    """A house with something in every register."""
    admin, dpo = house.user("admin"), house.user("dpo", name="Dirk Dpo")
    organisation.change(
        PARTICULARS | {"shares": "1", "reason": "The press asks for single photos."}, by=admin
    )
    Party.keep(PROCESSOR, by=dpo)
    row = Breach.note({**SAID, "aware_at": local(clock.now() - timedelta(hours=2))}, by=dpo)
    row.decide("unlikely", "The disk was encrypted.", tell_authority=False, tell_people=False, by=dpo)
    activities.add("library", "purposes", "Memories of the school.", by=dpo)
    activities.approve(by=dpo)
    review.confirm([review.mark(one) for one in review.accounts()], [], by=dpo)
    return dpo


def test_an_empty_house_has_a_whole_pack(house, drain, typed):
    """Each part has its paper, which says what is not recorded; index and sums agree."""
    dpo = house.user("dpo")
    packed = opened(made(dpo, drain), dpo)
    names = packed.namelist()
    papers = [name for name in names if name.endswith(".pdf") and "/" in name]
    assert papers == [f"{part.key}/{part.key}.pdf" for part in dossier.PARTS]
    index = typed(packed.read("index.pdf"), "en")
    assert [name for name in names if "/" in name and name not in index] == []
    sums = [
        f"{hashlib.sha256(packed.read(name)).hexdigest()}  {name}"
        for name in names
        if name != "manifest.sha256"
    ]
    assert packed.read("manifest.sha256").decode().splitlines() == sums
    said = {name.split("/")[0]: typed(packed.read(name), "en") for name in papers}
    untitled = [
        part.key for part in dossier.PARTS if not all(word in said[part.key] for word in part.title.split())
    ]
    empty = {key for key, text in said.items() if "None recorded." in text}
    assert untitled == []
    assert empty >= {
        "dpia", "interests", "breaches", "requests", "erasures", "recognition", "deviations", "consents", "transfers",
    }  # fmt: skip
    assert [key for key, text in said.items() if " · trail " not in text] == [], "the head stands in the foot"


@pytest.mark.parametrize("lang", ["nl", "de"])
def test_every_part_is_told_in_the_readers_language(full, typed, lang):
    """The parts as one paper, so that structure is held against the standard once for all of them."""
    ask = sheets.Ask(clock.today(tools.zone), lang)
    ours = [
        part for part in dossier.PARTS if part.key not in ("sbom", "ai-act", "accessibility", "measures", "wordings")
    ]  # fmt: skip
    text = typed(
        ask.paper("Evidence pack", [block for part in ours for block in part.tell(ask).blocks]), lang
    )
    assert "Memories of the school." in text
    english = (
        "The clock starts",
        "Signed head",
        "Public key",
        "How long",
        "Evidence pack",
        "1 hour",
        "What each role",
    )
    assert [words for words in english if words in text] == []
    assert [part.key for part in dossier.PARTS if ask.say(part.title) == part.title] == []


@pytest.mark.both_engines
def test_a_full_house_tells_what_it_has(full, typed):
    ask = sheets.Ask(clock.today(tools.zone), "en")
    told = {part.key: part.tell(ask) for part in dossier.PARTS}
    data = {name: content for one in told.values() for name, content in one.files}
    assert [row["facts"] for row in json.loads(data["breaches.json"])] == [SAID["facts"]]
    assert [row["name"] for row in json.loads(data["parties.json"])] == ["Hosting Voorbeeld"]
    assert [row["setting"] for row in json.loads(data["deviations.json"])] == ["shares"]
    assert json.loads(data["verification.json"])["first_bad"] is None
    assert json.loads(data["record.json"])["missing"] == []
    assert "Dirk Dpo" not in data["accounts.csv"].decode(), "an auditor reads codes"
    keys = ("breaches", "parties", "record", "deviations", "access", "trail")
    paper = typed(ask.paper("Evidence pack", [block for key in keys for block in told[key].blocks]), "en")
    words = (
        SAID["facts"],
        "Hosting Voorbeeld",
        "Memories of the school.",
        "Sharing by link",
        "every line is as",
    )
    assert [said for said in words if said not in paper] == []


@pytest.mark.both_engines
def test_a_past_day_is_told_as_it_stood(full, drain, later, typed, monkeypatch):
    """Reproducible for a date: what came later is not in it, what can't be told says so, and twice the same bytes."""
    day = clock.today(tools.zone)
    live = {part.key: dict(part.tell(sheets.Ask(day, "en")).files) for part in dossier.PARTS}
    first = Breach.get()
    later(days=3)
    changed = {**SAID, "aware_at": local(first.aware_at), "facts": "Two laptops were stolen, it turned out."}
    first.change(changed, by=full)
    first.close(by=full)
    Breach.note({**SAID, "aware_at": local(clock.now()), "facts": "A letter went astray."}, by=full)
    Party.keep(PROCESSOR | {"name": "Another Hosting"}, by=full)
    Party.keep(
        PROCESSOR | {"does": "Keeps nothing any more"}, by=full, party=Party.select().order_by(Party.id).get()
    )
    activities.add("library", "purposes", "Something of today.", by=full)
    activities.approve(by=full)
    retention.choose("evidence", {"amount": "9", "why": "claims lapse late for us"}, by=full)
    answers = {
        **dict.fromkeys(weighing.QUESTIONS, "It was weighed for this test."),
        "children": "They sing in the choir.",
    }
    weighing.weigh_events(
        answers, day + timedelta(days=90), by=full, risk="low", children=True, public_space=True
    )
    ask = sheets.Ask(day, "en", past=True)
    told = {part.key: part.tell(ask) for part in dossier.PARTS}
    data = {key: dict(one.files) for key, one in told.items()}
    breaches = json.loads(data["breaches"]["breaches.json"])
    assert [(one["facts"], one["closed_at"], one["risk"]) for one in breaches] == [
        (SAID["facts"], None, "unlikely")
    ]
    (party,) = json.loads(data["parties"]["parties.json"])
    assert (party["name"], "rewritten_at" in party, "does" in party) == ("Hosting Voorbeeld", True, False)
    assert json.loads(data["dpia"]["dpia.json"]) == []
    assert json.loads(data["retention"]["runs.json"])["terms"]["evidence"] == "5 years"
    record = json.loads(data["record"]["record.json"])
    assert (record["number"], "Something of today." in str(record)) == (1, False)
    for key in ("wordings", "requests", "consents", "erasures"):
        assert data[key] == live[key], "what has dates is told as it was told then"
    assert [key for key, one in told.items() if one.gap.startswith("This part is told by the running")] == [
        "measures", "recognition",
    ]  # fmt: skip
    assert {key for key, one in told.items() if not one.gap} == {
        "dpia",
        "interests",
        "wordings",
        "parties",
        "erasures",
    }
    later(days=2)
    Breach.note({**SAID, "aware_at": local(clock.now()), "facts": "Another letter went astray."}, by=full)
    again = {part.key: dict(part.tell(ask).files) for part in dossier.PARTS}
    assert [key for key in data if again[key] != data[key]] == []
    monkeypatch.setattr(
        dossier, "PARTS", [part for part in dossier.PARTS if part.key in ("measures", "breaches")]
    )
    row = Pack.ask("en", by=full, on=day)
    drain()
    packed = opened(Pack.get_by_id(row.id), full)
    assert packed.read("breaches/breaches.json") == data["breaches"]["breaches.json"]
    index = typed(packed.read("index.pdf"), "en")
    assert ("can't be reconstructed" in index, "Made on" in index) == (True, True)
    assert "As it stood at the end of" in typed(packed.read("measures/measures.pdf"), "en")
    for wrong in (day - timedelta(days=9), clock.today(tools.zone) + timedelta(days=1)):
        with pytest.raises(Invalid):
            Pack.ask("en", by=full, on=wrong)


def test_it_is_taken_out_after_a_step_up_and_goes_after_thirty_days(full, web, drain, later, few):
    row = made(full, drain)
    browser = Browser(web).log_in(full)
    answer = browser.get(f"/compliance/packs/{row.code}")
    assert (answer.status_code, hashlib.sha256(answer.data).hexdigest()) == (200, row.sha256)
    assert Trace.select().where(Trace.action == "pack.taken-out").count() == 1
    later(minutes=6)
    assert browser.get(f"/compliance/packs/{row.code}").headers["Location"].startswith("/account/prove")
    later(days=31)
    pack.sweep()
    assert (tools.vault.has(row.vault_id), Pack.get_by_id(row.id).ended_at is not None) == (False, True)
    with pytest.raises(Gone):
        Pack.get_by_id(row.id).take_out(by=full)


def test_a_worker_that_died_half_way_begins_anew(full, drain, few):
    asked = Pack.ask("nl", by=full)
    tools.vault.put(asked.vault_id, "original", b"half a pack")
    drain()
    row = Pack.get_by_id(asked.id)
    assert (row.parts, opened(row, full).testzip()) == (len(dossier.PARTS), None)


def test_nobody_elses_words_run_as_a_formula(full, drain):
    """A name in the list of accounts can't begin like a formula."""
    with db.atomic():
        Setting.put("organisation", "=1+1")
    assert (
        sheets.as_csv(["name"], [["=1+1"], ["\u00a0=1+1"]]) == b'"name"\r\n"\'=1+1"\r\n"\'\xc2\xa0=1+1"\r\n'
    )
