"""The rooms of administrator, consent officer and DPO, by their forms (issue parts 2, 4, 5, 9)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from models import recognition, texts
from models.album import Mode
from models.assessment import Assessment
from models.gather import today
from models.setting import Setting
from models.token import ApiToken
from models.trail import Trace
from models.use import Use
from models.user import Team, User
from models.wording import Wording
from tests.makers import PASSWORD, Browser

WORDS = {
    "organisation": "Ziekenhuis Demo", "organisation_address": "Laan 1", "privacy_email": "fg@demo.example",
    "country": "DE", "photo_credit": "Demo", "consent_months": "12", "ends_soon_days": "14", "coming_of_age_days": "0", "share_days": "30", "link_days": "7", "files_a_day": "500",
}  # fmt: skip
TEXT = texts.ours("general")["en"]["body"]


@pytest.fixture
def by(house, web):
    """A browser logged in with a role."""
    return lambda role: Browser(web).log_in(house.user(role, name=f"{role.title()} Demo"))


def test_the_organisation_is_changed_and_traced(by):
    admin = by("admin")
    assert admin.post("/settings", WORDS).status_code == 303
    assert (Setting.of("organisation"), Setting.of("consent_months")) == ("Ziekenhuis Demo", 12)
    line = Trace.select().where(Trace.action == "setting.changed").get()
    assert "consent_months" in line.details["settings"]
    assert "Ziekenhuis" not in line.facts
    for wrong, field in (({"consent_months": "600"}, "consent_months"), ({"privacy_email": "nobody"}, "privacy_email"),
                         ({"country": "XX"}, "country"), ({"organisation": " "}, "organisation")):  # fmt: skip
        answer = admin.post("/settings", WORDS | wrong)
        assert answer.status_code == 422
        assert f'id="e-{field}"' in answer.text or field == "country"
        assert "Laan 1" in answer.text, "nothing typed is lost"
    assert Setting.of("organisation") == "Ziekenhuis Demo"


def test_a_colleague_is_invited_comes_in_and_is_turned_away(by, web):
    admin, team = by("admin"), Team.get()
    page = admin.post(
        "/settings/users", {"name": "Eva", "email": "eva@demo.example", "role": "editor", "team": team.code}
    )
    link = re.search(r"http://localhost(/welcome/[\w-]+)", page.text)[1]
    eva = Browser(web)
    seal = re.search(r'name="seal" value="([^"]+)"', eva.get(link).text)[1]
    weak = eva.client.post(link, data={"seal": seal, "password": "short", "again": "short"})
    assert weak.status_code == 422
    assert (
        eva.client.post(link, data={"seal": seal, "password": PASSWORD, "again": PASSWORD}).status_code == 303
    )
    assert eva.get("/library").status_code == 200
    assert (
        eva.client.post(link, data={"seal": seal, "password": PASSWORD, "again": PASSWORD}).status_code == 410
    )
    user = User.get(User.name == "Eva")
    admin.post(f"/settings/users/{user.code}", {"role": ["viewer", "auditor"], "team": team.code})
    assert eva.get("/library").status_code == 302, "a changed role ends every session"
    admin.post(f"/settings/users/{user.code}/disable")
    refused = Browser(web)
    assert refused.post("/login", {"email": "eva@demo.example", "password": PASSWORD}).status_code == 422
    assert (
        admin.post(
            "/settings/users", {"name": "Eva", "email": "eva@demo.example", "role": "editor"}
        ).status_code
        == 422
    )
    assert admin.post("/settings/teams", {"name": "Press office"}).status_code == 303
    assert Team.select().where(Team.name == "Press office").exists()


def test_nobody_locks_herself_out(by, house):
    admin = by("admin")
    own = User.get(User.name == "Admin Demo")
    assert admin.post(f"/settings/users/{own.code}", {"role": "viewer"}).status_code == 422
    assert admin.post(f"/settings/users/{own.code}/disable").status_code == 422
    assert admin.get("/settings").status_code == 200


def test_a_token_is_shown_once(by, house):
    admin, editor = by("admin"), house.user("editor")
    page = admin.post(
        "/settings/tokens", {"user": editor.code, "scope": ["read", "write"], "name": "website", "days": "30"}
    )
    token = re.search(r'readonly value="([\w-]{43})"', page.text)[1]
    assert token not in admin.get("/settings/tokens").text
    assert ApiToken.get().scopes == "read write"
    admin.post(f"/settings/tokens/{ApiToken.get().code}/revoke")
    assert ApiToken.get().revoked_at is not None


def test_a_text_gets_a_new_version_and_an_unlawful_one_is_refused(by):
    officer, wording = by("consent-officer"), Wording.current()[0]
    form = {"title-en": "May we?", "body-en": TEXT}
    assert officer.post(f"/wordings/{wording.code}", form).status_code == 303
    assert wording.number == 2
    assert wording.text("nl", 1).title.startswith("Mogen"), "what was signed stays"
    for body, words in ((TEXT + " This is irrevocable.", "is irrevocable"), (TEXT.replace("{until}", ""), "until which day"),
                        (TEXT + " {shoe_size}", "{shoe_size}")):  # fmt: skip
        answer = officer.post(f"/wordings/{wording.code}", form | {"body-en": body})
        assert answer.status_code == 422
        assert words in answer.text
    assert wording.number == 2
    made = officer.post("/wordings", {"name": "Shoot", "kind": "shoot", **form})
    assert made.status_code == 303
    assert officer.get(made.headers["Location"]).status_code == 200


def test_a_use_is_added_reworded_and_ended(by):
    officer = by("consent-officer")
    new = {
        "channel": "out-of-home",
        "name-en": "Posters",
        "about-en": "On posters in the street.",
        "purpose": "campaign",
        "reason": "The board asked for it in March.",
    }
    assert officer.post("/uses", new).status_code == 303
    use = Use.get(Use.code == "posters")
    assert use.irreversible, "a poster in the street can't be taken back"
    officer.post(
        "/uses/posters", {"name-en": "Street posters", "about-en": "On posters.", "channel": "website"}
    )
    use = Use.get(Use.code == "posters")
    assert (use.name_in("en"), use.channel.value) == ("Street posters", "out-of-home")
    officer.post("/uses/posters/end")
    assert "posters" not in [each.code for each in Use.current()]
    assert officer.post("/uses", {"channel": "moon", "name-en": "x", "about-en": "y"}).status_code == 422


def test_first_steps_lead_the_dpo_through_switching_on(by):
    """BIO-01: no mode without an assessment; an answer left out keeps everything that was typed."""
    dpo = by("dpo")
    form = dict.fromkeys(recognition.QUESTIONS, "A sentence about this question.")
    form |= {
        "mode": "M2",
        "condition": "a",
        "risk": "low",
        "kinds": ["visitor", "employee"],
        "purposes": "information",
    }
    form |= {"expires_on": (today() + timedelta(days=100)).isoformat()}
    short = dpo.post("/recognition", form | {"risks": "none"})
    assert short.status_code == 422
    assert short.text.count("A sentence about this question.") == len(recognition.QUESTIONS) - 1
    assert Setting.of("recognition_mode") == "M0"
    late = dpo.post("/recognition", form | {"expires_on": (today() + timedelta(days=900)).isoformat()})
    assert late.status_code == 422
    assert dpo.post("/recognition", form).status_code == 303
    assert Assessment.get().mode is Mode.TRANSIENT
    kept = Assessment.get()
    assert (kept.condition.value, sorted(kept.scope.kinds)) == ("a", ["employee", "visitor"])
    assert not kept.scope.children
    assert "A sentence about this question." in dpo.get(f"/recognition/assessments/{kept.code}").text
    assert dpo.post("/recognition/off").status_code == 303
    assert Setting.of("recognition_mode") == "M0"
    assert by("editor").post("/recognition", form).status_code == 403


def test_the_dpo_reads_the_trail_and_the_reading_is_a_line(by, house, drain):
    dpo, editor = by("dpo"), house.user("editor")
    photo = house.photo(house.album(by=editor), by=editor)
    drain()
    shown = dpo.get(f"/trail?photo={photo.code}").text
    assert "photo.prepared" in shown
    assert "user.login" not in shown.split("<tbody>")[1]
    assert Trace.select().where(Trace.action == "trail.read").count() == 1
    assert "Whole:" in dpo.post("/trail/verify").text
    person = house.person("Noor Voorbeeld", by=editor)
    assert "Noor Voorbeeld" in dpo.get(f"/trail?person={person.code}").text
    assert "Noor Voorbeeld" not in by("auditor").get(f"/trail?person={person.code}").text
    assert dpo.get(f"/trail?actor={editor.code}&since={today()}&until={today()}").status_code == 200


def test_the_administrator_reads_a_letter_and_it_leaves_a_line(by, house, drain):
    from models.base import db
    from models.notice import Notice, NoticeKind

    admin = by("admin")
    with db.atomic():
        Notice.put(NoticeKind.TRAIL_HEAD, "head|test", user=house.user("dpo"), note="a note to keep")
    drain()
    name = re.search(r'href="/settings/mail/([^"]+)"', admin.get("/settings/mail").text)[1]
    assert "a note to keep" in admin.get(f"/settings/mail/{name}").text
    assert Trace.select().where(Trace.action == "outbox.read").count() == 1
    for trick in ("..%2Fqueue.db", "%2e%2e", "nothing.eml"):
        assert admin.get(f"/settings/mail/{trick}").status_code == 404
