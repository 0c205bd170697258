"""SEC-02, ASVS 6.2 to 6.4: choosing, changing and replacing a password, and who is told of it."""

from __future__ import annotations

import re

import pytest

from models import password
from models.attempt import Attempt
from models.errors import Invalid
from models.job import Job
from models.session import WrongLogin, log_in
from models.sign_on import Identity
from models.user import Session, User
from tests.makers import PASSWORD, POCKETS, Browser, next_code

NEW = "vier nieuwe losse woorden"


def _subjects(house):
    return [letter["Subject"] for letter in house.letters()]


def _link(house):
    body = house.letters()[-1].get_body(("plain",)).get_content()
    return re.search(r"http://localhost(/welcome/\S+)", body)[1]


def _choose(web, path, chosen=NEW):
    browser = Browser(web)
    seal = re.search(r'name="seal" value="([^"]+)"', browser.get(path).text)[1]
    return browser, browser.client.post(path, data={"seal": seal, "password": chosen, "again": chosen})


@pytest.mark.parametrize(
    "weak",
    [
        "elf letters", "x" * 201, "password1234", "P@ssw0rd!!2024", "Wachtwoord2026!", "qwertyuiop12", "123456789012",
        "zxcvbnmasdfghjkl", "abcabcabcabcabc", "iloveyou!!!!!!!", "welcomewelcome", "210987654321", "aaaaaaaaaaaaaaaa",
        "eva.editor2026", "EvaEditor 123456", "Voorbeeldziekenhuis1", "eva.editor@clearframe.example",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_not_taken(house, weak):
    with pytest.raises(Invalid) as refused:
        password.check(weak, email="eva.editor@clearframe.example", name="Eva Editor")
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "good", [NEW, PASSWORD, "Zwölf Wörter!", "k7$Lq9!vRz2m", "🦊" * 6 + "een vos", "password of mine for tea"]
)
def test_no_rule_says_of_what_it_is_made(house, good):
    password.check(good, email="eva.editor@clearframe.example", name="Eva Editor")


@pytest.mark.both_engines
def test_changing_it_asks_for_the_present_one_and_ends_the_other_sessions(house, web, drain):
    eva = house.user("editor")
    browser, elsewhere = Browser(web).log_in(eva), Browser(web).log_in(eva)
    form = {"present": PASSWORD, "password": NEW, "again": NEW}
    assert "is not right" in browser.post("/account/password", form | {"present": "wrong"}).text
    assert "differ" in browser.post("/account/password", form | {"again": "other words"}).text
    assert (
        "first that are tried"
        in browser.post(
            "/account/password", dict.fromkeys(("password", "again"), "password1234") | {"present": PASSWORD}
        ).text
    )
    before = browser.client.get_cookie("clearframe").value
    assert browser.post("/account/password", form).status_code == 303
    assert browser.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    browser.client.set_cookie("clearframe", before)
    assert browser.get("/account").status_code == 302
    with pytest.raises(WrongLogin):
        log_in(eva.email, PASSWORD)
    assert log_in(eva.email, NEW)
    drain()
    assert "Your password was changed" in _subjects(house)


def test_a_forgotten_one_is_replaced_by_mail_and_the_factor_is_still_asked(house, web, drain, later):
    dpo = house.user("dpo")
    answers = [
        Browser(web).post("/login/forgotten", {"email": address}).text
        for address in (dpo.email, "nobody@clearframe.example")
    ]
    assert re.sub(r'value="[^"]*"', "", answers[0]) == re.sub(r'value="[^"]*"', "", answers[1])
    assert Job.select().where(Job.kind == "forgotten").count() == 2  # the web does the same for both
    drain()
    assert _subjects(house) == ["A new password for Voorbeeldziekenhuis"]
    path = _link(house)
    assert "first that are tried" in _choose(web, path, "password1234")[1].text
    browser, answer = _choose(web, path)
    assert answer.status_code == 303
    assert browser.get("/people").headers["Location"].split("?")[0] == "/login/code"
    assert browser.post("/login/code", {"number": next_code(dpo), "next": "/people"}).status_code == 303
    assert browser.get(path).status_code == 410  # once
    Browser(web).post("/login/forgotten", {"email": dpo.email})
    drain()
    assert "Your password was changed" in _subjects(house)
    later(minutes=61)
    assert Browser(web).get(_link(house)).status_code == 410  # for an hour


def test_a_new_password_is_not_mailed_without_end_nor_to_a_closed_account(house, web, drain):
    eva, closed = house.user("editor"), house.user("editor")
    closed.disable(by="operator")
    for _ in range(5):
        assert Browser(web).post("/login/forgotten", {"email": eva.email}).status_code == 200
    Browser(web).post("/login/forgotten", {"email": closed.email})
    drain()
    assert _subjects(house) == ["A new password for Voorbeeldziekenhuis"] * 3
    statuses = [
        Browser(web).post("/login/forgotten", {"email": f"a{n}@b.example"}).status_code for n in range(15)
    ]
    assert statuses == [200] * 14 + [429]


def test_who_has_a_sign_on_alone_is_told_so(house, web, drain):
    eva = house.user("editor")
    User.update(password=None).where(User.id == eva.id).execute()
    Identity.create(user=eva, issuer="https://id.example", subject="eva")
    Browser(web).post("/login/forgotten", {"email": eva.email.upper()})
    drain()
    body = house.letters()[0].get_body(("plain",)).get_content()
    assert (
        "you log in with the sign-on of your organisation" in " ".join(body.split()),
        "/welcome/" in body,
    ) == (True, False)


def test_a_login_from_a_new_place_is_told_once_and_the_first_is_none(house, web, drain):
    """ASVS 6.3.5."""
    eva = house.user("editor")
    for address in ("127.0.0.1", "198.51.100.7", "198.51.100.9", "127.0.0.1"):
        Browser(web).post(
            "/login", {"email": eva.email, "password": PASSWORD}, environ_base={"REMOTE_ADDR": address}
        )
    drain()
    assert _subjects(house) == ["A login from a new device or place"]


def test_recovery_codes_used_or_made_anew_are_told(house, web, drain):
    """ASVS 6.3.7."""
    dpo = house.user("dpo")
    browser = Browser(web)
    browser.post("/login", {"email": dpo.email, "password": PASSWORD})
    browser.post("/login/code", {"number": POCKETS[dpo.code].paper.pop()})
    browser.post("/account/recovery-codes")
    drain()
    assert _subjects(house) == ["Your recovery codes"] * 2
    assert (
        "9 are left." in house.letters()[0].get_body(("plain",)).get_content()
        or "10 are left." in house.letters()[0].get_body(("plain",)).get_content()
    )


def test_guessing_from_everywhere_holds_up_strangers_and_not_the_owner(house, web):
    """ASVS 6.3.1: a thousand networks get no thousand times as many tries, and lock nobody out; the answer is one."""
    eva = house.user("editor")

    def attempt(address, email, typed="wrong"):
        return Browser(web).post(
            "/login", {"email": email, "password": typed}, environ_base={"REMOTE_ADDR": address}
        )

    assert attempt("192.0.2.1", eva.email, PASSWORD).status_code == 303
    for email in (eva.email, "nobody@clearframe.example"):
        # However it is typed, it is one account; a server that listens on :: sees IPv4 in an IPv6 address.
        typed = ["{}", " {}", "\t{} "]
        seen = [attempt(f"::ffff:10.{n}.0.1", typed[n % 3].format(email)).status_code for n in range(52)]
        assert seen == [422] * 50 + [429] * 2
    assert "Forgotten your password?" in attempt("10.99.0.1", eva.email, PASSWORD).text
    assert attempt("192.0.2.77", eva.email, PASSWORD).status_code == 303  # the network it is used from
    assert Session.select().count() == 2
    assert Attempt.select().count() > 0


def test_everybody_may_be_asked_for_a_second_factor(house, web):
    """SEC-02: a setting, off at first; who has none sets one up at the next login."""
    eva, admin = house.user("editor"), Browser(web).log_in(house.user("admin"))
    form = dict(
        re.findall(r'<input[^>]* name="(\w+)" type="\w+" value="([^"]*)"', admin.get("/settings").text)
    )
    assert admin.post("/settings", form | {"country": "NL", "second_factor": "1"}).status_code == 303
    browser = Browser(web)
    browser.post("/login", {"email": eva.email, "password": PASSWORD})
    assert browser.get("/people").headers["Location"].split("?")[0] == "/account/factors"
    assert "asks for a second factor" in browser.get("/account/factors").text
    why = {"reason": "Nobody has a phone at hand here."}
    assert admin.post("/settings", form | {"country": "NL"} | why).status_code == 303
    assert browser.get("/people").status_code == 200
