"""The administrator's page of work: what gave up and why in plain words, what is damaged, and whether the worker lives (SEC-11)."""

from __future__ import annotations

from adapters import clock
from models import scrub
from models.base import db, tools
from models.health import Beat
from models.job import Job
from models.trail import Trace
from tests.makers import Browser


def test_what_gave_up_is_tried_again_or_let_go(house, web):
    browser = Browser(web).log_in(house.user("admin"))
    with db.atomic():
        first, second = Job.put("notice", 1), Job.put("copy", 2)
    for job, why in ((first, "MailRefused"), (second, "ValueError")):
        Job.update(failed_at=clock.now(), tries=6, why=why).where(Job.id == job.id).execute()
    said = browser.get("/settings/work").text
    for words in ("Send a letter", "The mail server did not take it. Check SMTP_URL", "Make a masked copy",
                  "Something went wrong (ValueError)", "The worker isn't running"):  # fmt: skip
        assert words in said
    assert browser.post(f"/settings/work/{first.code}/again").status_code == 303
    assert browser.post(f"/settings/work/{second.code}/end").status_code == 303
    assert [Job.get_by_id(job.id).state for job in (first, second)] == ["waiting", "done"]
    assert browser.post(f"/settings/work/{first.code}/end").status_code == 409
    assert Trace.select().where(Trace.action == "job.given-up", Trace.code == second.code).count() == 1
    Beat.beat("worker")
    said = browser.get("/settings/work").text
    assert ("Make a masked copy" in said, "isn't running" in said) == (False, False)
    assert (
        Browser(web).log_in(house.user("editor")).post(f"/settings/work/{first.code}/end").status_code == 403
    )


def test_damage_stands_on_the_page_by_code_and_role(house, web, drain):
    editor = house.user("editor")
    photo = house.photo(house.album(by=editor), by=editor, name="secret-name.jpg")
    browser = Browser(web).log_in(house.user("admin"))
    assert "Not read again yet" in browser.get("/settings/work").text
    drain()
    scrub.scrub()
    assert "nothing was damaged" in browser.get("/settings/work").text
    (tools.vault.storage.root / tools.vault.name(photo.code, "w800")).unlink()
    scrub.scrub()
    said = browser.get("/settings/work").text
    assert ("<b>Missing</b>" in said, f"{photo.code} w800" in said, "secret-name" in said) == (
        True,
        True,
        False,
    )


def test_who_looks_at_the_library_is_told_when_photos_wait_for_nobody(house, web, drain):
    editor = house.user("editor")
    house.photo(house.album(by=editor), by=editor)
    browser = Browser(web).log_in(editor)
    words = "New photos wait: the part that looks at them"
    assert words in browser.get("/library").text
    assert words in browser.get("/albums").text
    Beat.beat("worker")
    assert words not in browser.get("/library").text
