"""MET-01..07, RED-02: what files say of themselves is read with doubt and written with care."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from PIL import Image

from adapters import exiftool, imaging, metadata
from adapters.metadata import PLUS, SOURCE, Card
from tests.makers import picture

CARD = Card(
    creator="Zoë Ünal", credit="Voorbeeldschool", copyright="© 2026 Voorbeeldschool", title="Open dag",
    caption="Leerlingen bij de open dag, € 0 entree", date_created=datetime(2026, 5, 1, 10, 30, tzinfo=UTC),
    alt_text="Twee leerlingen lachen", usage_terms="Only for: Website. Until 1 May 2027.", licensor_name="Voorbeeldschool",
    licensor_url="https://photos.clearframe.example", web_statement="https://photos.clearframe.example/check/abc",
    model_status="MR-LMR", model_ids=["k7a", "k7b"], data_mining="DMI-PROHIBITED", source_type="digitalCapture",
    instance="urn:clearframe:abc", valid_until=date(2027, 5, 1), names=["Noor Voorbeeld"],
)  # fmt: skip


def told(data: bytes, suffix: str, *arguments: str) -> bytes:
    """The file after exiftool wrote what a camera or another program would have."""
    with metadata.scratch(data, suffix) as path:
        subprocess.run(
            ["exiftool", "-q", "-m", "-overwrite_original", *arguments, str(path)],
            check=True,
            capture_output=True,
        )
        return path.read_bytes()


def test_the_card_is_read_back_from_iptc_xmp_and_plus():
    tags = metadata.read_card(metadata.write_card(picture(), ".jpg", CARD))
    assert {key: tags.get(key) for key in _EXPECTED} == _EXPECTED


_EXPECTED = {
    "XMP-dc:Creator": ["Zoë Ünal"], "IPTC:By-line": "Zoë Ünal",
    "XMP-photoshop:Credit": "Voorbeeldschool", "IPTC:Credit": "Voorbeeldschool",
    "XMP-dc:Rights": "© 2026 Voorbeeldschool", "IPTC:CopyrightNotice": "© 2026 Voorbeeldschool",
    "XMP-dc:Title": "Open dag", "IPTC:ObjectName": "Open dag",
    "XMP-dc:Description": CARD.caption, "IPTC:Caption-Abstract": CARD.caption,
    "XMP-iptcCore:AltTextAccessibility": "Twee leerlingen lachen",
    "XMP-xmpRights:UsageTerms": CARD.usage_terms, "XMP-xmpRights:WebStatement": CARD.web_statement,
    "XMP-xmpRights:Marked": True, "XMP-plus:ModelReleaseStatus": PLUS + "MR-LMR",
    "XMP-plus:ModelReleaseID": ["k7a", "k7b"], "XMP-plus:DataMining": PLUS + "DMI-PROHIBITED",
    "XMP-plus:LicenseEndDate": "2027:05:01", "XMP-iptcExt:DigitalSourceType": SOURCE + "digitalCapture",
    "XMP-iptcExt:PersonInImage": ["Noor Voorbeeld"], "XMP-dc:Identifier": "urn:clearframe:abc",
    "IPTC:CodedCharacterSet": "\x1b%G",
}  # fmt: skip


SUFFIX = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif"}


def laden(kind: str) -> bytes:
    """A file that carries everything a copy must lose."""
    thumbnail = picture(size=(160, 120))
    with metadata.scratch(thumbnail, ".jpg") as thumb:
        more = [f"-ThumbnailImage<={thumb}"] if kind != "PNG" else []
        return told(
            picture(kind=kind), SUFFIX[kind], "-EXIF:GPSLatitude=52.1", "-EXIF:GPSLongitude=5.1", "-EXIF:GPSLatitudeRef=N",
            "-EXIF:SerialNumber=SN12345", "-EXIF:LensSerialNumber=LS12345", "-EXIF:OwnerName=OWNER12345",
            "-EXIF:Copyright=RIGHTS12345", "-EXIF:Artist=ARTIST12345", "-XMP-dc:Rights=RIGHTS12345",
            "-EXIF:UserComment=COMMENT12345", "-XMP-xmpMM:DocumentID=ID12345", "-EXIF:ImageUniqueID=abcdef12345", *more,
        )  # fmt: skip


@pytest.mark.parametrize("kind", SUFFIX)
def test_a_copy_keeps_nothing_of_the_file_but_carries_the_card(sandbox, kind):
    original = laden(kind)
    assert b"12345" in original
    clean = imaging.render(sandbox, original, imaging.kind_of(original), longest=None)
    copy = metadata.write_card(clean.data, ".jpg", CARD)
    assert b"12345" not in copy
    tags = metadata.read_card(copy)
    groups = {key.partition(":")[0] for key in tags if ":" in key}
    ours = ("XMP-", "ICC")
    assert {group for group in groups if not group.startswith(ours)} <= {
        "ExifTool", "System", "File", "JFIF", "IPTC", "Photoshop", "Composite",
    }  # fmt: skip
    assert [key for key in tags if "GPS" in key or "Serial" in key or "Thumbnail" in key] == []
    assert tags["XMP-dc:Rights"] == tags["IPTC:CopyrightNotice"] == CARD.copyright
    assert Image.open(io.BytesIO(copy)).size == (600, 400)


@pytest.mark.parametrize("kind", SUFFIX)
def test_facts_are_read_from_every_kind(kind):
    facts = metadata.read(laden(kind), SUFFIX[kind])
    assert (facts.gps, facts.copyright, facts.creator, facts.unread) == (
        True,
        "RIGHTS12345",
        "ARTIST12345",
        False,
    )


NASTY = [
    "Noor\n-execute\n-o\n/tmp/clearframe-stolen", "Noor\r-FileName=/tmp/clearframe-stolen", "-overwrite_original",
    "@/etc/passwd", "</etc/passwd", "<=/etc/passwd", "\n-XMP-dc:Title<=/etc/passwd", 'a"b\'c`d$(e);|f', "👩🏽‍🎓 Zoë",
    "\u2028-Title=x", "#comment", " leading", "100%", "$filename", "${filename}", "{ready}", "a\x00b\x1bc\x85d", "^=x",
    "&lt;b&gt;&#10;", "-stay_open\nFalse",
]  # fmt: skip


@pytest.mark.parametrize("words", NASTY)
def test_words_stay_words(words):
    plain = " ".join(metadata._clean(words).split("\n")).replace("\r", " ").strip()
    card = replace(
        CARD, creator=words, title=words, caption=words, names=[words], model_ids=[words], usage_terms=words
    )
    tags = metadata.read_card(metadata.write_card(picture(), ".jpg", card))
    assert tags["XMP-dc:Title"] == plain
    assert tags["XMP-dc:Creator"] == tags["XMP-iptcExt:PersonInImage"] == [plain]
    assert tags["XMP-dc:Description"] == tags["XMP-xmpRights:UsageTerms"] == plain
    assert tags["XMP-dc:Rights"] == CARD.copyright
    assert metadata.read(picture(), ".jpg").unread is False


def test_long_words_are_cut_without_breaking_letters():
    card = replace(CARD, creator="é" * 100, title="👩" * 100, copyright="€" * 300, caption="ü" * 4000)
    tags = metadata.read_card(metadata.write_card(picture(), ".jpg", card))
    assert tags["XMP-dc:Creator"] == ["é" * 100]
    assert tags["XMP-dc:Title"] == "👩" * 100
    for name, letter in (
        ("By-line", "é"),
        ("ObjectName", "👩"),
        ("CopyrightNotice", "€"),
        ("Caption-Abstract", "ü"),
    ):
        assert set(tags[f"IPTC:{name}"]) == {letter}


def test_a_card_that_can_t_be_written_lets_nothing_out():
    for broken in (b"", b"no picture", picture()[:200]):
        with pytest.raises(ValueError, match="card"):
            metadata.write_card(broken, ".jpg", CARD)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-EXIF:DateTimeOriginal=2026:05:01 10:00:00"], datetime(2026, 5, 1, 10)),
        (
            ["-EXIF:DateTimeOriginal=2026:05:01 10:00:00", "-EXIF:OffsetTimeOriginal=+02:00"],
            datetime(2026, 5, 1, 10, tzinfo=timezone(timedelta(hours=2))),
        ),
        (["-XMP-xmp:CreateDate=2026:05:01 10:00:00Z"], datetime(2026, 5, 1, 10, tzinfo=UTC)),
        (["-EXIF:DateTimeOriginal=9999:12:31 23:59:59"], None),
        ([], None),
    ],
)
def test_the_moment_a_camera_noted(arguments, expected):
    data = told(picture(), ".jpg", *arguments) if arguments else picture()
    assert metadata.read(data, ".jpg").taken_at == expected


REGION = "-XMP-mwg-rs:RegionInfo={RegionList=[{Name=Noor,Type=Face,Area={X=0.25,Y=0.375,W=0.1,H=0.25,Unit=normalized}}]}"


@pytest.mark.parametrize(
    ("turn", "box"),
    [
        (1, (0.2, 0.25, 0.1, 0.25)), (2, (0.7, 0.25, 0.1, 0.25)), (3, (0.7, 0.5, 0.1, 0.25)), (4, (0.2, 0.5, 0.1, 0.25)),
        (5, (0.25, 0.2, 0.25, 0.1)), (6, (0.5, 0.2, 0.25, 0.1)), (7, (0.5, 0.7, 0.25, 0.1)), (8, (0.25, 0.7, 0.25, 0.1)),
    ],
)  # fmt: skip
def test_a_named_place_turns_with_the_picture(turn, box):
    facts = metadata.read(told(picture(), ".jpg", REGION, f"-EXIF:Orientation#={turn}"), ".jpg")
    (region,) = facts.regions
    assert facts.names == ["Noor"]
    assert (region.left, region.top, region.width, region.height) == pytest.approx(box)


ODD = [
    '<mwg-rs:Regions xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/">plain words</mwg-rs:Regions>',
    '<mwg-rs:Regions xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></mwg-rs:Regions>',
    '<mwg-rs:Regions xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag><rdf:li rdf:parseType="Resource"><mwg-rs:Area>x</mwg-rs:Area></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>',
    '<MP:RegionInfo xmlns:MP="http://ns.microsoft.com/photo/1.2/">x</MP:RegionInfo>',
    '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/" rdf:parseType="Resource"><dc:x>1e999</dc:x></dc:creator>',
    '<tiff:Orientation xmlns:tiff="http://ns.adobe.com/tiff/1.0/">1e99</tiff:Orientation>',
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_odd_metadata_is_no_error(odd):
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="">{odd}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()
    image = Image.open(io.BytesIO(picture()))
    out = io.BytesIO()
    image.save(out, "JPEG", xmp=packet)
    facts = metadata.read(out.getvalue(), ".jpg")
    assert facts.names == []


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"\x00" * 5000, b"<html>", picture()[:3000]])
def test_no_file_is_too_odd_to_read(data):
    facts = metadata.read(data, ".jpg")
    assert (facts.names, facts.gps, facts.creator) == ([], False, "")


def test_a_killed_exiftool_is_replaced():
    metadata.read(picture(), ".jpg")
    exiftool._kept._process.kill()
    metadata.read(picture(), ".jpg")
    assert metadata.read(told(picture(), ".jpg", "-EXIF:Artist=Zoë"), ".jpg").creator == "Zoë"
