from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from antifraud.evaluation import (
    BASE_RATE,
    Judged,
    drift,
    expected_precision,
    highest_alarm_rate,
    psi,
    rule_table,
    wilson,
)
from core.errors import InvalidInput
from core.fraud import FraudLabel, Label
from core.risk import RiskLevel, RiskReport

AT = datetime(2026, 11, 2, tzinfo=UTC)


def judged(label: Label, *reasons: str, level: RiskLevel = RiskLevel.NONE, source: str = "review") -> Judged:
    return Judged(RiskReport(level, True, reasons=reasons), FraudLabel("case", label, source, "none", "staff.1", AT))


def test_precision_and_recall_of_each_reason() -> None:
    cases = [
        *(judged(Label.FRAUD, "NUMBER_RING", level=RiskLevel.HOLD) for _ in range(6)),
        *(judged(Label.GENUINE, "NUMBER_RING", level=RiskLevel.HOLD) for _ in range(2)),
        *(judged(Label.FRAUD) for _ in range(4)),
        *(judged(Label.GENUINE, "CALLER_ID_UNVERIFIED", level=RiskLevel.OBSERVE) for _ in range(8)),
    ]
    rows = {row.code: row for row in rule_table(cases)}
    ring = rows["NUMBER_RING"]
    assert (ring.right.value, ring.found.value) == (0.75, 0.6)
    assert ring.right.low < 0.75 < ring.right.high
    assert rows["CALLER_ID_UNVERIFIED"].right.value == 0
    assert (rows["any: step up or more"].right.of, rows["any: step up or more"].found.hits) == (8, 6)


def test_invented_labels_are_refused() -> None:
    with pytest.raises(InvalidInput, match="simulated"):
        rule_table([judged(Label.FRAUD), judged(Label.FRAUD, source="simulated")])


def test_the_interval_is_wilsons() -> None:
    ten = wilson(8, 10)
    assert (ten.low, ten.high) == (pytest.approx(0.490, abs=0.001), pytest.approx(0.943, abs=0.001))
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)
    assert math.isnan(wilson(0, 0).value)


def test_what_alarms_are_worth_at_the_base_rate() -> None:
    """The figures of the reference: 30 % found at 5 % false alarms is one right alarm in a hundred."""
    assert pytest.approx(1 / 600) == BASE_RATE
    assert expected_precision(0.30, 0.05) == pytest.approx(0.010, abs=0.0005)
    assert expected_precision(0.30, 0.001) == pytest.approx(0.33, abs=0.005)
    assert math.isnan(expected_precision(0.0, 0.0))


def test_the_capacity_sets_the_alarm_rate() -> None:
    assert highest_alarm_rate(1000, 5) == pytest.approx(0.005 - 1 / 600)
    assert highest_alarm_rate(1000, 1) == 0.0
    with pytest.raises(InvalidInput):
        highest_alarm_rate(0, 5)


def test_a_world_that_stays_and_one_that_moves() -> None:
    rng = np.random.default_rng(0)
    old = rng.normal(0, 1, 2000)
    assert psi(old, rng.normal(0, 1, 2000)) < 0.02
    assert psi(old, rng.normal(1, 1, 2000)) > 0.5
    assert math.isnan(psi(old, rng.normal(0, 1, 49)))


def test_drift_is_told_by_group_and_signal() -> None:
    rng = np.random.default_rng(1)
    rows = drift(
        (group, "line.snr", recent, float(value))
        for group, shift in (("carrier A", 0.0), ("carrier B", 3.0))
        for recent in (False, True)
        for value in rng.normal(shift if recent else 0.0, 1, 300)
    )
    assert [(row.group, row.before, row.now) for row in rows] == [("carrier A", 300, 300), ("carrier B", 300, 300)]
    assert rows[0].psi < 0.1 < 1.0 < rows[1].psi
