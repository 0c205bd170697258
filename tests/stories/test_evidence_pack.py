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
from models.errors import Gone, Invalid, _l
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
    assert untitled == []
    empty = {key for key, text in said.items() if "None recorded." in text}
    assert empty >= {
        "dpia",
        "interests",
        "breaches",
        "requests",
        "erasures",
        "recognition",
        "deviations",
        "consents",
        "transfers",
    }
    assert [key for key, text in said.items() if "1 / " not in text or "trail " not in text] == [], (
        "pages and head in the foot"
    )


@pytest.mark.parametrize("lang", ["nl", "de"])
def test_every_part_is_told_in_the_readers_language(full, typed, lang):
    """All parts as one paper: structure once for all of them."""
    ask = sheets.Ask(clock.today(tools.zone), lang)
    told = {part: part.tell(ask) for part in dossier.PARTS}
    text = typed(ask.paper("Evidence pack", [block for one in told.values() for block in one.blocks]), lang)
    assert ask.say(_l("Memories of the school.")) in text
    assert [part.key for part in dossier.PARTS if ask.say(part.title) == part.title] == []
    english = ("The clock starts", "Signed head", "Public key", "How long", "Evidence pack")
    assert [words for words in english if words in text] == []


@pytest.mark.both_engines
def test_a_full_house_tells_what_it_has(full, drain, typed):
    packed = opened(made(full, drain), full)
    parts = {name: packed.read(name) for name in packed.namelist()}
    assert [row["facts"] for row in json.loads(parts["breaches/breaches.json"])] == [SAID["facts"]]
    assert [row["name"] for row in json.loads(parts["parties/parties.json"])] == ["Hosting Voorbeeld"]
    assert [row["setting"] for row in json.loads(parts["deviations/deviations.json"])] == ["shares"]
    assert json.loads(parts["trail/verification.json"])["first_bad"] is None
    assert json.loads(parts["record/record.json"])["missing"] == []
    assert SAID["facts"] in typed(parts["breaches/breaches.pdf"], "en")
    assert "Hosting Voorbeeld" in typed(parts["parties/parties.pdf"], "en")
    assert "Memories of the school." in typed(parts["record/record.pdf"], "en")


@pytest.mark.both_engines
def test_a_past_day_is_told_as_it_stood(full, drain, later, typed):
    """Reproducible for a date: what came later is not in it, what can't be told says so, and twice the same bytes."""
    day = clock.today(tools.zone)
    live = {part.key: part.tell(sheets.Ask(day, "en")).files for part in dossier.PARTS}
    first = Breach.get()
    later(days=3)
    first.change(
        {**SAID, "aware_at": local(first.aware_at), "facts": "Two laptops were stolen, it turned out."},
        by=full,
    )
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
    row = Pack.ask("en", by=full, on=day)
    drain()
    packed = opened(Pack.get_by_id(row.id), full)
    data = {
        name: packed.read(name) for name in packed.namelist() if "/" in name and not name.endswith(".pdf")
    }
    breaches = json.loads(data["breaches/breaches.json"])
    assert [(one["facts"], one["closed_at"], one["risk"]) for one in breaches] == [
        (SAID["facts"], None, "unlikely")
    ]
    assert [one["name"] for one in json.loads(data["parties/parties.json"])] == ["Hosting Voorbeeld"]
    assert "rewritten_at" in json.loads(data["parties/parties.json"])[0]
    assert json.loads(data["dpia/dpia.json"]) == []
    assert json.loads(data["retention/runs.json"])["terms"]["evidence"] == "5 years"
    assert json.loads(data["record/record.json"])["number"] == 1
    assert "Something of today." not in data["record/record.json"].decode()
    same = {
        f"{key}/{name}"
        for key in ("deviations", "wordings", "requests", "consents", "erasures")
        for name, _ in live[key]
    }
    differ = [
        name
        for name in sorted(same - {"deviations/deviations.json"})
        if data[name] != dict(live[name.split("/")[0]])[name.split("/")[1]]
    ]
    assert differ == [], "what has dates is told as it was told then"
    assert "can't be reconstructed" in typed(packed.read("measures/measures.pdf"), "en")
    index = typed(packed.read("index.pdf"), "en")
    assert ("can't be reconstructed" in index, "Made on" in index) == (True, True)
    later(days=2)
    Breach.note({**SAID, "aware_at": local(clock.now()), "facts": "Another letter went astray."}, by=full)
    ask = sheets.Ask(day, "en", past=True)
    again = {
        f"{part.key}/{name}": content for part in dossier.PARTS for name, content in part.tell(ask).files
    }
    assert [name for name in data if again[name] != data[name]] == []
    assert again.keys() == data.keys()
    for wrong in (day - timedelta(days=9), clock.today(tools.zone) + timedelta(days=1)):
        with pytest.raises(Invalid):
            Pack.ask("en", by=full, on=wrong)


def test_it_is_taken_out_after_a_step_up_and_goes_after_thirty_days(full, web, drain, later):
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


def test_a_worker_that_died_half_way_begins_anew(full, drain):
    asked = Pack.ask("nl", by=full)
    tools.vault.put(asked.vault_id, "original", b"half a pack")
    drain()
    row = Pack.get_by_id(asked.id)
    assert (row.parts, opened(row, full).testzip()) == (len(dossier.PARTS), None)


def test_nobody_elses_words_run_as_a_formula(full, drain):
    """A name in the list of accounts can't begin like a formula."""
    with db.atomic():
        Setting.put("organisation", "=1+1")
    assert sheets.as_csv(("a",), [("=1+1",)]) == b"a\n'=1+1\n"
