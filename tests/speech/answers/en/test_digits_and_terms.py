"""Figures and terms as people say them."""

import pytest

from speech.answers.parsing import parse


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("four five six seven", "4567"),
        ("double five", "55"),
        ("double oh seven three four one", "007341"),
        ("zero zero seven three four one", "007341"),
        ("oh oh seven", "007"),
        ("triple five twelve twelve", "5551212"),
        ("three zeros seven", "0007"),
        ("two fives", "55"),
        ("nil nil one two", "0012"),
        ("two two two", "222"),
        ("quadruple four", "4444"),
        ("quintuple one", "11111"),
        ("a pair of threes and a couple of fives", "3355"),
        ("twenty three forty five", "2345"),
        ("nineteen eighty five", "1985"),
        ("twenty oh one", "2001"),
        ("eight hundred five five five", "800555"),
        ("eight hundred fifty five", "855"),
        ("six five hundred", "6500"),
        ("four hundred five", "405"),
        ("one thousand two hundred thirty four", "1234"),
        ("the last four are seven three four one", "7341"),
        ("my last 4 digits are 7 3 4 1", "7341"),
        ("it's seven three um four one", "7341"),
        ("123-45-6789", "123456789"),
        ("my phone number is four one five five five five oh one two three", "4155550123"),
        ("seven three four one sorry seven three four two", "7342"),
    ],
)
def test_figures(words: str, value: str) -> None:
    assert parse("digits", words).value == value


@pytest.mark.parametrize("words", ["", "hello", "a b c", "two point five", "double", "one " * 60, "minus one two"])
def test_no_figures(words: str) -> None:
    assert parse("digits", words).readings == ()


@pytest.mark.parametrize(
    ("words", "months"),
    [
        ("eighteen", [18]),
        ("twelve months", [12]),
        ("two years", [24]),
        ("a year", [12]),
        ("a year and a half", [18]),
        ("one and a half years", [18]),
        ("two and a half years", [30]),
        ("two years and six months", [30]),
        ("two years six months", [30]),
        ("half a year", [6]),
        ("2 yrs", [24]),
        ("a dozen months", [12]),
        ("two dozen months", [24]),
        ("a couple of years", [24]),
        ("over twelve monthly payments", [12]),
        ("five thousand over two years", [24]),
        ("no wait three years", [36]),
        ("three", [3, 36]),
        ("six to twelve months", [6, 12]),
        ("one or two years", [12, 24]),
        ("fifty two weeks", []),
        ("two thousand dollars", []),
        ("zero", []),
        ("a half years", []),
        ("as long as possible", []),
    ],
)
def test_terms_in_months(words: str, months: list[int]) -> None:
    assert [reading.value for reading in parse("term", words).readings] == months
