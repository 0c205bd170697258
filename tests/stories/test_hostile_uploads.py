"""Hostile files by the real doors, then the worker: a sentence, a reason, or a photo; never an error, and the next one works (BUSL-08/09)."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile

import pytest
from openpyxl import Workbook
from PIL import Image

from adapters import tables, unzip
from models import import_files
from models.errors import Invalid
from models.importing import Import
from models.photo import Photo, SetAside
from tests.adapters.test_hostile_files import BOMBS, DISGUISED, GOOD, broken, frames
from tests.makers import Browser, picture
from tests.views.api_client import Program

NAMES = (
    "../../etc/passwd.jpg", "..\\..\\boot.ini", "/etc/cron.d/x.jpg", "a\x00.php.jpg", "CON.jpg", "x.jpg.exe", ".htaccess",
    "a" * 400 + ".jpg", "\u202egpj.exe", "a;b|c&d$(id)`id`.jpg", '"><script>.jpg', "a\r\nX-Evil: 1.jpg", "%2e%2e%2fx.jpg",
    "", " ", ".", "-rf.jpg", "\U0001f337.jpg", "\ufeff.jpg", "=cmd.jpg",
)  # fmt: skip


def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg_with(*segments):
    return GOOD["JPEG"][:2] + b"".join(segments) + GOOD["JPEG"][2:]


def mode(name, kind="TIFF"):
    out = io.BytesIO()
    Image.new(name, (64, 48)).save(out, kind)
    return out.getvalue()


def odd_files():
    """One of each trick that fits into a picture."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil.py", "HUNG-ON")
    deep = b"<x:a>" * 6_000 + b"</x:a>" * 6_000
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + deep[:60_000]
    entity = b"http://ns.adobe.com/xap/1.0/\0<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><x:xmpmeta>&b;</x:xmpmeta>"
    return {
        "zip in jpg": GOOD["JPEG"] + packed.getvalue(), "html in jpg": GOOD["JPEG"] + b"<script>HUNG-ON</script>",
        "huge exif": jpeg_with(*[segment(0xE1, b"Exif\0\0" + b"MM\0*\0\0\0\x08" + b"\xff" * 65_000)] * 7),
        "exif in a loop": jpeg_with(segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\x08")), "deep xmp": jpeg_with(segment(0xE1, xmp)),
        "xmp entity": jpeg_with(segment(0xE1, entity)), "animated gif": frames(40, "GIF"), "animated webp": frames(10, "WEBP"),
        "cmyk": mode("CMYK", "JPEG"), "sixteen bits": mode("I;16", "PNG"), "float": mode("F"), "one bit": mode("1"),
        "png named jpg": GOOD["PNG"], "header alone": GOOD["JPEG"][:20], **{name: data for name, (data, _, _) in BOMBS.items()},
    }  # fmt: skip


@pytest.fixture
def editor(house):
    return house.user("editor")


def test_each_file_gets_a_sentence_a_reason_or_previews(web, house, editor, drain):
    """By the page's form and by the API, under names with tricks; a good one comes last and is prepared."""
    album, browser, program = house.album(by=editor), Browser(web).log_in(editor), Program(web, editor)
    wrong, names = [], list(NAMES)
    files = [*odd_files().items(), *(("disguised", data) for data in DISGUISED),
             *(("broken", data) for data in broken()[::9])]  # fmt: skip
    for at, (trick, data) in enumerate(files):
        name = names[at % len(names)]
        if at % 2:
            answer = program.upload(data, name=name, album=album.code)
        else:
            answer = browser.post(
                "/upload", {"album": album.code, "file": (io.BytesIO(data), name)},
                content_type="multipart/form-data", headers={"Accept": "application/json"},
            )  # fmt: skip
        if answer.status_code not in (200, 201, 400, 413, 415, 422) or b"Traceback" in answer.data:
            wrong.append((trick, name, answer.status_code))
    assert wrong == []
    good = house.photo(album, by=editor)
    drain()
    assert Photo.get_by_id(good.id).width == 600
    left = [(photo.name, photo.kind) for photo in Photo.select().where(Photo.width.is_null())
            if not SetAside.select().where(SetAside.photo == photo).exists()]  # fmt: skip
    assert left == [], "each was prepared, or set aside with its reason"
    for photo in Photo.select():
        answer = browser.get(f"/photos/{photo.code}")
        assert (answer.status_code, "\n" in photo.name) == (200, False)


def test_a_name_with_tricks_stays_a_name(web, house, editor):
    """It names no file of ours, and no header can be made of it."""
    program, browser, album = Program(web, editor), Browser(web).log_in(editor), house.album(by=editor)
    for seed, name in enumerate(NAMES):
        answer = program.upload(picture(seed=seed), name=name, album=album.code)
        assert answer.status_code in (201, 400, 422), name
        if answer.status_code == 201:
            code = answer.json["code"]
            gave = browser.get(f"/photos/{code}")
            assert (name, gave.status_code, "X-Evil" in gave.headers) == (name, 200, False)
            assert "\n" not in Photo.get(Photo.code == code).name


def archive(*members, links=(), encrypted=False):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(name, data)
        for name in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            packed.writestr(info, "/etc/passwd")
    data = bytearray(out.getvalue())
    if encrypted:
        for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            data[data.index(mark) + at] |= 1
    return bytes(data)


def overlapping(times):
    """A directory that names the same bytes many times over."""
    plain = archive(("a.pdf", b"%PDF" + bytes(19_000_000)))
    start, end = plain.index(b"PK\1\2"), plain.index(b"PK\5\6")
    entries = plain[start:end] * times
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, times, times, len(entries), start, 0)
    return plain[:start] + entries + tail


