"""The score in a decision: it bounds amount and price, gives its reasons, and nothing late or doubtful approves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core.decision.checks import Checks, FileKind, State
from core.decision.decide import decide
from core.decision.model import Decision, Facts, Outcome
from core.decision.rated import features_of, standing
from core.jurisdiction.library import packaged
from core.risk import RiskLevel
from core.scoring.library import packaged_scorecard
from core.scoring.rating import FEATURES, Rating
from tests.core.decision.builders import POLICY, US, facts, policy_with, usd
from tests.core.decision.reports import checks

CARD = packaged_scorecard()
RULES = POLICY.rules_for(US)


class Fixed:
    """A rater that gives everybody the same score."""

    version, source, currency = "fixed", "{}", "USD"

    def __init__(self, score: int) -> None:
        self._rating = Rating(score, Decimal("0.05"))

    def rate(self, row: object) -> Rating:
        return self._rating


def decided(rater: Any = CARD, policy: Any = POLICY, **changes: Any) -> Decision:
    return decide(facts(**changes), US, policy, rater)


def codes(decision: Decision) -> list[str]:
    return [one.code for one in decision.reasons]


def test_a_good_report_is_scored_and_approved() -> None:
    made = decided(checks=checks())
    assert made.outcome is Outcome.APPROVE
    assert made.score is not None
    assert made.score >= 640
    assert made.versions.model == CARD.version
    assert made.offers[0].rate == Decimal("11.90")


@pytest.mark.parametrize(
    "about", [Checks(), checks(kind=FileKind.THIN), checks(kind=FileKind.NO_HIT), checks(old=True)]
)
def test_without_a_report_that_bears_it_nobody_is_scored(about: Checks) -> None:
    made = decided(checks=about)
    assert made.score is None
    assert made.outcome is (Outcome.REVIEW if about.report and about.report.old else Outcome.APPROVE)


def test_a_poor_report_is_declined_for_its_own_reasons() -> None:
    made = decided(checks=checks(late_90=3, revolving_balance=usd("9900.00")))
    assert made.outcome is Outcome.DECLINE
    assert codes(made) == ["payments_late", "card_balances_high"]
    assert made.score is not None
    assert made.score < 520


def test_a_middling_report_costs_more_and_bounds_the_amount() -> None:
    made = decided(Fixed(570), checks=checks(), amount=usd("5000.00"), monthly_income=usd("8000.00"))
    assert made.outcome is Outcome.APPROVE
    assert made.offers[0].principal == usd("3000.00")
    assert made.offers[0].rate == Decimal("17.90")
    assert codes(made) == ["amount_above_limit", "fits_income"]


def test_a_report_in_another_currency_or_place_scores_nobody() -> None:
    china = packaged("CN")
    about = facts(jurisdiction="CN", checks=checks())
    assert standing(about, POLICY.rules_for(china), CARD).rating is None


def test_debts_of_the_report_count_when_they_are_more() -> None:
    assert decided(checks=checks(monthly_payments=usd("4000.00"))).outcome is Outcome.DECLINE
    assert decided(checks=checks(monthly_payments=usd("0.00"))).outcome is Outcome.APPROVE


@pytest.mark.parametrize(
    ("about", "code"),
    [
        (checks(report=None, report_state=State.FAILED), "credit_check_unfinished"),
        (checks(old=True), "credit_check_unfinished"),
        (Checks(report_state=State.REFUSED), "credit_report_refused"),
        (checks(alert=True), "fraud_alert"),
        (checks(monthly_wage=usd("2000.00")), "income_differs"),
        (checks(work_state=State.FAILED), "check_not_finished"),
        (checks(phone_state=State.FAILED), "check_not_finished"),
        (checks(list_state=State.FAILED), "check_not_finished"),
        (checks(listed=True), "check_by_person"),
        (checks(phone_doubt=True), "check_by_person"),
    ],
)
def test_what_is_late_or_doubtful_brings_in_a_person(about: Checks, code: str) -> None:
    made = decided(checks=about)
    assert (made.outcome, made.offers) == (Outcome.REVIEW, ())
    assert code in codes(made)


def test_a_frozen_file_is_incomplete_and_says_what_to_do() -> None:
    made = decided(checks=checks(kind=FileKind.FROZEN))
    assert (made.outcome, codes(made)) == (Outcome.INCOMPLETE, ["credit_file_frozen"])


def test_a_policy_may_need_the_report() -> None:
    strict = policy_with("report_needed = false", "report_needed = true")
    for state in (State.NOT_ASKED, State.NO_CONSENT, State.REFUSED):
        made = decided(policy=strict, checks=Checks(report_state=state))
        assert (made.outcome, codes(made)) == (Outcome.INCOMPLETE, ["credit_report_missing"])
    assert decided(policy=strict, checks=Checks(report_state=State.FAILED)).outcome is Outcome.REVIEW
    assert decided(policy=strict, checks=checks()).outcome is Outcome.APPROVE


def test_a_policy_may_bound_who_is_not_scored() -> None:
    careful = policy_with('unscored_limit = "10000.00"', 'unscored_limit = "1000.00"')
    made = decided(policy=careful)
    assert made.offers[0].principal == usd("1000.00")
    nothing = policy_with('unscored_limit = "10000.00"', 'unscored_limit = "0.00"')
    assert (decided(policy=nothing).outcome, codes(decided(policy=nothing))) == (
        Outcome.DECLINE,
        ["credit_report_missing"],
    )


def test_features_are_those_a_model_may_look_at() -> None:
    row = features_of(facts(checks=checks(late_30=1, late_90=2)))
    assert row is not None
    assert set(row) == set(FEATURES)
    assert row["late_weighted"] == 7
    assert row["debt_ratio"] == Decimal("0.0833")
    assert row["utilisation"] == Decimal("0.0300")


def test_nobody_is_divided_by_nothing() -> None:
    row = features_of(facts(monthly_income=usd("0.00"), checks=checks(revolving_limit=usd("0.00"))))
    assert row is not None
    assert (row["debt_ratio"], row["monthly_income"], row["utilisation"]) == (None, None, None)


# -- properties ---------------------------------------------------------------------------------------------------

MONEY = some.integers(0, 2_000_000).map(lambda minor: usd(f"{minor // 100}.{minor % 100:02}"))
REPORTS = some.builds(
    checks,
    monthly_payments=some.just(usd("0.00")),
    revolving_balance=MONEY,
    revolving_limit=MONEY,
    open_lines=some.integers(0, 30),
    home_loans=some.integers(0, 8),
    late_30=some.integers(0, 6),
    late_60=some.integers(0, 6),
    late_90=some.integers(0, 6),
)
ASKED = some.builds(
    facts,
    checks=REPORTS,
    monthly_income=some.integers(100_000, 2_000_000).map(lambda minor: usd(f"{minor // 100}.00")),
    monthly_debt=some.integers(0, 200_000).map(lambda minor: usd(f"{minor // 100}.00")),
    amount=some.integers(20_000, 1_500_000).map(lambda minor: usd(f"{minor // 100}.00")),
    term_months=some.integers(3, 36),
)


def _most(decision: Decision) -> int:
    return max((terms.principal.minor for terms in decision.offers), default=0)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(asked=ASKED, low=some.integers(400, 760), more=some.integers(0, 200))
def test_limit_and_price_are_monotone_in_the_score(asked: Facts, low: int, more: int) -> None:
    worse, better = (decide(asked, US, POLICY, Fixed(score)) for score in (low, low + more))
    assert _most(worse) <= _most(better)
    priced = {(terms.principal, terms.term_months): terms.rate for terms in worse.offers}
    for terms in better.offers:
        assert terms.rate <= priced.get((terms.principal, terms.term_months), terms.rate)
    if worse.outcome is Outcome.APPROVE:
        assert better.outcome is Outcome.APPROVE


@settings(max_examples=400, deadline=None, derandomize=True)
@given(asked=ASKED)
def test_no_offer_passes_the_cap_and_each_sums_exactly(asked: Facts) -> None:
    made = decide(asked, US, POLICY, CARD)
    for terms in made.offers:
        assert terms.apr <= Decimal("36.00")
        assert sum(row.principal.minor for row in terms.instalments) == terms.principal.minor
        assert terms.instalments[-1].balance.minor == 0


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(asked=ASKED)
def test_the_first_reason_is_what_would_lift_the_score_most(asked: Facts) -> None:
    """Counterfactual: setting one meaning's features to their best lifts the score by exactly its shortfall."""
    row = features_of(asked)
    assert row is not None
    rating = CARD.rate(row)
    lifted = {}
    for shortfall in rating.shortfalls:
        better = {feature.name: _best(feature) for feature in CARD.features if feature.reason == shortfall.code}
        lifted[shortfall.code] = CARD.rate({**row, **better}).score - rating.score
        assert lifted[shortfall.code] == shortfall.points
    assert list(lifted.values()) == sorted(lifted.values(), reverse=True)


def _best(feature: Any) -> Decimal:
    one = max(feature.bins, key=lambda each: each.points)
    if one.low is not None:
        return Decimal(one.low)
    return Decimal(one.high) - 1


@settings(max_examples=300, deadline=None, derandomize=True)
@given(asked=ASKED, level=some.sampled_from(list(RiskLevel)), complete=some.booleans())
def test_the_voice_moves_no_score_limit_or_price(asked: Facts, level: RiskLevel, complete: bool) -> None:
    calm = decide(asked, US, POLICY, CARD)
    heard = decide(replace(asked, risk_level=level, risk_complete=complete, risk_reasons=("tone",)), US, POLICY, CARD)
    assert heard.score == calm.score
    assert heard.offers in {calm.offers, ()}
    if calm.outcome is not Outcome.APPROVE:
        assert (heard.outcome, heard.reasons[:1]) == (calm.outcome, calm.reasons[:1]) or calm.outcome is Outcome.REVIEW
