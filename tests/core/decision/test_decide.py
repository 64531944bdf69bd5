from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue import Employment, Purpose
from core.codec import to_json
from core.decision.decide import NO_MODEL, decide, hash_of_facts
from core.decision.model import Decision, Facts, Outcome
from core.decision.reasons import FIELD_GROUPS
from core.errors import InvalidInput, PackError
from core.jurisdiction.library import packaged
from core.money import Money
from core.risk import RiskLevel
from tests.core.decision.builders import POLICY, US, facts, policy_with, usd


def decided(**changes: Any) -> Decision:
    return decide(facts(**changes), US, POLICY)


def codes(decision: Decision) -> list[str]:
    return [one.code for one in decision.reasons]


def test_what_was_asked_for_is_offered_first() -> None:
    decision = decided()
    assert decision.outcome is Outcome.APPROVE
    assert codes(decision) == ["fits_income"]
    first = decision.offers[0]
    assert (first.principal, first.term_months, str(first.apr)) == (usd("2500.00"), 12, "11.90")
    assert decision.score is None


def test_a_decision_names_everything_it_was_made_with() -> None:
    decision = decided()
    assert POLICY.digest in decision.versions.policy
    assert US.digest in decision.versions.pack
    assert decision.versions.model == NO_MODEL
    assert decision.inputs_hash == hash_of_facts(facts())


@pytest.mark.parametrize(
    ("changes", "outcome", "reasons"),
    [
        ({"age": 17}, Outcome.DECLINE, ["underage"]),
        ({"purpose": Purpose.REPAY_DEBT}, Outcome.DECLINE, ["no_loan_for_debt"]),
        ({"purpose": Purpose.BUSINESS, "age": 17}, Outcome.DECLINE, ["underage"]),
        ({"amount": usd("199.99")}, Outcome.DECLINE, ["amount_below_minimum"]),
        ({"monthly_debt": usd("1700.00")}, Outcome.DECLINE, ["debt_service_too_high"]),
        ({"monthly_income": usd("560.00"), "monthly_debt": usd("0.00")}, Outcome.APPROVE, None),
        (
            {"monthly_income": usd("505.00"), "monthly_debt": usd("0.00"), "amount": usd("300.00")},
            Outcome.DECLINE,
            ["income_left_too_low"],
        ),
        ({"monthly_income": usd("0.00")}, Outcome.DECLINE, ["debt_service_too_high"]),
        ({"purpose": Purpose.EDUCATION}, Outcome.REVIEW, ["purpose_by_person"]),
        ({"purpose": Purpose.BUSINESS}, Outcome.REVIEW, ["purpose_by_person"]),
        ({"purpose": Purpose.BUSINESS, "amount": usd("499.99")}, Outcome.DECLINE, ["amount_below_minimum"]),
        ({"risk_level": RiskLevel.HOLD}, Outcome.REVIEW, ["check_by_person"]),
        ({"risk_complete": False}, Outcome.REVIEW, ["check_not_finished"]),
        ({"risk_level": RiskLevel.STEP_UP}, Outcome.APPROVE, ["fits_income"]),
        ({"owner_verified": False}, Outcome.INCOMPLETE, ["owner_unverified"]),
        ({"owner_verified": False, "risk_level": RiskLevel.HOLD}, Outcome.INCOMPLETE, ["owner_unverified"]),
        ({"unsure_fields": ("date_of_birth",), "age": 17}, Outcome.INCOMPLETE, ["identity_unconfirmed"]),
        (
            {"unsure_fields": tuple(FIELD_GROUPS), "owner_verified": False},
            Outcome.INCOMPLETE,
            ["identity_unconfirmed", "income_unconfirmed", "debts_unconfirmed", "request_unconfirmed"],
        ),
    ],
)
def test_outcomes(changes: dict[str, Any], outcome: Outcome, reasons: list[str] | None) -> None:
    decision = decided(**changes)
    assert decision.outcome is outcome
    assert bool(decision.offers) == (outcome is Outcome.APPROVE)
    if reasons is not None:
        assert codes(decision) == reasons


def test_too_large_a_loan_is_counter_offered_with_its_reason() -> None:
    decision = decided(amount=usd("20000.00"), term_months=60, monthly_income=usd("9000.00"))
    assert decision.outcome is Outcome.APPROVE
    assert codes(decision) == ["amount_above_maximum", "term_not_offered", "fits_income"]
    assert (decision.offers[0].principal, decision.offers[0].term_months) == (usd("10000.00"), 36)


