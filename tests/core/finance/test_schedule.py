from __future__ import annotations

import decimal
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.finance.daycount import DayCount
from core.finance.rounding import ROUNDINGS
from core.finance.schedule import Instalment, Method, Plan, schedule, totals
from core.money import Money


def plan(principal: str, rate: str, months: int, currency: str = "USD", **more: Any) -> Plan:
    settled = {"method": Method.EQUAL_INSTALMENT, "start": date(2024, 1, 1), **more}
    return Plan(Money.parse(principal, currency), Decimal(rate), months, **settled)


def cells(row: Instalment) -> tuple[str, str, str, str]:
    return str(row.payment), str(row.principal), str(row.interest), str(row.balance)


@pytest.mark.parametrize(
    ("asked", "payment"),
    [
        (plan("162000.00", "3.875", 360), "761.78"),  # CFPB Closing Disclosure, sample H-25(B)
        (plan("10000.00", "17.41", 360), "145.90"),  # Regulation Z, sample H-14, first year
        (plan("563.00", "12", 5), "116.00"),  # Goldstein, Finite Mathematics, section 10.3, example 1
        (plan("200000.00", "5.65", 120, "EUR"), "2185.42"),  # BCC Brescia, foglio informativo
        (plan("10000.00", "5", 12, "EUR"), "856.07"),  # MoneyVox, tableau d'amortissement
        (plan("20000000", "1.5", 360, "JPY"), "69024"),  # Japan Housing Finance Agency, Flat 35
        (plan("30000000", "1", 360, "JPY", rounding=ROUND_DOWN), "96491"),  # loankeisan.com, yen rounded down
        (plan("999.00", "0", 24), "41.63"),  # nothing per cent
        (plan("100.00", "9.4822", 6), "17.13"),  # Apache Fineract, ProgressiveEMICalculatorTest
        (plan("100.00", "15.678", 6, day_count=DayCount.ACT_365F), "17.43"),  # the same, Act/365
    ],
)
def test_published_payments(asked: Plan, payment: str) -> None:
    assert str(schedule(asked)[0].payment) == payment


def test_goldsteins_rows() -> None:
    rows = schedule(plan("563.00", "12", 5))
    assert [cells(row) for row in rows[:3]] == [
        ("116.00", "110.37", "5.63", "452.63"),
        ("116.00", "111.47", "4.53", "341.16"),
        ("116.00", "112.59", "3.41", "228.57"),
    ]
    assert [str(row.interest) for row in rows] == ["5.63", "4.53", "3.41", "2.29", "1.15"]


def test_moneyvox_rows_and_its_last_payment() -> None:
    rows = schedule(plan("10000.00", "5", 12, "EUR"))
    assert [str(row.interest) for row in rows[:7]] == ["41.67", "38.27", "34.87", "31.44", "28.01", "24.56", "21.09"]
    assert cells(rows[-1]) == ("856.12", "852.57", "3.55", "0.00")


def test_fineract_interest_and_residue() -> None:
    even = schedule(plan("100.00", "9.4822", 6))
    assert [str(row.interest) for row in even] == ["0.79", "0.66", "0.53", "0.40", "0.27", "0.13"]
    assert str(schedule(plan("100.00", "15.678", 6, day_count=DayCount.ACT_365F))[-1].payment) == "17.47"


def test_without_interest_the_last_payment_takes_the_residue() -> None:
    rows = schedule(plan("999.00", "0", 24))
    assert (str(rows[-1].payment), str(rows[22].balance)) == ("41.51", "41.51")


def test_a_tier_two_loan_pays_by_thirty_days_and_accrues_by_actual_ones() -> None:
    """Fannie Mae, Multifamily Guide section 1103: the level payment of its Actual/360 example."""
    rows = schedule(
        plan(
            "25000000.00",
            "5.5",
            120,
            start=date(2018, 12, 1),
            day_count=DayCount.ACT_360,
            amortise_over=360,
            payment_day_count=DayCount.THIRTY_360_US,
        )
    )
    assert str(rows[0].payment) == "141947.25"
    assert rows[-1].principal.major > 20_000_000
    assert rows[-1].balance.minor == 0


@pytest.mark.parametrize(
    ("interest_rounding", "rounding", "first"),
    [
        (ROUND_HALF_UP, ROUND_HALF_UP, ("524.67", "124.66", "400.01", "99876.59")),
        (ROUND_HALF_EVEN, ROUND_HALF_UP, ("524.67", "124.67", "400.00", "99876.58")),
        (ROUND_HALF_UP, ROUND_UP, ("524.68", "124.67", "400.01", "99876.58")),
    ],
)
def test_half_cents_go_where_the_mode_says(interest_rounding: str, rounding: str, first: tuple[str, ...]) -> None:
    asked = plan("100001.25", "4.80", 360, rounding=rounding, interest_rounding=interest_rounding)
    assert cells(schedule(asked)[0]) == first


