"""Where we send anything: never into the house by another spelling, a redirect or a name that changes its mind (ASVS 1.3.6)."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from adapters.hooks import HookFailed, Hooks
from adapters.oidc import Going, Provider, SignOnFailed

NOT_REACHED = r"inside the house|not found"
INSIDE = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.0.0.1", "localhost", "localhost.", "LOCALHOST",
    "\uff11\uff12\uff17.0.0.1", "0", "0.0.0.0", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.169.254",
    "2852039166", "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "192.0.0.192",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]",
    "[64:ff9b::7f00:1]", "[64:ff9b:1::a9fe:a9fe]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fd00:ec2::254]",
    "[fc00::1]", "[ff02::1]",
)  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_no_spelling_of_a_place_inside_is_reached(host):
    with pytest.raises(HookFailed, match=NOT_REACHED):
        Hooks().post(f"https://{host}/told", b"{}", {})


@pytest.mark.parametrize("host", ["169.254.169.254", "2852039166", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]", "[fe80::1]",
                                  "0.0.0.0", "[::]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[::169.254.169.254]"])  # fmt: skip
def test_what_is_never_reached_is_not_even_by_leave(host):
    with pytest.raises(HookFailed, match=NOT_REACHED):
        Hooks(private=True).post(f"http://{host}/latest", b"{}", {})


@pytest.mark.parametrize("url", [
    "http://hook.example/", "ftp://hook.example/", "file:///etc/passwd", "https://a@hook.example/", "https://a:b@127.0.0.1/",
    "https://hook.example@127.0.0.1/", "https:///told", "//hook.example/", "gopher://127.0.0.1:6379/_x", "https://",
])  # fmt: skip
def test_what_is_no_address_of_a_server_is_refused_when_it_is_typed(url):
    with pytest.raises(HookFailed):
        Hooks().check(url)


def found(*addresses):
    """A resolver that knows one name, and what it was asked."""
    asked = []

    def resolve(host, port, **_more):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve, asked


def test_a_name_with_one_address_inside_is_refused():
    resolve, _ = found("203.0.114.7", "127.0.0.1")
    with pytest.raises(HookFailed, match="inside the house"):
        Hooks(resolve=resolve).post("https://hook.example/", b"{}", {})


class Ear(BaseHTTPRequestHandler):
    """Sends everyone on to another ear."""

    def do_POST(self):
        self.server.heard.append(self.headers["Host"])
        self.send_response(307)
        self.send_header("Location", self.server.onward)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words):
        """Say nothing."""


@pytest.fixture
def ears():
    """Two servers on loopback; the first sends on to the second."""
    made = [HTTPServer(("127.0.0.1", 0), Ear) for _ in range(2)]
    for ear in made:
        ear.heard, ear.onward = [], f"http://127.0.0.1:{made[1].server_port}/"
        threading.Thread(target=ear.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    for ear in made:
        ear.shutdown()
        ear.server_close()


def test_a_redirect_is_not_followed_and_a_name_is_looked_up_once(ears):
    """What a rebinding name would answer the second time is never asked."""
    resolve, asked = found("127.0.0.1")
    hooks = Hooks(private=True, resolve=resolve)
    with pytest.raises(HookFailed, match="answered 307"):
        hooks.post(f"http://hook.example:{ears[0].server_port}/", b"{}", {})
    assert (ears[0].heard, ears[1].heard) == ([f"hook.example:{ears[0].server_port}"], [])
    assert asked == ["hook.example"]


@pytest.mark.parametrize("url", [
    "http://127.0.0.1:9/token", "http://localhost/token", "http://idp.example/token", "https://a:b@idp.example/token",
    "file:///etc/passwd", "ftp://idp.example/",
])  # fmt: skip
def test_a_provider_elsewhere_can_t_send_us_to_this_machine(url):
    provider = Provider("https://idp.example", "clearframe", "secret")
    provider._about, provider._read_at = {"token_endpoint": url}, float("inf")
    with pytest.raises(SignOnFailed, match="https"):
        provider._endpoint("token_endpoint")


@pytest.mark.parametrize(
    ("issuer", "asked", "address", "inside", "reached"),
    [
        ("https://login.corp.example", "login.corp.example:443", "10.1.2.3", (), True),
        ("https://login.corp.example:8443/realms/a", "login.corp.example:8443", "fd12::1", (), True),
        ("https://login.corp.example", "login.corp.example:6379", "10.1.2.3", (), False),
        ("https://login.corp.example", "tokens.corp.example:443", "10.1.2.3", (), False),
        ("https://login.corp.example", "tokens.corp.example:443", "10.1.2.3", ("tokens.corp.example",), True),
        ("https://login.corp.example", "tokens.corp.example:443", "10.1.2.3", ("tokens.corp.example:8443",), False),
        ("https://login.corp.example", "keys.example.org:443", "93.184.216.34", (), True),
        ("https://login.corp.example", "login.corp.example:443", "169.254.169.254", ("login.corp.example",), False),
    ],
)  # fmt: skip
def test_the_issuer_may_lie_inside_and_what_its_document_names_may_not(
    issuer, asked, address, inside, reached
):
    """The issuer is the operator's word, its document is not; a metadata service is nobody's."""
    resolve, _ = found(address)
    provider = Provider(issuer, "clearframe", "secret", inside=inside, resolve=resolve)
    host, _, port = asked.rpartition(":")
    if reached:
        assert provider._reach(host, int(port)) == address
    else:
        with pytest.raises(OSError, match="inside the house"):
            provider._reach(host, int(port))


@pytest.mark.parametrize("named", ["127.0.0.1", "localhost"])
def test_a_document_sends_us_to_no_other_door_of_this_machine(ears, named):
    """Neither for keys nor with the code and our secret; named by the operator it is reached, and its redirect is not followed."""
    ear = ears[0].server_port
    about = dict.fromkeys(("jwks_uri", "token_endpoint"), f"http://{named}:{ear}/")
    for inside, heard in (((), 0), ((f"{named}:{ear}",), 1)):
        provider = Provider("http://127.0.0.1:9", "clearframe", "secret", inside=inside)
        provider._about, provider._read_at = about, float("inf")
        going = Going("", "state", "nonce", "verifier")
        with pytest.raises(SignOnFailed):
            provider.finish("http://localhost/back", code="code", going=going)
        with pytest.raises(SignOnFailed):
            provider._fetch(about["jwks_uri"])
        assert (len(ears[0].heard), len(ears[1].heard)) == (heard, 0)
