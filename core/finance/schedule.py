"""Repayment schedules, exact to the minor unit.

Every row's interest is rounded once, by a named mode; payments are whole minor units; the last row takes
what rounding left over, so that the principal column sums to the principal exactly and the balance ends at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import islice, pairwise

from core.errors import InvalidInput
from core.finance.calendar import add_months, due_dates
from core.finance.daycount import DayCount, year_fraction
from core.finance.rounding import working_precision
from core.money import Money

__all__ = ["Instalment", "Method", "Plan", "schedule", "totals"]


_TWELFTH = Fraction(1, 12)


class Method(StrEnum):
    """How a loan is paid back."""

    EQUAL_INSTALMENT = "equal_instalment"
    """The same payment every month (annuity)."""
    EQUAL_PRINCIPAL = "equal_principal"
    """The same principal every month, with the interest on what is left."""
    BULLET = "bullet"
    """One payment at the end: the principal with simple interest for the whole term."""
    INTEREST_ONLY = "interest_only"
    """The interest every month, the principal with the last payment."""

    @classmethod
    def named(cls, text: str) -> Method:
        """Raises ``InvalidInput`` for ``method``."""
        try:
            return cls(text.strip().lower().replace("-", "_"))
        except ValueError:
            raise InvalidInput("method", f"unknown method; use one of {', '.join(cls)}") from None


@dataclass(frozen=True, slots=True)
class Instalment:
    """One row: ``payment`` is ``principal`` + ``interest``; ``balance`` is what is owed after it."""

    number: int
    due: date
    payment: Money
    principal: Money
    interest: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class Plan:
    """What a schedule is made from. ``rate`` is per cent a year.

    ``rounding`` is a ``decimal`` mode for payments, ``interest_rounding`` one for interest (the same unless
    given). ``amortise_over`` sets the level payment as if there were that many months; what is left falls due with
    the last row. ``payment_day_count`` sets the level payment by another day count than interest accrues by.
    Raises ``InvalidInput`` naming the field that cannot be.
    """

    principal: Money
    rate: Decimal
    months: int
    method: Method
    start: date
    first_due: date | None = None
    day_count: DayCount = DayCount.THIRTY_360_US
    rounding: str = ROUND_HALF_UP
    interest_rounding: str | None = None
    amortise_over: int | None = None
    payment_day_count: DayCount | None = None

    def __post_init__(self) -> None:
        if self.principal.minor <= 0:
            raise InvalidInput("principal", "lend more than zero")
        if not self.rate.is_finite() or not 0 <= self.rate <= 100_000 or len(self.rate.as_tuple().digits) > 30:
            raise InvalidInput("rate", "give a rate from 0 to 100000 per cent a year, with at most 30 digits")
        if type(self.months) is not int or not 1 <= self.months <= 1200:
            raise InvalidInput("months", "give a whole number of months from 1 to 1200")
        if self.amortise_over is not None and not self.months <= self.amortise_over <= 1200:
            raise InvalidInput("amortise_over", "give at least the number of months, at most 1200")
        if self.first_due is not None and self.first_due <= self.start:
            raise InvalidInput("first_due", "the first payment must be due after the start")


@lru_cache(maxsize=512)
def schedule(plan: Plan) -> tuple[Instalment, ...]:
    """The rows of ``plan``, in order of their due dates. The last few hundred plans are remembered: looking for
    offers asks for the same ones again.

    A regular month under 30/360 is exactly a twelfth of a year; an odd first period counts by the day count.
    A payment never falls below the interest of its row, so the balance never grows.
    """
    with working_precision():
        dues = _dues(plan.start, plan.first_due, plan.amortise_over or plan.months)
        if plan.method is Method.BULLET:
            return _bullet(plan, dues[plan.months - 1])
        if plan.method is Method.EQUAL_INSTALMENT:
            level = _level(plan, dues)
            return _rows(plan, dues, lambda _interest: level)
        if plan.method is Method.EQUAL_PRINCIPAL:
            part = _to_minor(Decimal(plan.principal.minor) / plan.months, plan.rounding)
            return _rows(plan, dues, lambda interest: part + interest)
        return _rows(plan, dues, lambda interest: interest)


@lru_cache(maxsize=512)
def _dues(start: date, first_due: date | None, count: int) -> tuple[date, ...]:
    return tuple(islice(due_dates(start, first_due), count))


def totals(rows: tuple[Instalment, ...]) -> tuple[Money, Money, Money]:
    """The sums of the payment, principal and interest columns."""
    zero = Money.zero(rows[0].payment.currency)
    return (
        sum((row.payment for row in rows), zero),
        sum((row.principal for row in rows), zero),
        sum((row.interest for row in rows), zero),
    )


def _to_minor(amount: Decimal, rounding: str) -> int:
    return int(amount.to_integral_value(rounding=rounding))


def _periods(plan: Plan, dues: tuple[date, ...], basis: DayCount) -> list[Fraction]:
    """The part of a year of each row. Regular months of equal-month conventions are a twelfth by definition."""
    if not basis.equal_months:
        return [year_fraction(begin, due, basis) for begin, due in pairwise([plan.start, *dues])]
    first = _TWELFTH if dues[0] == add_months(plan.start, 1) else year_fraction(plan.start, dues[0], basis)
    return [first, *[_TWELFTH] * (len(dues) - 1)]


def _interest(plan: Plan, balance: int, part: Fraction) -> int:
    exact = Decimal(balance) * plan.rate * part.numerator / (100 * part.denominator)
    return _to_minor(exact, plan.interest_rounding or plan.rounding)


def _rows(plan: Plan, dues: tuple[date, ...], payment_for: Callable[[int], int]) -> tuple[Instalment, ...]:
    currency = plan.principal.currency
    balance = plan.principal.minor
    rows: list[Instalment] = []
    dues = dues[: plan.months]
    for number, (due, part) in enumerate(zip(dues, _periods(plan, dues, plan.day_count), strict=True), start=1):
        interest = _interest(plan, balance, part)
        repaid = balance if number == len(dues) else max(0, min(payment_for(interest) - interest, balance))
        balance -= repaid
        rows.append(
            Instalment(
                number,
                due,
                Money(repaid + interest, currency),
                Money(repaid, currency),
                Money(interest, currency),
                Money(balance, currency),
            )
        )
    return tuple(rows)


def _level(plan: Plan, dues: tuple[date, ...]) -> int:
    """The equal payment: the principal over the sum of the discount factors of all periods."""
    factor = Decimal(1)
    factors = Decimal(0)
    for part in _periods(plan, dues, plan.payment_day_count or plan.day_count):
        factor /= 1 + plan.rate * part.numerator / (100 * part.denominator)
        factors += factor
    return _to_minor(plan.principal.minor / factors, plan.rounding)


def _bullet(plan: Plan, due: date) -> tuple[Instalment, ...]:
    regular = plan.first_due is None or plan.first_due == add_months(plan.start, 1)
    if regular and plan.day_count.equal_months:
        part = Fraction(plan.months, 12)
    else:
        part = year_fraction(plan.start, due, plan.day_count)
    interest = Money(_interest(plan, plan.principal.minor, part), plan.principal.currency)
    zero = Money.zero(plan.principal.currency)
    return (Instalment(1, due, plan.principal + interest, plan.principal, interest, zero),)
