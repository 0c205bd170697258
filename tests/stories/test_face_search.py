"""One search by the face of who asks: her yes alone opens it, and with its end everything of it is gone (DSR-11, BIO-04, BIO-07)."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from adapters import recognition as recogniser
from adapters import seal
from adapters.keys import derive
from adapters.sandbox import Sandbox
from models import (
    claim_desk,
    face_looking,
    face_search,
    faceprints,
    looking_for,
    recognition,
    scrub,
    search_report,
)
from models.album import Album, Mode
from models.base import db, tools
from models.circumstance import Circumstance
from models.claim import Channel, Claim, Identity
from models.errors import Gone, Invalid, Refusal
from models.face import Face, Faceprint, Match
from models.face_search import FaceSearch
from models.gather import today
from models.job import Job
from models.may_search import WHY, Why, why_not
from models.person import Person
from models.search_of_claim import Found, Way
from models.trail import Trace, verify
from tests import memory, people, remains
from tests.makers import Browser

NOOR, DAAN, AMINA = 0, 1, 2
WEIGHED = dict.fromkeys(recognition.QUESTIONS, "Because this is a test of the first steps.")
LETTER = "Signed letter of today in folder 12; her second sentence says yes to a search by her face."


@pytest.fixture
def desk(house, web, drain):
    return Desk(house, web, drain)


class Desk:
    """A request by Noor, who is in two photos that nobody has named, one of them beside Daan; Amina is alone in a third."""

    def __init__(self, house, web, drain):
        self.house, self.web, self.drain = house, web, drain
        self.dpo, self.editor = house.user("dpo"), house.user("editor")
        self.album = house.album("Open day", by=self.editor)
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        self.claim = Claim.receive(
            "access", Channel.MAIL, actor=self.dpo, name="Noor Voorbeeld", email="noor@people.example", person=self.noor,
            identity=Identity.ATTESTED,
        )  # fmt: skip

    def photos(self):
        """Taken in before anything is compared: hers, hers beside somebody, somebody else's."""
        made = [self.house.photo(self.album, by=self.editor, data=people.scene(cast, seed=seed))
                for cast, seed in (((NOOR,), 5), ((DAAN, NOOR), 8), ((AMINA,), 3))]  # fmt: skip
        self.drain()
        return made

    def weigh(self, mode=Mode.TRANSIENT, **more):
        recognition.switch_on(mode, WEIGHED, today() + timedelta(days=200), by=self.dpo, **more)

    def agreed(self):
        return FaceSearch.agree(self.claim, actor=self.dpo, locale="en", letter_on=today(), evidence=LETTER)

    def given(self, *cast):
        search = self.agreed()
        search.give([io.BytesIO(people.portrait(who)) for who in cast or (NOOR,)], actor=self.dpo)
        return search

    def ways(self):
        return {row.photo_id: row.ways for row in Found.select().where(Found.claim == self.claim)}

    def bare(self, search):
        """Whether no key, no byte and no queue of a search is left."""
        search = FaceSearch.get_by_id(search.id)
        ids = (search.vault_id, search.numbers_id)
        assert [id for id in tools.keys.ids("object") if id.startswith("face-")] == []
        assert [name for id in ids for name in tools.vault.storage.names(tools.vault._folder(id) + "/")] == []
        assert list((self.house.config.data / "vault" / "staging").iterdir()) == []
        assert Job.waiting().where(Job.kind.in_((face_search.JOB, face_search.MEASURE))).count() == 0


