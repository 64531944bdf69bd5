"""A box opens only where it was sealed, under its own key and version."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CryptoError, Tampered
from core.security.envelope import DataKey, Place, Sealed, bind, new_key

HERE = Place("journal", "body", "case_1/7", "slot_confirmed")


@given(st.binary(max_size=400))
def test_what_goes_in_comes_out(plain: bytes) -> None:
    key = DataKey(new_key(), 3)
    assert key.open(HERE, key.seal(HERE, plain)) == plain


def test_the_same_plain_text_is_never_sealed_the_same_way() -> None:
    key = DataKey(new_key(), 1)
    assert len({key.seal(HERE, b"yes").blob for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("calls", "body", "case_1/7", "slot_confirmed"),
        Place("journal", "note", "case_1/7", "slot_confirmed"),
        Place("journal", "body", "case_1/8", "slot_confirmed"),
        Place("journal", "body", "case_2/7", "slot_confirmed"),
        Place("journal", "body", "case_1/7", "consent"),
        Place("journal", "bodycase_1/7", "", "slot_confirmed"),
    ],
)
def test_another_place_does_not_open_it(elsewhere: Place) -> None:
    key = DataKey(new_key(), 1)
    with pytest.raises(Tampered):
        key.open(elsewhere, key.seal(HERE, b"secret"))


def test_another_key_or_version_does_not_open_it() -> None:
    secret = new_key()
    sealed = DataKey(secret, 1).seal(HERE, b"secret")
    with pytest.raises(Tampered):
        DataKey(new_key(), 1).open(HERE, sealed)
    with pytest.raises(Tampered):
        DataKey(secret, 2).open(HERE, sealed)


def test_a_changed_version_or_schema_in_the_box_is_found() -> None:
    secret = new_key()
    blob = DataKey(secret, 1).seal(HERE, b"secret").blob
    other_version = blob[:2] + (2).to_bytes(4, "big") + blob[6:]
    with pytest.raises(Tampered):
        DataKey(secret, 2).open(HERE, Sealed(other_version))
    with pytest.raises(Tampered):
        DataKey(secret, 1).open(HERE, Sealed(blob[:1] + b"\x02" + blob[2:]))


def test_every_flipped_bit_and_every_cut_is_found() -> None:
    key = DataKey(new_key(), 1)
    blob = key.seal(HERE, b"forty-two").blob
    for bit in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Tampered):
            key.open(HERE, Sealed(bytes(changed)))
    for length in range(len(blob)):
        with pytest.raises(Tampered):
            key.open(HERE, Sealed(blob[:length]))


def test_a_thousand_swapped_rows_are_all_found() -> None:
    rng = random.Random(7)
    key = DataKey(new_key(), 1)
    places = [Place(f"t{n % 5}", f"c{n % 3}", f"row{n}") for n in range(60)]
    boxes = [key.seal(place, b"same text") for place in places]
    found = 0
    for _ in range(1000):
        one, other = rng.sample(range(60), 2)
        with pytest.raises(Tampered):
            key.open(places[one], boxes[other])
        found += 1
    assert found == 1000


@given(st.lists(st.text(max_size=6), min_size=1, max_size=4), st.lists(st.text(max_size=6), min_size=1, max_size=4))
def test_two_lists_of_parts_never_bind_alike(one: list[str], other: list[str]) -> None:
    assert (bind(*one) == bind(*other)) == (one == other)


def test_a_key_shows_nothing_and_has_a_length() -> None:
    secret = new_key()
    assert secret.hex() not in repr(DataKey(secret, 1))
    assert "secret" not in repr(DataKey(secret, 1).seal(HERE, b"secret"))
    with pytest.raises(CryptoError):
        DataKey(b"short", 1)
