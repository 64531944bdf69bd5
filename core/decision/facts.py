"""From an application and its risk report to the few facts a policy may see."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from core.applicant import age_on
from core.application import Application
from core.decision.checks import NO_CHECKS, Checks, Past
from core.decision.model import Facts
from core.errors import InvalidInput
from core.evidence import Answer, ReadBack
from core.money import Money
from core.risk import RiskReport

__all__ = ["MOST_DOUBT", "facts_of", "require_sound"]

#: An answer that is likelier wrong than this needs an explicit read-back or keys to count.
MOST_DOUBT = 0.05

_OLDEST = 120
_MOST_MONEY_MINOR = 10**12
_FIRM = {ReadBack.EXPLICIT, ReadBack.KEYED}


def facts_of(
    application: Application, risk: RiskReport, today: date, checks: Checks = NO_CHECKS, past: Past | None = None
) -> Facts:
    """What may be decided on. No name, number or voice passes; of the risk report only its level.

    An answer that was not confirmed, or is more than ``MOST_DOUBT`` likely to be wrong without having been read back
    word for word, goes to ``unsure_fields``. ``checks`` is what the credit report and the registers said,
    ``past`` what the person asked of us before. Raises ``InvalidInput`` for figures no application can hold.
    """
    answers = [field.name for field in fields(application) if isinstance(getattr(application, field.name), Answer)]
    if application.date_of_birth.value > today:
        raise InvalidInput("date_of_birth", "a birth date in the future cannot be; correct it")
    facts = Facts(
        jurisdiction=application.jurisdiction.upper(),
        decided_on=today,
        age=age_on(application.date_of_birth.value, today),
        employment=application.employment.value,
        purpose=application.purpose.value,
        monthly_income=application.monthly_income.value,
        monthly_debt=application.monthly_debt.value,
        amount=application.amount.value,
        term_months=application.term_months.value,
        owner_verified=application.owner_verified,
        risk_level=risk.level,
        risk_complete=risk.complete,
        risk_reasons=risk.reasons,
        unsure_fields=tuple(sorted(name for name in answers if _unsure(getattr(application, name)))),
        checks=checks,
        past=past,
    )
    require_sound(facts)
    return facts


def require_sound(facts: Facts) -> None:
    """Raise ``InvalidInput`` naming the field when a fact is absurd or figures are of different currencies."""
    if not 0 <= facts.age <= _OLDEST:
        raise InvalidInput("date_of_birth", "nobody is that old; correct the birth date")
    if facts.amount.minor <= 0:
        raise InvalidInput("amount", "ask for more than zero")
    if type(facts.term_months) is not int or not 1 <= facts.term_months <= 1200:
        raise InvalidInput("term_months", "give a whole number of months from 1 to 1200")
    sums: dict[str, Money] = {
        "amount": facts.amount,
        "monthly_income": facts.monthly_income,
        "monthly_debt": facts.monthly_debt,
    }
    for name, money in sums.items():
        if not 0 <= money.minor <= _MOST_MONEY_MINOR:
            raise InvalidInput(name, "give an amount from zero to ten thousand million")
        if money.currency != facts.amount.currency:
            raise InvalidInput(name, f"give it in {facts.amount.currency}, the currency of the loan")


def _unsure(answer: Answer[object]) -> bool:
    if not answer.confirmed:
        return True
    heard = answer.evidence[-1]
    return heard.read_back not in _FIRM and heard.p_error is not None and heard.p_error > MOST_DOUBT
