"""Find everything: every way that needs no face, every store by count, a word on each photo (DSR-10, DSR-11)."""

from __future__ import annotations

import json
from datetime import date

import pytest

from models import claim_desk, looking_for, stores
from models.aftermath import POINTERS
from models.claim import Channel, Claim, Identity
from models.claims import Claimed
from models.errors import Invalid, Refusal
from models.face import Appearance, Face
from models.photo import Photo
from models.search_of_claim import Found, Searched, Way
from models.trail import Trace
from tests.makers import Browser

pytestmark = pytest.mark.both_engines


@pytest.fixture
def scene(house):
    return Scene(house)


class Scene:
    """Søren Müller in seven photos, each found another way, and five that are somebody else's."""

    HERS = {
        "link": {}, "title": {"title": "Muller, Soren at the gate"}, "caption": {"caption": "With S. Müller and others"},
        "tag": {"tags": "müller søren"}, "maiden": {"caption": "Søren Oudenaam, 1998"},
    }  # fmt: skip
    NOT_HERS = {"other": {"caption": "Karl Müller"}, "part": {"caption": "Sørensen Müllerstraat"}, "none": {}}

    def __init__(self, house):
        self.house, self.dpo = house, house.user("dpo", "editor")
        self.album = house.album("Summer fair", by=self.dpo)
        self.person = house.person("Søren Müller", by=self.dpo, email="soren@people.example")
        self.photos = {}
        for key, words in {**self.HERS, **self.NOT_HERS}.items():
            self.photos[key] = self.photo(f"{key}.jpg", **words)
        self.photos["file"] = self.photo("IMG_soren-muller_0042.jpg")
        self.photos["claimed"] = self.photo("claimed.jpg")
        Claimed.create(photo=self.photos["claimed"], name="MÜLLER Søren")
        Appearance.create(photo=self.photos["link"], person=self.person, by=self.dpo)

    def photo(self, name, **words):
        photo = self.house.photo(self.album, by=self.dpo, name=name)
        photo.describe(words, album=self.album, by=self.dpo)
        return photo

    def claim(self, **more):
        return Claim.receive(
            "access",
            Channel.MAIL,
            actor=self.dpo,
            name="Søren Müller",
            person=self.person,
            identity=Identity.ATTESTED,
            **more,
        )


def ways(scene, claim):
    keys = {photo.id: key for key, photo in scene.photos.items()}
    return {keys[row.photo_id]: set(row.ways) for row in Found.select().where(Found.claim == claim)}


def test_every_photo_that_names_her_is_found_and_no_other(scene):
    """DSR-11: recall is whole on links and names, in every variant; the trail counts and names nobody."""
    claim = scene.claim()
    row = looking_for.look(claim, by=scene.dpo, names="Søren Oudenaam")
    assert ways(scene, claim) == {
        "link": {Way.LINK}, "title": {Way.TITLE}, "caption": {Way.CAPTION}, "tag": {Way.TAG}, "file": {Way.FILE_NAME},
        "claimed": {Way.CLAIMED}, "maiden": {Way.CAPTION},
    }  # fmt: skip
    assert (row.cut, row.unsearchable) == (False, 0)
    line = Trace.select().where(Trace.action == "claim.searched").get()
    assert json.loads(line.facts) == {"photos": 7, "stores": len(stores.STORES), "limited": False}


def test_clues_list_photos_in_which_somebody_has_no_name(scene):
    """DSR-11: an unknown face is said to be not searchable; it is never compared."""
    claim = scene.claim(clues="Summer fair")
    Face.create(photo=scene.photos["none"], left=0.1, top=0.1, width=0.1, height=0.1)
    row = looking_for.look(claim, by=scene.dpo, places="Summer fair, somewhere else")
    assert ways(scene, claim)["none"] == {Way.CLUE}
    assert row.unsearchable == 1
    Photo.update(taken_at="2026-05-03 10:00:00.000000").where(Photo.id == scene.photos["none"].id).execute()
    looking_for.look(claim, by=scene.dpo, first=date(2026, 5, 4), last=date(2026, 5, 5))
    assert "none" not in ways(scene, claim)
    looking_for.look(claim, by=scene.dpo, first=date(2026, 5, 3), last=date(2026, 5, 3))
    assert ways(scene, claim)["none"] == {Way.CLUE}
    with pytest.raises(Invalid):
        looking_for.look(claim, by=scene.dpo, first=date(2026, 5, 3), last=date(2026, 5, 2))