@pytest.mark.both_engines
def test_her_face_is_found_and_a_human_decides(desk):
    """DSR-11: proposed, ranked, confirmed or rejected; of strangers nothing stays, and of her nothing once it is answered."""
    hers, beside, other = desk.photos()
    desk.weigh()
    search = desk.given(NOOR)
    assert people.portrait(NOOR)[:64] not in b"".join(remains.stored(search.vault_id)), (
        "encrypted as it arrived"
    )
    desk.drain()
    search = FaceSearch.get_by_id(search.id)
    assert (search.stage, search.total, search.seen, search.compared, search.proposed) == ("done", 3, 3, 4, 3)
    proposed = {photo.id: [Way.FACE] for photo in (hers, beside, other)}
    assert desk.ways() == proposed, "drawn strangers are alike: only ranked"
    assert Found.get(Found.photo == beside.id).face == max(beside.faces, key=lambda face: face.left)
    assert (Faceprint.select().count(), Match.select().count(), hers.appearances.count()) == (0, 0, 0)
    assert not tools.keys.has("object", search.numbers_id), "the numbers go as soon as the search is done"
    for of, whose in ((other, "a stranger"), (hers, "herself")):
        (vector,) = faceprints.encoded(of, list(of.faces))
        needle, look = bytes(vector[64:128]), memory.Trail.of(vector)
        assert look.count() == 0, f"numbers of {whose} are left in the worker"
        if remains.can_read_engine():
            assert remains.places(desk.house.config, {whose: [needle]}) == {}
    assert search.picture(1)[:2] == b"\xff\xd8"
    looking_for.look(desk.claim, by=desk.dpo)
    assert desk.ways() == proposed, "looking once more keeps them"
    first, second, third = looking_for.listed(desk.claim)
    assert {first.photo, second.photo} == {hers, beside}
    assert first.distance <= second.distance < recogniser.LIKELY < third.distance <= recogniser.SEARCH
    looking_for.say(desk.claim, [first.code], hers=True, by=desk.dpo)
    looking_for.say(desk.claim, [third.code], hers=False, by=desk.dpo)
    claim_desk.answer(Claim.get_by_id(desk.claim.id), "refused", "This test ends here.", by=desk.dpo)
    desk.drain()
    desk.bare(search)
    row = Found.get()
    assert (row.photo_id, row.ways, row.face, row.distance) == (first.photo_id, [Way.FACE], None, None)
    steps = [line.action for line in Trace.select().where(Trace.code == desk.claim.code).order_by(Trace.seq)]
    assert [step for step in steps if "face" in step] == [
        "claim.face-agreed", "claim.face-given", "claim.face-measured", "claim.face-ended",
    ]  # fmt: skip
    assert verify().bad is None


@pytest.mark.both_engines
@pytest.mark.parametrize("when", ["waiting", "searching", "done"])
def test_taking_it_back_leaves_nothing(desk, when):
    """BIO-07: keys in the act, bytes by the job: searched for in files, rows, pages, log and queue."""
    desk.photos()
    desk.weigh()
    search = desk.given(NOOR)
    picture, markers = people.portrait(NOOR), {}
    markers["picture"] = remains.windows(picture)
    if when != "waiting":
        face_looking.measure(search.id)
        sealed = tools.vault.read(search.numbers_id, face_search.NUMBERS)
        key = derive(tools.keys.get("object", search.numbers_id), face_search.NUMBERS)
        numbers = seal.decrypt_into(key, sealed, face_looking._aad(search))
        markers["numbers"] = [bytes(numbers[64:128])]
        markers["sealed"] = [sealed[64:128]]
        markers["key"] = [remains.wrapped_key(desk.house.config, "object", search.numbers_id)]
    assert not scrub.scrub().findings, "what lies there is known to the nightly scrub"
    markers["stored"] = [piece[40:104] for piece in remains.stored(FaceSearch.get_by_id(search.id).vault_id)]
    markers["picture's key"] = [
        remains.wrapped_key(desk.house.config, "object", FaceSearch.get_by_id(search.id).vault_id)
    ]
    if when == "done":
        desk.drain()
        assert Found.select().count() == 3
        looking_for.say(desk.claim, [Found.select().first().code], hers=True, by=desk.dpo)
    FaceSearch.get_by_id(search.id).withdraw(actor="person")
    assert not [id for id in tools.keys.ids("object") if id.startswith("face-")]
    assert Found.select().count() == 0, "what her face alone found goes, whatever was said of it"
    desk.drain()
    desk.bare(search)
    if remains.can_read_engine():
        assert remains.places(desk.house.config, markers) == {}
    with pytest.raises(Refusal):
        FaceSearch.get_by_id(search.id).withdraw(actor="person")


