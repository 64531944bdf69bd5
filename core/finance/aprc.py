"""The European annual percentage rate of charge: effective, with intervals counted as the Commission says.

Directive 2008/48/EC Annex I (now 2023/2225 Annex III); intervals by SWD(2012) 128, section 4.1.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from core.errors import InvalidInput
from core.finance.appendix_j import DatedFlow
from core.finance.calendar import add_months, months_back
from core.finance.rounding import working_precision
from core.finance.solver import Flow, exact, powers, solve
from core.finance.unit_period import series_anchor

__all__ = ["Frequency", "aprc_of_dates", "aprc_of_years", "frequency_of", "interval"]


class Frequency(StrEnum):
    """The regular period that intervals are counted in before days."""

    YEAR = "year"
    MONTH = "month"
    WEEK = "week"


def aprc_of_years(
    drawdowns: Sequence[tuple[Decimal, Fraction]], payments: Sequence[tuple[Decimal, Fraction]]
) -> Decimal:
    """The APRC in per cent, unrounded, from amounts and their times in years after the first drawdown.

    Raises ``InvalidInput`` naming ``drawdowns`` or ``payments``.
    """
    flows = []
    for field, sign, side in (("drawdowns", 1, drawdowns), ("payments", -1, payments)):
        for amount, years in side:
            if not amount.is_finite() or amount < 0:
                raise InvalidInput(field, "amounts must not be negative")
            if not 0 <= years <= 1000:
                raise InvalidInput(field, "years must be from 0 to 1000")
            flows.append(Flow(sign * amount, int(years), years - int(years)))
    if not drawdowns:
        raise InvalidInput("drawdowns", "give at least one drawdown")
    with working_precision():
        try:
            return solve(flows, _compound) * 100
        except InvalidInput as problem:
            raise InvalidInput("drawdowns" if problem.field == "advances" else problem.field, _told(problem)) from None


def aprc_of_dates(drawdowns: Sequence[DatedFlow], payments: Sequence[DatedFlow]) -> Decimal:
    """The APRC in per cent, unrounded, from dates. Raises ``InvalidInput`` naming ``drawdowns`` or ``payments``."""
    if not drawdowns:
        raise InvalidInput("drawdowns", "give at least one drawdown")
    start = min(flow.day for flow in drawdowns)
    if any(flow.day < start for flow in payments):
        raise InvalidInput("payments", "no payment may come before the first drawdown")
    drawn, paid = [flow.day for flow in drawdowns], [flow.day for flow in payments]
    frequency = frequency_of(start, [*drawn, *paid])

    def timed(flows: Sequence[DatedFlow], days: Sequence[date]) -> list[tuple[Decimal, Fraction]]:
        anchor = series_anchor(start, days)
        return [(flow.amount, interval(start, flow.day, frequency, anchor)) for flow in flows]

    return aprc_of_years(timed(drawdowns, drawn), timed(payments, paid))


def interval(start: date, end: date, frequency: Frequency, anchor: int | None = None) -> Fraction:
    """Years from ``start`` to ``end``: whole periods counted back from ``end``, then the days that are left.

    The days are divided by the length, 365 or 366, of the year that ends with the last of them. ``anchor`` is the
    day of the month of the series ``end`` belongs to; 31 for the end of each month.
    """
    if frequency is Frequency.WEEK:
        weeks, days = divmod((end - start).days, 7)
        at = start + timedelta(days=days)
        return Fraction(weeks, 52) + Fraction(days, _year_to(at))
    step = months_back(start, end, anchor)
    months = step.months if frequency is Frequency.MONTH else step.months - step.months % 12
    at = add_months(end, -months, anchor) if months else end
    return Fraction(months, 12) + Fraction((at - start).days, _year_to(at))


def frequency_of(start: date, days: Sequence[date]) -> Frequency:
    """The period to count in: one that fits every date as a whole number, else the one of most payments.

    The longest comes first, so that nothing is said in months that can be said in years. Where nothing is regular,
    months.
    """
    dates = sorted({start, *days})
    later = dates[1:]
    anchor = series_anchor(start, later)
    for frequency in Frequency:
        if all(_whole(start, day, frequency, anchor) for day in later):
            return frequency
    gaps = list(pairwise(later))
    regular = {one: sum(_whole(early, late, one, anchor) for early, late in gaps) for one in Frequency}
    most = max(regular.values())
    if most == 0:
        return Frequency.MONTH
    return next(one for one in Frequency if regular[one] == most)


def _whole(early: date, late: date, frequency: Frequency, anchor: int | None) -> bool:
    if frequency is Frequency.WEEK:
        return (late - early).days % 7 == 0
    step = months_back(early, late, anchor)
    return step.days == 0 and (frequency is Frequency.MONTH or step.months % 12 == 0)


def _year_to(day: date) -> int:
    return (day - add_months(day, -12)).days


def _compound(rate: Decimal, flows: Sequence[Flow]) -> Iterator[tuple[Decimal, Decimal]]:
    """(1 + X)^-t and its slope."""
    growth = 1 + rate
    log = growth.ln()
    for flow, power in zip(flows, powers(growth, flows), strict=True):
        years = exact(flow.time)
        factor = (-years * log).exp() if flow.fraction else 1 / power
        yield factor, -years * factor / growth


def _told(problem: InvalidInput) -> str:
    return str(problem).partition(": ")[2].replace("advance", "drawdown")
