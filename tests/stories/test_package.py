"""A package of access from the order to the take: every section, nobody else's face, nobody else's name (table 4.2, RED-01 to RED-06)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import zipfile
from datetime import timedelta

import pdfua
import pikepdf
import pytest
from PIL import Image

from adapters import imaging, recognition
from adapters.kinds import JPEG
from models import copies, erasure, package, package_facts, package_paper, package_pictures
from models.base import tools
from models.claim import Channel, Claim, Identity
from models.claim_letter import ClaimLetter, LetterKind
from models.consent import Consent, withdraw
from models.copy import Copy
from models.delivery import Delivery
from models.errors import Gone, Invalid, Refusal
from models.face import Face
from models.gather import today
from models.package import Package, Stage
from models.publication import Publication
from models.request import Choice, Request, Way
from models.trail import Trace, verify
from models.use import Use
from models.wording import Wording
from tests.makers import Browser
from tests.stories.test_masked_copies import DAAN, NOOR, Shoot

OTHERS = ("Daan", "Amina", "Sample", "Zeynep", "Fiktiv", "Ouderling")


class Scene(Shoot):
    """Noor among two others, whose names stand everywhere; one photo went out and was published."""

    def __init__(self, house, drain, folder):
        super().__init__(house, drain, folder)
        self.dpo = house.user("dpo", name="Odette Officer")
        drain()
        self.noor = self.people[NOOR]
        house.person("Zeynep Fiktiv", by=self.editor)
        self.people[DAAN].add_guardian(name="Greet Ouderling", email="greet@people.example", by=self.editor)
        self.photo.describe(
            {
                "title": "Noor with daan", "caption": "Noor Voorbeeld, D. Demo and Sample, Amina near Zeynep's stall",
                "tags": "amina, summer", "alt_text": "Daan laughs", "place": "Garden",
            },
            album=self.photo.album, by=self.editor,
        )  # fmt: skip

    def publish(self):
        """A copy without Daan goes out to somebody named, and is shown."""
        offered = copies.offer(self.photo, self.use)
        copies.order(self.photo, self.use, faces=offered.faces, by=self.editor)
        self.drain()
        copy = Copy.get()
        copies.approve(copy, look=copy.look, by=self.editor)
        delivery = Delivery.issue(
            self.photo,
            self.use,
            to="Drukkerij Voorbeeld BV",
            by=self.editor,
            until=today() + timedelta(days=30),
            copy=copy,
        )
        Publication.record(delivery, by=self.editor, url="https://www.facebook.com/clearframe-example/1")

    def claim(self, right="access", **more):
        return Claim.receive(
            right, Channel.MAIL, actor=self.dpo, name="Noor Voorbeeld", email="p0@people.example", person=self.noor,
            identity=Identity.CODE, **more,
        )  # fmt: skip

    def released(self, claim, kind="access"):
        package = Package.order(claim, kind, by=self.dpo)
        self.drain()
        package = Package.get_by_id(package.id)
        package.review(package.look, by=self.dpo)
        package.release(by=self.dpo)
        self.drain()
        return Package.get_by_id(package.id)


@pytest.fixture
def scene(house, drain, tmp_path):
    return Scene(house, drain, tmp_path)


def whole(package):
    """The bytes that are handed out, and the files in them."""
    size, pieces = package.take("zip", by="person")
    data = b"".join(pieces)
    assert (len(data), hashlib.sha256(data).hexdigest()) == (size, package.sha256)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def said(pdf):
    """The words of a PDF."""
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def unpacked(pdf):
    """Every stream and string of a PDF in the clear."""
    with pikepdf.open(io.BytesIO(pdf)) as paper:
        sink = io.BytesIO()
        paper.save(sink, stream_decode_level=pikepdf.StreamDecodeLevel.all, compress_streams=False,
                   object_stream_mode=pikepdf.ObjectStreamMode.disable)  # fmt: skip
    return sink.getvalue()


def test_from_the_order_to_the_take(scene, later):
    """DSR-21, RED-01 to RED-04: packed after a human's look, told by letter, gone after thirty days, each step in the trail."""
    scene.publish()
    claim = scene.claim()
    package = Package.order(claim, "access", by=scene.dpo)
    assert Package.order(claim, "access", by=scene.dpo) == package, "the one under way"
    with pytest.raises(Refusal):
        package.release(by=scene.dpo)
    scene.drain()
    package = Package.get_by_id(package.id)
    assert package.stage is Stage.REVIEW
    with pytest.raises(Refusal):
        package.release(by=scene.dpo)
    with pytest.raises(Refusal):
        package.review("another look", by=scene.dpo)
    package.review(package.look, by=scene.dpo)
    Package.get_by_id(package.id).release(by=scene.dpo)
    scene.drain()
    package = Package.get_by_id(package.id)
    letter = ClaimLetter.get(ClaimLetter.claim == claim, ClaimLetter.kind == LetterKind.PACKAGE)
    assert package.link in letter.words
    mail = scene.house.letters()[-1]
    assert [part.get_content_type() for part in mail.walk() if part.get_filename()] == [], (
        "never an attachment"
    )
    files = whole(package)
    assert {name.split("/")[0] for name in files} == {
        "README.txt", "access.pdf", "data.json", "evidence.json", "images.csv", "publications.csv", "recipients.csv",
        "access-log.csv", "consents", "images", "manifest.sha256",
    }  # fmt: skip
    for line in files["manifest.sha256"].decode().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert len(files["manifest.sha256"].splitlines()) == len(files) - 1
    seen = said(files["access.pdf"])
    assert "Drukkerij Voorbeeld BV" in seen
    assert "United States" in seen
    assert "Drukkerij Voorbeeld BV" in files["recipients.csv"].decode()
    everything = b"\0".join(
        [*files.values(), *(name.encode() for name in files), seen.encode(), unpacked(files["access.pdf"])]
    )
    assert {name: everything.lower().count(name.lower().encode()) for name in OTHERS} == dict.fromkeys(
        OTHERS, 0
    )
    assert b"Noor Voorbeeld" in everything
    for name in ("Eva Editor", "Odette"):
        assert name.encode() not in everything, "no colleague either"
    later(days=31)
    assert package.stage is Stage.GONE
    with pytest.raises(Gone):
        Package.open(package.token)
    assert Package.sweep() == 1
    assert not tools.vault.has(package.vault_id, "zip")
    acts = [
        row.action for row in Trace.select().where(Trace.action.startswith("package.")).order_by(Trace.seq)
    ]
    assert acts == [
        f"package.{act}"
        for act in ("ordered", "prepared", "reviewed", "released", "made", "taken", "deleted")
    ]
    assert verify().bad is None


