"""GOV-09: the pack holds every register, empty or full; its papers are read aloud, its sums agree, and it goes after thirty days."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest

from adapters import clock
from models import activities, deviation, dossier, organisation, pack, review
from models.base import db, tools
from models.breach import Breach
from models.errors import Gone
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


@pytest.mark.parametrize("lang", ["en", "nl", "de"])
def test_an_empty_house_has_a_whole_pack(house, drain, typed, lang):
    dpo = house.user("dpo")
    packed = opened(made(dpo, drain, lang), dpo)
    names = packed.namelist()
    assert sorted({name.split("/")[0] for name in names if "/" in name}) == sorted(
        part.key for part in dossier.PARTS
    )
    index = typed(packed.read("index.pdf"), lang)
    missing = [name for name in names if "/" in name and name not in index]
    ask = dossier.Ask(clock.today(tools.zone), lang)
    # A long title may break over two lines of its cell, and a checker reads line by line.
    untitled = [
        part.key for part in dossier.PARTS if not all(word in index for word in ask.say(part.title).split())
    ]
    assert (missing, untitled) == ([], [])
    sums = [
        f"{hashlib.sha256(packed.read(name)).hexdigest()}  {name}"
        for name in names
        if name != "manifest.sha256"
    ]
    assert packed.read("manifest.sha256").decode().splitlines() == sums
    for name in names:
        if name.endswith(".pdf"):
            typed(packed.read(name), lang)


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
    again = opened(made(full, drain), full)
    differ = [name for name in parts if again.read(name) != parts[name]]
    # What says how far the trail reached, and nothing else; measures count its lines.
    fair = [name for name in differ if name.endswith(".pdf") or name.startswith("trail/")]
    assert sorted(set(differ) - set(fair)) == ["manifest.sha256", "measures/measures.md"]


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
    assert deviation.LESS.keys() <= Setting.all().keys()
    assert dossier._csv(["name"], [["=1+1"], ["\u00a0=1+1"]]) == b'"name"\r\n"\'=1+1"\r\n"\'\xc2\xa0=1+1"\r\n'
