"""Every route with every role and with nobody (SEC-04, GOV-10): silence is 403, and no door answers with an error of ours."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest

from models import copies, faces, my_page, package, recognition
from models.album import Mode
from models.base import db
from models.basis import Basis
from models.campaign import Campaign, CampaignWay
from models.circumstance import Circumstance
from models.claim import Claim, Identity
from models.consent import Consent
from models.delivery import Delivery, OriginalView
from models.disposition import Disposition
from models.entry import Entry
from models.event import QUESTIONS, Event
from models.face import Appearance
from models.factor import Factor
from models.gather import today
from models.importing import Import
from models.inquiry import Inquiry
from models.merging import Merging
from models.permission import GRANTS, Permission, Role
from models.person import Person
from models.photo import Photo
from models.publication import Publication
from models.request import Choice, Request, Way
from models.scan import Scan, Sought
from models.setting import Setting
from models.share import Share
from models.takedown import TakeDown
from models.token import ApiToken
from models.use import Use
from models.user import Team
from models.webhook import Webhook
from models.wording import Wording
from tests.house.tree import HERE
from tests.makers import Browser

pytestmark = pytest.mark.both_engines

# These end or begin the session of the browser that knocks; their stories show who may.
OWN_PAGES = {
    "session.enter", "session.login", "session.leave", "attendance.sign_here", "attendance.sign_request", "packages.take",
}  # fmt: skip


@pytest.fixture
def world(house, web, drain):
    """One of everything, and a logged-in browser per role, all in one team."""
    return World(house, web, drain)


class World:
    """What the addresses point at."""

    def __init__(self, house, web, drain):
        self.web = web
        self.users = {role: house.user(role.value, name=role.value.title()) for role in Role}
        editor = self.users[Role.EDITOR]
        album = house.album(by=editor)
        photo = house.photo(album, by=editor)
        drain()
        photo = Photo.get_by_id(photo.id)
        person = house.person("Noor Voorbeeld", by=editor, email="noor@people.example")
        face = faces.draw(photo, (0.1, 0.1, 0.2, 0.2), by=editor)
        wording = Wording.current()[0]
        uses = [house.use("website"), house.use("internal")]
        first, asked = (
            Request.ask([person], [use], wording, by=editor, way=Way.LINK, photos=[photo])[0] for use in uses
        )
        consent = Consent.sign(first, Choice({"website": True}, None), signer="Noor Voorbeeld", steps={})
        appearance = faces.add_person(photo, person, by=editor)
        faces.remark(face, faces.Word.NOT_RECOGNISABLE, by=editor)
        drain()
        faces.undo(face, by=editor)
        photo.review(by=editor)
        ApiToken.create_for(editor, ["read"], by="system")
        faces.remark(face, faces.Word.NOT_A_PERSON, by=editor)
        delivery = Delivery.issue(photo, uses[0], to="Eva", by=editor)
        view = OriginalView.issue(photo, purpose="to look closely at it", by=editor)
        campaign = Campaign.start(
            "Open day",
            [person],
            [house.use("press")],
            wording,
            by=editor,
            way=CampaignWay.POSTER,
            album=album,
        )
        copy = copies.order(photo, uses[0], faces=[face], by=editor)
        drain()
        more = self._what_follows(person, album, photo, delivery)
        outbox = sorted(house.config.data.glob("outbox/*.eml"))
        self.codes = {
            "albums": album.code, "photos": photo.code, "people": person.code, "faces": face.code,
            "requests": asked.code, "consents": consent.code, "deliveries": delivery.code, "wordings": wording.code,
            "uses": "website", "users": self.users[Role.VIEWER].code, "teams": Team.get().code,
            "tokens": ApiToken.get().code, "sign": asked.raw_token, "withdraw": consent.raw_withdrawal_token,
            "welcome": house.user("viewer").invite(by="system"), "mail": outbox[0].name if outbox else "none.eml",
            "campaigns": campaign.code, "join": campaign.raw_token, "attendance": person.code,
            "rosters": album.code, "check": delivery.code, "originals": view.code, "appearance": appearance.code,
            "copies": copy.code,
            **more,
        }  # fmt: skip
        assert Appearance.select().count() == 1
        self.browsers = {role: Browser(web).log_in(user) for role, user in self.users.items()}
        self.nobody = Browser(web)
        self.tokens = {role: browser._token() for role, browser in self.browsers.items()}

    def _what_follows(self, person, album, photo, delivery):
        dpo, editor = self.users[Role.DPO], self.users[Role.EDITOR]
        circumstance = Circumstance.record(person, "left", since=today() + timedelta(days=9), by=dpo)
        review = today() + timedelta(days=300)
        basis = Basis.add(
            person, Use.get(), {"kind": "contract", "evidence": "signed", "review_on": review}, by=dpo
        )
        speaker = person.add_guardian(name="Gijs Voorbeeld", email="gijs@people.example", by=editor)
        answers = dict.fromkeys(QUESTIONS, "It was said on the sign at the door.")
        objection = Event.keep(album, answers, children=True, by=dpo).note_objection(
            "yellow jacket", by=editor
        )
        shown = Publication.record(delivery, medium="Annual report", by=editor)
        table = Import.begin("list.csv", b"Name;Website\nNoor Voorbeeld;yes\n", by=editor)
        other = Person.add("Noor Voorbeeld", by=editor)
        merging = Merging.merge(person, other, by=editor)
        hook, _ = Webhook.add("https://www.example.org/told", ["photo.blocked"], by=self.users[Role.ADMIN])
        with db.atomic():
            Setting.put("shares", True)
        share = Share.make([photo], Use.get(), recipient="Gazette", by=editor)
        with db.atomic():
            task = TakeDown.create(
                delivery=delivery, publication=shown, photo=photo, cause="WITHDRAWN", due_on=today()
            )
            waiting = Disposition.create(person=person, photo=photo, cause="withdrawn", due_on=today())
        with db.atomic():
            scan = Scan.create()
            Sought.create(scan=scan, person=person)
        asked = dict.fromkeys(recognition.QUESTIONS, "It was weighed for this test.")
        weighed = recognition.switch_on(Mode.ROSTER, asked, today() + timedelta(days=90), by=dpo)
        return {
            "scans": scan.code, "assessments": weighed.code,
            "circumstances": circumstance.code, "bases": basis.code, "speakers": speaker.code, "objections": objection.code,
            **self._my_page(person, photo), **self._asked(person, photo, dpo),
            "imports": table.code, "merge": merging.code, "webhooks": hook.code, "shares": share.code, "share": share.raw_token,
            "publications": shown.code, "takedowns": task.code, "dispositions": waiting.code,
            "factors": Factor.begin(editor).code,
        }  # fmt: skip

    def _asked(self, person, photo, dpo):
        claim = Claim.receive(
            "access", "desk", actor=dpo, name=person.name, person=person, identity=Identity.ATTESTED
        )
        if not person.appearances.exists():
            faces.add_person(photo, person, by=dpo)
        asked = package.Package.order(claim, "access", by=dpo)
        package.work_on(asked.id)
        return {"claims": claim.code, "packages": asked.code, "pictures": photo.code}

    def _my_page(self, person, photo):
        entry = Entry.send(person)
        token = my_page.token(person)
        asked = Inquiry.make(person, "not-me", photo=photo)
        receipt = person.consents.get().code
        return {"my": token, token: entry.confirm(entry.number), "receipts": receipt, "inquiries": asked.code}

    def address(self, rule):
        """The rule with its parts filled in from the world."""
        parts: list[str] = []
        for part in rule.rule.split("/"):
            parts.append(self._filled(part, parts[-1]) if part.startswith("<") else part)
        return "/".join(parts)

    def _filled(self, part, noun):
        fixed = {
            "<int:longest>": "320",
            "<path:filename>": "house.css",
            "<role>": "receipt",
            "<act>": "inform",
        }
        return fixed.get(part) or self.codes.get("appearance" if "appearance" in part else noun, "none")


def rules(web):
    """Every browser route with its method."""
    for rule in web.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method


def test_every_route_carries_a_sign(web):
    unsigned = {
        rule.endpoint for rule, _ in rules(web)
        if rule.endpoint != "static" and not hasattr(web.view_functions[rule.endpoint], "sign")
    }  # fmt: skip
    assert unsigned == set()


def test_nobody_comes_in(world, web):
    for rule, method in rules(web):
        if rule.endpoint == "static" or web.view_functions[rule.endpoint].sign.permission is None:
            continue
        if method == "GET":
            answer = world.nobody.get(world.address(rule))
        else:
            answer = world.nobody.post(world.address(rule))
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login"), rule.rule


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_its_doors_and_no_other(world, web, role):
    wrong = []
    for rule, method in rules(web):
        if rule.endpoint in OWN_PAGES or rule.endpoint == "static":
            continue
        need = web.view_functions[rule.endpoint].sign.permission
        may = need is None or need is Permission.ACCOUNT or need in GRANTS[role]
        with db.atomic() as undone:
            answer = call(world, role, world.address(rule), method)
            undone.rollback()
        # A role may hold the permission and still be refused by the domain: 409, 410, 415, 422; never by a 5xx.
        fits = answer.status_code != 403 and answer.status_code < 500 if may else answer.status_code == 403
        own = may and answer.status_code == 403 and rule.endpoint == "consents.check"
        if not fits and not own:
            wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


def call(world, role, address, method):
    """Knock as this role, with the token of its own session."""
    browser = world.browsers[role]
    if method == "GET":
        return browser.get(address)
    return browser.client.post(address, data={"csrf_token": world.tokens[role]})


def test_a_form_without_its_token_is_refused(world, web):
    wrong = []
    for rule, method in rules(web):
        if method == "GET" or web.view_functions[rule.endpoint].sign.permission is None:
            continue
        answer = world.browsers[Role.DPO].client.post(world.address(rule))
        if answer.status_code not in (400, 403):
            wrong.append((rule.rule, answer.status_code))
    assert wrong == []


def test_every_page_of_ones_own_role_can_be_looked_at(world, web):
    """GET pages answer 200 (or lead on) for whoever holds the permission: nothing is half there."""
    wrong = []
    for rule, method in rules(web):
        need = getattr(web.view_functions[rule.endpoint], "sign", None)
        if method != "GET" or need is None or need.permission is None or rule.endpoint in OWN_PAGES:
            continue
        holder = next(role for role in (Role.EDITOR, Role.CONSENT_OFFICER, Role.DPO, Role.ADMIN)
                       if need.permission is Permission.ACCOUNT or need.permission in GRANTS[role])  # fmt: skip
        answer = world.browsers[holder].get(world.address(rule))
        answer.close()  # what streams keeps its request open until it is read or closed
        if answer.status_code not in (200, 302, 303):
            wrong.append((rule.rule, holder.value, answer.status_code))
    assert wrong == []


def test_an_album_of_another_team_is_not_there(world, web, house):
    """404, not 403: that there is something is not said either."""
    stranger = house.user("editor", team=Team.add("Elsewhere", by=world.users[Role.ADMIN]))
    browser = Browser(web).log_in(stranger)
    for address in (
        f"/photos/{world.codes['photos']}", f"/photos/{world.codes['photos']}/preview/320",
        f"/photos/{world.codes['photos']}/deliveries/new", f"/faces?photo={world.codes['photos']}",
        f"/library?album={world.codes['albums']}", f"/deliveries/{world.codes['deliveries']}",
        f"/copies/{world.codes['copies']}", f"/copies/{world.codes['copies']}/preview/320",
        f"/photos/{world.codes['photos']}/copies/new",
    ):  # fmt: skip
        assert browser.get(address).status_code == 404, address
    assert world.codes["photos"] not in browser.get("/library").text


def test_a_session_ends_for_good(world, web):
    """A kept cookie opens nothing after logout (SEC-03)."""
    browser = world.browsers[Role.EDITOR]
    cookie = browser.client.get_cookie("clearframe").value
    browser.client.post("/logout", data={"csrf_token": world.tokens[Role.EDITOR]})
    other = Browser(web)
    other.client.set_cookie("clearframe", cookie, domain="localhost")
    assert other.get("/library").status_code == 302


def test_naughty_input_is_answered_in_words(world, web):
    """Bad dates, unknown codes, odd bytes: a clear sentence, never an error of ours."""
    editor = world.browsers[Role.EDITOR]
    for address in ("/library?state=nonsense", "/library?cursor=%00", "/photos/%F0%9F%92%A5", "/library?use=%27--",
                    "/consents?tab=x&after=zzz", "/faces?photo=nope", "/people?after=nope"):  # fmt: skip
        assert editor.get(address).status_code in (200, 400, 404, 422), address
    assert world.browsers[Role.DPO].get("/trail?since=yesterday").status_code == 422
    bad = editor.post(
        f"/photos/{world.codes['photos']}/deliveries",
        {"use": "website", "recipient": "x", "until": "31-31-31"},
    )
    assert bad.status_code == 422
    assert editor.post("/people", {"name": "A\u0000B"}).status_code == 400
    assert editor.post("/people", {"name": "A", "born": date.max.isoformat()}).status_code == 422
    upload = {"album": world.codes["albums"], "file": (io.BytesIO(b"<svg/>"), "x.jpg")}
    refused = editor.post(
        "/upload", upload, content_type="multipart/form-data", headers={"Accept": "application/json"}
    )
    assert refused.status_code == 415


GARBAGE = ("", " ", "x" * 10_000, "🌷\u202e", "-1", "1e999", "9" * 400, "null", "2026-02-30", "..", "%s{0}")
FIELDS = re.compile(r'(?:form|values|given)(?:\.get|\.getlist)?[\[(]"([a-z_-]+)"')


def test_garbage_is_never_an_error_of_ours(world, web):
    """Whatever a form is filled with, the answer is a page, a refusal or a mistake in words."""
    rooms = [*(HERE / "views").glob("*.py"), *(HERE / "models").glob("*.py")]
    fields = {name for path in rooms for name in FIELDS.findall(path.read_text())}
    assert len(fields) > 40
    wrong = []
    for rule, method in rules(web):
        sign = getattr(web.view_functions[rule.endpoint], "sign", None)
        if method == "GET" or sign is None or rule.endpoint in OWN_PAGES:
            continue
        holder = next(role for role in (Role.EDITOR, Role.CONSENT_OFFICER, Role.DPO, Role.ADMIN)
                      if sign.permission in (None, Permission.ACCOUNT) or sign.permission in GRANTS[role])  # fmt: skip
        for junk in GARBAGE:
            form = dict.fromkeys(fields, junk) | {"csrf_token": world.tokens[holder]}
            with db.atomic() as undone:
                answer = world.browsers[holder].client.post(world.address(rule), data=form)
                undone.rollback()
            if answer.status_code >= 500:
                wrong.append((rule.rule, junk[:12], answer.status_code))
    assert wrong == []
