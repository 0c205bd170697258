"""From a refused download to a masked copy in use, with the real recogniser and the bytes that leave (issue part 6; RED-01, RED-02, MET-09)."""

from __future__ import annotations

import re
import subprocess

import pytest

from adapters import imaging, recognition
from adapters.kinds import JPEG
from models import copies, faces, masking
from models.base import tools
from models.consent import Consent, withdraw
from models.copy import Copy
from models.delivery import Delivery
from models.face import Face
from models.gather import today
from models.photo import Photo
from models.request import Choice, Request, Way
from models.token import ApiToken
from models.trail import Trace, verify
from models.wording import Wording
from tests import people
from tests.makers import Browser

pytestmark = pytest.mark.both_engines

NOOR, DAAN, AMINA = 0, 1, 2
NAMES = {NOOR: "Noor Voorbeeld", DAAN: "Daan Demo", AMINA: "Amina Sample"}


class Shoot:
    """Three drawn people in one photo whose file tells much; Daan said no to the website."""

    def __init__(self, house, drain, folder):
        self.house, self.drain = house, drain
        self.editor, self.use = house.user("editor"), house.use()
        self.data = self._with_secrets(people.scene((NOOR, DAAN, AMINA), seed=3), folder)
        taken = house.photo(
            house.album(by=self.editor), by=self.editor, data=self.data, name="Daan Demo at work.jpg"
        )
        drain()
        self.photo = Photo.get_by_id(taken.id)
        boxes = list(self.photo.faces.order_by(Face.left))
        assert len(boxes) == 3, "the real recogniser finds all three"
        self.people = [self._name(box, who) for box, who in zip(boxes, NAMES, strict=True)]
        self.photo.review(by=self.editor)

    def _with_secrets(self, data, folder):
        """A thumbnail that shows everyone, a region that names Daan, a caption, a place."""
        path, small = folder / "shot.jpg", folder / "small.jpg"
        path.write_bytes(data)
        small.write_bytes(imaging.render(tools.sandbox, data, JPEG, longest=160).data)
        region = "{AppliedToDimensions={W=1800,H=1200,Unit=pixel},RegionList=[{Area={X=.5,Y=.4,W=.1,H=.1,Unit=normalized},Name=Daan Demo,Type=Face}]}"
        subprocess.run(
            ["exiftool", "-q", "-overwrite_original", f"-ThumbnailImage<={small}", "-GPSLatitude=52.1", "-GPSLongitude=5.1",
             "-XMP-dc:Description=Daan Demo at work", "-IPTC:Caption-Abstract=Daan Demo", f"-XMP-mwg-rs:RegionInfo={region}",
             "-XMP-iptcExt:PersonInImage=Daan Demo", "-EXIF:SerialNumber=777", path],
            check=True,
        )  # fmt: skip
        return path.read_bytes()

    def _name(self, box, who):
        person = self.house.person(NAMES[who], by=self.editor, email=f"p{who}@people.example")
        faces.name(box, person, by=self.editor)
        asked = Request.ask([person], [self.use], Wording.current()[0], by=self.editor, way=Way.LINK)[0]
        Consent.sign(asked, Choice({"website": who != DAAN}, None), signer=person.name, steps={})
        return person


@pytest.fixture
def shoot(house, drain, tmp_path):
    return Shoot(house, drain, tmp_path)


def test_from_a_refusal_to_a_copy_without_daan(shoot, web, tmp_path):
    desk, photo = Browser(web).log_in(shoot.editor), shoot.photo
    order = {"use": "website", "recipient": "Web team", "rendition": "web"}
    refused = desk.post(f"/photos/{photo.code}/deliveries", order)
    assert refused.status_code == 409
    assert "Use a copy without Daan" in refused.text

    made = desk.post(f"/photos/{photo.code}/copies", {"use": "website", "offered": "1"})
    assert made.status_code == 303
    page = made.headers["Location"]
    assert "being made" in desk.get(page).text
    shoot.drain()
    early = desk.post(f"/photos/{photo.code}/deliveries", {**order, "copy": page.rsplit("/", 1)[1]})
    assert (early.status_code, "look at this copy" in early.text) == (409, True)
    shown = desk.get(page)
    look = re.search(r'name="look" value="(\w+)"', shown.text)[1]
    preview = desk.get(f"{page}/preview/1600")
    assert preview.headers["Cache-Control"] == "private, max-age=300"
    assert desk.post(f"{page}/check", {"look": look}).status_code == 303

    copy = Copy.get()
    issued = desk.post(f"/photos/{photo.code}/deliveries", {**order, "copy": copy.code})
    answer = desk.get(issued.headers["Location"] + "/file")
    told = _told(answer.data, tmp_path)
    assert "humanEdits" in told["DigitalSourceType"]
    assert told["ModelReleaseStatus"].endswith("MR-LMR"), "two people can still be recognised"
    assert not [
        tag for tag in told if re.search("Thumb|Preview|GPS|Serial|Region|PersonInImage|MPF|JFIFThumb", tag)
    ]
    assert not any("Daan" in str(value) or "Demo" in str(value) for value in told.values())
    assert b"Daan" not in answer.data
    name = re.search("filename=(.+)", answer.headers["Content-Disposition"])[1]
    assert "aan" not in name
    assert answer.data.count(b"\xff\xd8\xff") == 1, "no second picture in the file"
    _nobody_but(shoot, answer.data, {NOOR, AMINA})
    assert bytes(tools.vault.read(photo.code, "original")) == shoot.data

    listed = desk.get(f"/photos/{photo.code}").text
    assert copy.code in listed
    assert "found good by" in listed
    check = told["WebStatement"].removeprefix("http://localhost")
    assert "may be used for: Website" in Browser(web).get(check).text
    withdraw(shoot.people[0], uses=None, recognition=False, actor="signer", means="link")
    assert "Please take it down" in Browser(web).get(check).text
    again = desk.post(f"/photos/{photo.code}/deliveries", {**order, "copy": copy.code})
    assert again.status_code == 409
    assert "Use a copy without Noor and Daan" in again.text
    assert verify().bad is None


