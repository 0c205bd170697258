"""What a file says of itself, read from originals and written as a rights card into copies (MET-01..09)."""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

PLUS = "http://ns.useplus.org/ldf/vocab/"
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
CONFIG = Path(__file__).with_name("exiftool.config")
LONGEST = 5000
# A folder that is memory, so that what is decrypted never reaches a disk; ours inside it has mode 0700.
MEMORY = Path("/dev/shm")  # noqa: S108
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
BREAKS = re.compile(r"[\r\n]+")
READ = [
    "-j", "-struct", "-n", "-fast", "-charset", "filename=utf8", "-charset", "iptc=utf8", "-api", "largefilesupport=1",
    "-EXIF:DateTimeOriginal", "-EXIF:OffsetTimeOriginal", "-EXIF:Make", "-EXIF:Model", "-EXIF:Artist", "-EXIF:Copyright",
    "-EXIF:ImageDescription", "-EXIF:Orientation", "-EXIF:GPSLatitude", "-IPTC:ObjectName", "-IPTC:Caption-Abstract",
    "-IPTC:By-line", "-IPTC:Credit", "-IPTC:CopyrightNotice", "-IPTC:Keywords", "-IPTC:City", "-IPTC:Country-PrimaryLocationName",
    "-XMP-dc:all", "-XMP-photoshop:all", "-XMP-iptcCore:all", "-XMP-iptcExt:all", "-XMP-mwg-rs:all", "-XMP-MP:all",
    "-XMP-xmp:CreateDate",
]  # fmt: skip


@dataclass(frozen=True)
class Region:
    """A named place in the upright picture, fractions of its size, from the top left (MET-06)."""

    name: str
    left: float
    top: float
    width: float
    height: float


@dataclass
class Facts:
    """What could be read; `unread` when the file's metadata made no sense."""

    taken_at: datetime | None = None
    camera: str = ""
    creator: str = ""
    credit: str = ""
    copyright: str = ""
    title: str = ""
    caption: str = ""
    alt_text: str = ""
    keywords: list[str] = field(default_factory=list)
    place: str = ""
    gps: bool = False
    names: list[str] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    unread: bool = False


@dataclass(frozen=True, kw_only=True)
class Card:
    """The rights card of a file that leaves: whose it is, for what, until when, and where to check."""

    creator: str
    credit: str
    copyright: str
    title: str
    caption: str
    date_created: datetime | None
    alt_text: str
    usage_terms: str
    licensor_name: str
    licensor_url: str
    web_statement: str
    model_status: str  # MR-NAP, MR-NON, MR-LMR or MR-UMR
    model_ids: list[str]
    data_mining: str
    source_type: str
    instance: str
    valid_until: date | None
    names: list[str] = field(default_factory=list)  # only with a naming line (CON-09, MET-05)


def read(data: bytes, suffix: str) -> Facts:
    """Read EXIF, IPTC and XMP; odd files give empty facts, never an error."""
    try:
        with scratch(data, suffix) as path:
            found = json.loads(_tool().run(*READ, str(path)) or "[{}]")[0]
        return _facts({key: value for key, value in found.items() if key != "SourceFile"})
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, OSError):
        return Facts(unread=True)


def write_card(data: bytes, suffix: str, card: Card) -> bytes:
    """A copy of our own clean JPEG that carries the card in IPTC and XMP, and nothing else."""
    with scratch(data, suffix) as path:
        arguments = path.with_suffix(".args")
        arguments.write_text("\n".join(_assignments(card)), encoding="utf-8")
        _tool().run(
            "-overwrite_original",
            "-charset",
            "iptc=utf8",
            "-codedcharacterset=utf8",
            "-@",
            str(arguments),
            str(path),
        )
        return path.read_bytes()


def read_card(data: bytes) -> dict[str, Any]:
    """Every tag of a file with its group, raw values, for checks."""
    with scratch(data, ".jpg") as path:
        return dict(json.loads(_tool().run("-j", "-G1", "-n", "-struct", str(path)))[0])


