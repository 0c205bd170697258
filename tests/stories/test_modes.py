"""Where faces may be compared: the organisation's mode, the album's, and the assessment that carries both (BIO-01, BIO-09, GOV-02)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playhouse.test_utils import count_queries

from adapters import clock
from models import faces, forgetting, modes, opting_in, recognition, signers
from models.album import Album, Mode
from models.assessment import Assessment, Condition, Covers, Reopening, Risk, Stale
from models.base import db, tools
from models.circumstance import Circumstance
from models.consent import Consent, Line
from models.delivery import Delivery
from models.errors import Invalid, NotAllowed, Refusal
from models.face import Face, Faceprint, Match
from models.gather import today
from models.modes import Why
from models.notice import Notice, NoticeKind
from models.photo import Photo
from models.request import Choice, Request, Way
from models.roster import Ending, Roster
from models.setting import Setting
from models.trail import Trace
from models.use import Use
from models.wording import Wording
from tests import leftovers, people

pytestmark = pytest.mark.both_engines

NOOR, AMINA, DAAN = 0, 2, 1
WHY = dict.fromkeys(recognition.QUESTIONS, "Because this is a test of the modes.")


@pytest.fixture
def desk(house, later):
    return Desk(house, later)


class Desk:
    """A privacy officer, an editor and an album."""

    def __init__(self, house, later):
        self.house, self.later = house, later
        self.editor, self.dpo = house.user("editor"), house.user("dpo")
        self.album = house.album(by=self.editor)

    def weigh(self, mode=Mode.TRANSIENT, more=None, days=200, **given):
        return recognition.switch_on(
            mode, WHY | (more or {}), today() + timedelta(days=days), by=self.dpo, **given
        )

    def why(self, album=None):
        return modes.why_off([Album.get_by_id((album or self.album).id)]).popitem()[1]

    def says(self, person, yes=True, **more):
        self.later(seconds=5)
        asked = Request.ask(
            [person], [self.house.use()], Wording.current()[0], by=self.editor, way=Way.LINK, ask_recognition=True,
            renews=True, **more,
        )  # fmt: skip
        for each in asked:
            choice = Choice({"website": True}, yes if each.ask_recognition else None)
            Consent.sign(each, choice, signer=each.signer.name, guardian=each.guardian is not None, steps={})
        return asked


class TestTheAssessment:
    def test_nothing_is_on_before_it_and_only_the_dpo_may_sign_it(self, desk):
        assert (modes.state().mode, desk.why(), modes.allowed()) == (Mode.OFF, Why.OFF, [])
        with pytest.raises(NotAllowed):
            recognition.switch_on(Mode.TRANSIENT, WHY, today() + timedelta(days=9), by=desk.editor)
        with pytest.raises(Invalid):
            desk.weigh(more={"views": "none"})
        with pytest.raises(Invalid):
            desk.weigh(days=367)
        made = desk.weigh(condition=Condition.PUBLIC_INTEREST)
        assert (made.condition, made.by, desk.why()) == (Condition.PUBLIC_INTEREST, desk.dpo, None)
        said = Trace.select().where(Trace.action == "recognition.on").get()
        assert said.details["digest"] == Assessment.get().digest(), (
            "what was approved can't be changed unseen"
        )
        assert said.details["condition"] == "g"

    def test_a_high_risk_is_for_the_authority_first(self, desk):
        with pytest.raises(Invalid) as refused:
            desk.weigh(risk=Risk.HIGH)
        assert refused.value.field == "consulted"
        assert modes.state().mode is Mode.OFF
        desk.weigh(risk=Risk.HIGH, more={"consulted": "It answered on 3 March: with these measures, yes."})
        assert modes.state().holds

    def test_it_ends_on_its_day_and_nobody_has_to_do_anything(self, desk):
        desk.weigh(days=10)
        desk.later(days=10)
        assert modes.mode_of(desk.album) is Mode.TRANSIENT, "the last day counts"
        desk.later(days=1)
        assert (modes.mode_of(desk.album), desk.why()) == (Mode.OFF, Why.STALE)
        assert modes.state().stale == (Stale.EXPIRED,)
        desk.weigh()
        assert desk.why() is None
        assert [row.ended_why for row in Assessment.history()] == ["", "newer"]

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (lambda: Setting.put("recognition_mode", "M1"), Stale.MODE),
            (lambda: Assessment.update(model="the one before").execute(), Stale.MODEL),
            (lambda: Assessment.update(condition=None).execute(), Stale.UNNAMED),
            (lambda: setattr(tools._wired, "place", "s3://bucket"), Stale.PLACE),
        ],
        ids=["mode", "model", "condition", "place"],
    )
    def test_what_changes_makes_it_stale_and_recognition_rests(self, desk, change, why):
        desk.weigh()
        with db.atomic():
            change()
        assert (modes.state().stale, desk.why(), modes.allowed()) == ((why,), Why.STALE, [])

    def test_an_album_used_for_another_purpose_rests(self, desk):
        other = desk.house.album("Portraits", by=desk.editor)
        desk.weigh(covers=Covers(frozenset({"visitor"}), frozenset({"information"})))
        assert Use.get(Use.code == "advertising").purpose != "information"
        for code, why in (("website", None), ("advertising", Why.PURPOSE)):
            photo = desk.house.photo(desk.album, by=desk.editor)
            Delivery.create(
                photo=photo,
                use=desk.house.use(code),
                recipient="Press",
                by=desk.editor,
                digest="ab" * 32,
                starts_on=today(),
                verdict={},
                expires_at=clock.now(),
            )
            assert (desk.why(), desk.why(other)) == (why, None)

    def test_kinds_of_people_nobody_weighed_wait(self, desk):
        patient = desk.house.person(
            "Lars Sample", by=desk.editor, email="lars@people.example", relation="patient"
        )
        desk.weigh(covers=Covers(frozenset({"employee"}), frozenset({"information"})))
        desk.says(patient, attested=True)
        assert (opting_in.opted_in(), opting_in.not_covered()) == ([], [patient])
        desk.weigh(covers=Covers(frozenset({"patient"}), frozenset({"information"})))
        assert (opting_in.opted_in(), opting_in.not_covered()) == ([patient], [])

    def test_a_place_that_says_something_private_needs_to_be_weighed(self, desk):
        ward = desk.house.album("Ward 7", by=desk.editor, special_context=True)
        desk.weigh()
        assert (desk.why(), desk.why(ward)) == (None, Why.SPECIAL)
        everything = recognition.everything()
        desk.weigh(covers=Covers(everything.kinds, everything.purposes, special=True))
        assert desk.why(ward) is None


class TestChildren:
    """BIO-09: off unless the assessment has a part about children, and then by their guardians' explicit yes."""

    @pytest.fixture
    def child(self, desk):
        born = today().replace(day=1) - timedelta(days=12 * 365)
        child = desk.house.person("Fien Voorbeeld", by=desk.editor, born=born)
        self.mother = child.add_guardian(
            name="Moeder Voorbeeld", email="moeder@people.example", by=desk.editor
        )
        return child

    def test_nobody_even_asks_before_it_was_weighed(self, desk, child):
        desk.weigh()
        assert not signers.may_be_recognised(child, self.mother)
        (asked,) = desk.says(child)
        assert not asked.ask_recognition
        assert not opting_in.is_opted_in(child)
        with pytest.raises(Invalid) as refused:
            self.weigh(desk)
        assert refused.value.field == "children"

    def test_a_guardians_yes_counts_and_the_other_parents_no_ends_it(self, desk, child):
        self.weigh(desk, children="Only for the school's own album, suggestions alone.")
        (asked,) = desk.says(child)
        assert asked.ask_recognition
        assert asked.needs_code, "with the second step"
        assert opting_in.opted_in() == [child]
        father = child.add_guardian(name="Vader Voorbeeld", email="vader@people.example", by=desk.editor)
        desk.later(seconds=5)
        line = Line.get(Line.person == child, Line.about == "recognition")
        no = Consent.create(
            person=child, means="link", locale="en", signer="Vader Voorbeeld", guardian=father, withdrawal_token="x"
        )  # fmt: skip
        Line.create(
            consent=no, person=child, about="recognition", answer="refused", explicit=True, valid_from=today()
        )
        assert line.answer == "given"
        assert opting_in.opted_in() == [], "one parent's no stands against the other's yes (MIN-04)"

    def test_a_newer_assessment_without_them_ends_it(self, desk, child):
        self.weigh(desk, children="Only for the school's own album, suggestions alone.")
        desk.says(child)
        face = _face(desk, child)
        leftovers.plant(child, face)
        desk.weigh()
        forgetting.sweep()
        assert Faceprint.select().count() == 0

    def weigh(self, desk, **more):
        everything = recognition.everything()
        return desk.weigh(covers=Covers(everything.kinds, everything.purposes, children=True), more=more)


