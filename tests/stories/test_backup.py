"""Backups and restores as an operator does them: what was, is again; what was erased since, is not (ERA-03 to ERA-06)."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from peewee import TextField

import app as composition
from adapters import age, clock, places, roots
from adapters.keys import KeyStore
from adapters.places import NoPlace
from models import backing_up, backups, erasure, keys_backup, restoring, schema, trail
from models.base import Backups, db, tools
from models.consent import Consent
from models.copy import Copy
from models.covering import Extent, Style
from models.delivery import Delivery
from models.errors import Refusal
from models.notice import Notice, NoticeKind
from models.person import Person
from models.photo import Photo
from models.publication import Publication
from models.request import Choice, Request, Way
from models.schema import records
from models.search import matching
from models.takedown import TakeDown
from models.trail import Trace
from models.trail import verify as verify_trail
from models.upkeep import What
from models.user import Session
from models.wording import Wording
from tests.conftest import _scratch_database
from tests.makers import picture

pytestmark = pytest.mark.both_engines


@pytest.fixture
def library(house, drain):
    """Two photos, two people, a signed consent; as objects that know themselves again by code."""
    editor = house.user("editor")
    album = house.album("Zomerfeest", by=editor)
    photos = [house.photo(album, by=editor) for _ in range(2)]
    people = [house.person(name, by=editor, email=f"p{n}@people.example") for n, name in
              enumerate(("Noor Voorbeeld", "Daan Voorbeeld"))]  # fmt: skip
    wording = Wording.current()[0]
    asked = Request.ask(
        [people[0]], [house.use("website")], wording, by=editor, way=Way.LINK, photos=[photos[0]]
    )[0]
    Consent.sign(asked, Choice({"website": True}, None), signer="Noor Voorbeeld", steps={})
    Session.start(editor)
    drain()
    return photos, people, editor


def everything():
    """Every row of every table, as one reads them, but for the trail's last lines and what a restore itself moves."""
    found = {}
    for model in records():
        name = model._meta.table_name
        if name not in ("trace", "head", "beat", "session", "notice"):
            found[name] = sorted(map(repr, model.select().tuples()))
    return found


@pytest.fixture
def elsewhere(house, tmp_path):
    """Restores a backup into an empty house beside this one, on an engine of one's choice, with the keys of this one."""
    made = []

    def restore(place, *, keys=None, postgres=False, **how):
        folder = tmp_path / f"restored{len(made)}"
        made.append(folder)
        shutil.copytree(keys or house.config.keys, folder / "keys")
        url = f"sqlite:///{folder / 'data' / 'clearframe.db'}"
        context = _scratch_database() if postgres else None
        if context:
            url = context.__enter__()
            contexts.append(context)
        config = replace(house.config, data=folder / "data", keys=folder / "keys", database_url=url)
        parts.append((db.obj, tools._wired))
        restoring.begin(config.data, config.database_url)
        composition.wire(config, restoring=True)
        tools._wired.sandbox = parts[0][1].sandbox
        db.connect()
        return restoring.restore(str(place), config.data, **how)

    parts, contexts = [], []
    yield restore
    for engine, wired in reversed(parts):
        if db.obj is not engine:
            db.close()
            if hasattr(db.obj, "close_all"):
                db.obj.close_all()
        db.initialize(engine)
        tools.wire(wired)
    for context in contexts:
        context.__exit__(None, None, None)


def test_what_was_is_again(library, elsewhere, tmp_path):
    photos, _, _ = library
    bytes_before = [tools.vault.read(photo.code) for photo in photos]
    made = backing_up.make(str(tmp_path / "one.backup"))
    assert made.objects == made.new > 0
    before = everything()
    restored = elsewhere(tmp_path / "one.backup")
    assert (restored.rows, restored.objects, restored.missing) == (made.rows, made.objects, [])
    assert everything() == before
    assert [tools.vault.read(photo.code) for photo in photos] == bytes_before
    assert matching(Photo.select(), "zomerfeest", names=True).count() == 2
    assert matching(Photo.select(), "noor", names=True).count() == 0
    assert verify_trail().bad is None
    assert Session.select().where(Session.ended_at.is_null()).count() == 0
    assert Trace.select().where(Trace.action == "instance.restored").get().details["rows"] == made.rows


