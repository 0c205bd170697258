"""bin/clearframe doctor and scrub: a sentence and a step for whatever is wrong, whatever is broken (SEC-11, contract.md)."""

from __future__ import annotations

import json

import pytest

from models import schema
from models.base import db, tools
from models.health import Beat
from models.job import Job


def states(answer):
    return {each["check"]: each["state"] for each in json.loads(answer[1])}


@pytest.mark.both_engines
def test_a_sound_house_has_nothing_wrong(clearframe):
    Beat.beat("worker")
    answer = clearframe("doctor", "--json")
    found = states(answer)
    assert [name for name, state in found.items() if state == "wrong"] == []
    assert answer[0] == 0
    assert (found["database"], found["vault"], found["last backup"], found["mail"]) == (
        "ok",
        "ok",
        "attention",
        "attention",
    )
    code, out, _ = clearframe("doctor")
    assert (code, "attention  mail: No mail server is set" in out) == (0, True)


def test_each_thing_wrong_is_named_with_a_step(clearframe, house, monkeypatch):
    (house.config.keys / "keys.db").chmod(0o644)
    (house.config.data / "vault").rename(house.config.data / "away")
    with db.atomic():
        job = Job.put("prepare", 1)
    Job.update(failed_at=job.due_at).execute()
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("HOST", "0.0.0.0")
    code, out, _ = clearframe("doctor", "--json")
    found = {each["check"]: each for each in json.loads(out)}
    wrong = [name for name, each in found.items() if each["state"] == "wrong"]
    assert (code, wrong) == (1, ["folders", "vault", "worker", "mail", "address"])
    assert found["work"]["state"] == "attention"
    assert all(each["step"] for each in found.values() if each["state"] != "ok")


def test_where_the_database_is_gone_nothing_makes_an_empty_one(clearframe, house):
    """An empty file would let the next start pass and begin a new library over the old keys."""
    house.photo(house.album(by=(eva := house.user("editor"))), by=eva)
    for path in house.config.data.glob("clearframe.db*"):
        path.rename(path.with_name(f"aside-{path.name}"))
    said = "The keys are there, but the database is gone"
    found = {each["check"]: each for each in json.loads(clearframe("doctor", "--json")[1])}
    assert (said in found["database"]["sentence"], {"work", "erasures", "last backup"} & set(found)) == (
        True,
        set(),
    )
    code, out, err = clearframe("user", "list")
    assert (code, out, said in err) == (1, "", True)
    assert not (house.config.data / "clearframe.db").exists()
    (house.config.data / "clearframe.db").touch()
    assert (
        said in clearframe("user", "list")[2]
    )  # nor is one that was left by such a program taken for a library


def test_a_database_that_is_held_and_a_library_that_is_not_there_are_said(
    clearframe, house, monkeypatch, tmp_path
):
    with schema.another(house.config.database_url, tools.keys.secret("database")) as other:
        other.execute_sql("BEGIN IMMEDIATE")
        found = {each["check"]: each for each in json.loads(clearframe("doctor", "--json")[1])}
        other.execute_sql("ROLLBACK")
    assert "Another program holds the database" in found["database"]["sentence"]
    monkeypatch.setenv("CLEARFRAME_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("CLEARFRAME_KEYS", str(tmp_path / "none-keys"))
    code, out, _ = clearframe("doctor")
    assert (code, "bin/run creates it; bin/clearframe restore brings one back." in out) == (1, True)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("broken", ["keys.db", "clearframe.db", "root.key"])
def test_a_broken_part_never_stops_the_doctor(clearframe, house, broken):
    real = db.obj
    for folder in (house.config.keys, house.config.data):
        if (folder / broken).exists():
            (folder / broken).rename(folder / "aside")
            (folder / broken).write_bytes(b"nothing of ours, and long enough" * 200)
    code, out, err = clearframe("doctor", "--json")
    db.initialize(real)
    assert (code, err, len(json.loads(out)) >= 10) == (1, "", True)


def test_a_scrub_names_what_is_damaged(clearframe, house, drain):
    editor = house.user("editor")
    photo = house.photo(house.album(by=editor), by=editor)
    drain()
    assert clearframe("scrub")[:2] == (0, "4 files read (0.0 MB), 0 not as they should be.\n")
    (tools.vault.storage.root / tools.vault.name(photo.code, "w320")).unlink()
    code, out, _ = clearframe("scrub", "--json")
    assert (code, json.loads(out)["findings"]) == (
        1,
        [{"code": photo.code, "role": "w320", "what": "missing"}],
    )
    assert clearframe("scrub", "--sample", "0")[0] == 2
