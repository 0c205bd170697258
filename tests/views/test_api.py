"""The HTTP API: each call on real rows, its refusals, and who may knock (contract.md)."""

from __future__ import annotations

import hashlib
import io
import json

import pytest

from adapters import metadata
from models import faces
from models.delivery import Delivery, OriginalView
from models.permission import Role, granted
from models.photo import Photo
from models.token import ApiToken
from models.trail import Trace, verify
from models.user import Team
from tests.makers import Browser, Makers, picture
from tests.views.api_client import Program
from views.api.calls import CALLS

pytestmark = pytest.mark.both_engines


@pytest.fixture
def editor(house: Makers):
    return house.user("editor")


@pytest.fixture
def api(web, editor) -> Program:
    return Program(web, editor)


@pytest.fixture
def photo(house: Makers, editor, drain) -> Photo:
    """A photo the worker is done with."""
    made = house.photo(house.album(by=editor), by=editor)
    drain()
    return Photo.get_by_id(made.id)


def fields(answer) -> tuple[int, str | None]:
    return answer.status_code, answer.get_json(force=True).get("field")


class TestTakingIn:
    def test_a_photo_is_kept_byte_for_byte(self, api, house, editor):
        data = picture(seed=3)
        answer = api.upload(data, album="Summer", caption="By the lake", **{"tags[]": ["lake", "summer"]})
        assert answer.status_code == 201
        photo = Photo.get(Photo.code == answer.json["code"])
        assert answer.json == {
            "code": photo.code, "sha256": hashlib.sha256(data).hexdigest(), "duplicate": False,
        }  # fmt: skip
        assert answer.headers["Location"] == f"/api/v1/photos/{photo.code}"
        assert (photo.album.title, photo.caption) == ("Summer", "By the lake")
        assert sorted(tag.word for tag in photo.tags) == ["lake", "summer"]
        kept = OriginalView.issue(photo, purpose="test", by=editor)
        assert b"".join(kept.chunks()) == data

    def test_the_same_bytes_are_answered_with_the_photo_that_is_there(self, api):
        data = picture(seed=4)
        first, again = api.upload(data), api.upload(data, name="other.jpg")
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json == {**first.json, "duplicate": True}

    def test_an_album_is_named_by_code_or_title_and_made_when_new(self, api, house, editor):
        album = house.album("Open day", by=editor)
        codes = [
            api.upload(picture(seed=n), album=named).json["code"]
            for n, named in enumerate((album.code, "Open day", "New one", ""))
        ]
        titles = [Photo.get(Photo.code == code).album.title for code in codes]
        assert titles == ["Open day", "Open day", "New one", "Unsorted"]

    def test_a_title_of_two_albums_asks_for_the_code(self, api, house, editor):
        other = Team.create(name="Press")
        house.album("Open day", by=editor)
        house.album("Open day", by=editor, team=other)
        from models.user import Membership

        Membership.create(user=editor, team=other)
        assert fields(api.upload(picture(), album="Open day")) == (422, "album")

    def test_what_is_no_image_is_refused_whatever_its_name(self, api):
        assert api.upload(b"<svg onload=alert(1)>" * 30, name="photo.jpg").status_code == 415
        assert api.upload(b"").status_code == 415
        assert fields(api.upload(None)) == (422, "file")
        assert fields(api.upload(picture(), caption="x" * 5001)) == (422, "caption")
        assert Photo.select().count() == 0

    def test_more_than_is_taken_in_is_413(self, api):
        said = {"CONTENT_LENGTH": str(300 << 20)}
        answer = api.call(
            "POST",
            "/photos",
            environ_overrides=said,
            data=b"x",
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code == 413

    def test_a_photo_another_team_has_is_not_shown(self, api, web, house):
        other = house.user("editor", team=Team.create(name="Press"))
        data = picture(seed=9)
        assert api.upload(data).status_code == 201
        assert Program(web, other).upload(data).status_code == 422


class TestLooking:
    def test_a_photo_says_what_is_known_of_it(self, api, photo, house, editor):
        person = house.person("Noor Voorbeeld", by=editor)
        faces.add_person(photo, person, by=editor)
        photo.add_tags(["lake"])
        shown = api.get(f"/photos/{photo.code}").json
        assert (shown["ready"], shown["set_aside"], shown["reviewed"]) == (True, None, False)
        assert (shown["width"], shown["height"], shown["kind"]) == (600, 400, "JPEG")
        assert shown["tags"] == ["lake"]
        assert shown["people"] == [
            {"face": None, "person": person.code, "name": "Noor Voorbeeld", "says": "named"}
        ]
        assert Trace.select().where(Trace.action == "photo.viewed", Trace.code == photo.code).count() == 1

    def test_a_viewer_learns_no_names(self, api, web, photo, house, editor):
        """EMP-03."""
        faces.add_person(photo, house.person("Noor Voorbeeld", by=editor), by=editor)
        photo.review(by=editor)
        viewer = Program(web, house.user("viewer"))
        shown = viewer.get(f"/photos/{photo.code}")
        assert shown.json["people"] == [{"face": None, "person": None, "name": None, "says": "named"}]
        verdict = viewer.get(f"/photos/{photo.code}/clearance", use="website")
        assert [reason["person"] for reason in verdict.json["reasons"]] == [None]
        assert "Noor" not in shown.text + verdict.text

    def test_photos_come_in_pages(self, api, house, editor):
        album = house.album(by=editor)
        codes = [house.photo(album, by=editor).code for _ in range(5)][::-1]
        first = api.get("/photos", limit=2).json
        second = api.get("/photos", limit=2, cursor=first["next"]).json
        third = api.get("/photos", limit=2, cursor=second["next"]).json
        assert [p["code"] for page in (first, second, third) for p in page["photos"]] == codes
        assert third["next"] is None
        assert {p["clearance"]["state"] for p in first["photos"]} == {"unclear"}

    def test_a_page_costs_the_same_for_one_and_for_forty(self, api, house, editor):
        from playhouse.test_utils import count_queries

        album = house.album(by=editor)
        counts = []
        api.get("/uses")
        for more in (1, 39):
            for _ in range(more):
                house.photo(album, by=editor)
            with count_queries() as counted:
                assert len(api.get("/photos", limit=200).json["photos"]) in (1, 40)
            counts.append(counted.count)
        assert counts == [14, 14]  # one counts the call, two ask for holds, one for events that are shut

    def test_photos_are_found_by_state_person_album_and_words(self, api, photo, house, editor, drain):
        person = house.person(by=editor)
        faces.add_person(photo, person, by=editor)
        other = house.photo(house.album("Summer", by=editor), by=editor)
        drain()
        other.review(by=editor)

        def found(**query):
            return [p["code"] for p in api.get("/photos", **query).json["photos"]]

        assert found(use="website", state="cleared") == [other.code]
        assert found(use="website", state="unclear") == [photo.code]
        assert found(person=person.code) == [photo.code]
        assert found(album=other.album.code) == [other.code]
        assert found(q="summ") == [other.code]
        assert found(use="", state="", q="") == [other.code, photo.code]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"use": "billboard"}, "use"), ({"state": "green"}, "state"), ({"limit": "0"}, "limit"),
            ({"limit": "201"}, "limit"), ({"limit": "many"}, "limit"), ({"limit": "9" * 5000}, "limit"),
            ({"q": "a\0b"}, "q"), ({"q": "x" * 201}, "q"), ({"colour": "red"}, "colour"),
        ],
    )  # fmt: skip
    def test_a_wrong_question_names_its_field(self, api, query, field):
        assert fields(api.get("/photos", **query)) == (422, field)

    def test_a_clearance_is_what_the_contract_says(self, api, photo, editor):
        path = f"/photos/{photo.code}/clearance"
        assert api.get(path, use="website").json == {
            "state": "unclear", "valid_through": None,
            "reasons": [{
                "code": "PEOPLE_NOT_REVIEWED", "text": "Nobody has confirmed yet who is in this photo.",
                "person": None, "next": "confirm_people",
            }],
        }  # fmt: skip
        photo.review(by=editor)
        cleared = api.get(path, use="print", on="2027-01-01", until="2027-06-30").json
        assert (cleared["state"], cleared["valid_through"]) == ("cleared", None)

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({}, "use"), ({"use": "billboard"}, "use"), ({"use": "website", "on": "tomorrow"}, "on"),
            ({"use": "website", "on": "20270101"}, "on"), ({"use": "website", "until": "2027-02-30"}, "until"),
            ({"use": "website", "on": "2027-02-02", "until": "2027-02-01"}, "until"),
        ],
    )  # fmt: skip
    def test_a_clearance_wants_a_use_and_days(self, api, photo, query, field):
        assert fields(api.get(f"/photos/{photo.code}/clearance", **query)) == (422, field)