def test_nobody_else_can_be_recognised_and_she_can(scene, tmp_path):
    """RED-01, RED-02, RED-03, RED-06: on the bytes that are handed out, by the real recogniser; an inverted mask would fail."""
    vectors = [
        imaging.encode_at(tools.sandbox, scene.data, JPEG, [face.box])[0].vector
        for face in scene.photo.faces.order_by(Face.left)
    ]
    boxes = [face.box for face in scene.photo.faces.order_by(Face.left)]
    files = whole(scene.released(scene.claim()))
    data = files[f"images/{scene.photo.code}.jpg"]
    known = [_who(data, box, vectors) for box in boxes]
    assert known == [NOOR, None, None]
    found = imaging.look_again(tools.sandbox, data, JPEG, scan_side=2000)
    assert len(found) == 1, "the detector sees her alone"
    with Image.open(io.BytesIO(data)) as picture:
        assert (dict(picture.getexif()), picture.info.get("exif"), picture.info.get("xmp")) == (
            {},
            None,
            None,
        )
        for box in boxes[1:]:
            left, top, width, height = box
            edges = (left, top, left + width, top + height)
            size = (picture.width, picture.height) * 2
            patch = picture.crop([round(edge * side) for edge, side in zip(edges, size, strict=True)])
            assert patch.convert("L").entropy() < 0.5, "filled, not blurred"
    assert data.count(b"\xff\xd8\xff") == 1, "no second picture in the file"
    (tmp_path / "copy.jpg").write_bytes(data)
    tags = subprocess.run(
        ["exiftool", "-j", "-G1", tmp_path / "copy.jpg"], capture_output=True, check=True
    ).stdout
    assert not re.search(rb"Thumb|XMP|IPTC|Region|GPS|C2PA|JUMBF", tags)
    with pikepdf.open(io.BytesIO(files["access.pdf"])) as paper:
        streams = [
            obj.read_raw_bytes() for obj in paper.objects
            if isinstance(obj, pikepdf.Stream) and obj.get("/Subtype") == "/Image"
        ]  # fmt: skip
    assert streams
    for stream in streams:
        assert [_who(stream, box, vectors) for box in boxes[1:]] == [None, None]
    inverted = imaging.masked(tools.sandbox, scene.data, JPEG, [boxes[NOOR]], longest=None).data
    assert [_who(inverted, box, vectors) for box in boxes] != known, "the test itself would notice"
    recognition.wipe(vectors)


