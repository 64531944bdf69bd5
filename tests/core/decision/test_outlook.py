"""What is said to change the outcome does change it: each figure is tried."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.decision.decide import decide
from core.decision.model import Facts, Outcome
from core.decision.outlook import least_income_that_fits, most_debt_that_fits, what_would_change
from core.decision.pricing import Desk
from core.money import Money
from core.scoring.library import packaged_scorecard
from tests.core.decision.builders import POLICY, US, facts, usd
from tests.core.decision.reports import checks

CARD = packaged_scorecard()


def steps(person: Facts) -> tuple[str, ...]:
    return what_would_change(person, decide(person, US, POLICY), US, POLICY)


def test_every_refusal_says_what_would_change_it() -> None:
    assert steps(facts(age=17)) == ("Apply again from the age of 18 on.",)
    assert steps(facts(amount=usd("100.00"))) == ("Ask for at least 200.00.",)
    assert steps(facts(owner_verified=False)) == ("Give back the code that is sent to the registered phone number.",)
    assert len(steps(facts(monthly_debt=usd("1700.00")))) == 2


def test_figures_are_of_a_loan_that_the_score_allows() -> None:
    """Somebody whose score bears 3000 is not told what income a loan of 9000 would fit."""
    low = checks(late_30=1, late_60=1)
    person = facts(amount=usd("9000.00"), monthly_debt=usd("1700.00"), checks=low)
    made = decide(person, US, POLICY, CARD)
    assert made.score is not None
    limit = POLICY.rules_for(US).most_at(made.score)
    assert usd("0.00") < limit < person.amount
    said = what_would_change(person, made, US, POLICY)
    (income,) = [one for one in said if "an income of at least" in one]
    assert income.startswith(f"A loan of {limit} ")
    enough = usd(income.split("at least ")[1].split(" ")[0])
    better = decide(replace(person, monthly_income=enough), US, POLICY, CARD)
    assert max(terms.principal for terms in better.offers) == limit


@pytest.mark.parametrize("person", [facts(), facts(risk_complete=False)])
def test_approvals_and_reviews_ask_for_nothing(person: Facts) -> None:
    assert steps(person) == ()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.integers(20_000, 1_000_000), st.integers(3, 36), st.integers(1_000, 600_000), st.integers(0, 300_000))
def test_the_figures_named_are_exact(amount: int, months: int, income: int, debt: int) -> None:
    asked = Money(amount, "USD")
    person = facts(
        monthly_income=Money(income, "USD"), monthly_debt=Money(debt, "USD"), amount=asked, term_months=months
    )

    def fits(one: Facts) -> bool:
        decision = decide(one, US, POLICY)
        return (
            decision.outcome is Outcome.APPROVE
            and decision.offers[0].principal == asked
            and (decision.offers[0].term_months == months)
        )

    desk = Desk.for_facts(person, US, US.products[0], POLICY.rules_for(US))
    cent = Money(1, "USD")
    enough = least_income_that_fits(desk, asked, months)
    assert fits(replace(person, monthly_income=enough))
    assert not fits(replace(person, monthly_income=enough - cent))
    most = most_debt_that_fits(desk, asked, months)
    if most is None:
        assert not fits(replace(person, monthly_debt=Money.zero("USD")))
    else:
        assert fits(replace(person, monthly_debt=most))
        assert not fits(replace(person, monthly_debt=most + cent))