@pytest.mark.parametrize("postgres", [False, True])
def test_a_backup_of_one_engine_comes_back_on_the_other(library, elsewhere, tmp_path, postgres):
    from tests.conftest import POSTGRES

    if postgres and not POSTGRES:
        pytest.skip("no PostgreSQL here: set TEST_DATABASE_URL to restore onto PostgreSQL")
    backing_up.make(str(tmp_path / "one.backup"))
    before = everything()
    elsewhere(tmp_path / "one.backup", postgres=postgres)
    assert {name: len(rows) for name, rows in everything().items()} == {
        name: len(rows) for name, rows in before.items()
    }
    assert [person.name for person in Person.select().order_by(Person.id)] == [
        "Noor Voorbeeld",
        "Daan Voorbeeld",
    ]
    again = Person.create(name="Later Voorbeeld", folded="later voorbeeld")
    assert again.id > 2


def opened(place, identities):
    """The lines of a snapshot as a stranger with the age key reads them."""
    with backing_up.reading(str(place)) as there:
        snapshot = backing_up.choose(there)
        out = io.BytesIO()
        age.decrypt(there.read(snapshot.data), out.write, identities)
    return gzip.decompress(out.getvalue()).decode()


def test_what_was_erased_since_is_in_no_backup_any_more(library, house, elsewhere, tmp_path):
    photos, people, editor = library
    photos[1].caption = "Noor Voorbeeld springt"
    photos[1].save()
    place = tmp_path / "place"
    backing_up.make(f"{place}/")
    mine = backing_up.own_identity()
    assert "Daan" not in opened(place, mine)  # not even with the age key: the keys of the words lie apart
    erasure.erase_person(people[1], by=house.user("dpo"), why="request", keep_proof=False)
    erasure.erase_photo(photos[1], by=editor, why="request")
    restored = elsewhere(place)
    assert restored.erased_again >= 2
    assert [person.code for person in Person.select()] == [people[0].code]
    assert [photo.code for photo in Photo.select()] == [photos[0].code]
    assert not tools.vault.has(photos[1].code)
    text = "\n".join(map(str, everything().values()))
    assert ("Daan" in text, "springt" in text) == (False, False)


def with_empty_pointers(photo, person, by, use):
    """A row of each kind whose nearest pointer is empty, with words nothing else holds."""
    day = clock.today("UTC")
    more = {"use": use, "starts_on": day, "expires_at": clock.now(), "verdict": {"of": "Sterappel"}}
    copy = Copy.create(photo=photo, by=by, use=use, extent=Extent.FACE, style=Style.SOLID)
    Delivery.create(photo=None, copy=copy, recipient="Sterappel delivery", **more)
    whole = Delivery.create(photo=photo, recipient="Sterappel whole", **more)
    shown = Publication.create(delivery=whole, photo=None, medium="Sterappel shown", from_on=day)
    about = {"delivery": whole, "cause": "WITHDRAWN", "due_on": day}
    TakeDown.create(photo=photo, note="Sterappel by photo", **about)
    TakeDown.create(publication=shown, note="Sterappel by what left", **about)
    TakeDown.create(person=person, note="Kweepeer by person", **about)


@pytest.mark.parametrize("erased", [False, True])
def test_a_row_whose_nearest_pointer_is_empty_is_forgotten_too(library, house, elsewhere, tmp_path, erased):
    """ERA-04: it is sealed by the next it points to, so that an older backup gives none of its words."""
    photos, people, editor = library
    with_empty_pointers(photos[1], people[1], editor, house.use("website"))
    place = str(tmp_path / "one.backup")
    backing_up.make(place)
    text = opened(place, backing_up.own_identity())
    assert ("Sterappel" in text, "Kweepeer" in text) == (False, False)
    if erased:
        erasure.erase_person(people[1], by=house.user("dpo"), why="request", keep_proof=False)
        erasure.erase_photo(photos[1], by=editor, why="request")
    elsewhere(place)
    words = "\n".join(map(str, everything().values()))
    assert (words.count("Sterappel"), words.count("Kweepeer")) == ((0, 0) if erased else (7, 1))


def test_an_older_key_store_is_refused(library, elsewhere, house, tmp_path):
    photos, _, editor = library
    shutil.copytree(house.config.keys, tmp_path / "older")
    erasure.erase_photo(photos[1], by=editor, why="request")
    backing_up.make(str(tmp_path / "one.backup"))
    with pytest.raises(restoring.Older):
        elsewhere(tmp_path / "one.backup", keys=tmp_path / "older")


