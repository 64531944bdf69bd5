"""The US annual percentage rate by the actuarial method, 12 CFR 1026 Appendix J, and the MAPR of 32 CFR 232.4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from core.errors import InvalidInput
from core.finance.rounding import working_precision
from core.finance.solver import Flow, exact, powers, solve
from core.finance.unit_period import UnitPeriod, find_unit_period, series_anchor

__all__ = ["DatedFlow", "Series", "apr_of_dates", "apr_of_series", "mapr_of_dates"]

_MOST_FLOWS = 5_000


@dataclass(frozen=True, slots=True)
class Series:
    """``count`` equal amounts, the first after ``whole`` unit-periods and ``fraction``, each next one period on."""

    amount: Decimal
    whole: int
    fraction: Fraction = Fraction(0)
    count: int = 1


@dataclass(frozen=True, slots=True)
class DatedFlow:
    amount: Decimal
    day: date


def apr_of_series(per_year: Fraction, advances: Sequence[Series], payments: Sequence[Series]) -> Decimal:
    """The APR in per cent, unrounded, of flows whose unit-periods are already counted; (b)(8), the general equation.

    Raises ``InvalidInput`` naming ``advances``, ``payments`` or ``unit_periods_per_year``.
    """
    if not 0 < per_year <= 366:
        raise InvalidInput("unit_periods_per_year", "give a number above 0 and at most 366")
    if len(advances) + len(payments) > _MOST_FLOWS:
        raise InvalidInput("payments", f"give at most {_MOST_FLOWS} payments")
    flows = [*_expanded(advances, 1, "advances"), *_expanded(payments, -1, "payments")]
    with working_precision():
        return solve(flows, _simple_on_fraction) * exact(per_year) * 100


def apr_of_dates(advances: Sequence[DatedFlow], payments: Sequence[DatedFlow]) -> tuple[Decimal, Fraction]:
    """The APR in per cent, unrounded, and the unit-periods per year that Appendix J finds from the dates.

    Raises ``InvalidInput`` naming ``advances`` or ``payments``.
    """
    if not advances:
        raise InvalidInput("advances", "give at least one advance")
    start = min(flow.day for flow in advances)
    if any(flow.day < start for flow in payments):
        raise InvalidInput("payments", "no payment may come before the first advance")
    unit, drawn, paid = _placed(tuple(flow.day for flow in advances), tuple(flow.day for flow in payments))

    def at(flows: Sequence[DatedFlow], places: _Places) -> list[Series]:
        return [Series(flow.amount, *place) for flow, place in zip(flows, places, strict=True)]

    return apr_of_series(unit.per_year, at(advances, drawn), at(payments, paid)), unit.per_year


_Places = tuple[tuple[int, Fraction], ...]


@lru_cache(maxsize=512)
def _placed(drawn_on: tuple[date, ...], paid_on: tuple[date, ...]) -> tuple[UnitPeriod, _Places, _Places]:
    """The unit-period of these dates, and where each of them lies. One day's loans share their dates, so that most
    need not be counted again."""
    start = min(drawn_on)
    unit = find_unit_period(start, drawn_on, paid_on)
    pay_anchor, draw_anchor = series_anchor(start, paid_on), series_anchor(start, drawn_on)
    return (
        unit,
        tuple(unit.between(start, day, draw_anchor) for day in drawn_on),
        tuple(unit.between(start, day, pay_anchor) for day in paid_on),
    )


def mapr_of_dates(
    advances: Sequence[DatedFlow], payments: Sequence[DatedFlow], charges: Sequence[DatedFlow]
) -> Decimal:
    """The military annual percentage rate in per cent, unrounded.

    The same equation over a wider set of costs: ``charges`` are those that 32 CFR 232.4(c) counts and Regulation Z
    does not (application fees, credit insurance, ancillary products), on the days they are paid.
    """
    return apr_of_dates(advances, [*payments, *charges])[0]


def _expanded(series: Sequence[Series], sign: int, field: str) -> list[Flow]:
    flows: list[Flow] = []
    for part in series:
        if not part.amount.is_finite() or part.amount < 0:
            raise InvalidInput(field, "amounts must not be negative")
        if part.whole < 0 or not 0 <= part.fraction < 1 or part.whole > 100_000:
            raise InvalidInput(field, "t must be a whole number from 0 and f a fraction from 0 to below 1")
        if not 1 <= part.count <= _MOST_FLOWS:
            raise InvalidInput(field, f"count must be from 1 to {_MOST_FLOWS}")
        if len(flows) + part.count > _MOST_FLOWS:
            raise InvalidInput(field, f"give at most {_MOST_FLOWS} of them")
        flows += [Flow(sign * part.amount, part.whole + step, part.fraction) for step in range(part.count)]
    return flows


def _simple_on_fraction(rate: Decimal, flows: Sequence[Flow]) -> Iterator[tuple[Decimal, Decimal]]:
    """1 / ((1 + f i)(1 + i)^t), and its slope: interest is simple on the odd fraction, (b)(6)."""
    growth = 1 + rate
    for flow, power in zip(flows, powers(growth, flows), strict=True):
        if not flow.fraction.numerator:
            factor = 1 / power
            yield factor, -factor * flow.whole / growth
            continue
        fraction = exact(flow.fraction)
        odd = 1 + fraction * rate
        factor = 1 / (odd * power)
        yield factor, -factor * (fraction / odd + flow.whole / growth)
