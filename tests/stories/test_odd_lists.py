"""Lists as people really keep them: odd headers, odd choices, odd forms; each answered in words (MIG-01 to MIG-03)."""

from __future__ import annotations

import io
import zipfile

import pytest

from models import import_files
from models.consent import Consent
from models.errors import Invalid
from models.import_rows import Verdict
from models.importing import Import, ImportMapping
from models.use import Use
from tests.makers import Browser

PDF = b"%PDF-1.4 a form"


@pytest.fixture
def editor(house):
    return house.user("editor")


@pytest.fixture
def desk(web, editor):
    return Browser(web).log_in(editor)


def begin(editor, table, scans=None):
    return Import.begin("list.csv", table.encode(), by=editor, scans=scans or {})


def packed(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, PDF + name.encode())
    return out.getvalue()


def test_columns_are_known_again_whatever_their_capitals(editor):
    first = begin(editor, "Wie is het;Adres\nNoor Voorbeeld;noor@people.example\n")
    first.remap({"Wie is het": "name", "Adres": "email"}, "", by=editor)
    again = begin(editor, "wie is het?;ADRES\nDaan Muster;daan@people.example\n")
    assert again.mapping == {"wie is het?": "name", "ADRES": "email"}
    assert [(row.name, row.email) for row in again.rows()] == [("Daan Muster", "daan@people.example")]


def test_a_column_holds_only_what_is_offered(editor, desk):
    made = begin(editor, "Naam;Website\nNoor Voorbeeld;ja\n")
    for odd in ("use:nothing", "nothing"):
        answer = desk.post(f"/imports/{made.code}/mapping", {"column-0": "name", "column-1": odd})
        assert (answer.status_code, "Choose one of the list" in answer.text) == (422, True), odd
    assert not ImportMapping.select().exists()


def test_a_use_that_ended_meanwhile_does_not_stop_the_list(house, editor, drain):
    made = begin(editor, "Naam;Website;Pers\nNoor Voorbeeld;ja;nee\n")
    made.remap(made.mapping, "", by=editor)
    house.use("website").end(by=house.user("consent-officer"))
    made.start(by=editor)
    drain()
    assert Import.get_by_id(made.id).done_at is not None
    assert [line.use.code for line in Consent.get().answers()] == ["press"]
    assert begin(editor, "Naam;Website;Pers\nBo Voorbeeld;ja;nee\n").mapping == {
        "Naam": "name",
        "Pers": "use:press",
    }


def test_two_forms_of_one_name_are_not_guessed_between(editor, desk):
    with pytest.raises(Invalid) as refused:
        import_files.scans_of(packed("2023/form.pdf", "2024/form.pdf"))
    assert refused.value.sentence() == "Two forms are called “form.pdf”. Give each its own name."
    assert set(import_files.scans_of(packed("2023/a.pdf", "2024/b.pdf", "__MACOSX/._a.pdf"))) == {
        "a.pdf",
        "b.pdf",
    }


def test_a_form_that_is_none_is_named_beside_the_field(desk):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("noor.docx", b"a letter")
    answer = desk.post(
        "/imports",
        {
            "table": (io.BytesIO(b"Naam\nNoor Voorbeeld\n"), "list.csv"),
            "scans": (io.BytesIO(out.getvalue()), "forms.zip"),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "“noor.docx” is no PDF, JPEG or PNG." in answer.text
    assert not Import.select().exists()


def test_an_imported_consent_is_never_called_signed_by_link(editor, desk, drain):
    made = begin(editor, "Naam;Website;Getekend op\nNoor Voorbeeld;ja;2026-06-30\n")
    assert [row.verdict for row in made.rows()] == [Verdict.UNPROVED]
    made.start(by=editor)
    drain()
    consent = Consent.get()
    for page in (f"/consents/{consent.code}", f"/people/{consent.person.code}", "/consents?tab=unknown"):
        text = desk.get(page).text
        assert "rought in from a list" in text, page
        assert "by link" not in text, page


def test_asking_everyone_without_proof_is_chosen_already(desk):
    assert 'value="unproven" checked' in desk.get("/campaigns/new?who=unproven").text


def test_the_last_use_stays(house, web):
    officer = house.user("consent-officer")
    *others, last = Use.current()
    for use in others:
        use.end(by=officer)
    answer = Browser(web).log_in(officer).post(f"/uses/{last.code}/end")
    assert answer.status_code == 409
    assert "last use on offer" in answer.text
    assert Use.current() == [last]


def test_rows_keep_the_number_they_have_in_the_sheet(editor):
    made = begin(editor, "\ufeffNaam;Website\nNoor Voorbeeld;ja\n;\n\nDaan Muster;nee\nDaan Muster;nee\n")
    assert [(row.number, row.name) for row in made.rows()] == [
        (2, "Noor Voorbeeld"), (5, "Daan Muster"), (6, "Daan Muster"),
    ]  # fmt: skip
    assert made.rows()[2].notes == [("It stands further up in this list.", {})]


def test_what_spreadsheets_call_unicode_text_is_read(editor):
    made = Import.begin("list.txt", "Name\tWebsite\nJürgen Groß\tja\n".encode("utf-16"), by=editor)
    assert [row.name for row in made.rows()] == ["Jürgen Groß"]


def test_a_list_that_cannot_be_read_says_what_to_do(desk):
    for data, said in (
        (b"name,website\n", "no rows below the first one"),
        (b"name,name\nA,B\n", "Two columns have the same name"),
        (b'name,website\n"A,yes\n', "never closed"),
        (b"\x89PNG\r\n\x1a\n\0\0", "Save it as one of these"),
        (b"PK\x03\x04garbage", "Save it once more"),
        (b"\n\n", "The first row must name the columns"),
    ):
        answer = desk.post(
            "/imports", {"table": (io.BytesIO(data), "list.csv")}, content_type="multipart/form-data"
        )
        assert (answer.status_code, said in answer.text) == (422, True), said


def test_a_title_above_the_columns_is_said_and_can_be_mended(editor, desk):
    made = begin(editor, "Consents of 2023\nNoor Voorbeeld\n")
    page = desk.get(f"/imports/{made.code}").text
    assert "No column is known to hold the name." in page
    assert '<details class="card fold" open>' in page
