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


def test_late_payments_only_ever_count_against_somebody_in_the_products_own_forest() -> None:
    forest = packaged_challenger()
    people = [
        dict.fromkeys(forest.features, Decimal(0))
        | {"monthly_income": Decimal(income), "open_lines": Decimal(6), "utilisation": Decimal(used)}
        for income in (900, 4000, 9000)
        for used in ("0", "0.35", "0.98")
    ]
    for person in people:
        for name in ("late_30", "late_60", "late_90", "late_weighted"):
            chances = [forest.rate(person | {name: Decimal(times)}).pd for times in range(6)]
            assert chances == sorted(chances)
    late = {"late_90": Decimal(3), "late_weighted": Decimal(9)}
    assert all(forest.rate(person | late).pd > 2 * forest.rate(person).pd for person in people)
