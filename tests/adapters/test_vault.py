"""SEC-01, ERA-03 and docs/vault-format.md: what comes out is what went in, or nothing."""

from __future__ import annotations

import hashlib
import random
import secrets
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.keys import KeyGone, KeyStore
from adapters.storage import Folder, StorageMissing
from adapters.vault import CHUNK, HEADER, TAG, Damaged, Vault

SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 12345]


def some(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def path(vault: Vault, id: str, role: str = "original") -> Path:
    return vault.storage.root / vault.name(id, role)


def keep(vault: Vault, id: str, data: bytes, role: str = "original") -> bytes:
    vault.put(id, role, data)
    return path(vault, id, role).read_bytes()


def refused(vault: Vault, id: str, role: str = "original") -> None:
    with pytest.raises(Damaged):
        vault.read(id, role)


@pytest.mark.parametrize("size", SIZES)
def test_what_goes_in_comes_out(vault, size):
    data = some(size)
    with vault.writer("a1") as writer:
        writer.write(data)
    assert (writer.size, writer.sha256) == (size, hashlib.sha256(data).hexdigest())
    reader = vault.open("a1")
    assert reader.size == size
    assert reader.read() == data
    assert b"".join(vault.open("a1").chunks()) == data
    assert vault.has("a1")


@pytest.mark.parametrize("size", SIZES)
def test_stored_size_is_as_the_format_says(vault, size):
    sealed = keep(vault, "a1", some(size))
    chunks = max(1, -(-size // CHUNK))
    assert len(sealed) == HEADER.size + size + chunks * TAG
    assert sealed[:5] == b"CLRF\x01"


@given(st.lists(st.integers(0, 700_000), max_size=6), st.tuples(st.integers(0, 2**21), st.integers(0, 2**21)))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_the_bytes_arrive_and_whichever_part_is_asked(vault, pieces, part):
    data = some(sum(pieces))
    id = secrets.token_hex(8)
    with vault.writer(id) as writer:
        start = 0
        for piece in pieces:
            writer.write(data[start : start + piece])
            start += piece
    start, end = sorted(part)
    assert vault.read(id) == data
    assert vault.open(id).read(start, end) == data[start:end]


def test_two_objects_of_the_same_bytes_look_different(vault):
    a, b = keep(vault, "a1", some(5000)), keep(vault, "a2", some(5000))
    assert a[HEADER.size :] != b[HEADER.size :]


def test_nothing_readable_is_stored(vault):
    marker = b"NOBODY SHOULD READ THIS"
    keep(vault, "sensitive", marker * 100_000)
    stored = b"".join(p.read_bytes() for p in vault.storage.root.rglob("*") if p.is_file())
    assert marker not in stored
    assert not [p for p in vault.storage.root.rglob("*") if "sensitive" in p.name]


@pytest.mark.parametrize("size", [0, 1, 3000, CHUNK + 7])
def test_every_flipped_bit_of_a_sample_is_refused(vault, size):
    sealed = keep(vault, "a1", some(size))
    draw = random.Random(size)
    places = {0, 5, 9, 41, len(sealed) - 1, *(draw.randrange(len(sealed)) for _ in range(30))}
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1 << draw.randrange(8)
        path(vault, "a1").write_bytes(changed)
        refused(vault, "a1")


def test_cut_and_lengthened_objects_are_refused(vault):
    sealed = keep(vault, "a1", some(2 * CHUNK + 50))
    edge = HEADER.size + CHUNK + TAG
    for size in (
        0,
        1,
        HEADER.size - 1,
        HEADER.size,
        HEADER.size + 5,
        edge,
        edge + CHUNK + TAG,
        len(sealed) - 1,
    ):
        path(vault, "a1").write_bytes(sealed[:size])
        refused(vault, "a1")
    for more in (b"\0", b"x" * TAG, b"x" * (TAG + 1), sealed[HEADER.size : edge]):
        path(vault, "a1").write_bytes(sealed + more)
        refused(vault, "a1")


def test_chunks_in_another_order_doubled_or_left_out_are_refused(vault):
    sealed = keep(vault, "a1", some(3 * CHUNK + 50))
    head, body = sealed[: HEADER.size], sealed[HEADER.size :]
    step = CHUNK + TAG
    a, b, c, d = (body[at : at + step] for at in range(0, len(body), step))
    for order in ((b, a, c, d), (a, c, b, d), (a, b, d), (a, a, b, c, d), (a, b, c), (d,)):
        path(vault, "a1").write_bytes(head + b"".join(order))
        refused(vault, "a1")


def test_no_byte_is_given_out_before_its_chunk_was_checked(vault):
    data = some(CHUNK + 100)
    sealed = bytearray(keep(vault, "a1", data))
    sealed[HEADER.size] ^= 1
    path(vault, "a1").write_bytes(sealed)
    with pytest.raises(Damaged):
        next(vault.open("a1").chunks())
    with pytest.raises(Damaged):
        vault.open("a1").read(0, 1)


def test_swapped_objects_roles_and_older_versions_are_refused(vault):
    first, second = keep(vault, "a1", some(9000)), keep(vault, "a2", some(9000, seed=2))
    small = keep(vault, "a1", some(9000, seed=3), role="w320")
    for foreign in (second, small):
        path(vault, "a1").write_bytes(foreign)
        refused(vault, "a1")
    path(vault, "a1").write_bytes(first)
    assert vault.read("a1") == some(9000)
    # The body of one under the header of the other.
    path(vault, "a1").write_bytes(first[: HEADER.size] + second[HEADER.size :])
    refused(vault, "a1")


def test_another_chunk_size_in_the_header_is_refused(vault):
    sealed = keep(vault, "a1", some(4000))
    magic, version, _, context, prefix = HEADER.unpack(sealed[: HEADER.size])
    for chunk in (0, 1, 100, 2**26 + 1, 2**32 - 1):
        path(vault, "a1").write_bytes(
            HEADER.pack(magic, version, chunk, context, prefix) + sealed[HEADER.size :]
        )
        refused(vault, "a1")


def test_a_destroyed_key_makes_every_role_unreadable(vault):
    sealed = keep(vault, "a1", some(4000))
    keep(vault, "a1", some(400), role="w320")
    vault.destroy("a1")
    assert list(vault.storage.names()) == []
    # The bytes come back from a backup: without their key they are noise (ERA-03, ERA-04).
    path(vault, "a1").write_bytes(sealed)
    with pytest.raises(KeyGone):
        vault.read("a1")
    assert not vault.has("a1")
    vault.destroy("a1")


def test_one_role_can_go_alone(vault):
    keep(vault, "a1", b"original")
    keep(vault, "a1", b"preview", role="w320")
    vault.drop("a1", "w320")
    assert (vault.has("a1"), vault.has("a1", "w320")) == (True, False)
    with pytest.raises(FileNotFoundError):
        vault.read("a1", "w320")


def test_a_broken_write_leaves_neither_bytes_nor_key(vault):
    def breaks_off() -> None:
        with vault.writer("a1") as writer:
            writer.write(some(CHUNK * 2))
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        breaks_off()
    assert [p for p in vault.storage.root.rglob("*") if p.is_file() and p.parent.name == "staging"] == []
    assert not vault.keys.has("object", "a1")


def test_a_write_that_can_t_begin_leaves_no_key(vault):
    (vault.storage.root / "staging").rmdir()
    with pytest.raises(StorageMissing):
        vault.put("a1", "original", b"x")
    assert not vault.keys.has("object", "a1")


def test_an_original_is_never_overwritten(vault):
    keep(vault, "a1", b"first")
    with pytest.raises(FileExistsError), vault.writer("a1") as writer:
        writer.write(b"second")
    assert vault.read("a1") == b"first"
    assert list((vault.storage.root / "staging").iterdir()) == []


def test_another_store_s_keys_open_nothing(vault, tmp_path):
    sealed = keep(vault, "a1", some(4000))
    other = Vault(KeyStore.create(tmp_path / "other"), Folder(tmp_path / "vault2"))
    other.begin()
    keep(other, "a1", b"theirs")
    path(other, "a1").write_bytes(sealed)
    refused(other, "a1")
    other.keys.close()
