"""One's logins and tokens, a form that waits for a proof, and emergency access at the door (SEC-03, GOV-07, GOV-10)."""

from __future__ import annotations

import re

import pytest

from adapters import clock
from models import quota
from models.base import db
from models.break_glass import BreakGlass
from models.disposition import Disposition
from models.errors import Invalid
from models.job import Job
from models.permission import Role
from models.person import Person
from models.photo import Photo
from models.setting import Setting
from models.share import Share
from models.token import ApiToken
from models.trail import Trace
from models.user import Session
from tests.makers import PASSWORD, Browser, next_code
from tests.views.api_client import Program

WHY = "A photo of a child must come down at once."
FIREFOX = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"}


def test_ones_logins_are_listed_and_ended(house, web):
    eva, other = house.user("editor"), house.user("editor")
    here, there, third = (Browser(web).log_in(eva) for _ in range(3))
    stranger = Browser(web).log_in(other)
    page = here.get("/account/sessions").text
    codes = re.findall(r"/account/sessions/(\w+)/end", page)
    assert (len(codes), page.count("this one")) == (2, 1)
    assert "127.0.0.0/24" in page
    assert stranger.post(f"/account/sessions/{codes[0]}/end").status_code == 404
    assert here.post(f"/account/sessions/{codes[0]}/end").status_code == 303
    assert sorted(each.get("/library").status_code for each in (there, third)) == [200, 302]
    here.post("/account/sessions/end")
    assert [each.get("/library").status_code for each in (here, there, third)] == [200, 302, 302]


@pytest.mark.parametrize("act", ["closed", "roles", "administrator"])
def test_what_ends_every_session_of_a_colleague(house, web, act):
    """Closing an account, changing roles and an administrator's word count at the next request (SEC-03)."""
    eva, admin = house.user("editor"), house.user("admin")
    browser = Browser(web).log_in(eva)
    if act == "closed":
        eva.disable(by="operator")
    elif act == "roles":
        eva.set_roles([Role.VIEWER], by=admin)
    else:
        assert Browser(web).log_in(admin).post(f"/settings/users/{eva.code}/sessions/end").status_code == 303
        assert Trace.get(Trace.action == "user.sessions-ended").code == eva.code
    assert browser.get("/library").status_code == 302
    assert eva.living_sessions().count() == 0


def test_own_tokens_by_ones_roles_with_an_end(house, web, later):
    viewer, admin = house.user("viewer"), house.user("admin")
    browser = Browser(web).log_in(viewer)
    page = browser.get("/account/tokens").text
    assert re.findall(r'name="scope" value="(\w+)"', page) == ["read"]
    bad = browser.post("/account/tokens", {"name": "Site", "scope": "publish", "days": "7"})
    assert (bad.status_code, ApiToken.select().count()) == (422, 0)
    assert browser.post("/account/tokens", {"name": "Site", "scope": "read", "days": "8"}).status_code == 422
    made = browser.post("/account/tokens", {"name": "Site", "scope": "read", "days": "7"})
    raw = re.search(r'readonly value="([^"]+)"', made.text)[1]
    assert raw not in browser.get("/account/tokens").text
    program = Program(web, None)
    program.token = raw
    me = program.get("/users/me").json
    assert (me["roles"], me["scopes"], me["files_today"], me["files_a_day"]) == (["viewer"], ["read"], 0, 500)
    assert me["expires_at"] == ApiToken.get().expires_at.isoformat()
    code = ApiToken.get().code
    assert Browser(web).log_in(admin).post(f"/account/tokens/{code}/end").status_code == 404
    later(days=7, minutes=1)
    assert program.get("/users/me").status_code == 401
    with pytest.raises(Invalid):
        ApiToken.create_for(viewer, ["write"], by=admin)


def test_a_token_that_calls_too_fast_is_told_when_to_come_back(house, web, monkeypatch):
    monkeypatch.setattr("models.token.MOST_CALLS", 2)
    program = Program(web, house.user("editor"), "publish")
    answers = [program.get("/users/me") for _ in range(5)]
    limited = [each for each in answers if each.status_code == 429]
    assert len(limited) >= 1
    assert limited[0].json["type"] == "urn:clearframe:too-many"
    assert 0 < int(limited[0].headers["Retry-After"]) <= 60


def test_a_form_comes_back_as_it_was_filled_in(house, web, drain, later):
    """ASVS 7.5.3: the proof costs nobody the form, and nothing is sent unseen."""
    eva = house.user("editor")
    photo = house.photo(house.album(by=eva), by=eva)
    drain()
    browser = Browser(web).log_in(eva)
    later(minutes=6)
    asked = browser.post("/erasures", {"photo": photo.code, "sure": "1"})
    place = asked.headers["Location"]
    assert place.startswith("/account/prove?")
    waiting = re.search(r"next=(/account/waiting/\w+)", place.replace("%2F", "/"))[1]
    assert browser.get(waiting).headers["Location"].startswith("/account/prove")
    assert (
        browser.post("/account/prove", {"password": PASSWORD, "next": waiting, "form": "True"}).headers[
            "Location"
        ]
        == waiting
    )
    page = browser.get(waiting).text
    assert "nothing was sent yet" in page
    form = dict(re.findall(r'name="(photo|sure)" value="([^"]+)"', page))
    assert (form, Photo.select().count()) == ({"photo": photo.code, "sure": "1"}, 1)
    assert Browser(web).log_in(eva).get(waiting).status_code == 404
    assert (
        re.search(r'action="([^"]+)" method="post"><input[^>]+>\s+<input type="hidden" name="photo"', page)[1]
        == "/erasures"
    )
    assert browser.post("/erasures", form).status_code == 303
    assert Photo.select().count() == 0


