"""Money as a whole number of minor units, and rates as ``Decimal``. A float never enters.

>>> Money.parse("2500.00", "USD") + Money.parse("0.01", "USD")
Money('2500.01', 'USD')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache, total_ordering

from core.errors import InvalidMoney

__all__ = ["CURRENCY_DIGITS", "Money"]

#: ISO 4217 minor-unit digits of the currencies a product may use.
CURRENCY_DIGITS = {"USD": 2, "CNY": 2, "EUR": 2, "GBP": 2, "JPY": 0}

_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")
_LIMIT = 10**17


@lru_cache(maxsize=8192)
def _plain(minor: int, currency: str) -> str:
    """The plain decimal string of an amount. One decision writes the same amounts several times."""
    places = CURRENCY_DIGITS[currency]
    digits = str(abs(minor)).rjust(places + 1, "0")
    sign = "-" if minor < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


@total_ordering
@dataclass(frozen=True, slots=True, repr=False)
class Money:
    """``minor`` units of ``currency``; arithmetic only within one currency.

    Raises ``InvalidMoney`` for an unknown currency, a mix of currencies, a value that is no
    whole number of minor units, or one outside ±10^17 minor units.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCY_DIGITS:
            known = ", ".join(sorted(CURRENCY_DIGITS))
            raise InvalidMoney("currency", f"unknown currency; use one of {known}")
        if type(self.minor) is not int or abs(self.minor) > _LIMIT:
            raise InvalidMoney("amount", "not a whole number of minor units within range")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a plain decimal string in major units, such as ``"2500.00"``; no exponent, no sign but ``-``."""
        if not isinstance(text, str) or not _PLAIN.fullmatch(text):
            raise InvalidMoney("amount", 'write it as a plain decimal string, such as "2500.00"')
        return cls.of(Decimal(text), currency)

    @classmethod
    def of(cls, major: Decimal, currency: str) -> Money:
        """Exact conversion from major units; raises when a fraction of a minor unit is left."""
        digits = CURRENCY_DIGITS.get(currency, 0)
        scaled = major.scaleb(digits)
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise InvalidMoney("amount", f"{currency} has {digits} decimal places")
        return cls(int(scaled), currency)

    @classmethod
    def rounded(cls, major: Decimal, currency: str, rounding: str = ROUND_HALF_UP) -> Money:
        """Round major units to the minor unit by a named ``decimal`` rounding mode."""
        digits = CURRENCY_DIGITS.get(currency, 0)
        if not major.is_finite():
            raise InvalidMoney("amount", "not a finite number")
        return cls(int(major.scaleb(digits).to_integral_value(rounding=rounding)), currency)

    @property
    def major(self) -> Decimal:
        return Decimal(self.minor).scaleb(-CURRENCY_DIGITS[self.currency])

    def __str__(self) -> str:
        """The plain decimal string, always with all minor digits."""
        return _plain(self.minor, self.currency)

    def __repr__(self) -> str:
        return f"Money('{self}', '{self.currency}')"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise InvalidMoney("currency", f"cannot mix {self.currency} with {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, factor: int) -> Money:
        if type(factor) is not int:
            raise InvalidMoney("amount", "multiply money by a whole number; use rounded() for rates")
        return Money(self.minor * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __bool__(self) -> bool:
        return self.minor != 0
