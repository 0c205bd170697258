"""A package of access from the order to the take: every section, nobody else's face, nobody else's name (table 4.2, RED-01 to RED-06)."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
from datetime import timedelta

import pikepdf
import pytest

from adapters import imaging, recognition
from adapters.kinds import JPEG
from models.base import tools
from models.claim import Channel, Claim, Identity
from models.claim_letter import ClaimLetter
from models.copy import Copy
from models.delivery import Delivery
from models.errors import Gone, Refusal
from models.gather import today
from models.package import Package, Stage
from models.publication import Publication
from models.trail import Trace, verify
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
        from models import copies

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


def alike(data, box, vectors):
    """Which of the known faces the recogniser takes the face at a place for."""
    look = imaging.encode_at(tools.sandbox, data, JPEG, [box])[0]
    return [] if look.vector is None else [
        index for index, known in enumerate(vectors) if recognition.distance(look.vector, known) < recognition.LIKELY
    ]  # fmt: skip


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
    letter = ClaimLetter.get(ClaimLetter.claim == claim)
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
