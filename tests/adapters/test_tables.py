"""Tables in and out: bombs are refused, formulas are never run (ASVS 1.2.10, WSTG INPV-21)."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from adapters import tables

NAUGHTY = (
    "Noor;=1+1;", 'Noor";=1+1', "Noor\t=1", "Noor\r\n=1+1,x", "a,b", "''", '"', "\u202e=1", "👩🏽‍🎓", "Zoë", "ﷺ", "x" * 32_000, "\x0b=1", "1e999",
    "007", "true", "#REF!", "=\u0000"[:1], "%0A=1", "<script>", "\u00ad-1",
)  # fmt: skip
FORMULAS = [
    *(
        before + sign + "1+1"
        for before in ("", " ", "\u00a0", "\u3000", "\ufeff", "\u200b", '"', "'", " '\"")
        for sign in tables.FORMULA
    ),
    "=1+1",
    "+31 6 12345678",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    " =1",
    "=cmd|' /C calc'!A0",
    "'=1",
]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_is_shown_and_comes_back_as_it_was(cell):
    shown = tables.harmless(cell)
    assert shown == f"'{cell}"
    assert tables._plain(shown) == cell


@pytest.mark.parametrize("cell", ["", "Noor", "O'Brien", "'t Hart", "'", "a=b", "🌷"])
def test_other_cells_stay_as_they_are(cell):
    assert (tables.harmless(cell), tables._plain(cell)) == (cell, cell)


WORDS = [*FORMULAS, *NAUGHTY, "", "Noor", "'t Hart"]


def test_csv_out_is_text_in_every_spreadsheet_and_comes_back():
    """ASVS 1.2.10, WSTG INPV-21: parted at commas or at semicolons, no cell begins with a formula; numbers stay numbers."""
    out = tables.written(["word", "number"], [(word, number) for number, word in enumerate(WORDS)])
    for parted in (",", ";", "\t"):
        lines = csv.reader(io.StringIO(out.decode("utf-8-sig"), newline=""), delimiter=parted)
        cells = [cell for line in lines for cell in line]
        assert [
            cell
            for cell in cells
            if cell.lstrip(tables.IGNORED).startswith(tables.FORMULA) and cell[:1] != "'"
        ] == []
    _, rows = tables.read(out)
    assert [(row["word"], row["number"]) for _, row in rows] == [
        (word, str(at)) for at, word in enumerate(WORDS)
    ]
    assert tables.written(["a"], [[None], [True], [-5]], mark=False) == b'"a"\r\n""\r\n"True"\r\n-5\r\n'


def test_xlsx_of_what_was_written_out_holds_no_formula_and_comes_back():
    """As who opens the CSV and saves it as a workbook: openpyxl, like a spreadsheet, makes a formula of what begins so."""
    made, sink = Workbook(), io.BytesIO()
    kept = [word for word in WORDS if not ILLEGAL_CHARACTERS_RE.search(word)]
    for word in ["word", *kept]:
        made.active.append([tables.harmless(word), "x"])
    assert "f" not in {row[0].data_type for row in made.active.iter_rows()}
    made.save(sink)
    _, rows = tables.read(sink.getvalue())
    assert [row["word"] for _, row in rows] == kept


def book(**parts: bytes) -> bytes:
    whole, out = io.BytesIO(), io.BytesIO()
    made = Workbook()
    made.active.append(["Name"])
    made.active.append(["=1+1"])
    made.save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(
                info.filename, parts.get(info.filename.replace("/", "_").split(".")[0], old.read(info))
            )
    return out.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize("part", ["xl_workbook", "xl_worksheets_sheet1", "xl_styles"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_with_words_of_its_own_is_refused(part, encoding):
    with pytest.raises(tables.BadTable, match="damaged"):
        tables.read(book(**{part: LAUGHS.decode().encode(encoding)}))


def test_a_formula_is_read_as_text():
    assert tables.read(book()) == (["Name"], [(2, {"Name": "=1+1"})])


@pytest.mark.parametrize(
    "data",
    [
        b"a\n" + b"x" * 10_000_000,
        b'a\n"' + b"x" * 200_000,
        "a\nb\0".encode("utf-16"),
        b"\xd0\xcf\x11\xe0" + bytes(600),
    ],
)
def test_odd_lists_are_refused_in_words(data):
    with pytest.raises(tables.BadTable):
        tables.read(data)
