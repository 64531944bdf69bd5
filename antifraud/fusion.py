"""Signals become a level by a table that a person can read (``data/points.toml``).

The table is written by hand: there are no real fraud labels yet, and weights learned from invented ones would only
look exact. What was not assessed adds nothing, a good finding never makes up for a bad one, and there is no level
that declines.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from core.risk import EvidenceLevel, RiskLevel, Signal

__all__ = ["PointsTable", "fuse", "points_table"]


@dataclass(frozen=True, slots=True)
class PointsTable:
    version: str
    levels: Mapping[str, int]
    by_evidence: Mapping[str, int]
    points: Mapping[str, int]


@cache
def points_table() -> PointsTable:
    """The table of the house."""
    return PointsTable(**tomllib.loads(files("antifraud").joinpath("data/points.toml").read_text(encoding="utf-8")))


def fuse(signals: Iterable[Signal], table: PointsTable) -> tuple[RiskLevel, tuple[str, ...]]:
    """The level, and the reason codes that made it, heaviest first.

    A reason code that the table does not know is a defect: ``KeyError``, and the report fails closed.
    """
    totals = dict.fromkeys(EvidenceLevel, 0.0)
    weights: dict[str, float] = {}
    for signal in signals:
        if not signal.assessed or signal.reason_code is None:
            continue
        counted = table.points[signal.reason_code] * (1.0 if signal.quality is None else signal.quality)
        totals[signal.evidence] += counted
        weights[signal.reason_code] = max(counted, weights.get(signal.reason_code, 0.0))
    score = sum(min(total, table.by_evidence[level]) for level, total in totals.items())
    level = RiskLevel.NONE
    for name in RiskLevel:
        if name is not RiskLevel.NONE and round(score, 6) >= table.levels[name.name.lower()]:
            level = name
    return level, tuple(sorted(weights, key=lambda code: (-weights[code], code)))
