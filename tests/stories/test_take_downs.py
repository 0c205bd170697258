"""What is still out there when somebody says no: tasks, plans called off, photos without a ground, late ones (WDR-03 to WDR-06)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from peewee import chunked

from adapters import clock
from models import disposition, faces, takedown
from models.base import db, tools
from models.consent import Consent, withdraw
from models.delivery import Delivery
from models.disposition import Disposition
from models.errors import Invalid, NotCleared, Refusal
from models.face import Appearance
from models.gather import today
from models.notice import Notice, NoticeKind
from models.photo import Photo
from models.publication import Publication
from models.request import Choice, Request, Way
from models.takedown import TakeDown
from models.voiding import Void, Voiding
from models.webhook import Webhook
from models.wording import Wording
from tests.makers import Browser

pytestmark = pytest.mark.both_engines


class Scene:
    """Noor agreed to website and social media; her photo is on a page, planned for another, and given to a newspaper."""

    def __init__(self, house, drain, later):
        self.house, self.drain = house, drain
        self.editor, self.dpo = house.user("editor"), house.user("dpo")
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        taken = house.photo(house.album(by=self.editor), by=self.editor)
        drain()
        self.photo = Photo.get_by_id(taken.id)
        faces.add_person(self.photo, self.noor, by=self.editor)
        self.photo.review(by=self.editor)
        self.website, self.social = house.use("website"), house.use("social-media")
        request = Request.ask(
            [self.noor], [self.website, self.social], Wording.current()[0], by=self.editor, way=Way.LINK,
        )[0]  # fmt: skip
        yes = {"website": True, "social-media": True}
        self.consent = Consent.sign(request, Choice(yes, None), signer="Noor Voorbeeld", steps={})
        later(seconds=5)

    def out(self, use, to):
        delivery = Delivery.issue(self.photo, use, to=to, by=self.editor)
        delivery.file(by=self.editor)
        return delivery


@pytest.fixture
def scene(house, drain, later):
    return Scene(house, drain, later)


def test_a_withdrawal_makes_a_task_of_everything_that_is_out(scene):
    """WDR-04: two publications, two tasks; what was planned is called off; another use stays as it is."""
    site = scene.out(scene.website, "Eva Editor")
    first = Publication.record(site, url="https://www.example.org/open-day", by=scene.editor)
    second = Publication.record(site, medium="Newsletter 4", by=scene.editor)
    planned = Publication.record(
        site, medium="Spring page", from_on=today() + timedelta(days=30), by=scene.editor
    )
    other = Publication.record(scene.out(scene.social, "Eva Editor"), medium="Channel", by=scene.editor)
    handed = scene.out(scene.website, "The newspaper")
    withdraw(scene.noor, uses=["website"], recognition=False, actor="signer", means="link")
    tasks = list(TakeDown.select().order_by(TakeDown.id))
    assert [(t.publication, t.delivery.recipient, t.cause) for t in tasks] == [
        (first, "Eva Editor", "WITHDRAWN"), (second, "Eva Editor", "WITHDRAWN"), (None, "The newspaper", "WITHDRAWN"),
    ]  # fmt: skip
    assert {(t.owner, t.person) for t in tasks} == {(scene.editor, scene.noor)}
    assert {t.due_on for t in tasks} == {takedown.working_days_after(today(), 3)}
    assert Publication.get_by_id(planned.id).ended_note == "called off"
    assert Publication.get_by_id(other.id).ended_at is None
    assert tasks[2].delivery == handed
    letters = list(Notice.select().where(Notice.kind == NoticeKind.TAKEDOWN))
    assert [letter.user for letter in letters] == [scene.editor], "one letter, not three"
    withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")
    assert TakeDown.select().count() == 4, "only the other use came on top"


def test_what_was_never_valid_lists_where_it_was_shown(scene, web):
    """T8: void from the beginning, so what is over is looked at too; another use is not."""
    over = Publication.record(scene.out(scene.website, "Eva"), medium="Newsletter 3", by=scene.editor)
    over.end(by=scene.editor)
    Publication.record(scene.out(scene.website, "Eva"), url="https://www.example.org/now", by=scene.editor)
    Voiding.propose(scene.consent, Void.INVALIDATED, reason="the text was wrong", by=scene.dpo)
    assert [row.medium for row in Publication.resting_on(scene.consent, seen_by=scene.editor)] == [
        "",
        "Newsletter 3",
    ]
    shown = Browser(web).log_in(scene.dpo).get(f"/consents/{scene.consent.code}").text
    assert "Newsletter 3" in shown
    assert "https://www.example.org/now" in shown


def test_a_task_ends_with_a_word_and_the_publication_with_it(scene):
    shown = Publication.record(
        scene.out(scene.website, "Eva"), url="https://www.example.org/x", by=scene.editor
    )
    withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")
    task = TakeDown.get()
    with pytest.raises(Invalid) as refusal:
        task.finish("impossible", note="", by=scene.editor)
    assert refusal.value.field == "note"
    with pytest.raises(Invalid):
        task.finish("forgotten", note="", by=scene.editor)
    task.finish("removed", note="", by=scene.editor)
    assert Publication.get_by_id(shown.id).ended_at is not None
    with pytest.raises(Refusal, match="finished already"):
        task.finish("removed", note="", by=scene.editor)


def test_what_ends_by_date_becomes_a_task_too(scene, later):
    """No withdrawal needed: the gate's answer is what counts, also after ten days off."""
    shown = Publication.record(
        scene.out(scene.website, "Eva"), url="https://www.example.org/x", by=scene.editor
    )
    assert shown.until_on == scene.consent.answers()[0].valid_until, "PUB-05: no longer than agreed"
    assert takedown.sweep() == 0
    file_only = scene.out(scene.website, "An agency")
    later(days=740)
    assert takedown.sweep() == 1
    assert takedown.sweep() == 0
    assert [(t.delivery, t.cause) for t in TakeDown.select()] == [(file_only, "EXPIRED")]


