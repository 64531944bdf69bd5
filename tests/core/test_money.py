from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidMoney
from core.money import CURRENCY_DIGITS, Money

CENTS = st.integers(-(10**15), 10**15)


def test_amounts_are_read_and_written_exactly() -> None:
    assert str(Money.parse("2500.00", "USD") + Money.parse("0.01", "USD")) == "2500.01"
    assert Money.parse("0.1", "USD").minor == 10
    assert (Money.parse("69024", "JPY").minor, str(Money.parse("69024", "JPY"))) == (69024, "69024")
    assert repr(Money(-5, "USD")) == "Money('-0.05', 'USD')"


@pytest.mark.parametrize(
    "text", ["", "1,000.00", "1e3", "NaN", "inf", "+1", "1.", ".5", " 1", "1.001", "9" * 16, "１", None, 1, 1.5]
)
def test_anything_else_is_no_amount(text: Any) -> None:
    with pytest.raises(InvalidMoney):
        Money.parse(text, "USD")


@pytest.mark.parametrize(("minor", "currency"), [(1.0, "USD"), (True, "USD"), (10**18, "USD"), (1, "ZZZ"), (1, "usd")])
def test_only_whole_minor_units_of_known_currencies(minor: Any, currency: str) -> None:
    with pytest.raises(InvalidMoney):
        Money(minor, currency)


def test_a_fraction_of_a_cent_needs_rounding() -> None:
    with pytest.raises(InvalidMoney):
        Money.of(Decimal("0.005"), "USD")
    with pytest.raises(InvalidMoney):
        Money.of(Decimal("0.5"), "JPY")
    assert Money.rounded(Decimal("0.005"), "USD").minor == 1
    assert Money.rounded(Decimal("0.005"), "USD", ROUND_HALF_EVEN).minor == 0
    with pytest.raises(InvalidMoney):
        Money.rounded(Decimal("NaN"), "USD")


def test_currencies_never_mix() -> None:
    for mix in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b):
        with pytest.raises(InvalidMoney, match="currency"):
            mix(Money(1, "USD"), Money(1, "EUR"))
    assert Money(1, "USD") != Money(1, "EUR")


def test_money_is_multiplied_by_whole_numbers_only() -> None:
    assert Money(333, "USD") * 3 == Money(999, "USD")
    for factor in (1.5, Decimal(2), True):
        with pytest.raises(InvalidMoney):
            Money(1, "USD") * factor  # type: ignore[operator]  # the very mistake under test


def test_only_nothing_is_falsy() -> None:
    assert not Money.zero("USD")
    assert Money(1, "USD")


@settings(max_examples=500, deadline=None, derandomize=True)
@given(CENTS, CENTS, st.sampled_from(sorted(CURRENCY_DIGITS)))
def test_sums_order_and_text_agree_with_the_integers(one: int, other: int, currency: str) -> None:
    a, b = Money(one, currency), Money(other, currency)
    assert a + b - b == a
    assert (a < b) is (one < other)
    assert (a + b).minor == one + other
    if abs(one) < 10**15:
        assert Money.parse(str(a), currency) == a
    assert Money.of(a.major, currency) == a