def test_who_takes_it_back_while_the_recogniser_works_is_forgotten(desk):
    """The yes is asked for again in the transaction that would write, at the picture and at each photo."""
    desk.photos()
    desk.weigh()
    child = tools.sandbox

    class Slow(Sandbox):
        """The same child; she takes her yes back while it measures."""

        def call(self, name, arguments, blocks=()):
            if name == "encode":
                open_ = FaceSearch.get()
                if open_.withdrawn_at is None:
                    open_.withdraw(actor="person")
            return child.call(name, arguments, blocks)

    for step in ("picture", "photo"):
        search = desk.given(NOOR)
        if step == "photo":
            face_looking.measure(search.id)
        FaceSearch.update(withdrawn_at=None).where(FaceSearch.id == search.id).execute()
        FaceSearch.delete().where(FaceSearch.id != search.id).execute()
        with db.atomic():
            Job.drop(face_search.MEASURE)
        tools._wired.sandbox = Slow()
        face_looking.measure(search.id) if step == "picture" else face_looking.work_on(search.id)
        tools._wired.sandbox = child
        assert FaceSearch.get_by_id(search.id).stage == "withdrawn"
        assert Found.select().count() == 0
        desk.drain()
        desk.bare(search)


def test_where_it_may_not_be_made_the_reason_is_said(desk):
    """BIO-01, BIO-09, BIO-13: the same conditions as for comparing at all, and her own; each with what to do next."""
    claim = desk.claim

    def why():
        return why_not(Claim.get_by_id(claim.id))

    assert why() is Why.OFF
    with pytest.raises(Refusal, match="Recognition is off"):
        desk.agreed()
    desk.weigh(Mode.ROSTER)
    assert why() is Why.NOWHERE, "nobody attested this album"
    desk.weigh(covers=recognition.Covers(frozenset({"pupil"}), frozenset(recognition.purposes())))
    assert why() is Why.KIND
    desk.weigh()
    assert why() is None
    Album.update(mode=Mode.OFF).execute()
    assert why() is Why.NOWHERE
    Album.update(mode=None).execute()
    Person.update(born=today() - timedelta(days=365 * 9)).execute()
    assert why() is Why.CHILD
    Person.update(born=None).execute()
    row = Circumstance.record(desk.noor, "unrecognised", by=desk.dpo)
    assert why() is Why.BARRED
    row.end(by=desk.dpo, note="She wants it again, by mail of today.")
    for column, value, expected in (("identity", Identity.OPEN, Why.IDENTITY), ("capacity", "representative", Why.SPEAKER), ("person", None, Why.NOBODY)):  # fmt: skip
        before = getattr(Claim.get_by_id(claim.id), column)
        Claim.update({column: value}).execute()
        assert why() is expected
        Claim.update({column: before}).execute()
    assert set(WHY) == set(Why)


def test_a_yes_by_letter_has_its_day_and_its_place(desk):
    desk.weigh()
    for wrong in ({"letter_on": None}, {"letter_on": today() + timedelta(days=1)}, {"evidence": "a letter"}):
        with pytest.raises(Invalid):
            FaceSearch.agree(
                desk.claim,
                actor=desk.dpo,
                locale="en",
                **({"letter_on": today(), "evidence": LETTER} | wrong),
            )
    search = desk.agreed()
    assert face_search.AGREE in search.statement
    with pytest.raises(Refusal):
        desk.agreed()


