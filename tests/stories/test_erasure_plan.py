"""An erasure from the request to the certificate: the plan, four eyes, masks for good, who was told, what the law keeps (issue part 5)."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from pikepdf import Pdf
from PIL import Image

from models import erasure_plan, faces
from models.aftermath import below
from models.claim import Claim, Outcome
from models.delivery import Delivery
from models.erasure import Erasure, Guard
from models.erasure_plan import Fate, Plan, PlanLine
from models.errors import Invalid, NotAllowed, Refusal
from models.event import QUESTIONS, Event
from models.face import Appearance, Face
from models.gather import today
from models.hold import Hold
from models.job import Job
from models.person import Person
from models.photo import Photo
from models.reasons import Code
from models.recipients import RecipientNotice
from models.trail import Trace, verify
from models.use import Use
from tests import people
from tests.makers import Browser

pytestmark = pytest.mark.both_engines
NOOR, DAAN = 0, 1


@pytest.fixture
def story(house, web, drain):
    return Story(house, web, drain)


class Story:
    """Noor alone in one photo, with Daan in another found by the real recogniser, and unmarked with Daan in a third."""

    def __init__(self, house, web, drain):
        self.house, self.web, self.drain = house, web, drain
        self.editor = house.user("editor")
        self.dpo, self.second = house.user("dpo", name="Doris Officer"), house.user("dpo", name="Otto Second")
        self.album = house.album("Open day", by=self.editor)
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        self.daan = house.person("Daan Quillfeather", by=self.editor)
        self.alone = house.photo(self.album, by=self.editor)
        self.group = house.photo(
            self.album, by=self.editor, data=people.scene([NOOR, DAAN], seed=3), name="noor-voorbeeld.jpg"
        )
        self.behind = house.photo(self.album, by=self.editor, data=people.scene([DAAN], seed=4), name="x.jpg")
        drain()
        faces.add_person(self.fresh(self.alone), self.noor, by=self.editor)
        faces.add_person(self.fresh(self.behind), self.noor, by=self.editor)
        faces.add_person(self.fresh(self.behind), self.daan, by=self.editor)
        group = self.fresh(self.group)
        for box, person in zip(group.faces.order_by(Face.left), (self.noor, self.daan), strict=True):
            faces.name(box, person, by=self.editor)
        group.describe(
            {"title": "Noor Voorbeeld dances", "licence": "granted"}, album=self.album, by=self.editor
        )

    @staticmethod
    def fresh(photo):
        return Photo.get_by_id(photo.id)

    def asked(self):
        return Claim.of_reader(self.noor, "erasure")

    def planned(self):
        return Plan.draft(self.asked(), by=self.dpo)


def fates(plan):
    return {line.photo_was: line.fate for line in plan.lines}


def test_each_photo_stands_in_the_plan_once_and_it_is_carried_out(story):
    """ERA-01, ERA-12, ERA-14."""
    before = story.fresh(story.group)
    box = before.appearances.where(Appearance.person == story.noor).get().face.box
    plan = story.planned()
    assert fates(plan) == {
        story.alone.code: Fate.DELETE,
        story.group.code: Fate.MASK,
        story.behind.code: Fate.DELETE,
    }
    assert Plan.draft(plan.claim, by=story.dpo) == plan
    line = plan.lines.where(PlanLine.photo_was == story.behind.code).get()
    with pytest.raises(Invalid):
        plan.decide(line, "mask", "", by=story.dpo)
    with pytest.raises(Invalid):
        plan.decide(line, "retain", "because", by=story.dpo)
    with pytest.raises(Refusal):
        plan.approve(by=story.dpo)
    with pytest.raises(NotAllowed):
        plan.approve(by=story.editor)
    assert Photo.select().count() == 3
    plan.approve(by=story.second)
    with pytest.raises(Refusal):
        Plan.get_by_id(plan.id).decide(line, "delete", "", by=story.dpo)
    story.drain()
    plan = Plan.get_by_id(plan.id)
    assert plan.done_at is not None
    left = list(Photo.select())
    assert [photo.title for photo in left] == ["dances"]
    new = left[0]
    assert new.code not in {story.alone.code, story.group.code, story.behind.code}
    assert [row.person for row in new.appearances.where(Appearance.undone_at.is_null())] == [story.daan]
    from models.base import tools

    with Image.open(io.BytesIO(bytes(tools.vault.read(new.code, "original")))) as picture:
        left_, top, width, height = box
        there = picture.convert("RGB").crop(tuple(round(v) for v in (
            left_ * picture.width, top * picture.height, (left_ + width) * picture.width, (top + height) * picture.height)))  # fmt: skip
        assert len(there.getcolors(256)) <= 16  # one colour: nothing of her is left
        assert not picture.getexif()
    assert Erasure.select().where(Erasure.noun == "photo").count() == 3
    assert Guard.select().count() >= 3
    # The proof of her consents was kept, without a name.
    assert Person.get_by_id(story.noor.id).name == ""
    assert not below(Photo, [story.group.id]).get(Face)
    data = plan.certificate("en")
    text = "\n".join(str(page.Contents.read_bytes()) for page in Pdf.open(io.BytesIO(data)).pages)
    assert "Daan" not in text
    assert not [name for page in Pdf.open(io.BytesIO(data)).pages for name in page.get_images()]
    assert verify().bad is None
    assert "Noor" not in "".join(line.facts or "" for line in Trace.select())


def test_it_is_answered_only_when_it_was_done_and_everyone_was_told(story):
    """N19-01: three recipients, three notices; an impossible one needs its reason."""
    use = Use.select().order_by(Use.place).get()
    for number, name in enumerate(("A newspaper", "An agency", "A printer")):
        Delivery.create(
            photo=story.alone, use=use, by=story.editor, recipient=name, starts_on=today(), verdict={}, digest=f"d{number}",
            expires_at=story.alone.taken_in_at,
        )  # fmt: skip
    claim = story.asked()
    desk = Browser(story.web).log_in(story.dpo)
    page = f"/claims/{claim.code}"
    assert (
        desk.post(f"{page}/answer", {"outcome": "granted", "words": "Everything was erased."}).status_code
        == 409
    )
    assert desk.post(f"{page}/finding").status_code == 303
    assert desk.post(f"{page}/plan").status_code == 303
    shown = desk.get(f"{page}/plan").text
    assert all(
        code in shown or title in shown for code, title in ((story.alone.code, "-"), (story.behind.code, "-"))
    )
    second = Browser(story.web).log_in(story.second)
    assert second.post(f"{page}/plan/approval").status_code == 303
    story.drain()
    assert desk.get(f"{page}/plan/certificate").data.startswith(b"%PDF")
    assert (
        desk.post(f"{page}/answer", {"outcome": "granted", "words": "Everything was erased."}).status_code
        == 409
    )
    rows = list(claim.recipients)
    assert sorted(row.recipient for row in rows) == ["A newspaper", "A printer", "An agency"]
    for row in rows[:2]:
        assert desk.post(f"{page}/recipients/{row.code}", {"how": "mail"}).status_code == 303
    assert (
        desk.post(f"{page}/recipients/{rows[2].code}", {"how": "impossible", "note": ""}).status_code == 422
    )
    assert (
        desk.post(
            f"{page}/recipients/{rows[2].code}", {"how": "impossible", "note": "The company ended."}
        ).status_code
        == 303
    )
    assert "A printer" in desk.get(f"{page}/recipients").text
    assert (
        desk.post(f"{page}/answer", {"outcome": "granted", "words": "Everything was erased."}).status_code
        == 303
    )
    assert Claim.get_by_id(claim.id).outcome is Outcome.GRANTED
    assert Claim.get_by_id(claim.id).letters.count() == 2


def test_what_breaks_off_goes_on(story, monkeypatch):
    """A worker that dies between two photos leaves a plan that the next one ends; nothing is done twice."""
    plan = story.planned()
    plan.approve(by=story.second)
    job = Job.get(Job.kind == erasure_plan.JOB)
    lines = list(plan.lines.order_by(PlanLine.id))
    # As it would stand after a kill: the first photo erased, its line not yet marked.
    first = next(line for line in lines if line.fate is Fate.DELETE)
    from models import erasure

    erasure.erase_photo(first.photo, by=None, why=plan.claim.code)
    erasure_plan.carry_out(job.subject)
    erasure_plan.carry_out(job.subject)
    story.drain()
    assert Plan.get_by_id(plan.id).facts["photos"] == {"delete": 2, "mask": 1, "crop": 0, "retain": 0}
    assert Photo.select().count() == 1


def test_the_law_may_keep_it_for_half_a_year(story, later):
    """ERA-10: erased by nobody, seen by the privacy officer alone, used by nobody; and she is told."""
    claim = story.asked()
    plan = Plan.draft(claim, by=story.dpo)
    for wrong in (
        {"ground": "none"},
        {"scope": "x"},
        {"until": today() + timedelta(days=200)},
        {"until": today()},
    ):
        given = {
            "ground": "defence",
            "scope": "A case before the court.",
            "until": today() + timedelta(days=90),
            **wrong,
        }
        with pytest.raises(Invalid):
            Hold.place(claim, given["ground"], given["scope"], given["until"], by=story.dpo)
    hold = Hold.place(
        claim, "defence", "A case before the court.", today() + timedelta(days=90), by=story.dpo
    )
    assert "A case before the court." in claim.letters.order_by(-claim.letters.model.id).first().words
    assert story.editor.photos().count() == 0
    assert story.dpo.photos().count() == 3
    use = Use.select().order_by(Use.place).get()
    assert Code.ASSET_LEGAL_HOLD in {
        reason.code for reason in story.fresh(story.group).clearance(use).reasons
    }
    with pytest.raises(Refusal):
        plan.approve(by=story.second)
    from models import erasure

    for by in (story.dpo, None):
        with pytest.raises(Refusal):
            erasure.erase_photo(story.fresh(story.alone), by=by)
        with pytest.raises(Refusal):
            erasure.erase_person(story.noor, by=by, why="x", keep_proof=False)
    later(days=91)
    assert story.editor.photos().count() == 3
    hold.end(by=story.dpo)
    Plan.get_by_id(plan.id).approve(by=story.second)


def test_what_is_frozen_is_neither_changed_nor_erased(story):
    """RST-01; but her own restriction does not stop the erasure she asks for."""
    Claim.of_reader(story.noor, "restriction")
    from models import erasure

    photo = story.fresh(story.group)
    with pytest.raises(Refusal):
        photo.describe({"title": "Another"}, album=story.album, by=story.editor)
    with pytest.raises(Refusal):
        erasure.erase_photo(photo, by=story.editor)
    plan = story.planned()
    plan.approve(by=story.second)
    story.drain()
    assert Plan.get_by_id(plan.id).done_at is not None


def test_an_event_that_is_shut_keeps_nobody_from_being_erased(story):
    """Art. 17 before GOV-02: what takes a photo's place is no photo that comes in."""
    Event.keep(story.album, dict.fromkeys(QUESTIONS, "It was said on the sign."), children=True, by=story.dpo)
    plan = story.planned()
    plan.approve(by=story.second)
    story.drain()
    assert Plan.get_by_id(plan.id).done_at is not None
    assert [photo.title for photo in Photo.select()] == ["dances"]


def test_only_privacy_officers_see_a_plan(story):
    plan = story.planned()
    browser = Browser(story.web).log_in(story.editor)
    for part in ("plan", "recipients", "hold"):
        assert browser.get(f"/claims/{plan.claim.code}/{part}").status_code == 403
    desk = Browser(story.web).log_in(story.dpo)
    assert desk.get("/claims/none/plan").status_code == 404
    assert desk.post(f"/claims/{plan.claim.code}/plan/photos/none", {"fate": "delete"}).status_code == 404
    assert RecipientNotice.select().count() == 0
