"""Requests about one's own data: from arrival on any channel to the letter, with the clock (issue parts 1, 2 and 6)."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from icalendar import Calendar

from adapters import clock
from models import claim_desk, claim_register, looking_for
from models.base import tools
from models.circumstance import Circumstance, Kind
from models.claim import Capacity, Channel, Claim, Identity, Outcome, Right
from models.claim_digits import ClaimDigits
from models.claim_letter import ClaimLetter, LetterKind, compose
from models.errors import Invalid, NotAllowed, Refusal, TooMany
from models.gather import today
from models.notice import Notice, NoticeKind
from models.setting import Setting
from models.trail import Trace, verify
from tests.makers import Browser

pytestmark = pytest.mark.both_engines
WHY = "Because there are very many photos to look through."


@pytest.fixture
def dpo(house):
    return house.user("dpo", name="Doris Officer")


@pytest.fixture
def noor(house, dpo):
    return house.person("Noor Voorbeeld", by=house.user("editor"), email="noor@people.example", locale="nl")


def by_form(web, **more):
    """What a stranger's phone sends from the privacy page; where it is led."""
    phone = Browser(web).client
    lang = more.pop("lang", "en")
    seal = re.search(r'name="seal" value="([^"]+)"', phone.get(f"/privacy?lang={lang}").text)[1]
    given = {"right": "access", "capacity": "self", "name": "Noor Voorbeeld", "email": "noor@people.example"}
    return phone, phone.post(f"/privacy?lang={lang}", data={"seal": seal, **given, **more})


def type_digits(phone, where, number):
    seal = re.search(r'name="seal" value="([^"]+)"', phone.get(where).text)[1]
    return phone.post(where, data={"seal": seal, "number": number})


def test_the_form_needs_no_account_and_knows_nobody(web, house, dpo, noor, drain):
    """A known and an unknown address are answered alike; the digits make the known one known (DSR-05)."""
    known, led = by_form(web)
    stranger, other = by_form(web, email="somebody@people.example", name="Some Body")
    assert (led.status_code, other.status_code) == (303, 303)
    pages = [phone.get(led.location).text for phone, led in ((known, led), (stranger, other))]
    codes = [where.location.split("/")[3].split("?")[0] for where in (led, other)]
    alike = [
        re.sub(r'value="[^"]+"', "", page.replace(code, "X")) for page, code in zip(pages, codes, strict=True)
    ]
    assert alike[0] == alike[1]
    assert "Noor" not in pages[0]
    mine, theirs = (Claim.get(Claim.code == code) for code in codes)
    assert (mine.identity, mine.person) == (Identity.OPEN, None)
    assert type_digits(known, led.location, "000 000").status_code == 422
    assert type_digits(known, led.location, mine.digits.get().number).status_code == 303
    assert type_digits(stranger, other.location, theirs.digits.get().number).status_code == 303
    mine, theirs = (Claim.get(Claim.code == code) for code in codes)
    assert (mine.identity, mine.person) == (Identity.CODE, noor)
    assert (theirs.identity, theirs.person) == (Identity.OPEN, None)
    said = [re.sub(r'value="[^"]+"', "", phone.get(where.location).text.replace(code, "X"))
            for phone, where, code in ((known, led, codes[0]), (stranger, other, codes[1]))]  # fmt: skip
    assert said[0] == said[1]
    drain()
    letters = [letter["Subject"] for letter in house.letters() if letter["To"] and "noor@" in letter["To"]]
    assert any(mine.code in subject for subject in letters)
    assert {row.reader for row in Notice.select().where(Notice.kind == NoticeKind.CLAIM)} == {dpo}
    # There is no place for a passport anywhere.
    assert 'type="file"' not in known.get("/privacy").text
    assert verify().bad is None


@pytest.mark.parametrize("lang", ["en", "nl", "de"])
def test_the_form_speaks_three_languages_and_the_letter_hers(web, house, dpo, drain, lang):
    _, led = by_form(web, lang=lang, email="somebody@people.example")
    claim = Claim.get(Claim.code == led.location.split("/")[3].split("?")[0])
    assert claim.locale == lang
    letter = claim.letters.get()
    assert {"en": "We received", "nl": "ontvangen", "de": "erhalten"}[lang] in letter.subject + letter.words
    assert claim.acknowledged_at is not None


