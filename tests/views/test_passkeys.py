"""SEC-02, ASVS 6.3.3: passkeys as a second factor and as a way in, and every false answer refused."""

from __future__ import annotations

import pytest

from models import factor
from models.attempt import Attempt
from models.factor import Factor, FactorKind
from models.trail import Trace
from tests.authenticator import Authenticator
from tests.makers import PASSWORD, Browser


def _place(answer):
    return answer.headers.get("Location", "").split("?")[0]


def _made(browser, device, name="my laptop"):
    options = browser.post("/account/passkeys/ask").get_json()
    return browser.post("/account/passkeys", {"answer": device.make(options), "name": name})


def _log_in(web, device, **changed):
    browser = Browser(web)
    options = browser.post("/login/passkey/ask").get_json() | changed
    return browser, browser.post("/login/passkey", {"answer": device.show(options), "next": "/people"})


@pytest.fixture
def eva(house, web):
    """An editor with a passkey in her device."""
    user, device = house.user("editor"), Authenticator(counter=4)
    made = _made(Browser(web).log_in(user), device)
    assert made.status_code == 200, made.text
    return user, device


@pytest.mark.both_engines
def test_a_passkey_logs_in_without_a_password_and_counts_as_both(house, web, drain, eva):
    user, device = eva
    device.counter = 5
    browser, answer = _log_in(web, device)
    assert (answer.status_code, _place(answer)) == (303, "/people")
    assert browser.get("/people").status_code == 200
    row = Factor.get(Factor.user == user)
    assert (row.kind, row.counter, row.name) == (FactorKind.PASSKEY, 5, "my laptop")
    assert device.id not in bytes(row.secret)
    assert Trace.select().where(Trace.action == "user.login", Trace.actor == user.code).count() == 2
    drain()
    assert [letter["Subject"] for letter in house.letters()] == ["Your second factor was changed"]


def test_the_second_step_and_a_grave_step_take_a_passkey(house, web, later, eva):
    user, device = eva
    browser = Browser(web)
    browser.post("/login", {"email": user.email, "password": PASSWORD})
    assert _place(browser.get("/people")) == "/login/code"
    assert "Show your passkey" in browser.get("/login/code").text
    for path in ("/login/code/passkey", "/account/prove/passkey"):
        device.counter += 1
        options = browser.post("/account/passkeys/show/ask").get_json()
        assert [each["type"] for each in options["allowCredentials"]] == ["public-key"]
        answer = browser.post(path, {"answer": device.show(options), "next": "/account/factors"})
        assert _place(answer) == "/account/factors", answer.text
        later(minutes=6)
        assert _place(browser.post("/account/passkeys/ask")) == "/account/prove"
    assert "Show your passkey" in browser.get("/account/prove").text


def test_it_is_the_factor_a_role_asks_for_and_brings_recovery_codes(house, web):
    """SEC-02: DPO and administrator may hold a passkey in place of a code app; the last one stays."""
    admin = house.user("admin")
    factor.reset(admin, by="operator")
    browser = Browser(web)
    browser.post("/login", {"email": admin.email, "password": PASSWORD})
    assert _place(browser.get("/settings")) == "/account/factors"
    device = Authenticator()
    shown = _made(browser, device)
    assert shown.text.count("<code>") == 10
    assert browser.get("/settings").status_code == 200
    assert "in use already" in _made(browser, device).text
    code = Factor.get(Factor.user == admin).code
    assert browser.post(f"/account/factors/{code}/remove").status_code == 422
    assert _made(browser, Authenticator(), "key in the safe").status_code == 200
    assert browser.post(f"/account/factors/{code}/remove").status_code == 303
    assert _log_in(web, device)[1].status_code == 422  # taken away is taken away


@pytest.mark.parametrize(
    "false",
    [
        {"origin": "https://localhost.evil.example"},
        {"origin": "http://photos.localhost"},
        {"origin": "http://localhost:8080"},
        {"rp": "evil.example"},
        {"verified": False},
        {"counter": 3},
        {"counter": 4},
        {"id": b"somebody else's passkey.........."},
        {"key": Authenticator().key},
    ],
    ids=lambda false: f"{next(iter(false))} {next(iter(false.values()))!r}"[:40],
)
def test_a_false_answer_opens_nothing(web, eva, false):
    """Wrong origin, wrong party, nobody verified, a counter that does not move on, a foreign passkey, a foreign key."""
    user, device = eva
    device.counter = 5
    vars(device).update(false)
    browser, answer = _log_in(web, device)
    assert (answer.status_code, "opens nothing here" in answer.text) == (422, True)
    assert _place(browser.get("/people")) == "/login"
    assert Trace.select().where(Trace.action == "user.login", Trace.actor == user.code).count() == 1


def test_a_question_is_answered_once_soon_and_in_the_session_it_was_put_to(web, later, eva):
    _user, device = eva
    device.counter = 0
    Factor.update(counter=0).execute()  # as those that live in several devices count: not at all
    browser = Browser(web)
    options = browser.post("/login/passkey/ask").get_json()
    answer, cookie = device.show(options), browser.client.get_cookie("clearframe").value
    other = Browser(web)
    other.post("/login/passkey/ask")
    assert other.post("/login/passkey", {"answer": answer}).status_code == 422  # put to another session
    assert Browser(web).post("/login/passkey", {"answer": answer}).status_code == 422  # to which none was put
    assert browser.post("/login/passkey", {"answer": answer}).status_code == 303
    replayed = Browser(web)
    replayed.client.set_cookie("clearframe", cookie)
    assert replayed.post("/login/passkey", {"answer": answer}).status_code == 422
    late = Browser(web)
    answer = device.show(late.post("/login/passkey/ask").get_json())
    later(minutes=6)
    assert late.post("/login/passkey", {"answer": answer}).status_code == 422


def test_a_question_for_one_thing_is_no_question_for_another(house, web, eva):
    """A login's answer proves nothing before a grave step, and a colleague's passkey is not one's own."""
    user, device = eva
    device.counter = 5
    browser = Browser(web)
    browser.post("/login", {"email": user.email, "password": PASSWORD})
    options = browser.post("/login/passkey/ask").get_json()
    assert browser.post("/login/code/passkey", {"answer": device.show(options)}).status_code == 422
    mate, hers = house.user("editor"), Authenticator()
    _made(Browser(web).log_in(mate), hers)
    options = browser.post("/account/passkeys/show/ask").get_json()
    assert browser.post("/login/code/passkey", {"answer": hers.show(options)}).status_code == 422
    options = browser.post("/account/passkeys/show/ask").get_json()
    assert browser.post("/login/code/passkey", {"answer": device.show(options)}).status_code == 303


def test_rubbish_is_refused_and_slowed_down(house, web, eva):
    user, device = eva
    device.counter = 9
    for rubbish in ("", "[]", "{}", '{"id": 7}', '{"id": "x", "rawId": "y"}'):
        browser = Browser(web)
        browser.post("/login/passkey/ask")
        assert browser.post("/login/passkey", {"answer": rubbish}).status_code == 422, rubbish
    Attempt.insert_many([{"key": row.key, "at": row.at} for row in Attempt.select()] * 3).execute()
    assert _log_in(web, device)[1].status_code == 429
    user.disable(by="operator")
    Attempt.delete().execute()
    assert _log_in(web, device)[1].status_code == 422  # a closed account
