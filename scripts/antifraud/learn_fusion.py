"""Learn how much each reason should weigh from what became of real cases; the table by hand stays until that is better.

    python -m scripts.antifraud.learn_fusion [--out weights.json]

Reads the cases and labels of the data directory in the settings. It refuses simulated labels, and fewer than
``LEAST_FRAUD`` cases of fraud: weights from a handful, or from invented cases, only look exact. A logistic regression
with an L2 penalty in which no weight may be below zero (a finding never speaks *for* a caller) and no weak finding may
outweigh a medium one. It prints precision and recall at the review capacity beside those of the table in force, on
cases it has not seen; nothing is put into force by this script.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from antifraud.evaluation import Judged, wilson
from antifraud.fusion import points_table
from core.errors import InvalidInput, LoanlineError
from core.fraud import Label
from core.risk import EvidenceLevel

LEAST_FRAUD = 100
LEAST_GENUINE = 500
_PENALTY = 1.0
_FOLDS = 5
#: The most a reason of each kind of evidence may weigh, in nats.
_MOST = {EvidenceLevel.STRONG: 6.0, EvidenceLevel.MEDIUM: 2.5, EvidenceLevel.WEAK: 1.0}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Learned:
    """``weights`` in nats by reason code; ``found`` and ``table_found`` are the shares of fraud among the cases ranked
    highest, as many as capacity allows, by these weights (out of fold) and by the table in force."""

    base: float
    weights: dict[str, float]
    found: float
    table_found: float
    fraud: int
    genuine: int


def _strengths(judged: Sequence[Judged], codes: Sequence[str]) -> tuple[Floats, dict[str, EvidenceLevel]]:
    """How strongly each case shows each reason (its line quality where it was read from the sound)."""
    rows = np.zeros((len(judged), len(codes)))
    kinds: dict[str, EvidenceLevel] = {}
    for row, one in zip(rows, judged, strict=True):
        for signal in one.report.signals:
            if signal.assessed and signal.reason_code in codes:
                at = codes.index(signal.reason_code)
                row[at] = max(row[at], 1.0 if signal.quality is None else signal.quality)
                kinds[signal.reason_code] = signal.evidence
    return rows, kinds


def _fit(rows: Floats, fraud: Floats, most: Floats) -> Floats:
    """Intercept and weights."""

    def loss(values: Floats) -> tuple[float, Floats]:
        score = values[0] + rows @ values[1:]
        error = 1 / (1 + np.exp(-score)) - fraud
        value = np.sum(np.logaddexp(0, score) - fraud * score) + 0.5 * _PENALTY * np.sum(values[1:] ** 2)
        slope = np.concatenate([[error.sum()], rows.T @ error + _PENALTY * values[1:]])
        return float(value), slope

    bounds = [(None, None), *((0.0, float(limit)) for limit in most)]
    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x, dtype=np.float64)


def learn(judged: Sequence[Judged], capacity: float = 0.05) -> Learned:
    """Raises ``InvalidInput`` for simulated labels and for too few cases."""
    if any(one.label.source == "simulated" for one in judged):
        raise InvalidInput("labels", "some are simulated; nothing is learned from invented cases")
    fraud = np.array([one.label.label is Label.FRAUD for one in judged], dtype=np.float64)
    bad, good = int(fraud.sum()), int(fraud.size - fraud.sum())
    if bad < LEAST_FRAUD or good < LEAST_GENUINE:
        raise InvalidInput(
            "labels", f"needs {LEAST_FRAUD} of fraud and {LEAST_GENUINE} genuine; there are {bad}, {good}"
        )
    codes = sorted({s.reason_code for one in judged for s in one.report.signals if s.assessed and s.reason_code})
    rows, kinds = _strengths(judged, codes)
    most = np.array([_MOST.get(kinds[code], 0.0) for code in codes])
    fold = np.random.default_rng(0).permutation(len(judged)) % _FOLDS
    ours = np.zeros(len(judged))
    for each in range(_FOLDS):
        values = _fit(rows[fold != each], fraud[fold != each], most)
        ours[fold == each] = values[0] + rows[fold == each] @ values[1:]
    points = points_table().points
    table = rows @ np.array([float(points[code]) for code in codes])
    whole = _fit(rows, fraud, most)
    weights = {code: round(float(value), 3) for code, value in zip(codes, whole[1:], strict=True)}
    return Learned(
        round(float(whole[0]), 3), weights, _found(ours, fraud, capacity), _found(table, fraud, capacity), bad, good
    )


def _found(score: Floats, fraud: Floats, capacity: float) -> float:
    """Share of the fraud among the highest ``capacity`` of cases; ties count in proportion."""
    room = capacity * score.size
    found = 0.0
    for value in np.unique(score)[::-1]:
        tied = score == value
        found += fraud[tied].sum() * min(1.0, room / tied.sum())
        room -= tied.sum()
        if room <= 0:
            break
    return float(found / fraud.sum())


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path)
    options = arguments.parse_args()
    from core.usecases.fraud import labelled, reported  # noqa: PLC0415 - the store only where it is read
    from ivr.commands.keep import opened_storage  # noqa: PLC0415 - as above

    try:
        with opened_storage() as storage:
            cases = labelled(reported(storage))
        learned = learn([Judged(one.report, one.label) for one in cases if one.label is not None])
    except LoanlineError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    interval = wilson(round(learned.found * learned.fraud), learned.fraud)
    sys.stderr.write(
        f"Fraud found in the 5 % ranked highest: {learned.found:.0%} ({interval.low:.0%} to {interval.high:.0%}), "
        f"by the table in force {learned.table_found:.0%}.\n"
    )
    document = json.dumps({"base": learned.base, "weights": learned.weights}, indent=1)
    if options.out is None:
        print(document)
    else:
        options.out.write_text(document + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