def test_letters_are_in_french_too(web, house, dpo, drain):
    """DSR-07: chosen in the public form or at the desk; every letter whole, the page she comes back to in ours."""
    phone, led = by_form(web, locale="fr")
    claim = Claim.get(Claim.code == led.location.split("/")[3].split("?")[0])
    assert (claim.locale, phone.get(f"/privacy/claims/{claim.code}").status_code) == ("fr", 200)
    drain()
    sent = {
        one["Subject"]: one.get_body(("plain",)).get_content()
        for one in house.letters()
        if "noor@" in str(one["To"])
    }
    assert {f"Nous avons reçu votre demande {claim.code}", "Votre code"} <= set(sent)
    assert sent["Votre code"].startswith("Bonjour Noor Voorbeeld,")
    desk = Browser(web).log_in(dpo)
    typed = {"right": "access", "channel": "letter", "received_on": today().isoformat(), "name": "Ida Exemple", "capacity": "self",
             "locale": "fr"}  # fmt: skip
    assert desk.post("/claims/new", typed).status_code == 303
    claim = Claim.get(Claim.name == "Ida Exemple")
    Claim.update(extended_at=clock.now(), extension="complex").where(Claim.id == claim.id).execute()
    claim, other = Claim.get_by_id(claim.id), Claim.get_by_id(claim.id)
    other.locale = "en"
    more = {"why": "-", "link": "-", "until": today()}
    for kind in LetterKind:
        french, english = (
            set("\n".join(compose(each, kind, **more)).splitlines()) for each in (claim, other)
        )
        assert french & english <= {
            "",
            "-",
            str(Setting.of("organisation")),
            str(Setting.of("privacy_email")),
        }, kind
    letter = claim.letters.get()
    assert desk.get(f"/claims/{claim.code}/letters/{letter.code}").data.startswith(b"%PDF")


def test_what_is_wrong_in_the_form_is_said_and_nothing_is_lost(web, dpo):
    for wrong in (
        {"email": "no address"},
        {"right": "everything"},
        {"name": " "},
        {"capacity": "parent"},
        {"right": "rectification"},
    ):
        _, answer = by_form(web, **{"words": "" if wrong.get("right") else "Please.", **wrong})
        assert answer.status_code == 422, wrong
        assert "noor@people.example" in answer.text or "email" in wrong
    assert Claim.select().count() == 0


def test_a_flood_is_stopped_and_a_mailbox_is_not_filled(web, dpo):
    for number in range(5):
        assert by_form(web, words=f"Number {number}.")[1].status_code == 303
    assert by_form(web, words="One more.")[1].status_code == 429
    for number in range(5):
        by_form(web, email=f"p{number}@people.example")
    assert by_form(web, email="last@people.example")[1].status_code == 429


def test_a_letter_counts_from_the_day_it_arrived(web, house, dpo):
    """Receipt is not entry (DSR-06), and the register shows both."""
    desk = Browser(web).log_in(dpo)
    arrived = today() - timedelta(days=12)
    sent = {"right": "access", "channel": "letter", "received_on": arrived.isoformat(), "name": "Ida Voorbeeld", "capacity": "self",
            "postal": "Street 1", "words": "Send me everything.", "locale": "de"}  # fmt: skip
    led = desk.post("/claims/new", sent)
    claim = Claim.get()
    assert (claim.received_on, claim.channel, claim.by) == (arrived, Channel.LETTER, dpo)
    assert claim.due.legal > arrived + timedelta(days=27)
    assert claim.code in desk.get(led.location).text
    letter = claim.letters.get()
    assert desk.get(f"/claims/{claim.code}/letters/{letter.code}").data.startswith(b"%PDF")
    assert desk.post(f"/claims/{claim.code}/letters/{letter.code}/posted").status_code == 303
    assert desk.post(f"/claims/{claim.code}/letters/{letter.code}/posted").status_code == 409
    for wrong in (
        {"received_on": (today() + timedelta(days=1)).isoformat()},
        {"received_on": "yesterday"},
        {"channel": "own-page"},
    ):
        assert desk.post("/claims/new", {**sent, **wrong}).status_code == 422
    assert Claim.select().count() == 1


