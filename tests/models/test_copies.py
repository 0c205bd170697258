"""Masked copies: what they change in the verdict, who must look, what makes them stale, and every door they leave by."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from playhouse.test_utils import count_queries

from adapters.keys import KeyGone
from models import copies, faces, takedown
from models.base import db, tools
from models.consent import Consent, withdraw
from models.copy import Copy, CopyCheck, Stage
from models.covering import Extent, Style
from models.delivery import Delivery, without_names
from models.errors import Gone, Invalid, Missing, NotAllowed, NotCleared, Refusal
from models.event import QUESTIONS, Event
from models.face import Face, Match, Word
from models.facts import Period
from models.gather import today
from models.permission import Role
from models.photo import Photo
from models.publication import Publication
from models.reasons import Code, State
from models.request import Choice, Request, Way
from models.setting import Setting
from models.share import Share
from models.takedown import TakeDown
from models.trail import Trace, verify
from models.use import Use
from models.wording import Wording
from tests.makers import picture

pytestmark = pytest.mark.both_engines

NOORS, DAANS = (0.1, 0.3, 0.1, 0.15), (0.6, 0.3, 0.1, 0.15)
DATA = picture(seed=7, size=(900, 600))


class Group:
    """A photo of Noor, who agreed to the website, and of Daan, who refused; both named at a face, everyone reviewed."""

    def __init__(self, house, drain):
        self.house, self.drain = house, drain
        self.editor, self.use = house.user("editor"), house.use()
        taken = house.photo(house.album(by=self.editor), by=self.editor, data=DATA)
        drain()
        self.photo = Photo.get_by_id(taken.id)
        self.noor, self.noors = self.place("Noor Voorbeeld", NOORS, yes=True)
        self.daan, self.daans = self.place("Daan Demo", DAANS, yes=False)
        self.photo.review(by=self.editor)

    def place(self, name, box, *, yes=None):
        person = self.house.person(name, by=self.editor, email=f"{name.split()[0].lower()}@people.example")
        face = faces.draw(self.photo, box, by=self.editor)
        faces.name(face, person, by=self.editor)
        if yes is not None:
            self.sign(person, yes)
        return person, face

    def sign(self, person, yes):
        asked = Request.ask([person], [self.use], Wording.current()[0], by=self.editor, way=Way.LINK)[0]
        return Consent.sign(asked, Choice({self.use.code: yes}, None), signer=person.name, steps={})

    def copy(self, *hidden, check=True, **more):
        copy = copies.order(self.photo, self.use, faces=hidden or [self.daans], by=self.editor, **more)
        self.drain()
        copy = Copy.get_by_id(copy.id)
        if check:
            copies.approve(copy, look=copy.look, by=self.editor)
        return copy

    def deliver(self, copy, **more):
        return Delivery.issue(self.photo, self.use, to="Web team", by=self.editor, copy=copy, **more)

    def codes(self, copy):
        found = copy.clearance(self.use)
        return found.state, {reason.code for reason in found.reasons}


@pytest.fixture
def group(house, drain):
    return Group(house, drain)


def test_one_refusal_does_not_kill_a_group_photo(group):
    """GRP-01: blocked as it is, cleared with the one who refused covered; the original byte for byte as it came."""
    assert group.photo.clearance(group.use).state is State.BLOCKED
    copy = group.copy()
    assert group.codes(copy) == (State.CLEARED, {Code.CONSENT, Code.MASKED_HERE})
    assert bytes(tools.vault.read(group.photo.code, "original")) == DATA
    assert group.photo.clearance(group.use).state is State.BLOCKED
    delivery = group.deliver(copy)
    assert delivery.file(by=group.editor).startswith(b"\xff\xd8\xff")
    assert (
        hashlib.sha256(bytes(tools.vault.read(group.photo.code, "original"))).digest()
        == hashlib.sha256(DATA).digest()
    )
    acts = [row.action for row in Trace.select().where(Trace.kind == "copy").order_by(Trace.seq)]
    assert acts == ["copy.ordered", "copy.made", "copy.checked"]
    assert not any("Daan" in (row.facts or "") for row in Trace.select())
    assert verify().bad is None


def test_who_is_seen_without_a_face_still_counts(group):
    """A10: a mask over others takes nobody out who is known by a badge or from behind, and none is offered."""
    faces.undo(group.daans, by=group.editor)
    faces.remark(group.daans, Word.NOT_RECOGNISABLE, by=group.editor)
    faces.add_person(group.photo, group.daan, by=group.editor)
    assert group.codes(group.copy())[0] is State.BLOCKED
    assert copies.offer(group.photo, group.use) is None


def test_who_is_seen_twice_is_hidden_only_when_both_are(group):
    faces.undo(group.daans, by=group.editor)
    faces.add_person(group.photo, group.daan, by=group.editor)
    faces.name(group.daans, group.daan, by=group.editor)
    assert group.codes(group.copy())[0] is State.BLOCKED


def test_an_unknown_face_must_be_covered_too(group):
    """A5, A6, A7, A9: an unnamed face, a guess and a crowd count as masked when they are, and only then."""
    stranger = faces.draw(group.photo, (0.35, 0.3, 0.08, 0.12), by=group.editor)
    assert group.codes(group.copy())[1] >= {Code.UNIDENTIFIED_FACE}
    both = group.copy(group.daans, stranger)
    assert group.codes(both)[0] is State.CLEARED
    Match.create(face=stranger, person=group.noor, distance=0.4, band="likely")
    assert group.codes(both)[0] is State.CLEARED
    written = dict.fromkeys(QUESTIONS, "It was written on the sign at the entrance.")
    group.house.weigh_events(by=group.house.user("dpo"))
    Event.keep(group.photo.album, written, children=True, by=group.house.user("consent-officer"))
    faces.remark(stranger, Word.CROWD, by=group.editor)
    assert group.codes(group.copy())[1] >= {Code.ASSESSMENT_MISSING}
    assert group.codes(both)[0] is State.CLEARED


def test_only_what_is_covered_in_the_bytes_counts(group):
    """A box that was moved or grew out of the covered place is bare again, whoever was meant."""
    copy = group.copy()
    Face.update(left=0.68).where(Face.id == group.daans.id).execute()
    assert group.codes(copy)[0] is State.BLOCKED
    Face.update(left=0.6, height=0.4).where(Face.id == group.daans.id).execute()
    assert group.codes(copy)[0] is State.BLOCKED
    Face.update(height=0.16).where(Face.id == group.daans.id).execute()
    assert group.codes(copy)[0] is State.CLEARED, "within the margin it is the same face"


def test_a_place_drawn_by_hand_covers_a_face_it_takes_in(group):
    drawn = copies.order(group.photo, group.use, faces=[], drawn=[(0.5, 0.1, 0.4, 0.6)], by=group.editor)
    assert drawn.prospect(group.use).state is State.CLEARED
    beside = copies.order(group.photo, group.use, faces=[], drawn=[(0.1, 0.8, 0.1, 0.1)], by=group.editor)
    assert beside.prospect(group.use).state is State.BLOCKED


def test_nobody_left_to_recognise(group):
    """A5, MET-03: with everyone covered the copy shows no one, and its card says so."""
    copy = group.copy(group.noors, group.daans, extent=Extent.BADGE, style=Style.MOSAIC)
    assert Code.NO_RECOGNISABLE_PERSONS in group.codes(copy)[1]
    assert group.deliver(copy).card(copy.clearance(group.use), (900, 600)).model_status == "MR-NAP"


def test_nothing_leaves_before_somebody_has_looked(group):
    copy = group.copy(check=False)
    assert copy.stage is Stage.WAITING
    with pytest.raises(Refusal, match="look at this copy"):
        group.deliver(copy)
    refused = Trace.get(Trace.action == "delivery.refused")
    assert (refused.details["copy"], refused.details["stands"]) == (copy.code, "waiting")
    copies.approve(copy, look=copy.look, by=group.editor)
    assert group.deliver(copy).copy == copy
    check = CopyCheck.get()
    assert (check.by, check.word.value) == (group.editor, "good")


def test_a_word_given_on_another_look_does_not_count(group):
    copy = group.copy(check=False)
    look = copy.look
    faces.draw(group.photo, (0.35, 0.3, 0.08, 0.12), by=group.editor)
    with pytest.raises(Refusal, match="changed while you looked"):
        copies.approve(copy, look=look, by=group.editor)


@pytest.mark.parametrize("change", ["face", "moved", "person", "named"])
def test_what_is_found_in_the_photo_later_makes_it_stale(group, change):
    """A new face, a changed box, a new person, a face named anew: somebody has to look again; a re-run that finds the same doesn't."""
    copy = group.copy()
    issued = group.deliver(copy)
    if change == "face":
        face = faces.draw(group.photo, (0.35, 0.3, 0.08, 0.12), by=group.editor)
        faces.remark(face, Word.NOT_RECOGNISABLE, by=group.editor)
    elif change == "moved":
        Face.update(left=0.59).where(Face.id == group.daans.id).execute()
    elif change == "person":
        amina = group.house.person("Amina Sample", by=group.editor)
        group.sign(amina, True)
        faces.add_person(group.photo, amina, by=group.editor)
    else:
        bo = group.house.person("Bo Voorbeeld", by=group.editor)
        faces.undo(group.daans, by=group.editor)
        faces.name(group.daans, bo, by=group.editor)
    assert copy.stage is Stage.STALE
    for leave in (lambda: group.deliver(copy), lambda: issued.file(by=group.editor)):
        with pytest.raises(Refusal, match="changed since"):
            leave()
    copies.approve(copy, look=copy.look, by=group.editor)
    assert copy.stage is Stage.GOOD
    assert issued.file(by=group.editor)
    Face.update(at=Face.at).where(Face.photo == group.photo).execute()
    faces.undo(group.noors, by=group.editor)
    faces.name(group.noors, group.noor, by=group.editor)
    assert copy.stage is Stage.GOOD


