"""bin/clearframe evidence verify: 0 with who signed what, 1 with what was changed, 2 for a wrong call; older bundles too."""

from __future__ import annotations

import json

import pytest

from adapters import seal
from models.base import tools
from models.consent import Consent
from models.request import Choice, Request, Way
from models.trail import signer
from models.wording import Wording

pytestmark = pytest.mark.both_engines


def bundle(house, drain):
    editor = house.user("editor")
    noor = house.person("Noor Voorbeeld", by=editor)
    request = Request.ask(
        [noor], [house.use(), house.use("press")], Wording.current()[0], by=editor, way=Way.LINK
    )[0]
    consent = Consent.sign(
        request, Choice({"website": True, "press": False}, None), signer="Noor Voorbeeld", steps={}
    )
    drain()
    return bytes(tools.vault.read(consent.vault_id, "evidence"))


def test_a_whole_bundle_says_who_signed_what(clearframe, house, drain, tmp_path):
    path = tmp_path / "proof.zip"
    path.write_bytes(bundle(house, drain))
    code, out, _ = clearframe("evidence", "verify", str(path))
    assert code == 0
    assert "Signed by Noor Voorbeeld (self)" in out
    assert "website: yes, until" in out
    assert "press: no" in out
    code, out, _ = clearframe("evidence", "verify", str(path), "--json", "--key", signer().public_key.hex())
    assert (code, json.loads(out)["whole"], json.loads(out)["facts"]["name"]) == (0, True, "Noor Voorbeeld")


def test_a_changed_bundle_names_what_was_changed(clearframe, house, drain, tmp_path):
    path, whole = tmp_path / "proof.zip", bundle(house, drain)
    at = whole.index(b"Noor Voorbeeld")
    path.write_bytes(whole[:at] + b"Door" + whole[at + 4 :])
    code, out, err = clearframe("evidence", "verify", str(path))
    assert (code, out) == (1, "")
    assert "does not hold" in err
    code, out, _ = clearframe("evidence", "verify", str(path), "--json")
    assert (code, json.loads(out)["whole"]) == (1, False)


def test_a_wrong_call_is_two(clearframe, tmp_path):
    path = tmp_path / "proof.zip"
    path.write_bytes(b"x")
    assert clearframe("evidence", "verify", str(path), "--key", "zz")[0] == 2
    assert clearframe("evidence", "verify", str(tmp_path / "none.zip"))[0] == 2
    code, _, err = clearframe("evidence", "verify", str(path))
    assert (code, "proof.zip does not hold: the bundle can't be read." in err) == (1, True)


def test_a_bundle_of_the_first_version_verifies(clearframe, house, tmp_path):
    record = {
        "record_id": "abc", "language": "en", "privacy_notice": {"number": 1},
        "lines": [{"about": "use", "use": "website", "state": "dpv:ConsentGiven", "valid_until": None}],
    }  # fmt: skip
    facts = {"signed_at": "2026-01-01T10:00:00+00:00", "identity": "link", "shown_sha256": "0"}
    members = {"facts.json": seal.canonical(facts), "record.json": seal.canonical(record)}
    path = tmp_path / "old.zip"
    path.write_bytes(seal.seal_bundle(members, signer()))
    code, out, _ = clearframe("evidence", "verify", str(path))
    assert (code, "website: yes" in out) == (0, True)
