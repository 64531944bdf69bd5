"""How likely each meaning heard is the right one: a small choice model for each kind of answer, fitted on data.

``calibration.json`` holds the weights in plain figures with a card that says on what they were fitted and how well
they fit (``scripts/speech/fit_calibration.py`` writes it; ``docs/hearing.md`` shows it). Its hash is part of it, so
that a changed figure is noticed.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import ModelCorrupt
from speech.answers.model import Kind
from speech.repair.candidates import FEATURES

__all__ = ["Calibration", "digest"]

_FILE = Path(__file__).with_name("calibration.json")


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of a calibration without its own hash, keys sorted."""
    rest = {name: value for name, value in document.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Calibration:
    """``weights`` by kind of answer: the bias first, then one for each of ``FEATURES``. ``most_sure`` is the highest
    probability it ever gives: as many answers were heard, no more can be promised.

    The meanings compete with each other and with "none of them": each one's score is its bias and weighted features,
    the score of none is zero, and chances are proportional to the exponentials (conditional logit, McFadden 1974).
    """

    version: str
    weights: Mapping[str, tuple[float, ...]]
    most_sure: float

    def right(self, kind: Kind, candidates: Sequence[Sequence[float]]) -> list[float]:
        """For each candidate's features the probability that it is what was said; together at most ``most_sure``."""
        bias, *weights = self.weights[kind.value]
        scores = [bias + sum(w * x for w, x in zip(weights, features, strict=True)) for features in candidates]
        shares = [math.exp(max(-30.0, min(30.0, score))) for score in scores]
        return [self.most_sure * share / (1.0 + sum(shares)) for share in shares]

    @classmethod
    def read(cls, text: str) -> Calibration:
        """Raises ``ModelCorrupt`` for a document that is not what its hash says, or of other features."""
        try:
            document = json.loads(text)
            whole = document["sha256"] == digest(document)
            weights = {
                kind: (float(row["bias"]), *(float(row["weights"][name]) for name in FEATURES))
                for kind, row in document["kinds"].items()
            }
            version, most_sure = str(document["version"]), float(document["most_sure"])
        except (AttributeError, KeyError, TypeError, ValueError):
            whole = False
        if not whole or set(weights) != set(Kind):
            raise ModelCorrupt("The calibration of hearing is damaged: install the project anew.")
        return cls(version, weights, most_sure)

    @classmethod
    @cache
    def of_the_house(cls) -> Calibration:
        """The committed calibration."""
        return cls.read(_FILE.read_text("utf-8"))
