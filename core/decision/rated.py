"""The score's way into a decision: features from the facts, limit and surcharge from the policy, reasons from points.

Only figures of the credit report and the two sums said on the phone go in. Nothing of the risk report does.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.decision.model import Facts, Reason
from core.decision.policy import Rules
from core.decision.reasons import reason
from core.money import Money
from core.scoring.rating import Rater, Rating, Row, Shortfall

__all__ = ["Standing", "features_of", "largest_loan", "standing"]


#: What cost less than this share of all points lost is no principal reason (12 CFR 1002.9(b)(2)).
_LEAST_SHARE = Decimal("0.10")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an applicant stands under the policy: the rules with the surcharge in, the largest loan, and why it is
    no larger. ``declined``: the score is under every band."""

    rating: Rating | None
    rules: Rules
    most: Money
    reasons: tuple[Reason, ...]
    declined: bool


def features_of(facts: Facts) -> Row | None:
    """What a model may look at; ``None`` when there is no report that a score may rest on."""
    report = facts.checks.scorable
    if report is None:
        return None
    income = facts.monthly_income
    share = Decimal(facts.debt_service.minor) / income.minor if income.minor > 0 else None
    return {
        "utilisation": report.utilisation,
        "late_30": Decimal(report.late_30),
        "late_60": Decimal(report.late_60),
        "late_90": Decimal(report.late_90),
        "late_weighted": Decimal(report.late_30 + 2 * report.late_60 + 3 * report.late_90),
        "debt_ratio": None if share is None else share.quantize(Decimal("0.0001")),
        "monthly_income": income.major if share is not None else None,
        "monthly_debt": facts.debt_service.major,
        "open_lines": Decimal(report.open_lines),
        "home_loans": Decimal(report.home_loans),
    }


def standing(facts: Facts, rules: Rules, rater: Rater | None) -> Standing:
    """Rate the applicant where that may be done, and read limit and surcharge off the policy's bands.

    A model in another currency than the loan's rates nobody, and so does a policy without score bands.
    """
    row = features_of(facts)
    usable = rater is not None and rater.currency == facts.amount.currency and bool(rules.score_bands)
    rating = rater.rate(row) if rater is not None and row is not None and usable else None
    score = rating.score if rating else None
    why = tuple(reason(one.code) for one in _weighty(rating.shortfalls)) if rating else ()
    declined = score is not None and rules.band_of(score) is None
    most = largest_loan(facts, rules, score)
    return Standing(rating, rules.at_score(score), most, why, declined)


def largest_loan(facts: Facts, rules: Rules, score: int | None) -> Money:
    """The largest loan at this score, beside what is owed to us already; income is not looked at here."""
    most = rules.most_at(score)
    if facts.past is not None and facts.past.owed.currency == most.currency:
        most = min(most, max(rules.most_owed - facts.past.owed, Money.zero(most.currency)))
    return most


def _weighty(shortfalls: tuple[Shortfall, ...]) -> tuple[Shortfall, ...]:
    lost = sum(one.points for one in shortfalls)
    return tuple(one for one in shortfalls if one.points >= _LEAST_SHARE * lost)