ARCHIVES = {
    "a bomb": (archive(*[(f"{at}.pdf", bytes(19_000_000)) for at in range(27)]), "too large"),
    "one too large": (archive(("a.pdf", bytes(20_000_001))), "too large"),
    "too many": (archive(*[(f"{at}.pdf", b"") for at in range(2_001)]), "too large"),
    "overlapping": (overlapping(26), "ZIP file"), "a link": (archive(links=["a.pdf"]), "ZIP file"),
    "encrypted": (archive(("a.pdf", b"%PDF"), encrypted=True), "ZIP file"), "cut": (archive(("a.pdf", b"%PDF" * 99))[:-30], "ZIP file"),
    "none": (b"PK nothing", "ZIP file"),
}  # fmt: skip


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_of_forms_is_held_against_limits_in_the_jail(name):
    """Before anything is unpacked, and never in the process that asked."""
    data, why = ARCHIVES[name]
    with pytest.raises(Invalid) as refused:
        import_files.scans_of(data)
    assert why in refused.value.sentence()
    assert refused.value.field == "scans"


def test_names_in_an_archive_lead_nowhere():
    found = unzip.files_of(
        archive(
            ("../../etc/a.pdf", b"1"),
            ("C:\\x\\..\\b.pdf", b"2"),
            ("/c.pdf", b"3"),
            ("d/", b""),
            ("__MACOSX/._a", b""),
        )
    )
    assert found == [("a.pdf", b"1"), ("b.pdf", b"2"), ("c.pdf", b"3")]


def workbook(**parts):
    whole, out, book = io.BytesIO(), io.BytesIO(), Workbook()
    book.active.append(["Name"])
    book.active.append(['=HYPERLINK("http://127.0.0.1:1/","x")'])
    book.save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info.filename, old.read(info))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


LINK = b"""<?xml version="1.0"?><externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook/></externalLink>"""
ENTITY = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><worksheet>&b;</worksheet>"""


def test_workbooks_with_tricks_are_refused_or_read_as_text(web, house, editor):
    officer = Browser(web).log_in(house.user("consent-officer"))
    tricks = {
        "encrypted": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000), "entity": workbook(**{"xl/worksheets/sheet1.xml": ENTITY}),
        "entity elsewhere": workbook(**{"xl/sharedStrings.xml": ENTITY}), "cut": workbook()[:-60],
        "members encrypted": archive(("xl/workbook.xml", b"x"), encrypted=True), "many parts": workbook(**{f"x/{at}": b"" for at in range(2_001)}),
        "deep": workbook(**{"xl/worksheets/sheet1.xml": b"<a>" * 200_000}), "docx": archive(("word/document.xml", b"<a/>")),
    }  # fmt: skip
    for trick, data in tricks.items():
        answer = officer.post(
            "/imports", {"table": (io.BytesIO(data), "../list.xlsx")}, content_type="multipart/form-data"
        )
        assert answer.status_code == 422, trick
    assert Import.select().count() == 0
    _, rows = tables.read(workbook(**{"xl/externalLinks/externalLink1.xml": LINK, "../../evil.py": b"x"}))
    assert rows == [(2, {"Name": '=HYPERLINK("http://127.0.0.1:1/","x")'})]


def test_links_in_a_folder_are_not_followed(house, editor, tmp_path):
    """ASVS 5.2.5: neither to files elsewhere nor to folders, and a pipe holds nobody up."""
    from commands import ingest

    folder, outside = tmp_path / "in", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "private.jpg").write_bytes(picture(seed=1))
    (folder / "good.jpg").write_bytes(picture(seed=2))
    (folder / "linked.jpg").symlink_to(outside / "private.jpg")
    (folder / "folder").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.jpg")
    outcome = {"new": [], "duplicate": [], "failed": []}
    album = house.album(by=editor)
    for path in ingest._files(folder):
        ingest._take(path, folder, album, editor, outcome)
    assert [entry["file"] for entry in outcome["new"]] == ["good.jpg"]
    assert outcome["failed"] == [
        {"file": "linked.jpg", "why": "It could not be read: it is a link to another file"}
    ]
