"""Unit-periods and the time between dates, as 12 CFR 1026 Appendix J (b)(3) to (b)(5) counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from fractions import Fraction
from itertools import pairwise

from core.errors import InvalidInput
from core.finance.calendar import add_months, anchored, is_last_day, months_back, whole_months

__all__ = ["Kind", "UnitPeriod", "find_unit_period", "series_anchor"]

_YEAR = 12


class Kind(IntEnum):
    """How a unit-period is measured. Standard intervals come before other numbers of days."""

    MONTHS = 0
    SEMIMONTH = 1
    WEEKS = 2
    DAYS = 3
    TERM = 4


@dataclass(frozen=True, slots=True)
class UnitPeriod:
    """``size`` months, weeks or days (``TERM``: the days, or the months when ``whole_months``, of the one period)."""

    kind: Kind
    size: int
    whole_months: bool = False

    @property
    def days(self) -> int:
        """The nominal length: a month counts thirty days, a semimonth fifteen, a year 365."""
        if self.kind is Kind.MONTHS:
            return 365 if self.size == _YEAR else 30 * self.size
        if self.kind is Kind.SEMIMONTH:
            return 15
        return 7 * self.size if self.kind is Kind.WEEKS else self.size

    @property
    def per_year(self) -> Fraction:
        """The number of unit-periods in a year, (b)(5)(ii) to (vii)."""
        if self.kind is Kind.MONTHS or (self.kind is Kind.TERM and self.whole_months):
            return Fraction(_YEAR, self.size)
        if self.kind is Kind.SEMIMONTH:
            return Fraction(24)
        if self.kind is Kind.WEEKS:
            return Fraction(52, self.size)
        return Fraction(365, self.size)

    def between(self, early: date, late: date, anchor: int | None = None) -> tuple[int, Fraction]:
        """Whole unit-periods and the remaining fraction from ``early`` to ``late``.

        ``anchor`` is the day of the month of the series that ``late`` belongs to; 31 for the end of the month.
        """
        if self.kind is Kind.TERM:
            return (0, Fraction(0)) if early == late else (1, Fraction(0))
        if self.kind is Kind.MONTHS and self.size == _YEAR:
            return self._years(early, late, anchor)
        if self.kind in {Kind.MONTHS, Kind.SEMIMONTH}:
            step = months_back(early, late, anchor)
            return _divided(30 * step.months + step.days, self.days)
        return _divided((late - early).days, self.days)

    def _years(self, early: date, late: date, anchor: int | None) -> tuple[int, Fraction]:
        years, months = divmod(months_back(early, late, anchor).months, 12)
        at = add_months(late, -12 * years, anchor)
        rest = months_back(early, at, anchor)
        if rest.days == 0:
            return years, Fraction(months, 12)
        return years, Fraction((at - early).days, 365)


def _divided(days: int, by: int) -> tuple[int, Fraction]:
    whole, rest = divmod(days, by)
    return whole, Fraction(rest, by)


@dataclass(frozen=True, slots=True)
class _Period:
    """One interval between two advances or two payments, and the day of the month of their series."""

    early: date
    late: date
    anchor: int | None

    @property
    def days(self) -> int:
        return (self.late - self.early).days


def find_unit_period(start: date, advances: Sequence[date], payments: Sequence[date]) -> UnitPeriod:
    """The unit-period of a transaction, Appendix J (b)(4).

    It is the common period that occurs most often, the smaller one of equals; without a common period the average
    of all periods, to the nearest standard interval; for one advance and one payment the term, at most a year.
    Raises ``InvalidInput`` when nothing is paid after ``start``.
    """
    later = sorted({day for day in payments if day > start})
    if not later:
        raise InvalidInput("payments", "at least one payment must be due after the first advance")
    if len(later) == 1 and all(day <= start for day in advances):
        return _term(start, later[0])
    periods = [*_periods(start, sorted({*advances} - {start})), *_periods(start, later)]
    counts = _common(periods, later)
    if counts:
        most = max(counts.values())
        equals = [unit for unit, seen in counts.items() if seen == most]
        return min(equals, key=lambda unit: (unit.kind >= Kind.DAYS, unit.days))
    return _average(periods)


def series_anchor(start: date, days: Sequence[date]) -> int | None:
    """The day of the month of a series that begins at ``start``: 31 when all its dates end their months."""
    return anchored([start, *days]) or anchored(days)


def _term(start: date, end: date) -> UnitPeriod:
    anchor = series_anchor(start, [end])
    step = months_back(start, end, anchor)
    if step.months >= _YEAR:
        return UnitPeriod(Kind.MONTHS, _YEAR)
    if step.days == 0:
        return UnitPeriod(Kind.TERM, step.months, whole_months=True)
    return UnitPeriod(Kind.TERM, (end - start).days)


def _periods(start: date, days: Sequence[date]) -> list[_Period]:
    anchor = series_anchor(start, days)
    return [_Period(early, late, anchor) for early, late in pairwise([start, *days])]


def _common(periods: Sequence[_Period], later: Sequence[date]) -> dict[UnitPeriod, int]:
    """How often each period of at most a year occurs, for those that occur more than once."""
    seen: Counter[UnitPeriod] = Counter()
    for period in periods:
        days = period.days
        months = whole_months(period.early, period.late, period.anchor)
        if months is not None and months <= _YEAR:
            seen[UnitPeriod(Kind.MONTHS, months)] += 1
        if days <= 365:
            seen[UnitPeriod(Kind.DAYS, days) if days % 7 else UnitPeriod(Kind.WEEKS, days // 7)] += 1
    halves = _semimonths(later)
    if halves:
        seen[UnitPeriod(Kind.SEMIMONTH, 1)] = halves
    return {unit: times for unit, times in seen.items() if times > 1}


def _semimonths(payments: Sequence[date]) -> int:
    """Periods of about half a month, two of which make a month: the 1st and the 16th, the 15th and the last day."""
    found = 0
    for index in range(len(payments) - 1):
        early, late = payments[index], payments[index + 1]
        if not 13 <= (late - early).days <= 17:
            continue
        month_ahead = index + 2 < len(payments) and _month_apart(early, payments[index + 2])
        month_behind = index > 0 and _month_apart(payments[index - 1], late)
        found += month_ahead or month_behind
    return found


def _month_apart(early: date, late: date) -> bool:
    return late == add_months(early, 1) or (is_last_day(early) and late == add_months(early, 1, 31))


def _average(periods: Sequence[_Period]) -> UnitPeriod:
    mean = Fraction(sum(period.days for period in periods), len(periods))
    standard = [
        UnitPeriod(Kind.DAYS, 1),
        UnitPeriod(Kind.SEMIMONTH, 1),
        *(UnitPeriod(Kind.WEEKS, weeks) for weeks in range(1, 53)),
        *(UnitPeriod(Kind.MONTHS, months) for months in range(1, 13)),
    ]
    return min(standard, key=lambda unit: (abs(unit.days - mean), unit.days, unit.kind))
