"""Why: each reason once, in words a borrower can act on, at most four.

Regulation B, 12 CFR 1002.9(b)(2), wants the specific principal reasons; "internal policy" or a score is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from core.decision.model import Reason

__all__ = ["FIELD_GROUPS", "MOST_REASONS", "principal_reasons", "reason", "reasons_a_person_may_give"]

MOST_REASONS = 4

_TEXTS: dict[str, tuple[str, str]] = {
    "identity_unconfirmed": (
        "We could not confirm who is applying: {fields}.",
        "I could not confirm who is applying.",
    ),
    "income_unconfirmed": (
        "We could not confirm the answers about income: {fields}.",
        "I could not confirm your income.",
    ),
    "debts_unconfirmed": (
        "We could not confirm the monthly debt payments.",
        "I could not confirm your monthly debt payments.",
    ),
    "request_unconfirmed": (
        "We could not confirm what is asked for: {fields}.",
        "I could not confirm the loan you are asking for.",
    ),
    "owner_unverified": (
        "The code sent to the registered phone number was not given back.",
        "The code we sent to your phone did not come back.",
    ),
    "underage": (
        "Applicants must be at least {age} years old.",
        "You must be at least {age} years old to borrow from us.",
    ),
    "no_loan_for_debt": (
        "We do not lend to repay other debts.",
        "We do not lend money to pay back other debts.",
    ),
    "purpose_not_offered": (
        "We do not offer loans for this purpose.",
        "We do not offer loans for this purpose.",
    ),
    "purpose_by_person": (
        "A loan for this purpose needs disclosures that a person gives.",
        "A person has to go through a loan for this purpose with you.",
    ),
    "amount_below_minimum": (
        "The smallest loan we make is {amount}.",
        "The smallest loan we make is {amount}.",
    ),
    "amount_above_maximum": (
        "The largest loan we make for this purpose is {amount}.",
        "The largest loan we make for this purpose is {amount}.",
    ),
    "term_not_offered": (
        "We lend for {shortest} to {longest} months.",
        "We lend for {shortest} to {longest} months.",
    ),
    "debt_service_too_high": (
        "Debt payments together with this loan would take more than {per_cent} % of monthly income.",
        "Your debt payments together with this loan would take more than {per_cent} percent of your income.",
    ),
    "income_left_too_low": (
        "Less than {amount} of monthly income would be left after debt payments and this loan.",
        "Too little of your income would be left after your debt payments and this loan.",
    ),
    "cost_above_cap": (
        "We cannot make this loan within the legal limit on its cost.",
        "We cannot make this loan within the legal limit on its cost.",
    ),
    "amount_above_limit": (
        "At present we can lend you at most {amount}.",
        "At present we can lend you at most {amount}.",
    ),
    "card_balances_high": (
        "Balances on cards and credit lines are high against their limits.",
        "The balances on your cards and credit lines are high against their limits.",
    ),
    "payments_late": (
        "The credit report shows late payments in the last two years.",
        "Your credit report shows late payments in the last two years.",
    ),
    "debts_high_for_income": (
        "Monthly debt payments are high for the income.",
        "Your monthly debt payments are high for your income.",
    ),
    "short_credit_record": (
        "The credit report shows few open accounts.",
        "Your credit report shows few open accounts.",
    ),
    "many_home_loans": (
        "The credit report shows many loans on homes.",
        "Your credit report shows many loans on homes.",
    ),
    "credit_report_missing": (
        "We need a credit report for this loan, and may not ask for it without consent.",
        "We need a credit report for this loan, and may only ask for it if you agree.",
    ),
    "credit_report_refused": (
        "The applicant wants no credit report, so a person decides without one.",
        "You want no credit report, so a person will look at your application.",
    ),
    "credit_file_frozen": (
        "The credit file is frozen by its owner, so we cannot look at it.",
        "Your credit file is frozen, so we cannot look at it.",
    ),
    "credit_check_unfinished": (
        "The credit report did not come in time or is too old.",
        "The credit report did not come in time, so a person will look at your application.",
    ),
    "fraud_alert": (
        "A fraud alert on the credit file asks lenders to call the owner first.",
        "An alert on your credit file asks us to call you back first.",
    ),
    "income_differs": (
        "The stated income is well above the one on record.",
        "A person has to go through your income with you.",
    ),
    "check_by_person": (
        "A person has to look at this application before it can be answered.",
        "A person will look at your application before we answer.",
    ),
    "check_not_finished": (
        "The checks that protect against fraud were not finished.",
        "Our checks were not finished, so a person will look at your application.",
    ),
    "approved_by_person": (
        "A person looked at this application and approved it.",
        "A colleague looked at your application and approved it.",
    ),
    "identity_doubtful": (
        "We could not make sure that the applicant is the person named.",
        "We could not make sure who is applying.",
    ),
    "too_many_open_loans": (
        "Too many loans with us are still open.",
        "You have too many open loans with us.",
    ),
    "owed_already": (
        "What is owed to us already leaves no room for another loan.",
        "What you owe us already leaves no room for another loan.",
    ),
    "asked_often": (
        "Many applications came from this person or telephone number lately.",
        "We have had many applications from you lately, so a person will look at this one.",
    ),
    "fits_income": (
        "The payments fit the stated income and debts.",
        "The payments fit your income.",
    ),
}

#: Which reason an unsure answer comes under: answers with one meaning to the person give one reason.
FIELD_GROUPS = {
    "full_name": "identity_unconfirmed",
    "national_id_last4": "identity_unconfirmed",
    "date_of_birth": "identity_unconfirmed",
    "phone": "identity_unconfirmed",
    "monthly_income": "income_unconfirmed",
    "employment": "income_unconfirmed",
    "monthly_debt": "debts_unconfirmed",
    "amount": "request_unconfirmed",
    "term_months": "request_unconfirmed",
    "purpose": "request_unconfirmed",
}


def reason(code: str, **values: object) -> Reason:
    """The reason ``code`` with its figures filled in; amounts as in ``Money``, a share as a ``Decimal``."""
    shown = {name: _shown(value) for name, value in values.items()}
    text, spoken = _TEXTS[code]
    return Reason(code, text.format(**shown), spoken.format(**shown))


def reasons_a_person_may_give() -> tuple[str, ...]:
    """The codes that stand without figures and say why not: what a reviewer chooses from when declining."""
    spoken_for = {
        "approved_by_person",
        "fits_income",
        "asked_often",
        "check_by_person",
        "check_not_finished",
        "credit_report_refused",
        "purpose_by_person",
    }
    return tuple(code for code, (text, _) in _TEXTS.items() if "{" not in text and code not in spoken_for)


def principal_reasons(found: Iterable[Reason]) -> tuple[Reason, ...]:
    """The first four, each code once; the earlier a reason stands, the more it weighed."""
    kept: dict[str, Reason] = {}
    for one in found:
        kept.setdefault(one.code, one)
    return tuple(kept.values())[:MOST_REASONS]


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{(value * 100).normalize():f}"
    return str(value)
