"""The rate a loan costs with everything in, by the regime a cap is written in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from core.finance.appendix_j import DatedFlow, apr_of_dates
from core.finance.aprc import aprc_of_dates
from core.finance.irr import chinese_rates
from core.finance.schedule import Instalment
from core.jurisdiction.pack import Regime
from core.money import Money

__all__ = ["loaded_rate"]


def loaded_rate(regime: Regime, principal: Money, fees: Money, start: date, rows: Sequence[Instalment]) -> Decimal:
    """The annual rate in per cent, unrounded, when ``fees`` are kept back from ``principal`` at the start.

    With all charges among the fees this is also the MAPR. For China it is the effective rate, the higher of the two
    annual figures. Raises ``InvalidInput`` when the flows are not those of a loan.
    """
    if regime is Regime.CN_IRR:
        return chinese_rates(principal.major, fees.major, [row.payment.major for row in rows]).effective
    paid_out = [DatedFlow((principal - fees).major, start)]
    paid_back = [DatedFlow(row.payment.major, row.due) for row in rows]
    if regime is Regime.EU_APRC:
        return aprc_of_dates(paid_out, paid_back)
    return apr_of_dates(paid_out, paid_back)[0]
