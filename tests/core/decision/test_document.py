"""A decision as a document: figures as strings, equal to the terms they come from."""

from __future__ import annotations

import json

from core.decision.decide import decide
from core.decision.document import decision_document, offer_document
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
