"""GOV-02: events with children or in public space stay shut until a signed assessment covers them, and shut again when it no longer fits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters import recognition as recogniser
from models import recognition, upcoming, weighing
from models.album import Album, Mode
from models.assessment import About, Assessment, Condition, Covers, Risk, Stale
from models.base import tools
from models.delivery import Delivery
from models.errors import Invalid, NotAllowed, NotCleared
from models.event import QUESTIONS, Event
from models.gather import today
from models.index import Indexed
from models.person import Relation
from models.photo import Photo
from models.reasons import Code
from models.request import Request, Way
from models.setting import Setting
from models.trail import Trace
from models.use import Use
from models.weighing import Unweighed
from models.wording import Wording
from tests.makers import Browser

RECORD = dict.fromkeys(QUESTIONS, "It was written on the sign at the entrance.")
WHY = {
    **dict.fromkeys(weighing.QUESTIONS, "Because this test has to say something."),
    "children": "They sing in the choir.",
}
NEW_USE = {
    "name-en": "Posters", "about-en": "On posters.", "channel": "print", "purpose": "campaign",
    "reason": "The board asked for it in March.",
}  # fmt: skip


class Fair:
    """An album of an editor with one photo of nobody, and those who weigh it."""

    def __init__(self, house, drain):
        self.house, self.drain = house, drain
        self.editor, self.officer, self.dpo = (
            house.user(role) for role in ("editor", "consent-officer", "dpo")
        )
        self.album = house.album("Street fair", by=self.editor)
        taken = house.photo(self.album, by=self.editor)
        drain()
        self.photo = Photo.get_by_id(taken.id)
        self.photo.review(by=self.editor)

    def keep(self, **more):
        event = Event.keep(self.album, RECORD, by=self.officer, **{"children": False, **more})
        self.drain()
        return event

    def weigh(self, **more):
        given = {"risk": "low", "children": True, "public_space": True} | more
        made = weighing.weigh_events(
            given.pop("answers", WHY), today() + timedelta(days=300), by=self.dpo, **given
        )
        self.drain()
        return made

    @property
    def codes(self):
        return {
            reason.code
            for reason in Photo.clearances([self.photo], self.house.use())[self.photo.code].reasons
        }

    @property
    def is_open(self):
        album = Album.get_by_id(self.album.id)
        return weighing.why_shut(album) is None and Code.EVENT_NOT_WEIGHED not in self.codes


@pytest.fixture
def fair(house, drain):
    return Fair(house, drain)


@pytest.mark.both_engines
@pytest.mark.parametrize("what", ["children", "public_space"])
def test_nothing_comes_in_is_asked_or_leaves_before_it_is_weighed(fair, what):
    """Each lock: intake, consent, delivery; the refusal says why and what next, and sign-off opens each of them."""
    assert fair.codes == {Code.NO_RECOGNISABLE_PERSONS}
    fair.keep(**{what: True})
    assert fair.codes == {Code.EVENT_NOT_WEIGHED}
    assert {row.state for row in Indexed.select().where(Indexed.photo == fair.photo)} == {"blocked"}
    person, wording = fair.house.person("Noor Voorbeeld", by=fair.editor), Wording.current()[0]

    def take_in():
        return fair.house.photo(fair.album, by=fair.editor)

    def ask():
        return Request.ask(
            [person], [fair.house.use()], wording, by=fair.editor, way=Way.LINK, album=fair.album
        )

    def deliver():
        return Delivery.issue(fair.photo, fair.house.use(), to="Web team", by=fair.editor)

    for act in (take_in, ask):
        with pytest.raises(Unweighed) as refused:
            act()
        assert "Impact assessments" in refused.value.words
    with pytest.raises(NotCleared):
        deliver()
    others = {"children": what != "children", "public_space": what != "public_space"}
    fair.weigh(**others)
    assert not fair.is_open, "an assessment of the other kind does not cover it"
    fair.weigh(**{key: not other for key, other in others.items()})
    assert fair.is_open
    assert {row.state for row in Indexed.select().where(Indexed.photo == fair.photo)} == {"cleared"}
    take_in(), ask(), deliver()


def test_each_change_shuts_it_again(fair, later, monkeypatch):
    """Each trigger: model, mode, place, a new use, its last day, its end; a renewal opens it, an ended use does not matter."""
    fair.keep(children=True)

    def stale():
        return Assessment.newest(About.EVENTS).stale(Mode(Setting.of("recognition_mode")))

    fair.weigh()
    monkeypatch.setattr(recogniser, "MODEL", "another/1")
    assert (stale(), fair.is_open) == ([Stale.MODEL], False)
    fair.weigh()
    assert fair.is_open
    monkeypatch.setattr(tools, "place", "sqlite:///elsewhere folder:///elsewhere memory:")
    assert (stale(), fair.is_open) == ([Stale.PLACE], False)
    fair.weigh()
    recognition.switch_on(
        Mode.TRANSIENT, WHY, today() + timedelta(days=90), by=fair.dpo, condition=Condition.EXPLICIT
    )
    assert (stale(), fair.is_open) == ([Stale.MODE], False)
    with pytest.raises(Unweighed) as refused:
        weighing.must_be_open(fair.album)
    assert refused.value.words == weighing.OUTDATED
    fair.weigh()
    use = Use.keep(None, NEW_USE, by=fair.officer)
    fair.drain()
    assert (stale(), fair.is_open) == ([Stale.PURPOSE], False)
    assert Assessment.newest().stale(Mode.TRANSIENT) == [Stale.PURPOSE], "and recognition with it"
    assert {row.state for row in Indexed.select().where(Indexed.photo == fair.photo)} == {"blocked"}
    fair.weigh()
    Use.keep(use, NEW_USE | {"name-en": "Street posters"}, by=fair.officer)
    use.end(by=fair.officer)
    assert fair.is_open, "fewer uses, or other words for one, need no new weighing"
    later(days=301)
    assert (stale(), fair.is_open) == ([Stale.EXPIRED], False)
    weighing.watch()
    fair.drain()
    assert {row.state for row in Indexed.select().where(Indexed.photo == fair.photo)} == {"blocked"}
    assert "assessments" in [due.where for due in upcoming.duties() if due.late]


def test_every_question_of_the_law_is_answered(fair):
    """Art. 35(7)(a) to (d), advice (2), views (9), children, and a high risk only after the authority (36)."""
    for question in (*weighing.QUESTIONS, "children"):
        with pytest.raises(Invalid) as left_open:
            fair.weigh(answers=WHY | {question: " "})
        assert left_open.value.field == question
    for given, field in (
        ({"risk": "high"}, "consulted"),
        ({"risk": ""}, "risk"),
        ({"children": False, "public_space": False}, "children_too"),
    ):
        with pytest.raises(Invalid) as refused:
            fair.weigh(**given)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        weighing.weigh_events(
            WHY, today() + timedelta(days=9), by=fair.officer, risk="low", children=True, public_space=True
        )
    fair.weigh(children=False, answers=WHY | {"children": ""})
    made = fair.weigh(risk="high", answers=WHY | {"consulted": "It agreed in its letter of 3 May."})
    line = Trace.select().where(Trace.action == "events.weighed").order_by(Trace.seq.desc()).get()
    assert (made.risk, made.digest() in line.facts) == (Risk.HIGH, True)
    assert [row.ended_why for row in Assessment.history(About.EVENTS)] == ["", "newer"]
    recognised = Covers(frozenset(map(str, Relation)), frozenset(recognition.purposes()))
    for question in recognition.QUESTIONS:
        with pytest.raises(Invalid) as left_open:
            recognition.switch_on(
                Mode.ROSTER, WHY | {question: ""}, today() + timedelta(days=9), by=fair.dpo, covers=recognised
            )
        assert left_open.value.field == question


def test_the_pages_lead_there(fair, web):
    """The event's page says that it is shut and leads the privacy officer to the form, which keeps what was typed."""
    dpo, officer = Browser(web).log_in(fair.dpo), Browser(web).log_in(fair.officer)
    kept = officer.post(f"/albums/{fair.album.code}/event", {"kind": "li", "public_space": "1", **RECORD})
    assert kept.status_code == 303
    page = dpo.get(f"/albums/{fair.album.code}/event").text
    assert "no photo comes in" in page
    assert 'href="/compliance/assessments/events"' in page
    assert "1 event is shut" in dpo.get("/compliance/assessments").text
    form = {
        **WHY,
        "risk": "low",
        "public_space": "1",
        "expires_on": (today() + timedelta(days=90)).isoformat(),
    }
    short = dpo.post("/compliance/assessments/events", form | {"views": ""})
    assert (short.status_code, "They sing in the choir." in short.text) == (422, True)
    assert dpo.post("/compliance/assessments/events", form).status_code == 303
    assert fair.is_open
    made = Assessment.newest(About.EVENTS)
    assert "Events in public space" in dpo.get(f"/recognition/assessments/{made.code}").text
    assert officer.get("/compliance/assessments/events").status_code == 403
