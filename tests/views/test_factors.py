"""SEC-02, ASVS 7.5.3: the second factor, half a login, and proving oneself once more before what is grave."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

import app as composition
from models import factor
from models.base import db
from models.factor import Factor, RecoveryCode
from models.token import ApiToken
from models.user import Session
from tests.makers import PASSWORD, POCKETS, Browser, Pocket, app_code, next_code


def _half(web, user):
    browser = Browser(web)
    assert browser.post("/login", {"email": user.email, "password": PASSWORD}).status_code == 303
    return browser


def _next(answer):
    """Where one is led to once it is clear who one is."""
    return parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0]


def _place(answer):
    return answer.headers["Location"].split("?")[0]


def test_a_password_alone_opens_nothing_but_the_code_page(house, web):
    dpo = house.user("dpo")
    browser = _half(web, dpo)
    for path in ("/", "/people", "/trail", "/account", "/account/factors", "/account/prove"):
        assert _place(browser.get(path)) == "/login/code", path
    htmx = browser.get("/people", headers={"HX-Request": "true"})
    assert (htmx.status_code, htmx.headers["HX-Redirect"].split("?")[0]) == (401, "/login/code")
    assert _place(browser.post("/account/factors", {})) == "/login/code"
    assert browser.post("/login/code", {"number": "000000x"}).status_code == 422
    before = browser.client.get_cookie("clearframe").value
    assert browser.post("/login/code", {"number": next_code(dpo), "next": "/people"}).status_code == 303
    assert browser.get("/people").status_code == 200
    browser.client.set_cookie("clearframe", before)  # the token of before opens nothing (ASVS 7.2.4)
    assert _place(browser.get("/people")) == "/login"


def test_the_role_asks_for_a_factor_and_it_is_set_up(house, web):
    admin = house.user("admin")
    factor.reset(admin, by="operator")
    browser = _half(web, admin)
    for path in ("/settings", "/settings/users", "/account"):
        assert _place(browser.get(path)) == "/account/factors", path
    assert "asks for a second factor" in browser.get("/account/factors").text
    page = browser.post("/account/factors", {"name": "my phone"}).headers["Location"]
    seed = Factor.get(Factor.user == admin).seed
    assert "<svg" in browser.get(page).text
    assert browser.post(page, {"number": "123"}).status_code == 422
    assert _place(browser.get("/settings")) == "/account/factors"
    shown = browser.post(page, {"number": app_code(Pocket(seed, []))})
    codes = re.findall(r"<code>(\w{5}-\w{5})</code>", shown.text)
    assert (shown.status_code, len(set(codes)), browser.get("/settings").status_code) == (200, 10, 200)
    assert not any(codes[0] in browser.get(path).text for path in ("/account/factors", "/account"))
    again = _half(web, admin)
    assert again.post("/login/code", {"number": codes[0].upper()}).status_code == 303
    assert _half(web, admin).post("/login/code", {"number": codes[0]}).status_code == 422
    code = Factor.get(Factor.user == admin).code
    assert again.post(f"/account/factors/{code}/remove").status_code == 422  # the last one of a guarded role


def test_the_demo_asks_for_no_factor(house, config):
    dpo = house.user("dpo")
    factor.reset(dpo, by="operator")
    web = composition.build(replace(config, demo=True))
    assert _half(web, dpo).get("/people").status_code == 200


def test_grave_doors_ask_once_more_and_nothing_is_sent_unseen(house, web, later):
    admin, eva = house.user("admin"), house.user("editor")
    browser = Browser(web).log_in(admin)
    later(minutes=6)
    url = f"/settings/users/{eva.code}"
    answer = browser.post(f"{url}/disable", headers={"Referer": f"http://localhost{url}"})
    assert _place(answer) == "/account/prove"
    assert "form=waits" in answer.headers["Location"]
    assert type(eva).get_by_id(eva.id).disabled_at is None
    assert browser.post("/account/prove", {"password": PASSWORD}).status_code == 422  # a factor is there
    back = browser.post(
        "/account/prove", {"number": next_code(admin), "next": _next(answer), "form": "waits"}
    )
    kept = browser.get(_place(back)).text
    assert _place(back).startswith("/account/waiting/")
    assert "It was kept as it was, and nothing was sent yet." in kept
    assert "fill in" not in kept
    assert type(eva).get_by_id(eva.id).disabled_at is None
    assert browser.post(f"{url}/disable").status_code == 303
    assert type(eva).get_by_id(eva.id).disabled_at is not None


def test_a_form_that_could_not_be_kept_is_filled_in_anew_and_its_sender_told_so(house, web, later):
    admin = house.user("admin")
    browser = Browser(web).log_in(admin)
    later(minutes=6)
    answer = browser.post(
        "/account/tokens", {"name": "x" * 200_001}, headers={"Referer": "http://localhost/account"}
    )
    assert "form=anew" in answer.headers["Location"]
    back = browser.post("/account/prove", {"number": next_code(admin), "next": "/account", "form": "anew"})
    assert "please fill in the form once more" in browser.get(_place(back)).text


def test_who_has_no_factor_proves_herself_by_password(house, web, later):
    eva = house.user("editor")
    browser = Browser(web).log_in(eva)
    later(minutes=6)
    assert _place(browser.post("/account/factors", {})) == "/account/prove"
    assert browser.post("/account/prove", {"password": "wrong"}).status_code == 422
    assert browser.post("/account/prove", {"password": PASSWORD}).status_code == 303
    assert "/account/factors/" in browser.post("/account/factors", {}).headers["Location"]


def test_guessing_codes_is_slowed_down_and_locks_nobody_out_elsewhere(house, web):
    dpo = house.user("dpo")
    attacker = _half(web, dpo)
    tries = [attacker.post("/login/code", {"number": "not one"}).status_code for _ in range(9)]
    assert tries == [422] * 8 + [429]
    assert attacker.post("/login/code", {"number": "x"}).headers["Retry-After"] == "900"
    other = {"REMOTE_ADDR": "198.51.100.7"}
    owner = _half(web, dpo)
    assert owner.post("/login/code", {"number": next_code(dpo)}, environ_base=other).status_code == 303


def test_an_auditor_is_one_for_ninety_days_at_most(house, web, later):
    """AUD-06: the role ends by itself, read at each request."""
    auditor = house.user("auditor")
    browser = Browser(web).log_in(auditor)
    assert browser.get("/trail").status_code == 200
    later(days=91)
    browser = Browser(web).log_in(auditor)
    assert browser.get("/trail").status_code == 403


def test_who_is_reset_is_told(house, drain):
    """ASVS 6.3.7: a letter says so, so that nobody is reset behind their back."""
    factor.reset(house.user("dpo"), by="operator")
    drain()
    assert [letter["Subject"] for letter in house.letters()] == ["Your second factor was changed"]


def test_a_token_ends_after_a_year(house, web, later):
    token = ApiToken.create_for(house.user("editor"), ["read"], by="operator")
    for days, status in ((364, 200), (2, 401)):
        later(days=days)
        answer = web.test_client().get("/api/v1/photos", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status


def test_who_loses_the_factor_or_the_account_is_out_at_the_next_request(house, web):
    dpo = house.user("dpo")
    browser = Browser(web).log_in(dpo)
    factor.reset(dpo, by="operator")
    assert _place(browser.get("/people")) == "/login"
    eva = house.user("editor")
    browser = Browser(web).log_in(eva)
    eva.disable(by="operator")
    assert browser.get("/", headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith("/login")


@pytest.mark.both_engines
def test_a_code_works_once_however_many_bring_it(house):
    """One code of the app, and one recovery code, each brought by four at once."""
    dpo = house.user("dpo")
    pocket = POCKETS[dpo.code]
    for number in (app_code(pocket), pocket.paper[0]):
        taken = []

        def bring(number=number, taken=taken):
            with db.connection_context():
                taken.append(factor.shows(dpo, number))

        threads = [threading.Thread(target=bring) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == [False, False, False, True]


@pytest.mark.both_engines
def test_neither_seed_nor_recovery_code_is_kept_in_clear(house):
    """security.md 2.6: sealed for one user alone."""
    dpo, admin = house.user("dpo"), house.user("admin")
    row, pocket = Factor.get(Factor.user == dpo), POCKETS[dpo.code]
    assert row.seed == pocket.seed
    assert pocket.seed not in bytes(row.secret)
    assert all(
        code.encode() not in bytes(each.digest) for each in RecoveryCode.select() for code in pocket.paper
    )
    row.user = admin
    with pytest.raises(Exception, match="does not open"):
        assert row.seed
    assert Session.select().count() == 0
