"""What would change the outcome: steps that the person could really take, with figures that really do it."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from core.decision.model import Decision, Facts, Outcome
from core.decision.policy import Policy
from core.decision.pricing import Desk
from core.decision.rated import largest_loan
from core.finance.rounding import working_precision
from core.jurisdiction.pack import Pack
from core.money import Money

__all__ = ["least_income_that_fits", "most_debt_that_fits", "what_would_change"]


def what_would_change(facts: Facts, decision: Decision, pack: Pack, policy: Policy) -> tuple[str, ...]:
    """One sentence for each reason that the person can do something about; empty for approvals and reviews."""
    if decision.outcome not in {Outcome.DECLINE, Outcome.INCOMPLETE}:
        return ()
    found: dict[str, None] = {}
    for one in decision.reasons:
        for sentence in _steps(one.code, facts, pack, policy, decision.score):
            found[sentence] = None
    return tuple(found)


def most_debt_that_fits(desk: Desk, amount: Money, months: int) -> Money | None:
    """The highest monthly debt with which this loan would fit; ``None`` when no debt is low enough."""
    payment = desk.heaviest_payment(amount, months)
    with working_precision():
        share = int((desk.monthly_income.minor * desk.limit).to_integral_value(rounding=ROUND_FLOOR)) - payment.minor
    left = desk.monthly_income.minor - desk.rules.residual_income.minor - payment.minor
    most = min(share, left)
    return Money(most, amount.currency) if most >= 0 else None


def least_income_that_fits(desk: Desk, amount: Money, months: int) -> Money:
    """The lowest monthly income with which this loan would fit the present debts."""
    burden = desk.heaviest_payment(amount, months).minor + desk.monthly_debt.minor
    with working_precision():
        share = int((Decimal(burden) / desk.limit).to_integral_value(rounding=ROUND_CEILING))
    return Money(max(share, burden + desk.rules.residual_income.minor), amount.currency)


def _steps(code: str, facts: Facts, pack: Pack, policy: Policy, score: int | None) -> list[str]:
    product = pack.product_for(facts.purpose)
    match code:
        case "owner_unverified":
            return ["Give back the code that is sent to the registered phone number."]
        case "identity_unconfirmed" | "income_unconfirmed" | "debts_unconfirmed" | "request_unconfirmed":
            return ["Confirm the answers named above, by voice or on the keys."]
        case "underage":
            return [f"Apply again from the age of {pack.min_age} on."]
        case "no_loan_for_debt" | "purpose_not_offered":
            return ["Ask for a loan for another purpose."]
        case "card_balances_high":
            return ["Pay card balances down; each step under the limit counts."]
        case "payments_late":
            return ["Pay every instalment on its day; a late payment stops counting after two years."]
        case "credit_file_frozen":
            return ["Lift the freeze with the credit bureau, then apply again."]
        case "credit_report_missing":
            return ["Agree that we may ask for your credit report."]
        case "amount_below_minimum" if product is not None:
            return [f"Ask for at least {product.min_amount}."]
        case "debt_service_too_high" | "income_left_too_low" if product is not None:
            rules = policy.rules_for(pack)
            desk = Desk.for_facts(facts, pack, product, rules.at_score(score))
            most = largest_loan(facts, rules, score)
            amount, months = min(facts.amount, product.max_amount, most), _nearest(facts.term_months, desk)
            loan = "This loan" if amount == facts.amount else f"A loan of {amount}"
            sentences = [
                f"{loan} would fit an income of at least {least_income_that_fits(desk, amount, months)} a month."
            ]
            debt = most_debt_that_fits(desk, amount, months)
            if debt is not None:
                sentences.append(f"It would fit monthly debt payments of at most {debt}.")
            return sentences
        case _:
            return []


def _nearest(months: int, desk: Desk) -> int:
    return min(max(months, desk.product.min_months), desk.product.max_months)
