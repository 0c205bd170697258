"""What a file says of itself, read from originals and written as a rights card into copies (MET-01..09)."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import subprocess
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

PLUS = "http://ns.useplus.org/ldf/vocab/"
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
CONFIG = Path(__file__).with_name("exiftool.config")
LONGEST = 5000
PATIENCE = 60  # seconds for one file
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
    """A copy of our own clean JPEG that carries the card in IPTC and XMP, and nothing else; ValueError if it can't be written."""
    with scratch(data, suffix) as path:
        arguments = path.with_suffix(".args")
        arguments.write_text("\n".join(_assignments(card)), encoding="utf-8")
        utf8 = ("-charset", "iptc=utf8", "-codedcharacterset=utf8")
        _tool().run("-overwrite_original", *utf8, "-@", str(arguments), str(path), must=True)
        return path.read_bytes()


def read_card(data: bytes) -> dict[str, Any]:
    """Every tag of a file with its group, raw values, for checks."""
    with scratch(data, ".jpg") as path:
        return dict(json.loads(_tool().run("-j", "-G1", "-n", "-struct", str(path)))[0])


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
    lists = {"XMP-plus:ModelReleaseID": card.model_ids, "XMP-iptcExt:PersonInImage": card.names}
    for tag, value in [*pairs.items(), *((tag, item) for tag, items in lists.items() for item in items)]:
        if value:
            yield f"-{tag}={BREAKS.sub(' ', _clean(value)).strip()}"


def _cut(text: str, most: int) -> str:
    """At most so many bytes, as IPTC counts, and never half a letter."""
    return text.encode()[:most].decode(errors="ignore")


class Tool:
    """One exiftool process, kept open: 4 ms a file instead of 120 for a start each.

    Spoken to by hand: the wrapper at hand reads on for ever when the process dies under it (measured).
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self._count = 0
        self._process = subprocess.Popen(
            # Kept open it would wait for ever for a parent that was killed: setpriv lets it die with us.
            [
                "setpriv",
                "--pdeathsig",
                "TERM",
                "exiftool",
                "-config",
                str(CONFIG),
                "-stay_open",
                "True",
                "-@",
                "-",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        weakref.finalize(self, _end, self._process)

    def run(self, *arguments: str, must: bool = False) -> str:
        """Carry out one command; ValueError when the process did not answer or, if it must succeed, did not."""
        with self.lock:
            try:
                words, status = self._ask(arguments)
            except (OSError, EOFError) as error:
                global _kept
                _kept = None  # a stuck or dead process is replaced at the next call
                _end(self._process)
                raise ValueError("exiftool did not answer") from error
        if must and status != "0":
            raise ValueError("the card could not be written")
        return words

    def _ask(self, arguments: Sequence[str]) -> tuple[str, str]:
        """Send the arguments, read until the process says it is ready; EOFError or TimeoutError otherwise."""
        self._count += 1
        question = "\n".join([*arguments, "-echo3", "status=${status}", f"-execute{self._count}", ""])
        self._pipe("stdin").write(question.encode())
        self._pipe("stdin").flush()
        ready, said, end = f"{{ready{self._count}}}".encode(), bytearray(), time.monotonic() + PATIENCE
        handle = self._pipe("stdout").fileno()
        while not said.rstrip().endswith(ready):
            if not select.select([handle], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError("exiftool takes too long")
            some = os.read(handle, 1 << 16)
            if not some:
                raise EOFError("exiftool is gone")
            said += some
        words, _, status = said.decode(errors="replace").rpartition("status=")
        return words, status.split("\n")[0].strip()

    def _pipe(self, name: str) -> IO[bytes]:
        pipe: IO[bytes] | None = getattr(self._process, name)
        if pipe is None:
            raise EOFError("exiftool has no pipe")
        return pipe


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


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