class TestTheDoor:
    def test_a_cleared_photo_leaves_with_its_card(self, api, web, photo, editor):
        """PUB-03, MET-03."""
        photo.review(by=editor)
        order = {"photo": photo.code, "use": "website", "recipient": "Web team"}
        answer = api.post("/deliveries", order)
        assert answer.status_code == 201
        link = answer.json["file"]
        assert link.startswith("http://localhost/files/")
        file = web.test_client(use_cookies=False).get(link.removeprefix("http://localhost"))
        assert (file.status_code, file.mimetype) == (200, "image/jpeg")
        tags = metadata.read_card(file.data)
        assert tags["XMP-plus:ModelReleaseStatus"] == "http://ns.useplus.org/ldf/vocab/MR-NAP"

    def test_a_refused_use_comes_with_its_reasons(self, api, photo, house, editor):
        person = house.person(by=editor)
        faces.add_person(photo, person, by=editor)
        photo.review(by=editor)
        answer = api.post("/deliveries", {"photo": photo.code, "use": "website", "recipient": "Web team"})
        body = answer.get_json(force=True)
        assert (answer.status_code, body["type"]) == (409, "urn:clearframe:not-cleared")
        assert body["reasons"] == [
            {
                "code": "NO_RECORD", "text": "Someone in the photo has not been asked yet.",
                "person": person.code, "next": "ask_consent",
            }
        ]  # fmt: skip
        assert Delivery.select().count() == 0
        assert Trace.select().where(Trace.action == "delivery.refused").count() == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"photo": None}, "photo"), ({"use": "billboard"}, "use"), ({"use": 7}, "use"),
            ({"recipient": ""}, "recipient"), ({"recipient": " "}, "recipient"), ({"until": "soon"}, "until"),
            ({"until": "2001-01-01"}, "until"), ({"rendition": "huge"}, "rendition"), ({"by": "someone"}, "by"),
            ({"recipient": "\ud800"}, "recipient"), ({"recipient": True}, "recipient"),
        ],
    )  # fmt: skip
    def test_a_wrong_order_names_its_field(self, api, photo, change, field):
        order = {"photo": photo.code, "use": "website", "recipient": "Web team", **change}
        assert fields(api.post("/deliveries", order)) == (422, field)

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'"x"', b"NaN"])
    def test_what_is_no_object_is_refused(self, api, body):
        status, field = fields(api.call("POST", "/deliveries", data=body, content_type="application/json"))
        assert (status, field) == (422, "body")

    def test_a_body_beyond_measure_is_413(self, api):
        assert api.post("/deliveries", {"photo": "x" * (1 << 21)}).status_code == 413

    def test_the_original_is_handed_out_with_a_purpose(self, api, house, editor):
        data = picture(seed=8)
        photo = house.photo(house.album(by=editor), by=editor, data=data)
        path = f"/photos/{photo.code}/original"
        assert fields(api.get(path)) == (422, "purpose")
        assert fields(api.get(path, purpose=" ")) == (422, "purpose")
        assert api.get(path, purpose="Print in the yearbook").data == data
        assert OriginalView.get().purpose == "Print in the yearbook"

    def test_the_original_is_not_for_contributors(self, web, house, photo):
        contributor = Program(web, house.user("contributor"))
        assert contributor.get(f"/photos/{photo.code}/original", purpose="x").status_code == 403


