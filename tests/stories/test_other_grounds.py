"""What counts besides consent: death, leaving, objections, contracts, events, secrecy (issue part 5; DCD, GRP, EMP, SPC, BAS)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import faces
from models.base import db
from models.basis import Basis
from models.circumstance import Circumstance
from models.claim import Claim
from models.consent import Consent, withdraw
from models.errors import Invalid, NotAllowed, Refusal
from models.event import QUESTIONS, Event, OptOut
from models.face import Face, Faceprint, Word
from models.facts import Period
from models.gather import today
from models.index import Indexed
from models.notice import Notice, NoticeKind, send
from models.photo import Photo
from models.reasons import Code, State
from models.request import Choice, Request, Way
from models.secrecy import SecrecyCheck
from models.setting import Setting
from models.user import Team
from models.wording import Wording

pytestmark = pytest.mark.both_engines


class Scene:
    """One person on one photo, in one album."""

    def __init__(self, house, drain, later, **person):
        self.house, self.later = house, later
        self.editor, self.dpo = house.user("editor"), house.user("dpo")
        self.officer = house.user("consent-officer")
        self.person = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example", **person)
        self.album = house.album(by=self.editor)
        taken = house.photo(self.album, by=self.editor)
        drain()
        self.photo = Photo.get_by_id(taken.id)
        faces.add_person(self.photo, self.person, by=self.editor)
        self.photo.review(by=self.editor)
        self.use = house.use()

    def sign(self, yes=True, **more):
        self.later(seconds=5)
        request = Request.ask(
            [self.person],
            [self.use],
            Wording.current()[0],
            by=self.editor,
            way=Way.LINK,
            renews=True,
            attested=True,
        )[0]
        signer = request.signer.name
        return Consent.sign(
            request,
            Choice({self.use.code: yes}, None),
            signer=signer,
            guardian=request.guardian_id is not None,
            steps={},
        )

    def basis(self, **more):
        given = {"kind": "contract", "evidence": "signed in June", "review_on": today() + timedelta(days=300)}
        return Basis.add(self.person, self.use, given | more, by=self.officer)

    @property
    def verdict(self):
        clearance = self.photo.clearance(self.use, Period(today(), None))
        # The stored colour follows in the same transaction (WDR-03).
        row = Indexed.get(Indexed.photo == self.photo, Indexed.use == self.use)
        coloured = {"cleared": (State.CLEARED, State.ENDS_SOON)}.get(row.state, (State(row.state),))
        assert clearance.state in coloured or row.until is not None
        return clearance.state, {reason.code for reason in clearance.reasons}


def test_a_death_shuts_until_a_relative_agrees_and_is_doubt_after_ten_years(house, drain, later):
    """DCD-01, DCD-02: the faceprint goes, letters stop, a relative may agree, after ten years the DPO decides."""
    scene = Scene(house, drain, later)
    scene.sign()
    assert scene.verdict == (State.CLEARED, {Code.CONSENT})
    with db.atomic():
        letter = Notice.put(NoticeKind.COMING_OF_AGE, "test", person=scene.person)
    Circumstance.record(scene.person, "deceased", since=today() - timedelta(days=400), by=scene.editor)
    assert scene.verdict == (State.BLOCKED, {Code.DECEASED_NO_RELATIVE_CONSENT})
    assert Faceprint.select().count() == 0
    send(letter.id)
    assert Notice.get_by_id(letter.id).failed_at is not None
    with pytest.raises(Invalid, match="has died"):
        scene.sign()
    scene.person.add_guardian(
        name="Bo Voorbeeld", email="bo@people.example", kind="relative", by=scene.editor
    )
    consent = scene.sign()
    assert consent.guardian.name == "Bo Voorbeeld"
    assert scene.verdict == (State.CLEARED, {Code.RELATIVE_CONSENT})
    son = scene.person.add_guardian(
        name="Sam Voorbeeld", email="sam@people.example", kind="relative", by=scene.editor
    )
    Claim.of_reader(son, "objection", "She would not have wanted it.")
    assert scene.verdict == (State.BLOCKED, {Code.OBJECTION_ART21_1}), (
        "DCD-02: a case of its own, and no consent"
    )
    Circumstance.of(scene.person)[-1].end(by=scene.dpo, note="both relatives were heard, they agree")
    later(days=3300)
    assert scene.verdict == (State.UNCLEAR, {Code.DECEASED_OVER_10Y_REVIEW})


def test_leaving_ends_consent_on_the_day_and_a_contract_may_outlive_it(house, drain, later):
    """EMP-02, V10."""
    scene = Scene(house, drain, later, relation="employee")
    request = Request.ask(
        [scene.person],
        [scene.use],
        Wording.current()[0],
        by=scene.editor,
        way=Way.LINK,
        renews=True,
        attested=True,
    )[0]
    Consent.sign(request, Choice({scene.use.code: True}, None), signer="Noor", steps={})
    Circumstance.record(scene.person, "left", since=today() + timedelta(days=10), by=scene.editor)
    clearance = scene.photo.clearance(scene.use, Period(today(), None))
    assert (clearance.state, clearance.valid_through) == (State.ENDS_SOON, today() + timedelta(days=9))
    later(days=10)
    assert scene.photo.clearance(scene.use, Period(today(), None)).reasons[0].code is Code.REVOKED
    scene.basis(after_leaving=True)
    assert scene.verdict[1] == {Code.CONTRACT}


def test_a_contract_that_outlives_the_work_hides_no_no(house, drain, later):
    """CON-22, EMP-02: who said no before she left is not shown on the strength of an older contract; a newer yes ends the no."""
    scene = Scene(house, drain, later, relation="employee")
    scene.basis(after_leaving=True)
    scene.sign()
    later(seconds=5)
    withdraw(scene.person, uses=None, recognition=False, actor="signer", means="link")
    assert scene.verdict == (State.BLOCKED, {Code.WITHDRAWN})
    gone = Circumstance.record(scene.person, "left", by=scene.editor)
    assert scene.verdict == (State.BLOCKED, {Code.WITHDRAWN})
    gone.end(by=scene.editor, note="she came back")
    scene.sign()
    Circumstance.record(scene.person, "left", by=scene.editor)
    assert scene.verdict[1] == {Code.CONTRACT}


def test_an_objection_stops_an_interest_at_once_and_marketing_for_good(house, drain, later):
    """BAS-03, BAS-04: nothing opens before she knows; her objection shuts it; the absolute one is not ours to lift."""
    scene = Scene(house, drain, later)
    basis = scene.basis(kind="li", evidence="weighed on the first of June")
    assert scene.verdict == (State.BLOCKED, {Code.PERSON_NOT_TOLD})
    basis.inform(by=scene.officer)
    assert scene.verdict[1] == {Code.LI}
    row = Circumstance.record(scene.person, "objection", by=None)
    assert scene.verdict == (State.BLOCKED, {Code.OBJECTION_ART21_1})
    with pytest.raises(NotAllowed):
        row.end(by=scene.editor, note="she agreed by telephone")
    with pytest.raises(Invalid):
        row.end(by=scene.dpo, note=" ")
    row.end(by=scene.dpo, note="outweighed, decision 12")
    assert scene.verdict[1] == {Code.LI}


def test_a_public_authority_has_no_weighed_interest(house, drain, later):
    """V11."""
    with db.atomic():
        Setting.put("authority", True)
    scene = Scene(house, drain, later)
    scene.basis(kind="li", evidence="weighed", informed_on=today())
    assert scene.verdict == (State.BLOCKED, {Code.LI_NOT_AVAILABLE_TO_AUTHORITY})


def test_no_other_ground_steps_in_after_a_no(house, drain, later):
    """CON-22, BAS-02: only the DPO may add one, and decide still says no."""
    scene = Scene(house, drain, later)
    scene.sign(False)
    with pytest.raises(NotAllowed):
        scene.basis()
    given = {"kind": "contract", "evidence": "older contract", "review_on": today() + timedelta(days=30)}
    with pytest.raises(Invalid, match="all the same"):
        Basis.add(scene.person, scene.use, given, by=scene.dpo)
    why = "The contract of May obliges both sides until June."
    assert Basis.add(scene.person, scene.use, {**given, "reason": why}, by=scene.dpo).reason == why
    assert scene.verdict == (State.BLOCKED, {Code.REFUSED})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"evidence": " "}, "evidence"), ({"review_on": None}, "review_on"), ({"kind": "mood"}, "basis"),
     ({"kind": "li", "informed_on": "far"}, "informed_on"),
     ({"review_on": "far"}, "review_on")],
)  # fmt: skip
def test_a_ground_needs_evidence_and_a_day_to_look_again(house, drain, later, wrong, field):
    """BAS-01."""
    scene = Scene(house, drain, later)
    wrong = {key: today() + timedelta(days=731) if value == "far" else value for key, value in wrong.items()}
    with pytest.raises(Invalid) as refusal:
        scene.basis(**wrong)
    assert refusal.value.field == field


def test_a_ground_that_nobody_looked_at_again_stops_counting(house, drain, later):
    scene = Scene(house, drain, later)
    scene.basis(review_on=today() + timedelta(days=5))
    assert scene.verdict[1] <= {Code.CONTRACT, Code.EXPIRES_SOON}
    later(days=6)
    assert scene.photo.clearance(scene.use, Period(today(), None)).reasons[0].code is Code.EXPIRED


def test_a_crowd_is_shown_only_at_an_assessed_event_and_never_over_an_objection(house, drain, later):
    """GRP-02, GRP-03."""
    scene = Scene(house, drain, later)
    scene.sign()
    face = faces.draw(scene.photo, (0.1, 0.1, 0.1, 0.1), by=scene.editor)
    with pytest.raises(Refusal):
        faces.remark(Face.get_by_id(face.id), Word.CROWD, by=scene.editor)
    scene.photo.review(by=scene.editor)
    drain()
    assert scene.verdict == (State.UNCLEAR, {Code.UNIDENTIFIED_FACE, Code.CONSENT})
    answers = dict.fromkeys(QUESTIONS, "It was written on the sign at the entrance.")
    with pytest.raises(Invalid) as refusal:
        Event.keep(scene.album, answers | {"opt_out": ""}, children=False, by=scene.officer)
    assert refusal.value.field == "opt_out"
    house.weigh_events(by=scene.dpo)
    event = Event.keep(scene.album, answers, children=True, by=scene.officer)
    faces.remark(Face.get_by_id(face.id), Word.CROWD, by=scene.editor)
    drain()
    assert scene.verdict[1] == {Code.ASSESSMENT_MISSING, Code.CONSENT}, "children: the DPO looks first"
    with pytest.raises(NotAllowed):
        event.approve(by=scene.officer)
    event.approve(by=scene.dpo)
    drain()
    assert scene.verdict == (State.CLEARED, {Code.LI, Code.CONSENT})
    objection = event.note_objection("a yellow jacket", by=scene.editor)
    drain()
    assert list(OptOut.waiting(scene.editor)) == [objection], "a task, until somebody has looked"
    assert list(OptOut.waiting(house.user("editor", team=Team.create(name="Others")))) == []
    assert scene.verdict == (State.BLOCKED, {Code.OBJECTION, Code.CONSENT})
    objection.handle(by=scene.editor)
    with pytest.raises(Refusal):
        objection.handle(by=scene.editor)
    assert list(OptOut.waiting(scene.editor)) == []
    drain()
    assert scene.verdict[0] is State.CLEARED


def test_a_patient_takes_a_look_for_secrets(house, drain, later):
    """SPC-02: whatever she signed."""
    scene = Scene(house, drain, later, relation="patient")
    scene.sign()
    assert scene.verdict == (State.UNCLEAR, {Code.SECRECY_UNCHECKED, Code.CONSENT})
    assert SecrecyCheck.is_needed(scene.photo)
    SecrecyCheck.keep(scene.photo, by=scene.editor)
    assert scene.verdict[0] is State.CLEARED
    SecrecyCheck.undo(scene.photo, by=scene.editor)
    assert scene.verdict[0] is State.UNCLEAR


def test_someone_protected_is_never_shown(house, drain, later):
    scene = Scene(house, drain, later)
    scene.sign()
    row = Circumstance.record(scene.person, "protected", by=scene.editor, note="safe address")
    assert scene.verdict == (State.BLOCKED, {Code.PROTECTED_PERSON})
    with pytest.raises(Refusal, match="on file already"):
        Circumstance.record(scene.person, "protected", by=scene.editor)
    row.end(by=scene.dpo, note="moved away")
    assert scene.verdict[0] is State.CLEARED
    withdraw(scene.person, uses=None, recognition=False, actor="signer", means="link")
    assert scene.verdict == (State.BLOCKED, {Code.WITHDRAWN})


@pytest.mark.parametrize(
    ("right", "code"), [("objection", Code.OBJECTION_ART21_1), ("restriction", Code.RESTRICTED_ART18)]
)
def test_what_someone_writes_from_her_own_page_counts_at_once(house, drain, later, right, code):
    """BAS-03, Art. 18(1)(d): before the privacy officer has read it; written twice it is on file once."""
    scene = Scene(house, drain, later)
    scene.basis(kind="li", evidence="weighed", informed_on=today())
    assert scene.verdict[1] == {Code.LI}
    for _ in range(2):
        Claim.of_reader(scene.person, right)
    assert scene.verdict == (State.BLOCKED, {code})
    assert len(Circumstance.of(scene.person)) == 1
