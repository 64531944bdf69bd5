"""Figures as the voice says them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from ivr.dialogue import spoken
from speech.answers.parsing import parse


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("229.10", "two hundred twenty nine dollars and ten cents"),
        ("1.00", "one dollar"),
        ("0.01", "one cent"),
        ("0.00", "zero dollars"),
        ("2500.00", "two thousand five hundred dollars"),
        ("-3.05", "minus three dollars and five cents"),
    ],
)
def test_money(amount: str, said: str) -> None:
    assert spoken.money(Money.parse(amount, "USD")) == said


def test_yen_has_no_part_and_no_plural() -> None:
    assert spoken.money(Money(20_000, "JPY")) == "twenty thousand yen"


def test_digits_are_said_one_by_one_in_groups() -> None:
    assert spoken.digits("007341") == "zero, zero, seven, three <pause 250> four, one"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (date(1985, 3, 12), "March twelfth, nineteen eighty five"),
        (date(2001, 1, 31), "January thirty first, two thousand one"),
        (date(1900, 12, 1), "December first, nineteen hundred"),
    ],
)
def test_day(value: date, said: str) -> None:
    assert spoken.day(value) == said


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ("18.90", "eighteen point nine zero"),
        ("7.05", "seven point zero five"),
        ("24.00", "twenty four"),
        ("100", "one hundred"),
    ],
)
def test_decimal(rate: str, said: str) -> None:
    assert spoken.decimal(Decimal(rate)) == said


def test_months() -> None:
    assert spoken.months(1) == "one month"
    assert spoken.months(24) == "twenty four months"


@given(st.integers(0, 10_000_000))
def test_what_the_line_says_is_what_its_parser_understands(minor: int) -> None:
    said = spoken.money(Money(minor, "USD"))
    readings = parse("amount", said, "en-US").readings
    assert any(reading.value == Decimal(minor).scaleb(-2) for reading in readings), said
