"""SEC-01, ERA-03, ERA-04: keys stand apart, open only under their root, and die for good."""

from __future__ import annotations

import sqlite3
import stat
import threading
from datetime import UTC, datetime

import pytest

from adapters.keys import ROOT, STORE, KeyGone, KeysMissing, KeyStore, WrongKey, derive
from adapters.seal import BadSeal

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def reopened(store: KeyStore) -> KeyStore:
    store.close()
    return KeyStore.open(store._path.parent)


def test_keys_and_secrets_survive_a_restart(keys):
    made = {id: keys.new("object", id) for id in ("a", "b", "c")}
    secret = keys.secret("names")
    again = reopened(keys)
    assert {id: again.get("object", id) for id in made} == made
    assert again.many("object", ["a", "c", "unknown"]) == {"a": made["a"], "c": made["c"]}
    assert again.secret("names") == secret
    again.close()


def test_every_name_has_a_value_of_its_own(keys):
    values = [keys.new("object", "a"), keys.new("person", "a"), keys.new("object", "b")]
    values += [keys.secret("names"), keys.secret("trail"), keys.secret("kek")]
    assert len(set(values)) == 6
    assert {len(value) for value in values} == {32}
    assert derive(values[0], "role/w320") != derive(values[0], "role/w800")


def test_one_key_per_name(keys):
    first = keys.new("object", "a")
    with pytest.raises(sqlite3.IntegrityError):
        keys.new("object", "a")
    assert keys.get("object", "a") == first


def test_many_asks_for_more_than_a_statement_takes(keys):
    made = {f"k{n}": keys.new("person", f"k{n}") for n in range(3)}
    assert keys.many("person", [*made, *(f"none{n}" for n in range(2000))]) == made


def test_a_destroyed_key_leaves_no_byte_in_any_file(keys):
    keys.new("object", "doomed")
    wrapped = keys._connection().execute("SELECT wrapped FROM dek WHERE id = 'doomed'").fetchone()[0]
    keys.destroy("object", "doomed")
    keys.destroy("object", "doomed")
    left = b"".join(path.read_bytes() for path in keys._path.parent.iterdir())
    assert wrapped not in left
    assert b"doomed" not in left
    assert not keys.has("object", "doomed")
    with pytest.raises(KeyGone):
        keys.get("object", "doomed")


def test_a_wrong_root_opens_nothing(keys):
    keys.new("object", "a")
    keys.close()
    root = keys._path.with_name(ROOT)
    before = keys._path.read_bytes()
    root.write_bytes(bytes(32))
    with pytest.raises(WrongKey):
        KeyStore.open(root.parent)
    assert keys._path.read_bytes() == before


@pytest.mark.parametrize("gone", [ROOT, STORE])
def test_what_is_missing_is_never_made_anew(keys, gone):
    keys.new("object", "a")
    keys.close()
    folder = keys._path.parent
    for path in folder.glob(f"{gone}*"):
        path.unlink()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(KeysMissing):
        KeyStore.open(folder)
    with pytest.raises(FileExistsError):
        KeyStore.create(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_root_named_but_absent_is_refused(keys, monkeypatch, tmp_path):
    keys.close()
    monkeypatch.setenv("CLEARFRAME_ROOT_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(KeysMissing):
        KeyStore.open(keys._path.parent)


def test_a_root_given_by_the_operator_is_not_written_beside_the_store(tmp_path, monkeypatch):
    (tmp_path / "root").write_bytes(bytes(range(32)))
    monkeypatch.setenv("CLEARFRAME_ROOT_KEY_FILE", str(tmp_path / "root"))
    store = KeyStore.create(tmp_path / "keys")
    key = store.new("object", "a")
    again = reopened(store)
    assert again.get("object", "a") == key
    assert not (tmp_path / "keys" / ROOT).exists()
    again.close()


@pytest.mark.parametrize("size", [0, 1, 16, 31])
def test_a_short_root_is_refused(tmp_path, monkeypatch, size):
    (tmp_path / "root").write_bytes(bytes(size))
    monkeypatch.setenv("CLEARFRAME_ROOT_KEY_FILE", str(tmp_path / "root"))
    with pytest.raises(WrongKey):
        KeyStore.create(tmp_path / "keys")
    assert not (tmp_path / "keys" / STORE).exists()


def test_files_are_for_their_owner_alone(keys):
    keys.new("object", "a")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in keys._path.parent.iterdir()}
    assert {name: mode & 0o077 for name, mode in modes.items()} == dict.fromkeys(modes, 0)


def test_a_wrapped_key_moved_to_another_name_does_not_open(keys):
    keys.new("object", "a")
    keys.new("object", "b")
    with keys._connection() as db:
        db.execute("UPDATE dek SET wrapped = (SELECT wrapped FROM dek WHERE id = 'a') WHERE id = 'b'")
    with pytest.raises(WrongKey):
        keys.get("object", "b")


def test_neither_root_nor_keys_lie_in_the_store(keys):
    made = keys.new("object", "a")
    root = keys._path.with_name(ROOT).read_bytes()
    stored = b"".join(path.read_bytes() for path in keys._path.parent.glob(f"{STORE}*"))
    assert root not in stored
    assert made not in stored


def test_threads_share_the_store(keys):
    found: list[bytes] = []

    def work() -> None:
        found.append(keys.new("object", "from-thread"))
        keys.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [keys.get("object", "from-thread")] == found


def test_an_erasure_ends_the_keys_and_enters_itself_in_one_step(keys):
    keys.new("object", "p1")
    keys.new("object", "p2")
    entry = keys.erase("photo", "p1", at=NOON, why="request", keys=[("object", "p1")], guard="ab")
    assert (entry.seq, entry.noun, entry.code, entry.why, entry.guard) == (1, "photo", "p1", "request", "ab")
    assert (keys.has("object", "p1"), keys.has("object", "p2")) == (False, True)
    again = keys.erase("photo", "p1", at=NOON, why="retention", keys=[("object", "p1")])
    other = keys.erase("person", "p1", at=NOON, why="request", keys=[])
    assert again == entry
    assert keys.erased() == [entry, other]
    assert reopened(keys).erased(after=1) == [other]


def test_the_ledger_is_only_added_to(keys):
    keys.erase("photo", "p1", at=NOON, why="request", keys=[])
    for act in ("UPDATE ledger SET why = ''", "DELETE FROM ledger"):
        with pytest.raises(sqlite3.IntegrityError):
            keys._connection().execute(act)


@pytest.mark.parametrize(
    "act", ["UPDATE ledger SET code = 'x' WHERE seq = 2", "DELETE FROM ledger WHERE seq = 1",
            "UPDATE ledger SET seq = seq + 10"],
)  # fmt: skip
def test_a_ledger_that_was_tampered_with_is_found(keys, act):
    for n in range(3):
        keys.erase("photo", f"p{n}", at=NOON, why="request", keys=[])
    with keys._connection() as db:
        db.execute("DROP TRIGGER ledger_stays")
        db.execute("DROP TRIGGER ledger_keeps")
        db.execute(act)
    with pytest.raises(BadSeal):
        keys.erased()


def test_a_store_from_before_seeds_keeps_every_secret(keys):
    root = keys._path.with_name(ROOT).read_bytes()
    with keys._connection() as db:
        for name in ("seed", "ledger"):
            db.execute(f"DROP TABLE {name}")
    again = reopened(keys)
    assert again.secret("names") == derive(root, "names")
    assert reopened(again).secret("names") == derive(root, "names")
    assert again.erased() == []
