"""The files of an import: the list, and the signed forms that come with it in a ZIP."""

from __future__ import annotations

from collections import Counter

from adapters import tables, unzip
from models.consent import scan_kind
from models.errors import Invalid, _l

Lines = list[tuple[int, dict[str, str]]]
WHYS = {
    "the file is larger than 20 MB": _l("This list is larger than 20 MB. Split it."),
    "the first row must hold the names of at most 60 columns": _l(
        "The first row must name the columns, sixty at most. Take out whatever stands above it."
    ),
    "two columns have the same name": _l("Two columns have the same name. Give each its own."),
    "it has more than 20,000 rows; split it": _l("This list has more than 20,000 rows. Split it."),
    "it has no rows below the first one": _l(
        "There are no rows below the first one. Of a workbook, only the first sheet is read."
    ),
    "this is neither CSV nor XLSX": _l(
        "This is neither CSV nor XLSX. Save it as one of these in your spreadsheet program."
    ),
    "a quote is opened and never closed": _l(
        "A quotation mark is opened in this list and never closed. Save it as XLSX instead."
    ),
    "it unpacks to more than 200 MB": _l("This list unpacks to more than 200 MB. Split it."),
    "this file is damaged or not an XLSX table": _l(
        "This file is damaged, or no XLSX table. Save it once more."
    ),
}


def table_of(data: bytes) -> tuple[list[str], Lines]:
    """The headers and numbered rows of a list; Invalid, in words a person can act on, when it can't be read."""
    try:
        return tables.read(data)
    except tables.BadTable as bad:
        raise Invalid(WHYS[str(bad)], field="table") from bad


def scans_of(archive: bytes) -> dict[str, bytes]:
    """The forms in a ZIP by file name; Invalid for what is no ZIP, too much, or no form."""
    try:
        found = unzip.files_of(archive)
    except unzip.BadArchive as bad:
        words = _l("The forms are too large: 20 MB each and 500 MB in all.") if bad.too_large else _l(
            "Choose a ZIP file with the forms in it.")  # fmt: skip
        raise Invalid(words, field="scans") from bad
    twice = next((name for name, count in Counter(name for name, _ in found).items() if count > 1), None)
    if twice is not None:
        # The list names a form by its file name: which of the two is meant can't be told.
        raise Invalid(
            _l("Two forms are called “%(name)s”. Give each its own name."), field="scans", name=twice
        )
    return dict(found)


def check_scan(file: str, scan: bytes) -> None:
    """Raise Invalid, with its name, for a form that is no PDF, JPEG or PNG."""
    try:
        scan_kind(scan)
    except Invalid as odd:
        raise Invalid(_l("“%(name)s” is no PDF, JPEG or PNG."), field="scans", name=file) from odd
