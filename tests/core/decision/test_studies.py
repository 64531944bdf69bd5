"""Studies over bundles: what moves, what drifts, what a shock costs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.decision.decide import decide
from core.decision.shadow import judge
from core.decision.studies import (
    Shock,
    area_under_curve,
    compare_shadow,
    drift_of,
    facts_in,
    flows,
    stress,
)
from core.errors import InvalidInput
from core.scoring.library import packaged_challenger, packaged_scorecard
from tests.core.decision.builders import POLICY, US, facts, usd
from tests.core.decision.reports import checks

CARD, FOREST = packaged_scorecard(), packaged_challenger()
PEOPLE = [
    facts(checks=checks(late_30=late, revolving_balance=usd(f"{late * 900}.00")), monthly_debt=usd("900.00"))
    for late in range(6)
]


def test_flows_count_where_cases_went() -> None:
    good, bad = decide(facts(), US, POLICY), decide(facts(age=12), US, POLICY)
    assert flows([(good, good), (good, bad), (good, bad)]) == {("approve", "approve"): 1, ("approve", "decline"): 2}


def test_drift_is_nothing_against_itself_and_large_for_other_people() -> None:
    found = {one.name: one for one in drift_of(CARD, PEOPLE)}
    assert set(found) == {"score", *(feature.name for feature in CARD.features)}
    assert found["late_weighted"].advice == "act"
    for one in found.values():
        assert sum(new for _, _, new in one.shares) == pytest.approx(Decimal(1), abs=Decimal("0.001"))
        assert sum(then for _, then, _ in one.shares) == pytest.approx(Decimal(1), abs=Decimal("0.001"))
    with pytest.raises(InvalidInput, match="none of them was scored"):
        drift_of(CARD, [facts()])


def test_the_shadow_is_counted_over_scored_decisions_only() -> None:
    bundles = [judge(one, US, POLICY, CARD, FOREST).receipt for one in [*PEOPLE, facts()]]
    seen = compare_shadow(bundles)
    assert (seen.scored, seen.failed, sum(seen.outcomes.values())) == (6, 0, 6)
    assert 0 < seen.mean_champion_pd < 1
    assert compare_shadow([]).scored == 0


def test_the_area_under_the_curve_by_hand() -> None:
    chances = [Decimal(text) for text in ("0.9", "0.4", "0.4", "0.1")]
    assert area_under_curve(chances, [True, True, False, False]) == Decimal("0.8750")
    assert area_under_curve(chances, [False, False, True, True]) == Decimal("0.1250")
    with pytest.raises(InvalidInput):
        area_under_curve(chances, [True] * 4)


def test_a_shock_lends_less_and_loses_more() -> None:
    calm = stress(PEOPLE, Shock("none"), US, POLICY, CARD, Decimal("0.6"))
    poorer = stress(PEOPLE, Shock("half", income=Decimal("0.3")), US, POLICY, CARD, Decimal("0.6"))
    worse = stress(PEOPLE, Shock("double", pd=Decimal(2)), US, POLICY, CARD, Decimal("0.6"))
    assert calm.outcomes["approve"] > poorer.outcomes.get("approve", 0)
    assert worse.outcomes == calm.outcomes
    assert abs(worse.loss.minor - 2 * calm.loss.minor) <= len(PEOPLE)
    assert calm.loss.minor > 0


def test_facts_come_back_from_a_bundle() -> None:
    one = replace(PEOPLE[2], term_months=18)
    assert facts_in(judge(one, US, POLICY, CARD).receipt) == one
