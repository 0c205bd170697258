"""Addresses that are told: signed, once, after the commit, in codes, and never inside the house unless allowed (contract.md)."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import threading
from datetime import timedelta

import pytest

from adapters.hooks import HookFailed, Hooks
from models import endings, faces, webhook
from models.base import db, tools
from models.consent import Consent, withdraw
from models.errors import Invalid, NotAllowed, Refusal
from models.gather import today
from models.index import tell_of_days
from models.job import Job
from models.notice import Notice, NoticeKind
from models.photo import Photo
from models.request import Choice, Request, Way
from models.webhook import Event, HookCall, Webhook
from models.wording import Wording
from tests.views.api_client import Program

pytestmark = pytest.mark.both_engines


class Listener:
    """A real server on the loopback that keeps what it is told."""

    def __init__(self):
        self.got, self.answer, kept = [], 204, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kept.got.append((self.path, dict(self.headers), body))
                self.send_response(kept.answer)
                if kept.answer == 302:
                    self.send_header("Location", "http://127.0.0.1:1/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_about):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/told?by=clearframe"


@pytest.fixture
def listener():
    kept = Listener()
    yield kept
    kept.server.shutdown()
    kept.server.server_close()


@pytest.fixture
def admin(house):
    tools._wired.hooks = Hooks(private=True)
    return house.user("admin")


class Scene:
    """Noor's photo, cleared for the website."""

    def __init__(self, house, drain, days=300):
        editor = house.user("editor")
        self.noor = house.person("Noor Voorbeeld", by=editor, email="noor@people.example")
        taken = house.photo(house.album(by=editor), by=editor)
        drain()
        self.photo = Photo.get_by_id(taken.id)
        faces.add_person(self.photo, self.noor, by=editor)
        self.photo.review(by=editor)
        request = Request.ask(
            [self.noor], [house.use()], Wording.current()[0], by=editor, way=Way.LINK,
            valid_until=today() + timedelta(days=days),
        )[0]  # fmt: skip
        self.request = request

    def sign(self):
        return Consent.sign(self.request, Choice({"website": True}, None), signer="Noor Voorbeeld", steps={})


def told(listener):
    return [json.loads(body) for _, _, body in listener.got]


def test_a_withdrawal_reaches_the_address_signed_and_without_a_name(house, drain, admin, listener):
    hook, secret = Webhook.add(listener.url, [event.value for event in Event], by=admin)
    scene = Scene(house, drain)
    consent = scene.sign()
    drain()
    cleared = [call for call in told(listener) if call["event"] == "photo.cleared"]
    assert [(call["photo"], call["use"], call["state"]) for call in cleared] == [
        (scene.photo.code, "website", "cleared")
    ]
    listener.got.clear()
    withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")
    assert listener.got == [], "nothing leaves within the act"
    drain()
    events = {call["event"]: call for call in told(listener)}
    assert set(events) == {"consent.withdrawn", "photo.blocked"}
    assert events["consent.withdrawn"]["consent"] == consent.code
    assert (events["photo.blocked"]["photo"], events["photo.blocked"]["state"]) == (
        scene.photo.code,
        "blocked",
    )
    path, headers, body = listener.got[0]
    assert path == "/told?by=clearframe"
    stamp = headers["X-Clearframe-Timestamp"]
    expected = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Clearframe-Signature"] == expected
    assert b"Noor" not in b"".join(body for _, _, body in listener.got)
    assert secret.encode() not in bytes(Webhook.get_by_id(hook.id).sealed)


def test_nothing_is_told_of_what_did_not_happen(house, drain, admin, listener):
    Webhook.add(listener.url, ["consent.withdrawn"], by=admin)
    scene = Scene(house, drain)
    scene.sign()
    with db.atomic() as act:
        withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")
        act.rollback()
    drain()
    assert listener.got == []