def test_a_ledger_older_than_a_head_outside_is_refused(library, elsewhere, house, tmp_path):
    photos, _, editor = library
    backing_up.make(str(tmp_path / "one.backup"))
    shutil.copytree(house.config.keys, tmp_path / "older")
    erasure.erase_photo(photos[1], by=editor, why="request")
    note = restoring.ledger_note()
    with pytest.raises(restoring.Older):
        elsewhere(tmp_path / "one.backup", keys=tmp_path / "older", heads=[note])
    assert elsewhere(tmp_path / "one.backup", heads=[note]).erased_again == 1


def test_only_the_recipient_opens_it(library, elsewhere, tmp_path):
    key = pyrage.x25519.Identity.generate()
    tools._wired.backups = Backups(recipient=str(key.to_public()))
    backing_up.make(str(tmp_path / "one.backup"))
    assert backing_up.verify(str(tmp_path / "one.backup")).rows is None
    found = backing_up.verify(str(tmp_path / "one.backup"), identities=[key])
    assert (found.faults, found.rows is not None) == ([], True)
    wrong = backing_up.verify(str(tmp_path / "one.backup"), identities=[pyrage.x25519.Identity.generate()])
    assert wrong.faults == ["The snapshot does not open with this identity."]
    with pytest.raises(age.BadAge):
        elsewhere(tmp_path / "one.backup")
    assert elsewhere(tmp_path / "one.backup", identities=[key]).missing == []


def test_a_place_is_added_to_and_forgets_after_its_days(library, drain, tmp_path, later):
    photos, _, editor = library
    place = f"{tmp_path / 'place'}/"
    first = backing_up.make(place)
    assert backing_up.make(place).new == 0
    later(days=20)
    erasure.erase_photo(photos[1], by=editor, why="request")
    drain()
    later(days=20)
    third = backing_up.make(place)
    assert backing_up.prune(place, 35) == 2
    assert backing_up.verify(place).faults == []
    with backing_up.reading(place) as there:
        assert backing_up.snapshots(there) == [third.name]
        assert len(there.names("objects")) == third.objects < first.objects


@pytest.mark.parametrize("harm", ["cut", "flip", "lost"])
def test_damage_is_named(library, tmp_path, harm):
    place = tmp_path / "place"
    backing_up.make(f"{place}/")
    victim = max((place / "objects").rglob("*"))
    data = victim.read_bytes()
    if harm == "lost":
        victim.unlink()
    else:
        victim.write_bytes(data[:-1] if harm == "cut" else bytes([data[0] ^ 1]) + data[1:])
    (fault,) = backing_up.verify(str(place)).faults
    assert victim.name in fault
    listed = next((place / "snapshots").glob("*.objects"))
    listed.write_bytes(listed.read_bytes().replace(b"objects/", b"objectz/", 1))
    with pytest.raises(backing_up.NoBackup):
        backing_up.verify(str(place))


def test_a_file_cut_off_is_said_to_be_one(library, tmp_path):
    path = tmp_path / "one.backup"
    backing_up.make(str(path))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises((backing_up.NoBackup, NoPlace)):
        backing_up.verify(str(path))


def test_the_key_store_is_kept_apart_and_shortly(library, house, tmp_path, later):
    photos, _, editor = library
    place = tmp_path / "keys-place"
    keys_backup.make(f"{place}/")
    later(minutes=1)
    erasure.erase_photo(photos[1], by=editor, why="request")
    keys_backup.make(f"{place}/")
    (left,) = (place / "keys").iterdir()
    shutil.copytree(house.config.keys, tmp_path / "other")
    (tmp_path / "other" / "keys.db").unlink()
    for path in (tmp_path / "other").glob("keys.db-*"):
        path.unlink()
    keys_backup.bring_back(place, tmp_path / "other", None)
    store = KeyStore.open(tmp_path / "other")
    assert store.get("object", photos[0].code) == tools.keys.get("object", photos[0].code)
    assert not store.has("object", photos[1].code)
    store.close()
    assert (house.config.keys / "root.key").read_bytes() not in left.read_bytes()
    later(days=8)
    assert keys_backup.forget_old(f"{place}/", 7) == 1
    assert list((place / "keys").iterdir()) == []


def test_a_sealed_stores_backup_holds_the_salt_of_its_passphrase(library, house, tmp_path):
    """SEC-04: without the salt the passphrase opens nothing, and the machine that had it is lost."""
    roots.new_salt(tools.keys.folder / roots.SALT)
    place = f"{tmp_path / 'apart'}/"
    keys_backup.make(place)
    other = tmp_path / "other"
    keys_backup.bring_back(Path(place), other, None)
    assert (other / roots.SALT).read_bytes() == (tools.keys.folder / roots.SALT).read_bytes()
    assert KeyStore.opens(other, (house.config.keys / "root.key").read_bytes())
    assert sorted(path.name for path in other.iterdir()) == [".brought", "keys.db", "root.salt"]


