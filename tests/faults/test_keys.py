"""Keys rotated by a process that is killed at any moment: one root opens them, none is lost (SEC-01, SEC-04)."""

from __future__ import annotations

import os
import shutil
import threading

import pytest

from adapters import roots, rotation
from adapters.keys import KeyGone, KeyStore
from tests.faults.harness import moments, run, timed


@pytest.fixture
def filled(tmp_path):
    """A closed store of keys, and what they are."""
    store = KeyStore.create(tmp_path / "keys")
    made = {f"k{number}": store.new("object", f"k{number}") for number in range(120)}
    store.erase("photo", "gone", at=rotation.datetime.now(rotation.UTC), why="request", keys=[])
    secret = store.secret("database")
    store.close()
    return tmp_path / "keys", made, secret


def whole(folder, made, secret):
    """Open the store and hold everything in it against what it was; the store."""
    store = KeyStore.open(folder)
    assert store.many("object", made) == made
    assert store.secret("database") == secret
    assert [entry.code for entry in store.erased()] == ["gone"]
    return store


def killed(folder, made, secret, act, seed):
    """The act killed at every moment on a fresh copy each time; how often it had begun and not ended."""
    trial = folder.with_name("trial")
    shutil.copytree(folder, trial)
    spent, broken = timed(lambda: act(KeyStore.open(trial))), 0
    for seconds in moments(seed, spent):
        shutil.rmtree(trial)
        shutil.copytree(folder, trial)
        broken += run(lambda: act(KeyStore.open(trial)), seconds) != 0
        store = whole(trial, made, secret)
        yield store, trial
        store.close()
    assert broken > 5


def test_a_rotation_killed_at_any_moment_is_finished_by_the_next(filled, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 10)
    for store, _ in killed(*filled, rotation.rotate, seed=1):
        rotation.rotate(store)
        stands = rotation.status(store, data=store.folder)
        assert [one.keys for one in stands.ring] == [120]
        assert not stands.unfinished
        assert store.many("object", filled[1]) == filled[1]


def test_a_new_root_killed_at_any_moment_leaves_one_that_opens(filled):
    old = (filled[0] / roots.ROOT).read_bytes()
    changed = 0
    for store, folder in killed(*filled, rotation.replace_root, seed=2):
        now = (folder / roots.ROOT).read_bytes()
        assert KeyStore.opens(folder, now)
        changed += now != old
        assert KeyStore.opens(folder, old) == (now == old)
        rotation.replace_root(store)
        assert not rotation.status(store, data=folder).unfinished
        assert not KeyStore.opens(folder, now)
    assert changed > 0


def test_a_passphrase_killed_at_any_moment_leaves_one_way_in(filled, monkeypatch):
    from commands.unsealing import _broke_off, _opening

    monkeypatch.setitem(roots.COST, "memory_cost", 64)
    monkeypatch.setitem(roots.COST, "time_cost", 1)
    folder, made, secret = filled
    words = "four words that open it"

    def act(store):
        salt = store.folder / roots.NEXT[roots.SALT]
        roots.new_salt(salt)
        rotation.replace_root(store, roots.Root(roots.from_passphrase(salt, words), "passphrase"))

    trial = folder.with_name("trial")
    shutil.copytree(folder, trial)
    spent, ways = timed(lambda: act(KeyStore.open(trial))), set()
    for seconds in moments(3, spent):
        shutil.rmtree(trial)
        shutil.copytree(folder, trial)
        run(lambda: act(KeyStore.open(trial)), seconds)
        sealed = roots.is_sealed(trial) or _broke_off(trial)
        key = _opening(trial, words) if sealed else (trial / roots.ROOT).read_bytes()
        store = KeyStore(trial, roots.Root(key, "file"))
        store._load()
        assert store.many("object", made) == made
        assert store.secret("database") == secret
        store.close()
        ways.add(sealed)
    assert ways == {True, False}


def test_others_go_on_while_keys_are_rotated(filled, monkeypatch):
    """Readers and makers with a ring of before never fail, and no key of theirs is left under the old one."""
    monkeypatch.setattr(rotation, "BATCH", 10)
    folder, made, _ = filled
    failures, over, new = [], threading.Event(), {}

    def go_on(name):
        store, number = KeyStore.open(folder), 0
        try:
            while not over.is_set() or number < 20:
                id = f"{name}{number}"
                new[id] = store.new("object", id)
                if number % 5 == 4:
                    store.destroy("object", id)
                    del new[id]
                    with pytest.raises(KeyGone):
                        store.get("object", id)
                assert store.get("object", "k7") == made["k7"]
                number += 1
        except BaseException as error:
            failures.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=go_on, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    store = KeyStore.open(folder)
    for _ in range(4):
        rotation.rotate(store)
    over.set()
    for thread in threads:
        thread.join()
    assert failures == []
    rotation.rotate(store)
    assert store.many("object", {**made, **new}) == {**made, **new}
    assert len(rotation.status(store, data=folder).ring) == 1
    store.close()


def test_two_rotations_at_once_take_turns(filled):
    """Processes that opened the store before each other's rotation leave one root that opens it (two of them lost it once)."""
    folder, made, secret = filled
    before = [KeyStore.open(folder) for _ in range(2)]
    for store in before:
        store._connection()
    children = []
    for act in (rotation.replace_root, rotation.rotate, rotation.replace_root, rotation.rotate):
        child = os.fork()
        if child == 0:
            try:
                act(KeyStore.open(folder) if act is rotation.rotate else before[len(children) % 2])
            except BaseException:
                os._exit(1)
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0, 0]
    store = whole(folder, made, secret)
    assert len(rotation.status(store, data=folder).ring) == 1
    store.close()
    for stale in before:
        assert stale.get("object", "k1") == made["k1"]  # a process of before reads on
        rotation.rotate(stale)
        stale.close()
    whole(folder, made, secret).close()
