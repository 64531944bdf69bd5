"""Months, counted as lenders count them: a day that a month does not have means its last day."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count

from core.errors import InvalidInput

__all__ = ["MonthStep", "add_months", "anchored", "due_dates", "is_last_day", "months_back", "whole_months"]


#: Days of the months 1 to 12 of a common year.
_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _last_day(year: int, month: int) -> int:
    return 29 if month == 2 and isleap(year) else _LENGTHS[month]


def is_last_day(day: date) -> bool:
    return day.day == _last_day(day.year, day.month)


def add_months(day: date, months: int, anchor: int | None = None) -> date:
    """Move ``day`` by whole months (negative: back) to day ``anchor`` of that month, or to its last day.

    ``anchor`` is the day of ``day`` itself unless given; 31 means the end of every month. Raises
    ``InvalidInput`` when the result lies outside the years 1 to 9999.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise InvalidInput("date", "use dates between the years 1 and 9999")
    return date(year, month + 1, min(anchor or day.day, _last_day(year, month + 1)))


def anchored(days: Iterable[date]) -> int | None:
    """The day of the month that all these dates stand for, or ``None``: 31 for 31 Jan, 28 Feb and 31 Mar."""
    listed = list(days)
    anchor = max((day.day for day in listed), default=0)
    if anchor and all(day.day == min(anchor, _last_day(day.year, day.month)) for day in listed):
        return anchor
    return None


@dataclass(frozen=True, slots=True)
class MonthStep:
    """The result of counting months back: ``months`` whole ones to ``at``, then ``days`` to the earlier date."""

    months: int
    days: int
    at: date


def months_back(early: date, late: date, anchor: int | None = None) -> MonthStep:
    """Count whole months back from ``late`` without passing ``early``; the rest is days.

    12 CFR 1026 Appendix J (b)(5)(ii) and SWD(2012)128 section 4.1.1 (ii) both count this way. An ``anchor`` that
    ``late`` does not stand for is left aside: that date is not of the series.
    """
    if anchor is not None and late.day != min(anchor, _last_day(late.year, late.month)):
        anchor = None
    months = (late.year - early.year) * 12 + late.month - early.month
    at = late if months == 0 else add_months(late, -months, anchor)
    if at < early:
        months -= 1
        at = late if months == 0 else add_months(late, -months, anchor)
    return MonthStep(months, (at - early).days, at)


def whole_months(early: date, late: date, anchor: int | None = None) -> int | None:
    """The number of whole months between the two dates, or ``None`` when there is a remainder."""
    step = months_back(early, late, anchor)
    return step.months if step.days == 0 and step.months > 0 else None


def due_dates(start: date, first_due: date | None = None) -> Iterator[date]:
    """Monthly due dates without end: one month after ``start``, or from ``first_due`` on.

    A loan that starts on the 31st is due on the last day of shorter months and on the 31st again after them.
    Raises ``InvalidInput`` when ``first_due`` is not after ``start``.
    """
    regular = add_months(start, 1)
    first = first_due or regular
    if first <= start:
        raise InvalidInput("first_due", "the first payment must be due after the start")
    anchor = start.day if first == regular else first.day
    for step in count():
        yield add_months(first, step, anchor)
