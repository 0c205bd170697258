"""What the desk of requests must not let happen: to be sent twice, guessed, joined away, or done to somebody else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playhouse.test_utils import count_queries

from adapters import clock
from models import claim_desk
from models.base import tools
from models.breach import Breach
from models.circumstance import Circumstance, Kind
from models.claim import Capacity, Claim, Identity, Outcome
from models.claim_digits import ClaimDigits
from models.claim_letter import ClaimLetter, LetterKind
from models.erasure_plan import Fate, Plan
from models.errors import Invalid, Refusal
from models.face import Appearance
from models.feed import Feed
from models.gather import today
from models.hold import Hold
from models.notice import Notice, NoticeKind
from models.permission import Role
from tests.makers import Browser
from tests.stories.test_claims import by_form, type_digits

WHY = "Because it says so in this test."


@pytest.fixture
def dpo(house):
    return house.user("dpo", name="Doris Officer")


@pytest.fixture
def noor(house, dpo):
    return house.person("Noor Voorbeeld", by=house.user("editor"), email="noor@people.example", locale="nl")


def where(led):
    return led.location.partition("?")[0]


def claim_of(led):
    return Claim.get(Claim.code == where(led).rpartition("/")[2])


def test_the_same_form_sent_twice_is_one_request_and_one_code(web, house, noor):
    """A second press of the button, or the Back button and once more, fills no mailbox and no desk."""
    phone, led = by_form(web, words="All of them, please.")
    for _ in range(2):
        assert where(by_form(web, words="All of them, please.")[1]) == where(led)
    assert where(by_form(web, words="Only those of May.")[1]) != where(led)
    assert (Claim.select().count(), ClaimDigits.select().count()) == (2, 2)
    assert phone.get(led.location).status_code == 200


def test_nobody_is_flooded_with_codes_and_none_is_guessed_through_many_requests(web, house, dpo, noor):
    """DSR-05: ten codes more a day for one address, whatever number of requests names it; a closed one sends and takes none."""
    sent = []
    for number in range(4):
        phone, led = by_form(web, words=f"Number {number}.")
        seal = re.search(r'name="seal" value="([^"]+)"', phone.get(led.location).text)[1]
        sent += [phone.post(f"{where(led)}/again", data={"seal": seal}).status_code for _ in range(4)]
    assert (sent.count(303), sent.count(429)) == (10, 6)
    claim = claim_of(led)
    number = (
        ClaimDigits.select().where(ClaimDigits.claim == claim).order_by(ClaimDigits.id.desc()).get().number
    )
    claim_desk.take_back(claim, WHY, by=dpo)
    assert phone.post(f"{where(led)}/again", data={"seal": seal}).status_code == 409
    assert phone.post(where(led), data={"seal": seal, "number": number}).status_code == 409
    page = phone.get(led.location).text
    assert "was closed" in page
    assert "at the latest" not in page
    assert Claim.get_by_id(claim.id).identity is Identity.OPEN


def test_the_clock_goes_on_when_the_digits_show_who_asks(web, house, dpo, noor, later):
    """DSR-04: the days without an answer to the question who asks end with the code as with an attestation."""
    phone, led = by_form(web)
    claim = claim_of(led)
    claim_desk.ask_identity(claim, WHY, by=dpo)
    with pytest.raises(Refusal):
        claim_desk.ask_identity(claim, WHY, by=dpo)  # the same page, sent from a second browser
    assert claim.letters.where(ClaimLetter.kind == LetterKind.IDENTITY).count() == 1
    later(days=3)
    ClaimDigits.update(at=clock.now()).execute()
    assert type_digits(phone, where(led), ClaimDigits.get().number).status_code == 303
    claim = Claim.get_by_id(claim.id)
    assert (claim.identity, claim.resumed_on - claim.paused_on) == (Identity.CODE, timedelta(days=3))
    before = claim.due.paused
    later(days=9)
    assert Claim.get_by_id(claim.id).due.paused == before


def test_no_request_is_joined_away(house, dpo, noor):
    """Art. 12(3): a closed one takes no other with it, two people and two parents get an answer each."""
    child, daan = (
        house.person("Kim Kind", by=dpo, born=today() - timedelta(days=3000)),
        house.person("Daan Anders", by=dpo),
    )
    mother = child.add_guardian(name="Mia Moeder", email="mia@people.example", by=dpo)
    father = child.add_guardian(name="Vic Vader", email="vic@people.example", by=dpo)
    asked = [Claim.of_reader(parent, "access") for parent in (mother, father)]
    assert [Claim.get_by_id(each.id).closed_at for each in asked] == [None, None]
    assert [each.letters.count() for each in asked] == [1, 1], "each has an acknowledgement of their own"
    assert Claim.get_by_id(Claim.of_reader(mother, "access").id).joined == asked[0]

    def by_letter(name, person=None, days=0, **more):
        claim = Claim.receive(
            "access", "letter", actor=dpo, name=name, received_on=today() - timedelta(days=days), **more
        )
        claim_desk.point_to(claim, person, by=dpo) if person else None
        return Claim.get_by_id(claim.id)

    old, new = by_letter("Noor Voorbeeld", noor, days=9), by_letter("Noor Voorbeeld", daan)
    with pytest.raises(Invalid):
        old.join(new, by=dpo)
    claim_desk.take_back(old, WHY, by=dpo)
    third = by_letter("Noor Voorbeeld")
    with pytest.raises(Refusal):
        Claim.get_by_id(old.id).join(third, by=dpo)
    assert (Claim.get_by_id(third.id).closed_at, Claim.get_by_id(old.id).outcome) == (
        None,
        Outcome.TAKEN_BACK,
    )
    two = [
        by_letter("Mia Moeder", email="mia@people.example", capacity=Capacity.PARENT, about=about) for about in ("Kim", "Jip")
    ]  # fmt: skip
    assert claim_desk.alike(two[0]) == [], "her requests for two children are two"


def test_whom_a_request_is_about_is_found_by_another_name_and_changed_with_care(web, house, dpo, noor):
    """A name from before a marriage is looked for; somebody else than before is identified anew, and never once a plan was laid out."""
    claim = Claim.receive("erasure", "letter", actor=dpo, name="Noor Getrouwd")
    desk, page = Browser(web).log_in(dpo), f"/claims/{claim.code}"
    assert noor.code not in desk.get(page).text
    assert noor.code in desk.get(f"{page}?name=voorbeeld").text
    assert desk.post(f"{page}/person", {"person": noor.code}).status_code == 303
    claim_desk.attest(Claim.get_by_id(claim.id), WHY, by=dpo)
    daan = house.person("Daan Anders", by=dpo)
    assert daan.code in desk.get(f"{page}?name=daan").text
    assert desk.post(f"{page}/person", {"person": daan.code}).status_code == 303
    claim = Claim.get_by_id(claim.id)
    assert (claim.person, claim.identity, claim.identity_note) == (daan, Identity.OPEN, "")
    claim_desk.attest(claim, WHY, by=dpo)
    plan = Plan.draft(Claim.get_by_id(claim.id), by=dpo)
    assert desk.post(f"{page}/person", {"person": noor.code}).status_code == 409
    assert Plan.get_by_id(plan.id).person == daan


def test_a_plan_needs_two_pairs_of_eyes_and_a_request_that_stands(house, dpo, noor, drain):
    """ERA-01: who changes a plan last can't approve it, and who took her request back is not erased."""
    editor, second = house.user("editor"), house.user("dpo")
    photo = house.photo(house.album(by=editor), by=editor)
    Appearance.create(photo=photo, person=noor, by=editor)
    claim = Claim.get_by_id(Claim.of_reader(noor, "erasure").id)
    plan = Plan.draft(claim, by=dpo)
    plan.decide(plan.lines.get(), Fate.RETAIN, WHY, by=second)
    with pytest.raises(Refusal):
        Plan.get_by_id(plan.id).approve(by=second)
    claim_desk.take_back(claim, WHY, by=dpo)
    for act in (
        lambda: Plan.get_by_id(plan.id).approve(by=dpo),
        lambda: Plan.get_by_id(plan.id).keep(proof=False, by=dpo),
    ):
        with pytest.raises(Refusal):
            act()
    drain()
    assert type(noor).select().where(type(noor).id == noor.id).exists()