class TestPeople:
    def test_someone_is_added_found_and_shown(self, api):
        made = api.post(
            "/people", {"name": " Noor  Voorbeeld ", "email": "Noor@Voorbeeld.example", "born": None}
        )
        assert made.status_code == 201
        code = made.json["code"]
        assert made.headers["Location"] == f"/api/v1/people/{code}"
        assert made.json == api.get(f"/people/{code}").json
        assert (made.json["name"], made.json["email"]) == ("Noor Voorbeeld", "noor@voorbeeld.example")
        api.post("/people", {"name": "Bas Bedacht", "born": "2020-05-05", "relation": "pupil"})
        listed = api.get("/people").json["people"]
        assert [p["name"] for p in listed] == ["Bas Bedacht", "Noor Voorbeeld"]
        assert [api.get(f"/people/{p['code']}").json["minor"] for p in listed] == [True, False]
        assert [p["name"] for p in api.get("/people", q="voor noor").json["people"]] == ["Noor Voorbeeld"]
        first = api.get("/people", limit=1).json
        assert [p["code"] for p in api.get("/people", cursor=first["next"]).json["people"]] == [code]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "name"), ({"name": " "}, "name"), ({"name": ["x"]}, "name"), ({"name": "X", "email": "x"}, "email"),
            ({"name": "X", "born": "3000-01-01"}, "born"), ({"name": "X", "relation": "boss"}, "relation"),
            ({"name": "X", "code": "mine"}, "code"), ({"name": "X" * 201}, "name"),
        ],
    )  # fmt: skip
    def test_a_wrong_person_names_its_field(self, api, body, field):
        assert fields(api.post("/people", body)) == (422, field)

    def test_a_viewer_has_no_people(self, web, house):
        viewer = Program(web, house.user("viewer"))
        assert viewer.get("/people").status_code == 403
        assert viewer.post("/people", {"name": "X"}).status_code == 403