def test_the_same_asked_twice_is_one_request_with_the_first_day(house, dpo, noor, later):
    first = Claim.of_reader(noor, "access", "The first time.")
    later(days=3)
    second = Claim.of_reader(noor, "access", "And again.")
    first, second = Claim.get_by_id(first.id), Claim.get_by_id(second.id)
    assert (second.outcome, second.joined) == (Outcome.JOINED, first)
    assert (first.closed_at, first.words) == (None, "The first time.\n\nAnd again.")
    assert Claim.of_reader(noor, "erasure").joined is None
    # What came by an older letter takes the lead when it is joined.
    older = Claim.receive(
        "access", "letter", actor=dpo, name="Noor Voorbeeld", received_on=today() - timedelta(days=9)
    )
    assert claim_desk.alike(older) == [first]
    older.join(first, by=dpo)
    assert (Claim.get_by_id(first.id).joined, Claim.get_by_id(older.id).closed_at) == (older, None)
    with pytest.raises(Invalid):
        older.join(Claim.get(Claim.right == Right.ERASURE), by=dpo)


def test_only_the_privacy_officer_sees_a_request(web, house, dpo, noor):
    """DSR-12."""
    claim = Claim.of_reader(noor, "access")
    for role in ("viewer", "contributor", "editor", "consent-officer", "auditor", "admin"):
        browser = Browser(web).log_in(house.user(role))
        for where in ("/claims", f"/claims/{claim.code}", "/claims/register.csv", "/claims/calendar"):
            assert browser.get(where).status_code == 403, (role, where)
    with pytest.raises(NotAllowed):
        claim_desk.attest(claim, "I know her well enough.", by=house.user("editor"))


def test_more_time_is_taken_once_before_the_day_with_a_letter(web, dpo, noor, later):
    """DSR-03."""
    claim = Claim.of_reader(noor, "access")
    desk = Browser(web).log_in(dpo)
    page = f"/claims/{claim.code}"
    assert desk.post(f"{page}/extension", {"extension": "complex", "extension_note": "no"}).status_code == 422
    before = claim.due.legal
    assert desk.post(f"{page}/extension", {"extension": "complex", "extension_note": WHY}).status_code == 303
    claim = Claim.get_by_id(claim.id)
    assert claim.due.legal > before + timedelta(days=55)
    letter = claim.letters.where(ClaimLetter.kind == LetterKind.EXTENDED).get()
    assert WHY in letter.words
    assert "autoriteitpersoonsgegevens.nl" in letter.words
    assert desk.post(f"{page}/extension", {"extension": "number", "extension_note": WHY}).status_code == 409
    other = Claim.of_reader(noor, "erasure")
    later(days=40)
    desk = Browser(web).log_in(dpo)
    assert "extension_note" not in desk.get(f"/claims/{other.code}").text
    assert (
        desk.post(
            f"/claims/{other.code}/extension", {"extension": "complex", "extension_note": WHY}
        ).status_code
        == 409
    )
    with pytest.raises(Refusal):
        claim_desk.extend(Claim.get_by_id(other.id), "complex", WHY, by=dpo)


def test_while_we_ask_who_it_is_both_days_are_shown(web, house, dpo, noor, later):
    """DSR-04: the earlier day holds until somebody says why not."""
    claim = Claim.receive("access", "mail", actor=dpo, name="Noor V.", email="elsewhere@people.example")
    claim_desk.ask_identity(claim, "The address is not the one we know.", by=dpo)
    later(days=6)
    claim = Claim.get_by_id(claim.id)
    claim_desk.point_to(claim, noor, by=dpo)
    claim_desk.attest(Claim.get_by_id(claim.id), "Called back on the number we have.", by=dpo)
    claim = Claim.get_by_id(claim.id)
    assert claim.due.paused >= claim.due.legal + timedelta(days=6)
    assert claim.due.day == claim.due.legal
    later(minutes=1)
    desk = Browser(web).log_in(dpo)
    shown = desk.get(f"/claims/{claim.code}").text
    assert "Without the pause" in shown
    assert "does not hold unless" in shown
    assert desk.post(f"/claims/{claim.code}/pause", {"pause_note": ""}).status_code == 422
    assert (
        desk.post(
            f"/claims/{claim.code}/pause", {"pause_note": "The authority accepts it for doubt."}
        ).status_code
        == 303
    )
    claim = Claim.get_by_id(claim.id)
    assert claim.due.day == claim.due.paused
    with pytest.raises(Refusal):
        claim_desk.ask_identity(claim, "Once more we ask who you are.", by=dpo)


