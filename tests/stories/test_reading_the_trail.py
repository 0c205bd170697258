"""Who may read the trail, what reading leaves, what a person gets of it, and what never stands in it (AUD-03, AUD-06, AUD-07)."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from models import consultations, faces, reading, trail
from models.base import db, find
from models.consent import Consent
from models.delivery import Delivery, OriginalView
from models.errors import NotAllowed
from models.gather import today
from models.permission import Role
from models.photo import Photo
from models.request import Choice, Request, Way
from models.session import WrongLogin, log_in
from models.trail import Knock, Trace, knock
from models.wording import Wording
from tests.makers import Browser

CANARIES = ("Kanarie", "kanarie", "tulpenveld", "geheim-doel", "Drukkerij", "203.0.113.77")


def test_only_dpo_and_auditor_read_and_each_look_is_one_line(house, web):
    """AUD-06: whoever may not is refused without a line; a page of many rows leaves one, which names what was looked for."""
    for number in range(120):
        with db.atomic():
            Trace.leave("system", "photo.prepared", number=number)
    browsers = {role: Browser(web).log_in(house.user(role.value)) for role in Role}
    for role, browser in browsers.items():
        before = _looks()
        answers = {browser.get(path).status_code for path in ("/trail", "/trail/export")}
        reads = role in (Role.DPO, Role.AUDITOR)
        assert (answers, _looks() - before) == (({200}, 2) if reads else ({403}, 0)), role
    auditor, before = browsers[Role.AUDITOR], _looks()
    page = auditor.get(f"/trail?action=photo.pre&kind=&since={today()}")
    assert page.text.count("<b>photo.prepared</b>") == reading.PAGE
    assert _looks() - before == 1
    last = Trace.select().where(Trace.action == "trail.read").order_by(Trace.seq.desc()).get()
    assert (last.details["acts"], last.details["lines"], last.actor) == ("photo.pre", 100, last.actor)
    older = page.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert auditor.get(older).text.count("<b>photo.prepared</b>") == 20
    assert auditor.get("/trail?kind=user").text.count("user.login") > 0
    assert auditor.get("/trail?kind=consent").text.count("user.login") == 0


def test_the_page_gives_the_export_that_a_stranger_verifies(house, web, tmp_path):
    answer = Browser(web).log_in(house.user("auditor")).get("/trail/export")
    assert answer.headers["Content-Disposition"] == "attachment; filename=trail.jsonl"
    entries = [json.loads(line) for line in answer.data.splitlines()]
    path = Path(__file__).resolve().parents[2] / "docs" / "verify_trail.py"
    spec = importlib.util.spec_from_file_location("verify_trail", path)
    stranger = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(stranger)
    assert stranger.verify(iter(entries), trail.signer().public_key, []) == len(entries) - 2
    assert entries[-2]["action"] == "trail.exported"
    with pytest.raises(NotAllowed):
        reading.exported(by=house.user("admin"))


def test_a_forged_head_is_told_of_on_the_page(house, web):
    """What used to be an error of ours is an answer: the line, and why."""
    Trace.select().count()
    forged = trail.Head.sign()
    note = trail.seal.Signer(bytes(32), trail.signer().origin).note(forged.seq, bytes(32), forged.at)
    trail.Head.create(seq=forged.seq, at=forged.at, note=note)
    answer = Browser(web).log_in(house.user("dpo")).post("/trail/verify")
    assert answer.status_code == 200
    assert "its signed head is forged" in answer.text


@pytest.fixture
def walked(house, web, drain):
    """A day in which names, addresses, captions, purposes and tokens are typed everywhere."""
    knock.set(Knock("abc123", "203.0.113.0/24", "Firefox on Linux"))
    editor, dpo = house.user("editor", name="Eva Kanarie"), house.user("dpo", name="Dana Kanarie")
    noor = house.person("Noor Kanarie", by=editor, email="noor.kanarie@people.example")
    album = house.album("Album Kanarie", by=editor)
    photo = house.photo(album, by=editor, name="Noor-Kanarie.jpg")
    drain()
    photo = Photo.get_by_id(photo.id)
    photo.describe(
        {"title": "Noor Kanarie in het tulpenveld", "caption": "tulpenveld", "tags": "tulpenveld"},
        album=album,
        by=editor,
    )
    faces.add_person(photo, noor, by=editor)
    photo.review(by=editor)
    photo.note_view(by=editor)
    request = Request.ask([noor], [house.use("website")], Wording.current()[0], by=editor, way=Way.MAIL)[0]
    Consent.sign(request, Choice({"website": True}, None), signer="Noor Kanarie", steps={})
    drain()
    OriginalView.issue(photo, purpose="geheim-doel voor Noor Kanarie", by=dpo)
    delivery = Delivery.issue(photo, house.use("website"), to="Drukkerij Kanarie", by=editor)
    delivery.file(by=editor)
    with pytest.raises(WrongLogin):
        log_in("noor.kanarie@people.example", "kanarie", address="203.0.113.77")
    browser = Browser(web).log_in(dpo)
    browser.get("/trail?person=Noor+Kanarie&action=kanarie&photo=tulpenveld")
    return {"noor": noor, "photo": photo, "editor": editor, "dpo": dpo, "request": request}


def test_no_name_address_caption_or_token_stands_in_the_trail(walked):
    """AUD-03: every column of every line, looked through for what was typed that day."""
    lines = list(Trace.select().tuples())
    assert len(lines) > 20
    text = repr(lines)
    tokens = (walked["request"].raw_token, walked["editor"].email, walked["noor"].email)
    assert [canary for canary in (*CANARIES, *tokens) if canary in text] == []


def test_a_person_learns_when_why_and_in_which_role_but_not_who(walked, house):
    """AUD-07: dates, purposes and roles of consultations; no colleague's name or code; nothing about anybody else."""
    noor, photo, editor = walked["noor"], walked["photo"], walked["editor"]
    given = trail.extract(noor)
    assert {(row.purpose, row.role) for row in given} == {
        ("keeping your entry up to date", "editor"), ("looking at a photo with you in it", "editor"),
        ("asking for and keeping your choices", "editor"), ("taking the original of a photo with you in it", "dpo"),
        ("taking out a photo with you in it for a use", "editor"), ("other work with your data", "editor"),
    }  # fmt: skip
    assert [row.at for row in given] == sorted(row.at for row in given)
    said = repr(given)
    for hidden in (editor.code, editor.name, walked["dpo"].code, photo.code, "Drukkerij", "geheim"):
        assert hidden not in said
    other = house.person("Daan Ander", by=editor)
    assert {row.purpose for row in trail.extract(other)} == {"keeping your entry up to date"}
    assert consultations.of(find(type(noor).select(), noor.code)) == given


def _looks():
    return Trace.select().where(Trace.action.in_(["trail.read", "trail.exported"])).count()
