"""Equal values meet, different fields, values and keys do not."""

from __future__ import annotations

import pytest

from core.errors import CryptoError
from core.security.blind_index import BlindIndex

INDEX = BlindIndex(b"k" * 32)


def test_equal_after_normalising() -> None:
    assert INDEX.of("name", "  José Núñez ") == INDEX.of("name", "JOSE\u0301 NÚÑEZ")
    assert INDEX.of("name", "Ａda") == INDEX.of("name", "ada")


def test_another_field_value_or_key_gives_another_index() -> None:
    base = INDEX.of("phone", "+14155550123")
    assert base != INDEX.of("id", "+14155550123")
    assert base != INDEX.of("phone", "+14155550124")
    assert base != BlindIndex(b"q" * 32).of("phone", "+14155550123")


def test_the_field_name_and_the_value_do_not_run_together() -> None:
    assert INDEX.of("ab", "c") != INDEX.of("a", "bc")


def test_a_short_index_is_a_prefix_and_lengths_are_checked() -> None:
    whole = INDEX.of("last4", "0073", bits=256)
    assert INDEX.of("last4", "0073", bits=16) == whole[:2]
    for bits in (0, 4, 12, 264):
        with pytest.raises(CryptoError):
            INDEX.of("last4", "0073", bits=bits)
    with pytest.raises(CryptoError):
        BlindIndex(b"short")


def test_it_shows_nothing() -> None:
    assert "k" * 8 not in repr(INDEX)
