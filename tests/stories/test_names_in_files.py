"""Names in files: claims until a human answers, written to copies only with a naming line, in any orientation (MET-05..07)."""

from __future__ import annotations

import io
import subprocess

import pytest
from PIL import Image

from adapters import metadata
from models import claims, faces
from models.consent import Consent, withdraw
from models.delivery import Delivery
from models.errors import Invalid
from models.face import Face
from models.photo import Photo
from models.reasons import Code
from models.request import Choice, Request, Way
from models.use import Channel, Use
from models.wording import Wording
from tests import people

CAST = {"Noor Voorbeeld": 0, "Daan Muster": 1, "Amina Sample": 2}
# What a camera held this way stores, so that a viewer who turns it sees the picture upright.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
}  # fmt: skip


class Scene:
    """Three drawn people, one of whom each form of metadata names."""

    def __init__(self, house, drain):
        self.house, self.drain = house, drain
        self.editor = house.user("editor")
        self.album = house.album(by=self.editor)
        self.naming = Use.keep(
            None, {"channel": "naming", "name-en": "Your name", "about-en": "We write your name with the photo.", "reason": "The board asked for it in March."}, by=house.user("dpo")
        )  # fmt: skip
        self.people = {name: house.person(name, by=self.editor) for name in CAST}

    def take(self, data):
        photo = self.house.photo(self.album, by=self.editor, data=data)
        self.drain()
        return Photo.get_by_id(photo.id)

    def sign(self, name, *uses):
        asked = Request.ask(
            [self.people[name]],
            [self.house.use(), self.naming],
            Wording.current()[0],
            by=self.editor,
            way=Way.LINK,
        )[0]
        Consent.sign(
            asked, Choice({use.code: use.code in uses for use in asked.uses()}, None), signer=name, steps={}
        )

    def deliver(self, photo, rendition="web"):
        issued = Delivery.issue(photo, self.house.use(), to="Gazette", by=self.editor, rendition=rendition)
        return issued.file(by=self.editor)


@pytest.fixture
def scene(house, drain):
    return Scene(house, drain)


def upright():
    return Image.open(io.BytesIO(people.scene(tuple(CAST.values()), seed=4)))


def tagged(picture, turn, regions):
    """The picture as stored by a camera held so, with a name in each of the three forms at its stored place."""
    stored = picture.transpose(STORED[turn]) if turn in STORED else picture
    out = io.BytesIO()
    stored.save(out, "JPEG", quality=92)
    with metadata.scratch(out.getvalue(), ".jpg") as path:
        subprocess.run(
            ["exiftool", "-q", "-overwrite_original", f"-EXIF:Orientation#={turn}", *regions, str(path)],
            check=True,
        )
        return path.read_bytes()


def stored_box(box, turn):
    """Where a place of the upright picture lies in the stored one: the pixels moved, not the rule under test."""
    mark = Image.new("L", (1000, 1000))
    left, top, width, height = (round(edge * 1000) for edge in box)
    mark.paste(255, (left, top, left + width, top + height))
    if turn in STORED:
        mark = mark.transpose(STORED[turn])
    left, top, right, bottom = (edge / 1000 for edge in mark.getbbox())
    return left, top, right - left, bottom - top


def three_forms(boxes, turn, size):
    """MWG names the first by its centre, Microsoft the second by fractions, IPTC the third by pixels."""
    (mwg, mp, iptc) = (stored_box(box, turn) for box in boxes)
    first, second, third = CAST
    x, y = mwg[0] + mwg[2] / 2, mwg[1] + mwg[3] / 2
    left, top, width, height = (round(edge * side) for edge, side in zip(iptc, size * 2, strict=True))
    area = f"{{X={x},Y={y},W={mwg[2]},H={mwg[3]},Unit=normalized}}"
    pet = "{Name=Rex,Type=Pet,Area={X=0.5,Y=0.5,W=0.1,H=0.1,Unit=normalized}}"
    applied = f"{{W={size[0]},H={size[1]},Unit=pixel}}"
    rectangle = "|, ".join(str(edge) for edge in mp)
    boundary = f"{{RbShape=rectangle,RbUnit=pixel,RbX={left},RbY={top},RbW={width},RbH={height}}}"
    return [
        f"-XMP-mwg-rs:RegionInfo={{AppliedToDimensions={applied},RegionList=[{{Name={first},Type=Face,Area={area}}},{pet}]}}",
        f"-XMP-MP:RegionInfoMP={{Regions=[{{PersonDisplayName={second},Rectangle={rectangle}}}]}}",
        f"-XMP-iptcExt:ImageRegion=[{{Name={third},RegionBoundary={boundary}}}]",
    ]


