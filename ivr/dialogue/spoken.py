"""Figures as the voice says them, in American English. One place, so that they read the same in every prompt."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from num2words import num2words

from core.money import CURRENCY_DIGITS, Money

__all__ = ["count", "day", "decimal", "digits", "money", "months"]

_UNITS = {
    "USD": ("dollar", "cent"),
    "CNY": ("yuan", "fen"),
    "EUR": ("euro", "cent"),
    "GBP": ("pound", "penny"),
    "JPY": ("yen", "sen"),
}
_UNCOUNTED = {"yuan", "fen", "yen", "sen"}
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _words(number: int) -> str:
    return str(num2words(number)).replace(",", "").replace("-", " ").replace(" and ", " ")


def _of(number: int, unit: str) -> str:
    many = "pence" if unit == "penny" else unit + "s"
    return f"{_words(number)} {unit if number == 1 or unit in _UNCOUNTED else many}"


def money(amount: Money) -> str:
    """``Money('229.10', 'USD')`` → "two hundred twenty nine dollars and ten cents"."""
    major, minor = _UNITS[amount.currency]
    scale = 10 ** CURRENCY_DIGITS[amount.currency]
    whole, part = divmod(abs(amount.minor), scale)
    said = _of(whole, major) if whole or not part else ""
    if part:
        said = f"{said} and {_of(part, minor)}" if said else _of(part, minor)
    return f"minus {said}" if amount.minor < 0 else said


def digits(text: str, group: int = 4) -> str:
    """``"0073"`` → "zero, zero, seven, three", with a longer pause between groups."""
    groups = [text[start : start + group] for start in range(0, len(text), group)]
    return " <pause 250> ".join(", ".join(_DIGITS[int(digit)] for digit in part) for part in groups)


def day(value: date) -> str:
    """``1985-03-12`` → "March twelfth, nineteen eighty five"."""
    ordinal = str(num2words(value.day, to="ordinal")).replace("-", " ")
    year = str(num2words(value.year, to="year")).replace("-", " ").replace(" and ", " ")
    return f"{_MONTHS[value.month - 1]} {ordinal}, {year}"


def months(number: int) -> str:
    return "one month" if number == 1 else f"{_words(number)} months"


def count(number: int) -> str:
    return _words(number)


def decimal(rate: Decimal) -> str:
    """``Decimal("18.90")`` → "eighteen point nine zero": digit by digit after the point, none left out."""
    whole, _, part = f"{rate:f}".partition(".")
    said = _words(int(whole))
    if part.strip("0"):
        said += " point " + " ".join(_DIGITS[int(digit)] for digit in part)
    return said
