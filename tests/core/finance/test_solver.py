from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.finance.rounding import working_precision
from core.finance.solver import Flow, exact, powers, solve


def compound(rate: Decimal, flows: Sequence[Flow]) -> Iterator[tuple[Decimal, Decimal]]:
    for flow in flows:
        factor = 1 / (1 + rate) ** flow.whole
        yield factor, -flow.whole * factor / (1 + rate)


def rate_of(*amounts: str | int) -> Decimal:
    with working_precision():
        return solve([Flow(Decimal(amount), index) for index, amount in enumerate(amounts)], compound)


def test_thirty_digits() -> None:
    assert abs(rate_of(100, "-10", "-110") - Decimal("0.1")) < Decimal(10) ** -30


def test_rates_from_nothing_to_the_absurd() -> None:
    assert rate_of(100, -100) == 0
    assert abs(rate_of(1, "-1000000000000") - (Decimal(10) ** 12 - 1)) < Decimal("0.000001")
    tiny = rate_of("1000000000000.00", "-1000000000000.01")
    assert abs(tiny - Decimal(10) ** -14) < Decimal(10) ** -40


@pytest.mark.parametrize("amounts", [(-100, 110), (100, -99), (0, 0), ()])
def test_flows_that_are_no_loan_are_refused(amounts: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput):
        rate_of(*amounts)


def test_two_rates_are_no_rate() -> None:
    """1000, -2500, 1540 has the rates 10 % and 40 %; what follows makes a sum that a root finder would accept."""
    with pytest.raises(InvalidInput, match="more than one rate"):
        rate_of(1000, -2500, 1540, -41)


def test_an_early_payment_before_more_advances_is_fine_while_money_is_owed() -> None:
    rate = rate_of(1000, -200, 500, -1500)
    assert Decimal(0) < rate < 1


def test_an_exact_fraction_keeps_the_working_precision() -> None:
    with working_precision():
        assert str(exact(Fraction(1, 3))) == "0." + "3" * 42


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(st.integers(100, 10**9), st.lists(st.integers(0, 10**8), min_size=1, max_size=36))
def test_at_the_rate_found_nothing_is_left(advance: int, payments: list[int]) -> None:
    amounts = [advance, *(-payment for payment in payments)]
    if sum(amounts) > 0:
        with pytest.raises(InvalidInput):
            rate_of(*amounts)
        return
    rate = rate_of(*amounts)
    with working_precision():
        worth = sum((amount / (1 + rate) ** index for index, amount in enumerate(amounts)), Decimal(0))
    assert rate >= 0
    assert abs(worth) < advance * Decimal(10) ** -20


def test_powers_are_those_of_each_flow_whatever_their_order() -> None:
    flows = [Flow(Decimal(1), whole) for whole in (0, 1, 2, 2, 7, 8, 3, 0)]
    with working_precision():
        growth = Decimal("1.0123")
        for power, flow in zip(powers(growth, flows), flows, strict=True):
            assert abs(power - growth**flow.whole) < Decimal(10) ** -38