def test_a_failing_address_is_tried_again_and_switched_off_after_days(house, drain, admin, listener, later):
    hook, _ = Webhook.add(listener.url, ["photo.blocked"], by=admin)
    listener.answer = 500
    hook.ping(by=admin)
    call = HookCall.get()
    with pytest.raises(Refusal):
        webhook.send(call.id)
    assert (HookCall.get().why, HookCall.get().tries) == ("it answered 500", 1)
    assert Webhook.get().failing_since is not None
    listener.answer = 200
    webhook.send(call.id)
    assert Webhook.get().failing_since is None
    webhook.send(call.id)
    assert len(listener.got) == 2, "what was taken is not told again"
    listener.answer = 302
    Webhook.get().ping(by=admin)
    last = HookCall.select().order_by(HookCall.id.desc()).get()
    with pytest.raises(Refusal):
        webhook.send(last.id)
    assert HookCall.get_by_id(last.id).why == "it answered 302", "a redirect is not followed"
    later(days=4)
    with pytest.raises(Refusal):
        webhook.send(last.id)
    assert Webhook.get().ended_at is not None
    with pytest.raises(Refusal):
        Webhook.get().ping(by=admin)
    drain()
    assert [row.user_id for row in Notice.select().where(Notice.kind == NoticeKind.WEBHOOK_OFF)] == [admin.id]
    [letter] = [letter for letter in house.letters() if "no longer told" in letter["Subject"]]
    text = letter.get_body(("plain",)).get_content()
    assert (listener.url in text, "it answered 302" in text) == (True, True)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.1.2.3/", "https://169.254.169.254/",
     "https://[::ffff:169.254.169.254]/", "https://[fe80::1]/", "https://0.0.0.0/", "https://192.168.0.1/x"],
)  # fmt: skip
def test_addresses_inside_the_house_are_refused(url):
    with pytest.raises(HookFailed):
        Hooks().post(url, b"{}", {})


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "http://[fe80::1]/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://[fd00:ec2::254]/",
        "http://100.100.100.200/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::1]/",
    ],
)
def test_metadata_services_are_refused_even_when_private_is_allowed(url):
    with pytest.raises(HookFailed, match="inside the house"):
        Hooks(private=True).post(url, b"{}", {})


@pytest.mark.parametrize(
    ("url", "events", "field"),
    [("ftp://example.org", ["photo.blocked"], "url"), ("https://", ["photo.blocked"], "url"), ("nonsense", ["photo.blocked"], "url"),
     ("https://user:secret@example.org/", ["photo.blocked"], "url"), ("https://example.org/", [], "event"),
     ("https://example.org/", ["party"], "event")],
)  # fmt: skip
def test_what_can_t_be_told_is_said(admin, url, events, field):
    with pytest.raises(Invalid) as refusal:
        Webhook.add(url, events, by=admin)
    assert refusal.value.field == field


def test_only_an_administrator_adds_one(house, admin, listener):
    with pytest.raises(NotAllowed):
        Webhook.add(listener.url, ["photo.blocked"], by=house.user("editor"))


def test_endings_by_date_are_told_once(house, drain, admin, listener, later):
    Webhook.add(listener.url, ["consent.ending", "photo.blocked"], by=admin)
    Scene(house, drain, days=80).sign()
    drain()
    listener.got.clear()
    endings.tell()
    endings.tell()
    drain()
    assert [call["event"] for call in told(listener)] == ["consent.ending"]
    later(days=81)
    listener.got.clear()
    for _ in range(2):
        with db.atomic():
            tell_of_days()
    drain()
    assert [(call["event"], call["state"]) for call in told(listener)] == [("photo.blocked", "blocked")]


def test_calls_are_forgotten_after_thirty_days(admin, listener, later):
    hook, _ = Webhook.add(listener.url, ["photo.blocked"], by=admin)
    hook.ping(by=admin)
    later(days=31)
    webhook.sweep()
    assert HookCall.select().count() == 0
    assert Job.waiting().where(Job.kind == "hook").count() == 1, "a job without its call does nothing"
    webhook.send(1)


def test_a_program_has_its_own_address_tried(house, web, drain, admin, listener):
    hook, _ = Webhook.add(listener.url, ["photo.blocked"], by=admin)
    answer = Program(web, admin).post(f"/webhooks/{hook.code}/test")
    drain()
    assert (answer.status_code, [call["event"] for call in told(listener)]) == (202, ["ping"])
    assert Program(web, house.user("editor")).post(f"/webhooks/{hook.code}/test").status_code == 403