def test_programs_name_a_copy_by_its_code(shoot, web):
    copy = copies.order(
        shoot.photo, shoot.use, faces=[list(shoot.photo.faces.order_by(Face.left))[1]], by=shoot.editor
    )
    shoot.drain()
    token = ApiToken.create_for(shoot.editor, ["read", "publish"], by="system")
    headers = {"Authorization": f"Bearer {token}"}
    client = web.test_client()
    body = {"photo": shoot.photo.code, "use": "website", "recipient": "CMS"}
    assert client.post("/api/v1/deliveries", json=body, headers=headers).status_code == 409
    unseen = client.post("/api/v1/deliveries", json={**body, "rendition": copy.code}, headers=headers)
    assert unseen.status_code == 409
    copies.approve(Copy.get(), look=copy.look, by=shoot.editor)
    answer = client.post("/api/v1/deliveries", json={**body, "rendition": copy.code}, headers=headers)
    assert (answer.status_code, answer.json["rendition"]) == (201, copy.code)
    file = client.get(answer.json["file"].removeprefix("http://localhost"))
    _nobody_but(shoot, file.data, {NOOR, AMINA})
    wrong = client.post("/api/v1/deliveries", json={**body, "rendition": "nonsense"}, headers=headers)
    assert (wrong.status_code, wrong.json["field"]) == (422, "rendition")
    shown = client.post(
        "/api/v1/publications",
        json={"delivery": answer.json["code"], "medium": "News", "from": today().isoformat()},
        headers=headers,
    )
    assert shown.status_code == 201
    assert Delivery.get().copy == copy


def test_everybody_but_one_at_any_size(shoot):
    """RED-01, RED-06: what a request hands out comes from the same place, as large as the original, and she stays visible."""
    whole = masking.all_but(shoot.photo, [shoot.people[0]])
    _nobody_but(shoot, whole, {NOOR})
    assert imaging.prepare(tools.sandbox, whole, JPEG, encode=False).width == shoot.photo.width
    _nobody_but(shoot, masking.for_person(shoot.photo, shoot.people[2]), {AMINA})
    _nobody_but(shoot, masking.all_but(shoot.photo, []), set())


def test_a_viewer_sees_no_names_and_no_buttons(shoot, web):
    copy = copies.order(shoot.photo, shoot.use, faces=list(shoot.photo.faces), by=shoot.editor)
    shoot.drain()
    viewer = Browser(web).log_in(shoot.house.user("viewer"))
    page = viewer.get(f"/copies/{copy.code}")
    assert page.status_code == 200
    assert "Amina" not in page.text
    assert "It is good" not in page.text
    assert viewer.post(f"/copies/{copy.code}/check", {"look": copy.look}).status_code == 403
    assert Trace.select().where(Trace.action == "copy.checked").count() == 0


def _told(data, folder):
    path = folder / "out.jpg"
    path.write_bytes(data)
    lines = subprocess.run(
        ["exiftool", "-s", "-n", "-a", path], capture_output=True, text=True, check=True
    ).stdout
    return dict(
        line.split(":", 1)
        for line in lines.replace(" : ", ":").splitlines()
        if not line.startswith("Directory")
    ) | {tag: value.strip() for tag, value in re.findall(r"^(\w+)\s*: (.*)$", lines, re.MULTILINE)}


def _nobody_but(shoot, data, shown):
    """The real detector and encoder find these of the cast in the bytes, and nobody within 0.6 of anyone else."""
    known = imaging.prepare(tools.sandbox, people.scene((NOOR, DAAN, AMINA), seed=3), JPEG, encode=True).faces
    prints = dict(
        zip(NAMES, (face.vector for face in sorted(known, key=lambda face: face.left)), strict=True)
    )
    found = imaging.prepare(tools.sandbox, data, JPEG, encode=True).faces
    near = {
        who
        for who, vector in prints.items()
        for face in found
        if recognition.distance(face.vector, vector) <= 0.5
    }
    assert (near, len(found)) == (shown, len(shown))
    for who in prints.keys() - shown:
        boxes = [face.box for face in sorted(known, key=lambda face: face.left)]
        there = imaging.encode_at(tools.sandbox, data, JPEG, [boxes[list(NAMES).index(who)]])[0].vector
        assert there is None or recognition.distance(there, prints[who]) > 0.6
