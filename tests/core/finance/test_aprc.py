from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from core.errors import InvalidInput
from core.finance.appendix_j import DatedFlow
from core.finance.aprc import Frequency, aprc_of_dates, aprc_of_years, frequency_of, interval
from core.finance.calendar import add_months
from core.finance.rounding import shown

Pairs = list[tuple[Decimal, Fraction]]


def at(*pairs: tuple[str, str]) -> Pairs:
    return [(Decimal(amount), Fraction(years)) for amount, years in pairs]


@pytest.mark.parametrize(
    ("start", "end", "frequency", "years"),
    # SWD(2012) 128, section 4.1.1, all of its worked intervals.
    [
        ((2012, 1, 12), (2012, 2, 15), "month", "3/365+1/12"),
        ((2012, 1, 12), (2012, 3, 15), "month", "3/365+2/12"),
        ((2012, 1, 12), (2012, 4, 15), "month", "3/365+3/12"),
        ((2013, 1, 12), (2013, 2, 15), "month", "3/366+1/12"),
        ((2013, 1, 12), (2013, 3, 15), "month", "3/366+2/12"),
        ((2013, 1, 12), (2013, 4, 15), "month", "3/366+3/12"),
        ((2012, 1, 12), (2012, 2, 15), "year", "34/365"),
        ((2012, 1, 12), (2013, 2, 15), "year", "34/365+1"),
        ((2012, 1, 12), (2014, 2, 15), "year", "34/365+2"),
        ((2013, 2, 25), (2013, 3, 28), "month", "1/12+3/366"),
        ((2013, 2, 26), (2013, 3, 29), "month", "1/12+2/366"),
        ((2012, 2, 26), (2012, 3, 29), "month", "1/12+3/366"),
        ((2012, 12, 1), (2013, 2, 2), "month", "2/12+1/366"),
        ((2012, 1, 12), (2012, 2, 5), "week", "3/52+3/365"),
    ],
)
def test_published_intervals(
    start: tuple[int, int, int], end: tuple[int, int, int], frequency: str, years: str
) -> None:
    assert interval(date(*start), date(*end), Frequency(frequency)) == sum(Fraction(part) for part in years.split("+"))


@pytest.mark.parametrize(
    ("drawn", "paid", "published"),
    # Directive 98/7/EC, Annex III.
    [
        ("1000", [("1200", "546/365")], "12.96"),
        ("1000", [("1200", "1.5")], "12.92"),
        ("950", [("1200", "546/365")], "16.90"),
        ("950", [("1200", "3/2")], "16.85"),
        ("1000", [("600", "1"), ("600", "2")], "13.07"),
        ("1000", [("272", "1/4"), ("272", "1/2"), ("544", "1")], "13.19"),
    ],
)
def test_published_rates(drawn: str, paid: list[tuple[str, str]], published: str) -> None:
    assert str(shown(aprc_of_years(at((drawn, "0")), at(*paid)), 2)) == published


def test_the_period_is_the_one_that_fits_every_date() -> None:
    start = date(2026, 1, 31)
    months = [add_months(start, index) for index in range(1, 5)]
    assert frequency_of(start, months) is Frequency.MONTH
    assert frequency_of(start, [date(2027, 1, 31), date(2029, 1, 31)]) is Frequency.YEAR
    assert frequency_of(start, [date(2026, 2, 14), date(2026, 3, 14)]) is Frequency.WEEK


def test_an_odd_first_period_leaves_the_choice_to_the_rest() -> None:
    assert frequency_of(date(2026, 1, 12), [date(2026, 2, 15), date(2026, 3, 15)]) is Frequency.MONTH
    assert frequency_of(date(2012, 1, 12), [date(2012, 2, 15), date(2013, 2, 15)]) is Frequency.YEAR
    assert frequency_of(date(2026, 1, 12), [date(2026, 2, 15), date(2026, 3, 1)]) is Frequency.WEEK
    assert frequency_of(date(2026, 1, 12), [date(2026, 2, 15)]) is Frequency.MONTH


def test_dates_give_the_rate_of_their_intervals() -> None:
    drawn = [DatedFlow(Decimal(500), date(2012, 10, 10))]
    paid = [DatedFlow(Decimal(270), date(2012, 11, 10)), DatedFlow(Decimal(270), date(2012, 12, 10))]
    same = aprc_of_years(at(("500", "0")), at(("270", "1/12"), ("270", "2/12")))
    assert aprc_of_dates(drawn, paid) == same


def test_month_ends_are_whole_months() -> None:
    drawn = [DatedFlow(Decimal(500), date(2026, 1, 31))]
    paid = [DatedFlow(Decimal(260), day) for day in (date(2026, 2, 28), date(2026, 3, 31))]
    assert aprc_of_dates(drawn, paid) == aprc_of_years(at(("500", "0")), at(("260", "1/12"), ("260", "2/12")))


@pytest.mark.parametrize(
    ("field", "drawn", "paid"),
    [
        ("drawdowns", [], [("100", "1")]),
        ("drawdowns", [("100", "1")], [("200", "1")]),
        ("payments", [("100", "0")], [("99", "1")]),
        ("payments", [("100", "0")], [("-99", "1")]),
        ("payments", [("100", "0")], [("200", "1001")]),
    ],
)
def test_impossible_flows_are_refused(field: str, drawn: list[tuple[str, str]], paid: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidInput) as problem:
        aprc_of_years(at(*drawn), at(*paid))
    assert problem.value.field == field


def test_dates_out_of_order_are_refused() -> None:
    with pytest.raises(InvalidInput, match="payments"):
        aprc_of_dates([DatedFlow(Decimal(1), date(2026, 2, 1))], [DatedFlow(Decimal(2), date(2026, 1, 1))])
    with pytest.raises(InvalidInput, match="drawdowns"):
        aprc_of_dates([], [DatedFlow(Decimal(2), date(2026, 1, 1))])
