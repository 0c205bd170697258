"""What a file says of itself, read from originals and written as a rights card into copies (MET-01..09)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from adapters.exiftool import scratch, tool

PLUS = "http://ns.useplus.org/ldf/vocab/"
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
LONGEST = 5000
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
BREAKS = re.compile(r"[\r\n]+")
READ = [
    "-j", "-struct", "-n", "-fast", "-charset", "filename=utf8", "-charset", "iptc=utf8", "-api", "largefilesupport=1",
    "-EXIF:DateTimeOriginal", "-EXIF:OffsetTimeOriginal", "-EXIF:Make", "-EXIF:Model", "-EXIF:Artist", "-EXIF:Copyright",
    "-EXIF:ImageDescription", "-EXIF:Orientation", "-EXIF:GPSLatitude", "-IPTC:ObjectName", "-IPTC:Caption-Abstract",
    "-IPTC:By-line", "-IPTC:Credit", "-IPTC:CopyrightNotice", "-IPTC:Keywords", "-IPTC:City", "-IPTC:Country-PrimaryLocationName",
    "-XMP-dc:all", "-XMP-photoshop:all", "-XMP-iptcCore:all", "-XMP-iptcExt:all", "-XMP-mwg-rs:all", "-XMP-MP:all",
    "-XMP-xmp:CreateDate", "-Composite:ImageSize",
]  # fmt: skip


Box = tuple[float, float, float, float]  # left, top, width, height as fractions of the upright picture


@dataclass(frozen=True)
class Region:
    """A named place in the upright picture, fractions of its size, from the top left (MET-06)."""

    name: str
    left: float
    top: float
    width: float
    height: float

    @property
    def box(self) -> Box:
        """Left, top, width and height together."""
        return (self.left, self.top, self.width, self.height)


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
    regions: list[Region] = field(default_factory=list)  # where these people are, in the copy itself (MET-06)
    size: tuple[int, int] = (0, 0)  # the copy's width and height in pixels; needed with regions


def read(data: bytes, suffix: str) -> Facts:
    """Read EXIF, IPTC and XMP; odd files give empty facts, never an error."""
    try:
        with scratch(data, suffix) as path:
            found = json.loads(tool().run(*READ, str(path)) or "[{}]")[0]
        return _facts({key: value for key, value in found.items() if key != "SourceFile"})
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, OSError):
        return Facts(unread=True)


def write_card(data: bytes, suffix: str, card: Card) -> bytes:
    """A copy of our own clean JPEG that carries the card in IPTC and XMP, and nothing else; ValueError if it can't be written."""
    with scratch(data, suffix) as path:
        arguments = path.with_suffix(".args")
        arguments.write_text("\n".join(_assignments(card)), encoding="utf-8")
        utf8 = ("-charset", "iptc=utf8", "-codedcharacterset=utf8")
        tool().run("-overwrite_original", *utf8, "-@", str(arguments), str(path), must=True)
        return path.read_bytes()


def read_card(data: bytes) -> dict[str, Any]:
    """Every tag of a file with its group, raw values, for checks."""
    with scratch(data, ".jpg") as path:
        return dict(json.loads(tool().run("-j", "-G1", "-n", "-struct", str(path)))[0])


def _assignments(card: Card) -> Iterator[str]:
    created = card.date_created.strftime("%Y:%m:%d %H:%M:%S") if card.date_created else ""
    pairs = {
        "XMP-dc:Creator": card.creator, "IPTC:By-line": _cut(card.creator, 32),
        "XMP-photoshop:Credit": card.credit, "IPTC:Credit": _cut(card.credit, 32),
        "XMP-dc:Rights": card.copyright, "IPTC:CopyrightNotice": _cut(card.copyright, 128),
        "XMP-dc:Title": card.title, "IPTC:ObjectName": _cut(card.title, 64),
        "XMP-dc:Description": card.caption, "IPTC:Caption-Abstract": _cut(card.caption, 2000),
        "XMP-photoshop:DateCreated": created, "IPTC:DateCreated": created[:10],
        "XMP-iptcCore:AltTextAccessibility": card.alt_text,
        "XMP-xmpRights:UsageTerms": card.usage_terms, "IPTC:SpecialInstructions": _cut(card.usage_terms, 256),
        "XMP-photoshop:Instructions": card.usage_terms,
        "XMP-xmpRights:WebStatement": card.web_statement, "XMP-xmpRights:Marked": "True",
        "XMP-plus:LicensorName": card.licensor_name, "XMP-plus:LicensorURL": card.licensor_url,
        "XMP-plus:ModelReleaseStatus#": PLUS + card.model_status,
        "XMP-plus:DataMining#": PLUS + card.data_mining,
        "XMP-plus:LicenseEndDate": card.valid_until.strftime("%Y:%m:%d") if card.valid_until else "",
        "XMP-iptcExt:DigitalSourceType": SOURCE + card.source_type,
        "XMP-dc:Identifier": card.instance,
    }  # fmt: skip
    yield from _places(card)
    lists = {"XMP-plus:ModelReleaseID": card.model_ids, "XMP-iptcExt:PersonInImage": card.names}
    for tag, value in [*pairs.items(), *((tag, item) for tag, items in lists.items() for item in items)]:
        if value:
            yield f"-{tag}={BREAKS.sub(' ', _clean(value)).strip()}"


