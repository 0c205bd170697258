"""A list from before, its forms, and the people in it (issue part 10; MIG-01 to MIG-05, T11)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook

from adapters import tables
from models import faces, import_files, importing, merging, schema
from models.base import find
from models.consent import Answer, Consent, Line, withdraw
from models.errors import Invalid, Missing, NotAllowed, Refusal
from models.face import Appearance
from models.facts import Period
from models.gather import today
from models.import_rows import Verdict
from models.importing import Import, ImportedRow
from models.merging import Distinct, Merging
from models.person import Person
from models.photo import Photo
from models.reasons import Code, State
from models.trail import Trace, verify
from tests.house.tree import HERE
from tests.makers import Browser

pytestmark = pytest.mark.both_engines
PDF = b"%PDF-1.4 a form"
TABLE = """Naam;E-mail;Website;Pers;Getekend op;Geldig tot;Formulier
Noor Voorbeeld;noor@people.example;ja;nee;2026-06-30;2028-06-30;noor.pdf
Jan Jansen Voorbeeld;;ja;;2026-05-01;;
Jan Jansen Voorbeeld;jan@people.example;alle media;;2026-05-02;;
Bo Voorbeeld;bo@people.example;nee;nee;2026-05-02;;
Wrong Voorbeeld;;ja;;03/04/2024;;
"""


@pytest.fixture
def editor(house):
    return house.user("editor")


def begin(editor, table=TABLE, scans=None):
    return Import.begin(
        "consents.csv", table.encode(), by=editor, scans={"noor.pdf": PDF} if scans is None else scans
    )


def counted():
    return {model.__name__: model.select().count() for model in schema.records()}


def test_a_dry_run_changes_nothing_and_explains_every_row(editor, drain):
    made = begin(editor)
    before = counted()
    rows = made.rows()
    assert [row.verdict for row in rows] == [
        Verdict.DOCUMENTED, Verdict.UNPROVED, Verdict.UNPROVED, Verdict.DOCUMENTED, Verdict.REJECTED,
    ]  # fmt: skip
    assert all(row.notes for row in rows)
    drain()
    assert counted() == before


def test_rows_come_in_once_and_nothing_becomes_a_yes(house, editor, drain):
    """MIG-01, MIG-03: two of the same name are two; again changes nothing; a no counts."""
    begin(editor).start(by=editor)
    drain()
    assert Person.select().where(Person.name == "Jan Jansen Voorbeeld").count() == 2
    assert {line.answer for line in Line.select()} == {Answer.UNKNOWN, Answer.REFUSED}
    after = {
        key: value for key, value in counted().items() if key in ("Person", "Consent", "Line", "ImportedRow")
    }
    again = begin(editor)
    assert [row.verdict for row in again.rows()].count(Verdict.KNOWN) == 4
    again.start(by=editor)
    drain()
    assert {key: value for key, value in counted().items() if key in after} == after
    assert "Noor" not in " ".join(line.facts or "" for line in Trace.select())
    assert verify().bad is None
    with pytest.raises(Refusal):
        again.start(by=editor)


def test_a_worker_that_dies_goes_on_where_it_stopped(editor, drain, monkeypatch):
    made = begin(editor)
    made.start(by=editor)
    whole, calls = importing._bring_in, []

    def dies(*about):
        calls.append(about)
        if len(calls) == 3:
            raise KeyboardInterrupt
        whole(*about)

    monkeypatch.setattr(importing, "_bring_in", dies)
    with pytest.raises(KeyboardInterrupt):
        importing.carry_out(made.id)
    assert ImportedRow.select().count() == 2
    monkeypatch.undo()
    importing.carry_out(made.id)
    assert (ImportedRow.select().count(), Person.select().count()) == (4, 4)


def test_a_form_is_read_by_somebody_else_before_it_counts(house, editor, drain, later):
    """T11: unclear until then, from today on afterwards; a later no still decides."""
    begin(editor).start(by=editor)
    drain()
    noor = Person.get(Person.email == "noor@people.example")
    taken = house.photo(house.album(by=editor), by=editor)
    drain()
    photo = Photo.get_by_id(taken.id)
    faces.add_person(photo, noor, by=editor)
    photo.review(by=editor)

    def verdict():
        clearance = photo.clearance(house.use(), Period(today(), None))
        return clearance.state, clearance.reasons[0].code

    assert verdict() == (State.UNCLEAR, Code.EVIDENCE_MISSING)
    officer = house.user("consent-officer", "editor")
    consent = importing.waiting(officer).get()
    assert consent.person == noor
    with pytest.raises(NotAllowed):
        importing.accept(consent, by=editor)
    importing.accept(consent, by=officer)
    assert verdict() == (State.CLEARED, Code.CONSENT)
    line = Line.get(Line.answer == Answer.GIVEN)
    assert (line.valid_from, line.decided_at.date().isoformat()) == (today(), "2026-06-30")
    with pytest.raises(Refusal, match="checked already"):
        importing.accept(consent, by=officer)
    assert not importing.waiting(officer).exists()
    later(seconds=5)
    withdraw(noor, uses=None, recognition=False, actor="signer", means="phone")
    assert verdict() == (State.BLOCKED, Code.WITHDRAWN)


def test_who_typed_it_over_may_not_accept_it(house, drain):
    both = house.user("consent-officer", "editor")
    begin(both).start(by=both)
    drain()
    consent = Consent.get(Consent.signer == "Noor Voorbeeld")
    with pytest.raises(NotAllowed, match="Somebody else"):
        importing.accept(consent, by=both)


def test_what_says_nothing_is_never_accepted(house, editor, drain):
    begin(editor).start(by=editor)
    drain()
    officer = house.user("consent-officer")
    vague = ImportedRow.get(ImportedRow.vague == True).consent  # noqa: E712 - SQL
    with pytest.raises(Refusal, match="Ask this person again"):
        importing.accept(vague, by=officer)


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "first row"), (b"\0\1\2", "neither CSV"), (b"PK\x03\x04 junk", "damaged"), (b"a,a\n1,2", "same name"),
     (b'name\n"open', "quotation mark"), (b"x," * 80, "The first row must name"), (b"n\n" + b"x\n" * 20_001, "20,000")],
)  # fmt: skip
def test_a_table_that_is_none_is_refused_in_words(editor, data, why):
    with pytest.raises(Invalid) as refusal:
        Import.begin("x.csv", data, by=editor)
    assert why in refusal.value.sentence()
    assert Import.select().count() == 0


def test_a_zip_bomb_is_not_unpacked(editor):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 201_000_000)
    assert len(packed.getvalue()) < 1_000_000
    with pytest.raises(tables.BadTable, match="200 MB"):
        tables.read(packed.getvalue())
    with pytest.raises(Invalid):
        import_files.scans_of(b"PK nothing")


def test_excel_dates_and_numbers_come_as_text(editor):
    book, out = Workbook(), io.BytesIO()
    book.active.append(["Naam", "Website", "Getekend op", "Nummer"])
    book.active.append(["Noor Voorbeeld", "ja", datetime(2026, 6, 30), 7.0])
    book.active.append(["Bo Voorbeeld", "=1+1", None, None])
    book.save(out)
    headers, rows = tables.read(out.getvalue())
    assert headers == ["Naam", "Website", "Getekend op", "Nummer"]
    assert list(rows[0][1].values()) == ["Noor Voorbeeld", "ja", "2026-06-30", "7"]
    made = Import.begin("x.xlsx", out.getvalue(), by=editor)
    assert [row.verdict for row in made.rows()] == [Verdict.UNPROVED, Verdict.REJECTED]


def test_the_mapping_is_remembered_and_the_table_forgotten(editor, later):
    odd = "Wie;Wat\nNoor Voorbeeld;ja\n"
    made = begin(editor, odd, {})
    assert made.mapping == {}
    with pytest.raises(Invalid):
        made.remap({"Wie": "email"}, "", by=editor)
    made.remap({"Wie": "name", "Wat": "use:website"}, "dmy", by=editor)
    assert begin(editor, odd, {}).mapping == {"Wie": "name", "Wat": "use:website"}
    later(days=31)
    importing.sweep()
    assert not Import.get_by_id(made.id).is_kept


def test_two_entries_become_one_and_two_again(house, editor, drain):
    """MIG-03: consents, photos and noes move along; undoing loses nothing; the trail holds no name."""
    begin(editor).start(by=editor)
    drain()
    one, other = Person.select().where(Person.name == "Jan Jansen Voorbeeld").order_by(Person.id)
    assert merging.suspects(editor) == [(one, other)]
    taken = house.photo(house.album(by=editor), by=editor)
    drain()
    faces.add_person(Photo.get_by_id(taken.id), other, by=editor)
    before = (
        Line.select().where(Line.person == one).count(),
        Line.select().where(Line.person == other).count(),
    )
    merged = Merging.merge(one, other, by=editor)
    assert (Line.select().where(Line.person == one).count(), Appearance.get().person) == (sum(before), one)
    assert other not in editor.people()
    with pytest.raises(Missing):
        find(editor.people(), other.code)
    with pytest.raises(Refusal):
        Merging.merge(one, other, by=editor)
    merged.undo(by=editor)
    assert (
        Line.select().where(Line.person == one).count(),
        Line.select().where(Line.person == other).count(),
    ) == before
    assert Appearance.get().person == other
    with pytest.raises(Refusal):
        merged.undo(by=editor)
    Distinct.note(other, one, by=editor)
    assert merging.suspects(editor) == []


def test_samples_of_our_own_pen_say_what_they_promise(editor):
    """The two files in docs/samples are the same list, and each verdict occurs."""
    verdicts = {}
    for name in ("consents.csv", "consents.xlsx"):
        made = Import.begin(
            name, (HERE / "docs" / "samples" / name).read_bytes(), by=editor, scans={"noor.pdf": PDF}
        )
        verdicts[name] = [row.verdict.value for row in made.rows()]
    assert verdicts["consents.csv"] == verdicts["consents.xlsx"]
    assert set(verdicts["consents.csv"]) == {"documented", "unproved", "rejected"}


def test_the_desk_goes_from_upload_to_comparison(house, web, drain):
    editor, officer = house.user("editor"), house.user("consent-officer")
    desk, other = Browser(web).log_in(editor), Browser(web).log_in(officer)
    forms = io.BytesIO()
    with zipfile.ZipFile(forms, "w") as archive:
        archive.writestr("scans/noor.pdf", PDF)
    wrong = desk.post("/imports", {"table": (io.BytesIO(b"\0"), "x.csv")}, content_type="multipart/form-data")
    assert wrong.status_code == 422
    files = {
        "table": (io.BytesIO(TABLE.encode()), "list.csv"),
        "scans": (io.BytesIO(forms.getvalue()), "f.zip"),
    }
    made = desk.post("/imports", files, content_type="multipart/form-data")
    assert made.status_code == 303
    here = made.headers["Location"]
    page = desk.get(here).text
    assert "two different days" in page
    assert "Complete, with its form" in page
    assert desk.get(f"{here}?verdict=rejected").text.count("<tr>") == 2
    assert (
        desk.post(
            f"{here}/mapping", {"column-0": "name", "column-2": "use:website", "order": "dmy"}
        ).status_code
        == 303
    )
    columns = {f"column-{at}": target for at, target in enumerate(
        ["name", "email", "use:website", "use:press", "signed_on", "valid_until", "file"])}  # fmt: skip
    assert desk.post(f"{here}/mapping", {**columns, "order": ""}).status_code == 303
    assert desk.post(f"{here}/start").status_code == 303
    drain()
    assert "4 consents were brought in" in desk.get(here).text
    review = other.get("/imports/review").text
    assert "Noor Voorbeeld" in review
    consent = importing.waiting(officer).get()
    assert other.get(f"/consents/{consent.code}/papers/paper").data == PDF
    assert other.get(f"/consents/{consent.code}").status_code == 200
    assert other.post(f"/consents/{consent.code}/acceptance", {"says": "yes"}).status_code == 303
    assert "No form waits" in other.get("/imports/review").text
    same = desk.get("/people/same").text
    assert same.count("Jan Jansen Voorbeeld") == 2
    one, two = Person.select().where(Person.name == "Jan Jansen Voorbeeld").order_by(Person.id)
    assert desk.post(f"/people/{one.code}/merge", {"other": two.code, "what": "one"}).status_code == 303
    assert "was merged into this one" in desk.get(f"/people/{one.code}").text
    undo = f"/people/{one.code}/merge/{Merging.get().code}/undo"
    assert desk.post(undo).status_code == 303
    assert json.dumps(desk.get("/imports").status_code) == "200"


def test_the_link_of_a_merged_entry_leads_to_the_one_that_stays(house, editor):
    from models import my_page

    one, other = house.person("Jan Voorbeeld", by=editor), house.person("Jan Voorbeeld", by=editor)
    token = my_page.token(other)
    merged = Merging.merge(one, other, by=editor)
    assert my_page.by_token(token) == one
    merged.undo(by=editor)
    assert my_page.by_token(token) == other
