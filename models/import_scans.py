"""The signed forms that come with a list of existing consents, packed in a ZIP."""

from __future__ import annotations

import io
import zipfile

from models.consent import scan_kind
from models.errors import Invalid, _l

MOST_SCAN = 20_000_000
MOST_SCANS = 500_000_000


def scans_of(archive: bytes) -> dict[str, bytes]:
    """The forms in a ZIP by file name; Invalid for what is no ZIP, too much, or no form."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            infos = [info for info in packed.infolist() if not info.is_dir() and not _hidden(info.filename)]
            if sum(info.file_size for info in infos) > MOST_SCANS or any(
                i.file_size > MOST_SCAN for i in infos
            ):
                raise Invalid(_l("The forms are too large: 20 MB each and 500 MB in all."), field="scans")
            names = [info.filename.rsplit("/", 1)[-1] for info in infos]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                # The list names a form by its file name: which of the two is meant can't be told.
                raise Invalid(_l("Two forms are called “%(name)s”. Give each its own name."), field="scans", name=twice)
            return {name: packed.read(info) for name, info in zip(names, infos, strict=True)}
    except Invalid:
        raise
    except Exception as error:  # zipfile throws a dozen kinds at a damaged file
        raise Invalid(_l("Choose a ZIP file with the forms in it."), field="scans") from error


def check_scan(file: str, scan: bytes) -> None:
    """Raise Invalid, with its name, for a form that is no PDF, JPEG or PNG."""
    try:
        scan_kind(scan)
    except Invalid as odd:
        raise Invalid(_l("“%(name)s” is no PDF, JPEG or PNG."), field="scans", name=file) from odd


def _hidden(name: str) -> bool:
    return name.startswith("__MACOSX") or name.rsplit("/", 1)[-1].startswith(".")
