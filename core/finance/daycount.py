"""Day counts: which part of a year lies between two dates."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction

from core.errors import InvalidInput
from core.finance.calendar import is_last_day

__all__ = ["DayCount", "year_fraction"]


class DayCount(StrEnum):
    """The conventions by the names used in contracts and on the command line."""

    THIRTY_360_US = "30/360"
    THIRTY_E_360 = "30E/360"
    ACT_365F = "Act/365F"
    ACT_360 = "Act/360"
    ACT_ACT_ISDA = "Act/Act"

    @property
    def equal_months(self) -> bool:
        """True where every month has thirty days, so that a regular month is exactly a twelfth."""
        return self in {DayCount.THIRTY_360_US, DayCount.THIRTY_E_360}

    @classmethod
    def named(cls, text: str) -> DayCount:
        """Read a name in any case, with the common spellings; raises ``InvalidInput`` for ``day_count``."""
        key = "".join(text.lower().split()).replace("actual", "act").replace("-", "_")
        try:
            return _NAMES[key]
        except KeyError:
            known = ", ".join(sorted(member.value for member in cls))
            raise InvalidInput("day_count", f"unknown day count; use one of {known}") from None


_NAMES = {
    "30/360": DayCount.THIRTY_360_US,
    "30/360us": DayCount.THIRTY_360_US,
    "30u/360": DayCount.THIRTY_360_US,
    "30_360": DayCount.THIRTY_360_US,
    "30_360_us": DayCount.THIRTY_360_US,
    "30e/360": DayCount.THIRTY_E_360,
    "30/360eu": DayCount.THIRTY_E_360,
    "30_360_eu": DayCount.THIRTY_E_360,
    "30e_360": DayCount.THIRTY_E_360,
    "act/365f": DayCount.ACT_365F,
    "act/365": DayCount.ACT_365F,
    "act_365f": DayCount.ACT_365F,
    "act_365": DayCount.ACT_365F,
    "act/360": DayCount.ACT_360,
    "act_360": DayCount.ACT_360,
    "act/act": DayCount.ACT_ACT_ISDA,
    "act/actisda": DayCount.ACT_ACT_ISDA,
    "act_act": DayCount.ACT_ACT_ISDA,
    "act_act_isda": DayCount.ACT_ACT_ISDA,
}


def year_fraction(start: date, end: date, basis: DayCount) -> Fraction:
    """The exact part of a year from ``start`` to ``end`` by ``basis``.

    2006 ISDA Definitions section 4.16; 30/360 is the US (SIA) form with its February rule. Raises
    ``InvalidInput`` when ``end`` is before ``start``.
    """
    if end < start:
        raise InvalidInput("end", "the end of a period must not be before its start")
    days = (end - start).days
    match basis:
        case DayCount.ACT_365F:
            return Fraction(days, 365)
        case DayCount.ACT_360:
            return Fraction(days, 360)
        case DayCount.ACT_ACT_ISDA:
            return _act_act(start, end)
        case DayCount.THIRTY_360_US:
            return _thirty(start, end, *_us_days(start, end))
        case DayCount.THIRTY_E_360:
            return _thirty(start, end, min(start.day, 30), min(end.day, 30))


def _us_days(start: date, end: date) -> tuple[int, int]:
    first, last = start.day, end.day
    from_february = start.month == 2 and is_last_day(start)
    if from_february and end.month == 2 and is_last_day(end):
        last = 30
    if from_february:
        first = 30
    if last == 31 and first >= 30:
        last = 30
    return min(first, 30), last


def _thirty(start: date, end: date, first: int, last: int) -> Fraction:
    return Fraction(360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first, 360)


def _act_act(start: date, end: date) -> Fraction:
    if start.year == end.year:
        return Fraction((end - start).days, _year_length(start.year))
    head = Fraction((date(start.year, 12, 31) - start).days + 1, _year_length(start.year))
    tail = Fraction((end - date(end.year, 1, 1)).days, _year_length(end.year))
    return head + (end.year - start.year - 1) + tail


def _year_length(year: int) -> int:
    return 366 if (year % 4 == 0 and year % 100 != 0) or year % 400 == 0 else 365
