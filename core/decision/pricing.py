"""One offer: its schedule, its price from the debt-service band, its fully loaded rate under every cap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal

from core.decision.model import Facts, Reason, Terms
from core.decision.policy import Rules
from core.decision.reasons import reason
from core.finance.loaded import loaded_rate
from core.finance.rounding import shown, working_precision
from core.finance.schedule import Instalment, Method, Plan, schedule
from core.jurisdiction.pack import Pack, Product, Regime
from core.money import Money

__all__ = ["Desk", "Quote"]

_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Quote:
    """An offer that fits (``terms``), or why it does not (``obstacles``, weightiest first)."""

    terms: Terms | None
    obstacles: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class _Priced:
    """A schedule at one rate, and what it costs a year with the fees in, by each regime that matters."""

    rate: Decimal
    rows: tuple[Instalment, ...]
    fees: Money
    loaded: dict[Regime, Decimal]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything needed to quote for one applicant. Risk has no way in: no method here reads it."""

    monthly_income: Money
    monthly_debt: Money
    start: date
    pack: Pack
    product: Product
    rules: Rules

    @classmethod
    def for_facts(cls, facts: Facts, pack: Pack, product: Product, rules: Rules) -> Desk:
        return cls(facts.monthly_income, facts.debt_service, facts.decided_on, pack, product, rules)

    def obstacles(self, amount: Money, months: int) -> tuple[Reason, ...]:
        """What stands against this loan at the highest price; empty when it is affordable.

        Both reasons mean to a person that the debts are too much for the income, so only the weightier is given.
        """
        payment = self.heaviest_payment(amount, months)
        if self._share(payment) > self.limit:
            return (reason("debt_service_too_high", per_cent=self.limit),)
        if self.monthly_income - self.monthly_debt - payment < self.rules.residual_income:
            return (reason("income_left_too_low", amount=self.rules.residual_income),)
        return ()

    def quote(self, amount: Money, months: int) -> Quote:
        """The offer at the price of its band, lowered where the loaded rate would pass a cap.

        The band is found at the highest price, so a cheaper offer only lightens the burden it was found by.
        """
        obstacles = self.obstacles(amount, months)
        if obstacles:
            return Quote(None, obstacles)
        priced = self._under_caps(
            amount, months, self.rules.rate_for(self._share(self.heaviest_payment(amount, months)))
        )
        if priced is None:
            return Quote(None, (reason("cost_above_cap"),))
        return Quote(
            Terms(
                principal=amount,
                rate=priced.rate,
                apr=shown(priced.loaded[self.pack.regime], 2),
                apr_regime=self.pack.regime.value,
                term_months=months,
                method=self._method.value,
                start=self.start,
                fees=priced.fees,
                instalments=priced.rows,
            )
        )

    def heaviest_payment(self, amount: Money, months: int) -> Money:
        """The largest instalment of this loan at the highest price of the policy."""
        return max(row.payment for row in self._rows(amount, months, self.rules.bands[-1].rate))

    @property
    def limit(self) -> Decimal:
        """The share of income that debts may take: the lower of the law's and the lender's."""
        return min(self.rules.debt_service_limit, self.pack.debt_service_limit)

    @property
    def _method(self) -> Method:
        return Method(self.product.methods[0])

    def _share(self, payment: Money) -> Decimal:
        """Debt service over income. Without income it is more than any limit."""
        if self.monthly_income.minor <= 0:
            return Decimal("Infinity")
        with working_precision():
            return Decimal(self.monthly_debt.minor + payment.minor) / self.monthly_income.minor

    def _fees(self, amount: Money) -> Money:
        with working_precision():
            return Money.rounded(amount.major * self.rules.fee_per_cent / 100, amount.currency)

    def _rows(self, amount: Money, months: int, rate: Decimal) -> tuple[Instalment, ...]:
        return schedule(Plan(amount, rate, months, self._method, self.start))

    def _priced(self, amount: Money, months: int, rate: Decimal) -> _Priced:
        rows, fees = self._rows(amount, months, rate), self._fees(amount)
        regimes = {self.pack.regime, *(cap.regime for cap in self.pack.caps_on(self.start))}
        return _Priced(
            rate, rows, fees, {regime: loaded_rate(regime, amount, fees, self.start, rows) for regime in regimes}
        )

    def _within_caps(self, priced: _Priced) -> bool:
        return all(priced.loaded[cap.regime] <= cap.per_cent for cap in self.pack.caps_on(self.start))

    def _under_caps(self, amount: Money, months: int, wanted: Decimal) -> _Priced | None:
        """The loan at the highest rate up to ``wanted``, in hundredths of a per cent, that no cap forbids."""
        best = self._priced(amount, months, wanted)
        if self._within_caps(best):
            return best
        found: _Priced | None = None
        low, high = -1, int((wanted / _STEP).to_integral_value(rounding=ROUND_UP))
        while high - low > 1:
            middle = (low + high) // 2
            tried = self._priced(amount, months, middle * _STEP)
            if self._within_caps(tried):
                low, found = middle, tried
            else:
                high = middle
        return found