class TestConsent:
    def test_it_lasts_two_years_at_most(self, desk):
        """BIO-08: even where a consent for photos lasts longer."""
        with db.atomic():
            Setting.put("consent_months", 60)
        noor = desk.house.person(by=desk.editor, email="noor@people.example")
        desk.says(noor)
        use, own = Line.select().order_by(Line.number)
        assert (use.valid_until - today()).days > 1800
        assert 728 <= (own.valid_until - today()).days <= 731
        Line.update(valid_until=use.valid_until).execute()
        desk.later(days=732)
        assert not opting_in.is_opted_in(noor), "whatever the row says"

    def test_a_pupils_ends_with_the_school_year(self, desk):
        pupil = desk.house.person(
            "Ravi Sample", by=desk.editor, email="ravi@people.example", relation="pupil"
        )
        desk.says(pupil, attested=True)
        ends = Line.get(Line.about == "recognition").valid_until
        assert (ends.month, ends.day) == (7, 31)
        assert ends - today() <= timedelta(days=366)

    def test_who_asked_not_to_be_recognised_never_is(self, desk):
        """BIO-13: registered before any photo exists, with a name and an address and nothing else."""
        desk.weigh()
        noor = recognition.register("Noor Voorbeeld", "noor@people.example", by=desk.editor)
        assert recognition.registered() == [noor]
        assert not signers.may_be_recognised(noor, None), "she is not asked either"
        (asked,) = desk.says(noor)
        assert not asked.ask_recognition
        consent = Consent.get()
        Line.create(
            consent=consent,
            person=noor,
            about="recognition",
            answer="given",
            explicit=True,
            valid_from=today(),
        )
        assert opting_in.opted_in() == []
        assert (Faceprint.select().count(), tools.keys.has("faceprint", noor.code)) == (0, False)
        with pytest.raises(Refusal):  # the same address is the same person
            recognition.register("N. Voorbeeld", "noor@people.example", by=desk.editor)
        with pytest.raises(NotAllowed):
            Circumstance.of(noor)[0].end(by=desk.editor, note="She asked.")
        Circumstance.of(noor)[0].end(by=desk.dpo, note="She asked to be recognised, by letter.")
        assert opting_in.opted_in() == [noor]

    def test_paper_counts_once_a_second_person_has_read_it(self, desk):
        noor = desk.house.person(by=desk.editor, email="noor@people.example")
        asked = Request.ask(
            [noor],
            [desk.house.use()],
            Wording.current()[0],
            by=desk.editor,
            way=Way.LINK,
            ask_recognition=True,
        )[0]
        paper = Consent.enter_paper(
            asked,
            Choice({"website": True}, True),
            signer="Noor Voorbeeld",
            scan=b"%PDF-1.7 x",
            by=desk.editor,
        )
        assert not opting_in.is_opted_in(noor)
        paper.check_paper(by=desk.house.user("editor"))
        assert opting_in.is_opted_in(noor)

    def test_saying_no_changes_nothing_else(self, desk):
        """BIO-02."""
        noor = desk.house.person(by=desk.editor, email="noor@people.example")
        desk.weigh()
        photo = desk.house.photo(desk.album, by=desk.editor)
        faces.add_person(photo, noor, by=desk.editor)
        photo.review(by=desk.editor)
        desk.says(noor, yes=False)
        assert photo.clearance(desk.house.use()).state.value == "cleared"


