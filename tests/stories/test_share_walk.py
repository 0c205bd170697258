"""A link for one recipient: what it shows, what it never shows again, who used it (SHR-01 to SHR-04, WDR-03, MIN-11)."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from playhouse.test_utils import count_queries

from models import faces
from models.base import db
from models.consent import Consent, withdraw
from models.delivery import Delivery
from models.errors import Gone, Invalid, Refusal
from models.gather import today
from models.notice import Notice, NoticeKind
from models.photo import Photo
from models.request import Choice, Request, Way
from models.setting import Setting
from models.share import Share, ShareOpening
from models.takedown import TakeDown
from models.trail import Trace
from models.wording import Wording
from tests.makers import Browser

pytestmark = pytest.mark.both_engines


class Scene:
    """Two photos: one of Noor, one of Bo; both agreed to the website, Bo for forty days."""

    def __init__(self, house, drain):
        self.house, self.drain = house, drain
        with db.atomic():
            Setting.put("shares", True)
        self.editor, self.use = house.user("editor"), house.use()
        self.album = house.album(by=self.editor)
        self.noor, self.noors = self._one("Noor Voorbeeld", 600)
        self.bo, self.bos = self._one("Bo Voorbeeld", 20)

    def _one(self, name, days, **more):
        person = self.house.person(
            name, by=self.editor, email=f"{name.split()[0].lower()}@people.example", **more
        )
        taken = self.house.photo(self.album, by=self.editor)
        self.drain()
        photo = Photo.get_by_id(taken.id)
        faces.add_person(photo, person, by=self.editor)
        photo.review(by=self.editor)
        request = Request.ask(
            [person], [self.use], Wording.current()[0], by=None, way=Way.LINK, valid_until=today() + timedelta(days=days)
        )[0]  # fmt: skip
        guardian = request.guardian_id is not None
        Consent.sign(request, Choice({"website": True}, None), signer=name, guardian=guardian, steps={})
        return person, photo

    def share(self, **more):
        photos = more.pop("photos", [self.noors, self.bos])
        return Share.make(photos, self.use, recipient="The Example Gazette", by=self.editor, **more)


@pytest.fixture
def scene(house, drain):
    return Scene(house, drain)


def test_switched_off_on_a_fresh_install(house):
    """DBD-01."""
    editor = house.user("editor")
    with pytest.raises(Refusal, match="switched off"):
        Share.make(
            [house.photo(house.album(by=editor), by=editor)], house.use(), recipient="Gazette", by=editor
        )


def test_the_link_ends_with_the_first_consent_and_is_kept_nowhere(scene):
    """SHR-01, PUB-05."""
    share = scene.share()
    assert share.expires_on == today() + timedelta(days=20)
    assert len(share.raw_token) == 43
    stored = " ".join(str(value) for row in Share.select().dicts() for value in row.values())
    assert share.raw_token not in stored
    with pytest.raises(Invalid) as refusal:
        scene.share(expires_on=today() + timedelta(days=31))
    assert refusal.value.field == "expires_on"


def test_a_withdrawal_empties_its_place_in_an_open_link(scene, web):
    """SHR-02, WDR-03: at the next request the picture, the file and the ZIP are shut; the rest stays."""
    share, phone = scene.share(), Browser(web)
    page = phone.get(f"/share/{share.raw_token}")
    pictures = re.findall(r'src="(/share/[^"]+)"', page.text)
    assert len(pictures) == 2
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in page.headers
    assert "Noor" not in page.text
    withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")
    gone = next(url for url in pictures if scene.noors.code in url)
    stays = next(url for url in pictures if scene.bos.code in url)
    assert (phone.get(gone).status_code, phone.get(stays).status_code) == (410, 200)
    assert phone.get(f"/share/{share.raw_token}/photos/{scene.noors.code}/file").status_code == 410
    again = phone.get(f"/share/{share.raw_token}").text
    assert again.count("This photo is no longer available.") == 1
    packed = zipfile.ZipFile(io.BytesIO(phone.get(f"/share/{share.raw_token}/photos.zip").data))
    assert [name.split("-")[1] for name in packed.namelist()] == [f"{scene.bos.code}.jpg"]


def test_files_leave_by_the_same_door_with_a_card_and_are_remembered(scene, web, tmp_path):
    """SHR-03, SHR-04, PUB-08; and whoever took a file is asked to delete it."""
    share, phone = scene.share(email="desk@gazette.example", locale="nl"), Browser(web)
    scene.drain()
    data = phone.get(f"/share/{share.raw_token}/photos/{scene.noors.code}/file").data
    path = tmp_path / "x.jpg"
    path.write_bytes(data)
    told = subprocess.run(["exiftool", "-G1", "-s", path], capture_output=True, text=True, check=True).stdout
    delivery = Delivery.get()
    assert f"/check/{delivery.code}" in told
    assert not re.search("GPS|SerialNumber|PersonInImage", told)
    assert (delivery.recipient, delivery.share, bool(delivery.digest)) == (
        "The Example Gazette",
        share.code,
        True,
    )
    assert [(row.kind, row.address) for row in ShareOpening.select()] == [("downloaded", "127.0.0.0/24")]
    withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")
    assert TakeDown.get().delivery == delivery
    letter = Notice.get(Notice.kind == NoticeKind.SHARE_RECALL)
    assert letter.reader.email == "desk@gazette.example"
    scene.drain()
    assert any("gazette" in letter["To"] for letter in scene.house.letters())
    assert "Gazette" not in " ".join(line.facts or "" for line in Trace.select())


def test_what_is_not_cleared_is_left_out_only_when_said(scene):
    withdraw(scene.noor, uses=None, recognition=False, actor="signer", means="link")
    with pytest.raises(Invalid) as refusal:
        scene.share()
    assert (refusal.value.field, refusal.value.values) == ("leave_out", {"refused": 1, "count": 2})
    assert scene.share(leave_out=True).photos() == [scene.bos]
    withdraw(scene.bo, uses=None, recognition=False, actor="signer", means="link")
    with pytest.raises(Invalid) as refusal:
        scene.share(leave_out=True)
    assert refusal.value.field == "use"


def test_a_child_is_not_shared_by_link_unless_decided(scene):
    """MIN-11."""
    born = today() - timedelta(days=3000)
    kid = scene.house.person("Fien Voorbeeld", by=scene.editor, born=born)
    kid.add_guardian(name="Moeder Voorbeeld", email="m@people.example", by=scene.editor)
    taken = scene.house.photo(scene.album, by=scene.editor)
    scene.drain()
    photo = Photo.get_by_id(taken.id)
    faces.add_person(photo, kid, by=scene.editor)
    photo.review(by=scene.editor)
    request = Request.ask([kid], [scene.use], Wording.current()[0], by=None, way=Way.LINK)[0]
    Consent.sign(request, Choice({"website": True}, None), signer="Moeder", guardian=True, steps={})
    assert photo.clearance(scene.use).allows
    with pytest.raises(Invalid):
        scene.share(photos=[photo])
    with db.atomic():
        Setting.put("share_minors", True)
    assert scene.share(photos=[photo]).photos() == [photo]


def test_a_password_is_asked_and_guessing_stops(scene, web):
    share, phone = scene.share(password="long enough"), Browser(web)
    url = f"/share/{share.raw_token}"
    locked = phone.get(url)
    assert scene.noors.code not in locked.text
    assert phone.get(f"{url}/photos.zip").status_code == 403
    assert phone.get(f"{url}/photos/{scene.noors.code}?key=forged").status_code == 403
    seal = re.search(r'name="seal" value="([^"]+)"', locked.text)[1]
    right = phone.client.post(url, data={"seal": seal, "password": "long enough"})
    assert right.status_code == 303
    assert scene.noors.code in phone.get(right.headers["Location"]).text
    answers = [
        phone.client.post(url, data={"seal": seal, "password": "wrong"}).status_code for _ in range(12)
    ]
    assert answers == [422] * 10 + [429] * 2
    with pytest.raises(Invalid):
        scene.share(password="short")


def test_looking_only_hands_out_nothing(scene, web):
    share, phone = scene.share(download=False), Browser(web)
    url = f"/share/{share.raw_token}"
    assert phone.get(f"{url}/photos/{scene.noors.code}").status_code == 200
    assert phone.get(f"{url}/photos/{scene.noors.code}/file").status_code == 403
    assert phone.get(f"{url}/photos.zip").status_code == 403
    assert Delivery.select().count() == 0


def test_over_revoked_and_never_made_look_alike(scene, web, later):
    share, phone = scene.share(), Browser(web)
    share.revoke(by=scene.editor)
    other = scene.share()
    words = {
        phone.get(f"/share/{share.raw_token}").text.split("<main")[1],
        phone.get("/share/nothing").text.split("<main")[1],
    }
    later(days=21)
    words.add(phone.get(f"/share/{other.raw_token}").text.split("<main")[1])
    plain = {re.sub(r"/share/[\w-]+", "", each) for each in words}
    assert len(plain) == 1
    with pytest.raises(Gone):
        Share.open(other.raw_token)


def test_the_page_costs_the_same_for_one_and_for_forty(scene, web):
    counts = []
    for photos in ([scene.noors], [scene.noors, *(scene._one(f"Person {n}", 300)[1] for n in range(12))]):
        token = scene.share(photos=photos).raw_token
        with count_queries() as counted:
            assert Browser(web).get(f"/share/{token}").status_code == 200
        counts.append(counted.count)
    assert counts[0] == counts[1]


def test_a_zip_comes_in_pieces(scene):
    """Nothing is gathered in memory: each piece is at most one file."""
    share = scene.share()
    pieces = list(share.archive())
    names = zipfile.ZipFile(io.BytesIO(b"".join(pieces))).namelist()
    assert (len(names), len(pieces)) == (2, 3)


def test_a_contact_sheet_is_tagged_and_names_nobody(scene, web, tmp_path):
    data = Browser(web).get(f"/share/{scene.share().raw_token}/contact-sheet.pdf").data
    path = tmp_path / "sheet.pdf"
    path.write_bytes(data)
    words = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert "Contact sheet" in words
    assert scene.noors.code in words
    assert "Noor" not in words
    with pikepdf.open(path) as opened:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == "en"


def test_the_desk_makes_sees_and_ends_a_link(scene, web):
    desk = Browser(web).log_in(scene.editor)
    codes = [scene.noors.code, scene.bos.code]
    going = desk.post("/photos/together", {"photo": codes, "act": "share", "use": "website"})
    assert going.status_code == 307, (
        "the photos go along in the form: five hundred are too many for an address"
    )
    form = desk.post("/shares/new", {"photo": codes, "act": "share", "use": "website"})
    assert form.text.count('name="photo"') == 4
    wrong = desk.post(
        "/shares", {"photo": codes, "use": "website", "recipient": " ", "email": "typed@gazette.example"}
    )
    assert wrong.status_code == 422
    assert "typed@gazette.example" in wrong.text
    made = desk.post(
        "/shares",
        {"photo": codes, "use": "website", "recipient": "Gazette", "download": "yes", "rendition": "web"},
    )
    assert made.status_code == 303
    page = desk.get(made.headers["Location"])
    link = re.search(r'value="http://localhost(/share/[\w-]+)"', page.text)[1]
    assert Browser(web).get(link).status_code == 200
    assert "looked at the photos" in desk.get(made.headers["Location"]).text
    assert "Gazette" in desk.get("/shares").text
    assert desk.post(made.headers["Location"].replace("http://localhost", "") + "/revoke").status_code == 303
    assert Browser(web).get(link).status_code == 410
    assert "Gazette" in desk.get("/shares?tab=over").text
    other = Browser(web).log_in(scene.house.user("editor", team=_other_team()))
    assert other.get(made.headers["Location"]).status_code == 404


def _other_team():
    from models.user import Team

    return Team.create(name="Another team")
