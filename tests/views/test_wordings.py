"""Writing a text: checked, tried out, published, compared, ended; what was signed stays (CON-03, CON-05, MIN-10)."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import date, timedelta

import pytest
from playhouse.test_utils import count_queries

from adapters import clock
from models import evidence, fitting, texts, wording_history
from models.base import tools
from models.consent import Consent
from models.errors import Refusal
from models.gather import today
from models.person import Relation
from models.request import Choice, Request, Way
from models.trail import Trace
from models.wording import LOCALES, PARTS, Version, Wording, WordingKind, digest
from tests.makers import Browser

GENERAL = texts.ours("general")


@pytest.fixture
def officer(house, web):
    return Browser(web).log_in(house.user("consent-officer"))


def form(locale="en", kind="general", **changed):
    """What the editor sends for one language."""
    text = texts.ours(kind)[locale] | changed
    return {f"{part}-{locale}": text[part] for part in PARTS}


def typed(page, name):
    """What a field of the page holds."""
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    found = found or re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    return html.unescape(found[1])


@pytest.mark.both_engines
def test_what_was_signed_stays_after_a_new_version(house, drain):
    """CON-03: the old record still gives the old text, its bytes and its hash; standard sentences are frozen too."""
    editor, wording = house.user("editor"), Wording.current()[0]
    noor = house.person("Noor", by=editor, email="noor@people.example")
    signed, waiting = (
        Request.ask([noor], [house.use(use)], wording, by=editor, way=Way.LINK)[0]
        for use in ("website", "press")
    )
    before = evidence.shown_text(signed, "en")
    consent = Consent.sign(signed, Choice({"website": True}, None), signer="Noor", steps={})
    first = Version.get(Version.wording == wording, Version.number == 1, Version.locale == "en")
    assert wording.publish({"en": {**GENERAL["en"], "title": "Something else?"}}, by="system") == 2
    again = Consent.get_by_id(consent.id)
    assert evidence.shown_text(again.request, "en") == before
    assert bytes(tools.vault.read(again.vault_id, "shown")) == before
    assert evidence.shown_text(Request.get_by_id(waiting.id), "en").count(b"Something else") == 0
    kept = Version.get_by_id(first.id)
    assert kept.digest == first.digest == digest({part: getattr(kept, part) for part in PARTS})
    assert not set(texts.HOLE.findall(kept.body)) - texts.FACTS
    assert (
        hashlib.sha256(before).hexdigest()
        == hashlib.sha256(evidence.shown_text(again.request, "en")).hexdigest()
    )


def test_an_old_text_with_words_in_braces_is_still_shown_as_it_was(house):
    """What was published under older rules is never rewritten."""
    editor = house.user("editor")
    wording = Wording.create(name="Old", kind=WordingKind.GENERAL)
    Version.create(
        wording=wording,
        number=1,
        locale="en",
        title="Old",
        body="{organisation}: {rights} {shoe}",
        digest="x",
    )
    asked = Request.ask([house.person(by=editor)], [house.use()], wording, by=editor, way=Way.LINK)[0]
    assert evidence.wording(asked, "en").body == "Voorbeeldziekenhuis: {rights} {shoe}"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", [kind.value for kind in WordingKind])
def test_a_preview_is_the_signing_page_and_nothing_is_saved(officer, kind, locale):
    given = {"name": "Mine", "kind": kind, **form(locale, kind, title="Een titel?")}
    before = (Version.select().count(), Wording.select().count(), Trace.select().count())
    page = officer.post("/wordings/preview", {**given, "language": locale})
    assert page.status_code == 200
    sheet = html.unescape(page.text[page.text.index('class="public sheet') :])
    assert f'lang="{locale}" inert' in sheet
    assert {"en": "Yes", "nl": "Ja", "de": "Ja"}[locale] in sheet
    assert "privacy@clearframe.example" in sheet
    assert "Een titel?" in sheet
    assert texts.HOLE.findall(sheet) == []
    assert (Version.select().count(), Wording.select().count(), Trace.select().count()) == before
    hidden = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page.text)
    back = officer.post("/wordings/draft", {name: html.unescape(value) for name, value in hidden})
    assert back.status_code == 200
    assert f'<option value="{kind}" selected>' in back.text
    assert {name: typed(back.text, name) for name in given if name != "kind"} == {
        name: value for name, value in given.items() if name != "kind"
    }


def test_a_preview_with_scripts_is_only_the_panel(officer):
    page = officer.post(
        "/wordings/preview", {**form("nl"), "kind": "minor", "language": "nl"}, headers={"HX-Request": "true"}
    )
    assert page.status_code == 200
    assert "<html" not in page.text
    assert "Ik ben ouder of voogd" in page.text


def test_no_markup_of_the_writer_runs_in_the_preview(officer):
    page = officer.post(
        "/wordings/preview",
        {**form("en", body="<script>alert(1)</script>"), "kind": "general", "language": "en"},
    )
    assert "<script>alert" not in page.text


def test_the_editor_shows_everything_there_is_to_mend_and_puts_sentences_in(officer):
    wording = Wording.current()[0]
    body = GENERAL["en"]["body"].replace("{dpo}", "").replace("{rights}", "") + " This is irrevocable."
    page = officer.post(f"/wordings/{wording.code}", form(body=body))
    assert page.status_code == 422
    assert wording.number == 1
    for words in (
        "data protection officer",
        "what people may ask",
        "This is irrevocable.</q>",
        "4 things to mend",
    ):
        assert words in html.unescape(page.text).replace("Say ", ""), words
    assert typed(page.text, "body-en") == body
    better = officer.post(
        "/wordings/draft", {"wording": wording.code, **form(body=body), "insert": "body-en:dpo"}
    )
    assert "2 things to mend" in better.text
    assert typed(better.text, "body-en") == f"{body}\n\n{texts.sentences('general', 'en')['dpo']}"
    assert officer.post("/wordings/draft", {**form(body=body), "insert": "body-xx:dpo"}).status_code == 200


def test_starting_from_ours_or_from_another(officer):
    page = officer.get("/wordings/new?start=patient")
    assert typed(page.text, "body-de") == texts.ours("patient")["de"]["body"]
    assert page.text.count(">ready<") == 0
    assert page.text.count("ready</span>") == 3
    wording = Wording.current()[0]
    copy = officer.get(f"/wordings/new?copy={wording.code}")
    assert typed(copy.text, "name") == "Copy of Photos of you"
    assert typed(copy.text, "body-nl") == wording.text("nl").body
    made = officer.post(
        "/wordings",
        {
            "name": "Mine",
            "kind": "general",
            **{f"{part}-nl": getattr(wording.text("nl"), part) for part in PARTS},
        },
    )
    assert made.status_code == 303
    shown = officer.get(made.headers["Location"])
    assert "English is missing" in shown.text
    assert officer.get("/wordings/new?copy=nosuch").status_code == 404


def test_versions_are_compared_and_who_signed_is_counted(house, officer):
    editor, wording = house.user("editor"), Wording.current()[0]
    noor = house.person("Noor", by=editor)
    first = Request.ask([noor], [house.use()], wording, by=editor, way=Way.LINK)[0]
    Consent.sign(first, Choice({"website": True}, None), signer="Noor", steps={})
    Request.ask([noor], [house.use("press")], wording, by=editor, way=Way.LINK)
    assert wording_history.affected(wording) == wording_history.Affected(1, 1)
    assert (
        "1 person signed version 1 and isn't asked again by this. 1 open request keeps"
        in officer.get(f"/wordings/{wording.code}/edit").text
    )
    body = wording.text("en").body.replace("You choose for each use", "You decide for each use")
    assert officer.post(f"/wordings/{wording.code}", form(body=body)).status_code == 303
    page = officer.get(f"/wordings/{wording.code}").text
    assert "<del>choose</del><ins>decide</ins>" in page
    assert "Nederlands was left out." in page
    old = officer.get(f"/wordings/{wording.code}?version=1").text
    assert "This is an older version." in old
    assert "You choose for each use" in old
    assert officer.get(f"/wordings/{wording.code}?version=99").status_code == 200


def test_a_text_that_ends_is_kept_by_who_was_asked_with_it(house, officer):
    editor = house.user("editor")
    shoot = Wording.get(Wording.kind == WordingKind.SHOOT)
    asked = Request.ask([house.person(by=editor)], [house.use()], shoot, by=editor, way=Way.LINK)[0]
    assert officer.post(f"/wordings/{shoot.code}/end").status_code == 303
    assert shoot.code not in {row.code for row in Wording.current()}
    assert evidence.wording(Request.get_by_id(asked.id), "en").title == "May we use the photos of this day?"
    assert "No longer offered" in officer.get(f"/wordings/{shoot.code}").text
    assert Trace.select().where(Trace.action == "wording.ended").count() == 1
    with pytest.raises(Refusal):
        Wording.current()[0].end(by=house.user("consent-officer"))


def test_the_fitting_text_is_proposed(house, web):
    """EMP-01, SPC-01: mixed groups get the general one."""
    editor = house.user("editor")
    made = {
        relation: house.person(relation, by=editor, relation=relation)
        for relation in ("visitor", "employee", "patient", "pupil")
    }
    child = house.person("Kim", by=editor, relation="pupil", born=today() - timedelta(days=9 * 365))

    def kind(*people):
        return fitting.fitting(people).kind

    assert kind(made["employee"]) is WordingKind.EMPLOYEE
    assert kind(made["patient"]) is WordingKind.PATIENT
    assert kind(child) is WordingKind.MINOR
    assert kind(made["visitor"]) is kind(made["pupil"]) is WordingKind.GENERAL
    assert kind(made["employee"], child) is WordingKind.GENERAL
    employee = fitting.fitting([made["employee"]])
    page = Browser(web).log_in(editor).get(f"/consents/ask?person={made['employee'].code}")
    assert f'<option value="{employee.code}" selected>' in page.text


@pytest.mark.parametrize(("now", "end"), [
    ("2026-09-01", "2027-07-31"), ("2027-07-30", "2027-07-31"), ("2027-07-31", "2028-07-31"), ("2028-02-29", "2028-07-31"),
])  # fmt: skip
def test_a_pupil_is_asked_until_the_end_of_the_school_year(house, web, monkeypatch, now, end):
    """MIN-10."""
    editor = house.user("editor")
    frozen = clock.now().replace(year=int(now[:4]), month=int(now[5:7]), day=int(now[8:]), hour=12)
    child = house.person("Kim", by=editor, relation=Relation.PUPIL.value, born=date(2018, 3, 1))
    child.add_guardian(name="Gijs", email="gijs@people.example", by=editor)
    grown = house.person("Noor", by=editor, relation="pupil")
    monkeypatch.setattr(clock, "now", lambda: frozen)
    assert fitting.proposed_until([child]) == date.fromisoformat(end)
    assert fitting.proposed_until([grown]) is None
    assert fitting.proposed_until([child, grown]) is None
    asked = Request.ask(
        [child], [house.use()], fitting.fitting([child]), by=editor, way=Way.LINK, attested=True
    )[0]
    assert asked.valid_until == date.fromisoformat(end)


def test_a_pupil_s_form_proposes_the_day(house, web):
    editor = house.user("editor")
    child = house.person("Kim", by=editor, relation="pupil", born=today() - timedelta(days=9 * 365))
    page = Browser(web).log_in(editor).get(f"/consents/ask?person={child.code}").text
    assert typed(page, "valid_until") == fitting.school_end().isoformat()


def test_pages_cost_the_same_whatever_the_number_of_versions(house, officer):
    """Query counts: the history of a text and its editor don't grow with it."""
    wording, counts = Wording.current()[0], []
    for more in (1, 12):
        for number in range(more):
            wording.publish({"en": {**GENERAL["en"], "title": f"Title {number}?"}}, by="system")
            Wording.create(name=f"More {number}", kind="shoot").publish(texts.ours("shoot"), by="system")
        with count_queries() as counted:
            for address in (f"/wordings/{wording.code}", f"/wordings/{wording.code}/edit", "/wordings"):
                assert officer.get(address).status_code == 200
        counts.append(counted.count)
    assert counts[0] == counts[1] <= 45


def test_a_contract_s_page_does_not_speak_of_changing_one_s_mind(house, web):
    """Section 1.6: a contract isn't disguised as a consent, nor the other way round."""
    editor = house.user("editor")
    noor = house.person("Noor", by=editor, email="noor@people.example")
    contract = Wording.get(Wording.kind == WordingKind.CONTRACT)
    asked = Request.ask([noor], [house.use()], contract, by=editor, way=Way.LINK)[0]
    page = Browser(web).get(f"/sign/{asked.raw_token}?lang=en").text
    assert "this is a contract" in page
    assert "change your mind" not in page
