"""The forest as numbers: walked by hand, refused when a walk would not end."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from core.errors import PackError
from core.scoring.library import packaged_challenger
from core.scoring.trees import parse_forest

SMALL: dict[str, Any] = {
    "format": "loanline-forest-1",
    "name": "small",
    "currency": "USD",
    "scale": {"base": 600, "odds": "20", "pdo": 40},
    "features": ["utilisation", "late_90"],
    "start": -2.0,
    "trees": [
        [[0, -1, -1], [0.5, -1.0, 1.0], [1, 0, 0], [2, 0, 0], [0, 0, 0]],
        [[1, -1, -1], [0.0, -0.5, 2.0], [1, 0, 0], [2, 0, 0], [1, 0, 0]],
    ],
}


def test_leaves_add_up() -> None:
    forest = parse_forest(json.dumps(SMALL))
    assert forest.raw([0.5, 0.0]) == -3.5
    assert forest.raw([0.6, 1.0]) == 1.0
    assert forest.raw([None, None]) == -1.5
    rating = forest.rate({"utilisation": Decimal("0.6"), "late_90": Decimal(1)})
    assert (rating.pd, rating.shortfalls) == (Decimal("0.731059"), ())


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("format", "other"),
        ("features", ["age", "late_90"]),
        ("trees", [[[0], [0.5], [0], [0], [0]]]),
        ("trees", [[[5, -1, -1], [0.5, 1, 1], [1, 0, 0], [2, 0, 0], [0, 0, 0]]]),
        ("trees", [[[0, -1, -1], [0.5, 1, 1], [1, 0, 0], [9, 0, 0], [0, 0, 0]]]),
        ("trees", [[[], [], [], [], []]]),
        ("trees", [[1]]),
    ],
)
def test_a_forest_that_does_not_hold_is_refused(at: str, value: Any) -> None:
    with pytest.raises(PackError):
        parse_forest(json.dumps(SMALL | {at: value}))


def test_the_products_own_forest_bends_the_right_way() -> None:
    forest = packaged_challenger()
    plain = dict.fromkeys(forest.features, Decimal(0)) | {"monthly_income": Decimal(4000), "open_lines": Decimal(6)}
    calm = forest.rate(plain).pd
    for name in ("utilisation", "late_30", "late_90", "debt_ratio"):
        assert forest.rate(plain | {name: Decimal(3)}).pd >= calm
    assert forest.rate(plain | {"monthly_income": Decimal(9000)}).pd <= calm
