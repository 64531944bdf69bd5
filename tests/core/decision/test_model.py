from __future__ import annotations

from core.decision.decide import decide
from core.decision.model import Instalment
from core.finance import schedule
from tests.core.decision.builders import POLICY, US, facts, usd


def test_terms_add_up() -> None:
    terms = decide(facts(), US, POLICY).offers[0]
    assert (terms.payment, terms.last_payment, terms.total) == (usd("222.01"), usd("221.96"), usd("2664.07"))
    assert terms.finance_charge == usd("164.07")


def test_an_instalment_is_the_row_of_a_schedule() -> None:
    assert Instalment is schedule.Instalment
