from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import InvalidInput
from core.finance.irr import chinese_rates
from core.finance.rounding import shown


def test_three_labelled_rates() -> None:
    rates = chinese_rates(Decimal(10000), Decimal(0), [Decimal("888.49")] * 12)
    assert [str(shown(rate, 2)) for rate in (rates.monthly, rates.nominal, rates.effective)] == [
        "1.00",
        "12.00",
        "12.68",
    ]


def test_fees_count_as_money_not_received() -> None:
    paid = [Decimal("888.49")] * 12
    assert chinese_rates(Decimal(10000), Decimal(300), paid) == chinese_rates(Decimal(9700), Decimal(0), paid)


def test_interest_of_one_month_is_exact() -> None:
    rates = chinese_rates(Decimal(1000), Decimal(0), [Decimal(1020)])
    assert shown(rates.monthly, 25) == 2
    assert shown(rates.nominal, 25) == 24
    assert str(shown(rates.effective, 6)) == "26.824179"


@pytest.mark.parametrize(
    ("field", "principal", "fees", "payments"),
    [
        ("principal", "0", "0", ["1"]),
        ("upfront_fees", "100", "100", ["1"]),
        ("upfront_fees", "100", "-1", ["101"]),
        ("payments", "100", "0", []),
        ("payments", "100", "0", ["-1", "200"]),
        ("payments", "100", "0", ["99"]),
        ("payments", "100", "0", ["NaN"]),
    ],
)
def test_impossible_flows_are_refused(field: str, principal: str, fees: str, payments: list[str]) -> None:
    with pytest.raises(InvalidInput) as problem:
        chinese_rates(Decimal(principal), Decimal(fees), [Decimal(one) for one in payments])
    assert problem.value.field == field
