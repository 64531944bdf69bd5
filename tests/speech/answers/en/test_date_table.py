"""Dates as people say them: every order, spoken years, figures with two readings, and parts."""

from datetime import date

import pytest

from speech.answers.model import DateParts
from speech.answers.parsing import parse

_PHRASES = [
    ("march twelfth nineteen eighty five", "1985-03-12"),
    ("february seventh two thousand oh four", "2004-02-07"),
    ("twenty second of january double oh", "2000-01-22"),
    ("zero six one five nineteen eighty three", "1983-06-15"),
    ("the twelfth of march nineteen eighty five", "1985-03-12"),
    ("march the twelfth eighty five", "1985-03-12"),
    ("twelfth march '85", "1985-03-12"),
    ("12 march 1985", "1985-03-12"),
    ("March 12, 1985", "1985-03-12"),
    ("nineteen eighty five march twelve", "1985-03-12"),
    ("1985-03-12", "1985-03-12"),
    ("march twelve one nine eight five", "1985-03-12"),
    ("i was born on march twelfth nineteen eighty five in chicago", "1985-03-12"),
    ("nineteen eighty five my birthday is march twelfth", "1985-03-12"),
    ("march twenty first two thousand and one", "2001-03-21"),
    ("march twenty first oh five", "2005-03-21"),
    ("may second two thousand", "2000-05-02"),
    ("march nineteen eighty five", "1985-03-19"),
    ("march twenty nineteen eighty five", "1985-03-20"),
    ("march twenty nine eighty five", "1985-03-29"),
    ("march twenty twenty twenty five", "2025-03-20"),
    ("december eighteen nineteen forty four", "1944-12-18"),
    ("january first nineteen hundred and ninety", "1990-01-01"),
    ("march twentieth nineteen oh nine", "1909-03-20"),
    ("ninth of september nineteen sixty four", "1964-09-09"),
    ("twenty ninth of february two thousand", "2000-02-29"),
    ("eleven seventeen fifty one", "1951-11-17"),
    ("two fifteen sixty two", "1962-02-15"),
    ("12/25/1985", "1985-12-25"),
    ("25.12.1985", "1985-12-25"),
    ("the first of the third nineteen eighty five", "1985-03-01"),
    ("five five nineteen ninety", "1990-05-05"),
    # month first as in the United States, day first as the other reading
    ("3/12/1985", "1985-03-12 1985-12-03"),
    ("twelve three eighty five", "1985-12-03 1985-03-12"),
    ("oh three twelve eighty five", "1985-03-12 1985-12-03"),
    ("zero three one two one nine eight five", "1985-03-12 1985-12-03"),
    ("03121985", "1985-03-12 1985-12-03"),
    ("march third twenty", "1920-03-03 2020-03-03"),
    # no date, or none that the calendar has
    ("february thirtieth nineteen eighty", ""),
    ("february twenty ninth nineteen eighty one", ""),
    ("thirteen thirty two nineteen ninety", ""),
    ("i am forty years old", ""),
    ("march", ""),
    ("yesterday", ""),
    ("99/99/9999", ""),
]


@pytest.mark.parametrize(("words", "expected"), _PHRASES)
def test_every_reading_in_order(words: str, expected: str) -> None:
    assert [r.value for r in parse("date", words).readings] == [date.fromisoformat(day) for day in expected.split()]


def test_two_figure_years_follow_the_day_the_line_lives_in() -> None:
    assert parse("date", "march third twenty", today=date(2019, 1, 1)).value == date(1920, 3, 3)
    assert parse("date", "march third thirty", today=date(2040, 1, 1)).readings[0].value in {
        date(2030, 3, 3),
        date(1930, 3, 3),
    }


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("march", DateParts(month=3)),
        ("march twelfth", DateParts(month=3, day=12)),
        ("the twelfth", DateParts(day=12)),
        ("nineteen eighty five", DateParts(year=1985)),
        ("eighty five", DateParts(year=1985)),
        ("march two thousand one", DateParts(year=2001, month=3)),
    ],
)
def test_parts_of_a_date(words: str, first: DateParts) -> None:
    parsed = parse("date", words)
    assert parsed.readings == ()
    assert parsed.parts[0] == first


def test_a_bare_number_may_be_any_part() -> None:
    assert set(parse("date", "twelve").parts) == {DateParts(day=12), DateParts(month=12), DateParts(year=2012)}


def test_parts_are_laid_over_the_date_before() -> None:
    before = DateParts(1985, 3, 12)
    (parts,) = parse("date", "no i meant may").parts
    assert parts.applied_to(before).whole() == date(1985, 5, 12)
    assert DateParts(day=31).applied_to(DateParts(1985, 4, 1)).whole() is None


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("march twelfth no thirteenth nineteen eighty five", date(1985, 3, 13)),
        ("march twelfth nineteen eighty five no wait eighty six", date(1986, 3, 12)),
        ("march i mean may twelfth nineteen eighty five", date(1985, 5, 12)),
    ],
)
def test_a_part_taken_back_in_the_same_breath(words: str, value: date) -> None:
    parsed = parse("date", words)
    assert parsed.value == value
    assert not parsed.corrects
