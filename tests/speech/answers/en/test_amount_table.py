"""Amounts as people say them. Each line: words, then every value that must come out, most likely first."""

from decimal import Decimal

import pytest

from speech.answers.model import Period
from speech.answers.parsing import parse

_PHRASES = [
    ("thirty five hundred", "3500"),
    ("a hundred and fifty", "150"),
    ("half a million", "500000"),
    ("two point five million", "2500000"),
    ("twenty five hundred dollars", "2500"),
    ("two point five thousand", "2500"),
    ("two and a half thousand", "2500"),
    ("one and a quarter thousand", "1250"),
    ("two and three quarter thousand", "2750"),
    ("seven and a half hundred", "750"),
    ("a grand and a half", "1500"),
    ("half a grand", "500"),
    ("five k", "5000"),
    ("$2.5k", "2500"),
    ("$2,500.00", "2500"),
    ("2500", "2500"),
    ("25 hundred", "2500"),
    ("a couple of thousand", "2000"),
    ("a quarter of a million", "250000"),
    ("three quarters of a million dollars", "750000"),
    ("a million and a half", "1500000"),
    ("one hundred fifty thousand", "150000"),
    ("one hundred and one thousand", "101000"),
    ("two thousand two fifty", "2250"),
    ("two thousand five", "2005"),
    ("twelve hundred and fifty", "1250"),
    ("two five oh oh", "2500"),
    ("four five six seven", "4567"),
    ("two double oh", "200"),
    ("fifty cents", "0.50"),
    ("three dollars fifty", "3.50"),
    ("three dollars and five cents", "3.05"),
    ("a buck fifty", "1.50"),
    ("nineteen dollars ninety nine", "19.99"),
    ("two thousand dollars and ten cents", "2000.10"),
    ("a hundred twenty five fifty", "125.50"),
    ("about two thousand uh five hundred dollars please", "2500"),
    ("it's like maybe fifteen hundred i think", "1500"),
    ("two thousand two thousand five hundred", "2500"),
    ("two thousand over twenty four months", "2000"),
    ("i have two kids and i make three thousand", "3000"),
    ("three fifty dollars", "350"),
    ("three fifty thousand", "350000"),
    ("zero", "0"),
    ("nothing", "0"),
    ("i don't have any", "0"),
    ("no other debts", "0"),
    ("no i have none at all", "0"),
    ("well nothing at the moment", "0"),
    ("none whatsoever thank you", "0"),
    ("five hundred and nothing else", "500"),
    # Nothing is guessed where two amounts fit.
    ("three fifty", "350 3.50"),
    ("twelve fifty", "1250 12.50"),
    ("nineteen ninety nine", "1999 19.99"),
    ("fifteen oh five", "1505 15.05"),
    ("two five", "25 2500"),
    ("2.500", "2.50 2500"),
    ("two hundred and fifty cents", "2.50 200.50"),
    ("two thousand and a half", "2500 2000.50"),
    ("two or three thousand", "2000 3000"),
    ("between five and six hundred", "500 600"),
    ("fifteen to eighteen hundred", "1500 1800"),
    ("two thousand from my job and five hundred from a side job", "2000 500"),
    # Nothing comes out where no amount was said.
    ("none of your business", ""),
    ("second to none he said", ""),
    ("there is nothing on the television", ""),
    ("twenty two five", ""),
    ("minus five hundred", ""),
    ("-500", ""),
    ("two point five five five", ""),
    ("twenty dollars an hour", ""),
    ("four thousand seventy hundred", ""),
    ("nan", ""),
    ("infinity", ""),
    ("hello there", ""),
]


@pytest.mark.parametrize(("words", "expected"), _PHRASES)
def test_every_reading_and_no_other(words: str, expected: str) -> None:
    assert {r.value for r in parse("amount", words).readings} == {Decimal(value) for value in expected.split()}


@pytest.mark.parametrize(("words", "expected"), [line for line in _PHRASES if " " in line[1]][:5])
def test_the_plain_reading_comes_first(words: str, expected: str) -> None:
    parsed = parse("amount", words)
    assert parsed.readings[0].value == Decimal(expected.partition(" ")[0])
    assert parsed.value is None
    assert parsed.ambiguous


@pytest.mark.parametrize(
    ("words", "value", "period"),
    [
        ("forty two thousand a year", "42000", Period.YEAR),
        ("my yearly salary is 40,000", "40000", Period.YEAR),
        ("five hundred bucks a week", "500", Period.WEEK),
        ("six hundred every two weeks", "600", Period.FORTNIGHT),
        ("nine hundred a fortnight", "900", Period.FORTNIGHT),
        ("twenty five hundred a month after taxes", "2500", Period.MONTH),
        ("2500/month", "2500", Period.MONTH),
        ("per month i make three thousand", "3000", Period.MONTH),
        ("three thousand", "3000", None),
    ],
)
def test_what_it_is_counted_per(words: str, value: str, period: Period | None) -> None:
    (reading,) = parse("amount", words).readings
    assert (reading.value, reading.period) == (Decimal(value), period)


def test_twice_a_month_may_be_one_payment_or_both() -> None:
    readings = parse("amount", "two thousand twice a month").readings
    assert [(r.value, r.period) for r in readings] == [(Decimal(4000), Period.MONTH), (Decimal(2000), Period.MONTH)]
