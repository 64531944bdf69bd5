"""The shapes of a decision: facts, terms, offers, reasons, and the record that lets it be replayed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.catalogue import Employment, Purpose
from core.decision.checks import NO_CHECKS, Checks, Past
from core.finance.schedule import Instalment
from core.money import Money
from core.risk import RiskLevel

__all__ = ["Decision", "Facts", "Instalment", "Outcome", "Reason", "Terms", "Versions"]


class Outcome(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"
    REVIEW = "review"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the policy may look at. No name, no number, no voice.

    ``unsure_fields`` are the material answers that were not confirmed or heard too badly: they make an
    application incomplete, never declined. ``risk_level`` is ``HOLD`` with ``risk_complete`` False where
    the analysis failed.
    """

    jurisdiction: str
    decided_on: date
    age: int
    employment: Employment
    purpose: Purpose
    monthly_income: Money
    monthly_debt: Money
    amount: Money
    term_months: int
    owner_verified: bool
    risk_level: RiskLevel
    risk_complete: bool
    risk_reasons: tuple[str, ...] = ()
    unsure_fields: tuple[str, ...] = ()
    checks: Checks = NO_CHECKS
    past: Past | None = None

    @property
    def debt_service(self) -> Money:
        """Monthly debt payments: as they were said, or as the credit report adds them up when that is more."""
        report = self.checks.report
        if report is None or report.monthly_payments.currency != self.monthly_debt.currency:
            return self.monthly_debt
        return max(self.monthly_debt, report.monthly_payments)


@dataclass(frozen=True, slots=True)
class Reason:
    """``code`` is stable; ``text`` is the written form, ``spoken`` the one said on the line."""

    code: str
    text: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Terms:
    """The one source of every figure a borrower hears, reads, signs or is debited for.

    ``rate`` and ``apr`` are per cent a year; ``apr`` after all fees by the regime named in ``apr_regime``.
    """

    principal: Money
    rate: Decimal
    apr: Decimal
    apr_regime: str
    term_months: int
    method: str
    start: date
    fees: Money
    instalments: tuple[Instalment, ...]

    @property
    def payment(self) -> Money:
        return self.instalments[0].payment

    @property
    def last_payment(self) -> Money:
        return self.instalments[-1].payment

    @property
    def total(self) -> Money:
        total = Money.zero(self.principal.currency)
        for row in self.instalments:
            total = total + row.payment
        return total

    @property
    def finance_charge(self) -> Money:
        return self.total + self.fees - self.principal


@dataclass(frozen=True, slots=True)
class Versions:
    """Hashes and names of everything a decision was made with."""

    policy: str
    model: str
    pack: str
    code: str


@dataclass(frozen=True, slots=True)
class Decision:
    """An explained outcome. ``offers`` is empty unless ``outcome`` is ``approve``; best match first.

    ``inputs_hash`` is the SHA-256 of the canonical JSON of the ``Facts``; together with ``versions`` it
    lets the decision be replayed bit for bit. ``score`` is ``None`` where no scorecard took part.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    offers: tuple[Terms, ...]
    score: int | None
    versions: Versions
    inputs_hash: str