def test_a_hold_is_placed_and_told_once_and_a_feed_ends_with_the_role(web, house, dpo, noor):
    """ERA-10; whoever is no privacy officer any more has an address that looks like one that never was."""
    claim = Claim.get_by_id(Claim.of_reader(noor, "access").id)
    until = today() + timedelta(days=90)
    Hold.place(claim, "defence", WHY, until, by=dpo)
    with pytest.raises(Refusal):
        Hold.place(claim, "defence", WHY, until, by=dpo)
    assert (Hold.select().count(), claim.letters.where(ClaimLetter.kind == LetterKind.HELD).count()) == (1, 1)
    address = Feed.renew(dpo).removeprefix(tools.base_url)
    visitor = web.test_client()
    assert visitor.get(address).status_code == 200
    dpo.set_roles([Role.EDITOR], by="system")
    assert [visitor.get(each).status_code for each in (address, "/calendar/never-was")] == [404, 404]
    assert Notice.select().where(Notice.kind == NoticeKind.CLAIM).exists()


def test_a_superscript_two_is_no_number(web, house, dpo):
    """What looks like a digit and is none is a mistake in the form, not one of ours."""
    desk = Browser(web).log_in(dpo)
    assert desk.post("/compliance/retention/evidence", {"amount": "²", "why": WHY}).status_code == 422
    breach = dict.fromkeys(("facts", "kinds", "effects", "remedy"), WHY) | {
        "aware_at": "2026-01-01T10:00",
        "people": "²",
    }
    with pytest.raises(Invalid) as odd:
        Breach.note(breach, by=dpo)
    assert odd.value.field == "people"