def test_a_library_that_is_there_is_never_written_over(library, house, tmp_path):
    backing_up.make(str(tmp_path / "one.backup"))
    with pytest.raises(Refusal):
        restoring.begin(house.config.data, house.config.database_url)
    assert not restoring.is_unfinished(house.config.data)


def test_the_snapshots_head_says_what_it_is(library, tmp_path):
    backing_up.make(str(tmp_path / "one.backup"))
    head = json.loads(opened(tmp_path / "one.backup", backing_up.own_identity()).splitlines()[0])
    assert (head["format"], head["ledger"]) == ("clearframe-backup/1", {"seq": 0, "head": ""})
    assert head["tables"]["photo"] == 2


def test_a_restore_is_tried_out_each_month(library, house, tmp_path):
    """The drill of CI: the newest backup is read, brought back in a scratch house, and nothing of it is left (SEC-04)."""
    place = f"{tmp_path / 'place'}/"
    tools._wired.backups = Backups(to=place)
    backups.nightly()
    backups.drill()
    done = backups.standing().drills[0]
    assert (done.ok, done.why, done.rows > 50, done.objects > 5) == (True, "", True, True)
    assert not (tools.staging / "drill").exists()
    assert Photo.select().count() == 2
    key = pyrage.x25519.Identity.generate()
    tools._wired.backups = Backups(to=place, recipient=str(key.to_public()))
    backups.nightly()
    backups.drill()
    offline = backups.standing().drills[0]
    assert (offline.ok, offline.rows >= done.rows, offline.objects) == (True, True, 0)
    max((tmp_path / "place" / "objects").rglob("*")).write_bytes(b"x")
    with pytest.raises(backups.DrillFailed):
        backups.drill()
    assert (backups.standing().drills[0].ok, "damaged" in backups.standing().drills[0].why) == (False, True)


def told(user):
    """The subjects of the letters of upkeep to this user, the oldest first."""
    rows = Notice.select().where(Notice.kind == NoticeKind.UPKEEP, Notice.user == user).order_by(Notice.id)
    return [row.values["what"] for row in rows]


def head_of_another_trail(place):
    """Let the newest backup here say that it was made under another head, as only who holds the keys can."""
    first, *rest = opened(place, backing_up.own_identity()).splitlines(keepends=True)
    first = json.dumps(json.loads(first) | {"trail": trail.signer().note(3, bytes(32), clock.now())}) + "\n"
    with backing_up.reading(str(place)) as there:
        snapshot = backing_up.choose(there)
    path = place / snapshot.data
    with path.open("wb") as out:
        age.encrypt([gzip.compress("".join([first, *rest]).encode())], out, backing_up.own_readers())
    snapshot.size, snapshot.sha256 = path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".objects").write_bytes(backing_up._manifest(snapshot))


def test_a_drill_holds_the_trail_that_comes_back_against_the_backups_head(library, house, tmp_path):
    """AUD-04, SEC-04: a trail that was cut and chained anew is whole in itself, and the head gives it away."""
    place = str(tmp_path / "one.backup")
    backing_up.make(place)
    sound = backups.try_out(place)
    assert (sound.ok, sound.lines > 20, sound.erased_again) == (True, True, 0)
    place = tmp_path / "place"
    backing_up.make(f"{place}/")
    head_of_another_trail(place)
    bent = backups.try_out(str(place))
    assert (bent.ok, bent.why) == (
        False, "The trail that came back does not hold from line 3 on: the line differs from a signed head.",
    )  # fmt: skip
    assert backups.try_out(str(tmp_path / "nowhere")).why == f"There is no file {tmp_path}/nowhere."