def _who(data, box, vectors):
    """Whom the recogniser takes the face at a place for, or nobody."""
    look = imaging.encode_at(tools.sandbox, data, JPEG, [box])[0]
    if look.vector is None:
        return None
    near = [recognition.distance(look.vector, known) for known in vectors]
    return near.index(min(near)) if min(near) < recognition.POSSIBLE else None


def test_more_can_be_covered_and_somebody_unmasked_only_with_a_note(scene):
    """RED-05: there is no way to show another without a written weighing, and every change asks for another look."""
    package = Package.order(scene.claim(), "access", by=scene.dpo)
    scene.drain()
    package = Package.get_by_id(package.id)
    package.review(package.look, by=scene.dpo)
    picture = package_pictures.of_photo(package, scene.photo.code)
    assert (picture.own, picture.covered) == ("open", 2)
    daan = package_pictures.people_in(picture)[0]
    assert (daan.name, daan.agreed) == ("Daan Demo", False)
    with pytest.raises(Invalid):
        package_pictures.unmask(picture, daan.face, "she asked", by=scene.dpo)
    before = picture.sha256
    package_pictures.unmask(
        picture, daan.face, "He stood beside her on the stage and agreed on the telephone.", by=scene.dpo
    )
    package_pictures.cover(picture, [(0.0, 0.0, 0.2, 0.2)], by=scene.dpo)
    assert Package.get_by_id(package.id).stage is Stage.MAKING, "the word on the pictures counts no more"
    scene.drain()
    picture = package_pictures.of_photo(package, scene.photo.code)
    assert (picture.covered, picture.sha256 == before) == (2, False)
    package_pictures.mask_again(picture, daan.face, by=scene.dpo)
    package_pictures.uncover(picture, by=scene.dpo)
    scene.drain()
    assert package_pictures.of_photo(package, scene.photo.code).sha256 == before


def test_somebody_is_shown_on_a_line_of_their_own_as_long_as_it_stands(scene, web):
    """RED-05: a yes shows nobody by itself, needs no note, and a withdrawal covers them again before anything leaves."""
    names = {
        "name-en": "Copies for others",
        "about-en": "You can be seen in the copy that others in a photo ask for.",
    }
    question = Use.keep(
        None, {"channel": "disclosure", "reason": "People ask for copies.", **names}, by=scene.dpo
    )
    assert question not in Use.of_photos()
    daan, amina = scene.people[DAAN], scene.people[2]
    for person, yes in ((daan, True), (amina, False)):
        asked = Request.ask([person], [question], Wording.current()[0], by=scene.editor, way=Way.LINK)[0]
        Consent.sign(asked, Choice({question.code: yes}, None), signer=person.name, steps={})
    package = Package.order(scene.claim(), "access", by=scene.dpo)
    scene.drain()
    picture = package_pictures.of_photo(package, scene.photo.code)
    assert picture.covered == 2, "the default stays masked"
    his, hers = package_pictures.people_in(picture)
    assert (his.agreed, hers.agreed) == (True, False)
    with pytest.raises(Invalid):
        package_pictures.unmask(picture, hers.face, "", by=scene.dpo)
    desk, page = Browser(web).log_in(scene.dpo), f"/claims/{package.claim.code}/packages/{package.code}"
    assert "agreed to be seen" in desk.get(f"{page}/pictures/{scene.photo.code}").text
    answer = desk.post(f"{page}/pictures/{scene.photo.code}/unmaskings", {"face": his.face.code})
    assert answer.status_code == 303
    scene.drain()
    package = Package.get_by_id(package.id)
    assert package_pictures.of_photo(package, scene.photo.code).covered == 1
    package.review(package.look, by=scene.dpo)
    withdraw(daan, uses=[question.code], recognition=False, actor="person", means="link")
    Package.get_by_id(package.id).release(by=scene.dpo)
    scene.drain()
    assert package_pictures.of_photo(package, scene.photo.code).covered == 2
    assert Package.get_by_id(package.id).stage is Stage.REVIEW, "nothing was packed"
    assert "no longer agrees" in desk.get(f"{page}/pictures/{scene.photo.code}").text


