from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.decision.offers import Offers, find_offers
from core.decision.pricing import Desk
from core.money import Money
from tests.core.decision.builders import POLICY, US, facts, usd


def offers(amount: str, months: int, income: str, debt: str, most: int = 3) -> Offers:
    person = facts(monthly_income=usd(income), monthly_debt=usd(debt))
    desk = Desk.for_facts(person, US, US.products[0], POLICY.rules_for(US))
    return find_offers(desk, usd(amount), months, most)


def shapes(found: Offers) -> list[tuple[str, int]]:
    return [(str(terms.principal), terms.term_months) for terms in found.terms]


def test_around_terms_that_fit_stand_the_next_shorter_and_longer() -> None:
    found = offers("2500.00", 12, "4200.00", "350.00")
    assert shapes(found) == [("2500.00", 12), ("2500.00", 6), ("2500.00", 18)]
    assert found.obstacles == ()


def test_a_shorter_term_that_does_not_fit_is_left_out() -> None:
    assert shapes(offers("4000.00", 12, "2000.00", "400.00")) == [("4000.00", 12), ("4000.00", 18)]


def test_the_whole_amount_for_longer_or_less_at_once() -> None:
    found = offers("5000.00", 12, "1900.00", "420.00")
    assert shapes(found) == [("5000.00", 18), ("3650.00", 12)]
    assert [one.code for one in found.obstacles] == ["debt_service_too_high"]


def test_where_no_term_fits_the_whole_the_longest_gives_the_most() -> None:
    found = offers("10000.00", 12, "1500.00", "400.00")
    assert [months for _, months in shapes(found)] == [12, 36]
    assert found.terms[1].principal > found.terms[0].principal


def test_nothing_fits_nobody() -> None:
    found = offers("5000.00", 12, "1000.00", "450.00")
    assert found.terms == ()
    assert [one.code for one in found.obstacles] == ["debt_service_too_high"]


def test_no_more_offers_than_wanted() -> None:
    assert len(offers("2500.00", 12, "4200.00", "350.00", most=1).terms) == 1


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.integers(20_000, 1_500_000), st.integers(1, 60), st.integers(0, 900_000), st.integers(0, 200_000))
def test_no_offer_exceeds_the_request_or_the_product(amount: int, months: int, income: int, debt: int) -> None:
    asked = Money(amount, "USD")
    found = offers(str(asked), months, str(Money(income, "USD")), str(Money(debt, "USD")))
    product = US.products[0]
    assert len(set(shapes(found))) == len(found.terms) <= POLICY.most_offers
    for terms in found.terms:
        assert product.min_amount <= terms.principal <= min(asked, product.max_amount)
        assert product.min_months <= terms.term_months <= product.max_months
    if found.terms and (found.terms[0].principal, found.terms[0].term_months) != (asked, months):
        assert found.obstacles
