"""Decisions held against endings: counted by band, with nothing said of loans that were never made."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.decision.backtest import Backtest, Past, backtest
from core.decision.decide import decide
from core.decision.policy import Policy
from core.errors import InvalidInput
from core.scoring.library import packaged_scorecard
from tests.core.decision.builders import POLICY, US, facts, policy_with, usd
from tests.core.decision.reports import checks

CARD = packaged_scorecard()
LOSS = Decimal("0.60")


def past(bad: bool | None, **report: object) -> Past:
    about = facts(checks=checks(**report)) if report else facts()
    return Past(about, decide(about, US, POLICY, CARD), bad)


def held(*cases: Past, policy: Policy = POLICY) -> Backtest:
    return backtest(cases, US, policy, CARD, LOSS)


def test_bands_count_their_own_people_and_endings() -> None:
    made = held(past(False), past(None), past(False, late_30=0), past(True, late_90=1), past(None, late_90=3))
    rows = {row.band: row for row in made.rows}
    assert (made.people, made.ended, sum(row.people for row in made.rows)) == (5, 3, 5)
    assert (rows["not scored"].people, rows["not scored"].ended, rows["not scored"].predicted) == (2, 1, None)
    assert rows["from 640"].happened == Decimal(0)
    assert sum(row.bad for row in made.rows) == 1
    assert list(rows)[-1] == "not scored"


def test_what_was_lent_and_lost_is_that_of_the_loans_that_ended() -> None:
    good, bad = past(False, late_30=0), past(True, late_30=0)
    lent = good.decision.offers[0].principal
    made = held(good, bad, past(None, late_30=0))
    assert (made.lent_then, made.lent_now) == (lent * 2, lent * 2)
    assert made.lost_then == made.lost_now == usd(str((lent.major * LOSS).quantize(Decimal("0.01"))))


def test_a_harder_policy_lends_and_loses_less() -> None:
    cases = [past(True, late_60=1), past(False, late_30=0)]
    assert cases[0].decision.offers
    made = held(*cases, policy=policy_with("from = 520", "from = 559"))
    before = held(*cases)
    assert made.lost_now <= before.lost_now
    assert made.lost_then == before.lost_then


def test_ranking_needs_loans_of_both_kinds() -> None:
    assert held(past(False, late_30=0)).auc is None
    made = held(past(False, late_30=0), past(True, late_90=2))
    assert made.auc == Decimal(1)
    assert made.brier is not None
    with pytest.raises(InvalidInput):
        held()