def test_a_face_found_after_the_look_stops_the_packing(scene):
    """RED-01: what somebody looked at is what goes, or nothing goes."""
    package = Package.order(scene.claim(), "access", by=scene.dpo)
    scene.drain()
    package = Package.get_by_id(package.id)
    package.review(package.look, by=scene.dpo)
    Face.create(photo=scene.photo, left=0.02, top=0.02, width=0.05, height=0.05)
    package.release(by=scene.dpo)
    scene.drain()
    package = Package.get_by_id(package.id)
    assert (package.stage, package.made_at) == (Stage.REVIEW, None)
    assert package_pictures.of_photo(package, scene.photo.code).covered == 3
    assert not ClaimLetter.select().where(ClaimLetter.kind == LetterKind.PACKAGE).exists()


def test_an_erased_photo_or_person_takes_the_package_along(scene):
    """ERA-01: a package holds no photo that was erased; with her, it goes at once."""
    claim = scene.claim()
    package = scene.released(claim)
    erasure.erase_photo(scene.photo, by=scene.dpo)
    with pytest.raises(Gone):
        Package.open(package.token)
    assert Package.sweep() == 1
    assert not tools.keys.has("object", package.vault_id)
    again = scene.released(claim)
    erasure.erase_person(scene.noor, by=scene.dpo, why="request", keep_proof=False)
    assert not tools.keys.has("object", again.vault_id)


def test_the_paper_of_an_empty_person_says_so_in_every_section(house, drain):
    """DSR-20, DSR-22: ten sections, none left out, each with "none recorded"; tagged, titled, in her language."""
    dpo = house.user("dpo")
    person = house.person("Ilse Leeg", by=dpo, locale="nl")
    claim = Claim.receive(
        "access",
        Channel.LETTER,
        actor=dpo,
        name="Ilse Leeg",
        person=person,
        identity=Identity.ATTESTED,
        locale="en",
    )
    package = Package.order(claim, "access", by=dpo)
    drain()
    pdf = package_paper.make(Package.get_by_id(package.id), package_facts.of(package))
    words = " ".join(said(pdf).split())
    heads = ["Do we process", "What for", "Which kinds", "Who received", "How long", "Your rights", "Where you may", "Where it came",
             "Automated", "Countries outside"]  # fmt: skip
    places = [words.index(f"{number}. {head}") for number, head in enumerate(heads, 1)]
    assert places == sorted(places)
    assert words.count("none recorded") >= 9
    assert "We hold nothing about you but your entry and this request" in words
    assert "Autoriteit Persoonsgegevens" in words
    with pikepdf.open(io.BytesIO(pdf)) as paper:
        assert str(paper.Root.Lang) == "en"
        assert bool(paper.Root.MarkInfo.Marked)
        with paper.open_metadata() as meta:
            assert (meta["pdfuaid:part"], meta["dc:title"]) == ("1", f"Your data {package.code}")