def _assignments(card: Card) -> Iterator[str]:
    created = card.date_created.strftime("%Y:%m:%d %H:%M:%S") if card.date_created else ""
    pairs = {
        "XMP-dc:Creator": card.creator, "IPTC:By-line": card.creator[:32],
        "XMP-photoshop:Credit": card.credit, "IPTC:Credit": card.credit[:32],
        "XMP-dc:Rights": card.copyright, "IPTC:CopyrightNotice": card.copyright[:128],
        "XMP-dc:Title": card.title, "IPTC:ObjectName": card.title[:64],
        "XMP-dc:Description": card.caption, "IPTC:Caption-Abstract": card.caption[:2000],
        "XMP-photoshop:DateCreated": created, "IPTC:DateCreated": created[:10],
        "XMP-iptcCore:AltTextAccessibility": card.alt_text,
        "XMP-xmpRights:UsageTerms": card.usage_terms, "IPTC:SpecialInstructions": card.usage_terms[:256],
        "XMP-photoshop:Instructions": card.usage_terms,
        "XMP-xmpRights:WebStatement": card.web_statement, "XMP-xmpRights:Marked": "True",
        "XMP-plus:LicensorName": card.licensor_name, "XMP-plus:LicensorURL": card.licensor_url,
        "XMP-plus:ModelReleaseStatus#": PLUS + card.model_status,
        "XMP-plus:DataMining#": PLUS + card.data_mining,
        "XMP-plus:LicenseEndDate": card.valid_until.strftime("%Y:%m:%d") if card.valid_until else "",
        "XMP-iptcExt:DigitalSourceType": SOURCE + card.source_type,
        "XMP-dc:Identifier": card.instance,
    }  # fmt: skip
    lists = {"XMP-plus:ModelReleaseID": card.model_ids, "XMP-iptcExt:PersonInImage": card.names}
    for tag, value in [*pairs.items(), *((tag, item) for tag, items in lists.items() for item in items)]:
        if value:
            yield f"-{tag}={BREAKS.sub(' ', _clean(value))}"


class Tool:
    """One exiftool process, kept open: 4 ms a file instead of 120 for a start each."""

    def __init__(self) -> None:
        from exiftool import ExifTool

        self.pid = os.getpid()
        self.lock = threading.Lock()
        self._process = ExifTool(common_args=[], encoding="utf-8", config_file=str(CONFIG))
        self._process.run()

    def run(self, *arguments: str) -> str:
        """Carry out one command; ValueError when the process did not answer."""
        with self.lock:
            try:
                return str(self._process.execute(*arguments))
            except Exception as error:
                global _kept
                _kept = None  # a stuck or dead process is replaced at the next call
                raise ValueError("exiftool did not answer") from error


_kept: Tool | None = None


def _tool() -> Tool:
    global _kept
    if _kept is None or _kept.pid != os.getpid():
        _kept = Tool()
    return _kept