class TestWho:
    def test_uses_albums_and_me(self, api, house, editor):
        album = house.album("Open day", by=editor)
        codes = ["website", "social-media", "newsletter", "press", "print", "internal", "advertising"]
        assert [use["code"] for use in api.get("/uses").json["uses"]] == codes
        assert api.get("/uses", lang="de").json["uses"][3]["name"] == "Presse"
        assert [a["code"] for a in api.get("/albums").json["albums"]] == [album.code]
        me = api.get("/users/me").json
        assert (me["email"], me["roles"]) == (editor.email, ["editor"])
        assert [team["name"] for team in me["teams"]] == ["Communication"]

    def test_albums_come_in_pages(self, api, house, editor):
        codes = [house.album(f"Day {n}", by=editor).code for n in range(3)][::-1]
        first = api.get("/albums", limit=2).json
        rest = api.get("/albums", limit=2, cursor=first["next"]).json
        assert [a["code"] for a in first["albums"] + rest["albums"]] == codes
        assert rest["next"] is None

    def test_nothing_of_another_team_is_found(self, web, house, photo, editor):
        other = house.user("editor", "consent-officer", team=Team.create(name="Press"))
        theirs = Program(web, other)
        person = house.person(by=editor)
        for path in ("", "/clearance?use=website", "/original?purpose=x"):
            assert theirs.call("GET", f"/photos/{photo.code}{path}").status_code == 404
        order = {"photo": photo.code, "use": "website", "recipient": "x"}
        assert fields(theirs.post("/deliveries", order)) == (404, "photo")
        ask = {"people": [person.code], "uses": ["website"], "photos": [photo.code]}
        assert fields(theirs.post("/consent-requests", ask)) == (404, "photos[0]")
        assert fields(theirs.get("/photos", album=photo.album.code)) == (404, "album")
        assert theirs.get("/photos").json["photos"] == []
        assert theirs.get("/photos", cursor=photo.code).status_code == 404
        assert theirs.get("/albums").json["albums"] == []
        unknown = theirs.get("/photos/nosuchcode").get_json(force=True)
        assert theirs.get(f"/photos/{photo.code}").get_json(force=True) == unknown

    def test_the_privacy_officer_sees_every_album_and_delivers_nothing(self, web, house, photo):
        officer = Program(web, house.user("dpo", team=Team.create(name="Privacy")))
        assert officer.get(f"/photos/{photo.code}").status_code == 200
        order = {"photo": photo.code, "use": "website", "recipient": "x"}
        assert officer.post("/deliveries", order).status_code == 403

    def test_a_token_of_another_scope_is_403(self, web, photo, editor):
        reader = Program(web, editor, "read")
        answer = reader.post("/people", {"name": "X"})
        assert answer.status_code == 403
        assert answer.headers["WWW-Authenticate"] == (
            'Bearer realm="clearframe", error="insufficient_scope", scope="write"'
        )
        assert reader.get(f"/photos/{photo.code}/original", purpose="x").status_code == 403
        assert Program(web, editor, "publish").get("/photos").status_code == 403

    def test_a_revoked_token_and_a_closed_account_are_401_at_once(self, web, house, editor):
        first, second = Program(web, editor), Program(web, editor)
        assert (first.get("/uses").status_code, second.get("/uses").status_code) == (200, 200)
        ApiToken.select().order_by(ApiToken.id).first().revoke(by=editor)
        assert (first.get("/uses").status_code, second.get("/uses").status_code) == (401, 200)
        editor.disable(by=house.user("admin"))
        assert second.get("/uses").status_code == 401

    def test_a_changed_role_counts_at_once(self, api, editor):
        assert api.get("/people").status_code == 200
        editor.set_roles([], by="system")
        assert api.get("/people").status_code == 403
        assert api.get("/users/me").json["roles"] == []

    def test_a_cookie_opens_nothing_here(self, web, editor):
        browser = Browser(web).log_in(editor)
        assert browser.get("/library").status_code == 200
        answer = browser.get("/api/v1/photos")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="clearframe"'
        assert browser.client.post("/api/v1/people", json={"name": "X"}).status_code == 401

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic {token}", "{token}"])
    def test_only_a_whole_token_counts(self, web, api, header):
        answer = web.test_client().get(
            "/api/v1/uses", headers={"Authorization": header.format(token=api.token)}
        )
        assert answer.status_code == 401
        api.is_problem(answer)

    def test_every_call_asks_for_a_token(self, web):
        nobody = Program(web, None)
        for call in CALLS:
            answer = nobody.call(call.method, call.path.replace("{code}", "k7m2q9vxw3"))
            assert answer.status_code == (401 if call.sign.scope else 200)

    @pytest.mark.parametrize("role", list(Role))
    def test_a_role_opens_its_calls_and_no_other(self, web, house, role):
        program = Program(web, house.user(role.value))
        allowed = granted({role})
        for call in CALLS:
            status = program.call(call.method, call.path.replace("{code}", "k7m2q9vxw3")).status_code
            shut = call.sign.permission is not None and call.sign.permission not in allowed
            assert (status == 403) is shut, call.name
            assert status < 500

    def test_a_look_at_the_head_is_a_look(self, web, api):
        headers = {"Authorization": f"Bearer {api.token}"}
        client = web.test_client(use_cookies=False)
        assert client.head("/api/v1/uses", headers=headers).status_code == 200
        assert client.head("/api/v1/uses").status_code == 401
        assert client.options("/api/v1/uses").status_code == 401

    def test_a_tokens_hash_is_all_that_is_kept(self, api):
        assert ApiToken.select().where(ApiToken.token == api.token).count() == 0


