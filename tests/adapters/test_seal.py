"""AUD-04, SIG-02, SEC-01: bytes that have one form, and seals that show every change."""

from __future__ import annotations

import hashlib
import json
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import seal

text = st.text(st.characters(exclude_categories=["Cs"]))
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-seal.MOST + 1, seal.MOST - 1) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=15,
)
signer = seal.Signer(bytes(range(32)), "clearframe/trail/test")
other = seal.Signer(bytes(32), "clearframe/trail/test")


@given(plain)
def test_canonical_bytes_read_back_as_the_value_and_are_a_fixed_point(value):
    sealed = seal.canonical(value)
    assert json.loads(sealed) == value
    assert seal.canonical(json.loads(sealed)) == sealed


@given(st.dictionaries(text, st.integers(0, 9), max_size=8), st.randoms())
def test_the_order_of_keys_does_not_matter(value, draw):
    items = list(value.items())
    draw.shuffle(items)
    assert seal.canonical(dict(items)) == seal.canonical(value)


def test_canonical_form_is_that_of_rfc_8785():
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7}
    # The sorting example of the RFC (3.2.3): UTF-16 units, not code points.
    assert list(json.loads(seal.canonical(value)).values()) == [2, 4, 6, 7, 1, 5, 3]
    assert (
        seal.canonical({"a": '\u20ac$\x0f\nA\'B"\\"/'}) == '{"a":"\u20ac$\\u000f\\nA\'B\\"\\\\\\"/"}'.encode()
    )
    assert seal.canonical([True, None, -5, {"b": [], "a": {}}]) == b'[true,null,-5,{"a":{},"b":[]}]'


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), b"x", {1: 2}, {"a": {2}}, float("nan"), object()])
def test_what_has_no_one_form_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        seal.canonical({"a": value})


def test_the_hashes_are_those_of_the_published_format():
    assert seal.leaf(b"x") == hashlib.sha256(b"\x00x").digest()
    assert seal.link(b"a" * 32, b"b" * 32) == hashlib.sha256(b"\x01" + b"a" * 32 + b"b" * 32).digest()
    assert seal.commitment(b"s", b"p") == hashlib.sha256(b"\x02sp").digest()


NOTE = signer.note(7, bytes(range(32)), datetime(2026, 5, 1, 12, tzinfo=UTC))


def test_a_note_says_what_it_was_signed_for():
    assert seal.verify_note(NOTE, signer.public_key) == ("clearframe/trail/test", 7, bytes(range(32)))
    assert NOTE.split("\n")[:4] == [
        "clearframe/trail/test", "7", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "2026-05-01T12:00:00+00:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "note",
    [
        "", "x", "\n\n", NOTE.replace("\n7\n", "\n8\n"), NOTE.replace("AAEC", "AAED"), NOTE.replace("12:00", "12:01"),
        NOTE.replace("test\n7", "best\n7"), NOTE.replace("\u2014", "-"), NOTE[:-6] + "AAAA=\n",
        other.note(7, bytes(range(32)), datetime(2026, 5, 1, 12, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_changed_or_foreign_note_is_refused(note):
    with pytest.raises(seal.BadSeal):
        seal.verify_note(note, signer.public_key)


MEMBERS = {
    "shown.html": "<p>Wording, gelezen €</p>".encode(),
    "facts.json": b'{"a":1}',
    "empty": b"",
    "r.pdf": b"%PDF-1" * 40,
}
BUNDLE = seal.seal_bundle(MEMBERS, signer)


def test_a_bundle_opens_and_is_always_the_same():
    assert seal.open_bundle(BUNDLE, signer.public_key) == MEMBERS
    assert seal.seal_bundle(dict(reversed(MEMBERS.items())), signer) == BUNDLE
    assert seal.open_bundle(seal.seal_bundle({}, signer), signer.public_key) == {}


def test_every_flipped_bit_of_a_bundle_is_found():
    draw = random.Random(3)
    places = {*draw.sample(range(len(BUNDLE) * 8), 1500), 0, len(BUNDLE) * 8 - 1}
    missed = []
    for place in places:
        changed = bytearray(BUNDLE)
        changed[place // 8] ^= 1 << place % 8
        try:
            seal.open_bundle(bytes(changed), signer.public_key)
        except seal.BadSeal:
            continue
        missed.append(place)
    assert missed == []


def test_members_added_removed_renamed_or_sealed_by_another_are_named():
    forged = dict(MEMBERS) | {"facts.json": b'{"a":2}'}
    for bundle in (
        seal.seal_bundle(MEMBERS, other), BUNDLE[:-1], BUNDLE + b"\0", b"PK" + BUNDLE, b"", b"PK\x03\x04",
        seal._packed(forged, *_signed()), seal._packed(MEMBERS | {"more": b"x"}, *_signed()),
        seal._packed({"facts.json": b'{"a":1}'}, *_signed()),
    ):  # fmt: skip
        with pytest.raises(seal.BadSeal):
            seal.open_bundle(bundle, signer.public_key)
    with pytest.raises(seal.BadSeal, match=r"facts\.json"):
        seal.open_bundle(seal._packed(forged, *_signed()), signer.public_key)


def _signed() -> tuple[bytes, bytes]:
    members = seal._unpacked(BUNDLE)
    return members[seal.MANIFEST], members[seal.SIGNATURE]


def test_a_sealed_field_opens_only_with_its_key_and_in_its_place():
    key = bytes(range(32))
    sealed = seal.encrypt_field(key, b"secret", b"person|1")
    assert seal.decrypt_field(key, sealed, b"person|1") == b"secret"
    assert b"secret" not in sealed
    assert seal.encrypt_field(key, b"secret", b"person|1") != sealed
    changed = [
        bytes([sealed[n] ^ 1 if n == at else sealed[n] for n in range(len(sealed))])
        for at in range(len(sealed))
    ]
    cut = [sealed[:n] for n in range(len(sealed))]
    for k, s, aad in [
        (bytes(32), sealed, b"person|1"), (key, sealed, b"person|2"), (key, sealed, b""),
        *((key, broken, b"person|1") for broken in (*changed, *cut)),
    ]:  # fmt: skip
        with pytest.raises(seal.BadSeal):
            seal.decrypt_field(k, s, aad)


def test_one_address_has_one_blind_hash_however_it_is_written():
    key = bytes(32)
    ways = [
        "noor@bücher.example",
        " Noor@BÜCHER.example\n",
        "NOOR@xn--bcher-kva.example",
        "ｎｏｏｒ@bücher.example",
    ]
    assert len({seal.blind(key, way) for way in ways}) == 1
    assert seal.blind(key, "noor@example.org") != seal.blind(key, "noor@example.com")
    assert seal.blind(key, "x") != seal.blind(bytes(31) + b"\x01", "x")


@given(text)
def test_every_text_has_a_blind_hash(value):
    assert len(seal.blind(bytes(32), value)) == 32


def test_tokens_are_long_and_only_their_hash_is_kept():
    tokens = {seal.new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert {len(token) for token in tokens} == {43}
    assert seal.token_hash("x") == hashlib.sha256(b"x").hexdigest()
    codes = {seal.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {11}
    assert set("".join(codes)) <= set(seal.ALPHABET)