class TestTheAlbum:
    def test_its_keeper_switches_it_off_and_only_the_dpo_on_again(self, desk):
        desk.weigh()
        with pytest.raises(NotAllowed):
            recognition.close(desk.album, by=desk.house.user("viewer"))
        recognition.close(desk.album, by=desk.editor)
        desk.album = Album.get_by_id(desk.album.id)
        assert desk.why() is Why.OFF_HERE
        with pytest.raises(NotAllowed):
            recognition.open_again(desk.album, by=desk.editor, reason="It was a mistake.")
        with pytest.raises(Invalid):
            recognition.open_again(desk.album, by=desk.dpo, reason="")
        recognition.open_again(desk.album, by=desk.dpo, reason="It was a mistake.")
        assert [row.reason for row in Reopening.select()] == ["It was a mistake."]
        assert "mistake" not in Trace.select().order_by(Trace.seq.desc()).get().facts, "AUD-03"
        assert desk.why() is None
        assert [line.action for line in Trace.select().where(Trace.code == desk.album.code)][-2:] == [
            "recognition.closed", "recognition.opened",
        ]  # fmt: skip

    def test_an_answer_for_many_albums_takes_as_many_queries_as_for_one(self, desk):
        desk.weigh(Mode.ROSTER)
        albums = [desk.house.album(f"Album {number}", by=desk.editor) for number in range(40)]
        for album in albums:
            Roster.attest(album, by=desk.dpo)
        albums = list(Album.select())
        with count_queries() as one:
            modes.why_off(albums[1:2])
        with count_queries() as many:
            modes.why_off(albums[1:])
        assert (one.count, many.count) == (13, 13)