@pytest.mark.parametrize(
    ("drawn", "why"),
    [((lambda: people.scene((NOOR, DAAN), seed=1),), "several_faces"), ((lambda: people.portrait(NOOR), lambda: people.portrait(DAAN)), "not_alike")],
    ids=["two faces", "two people"],
)  # fmt: skip
def test_a_picture_that_does_not_do_goes_and_another_may_come(desk, drawn, why):
    desk.weigh()
    search = desk.agreed()
    search.give([io.BytesIO(each()) for each in drawn], actor=desk.dpo)
    desk.drain()
    search = FaceSearch.get_by_id(search.id)
    assert (search.stage, search.why, search.pictures) == ("agreed", why, 0)
    desk.bare(search)
    search.give([io.BytesIO(people.portrait(NOOR))], actor=desk.dpo)
    desk.drain()
    assert FaceSearch.get_by_id(search.id).stage == "done"
    with pytest.raises(Invalid):
        search.give([io.BytesIO(b"%PDF-1.7")], actor=desk.dpo)


@pytest.mark.both_engines
@pytest.mark.parametrize("end", ["off", "late", "closed", "person", "restored"])
def test_every_other_end_takes_it_all(desk, end, later):
    """BIO-07: recognition switched off, the days over, another person, a backup brought back, the request closed."""
    desk.photos()
    desk.weigh()
    search = desk.given(NOOR)
    face_looking.measure(search.id)
    if end == "off":
        recognition.switch_off(by=desk.dpo)
    elif end == "late":
        later(days=15)
        face_search.sweep()
    elif end == "person":
        claim_desk.point_to(desk.claim, desk.house.person("Noor Voorbeeld", by=desk.editor), by=desk.dpo)
    elif end == "restored":
        with db.atomic():
            face_search.end_all(face_search.Over.RESTORED)
    else:
        claim_desk.take_back(desk.claim, "She said so on the phone today.", by=desk.dpo)
    assert FaceSearch.get_by_id(search.id).stage == end
    desk.drain()
    desk.bare(search)
    assert Found.select().count() == 0


def test_it_goes_on_where_it_stood_and_behind_other_work(desk, monkeypatch):
    desk.photos()
    desk.weigh()
    search = desk.given(NOOR)
    face_looking.measure(search.id)
    monkeypatch.setattr(face_looking, "TURN", 0.0)
    face_looking.work_on(search.id)
    assert FaceSearch.get_by_id(search.id).seen == 0
    assert Job.waiting().where(Job.kind == face_search.JOB).count() == 1
    monkeypatch.setattr(face_looking, "TURN", 60.0)
    started = FaceSearch.get_by_id(search.id)
    newest = face_looking._next(started)
    FaceSearch.update(cursor=newest, seen=1).where(FaceSearch.id == search.id).execute()
    assert not face_looking._move(started, newest, []), "another worker moved it meanwhile"
    desk.drain()
    assert FaceSearch.get_by_id(search.id).seen == 3


def test_a_link_that_was_not_copied_whole_opens_nothing(desk):
    token = face_search.token_of(desk.claim)
    assert face_search.opened_by(token) == desk.claim
    for wrong in (token[:-1], desk.claim.code, "", token + "x"):
        with pytest.raises(Gone):
            face_search.opened_by(wrong)
    assert Browser(desk.web).client.get(f"/privacy/face/{token[:-1]}").status_code == 410


