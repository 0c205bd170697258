"""Tables in and out: bombs are refused, formulas are never run (ASVS 1.2.10, WSTG INPV-21)."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook

from adapters import tables

FORMULAS = [
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