class TestTheRoster:
    """M1 with the real recogniser: a stranger in an attested album ends it there."""

    def test_a_stranger_drops_the_album_and_attesting_puts_it_back(self, desk, drain):
        noor = desk.house.person(by=desk.editor, email="noor@people.example")
        desk.weigh(Mode.ROSTER)
        desk.says(noor)
        assert desk.why() is Why.NOT_ATTESTED
        Roster.attest(desk.album, by=desk.dpo)
        assert desk.why() is None
        first = self.take(desk, drain, NOOR, seed=5)
        Roster.attest(desk.album, by=desk.dpo)
        faces.name(first.faces.get(), noor, by=desk.editor)
        drain()
        assert Faceprint.select().count() == 1
        second = self.take(desk, drain, NOOR, seed=8)
        assert Match.select().join(Face).where(Face.photo == second).count() == 1
        assert desk.why() is None, "everyone was known"

        third = self.take(desk, drain, NOOR, DAAN, seed=9)
        assert desk.why() is Why.STRANGER
        gone = Roster.last(desk.album)
        assert (gone.why, gone.face.photo, gone.face.waiting_since is None) == (Ending.STRANGER, third, False)
        told = Notice.get(Notice.kind == NoticeKind.STRANGER)
        assert told.user == desk.dpo
        assert any("Open day" in letter.get_content() for letter in _texts(desk.house))
        assert Faceprint.select().count() == 1, "nothing is kept of the stranger"
        desk.album = Album.get_by_id(desk.album.id)
        assert self.take(desk, drain, NOOR, seed=11).faces.get().matches.count() == 0, "nothing is compared"
        Roster.attest(desk.album, by=desk.dpo)
        assert desk.why() is None

    def test_naming_somebody_who_did_not_say_yes_opens_the_roster(self, desk):
        desk.weigh(Mode.ROSTER)
        Roster.attest(desk.album, by=desk.dpo)
        photo = desk.house.photo(desk.album, by=desk.editor)
        daan = desk.house.person("Daan Sample", by=desk.editor)
        placed = faces.add_person(photo, daan, by=desk.editor)
        assert desk.why() is Why.NOT_AGREED
        faces.remove_person(placed, by=desk.editor)
        assert desk.why() is None

    def test_only_the_dpo_attests(self, desk):
        desk.weigh(Mode.ROSTER)
        with pytest.raises(NotAllowed):
            Roster.attest(desk.album, by=desk.editor)

    def take(self, desk, drain, *cast, seed):
        photo = desk.house.photo(desk.album, by=desk.editor, data=people.scene(cast, seed=seed))
        drain()
        return Photo.get_by_id(photo.id)


def _texts(house):
    for letter in house.letters():
        yield letter.get_body(("plain",))


def _face(desk, person):
    photo = desk.house.photo(desk.album, by=desk.editor)
    Photo.update(width=600, height=400).where(Photo.id == photo.id).execute()
    face = faces.draw(Photo.get_by_id(photo.id), (0.1, 0.1, 0.3, 0.4), by=desk.editor)
    faces.name(face, person, by=desk.editor)
    return face
