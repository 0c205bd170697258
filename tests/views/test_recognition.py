"""Recognition's pages: true counts, reasons in words, an album held back, a search paused, somebody noted who asks for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playhouse.test_utils import count_queries

from adapters import clock
from models import recognition
from models.album import Album, Mode
from models.assessment import Assessment
from models.base import db
from models.circumstance import Circumstance
from models.gather import today
from models.person import Person
from models.scan import Scan, Sought
from tests.makers import Browser

WHY = dict.fromkeys(recognition.QUESTIONS, "Because this is a test of the pages.")


@pytest.fixture
def desk(house, web):
    return Desk(house, web)


class Desk:
    """A privacy officer and an editor at their browsers; recognition is on for closed rosters."""

    def __init__(self, house, web):
        self.house = house
        self.users = {role: house.user(role) for role in ("dpo", "editor", "viewer")}
        self.dpo, self.editor, self.viewer = (Browser(web).log_in(user) for user in self.users.values())
        self.album = house.album(by=self.users["editor"])

    def weigh(self, mode=Mode.ROSTER):
        until = today() + timedelta(days=90)
        return recognition.switch_on(mode, WHY, until, by=self.users["dpo"])


def test_the_page_says_what_is_kept_and_takes_as_many_queries_for_forty_albums(desk):
    desk.weigh()
    with count_queries() as one:
        first = desk.dpo.get("/recognition").text
    assert "Nobody has attested that everyone shown in it said yes." in first
    assert "Autoriteit Persoonsgegevens" in first
    assert first.count('<td class="num"><b>0</b></td>') == 6, "counted, not claimed"
    for number in range(39):
        desk.house.album(f"Album {number}", by=desk.users["editor"])
    with count_queries() as forty:
        desk.dpo.get("/recognition")
    assert one.count == forty.count


def test_a_stale_assessment_is_told_in_words(desk):
    desk.weigh()
    Assessment.update(expires_on=today() - timedelta(days=1), model="the one before").execute()
    told = desk.dpo.get("/recognition").text
    assert "Recognition rests" in told
    assert "Its last day has passed." in told
    assert "another recogniser" in told
    again = desk.dpo.get("/recognition/weigh").text
    assert again.count("Because this is a test of the pages.") == len(recognition.QUESTIONS), (
        "what was said is there"
    )


def test_nothing_is_ticked_before_anything_was_weighed(desk):
    form = desk.dpo.get("/recognition/weigh").text.split("<main")[1].split("</main>")[0]
    assert "checkbox" in form
    assert " checked" not in form


def test_children_need_words_about_children(desk):
    form = WHY | {
        "mode": "M1", "condition": "a", "risk": "low", "kinds": ["pupil"], "covers_children": "1",
        "expires_on": (today() + timedelta(days=90)).isoformat(),
    }  # fmt: skip
    refused = desk.dpo.post("/recognition", form)
    assert refused.status_code == 422
    assert "Say what it means for children" in refused.text
    assert 'value="pupil" checked' in refused.text, "what was ticked is still ticked"
    assert (
        desk.dpo.post(
            "/recognition", form | {"children": "Only suggestions, for the school's own album."}
        ).status_code
        == 303
    )
    assert Assessment.get().scope.children
    assert desk.dpo.post("/recognition", form | {"condition": "z"}).status_code == 422
    assert desk.dpo.post("/recognition", form | {"kinds": []}).status_code == 422


def test_an_editor_holds_an_album_back_and_the_dpo_lets_it_go_on(desk):
    desk.weigh(Mode.TRANSIENT)
    address = f"/albums/{desk.album.code}/recognition"
    assert "Switch off for this album" in desk.editor.get(address).text
    assert desk.viewer.get(address).status_code == 403
    assert desk.editor.post(f"{address}/off").status_code == 303
    assert Album.get_by_id(desk.album.id).mode is Mode.OFF
    assert desk.editor.post(f"{address}/off").status_code == 409
    assert "It was switched off for this album." in desk.editor.get(address).text
    assert desk.editor.post(f"{address}/on", {"reason": "It was a mistake."}).status_code == 403
    assert desk.dpo.post(f"{address}/on", {"reason": ""}).status_code == 422
    assert desk.dpo.post(f"{address}/on", {"reason": "It was a mistake."}).status_code == 303
    assert Album.get_by_id(desk.album.id).mode is None


def test_a_search_is_followed_on_the_persons_page_and_paused_there(desk):
    noor = desk.house.person(by=desk.users["editor"])
    with db.atomic():
        scan = Scan.create(started_at=clock.now(), total=200, seen=50, spent=25, found=3)
        Sought.create(scan=scan, person=noor)
    shown = desk.editor.get(f"/people/{noor.code}").text
    assert "50 photos looked at of 200" in shown
    assert "about 1 minute of work left" in shown
    piece = desk.editor.get(f"/scans/{scan.code}", headers={"HX-Request": "true"}).text
    assert piece.strip().startswith(f'<div class="stack tight" id="scan-{scan.code}"')
    assert desk.editor.post(f"/scans/{scan.code}", {"act": "pause"}).status_code == 303
    assert "Paused" in desk.editor.get(f"/scans/{scan.code}").text
    assert desk.editor.post(f"/scans/{scan.code}", {"act": "dance"}).status_code == 422
    assert desk.editor.post(f"/scans/{scan.code}", {"act": "stop"}).status_code == 303
    assert desk.editor.post(f"/scans/{scan.code}", {"act": "resume"}).status_code == 409
    assert "Stopped by a colleague" in desk.editor.get(f"/people/{noor.code}").text


def test_somebody_is_noted_before_there_is_any_photo(desk):
    answer = desk.dpo.post(
        "/recognition/unrecognised", {"name": "Noor Voorbeeld", "email": "noor@people.example"}
    )
    person = Person.get(Person.email == "noor@people.example")
    assert answer.headers["Location"].endswith(f"/people/{person.code}")
    assert [row.kind.value for row in Circumstance.of(person)] == ["unrecognised"]
    assert (
        "Asked not to be recognised by the computer" in desk.editor.get(f"/people/{person.code}/grounds").text
    )
    assert "Noor Voorbeeld" in desk.dpo.get("/recognition").text
    assert desk.dpo.post("/recognition/unrecognised", {"name": "", "email": ""}).status_code == 422