def test_what_fails_at_night_is_told_once_and_stands_until_it_is_over(library, house, drain, tmp_path, later):
    """SEC-04: backups to the administrators, drills to the privacy officer too; each once per incident."""
    admin, dpo = house.user("admin"), house.user("dpo")
    (tmp_path / "file").touch()
    tools._wired.backups = Backups(to=f"{tmp_path}/file/place/", keys_to=f"{tmp_path}/file/keys/")
    for _ in range(3):
        for fails in (backups.nightly, backups.keys):
            with pytest.raises(OSError, match="Not a directory"):
                fails()
        with pytest.raises(backups.DrillFailed):
            backups.drill()
    assert told(admin) == ["backup", "keys-backup", "drill"]
    assert told(dpo) == ["drill"]
    assert backups.troubles() == [What.BACKUP, What.KEYS, What.DRILL]
    drain()
    assert [
        letter["Subject"] for letter in house.letters() if letter["To"].addresses[0].addr_spec == dpo.email
    ][-1] == ("A restore that was tried out did not work")
    tools._wired.backups = Backups(to=f"{tmp_path}/place/", keys_to=f"{tmp_path}/keys-place/")
    backups.nightly(), backups.keys(), backups.drill()
    assert backups.troubles() == []
    later(days=41)
    assert backups.troubles() == [What.BACKUP, What.KEYS, What.OVERDUE]
    for _ in range(2):
        backups.put_nightly()
    assert told(admin)[3:] == ["backup", "drill-overdue", "keys-backup"]
    assert told(dpo) == ["drill", "drill-overdue"]


def test_an_erasure_renews_the_key_stores_backup(library, drain, tmp_path):
    photos, _, editor = library
    place = tmp_path / "keys-place"
    tools._wired.backups = Backups(keys_to=f"{place}/")
    backups.keys()
    before = next((place / "keys").iterdir()).name
    erasure.erase_photo(photos[1], by=editor, why="request")
    drain()
    (after,) = (place / "keys").iterdir()
    assert after.name != before


def test_a_backup_from_before_a_migration_comes_back_after_it(library, elsewhere, tmp_path, monkeypatch):
    """The tables are first as the backup knew them: a later column, with a default, comes after the rows."""
    shutil.copytree(schema.MIGRATIONS, tmp_path / "migrations")
    backing_up.make(str(tmp_path / "one.backup"))
    (tmp_path / "migrations" / "0099_later.py").write_text(
        "from peewee import TextField\n\n\n"
        "def up(migrator, db):\n"
        "    migrator.migrate(migrator.add_column('person', 'greeting', TextField(default='Dag')))\n\n\n"
        "def down(migrator, db):\n    migrator.migrate(migrator.drop_column('person', 'greeting'))\n"
    )
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path / "migrations")
    Person._meta.add_field("greeting", TextField(default="Hallo"))
    try:
        elsewhere(tmp_path / "one.backup")
        assert [(person.name, person.greeting) for person in Person.select().order_by(Person.id)] == [
            ("Noor Voorbeeld", "Dag"), ("Daan Voorbeeld", "Dag"),
        ]  # fmt: skip
    finally:
        Person._meta.remove_field("greeting")
        del Person.greeting


def test_a_backup_made_while_photos_arrive_is_of_one_moment(library, house, elsewhere, tmp_path):
    """ERA-05: what was acknowledged before it began is in, and what came meanwhile is there whole or not at all."""
    photos, _, editor = library
    album, taken, over = photos[0].album, {}, threading.Event()
    before = {photo.code: tools.vault.read(photo.code) for photo in photos}

    def arrive():
        with db.connection_context():
            while not over.is_set():
                data = picture(seed=100 + len(taken))
                taken[house.photo(album, by=editor, data=data).code] = data
        tools.keys.close()

    arriving = threading.Thread(target=arrive)
    arriving.start()
    while len(taken) < 3 and arriving.is_alive():
        time.sleep(0.01)
    before |= taken
    made = backing_up.make(str(tmp_path / "one.backup"))
    over.set()
    arriving.join()
    assert len(taken) > 3
    assert elsewhere(tmp_path / "one.backup").missing == []
    there = {photo.code: tools.vault.read(photo.code) for photo in Photo.select()}
    assert there == {code: (before | taken)[code] for code in there}
    assert (set(before) - set(there), made.objects >= len(there)) == (set(), True)


def test_a_backup_and_a_pruning_take_turns(library, tmp_path, later):
    """What a backup has copied and not yet listed is no orphan for a pruning that runs beside it."""
    place = f"{tmp_path / 'place'}/"
    backing_up.make(place)
    later(days=40)
    with places.writing(place) as there:
        there.put("objects/ab/notlistedyet", [b"x"], 1)
        pruning = threading.Thread(target=lambda: pruned.append(backing_up.prune(place, 35)))
        pruned = []
        pruning.start()
        pruning.join(0.5)
        assert (pruning.is_alive(), there.size("objects/ab/notlistedyet")) == (True, 1)
    pruning.join()
    assert pruned == [0]