def test_a_purpose_that_a_place_has_no_product_for_is_declined() -> None:
    narrow = replace(US, products=tuple(one for one in US.products if Purpose.TRAVEL not in one.purposes))
    decision = decide(facts(purpose=Purpose.TRAVEL, age=17), narrow, POLICY)
    assert (decision.outcome, codes(decision)) == (Outcome.DECLINE, ["underage", "purpose_not_offered"])


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        (PackError, {"jurisdiction": "CN"}),
        (PackError, {"decided_on": date(2025, 12, 31)}),
        (InvalidInput, {"unsure_fields": ("shoe_size",)}),
        (InvalidInput, {"amount": usd("-5.00")}),
        (
            InvalidInput,
            {name: Money(100000, "CNY") for name in ("amount", "monthly_income", "monthly_debt")},
        ),
    ],
)
def test_what_cannot_be_decided_is_an_error(error: type[Exception], changes: dict[str, Any]) -> None:
    with pytest.raises(error):
        decided(**changes)


def test_without_a_cap_for_the_day_nothing_is_decided() -> None:
    capless = replace(US, caps=(replace(US.caps[0], since=date(2030, 1, 1)),))
    with pytest.raises(PackError, match="cap"):
        decide(facts(), capless, POLICY)


def test_the_chinese_pack_prices_by_its_own_rate() -> None:
    cny = {
        name: Money(minor, "CNY")
        for name, minor in (("amount", 1200000), ("monthly_income", 900000), ("monthly_debt", 0))
    }
    decision = decide(facts(jurisdiction="CN", **cny), packaged("CN"), POLICY)
    assert decision.outcome is Outcome.APPROVE
    assert decision.offers[0].apr_regime == "cn_irr"


PEOPLE = st.builds(
    facts,
    age=st.integers(16, 90),
    purpose=st.sampled_from(Purpose),
    monthly_income=st.builds(Money, st.integers(0, 1_500_000), st.just("USD")),
    monthly_debt=st.builds(Money, st.integers(0, 400_000), st.just("USD")),
    amount=st.builds(Money, st.integers(1, 1_500_000), st.just("USD")),
    term_months=st.integers(1, 60),
)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(PEOPLE, st.sampled_from(RiskLevel), st.booleans(), st.lists(st.text(max_size=5), max_size=3))
def test_risk_turns_an_approval_into_a_review_and_does_nothing_else(
    person: Facts, level: RiskLevel, complete: bool, why: list[str]
) -> None:
    """The fraud/credit wall."""
    clear = decide(person, US, POLICY)
    seen = decide(replace(person, risk_level=level, risk_complete=complete, risk_reasons=tuple(why)), US, POLICY)
    assert seen.score == clear.score
    if seen.outcome is clear.outcome:
        assert seen.offers == clear.offers
    else:
        assert (clear.outcome, seen.outcome, seen.offers) == (Outcome.APPROVE, Outcome.REVIEW, ())
    if level is RiskLevel.HOLD or not complete:
        assert seen.outcome is not Outcome.APPROVE


@settings(max_examples=200, deadline=None, derandomize=True)
@given(PEOPLE, st.sampled_from(Employment))
def test_employment_changes_nothing(person: Facts, employment: Employment) -> None:
    one, other = decide(person, US, POLICY), decide(replace(person, employment=employment), US, POLICY)
    assert (one.outcome, one.reasons, one.offers) == (other.outcome, other.reasons, other.offers)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(PEOPLE)
def test_equal_inputs_give_equal_bytes(person: Facts) -> None:
    assert to_json(decide(person, US, POLICY)) == to_json(decide(replace(person), US, POLICY))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(PEOPLE, st.lists(st.sampled_from(sorted(FIELD_GROUPS)), min_size=1, max_size=3))
def test_doubt_never_declines(person: Facts, unsure: list[str]) -> None:
    decision = decide(replace(person, unsure_fields=tuple(sorted(set(unsure)))), US, POLICY)
    assert decision.outcome is Outcome.INCOMPLETE
    assert 1 <= len(decision.reasons) <= 4


def test_a_policy_with_fees_shows_them_in_the_rate() -> None:
    offer = decide(facts(), US, policy_with('fee_per_cent = "0.00"', 'fee_per_cent = "5.00"')).offers[0]
    assert str(offer.fees) == "125.00"
    assert offer.apr > offer.rate + 5
    assert offer.finance_charge == offer.total + offer.fees - offer.principal
