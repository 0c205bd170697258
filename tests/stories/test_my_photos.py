"""My photos: her own page by link and code, for years; what she sees, what she changes, and what nobody else learns."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from PIL import Image
from playhouse.test_utils import count_queries

from adapters import clock
from models import endings, entry, faces, masking, my_page
from models.consent import About, Consent, Line, Withdrawal, in_force
from models.delivery import Delivery
from models.entry import Entry, LinkWish
from models.errors import Gone, Invalid, NotAllowed, Refusal, TooMany
from models.face import Appearance, Face
from models.inquiry import Inquiry
from models.notice import Notice, NoticeKind
from models.photo import Photo
from models.publication import Publication
from models.request import Choice, Request, Way
from models.setting import Setting
from models.trail import Trace, verify
from models.wording import Wording
from tests import people
from tests.makers import Browser

pytestmark = pytest.mark.both_engines

NOOR, DAAN = 0, 1


@pytest.fixture
def story(house, web, drain):
    return Story(house, web, drain)


class Story:
    """A house with a scene of two drawn people, Noor and Daan, and Noor's phone."""

    def __init__(self, house, web, drain):
        self.house, self.web, self.drain = house, web, drain
        self.editor = house.user("editor", name="Eva Editor")
        self.dpo = house.user("dpo", name="Doris Officer")
        self.album = house.album("Birthday of Daan Quillfeather", by=self.editor)
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example", locale="en")
        self.daan = house.person("Daan Quillfeather", by=self.editor, email="daan@people.example")
        self.phone = Browser(web).client

    def scene(self):
        """A photo with both, found by the real recogniser, named from left to right and reviewed."""
        photo = self.house.photo(
            self.album, by=self.editor, data=people.scene([NOOR, DAAN], seed=3), name="daan-quillfeather.jpg"
        )
        self.drain()
        photo = Photo.get_by_id(photo.id)
        boxes = list(photo.faces.order_by(Face.left))
        assert len(boxes) == 2
        for box, person in zip(boxes, (self.noor, self.daan), strict=True):
            faces.name(box, person, by=self.editor)
        photo.describe(
            {"title": "Daan Quillfeather dances", "alt_text": "Daan Quillfeather and a friend", "licence": "granted"},
            album=self.album, by=self.editor,
        )  # fmt: skip
        photo.review(by=self.editor)
        return Photo.get_by_id(photo.id)

    def drawn(self, count=1):
        """Photos without faces in which somebody saw Noor."""
        made = [self.house.photo(self.album, by=self.editor) for _ in range(count)]
        self.drain()
        for photo in made:
            kept = Photo.get_by_id(photo.id)
            faces.add_person(kept, self.noor, by=self.editor)
            kept.review(by=self.editor)
        return [Photo.get_by_id(photo.id) for photo in made]

    def sign(self, person=None, signer=None, **uses):
        person = person or self.noor
        asked = Request.ask(
            [person], [self.house.use(code) for code in uses], Wording.current()[0], by=self.editor, way=Way.LINK, attested=True
        )[0]  # fmt: skip
        named = (signer or person).name
        consent = Consent.sign(asked, Choice(uses, None), signer=named, steps={}, guardian=bool(signer))
        self.drain()
        return consent

    def letters(self):
        return self.house.letters()

    def seal(self, url):
        answer = self.phone.get(url)
        assert answer.status_code == 200, answer.text
        return re.search(r'name="seal" value="([^"]+)"', answer.text)[1]

    def post(self, url, form_at=None, **data):
        return self.phone.post(url, data={"seal": self.seal(form_at or url), **data})

    def enter(self, reader=None):
        """Through the door with the number from the letter; the address of the page."""
        door = "/my/" + my_page.token(reader or self.noor)
        sent = self.post(door)
        assert (sent.status_code, sent.headers["Location"]) == (303, door + "/code")
        self.drain()
        letter = [letter for letter in self.letters() if letter["Subject"] == "Your code"][-1]
        number = re.search(r"\b\d{6}\b", letter.get_body(("plain",)).get_content())[0]
        entered = self.post(door + "/code", number=f" {number[:3]} {number[3:]} ")
        assert entered.status_code == 303, entered.text
        return entered.headers["Location"]


