"""A doubt that two people let stand until a day: from the proposal to the end, and who may do what (PUB-07)."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest

from models import dossier, faces, index
from models.base import db
from models.consent import Consent
from models.delivery import Delivery
from models.errors import Invalid, NotAllowed, NotCleared, Refusal
from models.gather import today
from models.index import Indexed
from models.library import use_of
from models.override import LONGEST, Override
from models.permission import Role
from models.photo import Photo
from models.reasons import Code, State
from models.request import Choice, Request, Way
from models.sheets import Ask
from models.takedown import TakeDown
from models.trail import Trace, verify
from models.unnaming import out_of_texts
from models.wording import Wording
from tests.makers import Browser

WHY = "She agreed on the phone; the signed form is in the post."
pytestmark = pytest.mark.both_engines


@pytest.fixture
def story(house, drain):
    return Story(house, drain)


class Story:
    """A photo of Noor, who was never asked, and the people of the house."""

    def __init__(self, house, drain):
        self.house, self.drain = house, drain
        self.staff = {role: house.user(role.value, name=f"Staff {role.value}") for role in Role}
        self.editor, self.dpo = self.staff[Role.EDITOR], self.staff[Role.DPO]
        self.officer = self.staff[Role.CONSENT_OFFICER]
        taken = house.photo(house.album(by=self.editor), by=self.editor)
        drain()
        self.photo = Photo.get_by_id(taken.id)
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        face = faces.draw(self.photo, (0.2, 0.2, 0.15, 0.3), by=self.editor)
        faces.name(face, self.noor, by=self.editor)
        self.photo.review(by=self.editor)
        self.use = house.use("website")

    def propose(self, days=40, **more):
        until = today() + timedelta(days=days)
        return Override.propose(
            self.photo, self.use, **{"reason": WHY, "until": until, "by": self.dpo, **more}
        )

    def confirmed(self, days=40):
        row = self.propose(days)
        row.confirm(by=self.officer)
        return Override.get_by_id(row.id)

    def answer(self, *, yes):
        asked = Request.ask([self.noor], [self.use], Wording.current()[0], by=self.editor, way=Way.LINK)[0]
        Consent.sign(asked, Choice({"website": yes}, None), signer=self.noor.name, steps={})
        self.drain()

    def state(self):
        return self.photo.clearance(self.use).state

    def listed(self):
        query = Photo.select().where(Photo.id == self.photo.id)
        return [state for state in State if index.in_state(query, self.use, state).exists()]


def test_pub07_two_people_open_a_door_and_every_place_says_so(story):
    """Proposed it opens nothing; confirmed it opens this use alone; the delivery, the trail, the list and the pack know of it."""
    row = story.propose()
    assert (story.state(), story.listed()) == (State.UNCLEAR, [State.UNCLEAR])
    row.confirm(by=story.officer)
    clearance = story.photo.clearance(story.use)
    assert (clearance.state, clearance.valid_through, clearance.overrides) == (
        State.CLEARED,
        row.until,
        [row.code],
    )
    assert story.listed() == [State.CLEARED]
    assert story.photo.clearance(story.house.use("internal")).state is State.UNCLEAR
    left = Delivery.issue(story.photo, story.use, to="Gazette", by=story.editor)
    assert left.is_by_exception
    assert [(r["code"], r["lifted"], r["override"]) for r in left.verdict["reasons"] if "lifted" in r] == [
        ("EXCEPTION", "NO_RECORD", row.code)
    ]
    lines = [(t.action, t.actor) for t in Trace.select().where(Trace.code == row.code).order_by(Trace.seq)]
    assert lines == [("override.proposed", story.dpo.code), ("override.confirmed", story.officer.code)]
    issued = Trace.get(Trace.action == "delivery.issued")
    assert json.loads(issued.facts)["overrides"] == [row.code]
    assert verify().bad is None
    told, _ = next(part for part in dossier.PARTS if part.key == "deviations").files(Ask(today(), "en"))
    assert [(r["photo"], r["doubts"]) for r in json.loads(dict(told)["exceptions.json"])] == [
        (story.photo.code, ["NO_RECORD"])
    ]


def test_pub07_who_may_do_what(story):
    """Role by act: the privacy officer proposes, somebody else who tends grounds answers, nobody answers to herself."""
    outcomes = {}
    for role, user in story.staff.items():
        said = []
        for act in ("propose", "confirm", "reject", "end"):
            with db.atomic() as undone:
                try:
                    if act == "propose":
                        story.propose(by=user)
                    else:
                        row = story.confirmed() if act == "end" else story.propose()
                        {"confirm": row.confirm, "end": row.end}.get(
                            act, lambda row=row, **k: row.reject(WHY, **k)
                        )(by=user)
                except (NotAllowed, Refusal) as why:
                    said.append(type(why).__name__)
                else:
                    said.append("yes")
                undone.rollback()
        outcomes[role] = said
    no = ["NotAllowed"] * 4
    assert outcomes == {
        Role.VIEWER: no, Role.CONTRIBUTOR: no, Role.EDITOR: no, Role.AUDITOR: no, Role.ADMIN: no,
        Role.CONSENT_OFFICER: ["NotAllowed", "yes", "yes", "yes"],
        Role.DPO: ["yes", "Refusal", "Refusal", "yes"],
    }  # fmt: skip


def test_pub07_a_no_is_never_gone_over(story):
    """Neither proposed nor confirmed nor kept: what she says herself, or what protects her, shuts it at once."""
    story.answer(yes=False)
    with pytest.raises(NotCleared) as refused:
        story.propose()
    assert [reason.code for reason in refused.value.clearance.obstacles] == [Code.REFUSED]
    assert not Override.select().exists()


def test_pub07_a_no_that_comes_later_wins(story):
    waiting = story.propose()
    row = story.confirmed()
    left = Delivery.issue(story.photo, story.use, to="Gazette", by=story.editor)
    left.file(by=story.editor)
    story.answer(yes=False)
    assert (story.state(), story.listed()) == (State.BLOCKED, [State.BLOCKED])
    assert [task.cause for task in TakeDown.select()] == ["REFUSED"]
    with pytest.raises(NotCleared):
        waiting.confirm(by=story.officer)
    assert Override.get_by_id(row.id).holds


def test_pub07_another_face_is_not_covered(story):
    """Found after the proposal it refuses the confirmation; found after that, the door shuts."""
    waiting, row = story.propose(), story.confirmed()
    faces.draw(story.photo, (0.6, 0.2, 0.1, 0.2), by=story.editor)
    assert (story.state(), story.listed()) == (State.UNCLEAR, [State.UNCLEAR])
    with pytest.raises(Refusal):
        waiting.confirm(by=story.officer)
    assert Override.get_by_id(row.id).holds


@pytest.mark.parametrize("days", [-1, 0, LONGEST.days, LONGEST.days + 1])
def test_pub07_its_last_day_has_a_bound_and_counts_whole(story, days, later):
    if days in (-1, LONGEST.days + 1):
        with pytest.raises(Invalid):
            story.propose(days)
        return
    row = story.confirmed(days)
    later(days=days)
    assert (story.state(), story.listed()) == (State.ENDS_SOON, [State.ENDS_SOON])
    before = Indexed.get(Indexed.photo == story.photo, Indexed.use == story.use)
    later(days=1)
    # No job has run: the list reads the dates.
    assert Indexed.get_by_id(before.id) == before
    assert (story.state(), story.listed()) == (State.UNCLEAR, [State.UNCLEAR])
    assert not Override.get_by_id(row.id).holds
    with pytest.raises(NotCleared):
        Delivery.issue(story.photo, story.use, to="Gazette", by=story.editor)


def test_pub07_ended_it_shuts_and_what_went_out_comes_down(story):
    row = story.confirmed()
    left = Delivery.issue(story.photo, story.use, to="Gazette", by=story.editor)
    left.file(by=story.editor)
    row.end(by=story.officer)
    assert (story.state(), story.listed()) == (State.UNCLEAR, [State.UNCLEAR])
    assert not left.holds_today()
    assert [task.cause for task in TakeDown.select()] == ["NO_RECORD"]
    with pytest.raises(Refusal):
        row.end(by=story.officer)


def test_pub07_two_answers_at_once_are_one(story):
    """Of a yes, a no and a taking back that meet, one is kept; the others are told."""
    row = story.propose()
    said, gate = [], threading.Barrier(3)

    def answer(act):
        with db.connection_context():
            mine, officer = Override.get_by_id(row.id), type(story.officer).get_by_id(story.officer.id)
            gate.wait()
            try:
                act(mine, officer)
                said.append("done")
            except Refusal:
                said.append("refused")

    acts = [
        lambda r, by: r.confirm(by=by),
        lambda r, by: r.confirm(by=by),
        lambda r, by: r.reject(WHY, by=by),
    ]
    threads = [threading.Thread(target=answer, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "refused", "refused"]
    kept = Override.get_by_id(row.id)
    assert Trace.select().where(Trace.code == row.code).count() == 2
    assert kept.holds == (story.state() is State.CLEARED)


def test_pub07_a_name_goes_out_of_its_reason_with_the_person(story):
    row = story.propose(reason="Noor Voorbeeld agreed on the phone, she said.")
    with db.atomic():
        out_of_texts(story.noor, [story.photo.id])
    assert Override.get_by_id(row.id).reason == "agreed on the phone, she said."


def test_pub07_the_pages_walk_from_the_photo_to_the_delivery(story, web):
    """Proposed on one page, found in the queue, confirmed by another, said beside the image; refused where somebody said no."""
    dpo, officer, editor = (Browser(web).log_in(user) for user in (story.dpo, story.officer, story.editor))
    address = f"/photos/{story.photo.code}/overrides"
    assert f"{address}?use=website" in dpo.get(f"/photos/{story.photo.code}").text
    assert "Noor Voorbeeld has not been asked yet." in dpo.get(f"{address}?use=website").text
    sent = {"use": "website", "reason": WHY, "until": str(today() + timedelta(days=40))}
    wrong = dpo.post(address, sent | {"until": "2020-01-01"})
    assert wrong.status_code == 422
    assert WHY in wrong.text
    assert dpo.post(address, sent).status_code == 303
    row = Override.get()
    assert f"/overrides/{row.code}/confirmation" not in dpo.get("/overrides").text
    assert dpo.post(f"/overrides/{row.code}/confirmation").status_code == 409
    assert f"/overrides/{row.code}/confirmation" in officer.get("/overrides").text
    assert officer.post(f"/overrides/{row.code}/confirmation").status_code == 303
    for page in (f"/photos/{story.photo.code}", "/?use=website"):
        assert "Cleared by exception until" in editor.get(page, follow_redirects=True).text
    assert WHY in officer.get(f"/photos/{story.photo.code}").text
    assert WHY not in editor.get(f"/photos/{story.photo.code}").text
    left = editor.post(
        f"/photos/{story.photo.code}/deliveries", {"use": "website", "recipient": "Gazette"}, follow_redirects=True
    )  # fmt: skip
    assert "Cleared by exception until" in left.text
    assert officer.post(f"/overrides/{row.code}/end").status_code == 303
    assert "Cleared by exception" not in editor.get(f"/photos/{story.photo.code}").text
    story.answer(yes=False)
    shut = dpo.get(f"{address}?use=website").text
    assert "Noor Voorbeeld said no." in shut
    assert "No exception is possible" in shut
    assert dpo.post(address, sent).status_code == 409
    assert use_of("website") == story.use
