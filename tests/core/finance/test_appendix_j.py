"""Every example that 12 CFR 1026 Appendix J (c) publishes: by counted unit-periods, and again by its dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.finance.appendix_j import DatedFlow, Series, apr_of_dates, apr_of_series, mapr_of_dates
from core.finance.calendar import add_months
from core.finance.rounding import shown
from core.finance.schedule import Method, Plan, schedule
from core.money import Money


def s(count: int, amount: str, whole: int, fraction: str = "0") -> Series:
    return Series(Decimal(amount), whole, Fraction(fraction), count)


def monthly(year: int, month: int, day: int, count: int, step: int = 1) -> list[date]:
    return [add_months(date(year, month, day), step * index) for index in range(count)]


def weekly(year: int, month: int, day: int, count: int, weeks: int = 1) -> list[date]:
    return [date(year, month, day) + timedelta(weeks=weeks * index) for index in range(count)]


def flows(*groups: tuple[str, list[date]]) -> list[DatedFlow]:
    return [DatedFlow(Decimal(amount), day) for amount, days in groups for day in days]


def halves(count: int) -> list[date]:
    return [
        day for index in range(count) for day in (monthly(1978, 3, 1, count)[index], monthly(1978, 3, 16, count)[index])
    ]


def skipped(*runs: tuple[int, int, int]) -> Iterator[date]:
    for whole, odd_days, count in runs:
        for index in range(count):
            yield date(1978, 1, 25) + timedelta(days=28 * (whole + index) + odd_days)


COUNTED = {
    "c1i monthly": ("12", "5000", [s(24, "230", 1)], "9.69"),
    "c1ii monthly, long first period": ("12", "6000", [s(36, "200", 1, "19/30")], "11.82"),
    "c1iii semimonthly, short first period": ("24", "5000", [s(24, "219.17", 0, "6/15")], "10.34"),
    "c1iv quarterly, long first period": ("4", "10000", [s(40, "385", 1, "39/90")], "8.97"),
    "c1v weekly, long first period": ("52", "500", [s(30, "17.60", 4, "4/7")], "14.96"),
    "c2i odd first payment": ("12", "5000", [s(1, "250", 1), s(23, "230", 2)], "10.08"),
    "c2ii every four weeks": ("13", "400", [s(1, "39.50", 1, "5/28"), s(11, "38.31", 2, "5/28")], "28.50"),
    "c3i odd last payment": ("12", "5000", [s(23, "230", 1), s(1, "280", 24)], "10.50"),
    "c3ii every two weeks": ("26", "200", [s(19, "9.50", 0, "8/14"), s(1, "30", 19, "8/14")], "12.22"),
    "c4i odd first and last": ("12", "5000", [s(1, "250", 1), s(22, "230", 2), s(1, "280", 24)], "10.90"),
    "c4ii every two months": (
        "6",
        "8000",
        [s(1, "449.36", 0, "52/60"), s(18, "465", 1, "52/60"), s(1, "200", 19, "52/60")],
        "7.30",
    ),
    "c5i 255 days": ("365/255", "1000", [s(1, "1080", 1)], "11.45"),
    "c5ii six months": ("2", "1000", [s(1, "1044", 1)], "8.80"),
    "c5iii a year and a half": ("1", "1000", [s(1, "1135.19", 1, "6/12")], "8.76"),
    "c5iv two years": ("1", "1000", [s(1, "1240", 2)], "11.36"),
    "c6i skipped payments": (
        "13",
        "2135",
        [s(9, "100", 0, "26/28"), s(6, "100", 10, "12/28"), s(6, "100", 16, "26/28"), s(3, "100", 23, "12/28")],
        "12.00",
    ),
    "c6ii skipped and single payments": (
        "12",
        "7350",
        [s(3, "1000", 6, "12/30"), s(1, "2000", 12, "12/30"), s(3, "750", 18, "12/30"), s(1, "1000", 22, "29/30")],
        "10.22",
    ),
}

DATED = {
    "c1i": ("12", "5000", (1978, 1, 10), flows(("230", monthly(1978, 2, 10, 24))), "9.69"),
    "c1ii": ("12", "6000", (1978, 2, 10), flows(("200", monthly(1978, 4, 1, 36))), "11.82"),
    "c1iii": ("24", "5000", (1978, 2, 23), flows(("219.17", halves(12))), "10.34"),
    "c1iv": ("4", "10000", (1978, 5, 23), flows(("385", monthly(1978, 10, 1, 40, 3))), "8.97"),
    "c1v": ("52", "500", (1978, 3, 20), flows(("17.60", weekly(1978, 4, 21, 30))), "14.96"),
    "c2i": (
        "12",
        "5000",
        (1978, 1, 10),
        flows(("250", [date(1978, 2, 10)]), ("230", monthly(1978, 3, 10, 23))),
        "10.08",
    ),
    "c2ii": (
        "13",
        "400",
        (1978, 3, 18),
        flows(("39.50", [date(1978, 4, 20)]), ("38.31", weekly(1978, 5, 18, 11, 4))),
        "28.50",
    ),
    "c3i": (
        "12",
        "5000",
        (1978, 1, 10),
        flows(("230", monthly(1978, 2, 10, 23)), ("280", [date(1980, 1, 10)])),
        "10.50",
    ),
    "c3ii": (
        "26",
        "200",
        (1978, 4, 3),
        flows(("9.50", weekly(1978, 4, 11, 19, 2)), ("30", [date(1979, 1, 2)])),
        "12.22",
    ),
    "c4i": (
        "12",
        "5000",
        (1978, 1, 10),
        flows(("250", [date(1978, 2, 10)]), ("230", monthly(1978, 3, 10, 22)), ("280", [date(1980, 1, 10)])),
        "10.90",
    ),
    "c4ii": (
        "6",
        "8000",
        (1978, 1, 10),
        flows(("449.36", [date(1978, 3, 1)]), ("465", monthly(1978, 5, 1, 18, 2)), ("200", [date(1981, 5, 1)])),
        "7.30",
    ),
    "c5i": ("365/255", "1000", (1978, 1, 3), flows(("1080", [date(1978, 9, 15)])), "11.45"),
    "c5ii": ("2", "1000", (1978, 7, 15), flows(("1044", [date(1979, 1, 15)])), "8.80"),
    "c5iii": ("1", "1000", (1978, 1, 17), flows(("1135.19", [date(1979, 7, 17)])), "8.76"),
    "c5iv": ("1", "1000", (1978, 1, 19), flows(("1240", [date(1980, 1, 19)])), "11.36"),
    "c6i": (
        "13",
        "2135",
        (1978, 1, 25),
        flows(("100", list(skipped((0, 26, 9), (10, 12, 6), (16, 26, 6), (23, 12, 3))))),
        "12.00",
    ),
    "c6ii": (
        "12",
        "7350",
        (1978, 3, 3),
        flows(
            ("1000", monthly(1978, 9, 15, 3)),
            ("2000", [date(1979, 3, 15)]),
            ("750", monthly(1979, 9, 15, 3)),
            ("1000", [date(1980, 2, 1)]),
        ),
        "10.22",
    ),
}


def test_all_seventeen_examples_are_here() -> None:
    assert len(COUNTED) == len(DATED) == 17


@pytest.mark.parametrize("name", COUNTED)
def test_published_rates(name: str) -> None:
    per_year, advance, payments, published = COUNTED[name]
    rate = apr_of_series(Fraction(per_year), [s(1, advance, 0)], payments)
    assert str(shown(rate, 2)) == published


@pytest.mark.parametrize("name", DATED)
def test_published_rates_from_dates_alone(name: str) -> None:
    per_year, advance, start, payments, published = DATED[name]
    rate, found = apr_of_dates([DatedFlow(Decimal(advance), date(*start))], payments)
    assert (found, str(shown(rate, 2))) == (Fraction(per_year), published)


def test_several_advances_are_discounted_like_payments() -> None:
    """Two advances of 1000 a month apart, repaid so that at 1 % a month nothing is left: 12 %."""
    rate = apr_of_series(Fraction(12), [s(2, "1000", 0)], [s(1, "2030.10", 2)])
    assert str(shown(rate, 6)) == "12.000000"
    dated, found = apr_of_dates(
        flows(("1000", monthly(2026, 1, 5, 2))),
        flows(("1015.0550", monthly(2026, 3, 5, 1)), ("1025.195450", [date(2026, 4, 5)])),
    )
    assert found == 12
    assert str(shown(dated, 4)) == "12.0000"


def test_no_charge_is_nothing_per_cent() -> None:
    assert apr_of_series(Fraction(12), [s(1, "1000", 0)], [s(10, "100", 1)]) == 0


def test_a_charge_outside_regulation_z_raises_the_military_rate_only() -> None:
    advance, payments = flows(("1000", [date(2026, 1, 1)])), flows(("90", monthly(2026, 2, 1, 12)))
    plain = apr_of_dates(advance, payments)[0]
    assert mapr_of_dates(advance, payments, []) == plain
    with_fee = mapr_of_dates(advance, payments, flows(("50", [date(2026, 1, 1)])))
    assert shown(with_fee, 25) == shown(apr_of_dates(flows(("950", [date(2026, 1, 1)])), payments)[0], 25)
    assert with_fee > plain


@pytest.mark.parametrize(
    ("field", "per_year", "advances", "payments"),
    [
        ("payments", "12", [s(1, "1000", 0)], [s(10, "99", 1)]),
        ("advances", "12", [], [s(10, "99", 1)]),
        ("advances", "12", [s(1, "0", 0)], [s(1, "1", 1)]),
        ("advances", "12", [s(1, "100", 0)], [s(1, "100", 0), s(1, "100", 1)]),
        ("advances", "12", [s(1, "1000", 2)], [s(1, "100", 1), s(1, "2000", 3)]),
        ("payments", "12", [s(1, "1000", 0)], [s(5001, "99", 1)]),
        ("payments", "12", [s(1, "1000", 0)], [Series(Decimal(99), -1)]),
        ("payments", "12", [s(1, "1000", 0)], [Series(Decimal(-99), 1)]),
        ("payments", "12", [s(1, "1000", 0)], [Series(Decimal(2000), 1, Fraction(1))]),
        ("unit_periods_per_year", "0", [s(1, "1000", 0)], [s(1, "2000", 1)]),
    ],
)
def test_impossible_flows_are_refused(
    field: str, per_year: str, advances: list[Series], payments: list[Series]
) -> None:
    with pytest.raises(InvalidInput) as problem:
        apr_of_series(Fraction(per_year), advances, payments)
    assert problem.value.field == field


def test_dates_before_the_first_advance_are_refused() -> None:
    with pytest.raises(InvalidInput, match="payments"):
        apr_of_dates(flows(("1000", [date(2026, 2, 1)])), flows(("1100", [date(2026, 1, 1)])))
    with pytest.raises(InvalidInput, match="advances"):
        apr_of_dates([], flows(("1100", [date(2026, 1, 1)])))


@settings(max_examples=800, deadline=None, derandomize=True)
@given(
    st.integers(10_000, 10**7),
    st.decimals(0, 300, places=2),
    st.integers(2, 48),
    st.dates(date(2000, 1, 1), date(2050, 1, 1)),
)
def test_a_plain_loans_rate_is_its_interest_rate(minor: int, rate: Decimal, months: int, start: date) -> None:
    """Equal instalments at a nominal monthly rate cost just that rate, but for rounding to cents."""
    rows = schedule(Plan(Money(minor, "USD"), rate, months, Method.EQUAL_INSTALMENT, start))
    paid = [DatedFlow(row.payment.major, row.due) for row in rows]
    apr, per_year = apr_of_dates([DatedFlow(Money(minor, "USD").major, start)], paid)
    assert per_year == 12
    assert abs(apr - rate) < Decimal(2500) / minor * 12
