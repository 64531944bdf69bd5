"""The table of points: sums that anyone can check, and files that are refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.errors import PackError
from core.scoring.library import packaged_scorecard
from core.scoring.rating import FEATURES, Scale, Shortfall
from core.scoring.scorecard import parse_scorecard

SMALL: dict[str, Any] = {
    "format": "loanline-scorecard-1",
    "name": "small",
    "currency": "USD",
    "scale": {"base": 600, "odds": "20", "pdo": 40},
    "features": [
        {
            "name": "utilisation",
            "reason": "card_balances_high",
            "missing": {"points": 10},
            "bins": [
                {"low": None, "high": "0.5", "points": 30},
                {"low": "0.5", "high": "1", "points": 20},
                {"low": "1", "high": None, "points": 5},
            ],
        },
        {
            "name": "debt_ratio",
            "reason": "debts_high_for_income",
            "missing": {"points": 0},
            "bins": [{"low": None, "high": "0.4", "points": 8}, {"low": "0.4", "high": None, "points": 1}],
        },
        {
            "name": "monthly_income",
            "reason": "debts_high_for_income",
            "missing": {"points": 0},
            "bins": [{"low": None, "high": "3000", "points": 2}, {"low": "3000", "high": None, "points": 9}],
        },
    ],
}


def changed(path: list[Any], value: Any) -> str:
    document = json.loads(json.dumps(SMALL))
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return json.dumps(document)


def test_points_add_up_and_reasons_merge_by_meaning() -> None:
    card = parse_scorecard(json.dumps(SMALL))
    rating = card.rate({"utilisation": Decimal("0.5"), "debt_ratio": Decimal(1), "monthly_income": Decimal(10)})
    assert rating.score == 20 + 1 + 2
    assert rating.shortfalls == (Shortfall("debts_high_for_income", 14), Shortfall("card_balances_high", 10))
    best = card.rate({"utilisation": Decimal(0), "debt_ratio": Decimal(0), "monthly_income": Decimal(9999)})
    assert (best.score, best.shortfalls) == (47, ())
    assert card.rate({}).score == 10


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        changed(["format"], "other"),
        changed(["features"], []),
        changed(["scale", "pdo"], 0),
        changed(["scale", "odds"], "much"),
        changed(["features", 0, "name"], "age"),
        changed(["features", 0, "name"], "debt_ratio"),
        changed(["features", 0, "bins", 0, "high"], "0.6"),
        changed(["features", 0, "bins", 2, "high"], "2"),
        changed(["features", 0, "bins", 0, "low"], "0"),
        changed(["features", 0, "bins", 1, "points"], 40),
        changed(["features", 0, "bins", 1, "points"], 20.0),
        changed(["features", 0, "bins", 1, "low"], "NaN"),
        changed(["features", 0, "bins"], []),
    ],
)
def test_a_table_that_does_not_hold_is_refused(text: str) -> None:
    with pytest.raises(PackError):
        parse_scorecard(text)


def test_the_products_own_table_looks_at_nothing_forbidden() -> None:
    card = packaged_scorecard()
    assert {feature.name for feature in card.features} <= set(FEATURES)
    assert not {"age", "sex", "nationality", "dependents"} & set(FEATURES)
    assert card.version.startswith("us-2026.1/sha256:")


@given(score=some.integers(0, 1200))
def test_the_scale_goes_there_and_back(score: int) -> None:
    scale = Scale(600, Decimal(20), 40)
    if Decimal("0.0001") < scale.pd(score) < Decimal("0.99"):
        assert abs(scale.score(scale.pd(score)) - score) <= 1
    assert scale.pd(score) >= scale.pd(score + 1)


def test_the_scale_by_hand() -> None:
    scale = Scale(600, Decimal(20), 40)
    assert scale.pd(600) == Decimal("0.047619")
    assert scale.pd(640) == Decimal("0.024390")
    assert scale.score(Decimal(0)) > 1000
    assert scale.score(Decimal(1)) < 0
