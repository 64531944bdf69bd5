from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from core.errors import InvalidInput
from core.finance.calendar import add_months
from core.finance.unit_period import Kind, UnitPeriod, find_unit_period, series_anchor

MONTH = UnitPeriod(Kind.MONTHS, 1)
YEAR = UnitPeriod(Kind.MONTHS, 12)


def found(start: date, payments: list[date], advances: list[date] | None = None) -> UnitPeriod:
    return find_unit_period(start, advances or [start], payments)


def every(days: int, first: date, count: int) -> list[date]:
    return [first + timedelta(days=days * index) for index in range(count)]


@pytest.mark.parametrize(
    ("payments", "unit"),
    [
        ([add_months(date(2026, 2, 1), index) for index in range(3)], MONTH),
        ([date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)], MONTH),
        ([add_months(date(2026, 4, 30), 6 * index, 31) for index in range(4)], UnitPeriod(Kind.MONTHS, 6)),
        ([add_months(date(2027, 1, 1), 12 * index) for index in range(4)], YEAR),
        (every(7, date(2026, 1, 9), 5), UnitPeriod(Kind.WEEKS, 1)),
        (every(28, date(2026, 2, 1), 4), UnitPeriod(Kind.WEEKS, 4)),
        (every(1, date(2026, 2, 1), 5), UnitPeriod(Kind.DAYS, 1)),
        (every(10, date(2026, 2, 1), 5), UnitPeriod(Kind.DAYS, 10)),
    ],
)
def test_the_common_period_is_found(payments: list[date], unit: UnitPeriod) -> None:
    assert found(date(2026, 1, 1), payments) == unit


def test_semimonths_on_the_fifteenth_and_the_last_day() -> None:
    days = [
        date(2026, 1, 15),
        date(2026, 1, 31),
        date(2026, 2, 15),
        date(2026, 2, 28),
        date(2026, 3, 15),
        date(2026, 3, 31),
    ]
    assert found(date(2026, 1, 1), days).kind is Kind.SEMIMONTH


def test_two_weeks_are_not_half_a_month() -> None:
    assert found(date(2026, 1, 20), every(14, date(2026, 2, 1), 6)) == UnitPeriod(Kind.WEEKS, 2)


def test_of_equally_frequent_periods_the_smaller_is_taken() -> None:
    days = [date(2026, 2, 1), date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)]
    assert found(date(2026, 1, 1), days) == MONTH


def test_without_a_common_period_the_average_is_rounded() -> None:
    assert found(date(2026, 1, 1), [date(2026, 1, 29), date(2026, 3, 1)]) == MONTH
    assert found(date(2026, 1, 1), [date(2026, 3, 15), date(2026, 9, 20)]) == UnitPeriod(Kind.WEEKS, 19)


def test_advances_make_periods_too() -> None:
    advances = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]
    assert found(date(2026, 1, 1), [date(2026, 12, 9)], advances) == UnitPeriod(Kind.MONTHS, 3)


def test_one_payment_makes_the_term_the_unit_up_to_a_year() -> None:
    assert found(date(1978, 1, 3), [date(1978, 9, 15)]).per_year == Fraction(365, 255)
    assert found(date(1978, 7, 15), [date(1979, 1, 15)]).per_year == 2
    assert found(date(1978, 1, 17), [date(1979, 7, 17)]) == YEAR


def test_a_charge_on_the_first_day_is_no_period() -> None:
    assert found(date(1978, 7, 15), [date(1978, 7, 15), date(1979, 1, 15)]).per_year == 2


def test_nothing_paid_later_is_refused() -> None:
    with pytest.raises(InvalidInput, match="payments"):
        found(date(2026, 1, 1), [date(2026, 1, 1)])


@pytest.mark.parametrize(
    ("unit", "early", "late", "count"),
    [
        (MONTH, (1978, 2, 10), (1978, 4, 1), (1, Fraction(19, 30))),
        (MONTH, (1978, 3, 3), (1980, 2, 1), (22, Fraction(29, 30))),
        (UnitPeriod(Kind.SEMIMONTH, 1), (1978, 2, 23), (1978, 5, 16), (5, Fraction(6, 15))),
        (UnitPeriod(Kind.MONTHS, 3), (1978, 5, 23), (1978, 10, 1), (1, Fraction(39, 90))),
        (UnitPeriod(Kind.MONTHS, 2), (1978, 1, 10), (1978, 3, 1), (0, Fraction(52, 60))),
        (UnitPeriod(Kind.WEEKS, 2), (1978, 4, 3), (1978, 4, 11), (0, Fraction(8, 14))),
        (UnitPeriod(Kind.WEEKS, 1), (1978, 3, 20), (1978, 4, 21), (4, Fraction(4, 7))),
        (UnitPeriod(Kind.DAYS, 1), (2026, 1, 1), (2026, 1, 9), (8, Fraction(0))),
        (YEAR, (1978, 1, 17), (1979, 7, 17), (1, Fraction(6, 12))),
        (YEAR, (2026, 1, 17), (2027, 3, 1), (1, Fraction(43, 365))),
    ],
)
def test_time_between_dates(
    unit: UnitPeriod, early: tuple[int, int, int], late: tuple[int, int, int], count: tuple[int, Fraction]
) -> None:
    assert unit.between(date(*early), date(*late)) == count


def test_the_last_days_of_months_are_a_month_apart() -> None:
    days = [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    anchor = series_anchor(date(2026, 1, 31), days)
    assert [MONTH.between(date(2026, 1, 31), day, anchor) for day in days] == [(1, 0), (2, 0), (3, 0)]


def test_unit_periods_a_year() -> None:
    kinds = [(Kind.MONTHS, 1), (Kind.MONTHS, 2), (Kind.SEMIMONTH, 1), (Kind.WEEKS, 1), (Kind.WEEKS, 4), (Kind.DAYS, 1)]
    assert [UnitPeriod(kind, size).per_year for kind, size in kinds] == [12, 6, 24, 52, 13, 365]