def test_the_paper_of_a_seeded_person_fills_every_section(scene, tmp_path):
    """DSR-20, DSR-22: each cell from a record; the pictures have words beside them, and no rule of PDF/UA is broken."""
    scene.publish()
    files = whole(scene.released(scene.claim()))
    words = " ".join(said(files["access.pdf"]).split())
    consent = Consent.get(Consent.person == scene.noor)
    for part in (
        "Yes. We process data about you", "Art. 6(1)(a)", consent.code, "facial images (photos) 1", "Drukkerij Voorbeeld BV",
        "https://www.facebook.com", "thirty days after your last yes ends", "autoriteitpersoonsgegevens.nl", "uploaded by a colleague",
        "None under Article 22", "United States", "1 of 1, small",
    ):  # fmt: skip
        assert part in words, part
    assert "as long as necessary" not in words
    data = json.loads(files["data.json"])
    assert [row["until"] for row in data["images"]] == sorted(row["until"] for row in data["images"])
    assert (
        data["images"][0]["caption"]
        == "Noor Voorbeeld, [other person] and [other person] near [other person] stall"
    )
    assert (data["images"][0]["title"], data["images"][0]["name"]) == (
        "Noor with [other person]",
        "[other person] at work.jpg",
    )
    rows = list(csv.DictReader(io.StringIO(files["access-log.csv"].decode("utf-8-sig"))))
    assert {row["role"] for row in rows} <= {"editor", "dpo", "visitor", "dpo, editor"}
    (tmp_path / "access.pdf").write_bytes(files["access.pdf"])
    report = pdfua.validate(str(tmp_path / "access.pdf"))
    wrong = [finding for finding in report.findings if finding.severity.name in ("ERROR", "CRITICAL")]
    assert [f"{finding.rule_id} {finding.message}" for finding in wrong] == []


def test_the_door_asks_for_digits_and_closes(scene, web, later):
    """DSR-21: a link alone shows nothing; with the digits the files come, one person's, and each take leaves a trace."""
    package = scene.released(scene.claim())
    phone, path = Browser(web), package.link.removeprefix("http://localhost")
    door = phone.get(path).get_data(as_text=True)
    assert "Noor" not in door
    seal = re.search(r'name="seal" value="([^"]+)"', door)[1]
    sent = phone.client.post(path, data={"seal": seal})
    assert sent.status_code == 303
    scene.drain()
    number = re.search(r"\b\d{6}\b", scene.house.letters()[-1].get_body(("plain",)).get_content())[0]
    asked = phone.get(f"{path}/code").get_data(as_text=True)
    seal = re.search(r'name="seal" value="([^"]+)"', asked)[1]
    wrong = phone.client.post(f"{path}/code", data={"seal": seal, "number": "000000"})
    assert wrong.status_code == 422
    inside = phone.client.post(f"{path}/code", data={"seal": seal, "number": number}).headers["Location"]
    shown = phone.get(inside).get_data(as_text=True)
    assert "Take everything" in shown
    got = phone.get(inside.split("?")[0] + "/zip")
    assert (hashlib.sha256(got.data).hexdigest(), got.headers["Content-Length"]) == (
        package.sha256,
        str(package.size),
    )
    assert got.headers["Cache-Control"] == "private, no-store"
    assert phone.get(inside.split("?")[0] + "/pdf").data.startswith(b"%PDF")
    assert phone.get(f"{path}/{'x' * 43}/zip").status_code == 410
    assert Trace.select().where(Trace.action == "package.taken").count() == 2
    later(hours=2)
    assert phone.get(inside).status_code == 410
    later(days=31)
    assert phone.get(path).status_code == 410
    editor = Browser(web).log_in(scene.editor)
    assert editor.get(f"/claims/{package.claim.code}/packages").status_code == 403
    desk = Browser(web).log_in(scene.dpo)
    assert desk.get(f"/claims/{package.claim.code}/packages/{package.code}").status_code == 200


def test_work_that_breaks_off_goes_on_where_it_was(scene):
    """Each picture stays made, a half-written ZIP is written anew, and a second run changes nothing."""
    claim = scene.claim()
    made = Package.order(claim, "access", by=scene.dpo)
    scene.drain()
    made = Package.get_by_id(made.id)
    stamp = package_pictures.of_photo(made, scene.photo.code).made_at
    package.work_on(made.id)
    assert package_pictures.of_photo(made, scene.photo.code).made_at == stamp
    made.review(made.look, by=scene.dpo)
    Package.get_by_id(made.id).release(by=scene.dpo)
    with made.writing(b"%PDF half") as writer:
        writer.write(b"PK half")
    scene.drain()
    made = Package.get_by_id(made.id)
    files = whole(made)
    assert f"images/{scene.photo.code}.jpg" in files
    package.work_on(made.id)
    assert (
        ClaimLetter.select().where(ClaimLetter.claim == claim, ClaimLetter.kind == LetterKind.PACKAGE).count()
        == 1
    )
    assert Trace.select().where(Trace.action == "package.made").count() == 1