class TestErrors:
    def test_what_is_not_there_is_a_problem_too(self, api):
        assert api.get("/nothing").status_code == 404
        assert api.get("/photos/a/b/c/d").status_code == 404
        assert api.get("/photos/%00").status_code == 404
        assert api.get("/photos/" + "x" * 500).status_code == 404
        assert api.get("/nothing").get_json(force=True)["type"] == "urn:clearframe:missing"
        answer = api.call("DELETE", "/photos")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")

    def test_a_publication_is_recorded_and_listed(self, api, photo, editor, house, drain):
        other = house.photo(house.album("Later", by=editor), by=editor)
        drain()
        Photo.get_by_id(other.id).review(by=editor)
        order = {"photo": other.code, "use": "website", "recipient": "Web team"}
        delivery = api.post("/deliveries", order).json["code"]
        sent = {"delivery": delivery, "url": "https://www.example.org/x", "from": "2027-01-01"}
        made = api.post("/publications", sent)
        assert (made.status_code, made.json["photo"], made.json["live"]) == (201, other.code, True)
        assert api.get("/publications", photo=other.code).json["publications"] == [made.json]
        assert api.get("/publications", photo=photo.code).json["publications"] == []
        wrong = api.post("/publications", {**sent, "url": "javascript:alert(1)"})
        assert (wrong.status_code, wrong.get_json(force=True)["field"]) == (422, "url")

    def test_an_error_of_ours_tells_nothing_but_a_reference(self, web, api, editor):
        """A table is gone under the running house."""
        from models.base import db

        web.testing = False
        db.execute_sql("ALTER TABLE tag RENAME TO gone")
        answer = api.upload(picture(), **{"tags[]": "x"})
        db.execute_sql("ALTER TABLE gone RENAME TO tag")
        body = answer.get_json(force=True)
        assert answer.status_code == 500
        assert len(body["reference"]) == 12
        assert "tag" not in json.dumps(body)

    def test_the_trail_holds_after_all_this(self, api, photo, editor):
        photo.review(by=editor)
        api.post("/deliveries", {"photo": photo.code, "use": "website", "recipient": "Web team"})
        assert verify().bad is None


def test_uploading_through_a_form_needs_no_csrf_token(web, api):
    """The token is the proof; a browser that is tricked into a call has none."""
    headers = {"Authorization": f"Bearer {api.token}"}
    data = {"file": (io.BytesIO(picture(seed=5)), "a.jpg")}
    assert web.test_client().post("/api/v1/photos", data=data, headers=headers).status_code == 201