def test_a_word_on_each_stays_when_looked_once_more(scene, web):
    """A no is remembered, all links are confirmed at once, and who answers no requests sees none of it."""
    claim = scene.claim()
    desk = Browser(web).log_in(scene.dpo)
    page = f"/claims/{claim.code}/finding"
    assert desk.get(page).status_code == 200
    assert desk.post(page, {"names": "", "places": ""}).status_code == 303
    assert desk.post(f"{page}/word", {"word": "links"}).status_code == 303
    caption = Found.get(Found.photo == scene.photos["caption"])
    assert desk.post(f"{page}/word", {"word": "no", "found": [caption.code]}).status_code == 303
    assert desk.post(page, {"names": "", "places": ""}).status_code == 303
    assert looking_for.tally(claim) == {"open": 4, "confirmed": 1, "rejected": 1}
    shown = desk.get(f"{page}?tab=rejected").get_data(as_text=True)
    assert "named in the caption" in shown
    assert "Every store that was asked" in shown
    assert Browser(web).log_in(scene.house.user("editor")).get(page).status_code == 403


def test_who_is_not_on_file_is_looked_for_by_name(scene):
    """DSR-10: that there is nothing is said only after every store was asked; who is named then is looked for anew."""
    claim = Claim.receive("access", Channel.MAIL, actor=scene.dpo, name="Karl Müller")
    with pytest.raises(Refusal):
        claim_desk.answer(claim, "nothing", "We looked and found nothing.", by=scene.dpo)
    looking_for.look(claim, by=scene.dpo)
    assert ways(scene, claim) == {"other": {Way.CAPTION}}
    assert {row.count for row in claim.searched} == {0, None}
    assert looking_for.unanswered(claim) == []
    claim_desk.point_to(claim, scene.person, by=scene.dpo)
    assert looking_for.unanswered(claim) == list(stores.STORES)


def test_it_is_closed_only_when_every_store_was_asked(scene, web):
    """DSR-10: what is left to ask is named beside the answer, with the way there; a refusal needs no search."""
    first = scene.claim()
    second = Claim.receive(
        "portability", Channel.MAIL, actor=scene.dpo, name="Søren Müller", person=scene.person
    )
    desk, page = Browser(web).log_in(scene.dpo), f"/claims/{first.code}"
    plan = {"outcome": "nothing", "words": "There is nothing in the library."}
    assert desk.post(f"{page}/answer", plan).status_code == 409
    assert "No store was asked yet." in desk.get(page).text
    looking_for.look(first, by=scene.dpo)
    Searched.delete().where(Searched.claim == first, Searched.store == "outbox").execute()
    shown = desk.get(page).text
    assert "These stores were not asked yet: Outbox of this machine." in shown
    assert f"{page}/finding" in shown
    assert desk.post(f"{page}/answer", plan).status_code == 409
    looking_for.look(first, by=scene.dpo)
    assert "not asked yet" not in desk.get(page).text
    assert desk.post(f"{page}/answer", plan).status_code == 303
    claim_desk.answer(Claim.get_by_id(second.id), "refused", "The same was answered last week.", by=scene.dpo)


def test_no_store_is_forgotten(scene):
    """DSR-10: every table that points to a person is asked, and each count is what is there."""
    pointing = {key.split(".")[0] for key in POINTERS if key.split(".")[1] in ("person", "kept", "one")}
    asked = {
        cell.cell_contents
        for count in stores.STORES.values() for cell in (count.__closure__ or ())
        if isinstance(cell.cell_contents, type)
    }  # fmt: skip
    named = {record.__name__ for record in asked} | {"Merging", "Distinct"}
    assert pointing - named == set()
    counts = stores.counts(scene.person)
    assert (counts["photos"], counts["consents"], counts["backups"]) == (1, 0, None)
    claim = scene.claim()
    looking_for.look(claim, by=scene.dpo)
    assert {row.store for row in Searched.select().where(Searched.claim == claim)} == set(stores.STORES)
