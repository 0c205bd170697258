"""Consents over the HTTP API: asked, answered by link, listed, taken back (contract.md)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playhouse.test_utils import count_queries

from adapters import clock
from models import faces
from models.base import tools
from models.consent import Consent, Line
from models.gather import today
from models.photo import Photo
from models.request import Choice, Request
from models.trail import verify
from tests.makers import Makers
from tests.views.api_client import Program

BOTH = ["website", "newsletter"]


@pytest.fixture
def editor(house: Makers):
    return house.user("editor")


@pytest.fixture
def api(web, editor) -> Program:
    return Program(web, editor)


@pytest.fixture
def noor(house: Makers, editor):
    return house.person("Noor Voorbeeld", by=editor, email="noor@voorbeeld.example")


def ask(api: Program, *people, uses=BOTH, **more):
    return api.post("/consent-requests", {"people": [p.code for p in people], "uses": list(uses), **more})


def sign(answer, **uses: bool) -> Consent:
    """Sign the first request of an answer as its page does."""
    request = Request.open(answer.json["requests"][0]["link"].rsplit("/", 1)[1])
    steps = {"identity": "link"}
    return Consent.sign(request, Choice(uses, None), signer="Noor Voorbeeld", steps=steps)


def states(api: Program, **query) -> list[list[str]]:
    rows = api.get("/consents", **query).json["consents"]
    return [[line["state"] for line in row["lines"]] for row in rows]


def fields(answer) -> tuple[int, str | None]:
    return answer.status_code, answer.get_json(force=True).get("field")


def test_everyone_asked_gets_a_link_that_opens(api, web, house, noor, editor):
    bas = house.person("Bas Bedacht", by=editor)
    answer = ask(api, noor, bas)
    assert answer.status_code == 201
    made = answer.json["requests"]
    assert [row["person"] for row in made] == [noor.code, bas.code]
    assert {tuple(row["uses"]) for row in made} == {("website", "newsletter")}
    assert len({row["link"] for row in made}) == 2
    for row in made:
        page = web.test_client(use_cookies=False).get(row["link"].removeprefix(tools.base_url))
        assert (page.status_code, "Website" in page.text) == (200, True)


def test_a_request_takes_a_wording_photos_and_a_last_day(api, house, noor, editor):
    photo = house.photo(house.album(by=editor), by=editor)
    wordings = {row["kind"]: row["code"] for row in api.get("/wordings").json["wordings"]}
    until = (today() + timedelta(days=90)).isoformat()
    answer = ask(
        api, noor, wording=wordings["general"], photos=[photo.code], only_photos=True, valid_until=until, way="mail",
        recognition=True,
    )  # fmt: skip
    assert answer.json["requests"][0]["valid_until"] == until
    made = Request.get()
    assert (made.wording.code, made.only_photos, made.ask_recognition) == (wordings["general"], True, True)
    assert [row.photo.code for row in made.photos] == [photo.code]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"people": []}, "people"), ({"people": "all"}, "people"), ({"people": [7]}, "people[0]"),
        ({"uses": []}, "uses"), ({"uses": ["website", "billboard"]}, "uses[1]"), ({"uses": ["press", "press"]}, "uses"),
        ({"wording": "nosuchtext"}, "wording"), ({"valid_until": "2001-01-01"}, "valid_until"),
        ({"way": "pigeon"}, "way"), ({"recognition": "yes"}, "recognition"), ({"signed": True}, "signed"),
    ],
)  # fmt: skip
def test_a_wrong_request_names_its_field(api, noor, change, field):
    body = {"people": [noor.code], "uses": BOTH, **change}
    assert fields(api.post("/consent-requests", body)) == (422, field)
    assert Request.select().count() == 0


def test_who_can_t_be_asked_so_is_named_by_field_only(api, house, noor, editor):
    child = house.person("Bo Klein", by=editor, born=today() - timedelta(days=3000))
    nobody = house.person("Bas Bedacht", by=editor)
    assert fields(ask(api, noor, child)) == (422, "people")
    assert fields(ask(api, noor, nobody, way="mail")) == (422, "way")
    unknown = {"people": [noor.code, "nosuchcode"], "uses": BOTH}
    assert fields(api.post("/consent-requests", unknown)) == (404, "people[1]")
    assert Request.select().count() == 0


def test_who_said_no_is_left_out(api, house, noor, editor):
    """T3."""
    bas = house.person("Bas Bedacht", by=editor)
    sign(ask(api, noor), website=False, newsletter=False)
    again = ask(api, noor, bas)
    assert [row["person"] for row in again.json["requests"]] == [bas.code]
    assert again.json["left_out"] == [noor.code]
    assert ask(api, noor).status_code == 409


def test_consents_are_listed_by_where_they_stand(api, noor):
    answer = ask(api, noor)
    assert states(api) == []
    asked = api.get("/consents", state="requested").json["consents"]
    assert [(row["request"], row["person"]) for row in asked] == [(True, noor.code)]
    assert [line["state"] for line in asked[0]["lines"]] == ["requested", "requested"]
    consent = sign(answer, website=True, newsletter=False)
    assert states(api, state="requested") == []
    assert states(api) == [["given", "refused"]]
    assert states(api, state="given") == states(api, state="refused") == states(api)
    assert (
        states(api, state="withdrawn") == states(api, state="ended") == states(api, state="ends-soon") == []
    )
    line = Line.get(Line.consent == consent, Line.use == Line.use.rel_model.get(code="website"))
    day = line.valid_until
    assert states(api, ends_before=day.isoformat()) == []
    assert states(api, ends_before=(day + timedelta(days=1)).isoformat()) == [["given", "refused"]]
    api.post(f"/consents/{consent.code}/withdrawal")
    assert states(api, state="withdrawn") == [["withdrawn", "refused"]]


def test_what_ends_soon_and_has_ended_is_true_by_date(api, noor, monkeypatch):
    until = today() + timedelta(days=60)
    sign(ask(api, noor, uses=["website"], valid_until=until.isoformat()), website=True)
    now = clock.now()
    for days, state in ((0, "given"), (40, "ends-soon"), (61, "ended")):
        monkeypatch.setattr(clock, "now", lambda ahead=timedelta(days=days): now + ahead)
        assert states(api, state=state) == [[state]]


def test_consents_come_in_pages_at_the_same_cost(api, house, editor):
    people = [house.person(f"Person {n}", by=editor) for n in range(5)]
    codes = [sign(ask(api, person), website=True, newsletter=True).code for person in people][::-1]
    first = api.get("/consents", limit=3).json
    rest = api.get("/consents", limit=3, cursor=first["next"]).json
    assert [row["code"] for row in first["consents"] + rest["consents"]] == codes
    assert rest["next"] is None
    for person in people:
        ask(api, person, uses=["print"])
    for query in ({}, {"state": "requested"}):
        counts = []
        for limit in (1, 5):
            with count_queries() as counted:
                assert len(api.get("/consents", limit=limit, **query).json["consents"]) == limit
            counts.append(counted.count)
        assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "maybe"}, "state"), ({"ends_before": "soon"}, "ends_before"), ({"limit": "-1"}, "limit"),
        ({"state": "requested", "ends_before": "2027-01-01"}, "ends_before"), ({"person": "x"}, "person"),
    ],
)  # fmt: skip
def test_a_wrong_listing_names_its_field(api, query, field):
    assert fields(api.get("/consents", **query)) == (422, field)


class TestTakingBack:
    @pytest.fixture
    def consent(self, api, noor) -> Consent:
        return sign(ask(api, noor), website=True, newsletter=True)

    def test_one_use(self, api, consent):
        answer = api.post(f"/consents/{consent.code}/withdrawal", {"uses": ["website"], "means": "phone"})
        assert answer.status_code == 201
        assert [row["use"] for row in answer.json["withdrawn"]] == ["website"]
        assert states(api) == [["withdrawn", "given"]]
        taken = consent.lines.order_by(Line.number).get().withdrawals.get()
        assert (taken.actor, taken.means) == ("staff", "phone")

    def test_everything_and_once_more(self, api, consent):
        answer = api.call("POST", f"/consents/{consent.code}/withdrawal")
        assert [row["use"] for row in answer.json["withdrawn"]] == BOTH
        again = api.post(f"/consents/{consent.code}/withdrawal")
        assert (again.status_code, again.json) == (200, {"withdrawn": []})

    def test_recognition_alone_leaves_the_uses(self, api, consent):
        answer = api.post(f"/consents/{consent.code}/withdrawal", {"recognition": True})
        assert answer.json == {"withdrawn": []}
        assert states(api) == [["given", "given"]]

    def test_from_then_on_the_door_is_shut(self, api, house, editor, noor, consent, drain):
        """WDR-03: the link of a delivery that is out already is shut too."""
        photo = house.photo(house.album(by=editor), by=editor)
        drain()
        photo = Photo.get_by_id(photo.id)
        faces.add_person(photo, noor, by=editor)
        photo.review(by=editor)
        order = {"photo": photo.code, "use": "website", "recipient": "Web team"}
        delivery = api.post("/deliveries", order)
        assert delivery.status_code == 201
        api.post(f"/consents/{consent.code}/withdrawal", {"uses": ["website"]})
        refused = api.post("/deliveries", order)
        assert refused.status_code == 409
        assert [r["code"] for r in refused.get_json(force=True)["reasons"]] == ["WITHDRAWN"]
        file = api.client.get(re.sub("^http://localhost", "", delivery.json["file"]))
        assert file.status_code == 409
        assert api.post("/deliveries", {**order, "use": "newsletter"}).status_code == 201
        assert verify().bad is None

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"uses": "website"}, "uses"),
            ({"uses": ["billboard"]}, "uses[0]"),
            ({"means": "telepathy"}, "means"),
        ],
    )
    def test_a_wrong_withdrawal_names_its_field(self, api, consent, body, field):
        assert fields(api.post(f"/consents/{consent.code}/withdrawal", body)) == (422, field)

    def test_only_who_may(self, api, web, house, consent):
        path = f"/consents/{consent.code}/withdrawal"
        assert Program(web, house.user("contributor")).post(path).status_code == 403
        assert Program(web, house.user("editor"), "read", "publish").post(path).status_code == 403
        assert api.post("/consents/nosuchcode/withdrawal").status_code == 404
        assert states(api) == [["given", "given"]]


def test_answers_count_for_an_album_alone(api, house, noor, editor):
    album = house.album(by=editor)
    consent = sign(ask(api, noor, uses=["website"], album=album.code), website=True)
    assert [(line.scope.value, line.album) for line in consent.answers()] == [("album", album)]
    assert fields(ask(api, noor, album="nope")) == (404, "album")


def test_who_depends_is_asked_only_under_an_attestation(api, house, editor):
    """EMP-01, by the same rule as on the desk."""
    worker = house.person("Daan Muster", by=editor, email="daan@people.example", relation="employee")
    assert fields(ask(api, worker)) == (422, "attested")
    assert fields(ask(api, worker, attested=False)) == (422, "attested")
    assert Request.select().count() == 0
    assert ask(api, worker, attested=True).status_code == 201
    assert Request.get().attested_by == editor
    assert fields(ask(api, worker, way="device"))[0] == 422
