"""What the documents promise about formats holds: read by hand, with nothing of ours but the documents' facts."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters import clock
from models import reading, trail
from models.base import db, tools
from tests.makers import picture

HERE = Path(__file__).resolve().parents[2]


def derived(key, label):
    return HKDF(hashes.SHA256(), 32, None, b"clearframe/1/" + label.encode()).derive(key)


def unwrapped(key, sealed, about):
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], about)


def test_an_object_is_read_by_hand_as_vault_format_says(house, config):
    editor = house.user("editor")
    data = picture(size=(2000, 1500)) + bytes(2_300_000)
    photo = house.photo(house.album(by=editor), by=editor, data=data)

    root = (config.keys / "root.key").read_bytes()
    store = sqlite3.connect(config.keys / "keys.db")
    ring = dict(store.execute("SELECT id, wrapped FROM ring"))
    kek, wrapped = store.execute(
        "SELECT kek, wrapped FROM dek WHERE kind = 'object' AND id = ?", (photo.code,)
    ).fetchone()
    ((wrapped_seed,),) = store.execute("SELECT wrapped FROM seed")
    store.close()
    wrapping = unwrapped(derived(root, "kek"), ring[kek], b"kek")
    key = derived(unwrapped(wrapping, wrapped, f"object|{photo.code}|1|{kek}".encode()), "role/original")

    names = derived(unwrapped(derived(root, "seed"), wrapped_seed, b"seed"), "names")
    folder = hmac.new(names, photo.code.encode(), hashlib.sha256).hexdigest()[:32]
    file = hmac.new(names, f"{photo.code}|original".encode(), hashlib.sha256).hexdigest()[:24]
    stored = (config.data / "vault" / "objects" / folder[:2] / folder / file).read_bytes()

    header, body = stored[:48], stored[48:]
    assert (header[:4], header[4], struct.unpack(">I", header[5:9])[0]) == (b"CLRF", 1, 1_048_576)
    assert header[9:41] == hashlib.sha256(f"{photo.code}|original".encode()).digest()
    sealed = [body[at : at + 1_048_592] for at in range(0, len(body), 1_048_592)]
    opened = [
        AESGCM(key).decrypt(
            header[41:] + struct.pack(">IB", number, number == len(sealed) - 1), chunk, header
        )
        for number, chunk in enumerate(sealed)
    ]
    assert b"".join(opened) == data
    assert len(opened) == 3


@pytest.fixture
def exported(house, tmp_path):
    """An export of a small trail and a head that was mailed later."""
    house.user("editor")
    with db.atomic():
        trail.Trace.leave("system", "test.emoji", note="Ünïcödé 🌷 — done")
    path = tmp_path / "trail.jsonl"
    path.write_text(
        "".join(json.dumps(line) + "\n" for line in reading.exported(by="system")), encoding="utf-8"
    )
    with db.atomic():
        trail.Trace.leave("system", "test.later")
    head = tmp_path / "mail.txt"
    head.write_text(f"keep this\n\n{trail.Head.sign().note}\n", encoding="utf-8")
    return path, head


def run(path, *more):
    command = [sys.executable, HERE / "docs" / "verify_trail.py", path, *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_stranger_verifies_an_export(exported):
    path, _ = exported
    done = run(path)
    assert (done.returncode, done.stdout) == (
        0,
        f"The trail is whole: {len(path.read_text().splitlines()) - 2} lines.\n",
    )


@pytest.mark.parametrize("tamper", ["change", "facts", "remove", "swap", "insert", "cut"])
def test_a_stranger_finds_every_kind_of_tampering(exported, tamper):
    path, head = exported
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if tamper == "change":
        lines[2]["action"] = "photo.viewed"
    elif tamper == "facts":
        lines[-2]["facts"] = lines[-2]["facts"].replace("done", "gone")
    elif tamper == "remove":
        del lines[2]
    elif tamper == "swap":
        lines[2], lines[3] = lines[3], lines[2]
    elif tamper == "insert":
        lines.insert(3, lines[2])
    else:
        del lines[-2:]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done = run(path, "--heads", head)
    assert done.returncode == 1
    assert done.stderr.startswith("NOT WHOLE: ")


def test_erased_facts_keep_the_chain_whole(exported):
    path, _ = exported
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    lines[-2]["facts"] = lines[-2]["salt"] = None
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert run(path).returncode == 0


def test_a_head_of_another_key_is_refused(exported, tmp_path):
    from adapters.seal import Signer

    path, _ = exported
    other = tmp_path / "other.txt"
    origin = json.loads(path.read_text(encoding="utf-8").splitlines()[0])["origin"]
    other.write_text(Signer(bytes(32), origin).note(1, bytes(32), clock.now()), encoding="utf-8")
    assert "does not hold" in run(path, "--heads", other).stderr
    assert "no signed head in" in run(path, "--heads", HERE / "README.md").stderr
    other.write_text("")
    assert run(other).stderr == "NOT READABLE: the export is empty\n"
    assert tools.keys.secret("trail") != bytes(32)