@contextmanager
def scratch(data: bytes, suffix: str) -> Iterator[Path]:
    """The bytes as a private file in memory, gone afterwards; its name is ours, never the uploader's."""
    with tempfile.TemporaryDirectory(prefix="clearframe-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(data)
        yield path


def _facts(tags: dict[str, Any]) -> Facts:
    regions = list(_regions(tags))
    names = [*_list(tags.get("PersonInImage")), *(region.name for region in regions)]
    return Facts(
        taken_at=_moment(
            tags.get("DateTimeOriginal") or tags.get("CreateDate"), tags.get("OffsetTimeOriginal")
        ),
        camera=_text(f"{tags.get('Make', '')} {tags.get('Model', '')}")[:100],
        creator=_first(tags, "Creator", "By-line", "Artist"),
        credit=_first(tags, "Credit"),
        copyright=_first(tags, "Rights", "CopyrightNotice", "Copyright"),
        title=_first(tags, "Title", "ObjectName")[:300],
        caption=_first(tags, "Description", "Caption-Abstract", "ImageDescription"),
        alt_text=_first(tags, "AltTextAccessibility")[:1000],
        keywords=list(dict.fromkeys([*_list(tags.get("Subject")), *_list(tags.get("Keywords"))]))[:100],
        place=", ".join(
            filter(None, (_first(tags, "City"), _first(tags, "Country", "Country-PrimaryLocationName")))
        ),
        gps="GPSLatitude" in tags,
        names=list(dict.fromkeys(filter(None, names)))[:50],
        regions=regions[:200],
    )


def _regions(tags: dict[str, Any]) -> Iterator[Region]:
    turn = int(tags.get("Orientation") or 1)
    for item in _dicts(_dict(tags.get("RegionInfo")).get("RegionList")):
        area = _dict(item.get("Area"))
        width, height = _number(area.get("W")), _number(area.get("H"))
        # MWG gives the centre.
        box = (_number(area.get("X")) - width / 2, _number(area.get("Y")) - height / 2, width, height)
        yield _region(item.get("Name"), box, turn)
    for item in _dicts(_dict(tags.get("RegionInfoMP")).get("Regions")):
        edges = [_number(part) for part in str(item.get("Rectangle") or "").split(",")]
        if len(edges) == 4:
            yield _region(item.get("PersonDisplayName"), (edges[0], edges[1], edges[2], edges[3]), turn)
    for item in _dicts(tags.get("ImageRegion")):
        edge = _dict(item.get("RegionBoundary"))
        if edge.get("RbUnit") == "relative" and edge.get("RbShape") == "rectangle":
            corner = (
                _number(edge.get("RbX")),
                _number(edge.get("RbY")),
                _number(edge.get("RbW")),
                _number(edge.get("RbH")),
            )
            names = _list(item.get("PersonInImage")) or _list(item.get("Name"))
            yield _region(names[0] if names else "", corner, turn)


def _region(name: Any, box: tuple[float, float, float, float], turn: int) -> Region:
    """Turn a box of the stored picture into one of the upright picture (EXIF orientation 1 to 8)."""
    left, top, width, height = box
    right, bottom = 1 - left - width, 1 - top - height
    if turn in (5, 6, 7, 8):
        width, height = height, width
    corners = {
        2: (right, top), 3: (right, bottom), 4: (left, bottom), 5: (top, left), 6: (bottom, left), 7: (bottom, right),
        8: (top, right),
    }  # fmt: skip
    left, top = corners.get(turn, (left, top))
    return Region(_text(name)[:200], left, top, width, height)


def _first(tags: dict[str, Any], *names: str) -> str:
    for name in names:
        value = tags.get(name)
        if isinstance(value, dict):
            value = value.get("x-default") or next(iter(value.values()), "")
        if isinstance(value, list):
            value = ", ".join(_text(item) for item in value)
        if value not in (None, ""):
            return _text(value)
    return ""


def _list(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [] if value in (None, "") else [value]
    return [_text(item)[:200] for item in items if not isinstance(item, dict | list)]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _text(value: Any) -> str:
    return _clean(str(value if value is not None else "")).strip()[:LONGEST]


def _clean(text: str) -> str:
    return CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def _number(value: Any) -> float:
    return float(value or 0)


def _moment(value: Any, offset: Any) -> datetime | None:
    """Naive when the camera named no zone; None for what is no date."""
    for pattern, text in (
        ("%Y:%m:%d %H:%M:%S%z", f"{value}{offset or ''}"),
        ("%Y:%m:%d %H:%M:%S", str(value)[:19]),
    ):
        try:
            moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - few cameras name their zone
        except ValueError:
            continue
        return moment if 1825 < moment.year < 9999 else None
    return None
