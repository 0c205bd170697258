"""bin/clearframe's verbs on a real library: user, token, ingest, explain, trail, jobs (contract.md)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from commands import VERBS
from models import faces
from models.base import db, is_postgres
from models.job import Job
from models.photo import Photo
from models.session import token_user
from models.trail import Trace
from models.user import User
from tests.house.tree import HERE
from tests.makers import Browser, picture

pytestmark = pytest.mark.both_engines


def test_a_user_is_added_and_comes_in_by_the_link(clearframe, web):
    code, out, _ = clearframe("user", "add", "eva@demo.example", "--role", "editor", "--name", "Eva")
    assert code == 0
    path = out.strip().removeprefix("http://localhost")
    assert Browser(web).get(path).status_code == 200
    assert [
        row["state"] for row in json.loads(clearframe("user", "list", "--json")[1]) if row["name"] == "Eva"
    ] == ["invited"]
    assert clearframe("user", "add", "eva@demo.example", "--role", "editor")[0] == 1
    assert clearframe("user", "add", "x@demo.example", "--role", "king")[0] == 2
    assert clearframe("user", "disable", "eva@demo.example")[0] == 0
    assert User.get(User.email == "eva@demo.example").disabled_at is not None
    assert clearframe("user", "disable", "nobody@demo.example")[2].startswith("clearframe: There is no user")


def test_a_token_stands_alone_on_stdout(clearframe, house):
    editor = house.user("editor")
    code, out, _ = clearframe(
        "token", "create", "--user", editor.email, "--scope", "read", "--scope", "publish"
    )
    assert code == 0
    assert token_user(out.strip(), "read") == editor
    assert len(out.split()) == 1
    assert clearframe("token", "create", "--user", editor.email)[0] == 2


def test_a_folder_is_taken_in_and_again(clearframe, house, tmp_path):
    editor = house.user("editor")
    folder = tmp_path / "shoot"
    (folder / "day 2").mkdir(parents=True)
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(picture(seed=number))
    (folder / "day 2" / "again.jpg").write_bytes(picture(seed=0))
    (folder / "day 2" / "broken.jpg").write_bytes(b"nothing")
    (folder / "day 2" / "broken.xmp").write_bytes(b"<x/>")
    code, out, err = clearframe("ingest", str(folder), "--album", "Open day")
    assert code == 1
    assert "3 taken in, 1 already there, 1 not taken in" in out
    assert "day 2/broken.jpg" in err
    assert "Made the album Open day" in err
    code, out, _ = clearframe("ingest", str(folder), "--album", "Open day", "--json")
    found = json.loads(out)
    assert [len(found[key]) for key in ("new", "duplicate", "failed")] == [0, 4, 1]
    assert Photo.select().count() == 3
    assert {photo.by for photo in Photo.select()} == {editor}
    house.user("editor")
    assert "--user EMAIL" in clearframe("ingest", str(folder), "--album", "Open day")[2]


def test_explain_names_every_reason(clearframe, house, drain):
    editor = house.user("editor")
    photo = house.photo(house.album(by=editor), by=editor)
    drain()
    faces.add_person(photo, house.person("Noor Voorbeeld", by=editor), by=editor)
    photo.review(by=editor)
    code, out, _ = clearframe("explain", photo.code, "--use", "website")
    assert (code, out) == (
        0, "unclear\n  [unclear] Noor Voorbeeld has not been asked yet. (NO_RECORD)  -> ask_consent\n",
    )  # fmt: skip
    told = json.loads(clearframe("explain", photo.code, "--use", "press", "--on", "2027-01-01", "--json")[1])
    assert (told["state"], [reason["code"] for reason in told["reasons"]]) == ("unclear", ["NO_RECORD"])
    assert clearframe("explain", photo.code, "--use", "moon")[0] == 1
    assert clearframe("explain", "nope", "--use", "website")[0] == 1
    assert clearframe("explain", photo.code, "--use", "website", "--on", "tomorrow")[0] == 2


def test_the_trail_is_verified_exported_and_signed(clearframe, house, tmp_path):
    house.user("editor")
    code, note, _ = clearframe("trail", "head")
    assert code == 0
    kept = tmp_path / "mail.txt"
    kept.write_text(f"Dear Dana,\n\nkeep this:\n\n{note}\nregards\n")
    assert clearframe("trail", "verify", "--heads", str(kept))[0] == 0
    house.user("viewer")
    assert clearframe("trail", "verify")[1].startswith("The trail is whole")
    code, _, _ = clearframe("trail", "export", str(tmp_path / "trail.jsonl"))
    assert code == 0
    last = Trace.select().order_by(Trace.seq.desc()).get()
    db.execute_sql(
        "DROP TRIGGER trace_append_only ON trace" if is_postgres() else "DROP TRIGGER trace_delete_forbidden"
    )
    Trace.delete().where(Trace.seq == last.seq).execute()
    code, _, err = clearframe("trail", "verify")
    assert code == 1
    assert f"Entry {last.seq} is bad" in err


def test_jobs_say_what_waits_and_why(clearframe, house, drain):
    editor = house.user("editor")
    house.photo(house.album(by=editor), by=editor)
    rows = json.loads(clearframe("jobs", "--json")[1])
    assert [(row["kind"], row["state"]) for row in rows] == [("prepare", "waiting")]
    job = Job.get()
    for _ in range(6):
        Job.claim(job.id)
        Job.get_by_id(job.id).fail("the mail server did not answer")
        Job.update(due_at=job.due_at).where(Job.id == job.id).execute()
    assert "failed" in clearframe("jobs")[1]
    assert "the mail server did not answer" in clearframe("jobs")[1]
    Job.delete().execute()
    assert clearframe("jobs")[1] == "Everything is done.\n"


def test_a_database_of_a_newer_version_is_left_alone_by_every_verb(clearframe, house, config, tmp_path):
    """SEC-04: an older version would misread what a newer one wrote; each verb and the start say so alike."""
    db.execute_sql("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2026-11-26')")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.csv").write_text("name\nNoor\n")
    words = "clearframe: The database was used by a newer version (9999_later) than this one knows"
    calls = {
        "user": ["list"], "token": ["create", "--user", "x@people.example", "--scope", "read"], "ingest": [str(tmp_path / "folder"), "--album", "A"],
        "import-consents": [str(tmp_path / "file.csv")], "explain": ["x", "--use", "website"], "trail": ["verify"],
        "backup": [str(tmp_path / "one.clf")], "keys": ["status"], "scrub": [], "evidence": ["verify", str(tmp_path / "file.csv")], "measures": [],
        "jobs": [],
    }  # fmt: skip
    assert set(VERBS) - set(calls) == {"doctor", "restore", "bench"}, (
        "the first says it among others, two need no library"
    )
    for verb, arguments in calls.items():
        code, out, said = clearframe(verb, *arguments)
        assert (verb, code, out, said[: len(words)]) == (verb, 1, "", words), said
    code, out, _ = clearframe("doctor")
    assert (code, words.removeprefix("clearframe: ") in out) == (1, True)
    start = subprocess.run(
        [sys.executable, "-m", "commands.prepare"], cwd=HERE, capture_output=True, text=True, check=False
    )
    assert (start.returncode, start.stderr[: len(words)]) == (1, words)