def test_a_refusal_has_reasons_and_says_where_to_complain(web, dpo, noor, drain, house):
    """DSR-08; what was not shown to be hers is not done (DSR-05)."""
    stranger = Claim.receive("erasure", "mail", actor=dpo, name="Noor Voorbeeld", email="else@people.example")
    with pytest.raises(Refusal):
        claim_desk.answer(stranger, "granted", "We erased everything.", by=dpo)
    claim = Claim.of_reader(noor, "rectification", "My name is Nora.")
    desk = Browser(web).log_in(dpo)
    assert desk.post(f"/claims/{claim.code}/answer", {"outcome": "refused", "words": ""}).status_code == 422
    why = "Op uw pas staat Noor; zo staat het ook bij ons."
    assert desk.post(f"/claims/{claim.code}/answer", {"outcome": "refused", "words": why}).status_code == 303
    claim = Claim.get_by_id(claim.id)
    assert (claim.outcome, claim.closed_at is not None) == (Outcome.REFUSED, True)
    drain()
    letter = (
        [one for one in house.letters() if claim.code in one["Subject"]][-1]
        .get_body(("plain",))
        .get_content()
    )
    assert why in letter.replace("\n", " ")
    assert "Autoriteit Persoonsgegevens" in letter
    assert "rechter" in letter
    assert desk.post(f"/claims/{claim.code}/answer", {"outcome": "granted", "words": WHY}).status_code == 409


def test_too_often_needs_a_word_beforehand(dpo, noor):
    """DSR-09: no fee, and no refusal for asking too often without telling her first."""
    claim = Claim.of_reader(noor, "access")
    with pytest.raises(Refusal):
        claim_desk.answer(claim, "refused", "The same was asked ten times.", by=dpo, excessive=True)
    with pytest.raises(Invalid):
        claim_desk.warn_excessive(claim, "", by=dpo)
    claim_desk.warn_excessive(claim, "The same was asked ten times.", by=dpo)
    claim_desk.answer(claim, "refused", "The same was asked ten times.", by=dpo, excessive=True)
    kinds = [letter.kind for letter in claim.letters.order_by(ClaimLetter.id)]
    assert kinds == [LetterKind.RECEIVED, LetterKind.EXCESSIVE, LetterKind.REFUSED]


def test_an_objection_and_a_restriction_hold_at_once(dpo, noor):
    """OBJ-01, RST-01: in the same transaction as the request."""
    Claim.of_reader(noor, "objection", "I do not want to be on a poster.")
    Claim.of_reader(noor, "restriction")
    assert {row.kind for row in Circumstance.of(noor)} == {Kind.OBJECTION, Kind.RESTRICTED}
    lines = list(Trace.select().where(Trace.person == noor.code).order_by(Trace.seq))
    assert [line.action for line in lines if "circumstance" in line.action] == ["circumstance.recorded"] * 2


def test_a_restriction_is_lifted_only_after_she_was_told(web, dpo, noor, later):
    """RST-01, Art. 18(3)."""
    claim = Claim.of_reader(noor, "restriction")
    row = next(each for each in Circumstance.of(noor) if each.kind is Kind.RESTRICTED)
    with pytest.raises(Refusal):
        row.end(by=dpo, note="It was weighed.")
    desk = Browser(web).log_in(dpo)
    page = f"/claims/{claim.code}"
    assert desk.post(f"{page}/lifting", {"until": "", "why": WHY}).status_code == 422
    assert (
        desk.post(
            f"{page}/lifting", {"until": (today() - timedelta(days=1)).isoformat(), "why": WHY}
        ).status_code
        == 422
    )
    assert desk.post(f"{page}/lifting", {"until": today().isoformat(), "why": WHY}).status_code == 303
    row.end(by=dpo, note="It was weighed, and she was told.")
    assert Circumstance.of(noor) == []
    # A restriction that is granted must hold.
    again = Claim.of_reader(noor, "restriction")
    next(iter(Circumstance.of(noor))).end(by=dpo, note="Told before, by the same letter.")
    with pytest.raises(Refusal):
        claim_desk.answer(Claim.get_by_id(again.id), "granted", "Everything is frozen.", by=dpo)