def test_she_says_yes_on_her_own_page_and_takes_it_back(desk):
    """BIO-03: a letter's link shows nothing, digits show who she is, a line of its own is ticked; the way back is on the same page."""
    desk.photos()
    office = Browser(desk.web).log_in(desk.dpo)
    page = f"/claims/{desk.claim.code}/finding"
    assert "Recognition is off here" in office.get(page).text
    assert office.post(f"{page}/face/letter").status_code == 409
    desk.weigh()
    assert "processing of their biometric data (Art. 9)" in office.get(page).text
    assert office.post(f"{page}/face/letter").status_code == 303
    desk.drain()
    letter = desk.house.letters()[-1].get_body(("plain",)).get_content()
    where = re.search(rf"{tools.base_url}(/privacy/face/\S+)", letter)[1]
    phone = Browser(desk.web).client

    def send(path, **typed):
        form = phone.get(path.rpartition("/")[0] if path.endswith(("pictures", "withdrawal")) else path).text
        return phone.post(path, data={"seal": re.search(r'name="seal" value="([^"]+)"', form)[1], **typed})

    assert "Noor" not in phone.get(where).text
    assert send(where).status_code == 303
    assert phone.get(f"{where}/no-such-key").status_code == 410
    desk.drain()
    inside = send(f"{where}/code", number=desk.claim.digits.get().number).location.partition("?")[0]
    assert all(words.split(":")[0] in phone.get(inside).text for words in face_search.TOLD[2:])
    assert (send(inside).status_code, FaceSearch.select().count()) == (422, 0)
    assert send(inside, agree="yes").status_code == 303
    assert send(f"{inside}/pictures").status_code == 422
    assert send(f"{inside}/pictures", pictures=(io.BytesIO(b"junk"), "me.jpg")).status_code == 422
    heavy = people.portrait(NOOR) + b"\0" * (3 << 20)  # as a phone takes them: more than a form may hold
    assert send_file(phone, inside, heavy).status_code == 303
    assert "looks at your pictures soon" in phone.get(inside).text
    desk.drain()
    assert "The search is done" in phone.get(inside).text
    shown = office.get(page).text
    assert "3 photos were looked at" in shown
    assert office.get(f"{page}/face/pictures/1").data[:2] == b"\xff\xd8"
    assert office.get(f"{page}/face/pictures/2").status_code == 404
    assert Browser(desk.web).log_in(desk.editor).get(f"{page}/face/pictures/1").status_code == 403
    assert send(f"{inside}/withdrawal").status_code == 303
    assert "You took your yes back" in phone.get(inside).text
    assert office.get(f"{page}/face/pictures/1").status_code == 404
    desk.drain()
    desk.bare(FaceSearch.get())
    assert (FaceSearch.get().means, FaceSearch.get().by) == ("page", None)


def send_file(phone, page, data):
    """Send a large picture as a browser does, from memory."""
    seal_there = re.search(r'name="seal" value="([^"]+)"', phone.get(page).text)[1]
    head = (
        f'--edge\r\nContent-Disposition: form-data; name="seal"\r\n\r\n{seal_there}\r\n'
        '--edge\r\nContent-Disposition: form-data; name="pictures"; filename="me.jpg"\r\n\r\n'
    )
    body = head.encode() + data + b"\r\n--edge--\r\n"
    return phone.post(f"{page}/pictures", data=body, content_type="multipart/form-data; boundary=edge")


def test_the_report_says_how_it_was_looked_for_and_what_could_not_be(desk):
    """DSR-11: done or not, why not, the method, how many photos and faces, and the limits; in every language."""
    report = search_report.of(desk.claim, "en")
    assert report.face == ["No search by face was made: faces are not compared with one another here."]
    desk.photos()
    desk.weigh()
    assert (
        search_report.of(desk.claim, "en")
        .face[0]
        .endswith("there was no yes to it from the person whose face it is.")
    )
    Face.update(pixels=20).where(Face.id == Face.select().order_by(Face.id).first().id).execute()
    search = desk.given(NOOR)
    desk.drain()
    looking_for.look(desk.claim, by=desk.dpo)
    looking_for.say(desk.claim, [looking_for.listed(desk.claim).first().code], hers=True, by=desk.dpo)
    report = search_report.of(desk.claim, "en")
    assert (
        "compared it once with 3 faces that nobody had named, in 2 photos. It proposed 2 photos"
        in report.face[0]
    )
    assert "confirmed 1." in report.face[0]
    assert report.face[1].startswith("1 faces without a name could not be compared")
    assert (report.unnamed, report.confirmed, len(report.stores)) == (4, 1, len(looking_for.stores.STORES))
    office = Browser(desk.web).log_in(desk.dpo)
    for lang in ("en", "nl", "de"):
        assert office.get(f"/claims/{desk.claim.code}/finding/report.pdf?lang={lang}").data.startswith(
            b"%PDF"
        )
    search.withdraw(actor="person")
    assert "taken back" in search_report.of(desk.claim, "en").face[0]
