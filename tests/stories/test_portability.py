"""What somebody takes along from one Clearframe to another: what she gave, and no more; there it is a claim until a human has looked (PRT-01, MIG-01)."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

import app as composition
from commands import main
from models import claims, faces, importing, portable
from models.base import db, tools
from models.consent import Answer, Consent, withdraw
from models.import_rows import Rules, guess, judge
from models.package import Package
from models.person import Person
from models.photo import Photo
from models.reasons import Code
from models.request import Choice, Request, Way
from models.use import Use
from models.wording import Wording
from tests import people
from tests.conftest import _configured, drained, started
from tests.stories.test_masked_copies import NOOR
from tests.stories.test_package import Scene, whole


@pytest.fixture
def scene(house, drain, tmp_path):
    return Scene(house, drain, tmp_path)


@contextmanager
def elsewhere(folder, sandbox, monkeypatch):
    """A second installation with keys and a database of its own, and its command line."""
    first, parts, config = db.obj, tools._wired, _configured(folder)
    composition.first_start(config)
    for name, value in (("DATA", config.data), ("KEYS", config.keys)):
        monkeypatch.setenv(f"CLEARFRAME_{name}", str(value))
    monkeypatch.setenv("DATABASE_URL", config.database_url)

    def call(*arguments):
        engine, mine = db.obj, tools._wired
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        assert not left.value.code
        db.initialize(engine)
        tools.wire(mine)

    try:
        with started(config, sandbox) as makers:
            yield makers, call
    finally:
        db.initialize(first)
        tools.wire(parts)


def why(photo, use):
    """The codes of what is said of a photo for a use."""
    return {reason.code for reason in photo.clearance(use).reasons}


def test_what_she_takes_along_comes_in_elsewhere(scene, drain, tmp_path, sandbox, monkeypatch):
    """PRT-01: no photo with others, no note, no basis, no template; re-imported, her answers are claims with their forms."""
    alone = scene.house.photo(
        scene.photo.album, by=scene.editor, data=people.scene((NOOR,), seed=9), name="solo.jpg"
    )
    drain()
    alone = Photo.get_by_id(alone.id)
    faces.name(alone.faces.get(), scene.noor, by=scene.editor)
    alone.review(by=scene.editor)
    files = whole(scene.released(scene.claim("portability"), "portability"))
    assert [name for name in files if name.startswith("images/")] == [f"images/{alone.code}.jpg"]
    assert set(json.loads(files["data.json"])) == {
        "@context", "schema_version", "kind", "package", "controller", "data_subject", "consents", "messages", "images",
    }  # fmt: skip
    assert "template.json" not in files
    assert b"Noor Voorbeeld" in files[f"images/{alone.code}.jpg"]

    taken = tmp_path / "taken"
    for name, data in files.items():
        (taken / name).parent.mkdir(parents=True, exist_ok=True)
        (taken / name).write_bytes(data)
    with elsewhere(tmp_path / "second", sandbox, monkeypatch) as (there, call):
        editor, checker = (
            there.user("editor", "consent-officer"),
            there.user("consent-officer", name="Cas Checker"),
        )
        call(
            "import-consents",
            taken / "consents.csv",
            "--evidence",
            taken / "consents",
            "--user",
            editor.email,
            "--commit",
        )
        call("ingest", taken / "images", "--album", "Brought along", "--user", editor.email)
        drained()
        noor, photo, use = Person.get(), Photo.get(), there.use()
        assert (noor.name, noor.email) == ("Noor Voorbeeld", "p0@people.example")
        consent = Consent.get()
        assert {line.answer for line in consent.lines} == {Answer.UNKNOWN}, "nothing becomes a yes by itself"
        assert claims.waiting(photo) == ["Noor Voorbeeld"], "the picture says who is in it"
        assert photo.copyright == "Voorbeeldziekenhuis"
        faces.name(photo.faces.get(), noor, by=editor)
        photo.review(by=editor)
        assert Code.EVIDENCE_MISSING in why(photo, use)
        assert bytes(tools.vault.read(consent.vault_id, "paper")) == next(
            data for name, data in files.items() if name.startswith("consents/")
        )
        importing.accept(consent, by=checker)
        assert Code.EVIDENCE_MISSING not in why(photo, use), (
            "once a colleague has read the form, her answer counts"
        )
    assert Consent.select().count() == 3, "back in the first"


def test_the_list_says_no_more_than_she_did(scene):
    """PRT-01: what she took back is a no, what holds for some photos only is a question, and a second coming in changes nothing."""
    social = Use.get(Use.code == "social-media")
    asked = Request.ask(
        [scene.noor],
        [social],
        Wording.current()[0],
        by=scene.editor,
        way=Way.LINK,
        photos=[scene.photo],
        only_photos=True,
    )[0]
    Consent.sign(asked, Choice({"social-media": True}, None), signer="Noor Voorbeeld", steps={})
    withdraw(scene.noor, uses=["website"], recognition=False, actor="person", means="link")
    package = Package.order(scene.claim("portability"), "portability", by=scene.dpo)
    columns, rows = portable.answers(package)
    said = [{head: str(row.get(head) or "") for head in columns} for row in rows]
    rules = Rules(importing.targets(), package.at.date(), files=frozenset(row["file"] for row in said))
    judged = [judge(n, row, guess(columns, importing.targets()), rules) for n, row in enumerate(said)]
    assert [(row.yes, row.no, row.vague) for row in judged] == [([], ["website"], False), ([], [], True)]
