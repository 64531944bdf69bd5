"""Was an answer understood, and did the line know how sure to be?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scripts.speech.listening import Heard
from scripts.speech.material import TODAY, meant
from speech.answers.model import Kind, Parsed
from speech.repair.calibration import Calibration
from speech.repair.understand import Understood, understand

__all__ = ["RANGES", "Bin", "Judged", "bins", "calibration_error", "judge", "same"]

#: What the line's questions allow (``ivr/dialogue/script.toml``).
RANGES = {Kind.AMOUNT: (Decimal(0), Decimal(1_000_000)), Kind.TERM: (Decimal(1), Decimal(120))}


@dataclass(frozen=True, slots=True)
class Judged:
    """``right``: what stands is what was said. ``kept``: the truth is among the readings that stand."""

    heard: Heard
    understood: Understood
    right: bool
    kept: bool

    @property
    def taken(self) -> bool:
        """Something stands that the line could act on."""
        parsed = self.understood.parsed
        return parsed.value is not None or parsed.command is not None


def same(found: Parsed, truth: Parsed) -> bool:
    return found.value == truth.value and found.command == truth.command


def context(heard: Heard) -> dict[str, Any]:
    low, high = RANGES.get(heard.said.kind, (None, None))
    return {"today": TODAY, "length": heard.said.length, "at_least": low, "at_most": high}


def judge(heard: Heard, calibration: Calibration | None = None) -> Judged:
    said = heard.said
    found = understand(said.kind, heard.transcript, **context(heard), calibration=calibration)
    truth = meant(said)
    if not said.words:
        return Judged(heard, found, right=False, kept=False)
    values = {reading.value for reading in found.parsed.readings}
    kept = truth.value in values if truth.value is not None else same(found.parsed, truth)
    return Judged(heard, found, same(found.parsed, truth), kept)


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same promised error: how many, the mean promise, and how many were wrong."""

    count: int
    promised: float
    wrong: float


def bins(promised: Sequence[float], wrong: Sequence[bool], edges: Sequence[float]) -> list[Bin]:
    errors: NDArray[np.float64] = np.asarray(promised, dtype=np.float64)
    found = np.asarray(wrong, dtype=bool)
    place = np.clip(np.digitize(errors, edges) - 1, 0, len(edges) - 2)
    made = []
    for at in range(len(edges) - 1):
        here = place == at
        if here.any():
            made.append(Bin(int(here.sum()), float(errors[here].mean()), float(found[here].mean())))
    return made


def calibration_error(promised: Sequence[float], wrong: Sequence[bool]) -> float:
    """Expected calibration error over ten bins that hold equally many answers."""
    if not promised:
        return 0.0
    edges = np.unique(np.quantile(promised, np.linspace(0, 1, 11)))
    edges = np.array([0.0, 1.0]) if len(edges) < 2 else edges
    made = bins(promised, wrong, [*edges[:-1], edges[-1] + 1e-9])
    return sum(each.count * abs(each.promised - each.wrong) for each in made) / sum(each.count for each in made)
