"""How good a score is: ranking, calibration, stability, and what it does to groups of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Decile", "GroupRow", "Quality", "deciles", "groups", "population_shift", "quality"]

Array = np.ndarray[Any, Any]
_FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Quality:
    """``auc``: area under the ROC curve; ``ks``: largest gap between the two classes' distributions; ``brier``: mean
    squared error of the chance."""

    auc: float
    ks: float
    brier: float


@dataclass(frozen=True, slots=True)
class Decile:
    """One tenth of the people by predicted chance: how many, what was predicted, what happened."""

    people: int
    predicted: float
    happened: float


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group at a cut-off: share passed, its ratio to the best group's (the four-fifths rule), how often the
    passed went wrong, and how well the score ranks inside the group."""

    name: str
    people: int
    bad_rate: float
    passed: float
    ratio: float
    bad_rate_of_passed: float
    auc: float


def quality(pd: Array, bad: Array) -> Quality:
    """Of the chances ``pd`` against what happened (``bad`` is 1 or 0)."""
    values, place = np.unique(pd, return_inverse=True)
    bads = np.bincount(place, weights=bad, minlength=len(values))
    goods = np.bincount(place, minlength=len(values)) - bads
    below_bad, below_good = np.cumsum(bads) / bads.sum(), np.cumsum(goods) / goods.sum()
    auc = float(np.sum(bads / bads.sum() * (below_good - 0.5 * goods / goods.sum())))
    return Quality(auc, float(np.max(np.abs(below_good - below_bad))), float(np.mean((pd - bad) ** 2)))


def deciles(pd: Array, bad: Array) -> list[Decile]:
    """Ten groups from the safest to the riskiest."""
    order = np.argsort(pd, kind="stable")
    return [Decile(len(part), float(pd[part].mean()), float(bad[part].mean())) for part in np.array_split(order, 10)]


def population_shift(before: Array, after: Array, cuts: Array) -> float:
    """The population stability index over the bins that ``cuts`` make: up to 0.1 stable, above 0.25 act."""
    shares = [
        np.maximum(
            np.bincount(np.searchsorted(cuts, values, side="right"), minlength=len(cuts) + 1) / len(values), _FLOOR
        )
        for values in (before, after)
    ]
    return float(np.sum((shares[1] - shares[0]) * np.log(shares[1] / shares[0])))


def groups(names: Array, pd: Array, bad: Array, pass_below: float) -> list[GroupRow]:
    """One row a group, in the order of the names. For the report only: no group is a feature."""
    found = []
    for name in sorted(set(names.tolist())):
        inside = names == name
        passed = inside & (pd < pass_below)
        found.append(
            GroupRow(
                name,
                int(inside.sum()),
                float(bad[inside].mean()),
                float(passed.sum() / inside.sum()),
                0.0,
                float(bad[passed].mean()),
                quality(pd[inside], bad[inside]).auc,
            )
        )
    best = max(row.passed for row in found)
    return [
        GroupRow(row.name, row.people, row.bad_rate, row.passed, row.passed / best, row.bad_rate_of_passed, row.auc)
        for row in found
    ]