def test_a_look_speaks_for_that_copy_alone(group):
    """A4: whoever found the copy good has said that nobody else in it can be recognised; the photo itself waits."""
    group.photo.unreview(by=group.editor)
    copy = group.copy(check=False)
    assert group.codes(copy)[1] >= {Code.PEOPLE_NOT_REVIEWED}
    copies.approve(copy, look=copy.look, by=group.editor)
    assert group.codes(copy)[0] is State.CLEARED
    assert Code.PEOPLE_NOT_REVIEWED in {reason.code for reason in group.photo.clearance(group.use).reasons}


def test_a_withdrawal_of_someone_visible_shuts_every_door(group, web):
    """PUB-03, WDR-03: after the check and between the order and the first byte."""
    with db.atomic():
        Setting.put("shares", True)
    copy = group.copy()
    issued, fetched = group.deliver(copy), group.deliver(copy)
    fetched.file(by=group.editor)
    shown = Publication.record(fetched, medium="Website", by=group.editor)
    share = Share.make([group.photo], group.use, recipient="Gazette", by=group.editor, copies=[copy])
    assert (issued.holds_today(), share.choices()[0][1]) == (True, True)
    assert TakeDown.select().count() == 0
    withdraw(group.noor, uses=None, recognition=False, actor="signer", means="link")
    assert (issued.holds_today(), share.choices()[0][1]) == (False, False)
    with pytest.raises(NotCleared):
        issued.file(by=group.editor)
    with pytest.raises(NotCleared):
        group.deliver(copy)
    with pytest.raises(NotCleared):
        Publication.record(fetched, medium="Elsewhere", by=group.editor)
    with pytest.raises(Gone):
        share.hand_out(group.photo)
    assert [(task.delivery, task.publication) for task in TakeDown.select()] == [(fetched, shown)]


