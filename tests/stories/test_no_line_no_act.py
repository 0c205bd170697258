"""Each act that must leave a line leaves one; with a trail that can't be written it does not happen (AUD-02, security.md 2.7)."""

from __future__ import annotations

import hashlib
import io
import re
from contextlib import contextmanager

import pytest

from models import faces, schema
from models.base import db, is_postgres
from models.consent import Consent
from models.delivery import Delivery
from models.errors import TrailClosed
from models.job import Job
from models.request import Request, Way
from models.setting import Setting
from models.share import Share
from models.token import ApiToken
from models.trail import Trace, verify
from models.user import Team
from models.wording import Wording
from tests.makers import PASSWORD, Browser, picture

pytestmark = pytest.mark.both_engines
# Rows that say that somebody knocked, not that something was done.
KNOCKS = {"session", "attempt", "arrival", "api_token"}
WORDS = {
    "organisation": "Ziekenhuis Demo", "organisation_address": "Laan 1", "privacy_email": "fg@demo.example", "country": "NL",
    "photo_credit": "", "consent_months": "12", "ends_soon_days": "14", "coming_of_age_days": "0", "share_days": "30", "files_a_day": "500",
    "link_days": "7", "shares": "1", "reason": "Named recipients only.",
}  # fmt: skip


@contextmanager
def shut():
    """A trail the engine refuses to write to, as a full disk or a damaged table does."""
    if is_postgres():
        db.execute_sql(
            "CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no space left'; END $$ LANGUAGE plpgsql"
        )
        db.execute_sql(
            "CREATE TRIGGER full_disk BEFORE INSERT ON trace FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
    else:
        db.execute_sql(
            "CREATE TRIGGER full_disk BEFORE INSERT ON trace BEGIN SELECT RAISE(ABORT, 'no space left'); END"
        )
    try:
        yield
    finally:
        db.execute_sql(f"DROP TRIGGER full_disk{' ON trace' if is_postgres() else ''}")
        if is_postgres():
            db.execute_sql("DROP FUNCTION full_disk")


def everything(config):
    """Every row of the house but knocks, and every letter: what an act could have changed."""
    rows = {
        table._meta.table_name: hashlib.sha256(repr(sorted(map(repr, table.select().tuples()))).encode()).hexdigest()
        for table in schema.records() if table._meta.table_name not in KNOCKS
    }  # fmt: skip
    return rows | {"outbox": sorted(path.name for path in config.data.glob("outbox/*.eml"))}


class World:
    """A house with a photo of one person, asked and not yet answered, and everybody at their browser."""

    def __init__(self, house, web, drain):
        self.house, self.web, self.drain, self.config = house, web, drain, house.config
        self.editor, self.team = house.user("editor", name="Eva Editor"), Team.get()
        self.colleague = house.user("viewer", name="Vera Viewer")
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        self.album = house.album(by=self.editor)
        self.photo = house.photo(self.album, by=self.editor)
        self.empty = house.photo(self.album, by=self.editor)
        drain()
        faces.add_person(self.photo, self.noor, by=self.editor)
        for photo in (self.photo, self.empty):
            photo.review(by=self.editor)
        Setting.put("shares", value=True)
        uses = [house.use("website"), house.use("press")]
        self.request = Request.ask([self.noor], uses, Wording.current()[0], by=self.editor, way=Way.LINK)[0]
        self.share = Share.make(
            [self.empty], house.use("website"), recipient="Drukkerij", email="", by=self.editor
        )
        drain()
        self.desk = Browser(web).log_in(self.editor)
        self.admin = Browser(web).log_in(house.user("admin"))
        self.dpo = Browser(web).log_in(house.user("dpo"))
        self.officer = Browser(web).log_in(house.user("consent-officer"))
        self.phone = Browser(web)
        self.bearer = {
            "Authorization": f"Bearer {ApiToken.create_for(self.editor, ('read', 'write', 'publish'), by='system')}"
        }

    def sealed(self, path):
        """The seal of a public page's form."""
        return re.search(r'name="seal" value="([^"]+)"', self.phone.get(path).text)[1]

    def sign(self, seal):
        """Answer by the link."""
        data = {"seal": seal, "signer": "Noor Voorbeeld", "use-website": "yes", "use-press": "no"}
        return self.phone.client.post(f"/sign/{self.request.raw_token}", data=data)

    def take_back(self, seal):
        """Take it back by the link of the receipt."""
        return self.phone.client.post(self.link, data={"seal": seal, "what": "all"})

    @property
    def consent(self):
        """What was signed."""
        return Consent.get(Consent.request == self.request)

    @property
    def link(self):
        """Where it is taken back."""
        return self.consent.withdrawal_link.removeprefix("http://localhost")


@pytest.fixture
def world(house, web, drain):
    return World(house, web, drain)


def acts(world):
    """What is done in a day, each with the lines it must leave."""
    photo, empty, desk, admin, dpo = world.photo.code, world.empty.code, world.desk, world.admin, world.dpo
    credentials = {"email": world.editor.email, "password": PASSWORD}
    fresh = Browser(world.web)
    wanted = {"use": "website", "recipient": "Eva"}
    roles = {"role": ["viewer", "contributor"], "team": world.team.code}
    yield "user.login-failed", lambda: fresh.post("/login", credentials | {"password": "wrong"})
    yield "user.login", lambda: fresh.post("/login", credentials)
    yield "user.logout", lambda: fresh.post("/logout")
    yield "photo.taken-in", lambda: world.web.test_client(use_cookies=False).post(
        "/api/v1/photos", data={"file": (io.BytesIO(picture(seed=77)), "a.jpg"), "album": world.album.code}, headers=world.bearer,
    )  # fmt: skip
    yield "photo.viewed", lambda: desk.get(f"/photos/{photo}")
    yield "original.issued", lambda: desk.post(f"/photos/{photo}/original", {"purpose": "print check"})
    yield "delivery.refused", lambda: desk.post(f"/photos/{photo}/deliveries", wanted)
    yield "delivery.issued", lambda: desk.post(f"/photos/{empty}/deliveries", wanted)
    yield (
        "delivery.issued",
        lambda: world.web.test_client(use_cookies=False).post(
            "/api/v1/deliveries", json={"photo": empty, **wanted}, headers=world.bearer
        ),
    )
    last = Delivery.select().order_by(Delivery.id.desc()).get()
    yield "delivery.fetched", lambda: desk.get(f"/deliveries/{last.code}/file")
    yield "share.opened", lambda: world.phone.get(f"/share/{world.share.raw_token}")
    yield "share.downloaded", lambda: world.phone.get(f"/share/{world.share.raw_token}/photos/{empty}/file")
    yield "share.printed", lambda: desk.get(f"/shares/{world.share.code}/contact-sheet.pdf")
    seal = world.sealed(f"/sign/{world.request.raw_token}")
    yield "consent.signed", lambda: world.sign(seal)
    consent = world.consent.code
    for role, line in (("receipt", "consent.receipt-seen"), ("evidence", "consent.evidence-seen")):
        yield line, lambda role=role: world.officer.get(f"/consents/{consent}/papers/{role}")
    back = world.sealed(world.link)
    yield "consent.withdrawn", lambda: world.take_back(back)
    yield "user.roles", lambda: admin.post(f"/settings/users/{world.colleague.code}", roles)
    yield "user.disabled", lambda: admin.post(f"/settings/users/{world.colleague.code}/disable")
    yield (
        "user.added",
        lambda: admin.post(
            "/settings/users",
            {"name": "Ina", "email": "ina@demo.example", "role": "editor", "team": world.team.code},
        ),
    )
    yield (
        "token.created",
        lambda: admin.post("/settings/tokens", {"user": world.editor.code, "scope": "read", "days": "30"}),
    )
    yield "setting.changed", lambda: admin.post("/settings", WORDS)
    yield "recognition.off", lambda: dpo.post("/recognition/off", {"why": "over"})
    yield "trail.read", lambda: dpo.get("/trail")
    yield "trail.verified", lambda: dpo.post("/trail/verify")
    yield "trail.exported", lambda: dpo.get("/trail/export")


def test_what_can_leave_no_line_does_not_happen(world):
    """503 with a sentence for people and a problem for programs, nothing half-written; the same act works right afterwards."""
    for line, act in acts(world):
        before, lines = everything(world.config), Trace.select().count()
        with shut():
            answer = act()
        assert answer.status_code == 503, (line, answer.status_code)
        if answer.request.path.startswith("/api/"):
            assert (answer.mimetype, answer.json["type"]) == (
                "application/problem+json",
                "urn:clearframe:trail-closed",
            ), line
        else:
            assert "trail can&#39;t be written" in answer.text, line
        after = everything(world.config)
        assert {name for name in before if before[name] != after[name]} == set(), line
        done = act()
        assert done.status_code < 500, (line, done.status_code)
        left = Trace.select(Trace.action).where(Trace.seq > lines)
        assert line in {row.action for row in left}, line
        world.drain()
    assert verify().bad is None


def test_a_job_waits_until_there_is_a_trail_again(world):
    """The worker's acts fail closed too, and are done later."""
    photo = world.house.photo(world.album, by=world.editor, data=picture(seed=99))
    job = Job.due().first()
    import tasks

    with shut():
        assert tasks.run(job.id) is False
    assert photo.prepared_at is None
    assert Job.get_by_id(job.id).why == "trail-closed"


def test_a_mistake_of_ours_is_not_a_closed_trail(house):
    with pytest.raises(ValueError, match="beyond"), db.atomic():
        Trace.leave("system", "test.act", number=2**60)
    with pytest.raises(RuntimeError, match="transaction"):
        Trace.leave("system", "test.act")
    with shut(), pytest.raises(TrailClosed), db.atomic():
        Trace.leave("system", "test.act")
