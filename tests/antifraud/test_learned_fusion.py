"""The script that would learn the weights: what it refuses, and what it may never do."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from antifraud.evaluation import Judged
from core.errors import InvalidInput
from core.fraud import FraudLabel, Label
from core.risk import EvidenceLevel, RiskLevel, RiskReport, Signal
from scripts.antifraud.learn_fusion import LEAST_FRAUD, LEAST_GENUINE, learn

AT = datetime(2026, 11, 2, tzinfo=UTC)
KINDS = {
    "NUMBER_RING": EvidenceLevel.STRONG,
    "SPEAKER_CHANGED": EvidenceLevel.MEDIUM,
    "CALLER_ID_UNVERIFIED": EvidenceLevel.WEAK,
}


def cases(fraud: int, genuine: int, rates: dict[str, tuple[float, float]], source: str = "review") -> list[Judged]:
    """``rates``: how often each reason is seen in fraud and among the genuine."""
    rng = np.random.default_rng(0)
    made = []
    for label, count, side in ((Label.FRAUD, fraud, 0), (Label.GENUINE, genuine, 1)):
        for _ in range(count):
            signals = tuple(
                Signal(code.lower(), True, "", 1.0, evidence=KINDS[code], reason_code=code)
                for code, rate in rates.items()
                if rng.random() < rate[side]
            )
            report = RiskReport(RiskLevel.NONE, True, signals, tuple(s.reason_code or "" for s in signals))
            made.append(Judged(report, FraudLabel("case", label, source, "none", "staff.1", AT)))
    return made


RATES = {"NUMBER_RING": (0.5, 0.01), "SPEAKER_CHANGED": (0.05, 0.05), "CALLER_ID_UNVERIFIED": (0.9, 0.02)}


def test_invented_labels_teach_nothing() -> None:
    invented = cases(LEAST_FRAUD, LEAST_GENUINE, RATES, source="simulated")
    with pytest.raises(InvalidInput, match="invented"):
        learn(invented)
    with pytest.raises(InvalidInput, match="invented"):
        learn([*cases(LEAST_FRAUD, LEAST_GENUINE, RATES), invented[0]])


def test_too_few_teach_nothing() -> None:
    with pytest.raises(InvalidInput, match="needs"):
        learn(cases(LEAST_FRAUD - 1, LEAST_GENUINE, RATES))


def test_what_is_seen_in_fraud_weighs_and_what_is_not_does_not() -> None:
    learned = learn(cases(300, 3000, RATES))
    assert learned.weights["NUMBER_RING"] > 2.0
    assert learned.weights["SPEAKER_CHANGED"] < 0.5
    assert learned.weights["CALLER_ID_UNVERIFIED"] == pytest.approx(1.0), "weak evidence went over its cap"
    assert learned.found > learned.table_found - 0.05


def test_no_finding_ever_speaks_for_a_caller() -> None:
    backwards = {"NUMBER_RING": (0.01, 0.5), "SPEAKER_CHANGED": (0.3, 0.02), "CALLER_ID_UNVERIFIED": (0.1, 0.1)}
    learned = learn(cases(300, 3000, backwards))
    assert min(learned.weights.values()) >= 0
    assert learned.weights["NUMBER_RING"] == 0