def _places(card: Card) -> Iterator[str]:
    """The named places in the three forms programs read: MWG by its centre, IPTC and Microsoft by the corner (MET-06)."""
    if not card.regions:
        return
    width, height = card.size
    mwg, iptc, mp = [], [], []
    for region in card.regions:
        name = _escaped(region.name)
        left, top, wide, high = (f"{edge:.6f}" for edge in region.box)
        across, down = f"{region.left + region.width / 2:.6f}", f"{region.top + region.height / 2:.6f}"
        mwg.append(
            f"{{Area={{X={across},Y={down},W={wide},H={high},Unit=normalized}},Name={name},Type=Face}}"
        )
        boundary = f"{{RbShape=rectangle,RbUnit=relative,RbX={left},RbY={top},RbW={wide},RbH={high}}}"
        iptc.append(f"{{Name={name},RegionBoundary={boundary}}}")
        mp.append(f"{{PersonDisplayName={name},Rectangle={left}|, {top}|, {wide}|, {high}}}")
    size = f"{{W={width},H={height},Unit=pixel}}"
    yield f"-XMP-mwg-rs:RegionInfo={{AppliedToDimensions={size},RegionList=[{','.join(mwg)}]}}"
    yield f"-XMP-iptcExt:ImageRegion=[{','.join(iptc)}]"
    yield f"-XMP-MP:RegionInfoMP={{Regions=[{','.join(mp)}]}}"


def _escaped(text: str) -> str:
    """A name inside a structure, where brackets, commas and the escape itself mean something to ExifTool."""
    return re.sub(r"([|{}\[\],&])", r"|\1", BREAKS.sub(" ", _clean(text)).strip())


def _cut(text: str, most: int) -> str:
    """At most so many bytes, as IPTC counts, and never half a letter."""
    return text.encode()[:most].decode(errors="ignore")


def _facts(tags: dict[str, Any]) -> Facts:
    places = list(_regions(tags))
    details = (
        name for item in _dicts(tags.get("PersonInImageWDetails")) for name in _list(item.get("PersonName"))
    )
    names = [*_list(tags.get("PersonInImage")), *details, *(name for name, _ in places)]
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
        regions=[Region(name, *box) for name, box in places if name and box][:200],
    )


def _regions(tags: dict[str, Any]) -> Iterator[tuple[str, Box | None]]:
    """Each name a region claims, with its box in the upright picture, or None for a place that can't be trusted."""
    turn, stored = int(tags.get("Orientation") or 1), _stored_size(tags)
    info = _dict(tags.get("RegionInfo"))
    fits = _fits(_dict(info.get("AppliedToDimensions")), stored)
    for item in _dicts(info.get("RegionList")):
        if str(item.get("Type") or "Face") == "Face":  # others are pets, barcodes and points of focus
            yield _name(item.get("Name")), _upright(_mwg(_dict(item.get("Area"))), turn) if fits else None
    for item in _dicts(_dict(tags.get("RegionInfoMP")).get("Regions")):
        edges = [_number(part) for part in str(item.get("Rectangle") or "").split(",")]
        yield _name(item.get("PersonDisplayName")), _upright(edges, turn)
    for item in _dicts(tags.get("ImageRegion")):
        corner = _upright(_iptc(_dict(item.get("RegionBoundary")), stored), turn)
        for name in _list(item.get("PersonInImage")) or [_first(item, "Name")]:
            yield _name(name), corner


def _stored_size(tags: dict[str, Any]) -> tuple[float, float]:
    width, _, height = str(tags.get("ImageSize") or "").replace("x", " ").partition(" ")
    return _number(width), _number(height)


def _fits(applied: dict[str, Any], stored: tuple[float, float]) -> bool:
    """Whether regions drawn on a picture of that shape still mean something on this one (MET-06)."""
    width, height = _number(applied.get("W")), _number(applied.get("H"))
    if min(width, height, *stored) <= 0:
        return True
    return abs(width / height - stored[0] / stored[1]) <= 0.01 * stored[0] / stored[1]


def _mwg(area: dict[str, Any]) -> list[float]:
    """A box from MWG's centre and size."""
    width, height = _number(area.get("W")), _number(area.get("H"))
    return [_number(area.get("X")) - width / 2, _number(area.get("Y")) - height / 2, width, height]


def _iptc(edge: dict[str, Any], stored: tuple[float, float]) -> list[float]:
    """A box from IPTC's corner; empty for a circle, a polygon, or pixels of a picture of unknown size."""
    if edge.get("RbShape") != "rectangle":
        return []
    box = [_number(edge.get(key)) for key in ("RbX", "RbY", "RbW", "RbH")]
    if edge.get("RbUnit") != "pixel":
        return box
    return [value / size for value, size in zip(box, stored * 2, strict=True)] if min(stored) > 0 else []


def _upright(box: Sequence[float], turn: int) -> Box | None:
    """Turn a box of the stored picture into one of the upright picture (EXIF orientation 1 to 8); None for no box."""
    if len(box) != 4:
        return None
    left, top, width, height = box
    if not (0 < width <= 1 and 0 < height <= 1 and -width < left < 1 and -height < top < 1):
        return None
    right, bottom = 1 - left - width, 1 - top - height
    if turn in (5, 6, 7, 8):
        width, height = height, width
    corners = {
        2: (right, top), 3: (right, bottom), 4: (left, bottom), 5: (top, left), 6: (bottom, left), 7: (bottom, right),
        8: (top, right),
    }  # fmt: skip
    return (*corners.get(turn, (left, top)), width, height)


def _name(value: Any) -> str:
    return _text(value)[:200]


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