def test_a_letter_about_a_breach_reaches_nobody_twice(house, dpo, noor):
    """GOV-05: the same words sent again, by a second press or for who was named since, are a letter for the new ones alone."""
    given = dict.fromkeys(("facts", "kinds", "effects", "remedy"), WHY) | {"aware_at": "2026-01-01T10:00"}
    breach, words = Breach.note(given, by=dpo), dict.fromkeys(("nature", "consequences", "measures"), WHY)
    letters = Notice.select().where(Notice.kind == NoticeKind.BREACH)
    daan = house.person("Daan Anders", by=dpo, email="daan@people.example")
    for people, said, sent in (
        ([noor], words, 1),
        ([], words, 1),
        ([daan], words, 2),
        ([], words | {"measures": WHY * 2}, 4),
    ):
        breach.name_people([person.code for person in people], by=dpo) if people else None
        breach.tell_the_people(said, by=dpo)
        assert letters.count() == sent


def test_photos_under_a_hold_are_left_out_of_the_same_query(web, house, dpo, noor):
    """One photo or 48, with a hold or without: as many queries, and what is held is for the privacy officer alone (ERA-10)."""
    editor = house.user("editor")
    album, photos = house.album(by=editor), []
    desk, counts = Browser(web).log_in(editor), []
    for count in (1, 48, 48):
        photos += [house.photo(album, by=editor) for _ in range(count - len(photos))]
        if len(counts) == 2:
            Appearance.create(photo=photos[0], person=noor, by=editor)
            Hold.create(person=noor, ground="defence", scope=WHY, until=today(), by=dpo)
        desk.get("/library")
        with count_queries() as counted:
            assert desk.get("/library").status_code == 200
        with count_queries() as alone:
            found = list(editor.photos())
        counts.append((counted.count, alone.count, len(found)))
    assert [each[1:] for each in counts] == [(1, 1), (1, 48), (1, 47)]
    assert len({first for first, _, _ in counts}) == 1


def test_a_restriction_of_the_small_hours_is_lifted_with_its_letter_of_the_same_night(
    house, dpo, noor, monkeypatch
):
    """RST-01: the letter's day is the organisation's, not that of Greenwich."""
    tools._wired.zone = "Europe/Amsterdam"
    monkeypatch.setattr(clock, "_read", lambda: datetime(2030, 6, 30, 22, 30, tzinfo=UTC))
    claim = Claim.get_by_id(Claim.of_reader(noor, "restriction").id)
    frozen = claim_desk.frozen(claim)
    assert frozen.since == today()
    claim_desk.announce_lifting(claim, WHY, today(), by=dpo)
    frozen.end(by=dpo, note=WHY)
    assert not any(row.kind is Kind.RESTRICTED for row in Circumstance.of(noor))