def test_what_somebody_covered_says_takes_nothing_down(group):
    copy = group.copy()
    delivery = group.deliver(copy)
    delivery.file(by=group.editor)
    with db.atomic():
        assert takedown.check([group.photo.id], person=group.daan) == []
    assert delivery.holds_today()


def test_a_share_hands_out_the_copy_and_never_the_photo(group):
    with db.atomic():
        Setting.put("shares", True)
    with pytest.raises(Invalid):
        Share.make([group.photo], group.use, recipient="Gazette", by=group.editor)
    copy = group.copy()
    share = Share.make([group.photo], group.use, recipient="Gazette", by=group.editor, copies=[copy])
    assert share.picture(group.photo, 1600) == (copy.picture(1600), "image/jpeg")
    share.hand_out(group.photo)
    assert Delivery.get().copy == copy
    copies.throw_away(copy, by=group.editor)
    assert [allowed for _, allowed in share.choices()] == [False]
    with pytest.raises(Gone):
        share.hand_out(group.photo)


def test_a_child_that_is_covered_may_be_shared(group):
    """MIN-11 is about children who are shown."""
    with db.atomic():
        Setting.put("shares", True)
    type(group.daan).update(born=today() - timedelta(days=3000)).where(
        type(group.daan).id == group.daan.id
    ).execute()
    copy = group.copy()
    assert Share.make([group.photo], group.use, recipient="Gazette", by=group.editor, copies=[copy]).photos()