def test_late_tasks_reach_the_dpo_once(scene, later):
    Publication.record(scene.out(scene.website, "Eva"), url="https://www.example.org/x", by=scene.editor)
    withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")
    later(days=8)
    takedown.sweep()
    takedown.sweep()
    late = Notice.select().where(Notice.kind == NoticeKind.LATE_TAKEDOWN)
    assert [notice.user for notice in late] == [scene.dpo]
    scene.drain()


def test_photos_without_a_ground_wait_for_a_decision(scene, later):
    """WDR-05: only the last ground opens the queue; day 31 goes to the DPO; a new yes closes it."""
    withdraw(scene.noor, uses=["website"], recognition=False, actor="signer", means="link")
    assert Disposition.select().count() == 0, "social media is still agreed to"
    withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")
    row = Disposition.get()
    assert (row.photo, row.due_on) == (scene.photo, today() + timedelta(days=30))
    disposition.sweep()
    assert not Notice.select().where(Notice.kind == NoticeKind.LATE_DISPOSITION).exists()
    later(days=31)
    disposition.sweep()
    disposition.sweep()
    assert Notice.select().where(Notice.kind == NoticeKind.LATE_DISPOSITION).count() == 1
    with pytest.raises(Invalid):
        row.decide("keep", ground="because", by=scene.editor)
    request = Request.ask(
        [scene.noor], [scene.website], Wording.current()[0], by=None, way=Way.LINK, renews=True
    )[0]
    Consent.sign(request, Choice({"website": True}, None), signer="Noor Voorbeeld", steps={})
    assert Disposition.select().count() == 0


def test_a_publication_asks_the_gate_and_needs_a_place(scene):
    delivery = scene.out(scene.website, "Eva")
    for wrong in ({}, {"url": "javascript:alert(1)"}, {"url": "https:// x"}, {"url": "ftp://example.org/a"}):
        with pytest.raises(Invalid):
            Publication.record(delivery, by=scene.editor, **wrong)
    last = scene.consent.answers()[0].valid_until
    assert (
        Publication.record(delivery, medium="x", until_on=last + timedelta(days=90), by=scene.editor).until_on
        == last
    )
    withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")
    with pytest.raises(NotCleared):
        Publication.record(delivery, medium="Late page", by=scene.editor)
    assert Publication.select().count() == 1


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [(date(2026, 11, 24), 3, date(2026, 11, 27)), (date(2026, 11, 26), 3, date(2026, 12, 1)), (date(2026, 11, 28), 1, date(2026, 11, 30))],
)  # fmt: skip
def test_working_days(day, count, due):
    assert takedown.working_days_after(day, count) == due


def test_the_board_is_worked_through_in_the_browser(scene, web):
    """From the withdrawal by link to the note that it is gone; a mistake keeps what was typed."""
    shown = Publication.record(
        scene.out(scene.website, "Eva"), url="https://www.example.org/x", by=scene.editor
    )
    phone, desk = Browser(web), Browser(web).log_in(scene.editor)
    token = scene.consent.raw_withdrawal_token
    page = phone.get(f"/withdraw/{token}").text
    seal = page.split('name="seal" value="')[1].split('"')[0]
    assert phone.client.post(f"/withdraw/{token}", data={"seal": seal, "what": "all"}).status_code == 303
    board = desk.get("/takedowns").text
    assert "https://www.example.org/x" in board
    assert "Noor Voorbeeld withdrew consent" in board
    task = TakeDown.get()
    wrong = desk.post(f"/takedowns/{task.code}/finish", {"how": "asked", "note": "ok"})
    assert wrong.status_code == 422
    assert 'value="ok"' in wrong.text
    assert desk.post(f"/takedowns/{task.code}/finish", {"how": "removed", "note": ""}).status_code == 303
    assert "Nothing has to be taken down" in desk.get("/takedowns").text
    assert "https://www.example.org/x" in desk.get("/takedowns/done").text
    assert Publication.get_by_id(shown.id).ended_at is not None
    assert "no longer agrees to anything" in desk.get("/dispositions").text
    row = Disposition.get()
    assert (
        desk.post(f"/dispositions/{row.code}/decision", {"decision": "erase", "ground": ""}).status_code
        == 303
    )


def test_a_person_in_thousands_of_photos_withdraws_within_seconds(scene, web):
    """Nothing of it grows past what an engine takes in one statement; with somebody listening, too."""
    tools._wired.hooks = type(tools.hooks)(private=True)
    Webhook.add("http://127.0.0.1:9/", ["photo.blocked", "consent.withdrawn"], by=scene.house.user("admin"))
    with db.atomic():
        for some in chunked(range(3000), 100):
            Photo.insert_many(
                [
                    {
                        "code": f"many{n}",
                        "album": scene.photo.album,
                        "name": "x.jpg",
                        "kind": "JPEG",
                        "size": 1,
                        "fingerprint": n.to_bytes(32),
                    }
                    for n in some
                ]
            ).execute()
        ids = [row.id for row in Photo.select(Photo.id).where(Photo.code.startswith("many"))]
        for some in chunked(ids, 500):
            people = [{"photo": n, "person": scene.noor, "code": f"a{n}", "at": clock.now()} for n in some]
            Appearance.insert_many(people).execute()
    withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")
    assert Disposition.select().count() == 3001
