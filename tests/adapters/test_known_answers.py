"""SEC-01: fixed keys and fixed bytes for every sealing format, worked out apart from the code by the published formats.

Whoever changes one of these has changed what old files, old key stores and old backups are read by.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3

import pytest
from cryptography.exceptions import InvalidTag

from adapters import age, roots, seal
from adapters.keys import FORMAT, SCHEMA, KeyGone, KeyStore, NewerStore, WrongKey, derive, unwrap, wrap
from adapters.storage import Folder
from adapters.vault import Damaged, Vault

ROOT_KEY, SEED, RING, OBJECT_KEY = (bytes(range(start, start + 32)) for start in (0, 32, 64, 96))
PROOF = "01010101010101010101010151bcc2ddf7e3e1cf37df311261eeead6af583931407e9f92037d6db952b739cdb72b2a236558"
WRAPPED_SEED = (
    "020202020202020202020202f5491a8683da6b5f7beb547083ffd14a996c707972e2b5404b0f14ec3198781e51e537622c67"
    "36e8b781c61e5546436e"
)
WRAPPED_RING = (
    "0303030303030303030303038f537c71aef358a8089abe61dc4d42477c4db2b7fd89dcd172f5e73acc9b15c933ecf98f9caa"
    "8b6ec4d3835fdbe01d01"
)
WRAPPED_KEY = (
    "040404040404040404040404ce3b75462f02087c14378d8a49ddd54c46fddacfcd241cdef84c5b76d76642d3ae94f435c63d"
    "544bdf377485f7827298"
)
NAME = "objects/00/001b36fe63397785aad345631ca25a6e/fd145bb6cabed588c9028dc7"
SEALED_OBJECT = (
    "434c52460100000010d9f1be4de7f3b0cad9c3c62dc637c0afe2e3a68eab045f9430948c581961345b050505050505058347"
    "eb68d68db7320444a27a6d85bb5676f58fd8177e1c998934dc339d1d392c55d2d47e7cc01eb4260936251ed560e3735d9c9b"
    "8d2f9ecfee22846d25840960cfb51db148c6053a9cae265126393b6293e128ae"
)
FIELD = "060606060606060606060606ba4a5a55da6e7ce0aaeb2dcd15719959f84f1d7adc08063690d100b855b7975f"
AGE = (
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSArbDNOdlc3UmpiS0VhY3djSEhZREswRWN1dk1ZaXNRWEM2dnJCUnhoT1dv"
    "CmpQbHlrbGltaU1oWDNiaDU3YWw5TnppMWEzTkdTd3o4VzZTWTNhczkxRWMKLT4gekYtWnFMZC1ncmVhc2UgOEVFbCgKUWZwVUZS"
    "OGQyYnQyemVmd09CSHBqR2NxNWtPSXUrbGNVVXZ1YXhITVQxZGFQZklJSW5HY3pPTzJhUTg0bjAwRQpHM3p0RXcKLS0tIEhJUjM1"
    "bnp2dmN1Vnh6QTJnSjQxRXdTMGZ3L2NzWHVyNVZ2TjNnYUh5VzAKqkJr2lQBgMFn7zk4+HSS262B6PiLZax18Ry2f71D0yRdAbCg"
    "FkhB9O8bVgIDlQ=="
)


@pytest.fixture
def store(tmp_path):
    """A key store written by hand from these bytes."""
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "root.key").write_bytes(ROOT_KEY)
    with sqlite3.connect(folder / "keys.db") as db:
        db.executescript(SCHEMA)
        db.execute("INSERT INTO proof VALUES (?)", (bytes.fromhex(PROOF),))
        db.execute("INSERT INTO seed VALUES (1, ?)", (bytes.fromhex(WRAPPED_SEED),))
        db.execute("INSERT INTO ring (id, wrapped) VALUES (1, ?)", (bytes.fromhex(WRAPPED_RING),))
        db.execute("INSERT INTO dek VALUES ('object', 'k7', 1, ?)", (bytes.fromhex(WRAPPED_KEY),))
    db.close()
    opened = KeyStore.open(folder)
    yield opened
    opened.close()


@pytest.fixture
def vault(store, tmp_path):
    """A vault with one object of three chunks of 16 bytes."""
    path = tmp_path / "vault" / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes.fromhex(SEALED_OBJECT))
    return Vault(store, Folder(tmp_path / "vault"))


def test_a_wrapped_key_opens_under_its_root(store):
    assert store.get("object", "k7") == OBJECT_KEY
    assert store._seed == SEED
    assert (
        store.secret("database").hex() == "c21ffb42cd42a65bd87803dac27c7e26f760ee09418b9a895ddf6b17d8d6bc01"
    )


def test_a_chunked_object_is_read_whole_and_in_part(vault):
    assert vault.name("k7", "original") == NAME
    assert vault.read("k7") == b"A known answer in three chunks of 16"
    assert vault.open("k7").read(14, 34) == b" in three chunks of "


def test_keys_are_derived_as_rfc_5869_says():
    extracted = hmac.new(bytes(32), OBJECT_KEY, hashlib.sha256).digest()
    expected = hmac.new(extracted, b"clearframe/1/role/w320\x01", hashlib.sha256).digest()
    assert derive(OBJECT_KEY, "role/w320") == expected


def test_a_sealed_field_opens():
    assert seal.decrypt_field(RING, bytes.fromhex(FIELD), b"person|name") == b'"Noor Voorbeeld"'


def test_the_blind_index_of_an_address():
    assert seal.blind(RING, "Noor@Bücher.example").hex() == (
        "a523e40f4a9e81cf63843b58ed798229226bb07c3098b9c39ed7cc69e6f30b50"
    )


def test_a_backups_own_key_and_what_is_encrypted_for_it():
    (mine,) = age.identities(age.own(SEED))
    assert str(mine.to_public()) == "age1xkq8943ktzqdrth2x2ddlyfp8qu9rmfp528rka0fvhgd9ngkvf2qu2snyf"
    pieces = []
    age.decrypt(iter([base64.b64decode(AGE)]), pieces.append, [mine])
    assert b"".join(pieces) == b"A known answer"


def test_a_passphrase_makes_its_root_key(tmp_path):
    about = {"kdf": "argon2id", "salt": base64.b64encode(bytes(range(16))).decode()}
    about |= {"memory_cost": 64, "time_cost": 3, "parallelism": 4}
    (tmp_path / "root.salt").write_text(json.dumps(about))
    assert roots.from_passphrase(tmp_path / "root.salt", "een lange zin vol woorden").hex() == (
        "26edd309a2885ac8c63e1d0c193a1d77e81b4bd9ebe0bea7a727b91a60dd3ed9"
    )
    assert roots.COST == {"memory_cost": 262_144, "time_cost": 3, "parallelism": 4}


def test_nothing_opens_in_another_place(store, vault):
    """The associated data says what it is: no wrapped key, object or field stands in for another."""
    for key, wrapped, about in (
        (derive(ROOT_KEY, "proof"), PROOF, b"seed"), (derive(ROOT_KEY, "seed"), WRAPPED_SEED, b"kek"),
        (derive(ROOT_KEY, "kek"), WRAPPED_RING, b"seed"), (RING, WRAPPED_KEY, b"person|k7|1|1"),
        (RING, WRAPPED_KEY, b"object|k8|1|1"), (RING, WRAPPED_KEY, b"object|k7|2|1"), (RING, WRAPPED_KEY, b"object|k7|1|2"),
    ):  # fmt: skip
        with pytest.raises(InvalidTag):
            unwrap(key, bytes.fromhex(wrapped), about)
    with pytest.raises(seal.BadSeal):
        seal.decrypt_field(RING, bytes.fromhex(FIELD), b"person|note")
    with store._connection() as db:
        db.execute("INSERT INTO dek SELECT kind, 'k8', kek, wrapped FROM dek")
        db.execute("INSERT INTO dek SELECT 'person', id, kek, wrapped FROM dek WHERE id = 'k7'")
    for kind, id in (("object", "k8"), ("person", "k7")):
        with pytest.raises(WrongKey):
            store.get(kind, id)
    path = vault.storage.root / vault.name("k7", "w320")
    path.write_bytes(bytes.fromhex(SEALED_OBJECT))
    with pytest.raises(Damaged):
        vault.read("k7", "w320")
    with pytest.raises(KeyGone):
        vault.read("k9")


def test_no_nonce_comes_twice(store, tmp_path):
    """96 random bits for keys and fields; a prefix of its own for every writing of a file under one key."""
    nonces = [wrap(RING, b"x", b"")[:12] for _ in range(10_000)]
    nonces += [seal.encrypt_field(RING, b"x", b"")[:12] for _ in range(10_000)]
    assert len(set(nonces)) == 20_000
    made = Vault(store, Folder(tmp_path / "many"))
    made.begin(fresh=True)
    prefixes = []
    for number in range(200):
        made.put("k7", "facts", b"x" * number)
        prefixes.append(made.storage.read(made.name("k7", "facts"), 41, 48))
    assert len(set(prefixes)) == 200


def test_a_store_of_a_newer_format_says_so(store):
    with store._connection() as db:
        db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    store.close()
    with pytest.raises(
        NewerStore, match=r"of a newer format \(2\) than this version knows \(1\)\. Update Clearframe\.$"
    ):
        KeyStore.open(store.folder)
