"""The model behind ``voice.synthetic``: a support vector machine written out in plain numbers, hashed, with its card.

Weak by measurement: of synthesisers whose family was not in training it judges one in five to one in four wrongly, and
of a human corpus it never heard it flags more than of those it knew (``docs/fraud-signals.md``). So it only says
*possible*, its log-likelihood ratio is capped at one nat, and it can do no more than have somebody look.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from antifraud.activity import RATE
from antifraud.synthetic import CLIP_SECONDS, features
from core.errors import ModelCorrupt

__all__ = ["MOST_LLR", "SpeechClips", "SyntheticModel"]

MOST_LLR = 1.0
#: Clips of four seconds looked at in one call: the cost of a call is bounded, and more would hardly help.
MOST_CLIPS = 4
_CLIP = int(CLIP_SECONDS * RATE)


@dataclass(frozen=True, slots=True)
class SyntheticModel:
    """``vectors`` are scaled rows of features; ``slope`` and ``offset`` make a natural log-likelihood ratio of a score;
    ``threshold`` is what one in a hundred people of the corpora it knew reach with one clip."""

    version: str
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    vectors: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float
    gamma: float
    slope: float
    offset: float
    threshold: float

    @classmethod
    @cache
    def of_the_house(cls) -> SyntheticModel:
        """Raises ``ModelCorrupt`` when the numbers are not those of the model card."""
        card = json.loads(files("antifraud").joinpath("data/synthetic.json").read_text(encoding="utf-8"))
        file = files("antifraud").joinpath("data/synthetic.npz")
        if sha256(file.read_bytes()).hexdigest() != card["sha256"]:
            raise ModelCorrupt("The numbers of the synthetic-voice model are not those of its card; install anew.")
        with file.open("rb") as opened:
            data = np.load(opened, allow_pickle=False)
            mean, scale, vectors, weights = (
                data[name].astype(np.float64) for name in ("mean", "scale", "vectors", "weights")
            )
        bias, gamma, slope, offset, threshold = (
            float(card[name]) for name in ("bias", "gamma", "slope", "offset", "threshold")
        )
        return cls(card["version"], mean, scale, vectors, weights, bias, gamma, slope, offset, threshold)

    def score(self, row: NDArray[np.float64]) -> float:
        """Above zero leans to a machine."""
        apart = self.vectors - (row - self.mean) / self.scale
        near = np.exp(-self.gamma * np.einsum("ij,ij->i", apart, apart))
        return float(near @ self.weights + self.bias)

    def llr(self, score: float) -> float:
        return float(np.clip(self.slope * score + self.offset, -MOST_LLR, MOST_LLR))


class SpeechClips:
    """The caller's speech in clips of four seconds, each scored once and let go."""

    def __init__(self, model: SyntheticModel) -> None:
        self._model = model
        self._held: list[NDArray[np.float32]] = []
        self.scores: list[float] = []

    def add(self, speech: NDArray[np.float32]) -> None:
        """Speech without silence, in -1..1. Some 10 ms of work with every fourth second of it."""
        if len(self.scores) >= MOST_CLIPS:
            return
        self._held.append(speech)
        joined = np.concatenate(self._held)
        while joined.size >= _CLIP and len(self.scores) < MOST_CLIPS:
            row, joined = features(joined[:_CLIP]), joined[_CLIP:]
            if np.isfinite(row).all():
                self.scores.append(self._model.score(row))
        self._held = [joined]