def test_what_is_thrown_away_is_gone(group):
    copy = group.copy()
    delivery = group.deliver(copy)
    role = f"copy-{copy.code}"
    assert tools.vault.has(group.photo.code, role)
    copies.throw_away(copy, by=group.editor)
    assert not tools.vault.has(group.photo.code, role)
    assert tools.vault.has(group.photo.code)
    assert delivery.holds_today() is False
    for leave in (
        lambda: delivery.file(by=group.editor),
        lambda: group.deliver(copy),
        lambda: copy.picture(320),
    ):
        with pytest.raises(Gone):
            leave()
    with pytest.raises(Refusal):
        copies.approve(copy, look=copy.look, by=group.editor)
    assert copies.of_photo(group.photo) == []


def test_a_copy_lies_under_the_photos_own_key(group):
    """ERA-03: whatever destroys the photo's key destroys its copies."""
    copy = group.copy()
    assert len(copy.picture()) > 1000
    tools.vault.destroy(group.photo.code)
    with pytest.raises(KeyGone):
        copy.picture()


def test_the_worker_may_be_killed_and_start_again(group):
    copy = copies.order(group.photo, group.use, faces=[group.daans], by=group.editor)
    assert copy.stage is Stage.MAKING
    with pytest.raises(Refusal, match="still being made"):
        copy.picture(1600)
    copies.make(copy.id)
    Copy.update(made_at=None).where(Copy.id == copy.id).execute()
    copies.make(copy.id)
    copies.make(copy.id)
    assert Copy.get_by_id(copy.id).stage is Stage.WAITING
    copies.make(0)


def test_the_same_wish_twice_is_one_copy(group):
    first = copies.order(group.photo, group.use, faces=[group.daans], by=group.editor)
    assert copies.order(group.photo, group.use, faces=[group.daans], by=group.editor) == first
    other = copies.order(group.photo, group.use, faces=[group.daans], by=group.editor, style=Style.MOSAIC)
    assert other != first
    copies.throw_away(first, by=group.editor)
    assert copies.order(group.photo, group.use, faces=[group.daans], by=group.editor) not in (first, other)


@pytest.mark.parametrize(
    "box", [(0.9, 0.1, 0.2, 0.1), (0.1, 0.1, 0, 0.1), (float("nan"), 0, 1, 1), (-0.1, 0, 1, 1)]
)
def test_a_place_outside_the_photo_is_refused(group, box):
    with pytest.raises(Invalid):
        copies.order(group.photo, group.use, faces=[], drawn=[box], by=group.editor)
    assert Copy.select().count() == 0


def test_nothing_to_cover_and_too_much_of_it(group):
    with pytest.raises(Invalid):
        copies.order(group.photo, group.use, faces=[], by=group.editor)
    with pytest.raises(Invalid):
        copies.order(group.photo, group.use, faces=[], drawn=[(0.1, 0.1, 0.1, 0.1)] * 201, by=group.editor)


