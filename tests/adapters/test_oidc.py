"""Single sign-on against a real provider on this machine: what it may say, and every lie it could tell."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from adapters.oidc import Provider, SignOnFailed
from tests.adapters.identity_provider import IdentityProvider

BACK = "http://localhost/login/sign-on/back"


@pytest.fixture(scope="module")
def there():
    """A provider that listens on loopback."""
    with IdentityProvider("clearframe", "a secret of ours") as provider:
        yield provider


@pytest.fixture
def ours(there):
    there.reset()
    return Provider(there.issuer, "clearframe", "a secret of ours")


def walk(there, ours):
    """Go to the provider and come back, as a browser does; who it says is there."""
    going = ours.begin(BACK)
    answer = requests.get(going.url, allow_redirects=False, timeout=5)
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["state"] == [going.state]
    return ours.finish(BACK, code=asked["code"][0], going=going)


def test_it_says_who_is_there(there, ours):
    there.claims = {
        "sub": "u-1", "email": "eva@clearframe.example", "email_verified": True, "name": "Eva Editor",
        "groups": ["photo-editors", "everyone"], "amr": ["pwd", "mfa"],
    }  # fmt: skip
    known = walk(there, ours)
    assert (known.subject, known.email, known.name) == ("u-1", "eva@clearframe.example", "Eva Editor")
    assert known.groups == ("photo-editors", "everyone")
    assert known.second_factor


def test_an_address_nobody_checked_is_no_address(there, ours):
    there.claims = {"sub": "u-1", "email": "eva@clearframe.example", "amr": ["pwd"]}
    assert (walk(there, ours).email, walk(there, ours).second_factor) == ("", False)
    trusting = Provider(there.issuer, "clearframe", "a secret of ours", trust_email=True)
    assert walk(there, trusting).email == "eva@clearframe.example"


def test_keys_that_changed_are_read_again(there, ours):
    assert walk(there, ours).subject == "u-1"
    there.new_key()
    assert walk(there, ours).subject == "u-1"


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://127.0.0.1:1/other"}, {"aud": "somebody else"}, {"nonce": "of another visit"},
        {"exp": int(time.time()) - 3600}, {"sub": None}, {"nonce": None}, {"azp": "another client"},
        {"aud": ["clearframe", "another"], "azp": None}, {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
)  # fmt: skip
def test_a_token_that_does_not_fit_opens_nothing(there, ours, lie):
    there.lies = lie
    with pytest.raises(SignOnFailed):
        walk(there, ours)


@pytest.mark.parametrize("how", ["none", "HS256", "foreign"])
def test_a_signature_of_another_kind_opens_nothing(there, ours, how):
    there.sign_with = how
    with pytest.raises(SignOnFailed):
        walk(there, ours)


def test_the_code_needs_the_verifier_and_is_good_once(there, ours):
    going = ours.begin(BACK)
    answer = requests.get(going.url, allow_redirects=False, timeout=5)
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    other = ours.begin(BACK)
    with pytest.raises(SignOnFailed):
        ours.finish(BACK, code=code, going=other)
    with pytest.raises(SignOnFailed):
        ours.finish(BACK, code=code, going=going)


@pytest.mark.parametrize(
    "trouble", ["down", "html", "huge", "other issuer", "redirect", "plain http endpoints"]
)
def test_a_provider_in_trouble_is_a_sentence(there, trouble):
    there.reset()
    there.trouble = trouble
    asked = Provider(there.issuer, "clearframe", "a secret of ours")
    with pytest.raises(SignOnFailed):
        asked.begin(BACK)
    there.reset()


def test_only_loopback_is_spoken_to_without_tls():
    with pytest.raises(SignOnFailed):
        Provider("http://login.example", "clearframe", "x").begin(BACK)