def later(monkeypatch, **ahead):
    real = clock._read
    monkeypatch.setattr(clock, "_read", lambda: real() + timedelta(**ahead))


def on(monkeypatch, day):
    monkeypatch.setattr(clock, "_read", lambda: datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def test_two_years_after_the_link_expired_she_still_takes_it_back(story, monkeypatch):
    """WDR-02, SIG-04: nothing is shown without the code; one click ends one use, and the next decision is a no."""
    photo = story.scene()
    consent = story.sign(website=True, press=True)
    story.sign(story.daan, website=True, press=True)
    use = story.house.use("website")
    assert photo.clearance(use).allows
    receipt = next(
        letter for letter in story.letters() if "receipt" in letter.get_body(("plain",)).get_content()
    )
    assert my_page.link(story.noor) in receipt.get_body(("plain",)).get_content()

    later(monkeypatch, days=700)
    door = "/my/" + my_page.token(story.noor)
    shown = story.phone.get(door)
    assert "Noor" not in shown.text
    assert "noor@" not in shown.text
    here = story.enter()
    page = story.phone.get(here)
    assert page.status_code == 200
    assert page.headers.get("Set-Cookie") is None
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == (
        "private, no-store",
        "no-referrer",
    )
    assert "Yes, until" in page.text

    assert story.phone.head(here).status_code == 200
    assert Withdrawal.select().count() == 0, "looking changes nothing"
    taken = story.post(here + "/withdrawal", here, use="website")
    assert taken.status_code == 303
    row = Withdrawal.get()
    assert (row.actor, row.means, row.line.use.code) == ("person", "my photos", "website")
    assert not photo.clearance(use).allows
    assert photo.clearance(story.house.use("press")).state != photo.clearance(use).state
    assert "No: taken back" in story.phone.get(here).text

    before = story.phone.get(here + "/withdrawal")
    assert "stays lawful" in before.text
    assert story.post(here + "/withdrawal", what="all").status_code == 303
    assert in_force(story.noor) == []
    story.drain()
    assert story.letters()[-1]["Subject"].startswith("You took back")
    assert verify().bad is None
    assert Consent.get_by_id(consent.id).lines.count() == 2, "the proof stays (WDR-06)"


def test_a_code_is_guessed_five_times_and_sent_five_times(story, monkeypatch):
    door = "/my/" + my_page.token(story.noor)
    seal = story.seal(door)
    assert story.phone.get(door + "/code").status_code == 410, "no code was sent yet"
    assert story.phone.post(door, data={"seal": seal}).status_code == 303
    right = Entry.get().number
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    answers = [
        story.phone.post(door + "/code", data={"seal": seal, "number": wrong}).status_code for _ in range(6)
    ]
    assert answers == [422] * 5 + [429]
    assert story.phone.post(door + "/code", data={"seal": seal, "number": right}).status_code == 429
    assert Entry.get().key is None
    sent = [story.phone.post(door, data={"seal": seal}).status_code for _ in range(5)]
    assert sent == [303] * 4 + [429]
    assert Entry.select().count() == 5
    later(monkeypatch, minutes=61)
    assert story.phone.post(door, data={"seal": story.seal(door)}).status_code == 303


def test_an_older_code_and_a_late_code_open_nothing(story, monkeypatch):
    first, second = Entry.send(story.noor), Entry.send(story.noor)
    with pytest.raises(Invalid):
        Entry.waiting(story.noor).confirm(first.number if first.number != second.number else "x")
    later(monkeypatch, minutes=10)
    with pytest.raises(Gone):
        Entry.waiting(story.noor)


def test_a_code_opens_once_and_leaves_no_number_behind(story):
    sent = Entry.send(story.noor)
    number = sent.number
    key = Entry.waiting(story.noor).confirm(number)
    assert Entry.living(story.noor, key).sealed is None
    assert key not in str(Entry.select().dicts().get())
    with pytest.raises(TooMany):
        sent.confirm(number)
    with pytest.raises(Gone):
        Entry.waiting(story.noor)
    story.drain()
    assert Notice.get(Notice.kind == NoticeKind.MY_CODE).failed_at is not None, "a spent number is not mailed"


def test_the_page_closes_when_idle_when_old_and_by_its_button(story, monkeypatch):
    here = story.enter()
    assert story.post(here + "/end", here).status_code == 303
    assert story.phone.get(here).status_code == 410
    here = story.enter()
    real = clock._read
    for minutes in (29, 58, 87, 116):
        monkeypatch.setattr(clock, "_read", lambda m=minutes: real() + timedelta(minutes=m))
        assert story.phone.get(here).status_code == 200, minutes
    monkeypatch.setattr(clock, "_read", lambda: real() + timedelta(minutes=121))
    assert story.phone.get(here).status_code == 410, "two hours in all"
    monkeypatch.setattr(clock, "_read", real)
    other = story.enter()
    monkeypatch.setattr(clock, "_read", lambda: real() + timedelta(minutes=31))
    assert story.phone.get(other).status_code == 410, "half an hour without a look"
    monkeypatch.setattr(clock, "_read", lambda: real() + timedelta(days=2))
    endings.sweep()
    assert Entry.select().count() == 0


def test_another_key_or_link_shows_nothing(story):
    photo = story.scene()
    consent = story.sign(story.daan, website=True)
    key = story.enter().rsplit("/", 1)[1]
    hers, his = my_page.token(story.noor), my_page.token(story.daan)
    for address in (f"/my/{his}/{key}", f"/my/{his}/{key}/photos/{photo.code}", f"/my/{hers}/{'x' * 43}"):
        assert story.phone.get(address).status_code == 410, address
    assert story.phone.get(f"/my/{hers}/{key}/receipts/{consent.code}").status_code == 404
    name, _, mac = hers.partition(".")
    other = "p" + story.daan.code
    for forged in (
        f"{other}.{mac}",
        f"g{name[1:]}.{mac}",
        name,
        f"{name}.",
        "." + mac,
        f"{hers}x",
        "é.ü",
        "x" * 5000,
    ):
        assert story.phone.get(f"/my/{forged}").status_code in (404, 410), forged
    stolen = story.seal(f"/my/{hers}/{key}")
    answer = story.phone.post(f"/my/{his}", data={"seal": stolen})
    assert (answer.status_code, Entry.select().count()) == (410, 1)


def test_others_are_covered_and_their_names_appear_nowhere(story):
    """RED-01: the other face's pixels are solid, her own stay, and neither page nor headers name anyone else."""
    photo = story.scene()
    story.sign(website=True)
    story.sign(story.daan, website=True)
    delivery = Delivery.issue(photo, story.house.use("website"), to="Daan Quillfeather", by=story.editor)
    Publication.record(delivery, url="https://clearframe.example/spring", by=story.editor)
    here = story.enter()
    page = story.phone.get(here)
    answer = story.phone.get(f"{here}/photos/{photo.code}")
    for shown in (page, answer, story.phone.get(here + "/photos")):
        said = (shown.text if shown.mimetype == "text/html" else "") + str(shown.headers)
        assert [word for word in ("Daan", "Quillfeather", "Eva Editor", "Birthday") if word in said] == []
    assert "https://clearframe.example/spring" in page.text
    assert "Handed out for Website" in page.text
    assert answer.data == masking.for_person(photo, story.noor)

    covered = Image.open(io.BytesIO(answer.data)).convert("RGB")
    whole = Image.open(io.BytesIO(photo.preview(800))).convert("RGB")
    assert covered.size == whole.size
    hers, his = photo.faces.order_by(Face.left)
    assert colours(covered, his) < 40 < colours(whole, his)
    assert colours(covered, hers) > 200
    assert difference(covered, whole, hers) < 6 < difference(covered, whole, his)


def box(image, face):
    width, height = image.size
    left, top = face.left * width, face.top * height
    return image.crop((int(left), int(top), int(left + face.width * width), int(top + face.height * height)))


def colours(image, face):
    return len(set(box(image, face).get_flattened_data()))


def difference(one, other, face):
    pairs = zip(box(one, face).get_flattened_data(), box(other, face).get_flattened_data(), strict=True)
    gaps = [abs(a - b) for left, right in pairs for a, b in zip(left, right, strict=True)]
    return sum(gaps) / len(gaps)


def test_a_photo_nobody_checked_is_listed_but_not_shown(story):
    photo = story.scene()
    photo.unreview(by=story.editor)
    here = story.enter()
    page = story.phone.get(here)
    assert "Somebody still has to check" in page.text
    assert "<img" not in page.text
    assert story.phone.get(f"{here}/photos/{photo.code}").status_code == 409
    Appearance.update(undone_at=clock.now()).where(Appearance.person == story.noor).execute()
    assert story.phone.get(f"{here}/photos/{photo.code}").status_code == 404


def test_say_yes_again_in_spite_of_the_pause(story):
    """T3: six months' pause binds the organisation, not her; a yes is signed like any other."""
    story.sign(website=False)
    assert request_is_refused(story)
    here = story.enter()
    asked = story.post(here + "/request", here, use="website")
    assert asked.status_code == 303
    sign = asked.headers["Location"]
    assert story.post(here + "/request", here, use="website").headers["Location"] == sign, (
        "one request, not two"
    )
    signed = story.post(sign, **{"use-website": "yes", "signer": "Noor Voorbeeld"})
    assert signed.status_code == 303
    assert my_page.token(story.noor) in story.phone.get(signed.headers["Location"]).text
    assert "Yes, until" in story.phone.get(here).text
    assert story.post(here + "/request", here, use="nonsense").status_code == 422
    assert Request.select().where(Request.by.is_null()).count() == 1


def test_who_depends_on_us_says_yes_only_after_an_attested_question(story):
    """EMP-01: her own page offers no way around the word that her choice is free; taking back needs none."""
    staff = story.house.person(
        "Bo Voorbeeld", by=story.editor, email="bo@people.example", relation="employee"
    )
    assert not my_page.may_give(staff)
    with pytest.raises(Refusal):
        my_page.ask_anew(staff, "website")
    Request.ask(
        [staff],
        [story.house.use("press")],
        Wording.current()[0],
        by=story.editor,
        way=Way.LINK,
        attested=True,
    )
    assert my_page.ask_anew(staff, "website").attested_by == story.editor


def request_is_refused(story):
    with pytest.raises(Refusal):
        story.sign(website=False)
    return True


def test_recognition_is_a_row_of_its_own(story):
    asked = Request.ask(
        [story.noor], [story.house.use("website")], Wording.current()[0], by=story.editor, way=Way.LINK, ask_recognition=True
    )[0]  # fmt: skip
    Consent.sign(asked, Choice({"website": True}, True), signer="Noor Voorbeeld", steps={})
    here = story.enter()
    assert my_page.choices(story.noor)[-1].state == "given"
    assert story.post(here + "/withdrawal", here, what="recognition").status_code == 303
    assert [line.about for line in in_force(story.noor)] == [About.USE]
    assert my_page.choices(story.noor)[-1].state == "withdrawn"


def test_receipts_as_paper_and_as_data(story):
    consent = story.sign(website=True)
    here = story.enter()
    paper = story.phone.get(f"{here}/receipts/{consent.code}")
    assert (paper.mimetype, paper.data[:5]) == ("application/pdf", b"%PDF-")
    data = story.phone.get(f"{here}/receipts/{consent.code}/data")
    assert data.get_json()["record_id"] == consent.code


@pytest.mark.parametrize(
    ("country", "born", "last", "first"),
    [("NL", date(2012, 5, 4), date(2028, 5, 3), date(2028, 5, 4)), ("BE", date(2012, 2, 29), date(2030, 2, 28), date(2030, 3, 1))],
    ids=["a birthday", "29 February"],
)  # fmt: skip
def test_a_guardian_is_locked_out_on_the_birthday(story, monkeypatch, country, born, last, first):
    """MIN-08: until the day before, the guardian sees and decides; from the birthday on, 403 and not a name."""
    Setting.put("country", country)
    child = story.noor
    child.change(name=child.name, email="", born=born, relation="pupil", locale="en", by=story.editor)
    mother = child.add_guardian(name="Gijsje Voorbeeld", email="gijsje@people.example", by=story.editor)
    father = child.add_guardian(name="Wouter Elders", email="wouter@people.example", by=story.editor)
    on(monkeypatch, last)
    child = type(child).get_by_id(child.id)
    assert child.of_age_on() == first
    story.sign(child, mother, website=True)
    here = story.enter(mother)
    page = story.phone.get(here)
    assert "Photos of Noor Voorbeeld" in page.text
    assert "Wouter" not in page.text
    assert list(my_page.receipts(father)) == []
    asked = story.post(here + "/request", here, use="press")
    assert Request.get(Request.by.is_null()).guardian == mother
    assert asked.status_code == 303
    assert story.post(here + "/withdrawal", here, use="website").status_code == 303
    assert (Withdrawal.get().actor, Withdrawal.get().guardian) == ("guardian", mother)
    on(monkeypatch, first)
    for address in (here, "/my/" + my_page.token(mother), "/my/" + my_page.token(mother) + "/code"):
        locked = story.phone.get(address)
        assert (locked.status_code, "Noor" in locked.text) == (403, False)


def test_the_second_guardian_says_yes_in_her_own_name(story):
    child = story.house.person("Bo Voorbeeld", by=story.editor, born=date(clock.now().year - 9, 1, 1))
    child.add_guardian(name="Gijsje Voorbeeld", email="gijsje@people.example", by=story.editor)
    second = child.add_guardian(name="Wouter Elders", email="wouter@people.example", by=story.editor)
    assert my_page.ask_anew(second, "website").guardian == second


def test_a_minor_takes_back_but_does_not_give(story):
    """MIN-05: at any age, at once."""
    child = story.house.person(
        "Bo Voorbeeld", by=story.editor, email="bo@people.example", born=date(clock.now().year - 9, 1, 1)
    )
    mother = child.add_guardian(name="Gijsje Voorbeeld", email="gijsje@people.example", by=story.editor)
    story.sign(child, mother, website=True)
    here = story.enter(child)
    assert "Say yes" not in story.phone.get(here).text
    assert story.post(here + "/request", here, use="press").status_code == 403
    with pytest.raises(NotAllowed):
        my_page.ask_anew(child, "press")
    assert story.post(here + "/withdrawal", here, use="website").status_code == 303
    assert in_force(child) == []


def test_a_lost_link_is_mailed_and_nobody_learns_who_is_known(story):
    story.noor.add_guardian(
        name="Noor's partner", email="daan@people.example", by=story.editor, kind="relative"
    )
    known = story.post("/my", email=" Daan@People.example ")
    unknown = story.post("/my", email="nobody@people.example")
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert LinkWish.select().count() == 2, "the same work for both"
    story.drain()
    assert LinkWish.select().count() == 0
    written = [letter.get_body(("plain",)).get_content() for letter in story.letters()]
    assert [
        my_page.link(reader) in "".join(written) for reader in (story.daan, story.noor.speakers()[0])
    ] == [True, True]
    assert Notice.select().where(Notice.kind == NoticeKind.MY_LINK).count() == 2
    for _ in range(4):
        assert story.post("/my", email="daan@people.example").status_code == 303
    story.drain()
    assert Notice.select().where(Notice.kind == NoticeKind.MY_LINK).count() == 6, "three wishes an hour"
    assert story.post("/my", email="not an address").status_code == 422
    for number in range(14):
        assert story.post("/my", email=f"n{number}@people.example").status_code == 303
    assert story.post("/my", email="daan@people.example").status_code == 429
    assert "daan@" not in str(list(LinkWish.select().dicts()))


def test_without_an_address_the_page_says_how_else(story):
    lena = story.house.person("Lena Sample", by=story.editor)
    door = "/my/" + my_page.token(lena)
    assert "by letter, by telephone or in person" in story.phone.get(door).text
    with pytest.raises(Refusal):
        Entry.send(lena)


def test_a_word_to_the_privacy_officer(story):
    photo = story.scene()
    here = story.enter()
    assert story.post(here + "/inquiry", kind="other", words=" ").status_code == 422
    assert story.post(here + "/inquiry", kind="other", words="My name is Nora.").status_code == 303
    doubt = f"{here}/photos/{photo.code}/inquiry"
    for _ in range(2):
        assert story.post(doubt, here, kind="not-me").status_code == 303
    assert story.post(doubt, here, kind="access").status_code == 422
    assert [row.kind.value for row in Inquiry.select().order_by(Inquiry.id)] == ["other", "not-me"]
    story.drain()
    told = Notice.select().where(Notice.kind == NoticeKind.INQUIRY)
    assert [notice.user for notice in told] == [story.dpo, story.dpo]
    assert "Noor" not in "".join(str(notice.values) for notice in Notice.select())
    assert (
        Notice.select()
        .where(Notice.kind == NoticeKind.INQUIRY_RECEIVED, Notice.sent_at.is_null(False))
        .count()
        == 2
    )
    first = Inquiry.select().order_by(Inquiry.id).first()
    desk = Browser(story.web).log_in(story.dpo)
    assert "My name is Nora." in desk.get(f"/inquiries/{first.code}").text
    assert desk.post(f"/inquiries/{first.code}/answer", {"note": ""}).status_code == 422
    assert desk.post(f"/inquiries/{first.code}/answer", {"note": "Corrected."}).status_code == 303
    assert desk.post(f"/inquiries/{first.code}/answer", {"note": "Again."}).status_code == 409
    assert "Noor Voorbeeld" in desk.get("/inquiries?tab=answered").text
    assert Browser(story.web).log_in(story.editor).get("/inquiries").status_code == 403
    assert "Nora" not in "".join(line.facts or "" for line in Trace.select())


def test_so_many_words_a_day_and_so_long(story):
    for _ in range(20):
        Inquiry.make(story.noor, "other", "Please call me.")
    with pytest.raises(TooMany):
        Inquiry.make(story.noor, "other", "Please call me.")
    with pytest.raises(Invalid):
        Inquiry.make(story.noor, "other", "x" * 4001)


GARBAGE = ("", " ", "x" * 10_000, "🌷\u202e", "-1", "1e999", "9" * 400, "null", "..", "%s{0}", "０１２３４５")


def test_garbage_in_every_form_is_answered_in_words(story):
    photo = story.drawn()[0]
    here, door = story.enter(), "/my/" + my_page.token(story.noor)
    seals = {"/my": story.seal("/my"), door: story.seal(door), here: story.seal(here)}
    Entry.send(story.noor)
    forms = ["/my", door, door + "/code"] + [
        here + part
        for part in (
            "/withdrawal",
            "/request",
            "/inquiry",
            f"/photos/{photo.code}/inquiry",
            "/photos/x/inquiry",
        )
    ]
    for form in forms:
        seal = seals[here if form.startswith(here) else "/my" if form == "/my" else door]
        for junk in GARBAGE:
            fields = dict.fromkeys(("email", "number", "use", "what", "kind", "words"), junk)
            answer = story.phone.post(form, data={"seal": seal, **fields})
            assert answer.status_code in (303, 404, 409, 410, 422, 429), (form, junk[:9], answer.status_code)
            assert story.phone.post(form, data={**fields, "seal": junk}).status_code in (404, 410, 422), form
    for query in ("page=x", "page=-1", "page=999999999999999999999", "kind=%00", "lang=xx", "done=%F0%9F"):
        for part in ("", "/photos", "/inquiry", "/withdrawal"):
            assert story.phone.get(f"{here}{part}?{query}").status_code in (200, 400, 404), (part, query)
    assert Line.select().count() == 0


def test_one_photo_or_forty_cost_the_same_queries(story):
    story.drawn(1)
    here = story.enter()
    counts = []
    for more in (0, 39):
        story.drawn(more)
        for address in (here, here + "/photos"):
            story.phone.get(address)
            with count_queries() as counted:
                assert story.phone.get(address).status_code == 200
            counts.append(counted.count)
    assert counts[:2] == counts[2:]
    assert counts[:2] == [15, 9]
    page = story.phone.get(here).text
    assert page.count("<figure") == 24
    assert story.phone.get(here + "/photos?page=1").text.count("<figure") == 16
    assert story.phone.get(here + "/photos?page=2").status_code == 404


def test_the_link_needs_one_lookup_and_nothing_is_stored(story):
    token = my_page.token(story.noor)
    with count_queries() as counted:
        assert my_page.by_token(token) == story.noor
    assert counted.count == 2
    with count_queries() as counted, pytest.raises(Gone):
        my_page.by_token(token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert counted.count == 0, "a forged link never reaches the database"
    assert entry.person_of(story.noor) == story.noor
