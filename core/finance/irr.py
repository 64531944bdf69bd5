"""The annual rate that PBOC Announcement [2021] No. 3 asks for: IRR on the principal actually owed, all fees in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.errors import InvalidInput
from core.finance.rounding import working_precision
from core.finance.solver import Flow, powers, solve

__all__ = ["ChineseRates", "chinese_rates"]


@dataclass(frozen=True, slots=True)
class ChineseRates:
    """Three labelled rates in per cent: a month, twelve months simple, twelve months compound."""

    monthly: Decimal
    nominal: Decimal
    effective: Decimal


def chinese_rates(principal: Decimal, upfront_fees: Decimal, payments: Sequence[Decimal]) -> ChineseRates:
    """The IRR of a loan repaid monthly; every fee belongs in ``upfront_fees`` or in the payments.

    Raises ``InvalidInput`` naming ``principal``, ``upfront_fees`` or ``payments``.
    """
    if not principal.is_finite() or principal <= 0:
        raise InvalidInput("principal", "lend more than zero")
    if not upfront_fees.is_finite() or not 0 <= upfront_fees < principal:
        raise InvalidInput("upfront_fees", "fees must be from zero to below the principal")
    if not payments or len(payments) > 1200:
        raise InvalidInput("payments", "give from 1 to 1200 monthly payments")
    if any(not payment.is_finite() or payment < 0 for payment in payments):
        raise InvalidInput("payments", "amounts must not be negative")
    flows = [Flow(principal - upfront_fees, 0), *(Flow(-amount, month) for month, amount in enumerate(payments, 1))]
    with working_precision():
        rate = solve(flows, _monthly)
        return ChineseRates(rate * 100, rate * 1200, ((1 + rate) ** 12 - 1) * 100)


def _monthly(rate: Decimal, flows: Sequence[Flow]) -> Iterator[tuple[Decimal, Decimal]]:
    growth = 1 + rate
    for flow, power in zip(flows, powers(growth, flows), strict=True):
        factor = 1 / power
        yield factor, -flow.whole * factor / growth
