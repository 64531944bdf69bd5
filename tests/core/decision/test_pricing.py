from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from core.decision.model import Facts
from core.decision.policy import Policy
from core.decision.pricing import Desk
from core.finance.loaded import loaded_rate
from core.jurisdiction.pack import Pack
from core.money import Money
from tests.core.decision.builders import POLICY, TODAY, US, facts, policy_with, usd


def desk(person: Facts | None = None, policy: Policy = POLICY, pack: Pack = US) -> Desk:
    return Desk.for_facts(person or facts(), pack, pack.products[0], policy.rules_for(pack))


def capped(per_cent: str) -> Pack:
    return replace(US, caps=(replace(US.caps[0], per_cent=Decimal(per_cent)),))


def test_the_price_is_lowered_to_the_cap() -> None:
    terms = desk(pack=capped("10.00")).quote(usd("2500.00"), 12).terms
    assert terms is not None
    assert Decimal("9.90") < terms.rate <= 10
    assert terms.apr <= 10


def test_fees_count_against_the_cap() -> None:
    costly = policy_with('fee_per_cent = "0.00"', 'fee_per_cent = "10.00"')
    terms = desk(policy=costly).quote(usd("2500.00"), 12).terms
    assert terms is not None
    assert terms.rate == Decimal("11.90")
    lowered = desk(policy=costly, pack=capped("25.00")).quote(usd("2500.00"), 12).terms
    assert lowered is not None
    assert lowered.rate < 5


def test_fees_alone_above_the_cap_mean_no_offer() -> None:
    costly = policy_with('fee_per_cent = "0.00"', 'fee_per_cent = "20.00"')
    quote = desk(policy=costly).quote(usd("2500.00"), 12)
    assert quote.terms is None
    assert [one.code for one in quote.obstacles] == ["cost_above_cap"]


def test_both_limits_are_the_lower_of_law_and_house() -> None:
    assert desk().limit == Decimal("0.40")
    assert desk(pack=replace(US, debt_service_limit=Decimal("0.3"))).limit == Decimal("0.3")


LOANS = st.tuples(
    st.builds(Money, st.integers(20_000, 1_000_000), st.just("USD")),
    st.integers(3, 36),
    st.builds(Money, st.integers(60_000, 1_500_000), st.just("USD")),
    st.builds(Money, st.integers(0, 200_000), st.just("USD")),
)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(LOANS, st.sampled_from(["36.00", "18.00", "9.00"]), st.sampled_from(["0.00", "3.00"]))
def test_an_offer_is_affordable_and_no_cap_is_ever_passed(
    loan: tuple[Money, int, Money, Money], cap: str, fee: str
) -> None:
    amount, months, income, debt = loan
    pack, policy = capped(cap), policy_with('fee_per_cent = "0.00"', f'fee_per_cent = "{fee}"')
    terms = desk(facts(monthly_income=income, monthly_debt=debt), policy, pack).quote(amount, months).terms
    if terms is None:
        return
    rows = terms.instalments
    loaded = loaded_rate(pack.regime, terms.principal, terms.fees, TODAY, rows)
    assert loaded <= Decimal(cap)
    heaviest = max(row.payment for row in rows)
    assert Decimal(debt.minor + heaviest.minor) <= income.minor * Decimal("0.40")
    assert income - debt - heaviest >= usd("500.00")
    assert sum((row.principal for row in rows), Money.zero("USD")) == amount
    assert terms.total == amount + terms.finance_charge - terms.fees


@settings(max_examples=500, deadline=None, derandomize=True)
@given(LOANS, st.integers(0, 200_000), st.integers(0, 100_000))
def test_more_income_or_less_debt_never_raises_the_price(
    loan: tuple[Money, int, Money, Money], richer: int, freer: int
) -> None:
    amount, months, income, debt = loan
    before = desk(facts(monthly_income=income, monthly_debt=debt)).quote(amount, months).terms
    if before is None:
        return
    better = facts(monthly_income=income + Money(richer, "USD"), monthly_debt=Money(max(0, debt.minor - freer), "USD"))
    after = desk(better).quote(amount, months).terms
    assert after is not None
    assert after.rate <= before.rate
    assert after.payment <= before.payment


@settings(max_examples=500, deadline=None, derandomize=True)
@given(LOANS, st.integers(1, 100_000))
def test_more_money_never_costs_less_a_month(loan: tuple[Money, int, Money, Money], extra: int) -> None:
    amount, months, income, debt = loan
    person = facts(monthly_income=income, monthly_debt=debt)
    small, large = (
        desk(person).quote(amount, months).terms,
        desk(person).quote(amount + Money(extra, "USD"), months).terms,
    )
    if large is not None:
        assert small is not None
        assert small.payment <= large.payment
        assert small.rate <= large.rate
