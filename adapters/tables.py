"""Reads tables that people bring: CSV and XLSX, as text, within limits, formulas left alone."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

MOST_BYTES = 20_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_UNPACKED = 200_000_000  # bytes of an XLSX once unpacked: a zip bomb is refused by what it says of itself
XLSX = b"PK\x03\x04"


class BadTable(Exception):
    """It can't be read as a table; the message says why in a few words."""


def read(data: bytes) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Headers, and rows with their number in the sheet, as text by header. Raises BadTable; dates come as 2026-06-30."""
    if len(data) > MOST_BYTES:
        raise BadTable("the file is larger than 20 MB")
    lines = _xlsx(data) if data.startswith(XLSX) else _csv(data)
    headers = [cell.strip()[:200] for cell in next(lines, [])]
    while headers and not headers[-1]:
        headers.pop()
    if not headers or len(headers) > MOST_COLUMNS:
        raise BadTable("the first row must hold the names of at most 60 columns")
    if len({header for header in headers if header}) != len([header for header in headers if header]):
        raise BadTable("two columns have the same name")
    rows: list[tuple[int, dict[str, str]]] = []
    for number, line in enumerate(lines, 2):
        if any(cell.strip() for cell in line):
            rows.append(
                (
                    number,
                    {
                        header: line[at] if at < len(line) else ""
                        for at, header in enumerate(headers)
                        if header
                    },
                )
            )
        if len(rows) > MOST_ROWS:
            raise BadTable("it has more than 20,000 rows; split it")
    if not rows:
        raise BadTable("it has no rows below the first one")
    return [header for header in headers if header], rows


def _csv(data: bytes) -> Iterator[list[str]]:
    text = _text_of(data)
    if "\0" in text:
        raise BadTable("this is neither CSV nor XLSX")
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t|", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise BadTable("a quote is opened and never closed") from error


def _text_of(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # what spreadsheets call Unicode text
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _xlsx(data: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > MOST_UNPACKED:
                raise BadTable("it unpacks to more than 200 MB")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        for line in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1, values_only=True):
            yield [_text(cell) for cell in line]
        book.close()
    except BadTable:
        raise
    except Exception as error:  # openpyxl throws whatever its parser does
        raise BadTable("this file is damaged or not an XLSX table") from error


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
