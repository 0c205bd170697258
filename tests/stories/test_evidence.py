"""The proof of a consent: whole or not, complete, and readable by a stranger; its receipt as data (SIG-02, SIG-05, SIG-06, CON-02, CON-10, CON-11)."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image, PngImagePlugin

from adapters import seal
from models import evidence, receipt
from models.base import db, tools
from models.consent import Consent, withdraw
from models.errors import Invalid
from models.request import Choice, Request, Way
from models.setting import Setting
from models.trail import Knock, knock, signer
from models.wording import Wording, WordingKind
from tests.house.tree import HERE
from tests.makers import Browser


@pytest.fixture
def signed(house, drain):
    """A consent by link with one yes and one no, and a drawn signature."""
    editor = house.user("editor")
    noor = house.person("Noor Voorbeeld", by=editor, email="noor@people.example")
    uses = [house.use("website"), house.use("press")]
    request = Request.ask([noor], uses, Wording.current()[0], by=editor, way=Way.MAIL)[0]
    drain()
    request = Request.get_by_id(request.id)
    request.note_opening()
    request = Request.get_by_id(request.id)
    token = knock.set(Knock("r1", "198.51.100.0/24", "Firefox on Android"))
    choice = Choice({"website": True, "press": False}, None)
    consent = Consent.sign(
        request, choice, signer="Noor Voorbeeld", steps={"identity": "link"}, drawing=_drawing()
    )
    knock.reset(token)
    drain()
    return Consent.get_by_id(consent.id)


def _drawing():
    image, note, out = Image.new("RGBA", (300, 100), (0, 0, 0, 0)), PngImagePlugin.PngInfo(), io.BytesIO()
    note.add_text("strokes", "12,13,14 pressure 0.4")
    image.save(out, "PNG", pnginfo=note)
    return out.getvalue()


def bundle_of(consent):
    return bytes(tools.vault.read(consent.vault_id, "evidence"))


def verify(path, *more):
    command = [sys.executable, HERE / "docs" / "verify_evidence.py", path, *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_bundle_says_everything_and_nothing_moves(signed, tmp_path):
    members = seal.open_bundle(bundle_of(signed), signer().public_key)
    assert set(members) == {
        "shown.html",
        "facts.json",
        "receipt.json",
        "receipt.pdf",
        "head.txt",
        "drawing.jpg",
    }
    facts = json.loads(members["facts.json"])
    assert (facts["name"], facts["role"], facts["identity"]) == ("Noor Voorbeeld", "self", "link")
    assert (facts["sent_to"], facts["network"], facts["device"]) == (
        "noor@people.example", "198.51.100.0/24", "Firefox on Android",
    )  # fmt: skip
    assert all(
        facts[key]
        for key in ("asked_at", "sent_at", "opened_at", "signed_at", "link", "trail_before", "clock")
    )
    assert facts["asked_at"] <= facts["opened_at"] <= facts["signed_at"]
    assert b"strokes" not in members["drawing.jpg"], "pixels only (SIG-06)"
    states = {line["use"]: line["event_state"] for line in json.loads(members["receipt.json"])["services"]}
    assert states == {"website": "dpv:ConsentGiven", "press": "dpv:ConsentRefused"}


def test_a_stranger_finds_a_bit_changed_in_any_member(signed, tmp_path):
    """SIG-02: every member, the list, the signature, and the bytes between them."""
    whole, path, key = bundle_of(signed), tmp_path / "proof.zip", signer().public_key.hex()
    path.write_bytes(whole)
    done = verify(path, "--key", key)
    assert (done.returncode, done.stdout[:30]) == (0, "Whole: signed by Noor Voorbeeld"[:30])
    assert "compare it with one you know" in verify(path).stdout
    with zipfile.ZipFile(path) as archive:
        places = {info.filename: info.header_offset + 30 + len(info.filename) for info in archive.infolist()}
        sizes = {info.filename: info.file_size for info in archive.infolist()}
    for name, start in places.items():
        for at in {start, start + sizes[name] // 2, start + sizes[name] - 1}:
            changed = bytearray(whole)
            changed[at] ^= 1
            path.write_bytes(changed)
            assert verify(path, "--key", key).returncode == 1, (name, at)
            with pytest.raises(seal.BadSeal):
                seal.open_bundle(bytes(changed), signer().public_key)
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        changed = bytearray(whole)
        changed[at] ^= 0x10
        with pytest.raises(seal.BadSeal):
            seal.open_bundle(bytes(changed), signer().public_key)


@pytest.mark.parametrize("tamper", ["append", "prepend", "extra", "remove", "twice", "other key"])
def test_a_stranger_finds_what_was_added_or_taken(signed, tmp_path, tamper):
    whole, path = bundle_of(signed), tmp_path / "proof.zip"
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            if not (tamper == "remove" and name == "head.txt"):
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
        if tamper == "extra":
            archive.writestr("note.txt", b"me too")
        if tamper == "twice":
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("facts.json", b"{}")
    data = packed.getvalue()
    if tamper == "append":
        data = whole + b"x"
    if tamper == "prepend":
        data = b"x" + whole
    if tamper == "other key":
        rest = {name: value for name, value in members.items() if not name.startswith("manifest")}
        data = seal.seal_bundle(rest, seal.Signer(bytes(32), "clearframe/trail/other"))
    path.write_bytes(data)
    done = verify(path, "--key", signer().public_key.hex())
    assert (done.returncode, done.stderr[:10]) == (1, "NOT WHOLE:")
    with pytest.raises(seal.BadSeal):
        seal.open_bundle(data, signer().public_key)


def test_the_receipt_validates_against_our_schema_and_speaks_only_known_terms(signed):
    """CON-10, CON-11; and it round-trips to the record."""
    schema = json.loads((Path(HERE) / "docs" / "consent-receipt.schema.json").read_text())
    data = json.loads(evidence.receipt_json(signed))
    assert list(_wrong(data, schema)) == []
    assert list(_wrong({**data, "services": []}, schema)) == ["services: too few"]
    terms = {
        value
        for line in data["services"]
        for value in line.values()
        if isinstance(value, str) and ":" in value
    }
    assert terms <= receipt.TERMS
    assert data["@context"]["status_today"]["@id"] == "dpv:hasConsentStatus"
    assert data == json.loads(json.dumps(receipt.data(signed)))
    withdraw(signed.person, uses=None, recognition=False, actor="signer", means="link")
    later = receipt.data(signed)["services"]
    assert {line["use"]: line["status_today"] for line in later} == {
        "website": "dpv:ConsentWithdrawn", "press": "dpv:ConsentRefused",
    }  # fmt: skip


FORMATS = {"date": date.fromisoformat, "date-time": datetime.fromisoformat, "uri": urlsplit}


def _wrong(value, schema, at="receipt"):
    """The part of JSON Schema that ours uses, by hand."""
    kinds = {"object": dict, "array": list, "string": str, "null": type(None)}
    allowed = schema.get("type")
    if allowed:
        names = allowed if isinstance(allowed, list) else [allowed]
        if not isinstance(value, tuple(kinds[name] for name in names)):
            yield f"{at}: type"
            return
    if "const" in schema and value != schema["const"]:
        yield f"{at}: const"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{at}: pattern"
    if isinstance(value, str) and (reads := FORMATS.get(schema.get("format", ""))):
        reads(value)
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: enum"
    if isinstance(value, dict) and "properties" in schema:
        yield from (f"{at}: {key} missing" for key in schema.get("required", ()) if key not in value)
        for key, inner in value.items():
            if key in schema["properties"]:
                yield from _wrong(inner, schema["properties"][key], key)
            elif schema.get("additionalProperties") is False:
                yield f"{at}: {key} unknown"
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{at}: too few"
        for inner in value:
            yield from _wrong(inner, schema.get("items", {}), at)


@pytest.mark.parametrize("field", receipt.MANDATORY)
def test_every_mandatory_field_is_missed_when_it_is_empty(signed, field):
    """CON-02."""
    data = receipt.data(signed)
    assert receipt.missing(data) == []
    if field != "pii_controllers":
        assert receipt.missing({**data, field: None}) == [field]
    else:
        for key in ("name", "address", "contact"):
            controller = {**data["pii_controllers"][0], key: ""}
            assert receipt.missing({**data, "pii_controllers": [controller]}) == [f"controller {key}"]


@pytest.mark.parametrize("key", ["organisation_address", "privacy_email"])
def test_nobody_is_asked_by_someone_unknown(house, key):
    """CON-02: the refusal comes before the letter, and says who mends it."""
    editor = house.user("editor")
    noor = house.person(by=editor)
    with db.atomic():
        Setting.put(key, "")
    with pytest.raises(Invalid, match="administrator"):
        Request.ask([noor], [house.use()], Wording.current()[0], by=editor, way=Way.LINK)


def test_an_explicit_text_takes_a_second_step_and_an_address(house):
    """SIG-05, SPC-01."""
    editor = house.user("editor")
    wording = Wording.get(Wording.kind == WordingKind.PATIENT)
    noor, bo = house.person("Noor", by=editor, email="noor@people.example"), house.person("Bo", by=editor)
    with pytest.raises(Invalid, match="no e-mail address") as refusal:
        Request.ask([bo], [house.use()], wording, by=editor, way=Way.LINK)
    assert refusal.value.field == "wording"
    request = Request.ask([noor], [house.use()], wording, by=editor, way=Way.LINK)[0]
    assert request.needs_code
    consent = Consent.sign(
        request, Choice({"website": True}, None), signer="Noor", steps={"identity": "code"}
    )
    assert [line.explicit for line in consent.answers()] == [True]


def test_a_drawing_that_is_none_is_answered_in_words(house):
    editor = house.user("editor")
    noor = house.person(by=editor)
    request = Request.ask([noor], [house.use()], Wording.current()[0], by=editor, way=Way.LINK)[0]
    choice = Choice({"website": True}, None)
    with pytest.raises(Invalid) as refusal:
        Consent.sign(request, choice, signer="Noor", steps={}, drawing=b"\x89PNG\r\n\x1a\n" + b"junk" * 20)
    assert refusal.value.field == "drawing"
    assert Consent.select().count() == 0
    assert Request.get_by_id(request.id).is_open


def test_a_stranger_s_verifier_never_ends_in_a_traceback(signed, tmp_path):
    """Any flipped bit, also in the ZIP's own structures, is Bad and nothing else."""
    spec = importlib.util.spec_from_file_location("verify_evidence", HERE / "docs" / "verify_evidence.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    members = seal.open_bundle(bundle_of(signed), signer().public_key)
    small = {name: data[:40] for name, data in members.items()}
    whole = seal.seal_bundle(small, signer())
    script.check(whole, signer().public_key)
    for at in range(len(whole)):
        for bit in (0, 3, 7):
            changed = bytearray(whole)
            changed[at] ^= 1 << bit
            with pytest.raises(script.Bad):
                script.check(bytes(changed), signer().public_key)
    path = tmp_path / "x.zip"
    path.write_bytes(whole)
    assert verify(path, "--key", "zz").returncode == 2


def test_a_consent_that_could_not_be_proved_is_not_given(house):
    """CON-02: what went missing between the letter and the signature stops the signature, and the link stays open."""
    editor = house.user("editor")
    request = Request.ask(
        [house.person(by=editor)], [house.use()], Wording.current()[0], by=editor, way=Way.LINK
    )[0]
    with db.atomic():
        Setting.put("privacy_email", "")
    with pytest.raises(Invalid, match="can't be signed yet") as refusal:
        Consent.sign(request, Choice({"website": True}, None), signer="Noor", steps={})
    assert refusal.value.values == {"what": "controller contact"}
    assert Consent.select().count() == 0
    assert Request.get_by_id(request.id).is_open


def test_what_is_sealed_is_what_held_at_the_signature(house):
    """A change of the organisation or a withdrawal before the worker comes changes nothing in the bundle."""
    editor = house.user("editor")
    request = Request.ask(
        [house.person(by=editor)], [house.use()], Wording.current()[0], by=editor, way=Way.LINK
    )[0]
    consent = Consent.sign(request, Choice({"website": True}, None), signer="Noor", steps={})
    with db.atomic():
        Setting.put("organisation", "Another name")
    withdraw(consent.person, uses=None, recognition=False, actor="signer", means="link")
    evidence.make_receipt(consent.id)
    sealed = json.loads(seal.open_bundle(bundle_of(consent), signer().public_key)["receipt.json"])
    assert sealed["pii_controllers"][0]["name"] == "Voorbeeldziekenhuis"
    assert [line["status_today"] for line in sealed["services"]] == ["dpv:ConsentGiven"]


@pytest.mark.parametrize(
    ("locale", "word"), [("en", "Receipt of your choices"), ("nl", "keuzes"), ("de", "Entscheidungen")]
)
def test_a_receipt_is_there_at_once_in_the_language_signed(house, web, tmp_path, locale, word):
    """SIG-08: without an account, PDF and data."""
    editor = house.user("editor")
    noor = house.person(by=editor, locale=locale)
    request = Request.ask([noor], [house.use()], Wording.current()[0], by=editor, way=Way.LINK)[0]
    Consent.sign(request, Choice({"website": True}, None), signer="Noor", steps={}, language=locale)
    phone, path = Browser(web), tmp_path / "receipt.pdf"
    path.write_bytes(phone.get(f"/sign/{request.raw_token}/receipt.pdf").data)
    said = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert word in said
    assert phone.get(f"/sign/{request.raw_token}/receipt.json").json["language"] == locale
