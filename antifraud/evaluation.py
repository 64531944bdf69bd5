"""How good are the rules, by what became of the cases? Precision and recall per reason, drift, and who was not asked.

Only labels of real cases count: reviewers, disputes, defaults, and random audits of calls that nothing flagged. What
was simulated is refused. Intervals are Wilson's (1927), because the counts are small.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import InvalidInput
from core.fraud import FraudLabel, Label
from core.risk import RiskLevel, RiskReport

__all__ = [
    "BASE_RATE",
    "DriftRow",
    "Judged",
    "RuleRow",
    "Share",
    "drift",
    "expected_precision",
    "highest_alarm_rate",
    "psi",
    "rule_table",
    "wilson",
]

#: One call in 600 is by a fraudster (Pindrop's figure of one in 599, a vendor's; no independent one is known).
BASE_RATE = 1 / 600
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Judged:
    """One case: what the report said, and what became of it."""

    report: RiskReport
    label: FraudLabel


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``of``, with the bounds of a 95 % interval; ``nan`` of nothing."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else math.nan


@dataclass(frozen=True, slots=True)
class RuleRow:
    """``right``: share of its alarms that were fraud; ``found``: share of the fraud that it raised."""

    code: str
    right: Share
    found: Share


def wilson(hits: int, of: int) -> Share:
    if not of:
        return Share(hits, of, 0.0, 1.0)
    rate, square = hits / of, _Z * _Z
    middle = (rate + square / (2 * of)) / (1 + square / of)
    reach = _Z * math.sqrt(rate * (1 - rate) / of + square / (4 * of * of)) / (1 + square / of)
    return Share(hits, of, max(0.0, middle - reach), min(1.0, middle + reach))


def expected_precision(found: float, false_alarms: float, base: float = BASE_RATE) -> float:
    """Share of alarms that are right, for a rule that finds ``found`` of the fraud and alarms at ``false_alarms`` of
    the rest, where ``base`` of all calls are fraud."""
    right, wrong = found * base, false_alarms * (1 - base)
    return right / (right + wrong) if right + wrong else math.nan


def highest_alarm_rate(calls_a_day: float, reviews_a_day: float) -> float:
    """The share of genuine calls that may be flagged when so many cases can be looked at: the capacity sets the
    threshold, not the other way round."""
    if calls_a_day <= 0:
        raise InvalidInput("calls_a_day", "give how many calls a day there are")
    return min(1.0, max(0.0, reviews_a_day / calls_a_day - BASE_RATE))


def rule_table(judged: Sequence[Judged]) -> list[RuleRow]:
    """For each reason code and for *step up or more*. Raises ``InvalidInput`` where a label is simulated."""
    if any(one.label.source == "simulated" for one in judged):
        raise InvalidInput("labels", "some are simulated; evaluate on real ones")
    codes = sorted({code for one in judged for code in one.report.reasons})
    raised = {code: [code in one.report.reasons for one in judged] for code in codes}
    raised["any: step up or more"] = [one.report.level >= RiskLevel.STEP_UP for one in judged]
    fraud = [one.label.label is Label.FRAUD for one in judged]
    rows = []
    for code, flags in raised.items():
        both = sum(flag and bad for flag, bad in zip(flags, fraud, strict=True))
        rows.append(RuleRow(code, wilson(both, sum(flags)), wilson(both, sum(fraud))))
    return rows


def psi(before: Iterable[float], now: Iterable[float], bins: int = 10) -> float:
    """Population stability index between two times, by tenths of the earlier one; above 0.25 the world has changed.

    ``nan`` where either has fewer than five values a bin.
    """
    old, new = (np.asarray([value for value in values if math.isfinite(value)]) for values in (before, now))
    if min(old.size, new.size) < 5 * bins:
        return math.nan
    edges = np.unique(np.quantile(old, np.linspace(0, 1, bins + 1))[1:-1])
    shares = []
    for values in (old, new):
        counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=edges.size + 1) + 0.5
        shares.append(counts / counts.sum())
    return float(np.sum((shares[1] - shares[0]) * np.log(shares[1] / shares[0])))


@dataclass(frozen=True, slots=True)
class DriftRow:
    """How far one signal has moved in one group; ``before`` and ``now`` are counts of cases."""

    group: str
    signal: str
    before: int
    now: int
    psi: float


def drift(seen: Iterable[tuple[str, str, bool, float]]) -> list[DriftRow]:
    """From (group, signal, whether it is recent, value) to one row for each signal of each group, by name."""
    sides: dict[tuple[str, str], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for group, signal, recent, value in seen:
        sides[group, signal][recent].append(value)
    return [
        DriftRow(group, signal, len(before), len(now), psi(before, now))
        for (group, signal), (before, now) in sorted(sides.items())
    ]