def test_a_parent_asks_for_a_child_and_somebody_for_another(web, house, dpo):
    """A parent on file is known by her address; who only says so is not."""
    child = house.person("Kim Voorbeeld", by=dpo, born=date(2016, 5, 1))
    child.add_guardian(name="Mia Voorbeeld", email="mia@people.example", by=dpo)
    phone, led = by_form(
        web, capacity="parent", about="Kim Voorbeeld", name="Mia Voorbeeld", email="mia@people.example"
    )
    claim = Claim.get()
    type_digits(phone, led.location, claim.digits.get().number)
    claim = Claim.get()
    assert (claim.person, claim.guardian.name, claim.capacity, claim.subject) == (
        child,
        "Mia Voorbeeld",
        Capacity.PARENT,
        "Kim Voorbeeld",
    )
    phone, led = by_form(
        web, capacity="representative", about="Kim Voorbeeld", name="A. Lawyer", email="law@people.example"
    )
    other = Claim.select().order_by(Claim.id.desc()).get()
    type_digits(phone, led.location, other.digits.get().number)
    assert Claim.get_by_id(other.id).identity is Identity.OPEN


def test_what_is_late_cannot_be_overlooked(web, house, dpo, noor, later, drain):
    """A letter when our aim passes, when the day is near and when it is over; each once; the list says it in words."""
    claim = Claim.of_reader(noor, "access")
    assert claim_register.remind() == 0
    seen = []
    for _ in range(60):
        later(days=1)
        if claim_register.remind():
            seen.append((claim_register.stage(Claim.get_by_id(claim.id)), today()))
        assert claim_register.remind() == 0
    due = claim.due
    assert seen == [
        ("aim", due.target + timedelta(days=1)),
        ("soon", due.legal - timedelta(days=3)),
        ("late", due.legal + timedelta(days=1)),
    ]
    desk = Browser(web).log_in(dpo)
    assert "late since" in desk.get("/claims").text
    assert "should have been answered" in desk.get(f"/claims/{claim.code}").text
    drain()
    assert sum("must be answered soon or is late" in letter["Subject"] for letter in house.letters()) == 3


def test_the_calendar_address_tells_days_and_no_names(web, dpo, noor, house):
    claim = Claim.of_reader(noor, "access")
    desk = Browser(web).log_in(dpo)
    shown = desk.post("/claims/calendar/address").text
    address = re.search(rf"{tools.base_url}(/calendar/[^<]+)", shown)[1]
    stranger = Browser(web).client
    data = stranger.get(address).data
    events = Calendar.from_ical(data).walk("VEVENT")
    assert sorted(event.decoded("dtstart") for event in events) == [claim.due.target, claim.due.day]
    assert b"Noor" not in data
    assert claim.code.encode() in data
    newer = re.search(rf"{tools.base_url}(/calendar/[^<]+)", desk.post("/claims/calendar/address").text)[1]
    assert [stranger.get(where).status_code for where in (address, newer, "/calendar/x")] == [
        404,
        200,
        404,
    ]
    desk.post("/claims/calendar/address/end")
    assert stranger.get(newer).status_code == 404


def test_the_register_counts_and_names_nobody(web, dpo, noor, later):
    """DSR-30."""
    first = Claim.of_reader(noor, "access")
    later(days=4)
    looking_for.look(Claim.get_by_id(first.id), by=dpo)
    claim_desk.answer(Claim.get_by_id(first.id), "nothing", "There is nothing in the library.", by=dpo)
    Claim.of_reader(noor, "erasure")
    data = Browser(web).log_in(dpo).get("/claims/register.csv").data.decode("utf-8-sig")
    assert data.splitlines() == [
        '"year","right","received","closed","refused","extended","late","median_days"',
        f'{today().year},"access",1,1,0,0,0,4.0', f'{today().year},"erasure",1,0,0,0,0,""',
    ]  # fmt: skip
    assert "Noor" not in data


def test_digits_end(dpo, noor, later):
    """Five tries, half an hour, five an hour."""
    claim = Claim.receive("access", "page", actor="visitor", name="Noor", email="noor@people.example")
    from models.claim_digits import Purpose

    row = ClaimDigits.send(claim, Purpose.IDENTITY)
    right = row.number
    for _ in range(5):
        with pytest.raises(Invalid):
            row.confirm("x" + right[1:])
    with pytest.raises(TooMany):
        row.confirm(right)
    for _ in range(4):
        ClaimDigits.send(claim, Purpose.IDENTITY)
    with pytest.raises(TooMany):
        ClaimDigits.send(claim, Purpose.IDENTITY)
    later(minutes=31)
    with pytest.raises(Refusal):
        ClaimDigits.waiting(claim, Purpose.IDENTITY)
    assert clock.now() > row.at
