from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.finance.loaded import loaded_rate
from core.finance.schedule import Method, Plan, schedule
from core.jurisdiction.pack import Regime
from core.money import Money

START = date(2026, 12, 1)
LOAN = Money(500000, "USD")
ROWS = schedule(Plan(LOAN, Decimal(12), 12, Method.EQUAL_INSTALMENT, START))
NO_FEES = Money.zero("USD")


def test_each_regime_shows_the_same_loan_its_own_way() -> None:
    rates = {regime: round(loaded_rate(regime, LOAN, NO_FEES, START, ROWS), 2) for regime in Regime}
    assert rates == {
        Regime.US_APP_J: Decimal("12.00"),
        Regime.EU_APRC: Decimal("12.68"),
        Regime.CN_IRR: Decimal("12.68"),
    }


def test_fees_are_part_of_every_rate() -> None:
    for regime in Regime:
        plain = loaded_rate(regime, LOAN, NO_FEES, START, ROWS)
        assert loaded_rate(regime, LOAN, Money(10000, "USD"), START, ROWS) > plain + 3
