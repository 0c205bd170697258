"""Tables in and out: reads what people bring (CSV and XLSX, as text, within limits), writes what no spreadsheet carries out."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from adapters.sandbox import Reply, Sandbox, Unfit, Unreadable

MOST_BYTES = 20_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_UNPACKED = 200_000_000  # bytes of an XLSX once unpacked: a zip bomb is refused by what it says of itself
MOST_PARTS = 2_000
MOST_LETTERS = 32_767  # of a cell, as spreadsheets have it
MOST_MEMORY = 2 << 30
XLSX = b"PK\x03\x04"
DAMAGED = "this file is damaged or not an XLSX table"
# A spreadsheet runs a cell that begins so; some also run the wide letters of East Asian keyboards.
IGNORED = " '\"\u00a0\u2007\u202f\u3000\u200b\ufeff\x0b\x0c"  # what some drop before they look
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


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
                        header: _plain(line[at]) if at < len(line) else ""
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


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and never runs; `read` takes the apostrophe off again (ASVS 1.2.10)."""
    return f"'{cell}" if cell.lstrip(IGNORED).startswith(FORMULA) else cell


def written(head: Iterable[str], rows: Iterable[Iterable[Any]], *, mark: bool = True) -> bytes:
    """A table as CSV, numbers as they are and all else as text that is never run; `mark` tells spreadsheets it is UTF-8.

    Every text is quoted: one that part their cells at semicolons would else find a cell of its own within a name.
    """
    out = io.StringIO()
    sheet = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    sheet.writerow(head)
    sheet.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig" if mark else "utf-8")


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else harmless(str(value))


def _plain(cell: str) -> str:
    """A cell as it was before `harmless`."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell


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
    """The lines of the first sheet, unpacked and parsed in a child that ends with the table."""
    with Sandbox(seconds=60.0, memory=MOST_MEMORY) as once:
        try:
            header, blocks = once.call("sheet", {}, [data])
            if "bad" in header:
                raise BadTable(str(header["bad"]))
            yield from json.loads(blocks[0])
        except (Unreadable, Unfit, ValueError) as error:
            raise BadTable(DAMAGED) from error


def unpack(_arguments: dict[str, Any], blocks: list[bytes]) -> Reply:
    """The child's part: look at what the archive says of itself before anything is unpacked, then read text."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(blocks[0])) as packed:
            _check(packed)
        book = load_workbook(io.BytesIO(blocks[0]), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1, values_only=True)
        lines = [[_text(cell)[:MOST_LETTERS] for cell in line] for line in rows]
    except BadTable as bad:
        return {"bad": str(bad)}, []
    except MemoryError:
        raise
    except Exception:  # openpyxl throws whatever its parser does
        return {"bad": DAMAGED}, []
    return {}, [json.dumps(lines).encode()]


def _check(packed: zipfile.ZipFile) -> None:
    """Refuse bombs, and XML that defines words of its own: no spreadsheet program writes it (entity bombs)."""
    parts = packed.infolist()
    if len(parts) > MOST_PARTS:
        raise BadTable(DAMAGED)
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BadTable("it unpacks to more than 200 MB")
    for part in parts:
        with packed.open(part) as opened:
            head = opened.read(4096).replace(b"\0", b"").upper()
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise BadTable(DAMAGED)


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