def test_a_copy_of_another_photo_is_not_there(group):
    copy = group.copy()
    other = group.house.photo(group.photo.album, by=group.editor)
    group.drain()
    with pytest.raises(Missing):
        Delivery.issue(Photo.get_by_id(other.id), group.use, to="Web team", by=group.editor, copy=copy)


def test_only_who_may_deliver_makes_and_checks(group):
    copy = group.copy(check=False)
    for role in (Role.VIEWER, Role.CONSENT_OFFICER, Role.DPO, Role.ADMIN):
        user = group.house.user(role.value)
        for act in (
            lambda user=user: copies.order(group.photo, group.use, faces=[group.daans], by=user),
            lambda user=user: copies.approve(copy, look=copy.look, by=user),
            lambda user=user: copies.throw_away(copy, by=user),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_an_offer_covers_exactly_those_in_the_way(group):
    found = copies.offer(group.photo, group.use)
    assert (found.faces, found.people) == ([group.daans], [group.daan.code])
    stranger = faces.draw(group.photo, (0.35, 0.3, 0.08, 0.12), by=group.editor)
    assert {face.id for face in copies.offer(group.photo, group.use).faces} == {group.daans.id, stranger.id}
    group.photo.describe({"licence": "denied"}, album=group.photo.album, by=group.editor)
    assert copies.offer(group.photo, group.use) is None, (
        "covering faces helps not against the photographer's no"
    )


def test_a_whole_selection_at_once(group):
    other = group.house.photo(group.photo.album, by=group.editor)
    group.drain()
    photos = [group.photo, Photo.get_by_id(other.id)]
    made, shut = copies.order_offered(photos, group.use, by=group.editor)
    assert ([copy.photo for copy in made], shut) == ([group.photo], 1)
    group.drain()
    assert [row[0] for row in copies.to_check(group.editor)] == made


def test_a_list_of_copies_costs_the_same_for_one_and_for_seven(group):
    counts = []
    for more in ((), (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)):
        for left in more:
            copies.order(group.photo, group.use, faces=[], drawn=[(left, 0.1, 0.1, 0.1)], by=group.editor)
        group.copy(check=False)
        with count_queries() as counted:
            rows = copies.to_check(group.editor)
            assert {(row.by.name, row.use.code, row.photo.code) for row, _, _ in rows}
        counts.append((len(rows), counted.count))
    assert [count for count, _ in counts] == [1, 7]
    assert counts[0][1] == counts[1][1]


def test_a_yes_to_being_named_names_nobody_who_is_covered(group):
    """MET-05: Daan said no to the website and yes to his name; a copy without his face goes without his name."""
    given = {
        "channel": "naming",
        "name-en": "Your name",
        "about-en": "We write your name with the photo.",
        "reason": "The board asked for it in March.",
    }
    naming = Use.keep(None, given, by=group.house.user("dpo"))
    for person in (group.noor, group.daan):
        asked = Request.ask([person], [naming], Wording.current()[0], by=group.editor, way=Way.LINK)[0]
        Consent.sign(asked, Choice({naming.code: True}, None), signer=person.name, steps={})
    copy = group.copy()
    card = group.deliver(copy).card(copy.clearance(group.use), (900, 600))
    assert card.names == [region.name for region in card.regions] == ["Noor Voorbeeld"]


def test_the_title_of_a_copy_does_not_tell_who_is_covered(group):
    """RED-04: a text that names whoever is hidden is left out whole."""
    group.photo.describe(
        {"title": "Daan Demo and Noor", "alt_text": "Two people at a desk"},
        album=group.photo.album,
        by=group.editor,
    )
    copy = group.copy()
    card = group.deliver(copy).card(copy.clearance(group.use, Period(today(), None)), (900, 600))
    assert (card.title, card.alt_text, card.source_type) == ("", "Two people at a desk", "humanEdits")
    assert (card.names, card.regions) == ([], [])
    assert without_names("A demonstration", ["Daan Demo"]) == "A demonstration"