def test_equal_principal() -> None:
    rows = schedule(plan("5000.00", "12", 12, method=Method.EQUAL_PRINCIPAL))
    assert [str(row.principal) for row in (rows[0], rows[-1])] == ["416.67", "416.63"]
    assert [str(row.interest) for row in rows[:3]] == ["50.00", "45.83", "41.67"]


def test_interest_only() -> None:
    rows = schedule(plan("5000.00", "12", 3, method=Method.INTEREST_ONLY))
    assert [str(row.payment) for row in rows] == ["50.00", "50.00", "5050.00"]


def test_a_bullet_is_one_payment_with_simple_interest() -> None:
    (row,) = schedule(plan("5000.00", "12.5", 12, method=Method.BULLET))
    assert cells(row) == ("5625.00", "5000.00", "625.00", "0.00")
    assert row.due == date(2025, 1, 1)
    (odd,) = schedule(plan("5000.00", "12.5", 12, method=Method.BULLET, day_count=DayCount.ACT_365F))
    assert str(odd.interest) == "626.71"


def test_an_odd_first_period_is_counted_by_days() -> None:
    rows = schedule(plan("5000.00", "12", 12, first_due=date(2024, 2, 16)))
    assert (rows[0].due, rows[1].due) == (date(2024, 2, 16), date(2024, 3, 16))
    assert str(rows[0].interest) == "75.00"
    assert str(rows[1].interest) == str(Money.rounded(rows[0].balance.major / 100, "USD"))


def test_regular_months_are_twelfths_wherever_they_begin() -> None:
    rows = schedule(plan("1200.00", "12", 3, start=date(2026, 1, 31), method=Method.INTEREST_ONLY))
    assert [str(row.interest) for row in rows] == ["12.00", "12.00", "12.00"]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("principal", {"principal": Money(0, "USD")}),
        ("rate", {"rate": Decimal("-0.01")}),
        ("rate", {"rate": Decimal("NaN")}),
        ("months", {"months": 0}),
        ("months", {"months": 1201}),
        ("amortise_over", {"amortise_over": 11}),
        ("first_due", {"first_due": date(2024, 1, 1)}),
    ],
)
def test_what_cannot_be_is_named(field: str, change: dict[str, Any]) -> None:
    settled: dict[str, Any] = {
        "principal": Money(500000, "USD"),
        "rate": Decimal(12),
        "months": 12,
        "method": Method.EQUAL_INSTALMENT,
        "start": date(2024, 1, 1),
    }
    with pytest.raises(InvalidInput) as problem:
        Plan(**settled | change)
    assert problem.value.field == field


def test_methods_are_read_by_name() -> None:
    assert Method.named("Equal-Principal") is Method.EQUAL_PRINCIPAL
    with pytest.raises(InvalidInput, match="bullet"):
        Method.named("balloon")


PLANS = st.builds(
    Plan,
    principal=st.builds(Money, st.integers(1, 10**9), st.sampled_from(["USD", "JPY"])),
    rate=st.decimals(0, 400, places=3),
    months=st.integers(1, 60),
    method=st.sampled_from(Method),
    start=st.dates(date(2000, 1, 1), date(2050, 12, 31)),
    day_count=st.sampled_from(DayCount),
    rounding=st.sampled_from(sorted(ROUNDINGS.values())),
)


@settings(max_examples=3000, deadline=None, derandomize=True)
@given(PLANS)
def test_every_schedule_is_exact(asked: Plan) -> None:
    rows = schedule(asked)
    payment, principal, interest = totals(rows)
    assert principal == asked.principal
    assert payment == principal + interest
    assert rows[-1].balance.minor == 0
    balance = asked.principal
    for row in rows:
        assert row.payment == row.principal + row.interest
        assert min(row.principal.minor, row.interest.minor, row.balance.minor) >= 0
        balance -= row.principal
        assert row.balance == balance
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert all(early.due < late.due for early, late in pairwise(rows))


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(PLANS, st.integers(1, 10**6), st.integers(1, 10**4))
def test_more_money_or_a_higher_rate_never_lowers_the_payment(asked: Plan, money: int, rate: int) -> None:
    asked = Plan(asked.principal, asked.rate, asked.months, Method.EQUAL_INSTALMENT, asked.start, None, asked.day_count)
    larger = Plan(
        asked.principal + Money(money, asked.principal.currency),
        asked.rate + Decimal(rate) / 1000,
        asked.months,
        asked.method,
        asked.start,
        None,
        asked.day_count,
    )
    if asked.months > 1:
        assert schedule(larger)[0].payment >= schedule(asked)[0].payment


def test_the_callers_precision_changes_nothing() -> None:
    asked = plan("162000.00", "3.875", 360)
    with decimal.localcontext(decimal.Context(prec=6)):
        rough = schedule(asked)
    assert rough == schedule(asked)