def boxes_in(copy):
    """The named places of a file in each form, as pixels of that file."""
    tags = metadata.read_card(copy)
    width, height = Image.open(io.BytesIO(copy)).size
    scale = (width, height, width, height)
    mwg = {
        item["Name"]: (a["X"] - a["W"] / 2, a["Y"] - a["H"] / 2, a["W"], a["H"])
        for item in tags["XMP-mwg-rs:RegionInfo"]["RegionList"] for a in [item["Area"]]
    }  # fmt: skip
    mp = {
        item["PersonDisplayName"]: tuple(map(float, item["Rectangle"].split(",")))
        for item in tags["XMP-MP:RegionInfoMP"]["Regions"]
    }
    iptc = {
        item["Name"]: tuple(item["RegionBoundary"][key] for key in ("RbX", "RbY", "RbW", "RbH"))
        for item in tags["XMP-iptcExt:ImageRegion"]
    }
    return [
        {
            name: tuple(edge * side for edge, side in zip(box, scale, strict=True))
            for name, box in form.items()
        }
        for form in (mwg, mp, iptc)
    ]


@pytest.fixture(scope="module")
def places():
    """Where the recogniser finds the three in the upright picture, left to right."""
    from adapters import imaging
    from adapters.kinds import JPEG
    from adapters.sandbox import Sandbox

    out = io.BytesIO()
    upright().save(out, "JPEG", quality=92)
    with Sandbox() as sandbox:
        found = imaging.prepare(sandbox, out.getvalue(), JPEG, encode=False).faces
    assert len(found) == 3
    return sorted((face.box for face in found), key=lambda box: box[0])


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_name_stands_at_its_face_and_leaves_with_it_within_a_pixel(scene, places, turn):
    picture = upright()
    size = picture.size if turn < 5 else picture.size[::-1]
    photo = scene.take(tagged(picture, turn, three_forms(places, turn, size)))
    found = list(photo.faces.order_by(Face.left))
    assert [claims.at(face) for face in found] == [[name] for name in CAST]
    assert Code.NAME_IN_METADATA in {reason.code for reason in photo.clearance(scene.house.use()).reasons}
    for face, name in zip(found, CAST, strict=True):
        faces.name(face, scene.people[name], by=scene.editor)
        scene.sign(name, "website", scene.naming.code)
    assert claims.waiting(photo) == []
    photo.review(by=scene.editor)

    copy = scene.deliver(photo, "full")
    width, height = Image.open(io.BytesIO(copy)).size
    assert (width, height) == picture.size, "the copy stands upright"
    for form in boxes_in(copy):
        for face, name in zip(found, CAST, strict=True):
            wanted = [edge * side for edge, side in zip(face.box, (width, height) * 2, strict=True)]
            assert form[name] == pytest.approx(wanted, abs=1)


@pytest.mark.both_engines
def test_only_a_naming_line_puts_a_name_into_a_copy(scene, places):
    """CON-09, MET-05: of two who may be shown one may be named; her no ends it at the next copy."""
    photo = scene.take(tagged(upright(), 1, []))
    for face, name in zip(photo.faces.order_by(Face.left), CAST, strict=True):
        faces.name(face, scene.people[name], by=scene.editor)
        scene.sign(name, "website", *([scene.naming.code] if name.startswith("Noor") else []))
    photo.review(by=scene.editor)
    copy = scene.deliver(photo)
    tags = metadata.read_card(copy)
    assert tags["XMP-iptcExt:PersonInImage"] == ["Noor Voorbeeld"]
    assert [set(form) for form in boxes_in(copy)] == [{"Noor Voorbeeld"}] * 3
    assert "Daan" not in str(tags)
    assert scene.people["Noor Voorbeeld"].code not in str(tags), "a code of ours is nobody's business"

    withdraw(
        scene.people["Noor Voorbeeld"],
        uses=[scene.naming.code],
        recognition=False,
        actor="person",
        means="link",
    )
    tags = metadata.read_card(scene.deliver(photo))
    assert not [key for key in tags if "Region" in key or "PersonInImage" in key]
    assert "Noor" not in str(tags)


@pytest.mark.both_engines
def test_a_claim_waits_for_a_human_and_comes_back_when_she_takes_it_back(scene, places):
    photo = scene.take(tagged(upright(), 1, three_forms(places, 1, upright().size)))
    first = photo.faces.order_by(Face.left).first()
    faces.remark(first, faces.Word.NOT_RECOGNISABLE, by=scene.editor)
    assert claims.waiting(photo) == ["Daan Muster", "Amina Sample"]
    faces.undo(first, by=scene.editor)
    assert sorted(claims.waiting(photo)) == sorted(CAST)


@pytest.mark.both_engines
def test_naming_is_a_question_and_never_a_use_of_the_photo_itself(scene):
    assert scene.naming.channel is Channel.NAMING
    assert scene.naming in Use.current()
    assert scene.naming not in Use.of_photos()
    photo = scene.house.photo(scene.album, by=scene.editor)
    scene.drain()
    with pytest.raises(Invalid, match="goes along") as refusal:
        Delivery.issue(Photo.get_by_id(photo.id), scene.naming, to="Gazette", by=scene.editor)
    assert refusal.value.field == "use"


def test_a_picture_of_another_shape_keeps_the_names_and_loses_the_places(scene, places):
    """MET-06: regions drawn before a crop point at somebody else now."""
    width, height = upright().size
    photo = scene.take(tagged(upright(), 1, three_forms(places, 1, (width, height // 2))[:1]))
    assert claims.waiting(photo) == ["Noor Voorbeeld"]
    assert [claims.at(face) for face in photo.faces] == [[], [], []]