def test_a_form_without_its_token_is_not_kept(house, web, later):
    browser = Browser(web).log_in(house.user("editor"))
    later(minutes=6)
    answer = browser.client.post("/erasures", data={"photo": "x", "sure": "1"})
    assert "waiting" not in answer.headers["Location"]


def test_emergency_access_opens_the_library_and_nothing_leaves(house, web, drain, later):
    """GOV-10: seen on every page, marked on every act, without a token's help, over at the next click."""
    eva, admin, officer = house.user("editor"), house.user("admin"), house.user("dpo")
    photo = house.photo(house.album(by=eva), by=eva)
    drain()
    boss, dpo = Browser(web).log_in(admin), Browser(web).log_in(officer)
    assert boss.get("/library").status_code == 403
    assert boss.post("/settings/emergency-access", {"reason": "short", "hours": "1"}).status_code == 422
    assert boss.post("/settings/emergency-access", {"reason": WHY, "hours": "2"}).status_code == 303
    assert boss.get(f"/photos/{photo.code}").status_code == 200
    for page in ("/library", "/settings", "/takedowns"):
        assert "Emergency access until" in boss.get(page).text, page
    shut = (
        "/trail",
        f"/photos/{photo.code}/original",
        f"/photos/{photo.code}/deliveries/new",
        "/erasures/new",
        "/inquiries",
    )
    assert [boss.get(path).status_code for path in shut] == [403] * len(shut)
    noor = house.person("Noor Voorbeeld", by=eva)
    doubt = Disposition.create(photo=photo, person=noor, cause="withdrawn", due_on=clock.now().date())
    written = (
        (f"/people/{noor.code}", {"name": "Somebody Else", "email": "boss@clearframe.example"}),
        (f"/people/{noor.code}/circumstances", {"kind": "left"}),
        (f"/dispositions/{doubt.code}/decision", {"decision": "erase"}),
    )
    refused = [boss.post(path, form) for path, form in written]
    assert [(each.status_code, "This waits for a colleague" in each.text) for each in refused] == [
        (403, True)
    ] * 3
    assert (Person.get_by_id(noor.id).name, Job.select().where(Job.kind == "erase").count()) == (
        "Noor Voorbeeld",
        0,
    )
    assert Trace.get(Trace.action == "photo.viewed").role == "admin,break-glass"
    assert Program(web, admin).get("/albums").status_code == 403
    assert "1 emergency access waits" in dpo.get("/takedowns").text
    drain()
    letter = next(
        each
        for each in house.letters()
        if each["To"] and officer.email in each["To"] and "Emergency" in each["Subject"]
    )
    assert WHY not in letter.get_body(("plain",)).get_content()
    row = BreakGlass.get()
    assert WHY in dpo.get("/emergency-access").text
    assert dpo.post(f"/emergency-access/{row.code}/end").status_code == 303
    assert boss.get("/library").status_code == 403
    assert "Emergency access until" not in boss.get("/settings").text
    assert dpo.post(f"/emergency-access/{row.code}/acknowledgement", {"note": ""}).status_code == 422
    assert (
        dpo.post(f"/emergency-access/{row.code}/acknowledgement", {"note": "It was right."}).status_code
        == 303
    )
    assert "waits for you" not in dpo.get("/takedowns").text
    later(minutes=6)
    again = boss.post("/settings/emergency-access", {"reason": WHY, "hours": "2"})
    assert again.headers["Location"].startswith("/account/prove")
    boss.post("/account/prove", {"number": next_code(admin)})
    boss.post("/settings/emergency-access", {"reason": WHY, "hours": "1"})
    assert boss.post("/settings/emergency-access/end").status_code == 303
    assert boss.get("/library").status_code == 403
    admin.set_roles([Role.ADMIN], by="operator")
    assert Session.select().where(Session.user == admin, Session.ended_at.is_null()).count() == 0


def test_the_limit_of_a_day_is_told_before_and_at_its_end(house, web, drain):
    """Original, delivery and share are counted in one place; a recipient's clicks are not their sender's."""
    eva, officer = house.user("editor"), house.user("dpo")
    album = house.album(by=eva)
    photos = [house.photo(album, by=eva) for _ in range(3)]
    drain()
    with db.atomic():
        Setting.put("files_a_day", 5)
    browser, url = Browser(web).log_in(eva), f"/photos/{photos[0].code}/original"
    for _ in range(4):
        assert browser.post(url, {"purpose": "to look"}).status_code == 200
    assert "4 of the 5 files" in browser.get(url).text
    assert browser.post(url, {"purpose": "to look"}).status_code == 200
    refused = browser.post(url, {"purpose": "to look"})
    assert refused.status_code == 429
    assert "privacy officer" in refused.text
    api = Program(web, eva).get(f"/photos/{photos[0].code}/original", purpose="to look")
    assert (api.status_code, api.json["type"]) == (429, "urn:clearframe:over-quota")
    assert 0 < int(api.headers["Retry-After"]) <= 86_400
    dpo = Browser(web).log_in(officer)
    assert "5 of 5 files today" in dpo.get("/files-taken-out").text
    assert dpo.post(f"/files-taken-out/{eva.code}/more", {"more": "x"}).status_code == 422
    assert dpo.post(f"/files-taken-out/{eva.code}/more", {"more": "2"}).status_code == 303
    assert browser.post(url, {"purpose": "to look"}).status_code == 200
    assert quota.standing(eva) == quota.Standing(6, 7)
    assert Share.select().count() == 0
