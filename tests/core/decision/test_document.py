"""A decision as a document: figures as strings, equal to the terms they come from."""

from __future__ import annotations

import json
from decimal import Decimal

from core.decision.decide import decide
from core.decision.document import decision_document, offer_document
from core.jurisdiction.library import packaged
from core.money import Money
from tests.core.decision.builders import POLICY, US, facts


def test_figures_are_those_of_the_terms() -> None:
    made = decide(facts(), US, POLICY)
    document = decision_document(made, ("Ask for less.",))
    assert document["what_would_change"] == ["Ask for less."]
    assert [one["code"] for one in document["reasons"]] == [one.code for one in made.reasons]
    for terms, offer in zip(made.offers, document["offers"], strict=True):
        assert offer == offer_document(terms)
        assert (offer["principal"], offer["apr"], offer["total"]) == (
            str(terms.principal),
            str(terms.apr),
            str(terms.total),
        )
        assert len(offer["rows"]) == terms.term_months
    assert json.loads(json.dumps(document)) == document


def test_chinese_rates_stand_side_by_side_with_their_names() -> None:
    """PBOC Announcement [2021] No. 3; the compounded one is the one held against the cap."""
    asked = facts(
        jurisdiction="CN",
        amount=Money.parse("12000.00", "CNY"),
        monthly_income=Money.parse("9000.00", "CNY"),
        monthly_debt=Money.parse("0.00", "CNY"),
    )
    offer = offer_document(decide(asked, packaged("CN"), POLICY).offers[0])
    labels = [one["label"] for one in offer["rates"]]
    month, nominal, effective = (Decimal(one["per_cent"]) for one in offer["rates"])
    assert [label.split(",")[0] for label in labels] == ["IRR a month", "IRR a year", "IRR a year"]
    assert str(effective) == offer["apr"]
    assert abs(month * 12 - nominal) < Decimal("0.01")
    assert nominal < effective
    assert "rates" not in offer_document(decide(facts(), US, POLICY).offers[0])
