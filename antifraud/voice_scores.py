"""What a likeness of two voiceprints means: a calibrated log-likelihood ratio and thresholds by duration and list size.

All is measured by net seconds of speech (``data/voice_scores.json``, written by ``scripts/antifraud/fit_voice.py``):
a logistic calibration, the spread of one speaker, and the upper tail of strangers as a normal through its 1 % and
0.1 % points. Noise makes strangers sound alike: ``alike_by_noise`` says by how much at a signal-to-noise ratio, and
every threshold is raised by it. Below ``NOISIEST`` nothing is said at all. The recordings behind it are of one
session each, so two calls of one person on different days and handsets will look less alike than the table says:
misses are underestimated, false alarms are not.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import NormalDist

__all__ = ["LEAST_KEPT", "LIST_SECONDS", "NOISIEST", "ONE_LINE", "ONE_TO_ONE_ALARM", "PAIR_SECONDS", "VoiceScores"]

PAIR_SECONDS = 1.5  # least net speech on both sides to say anything of two recordings
LIST_SECONDS = 8.0  # least net speech to search a list
ONE_TO_ONE_ALARM = 0.01
LIST_ALARM = 0.001
NOISIEST = 12.0  # dB
LEAST_KEPT = 18.0  # dB: a noisier voice is no template, because too many strangers sound like it
ONE_LINE = 6.0  # dB: signal-to-noise ratios further apart than this are not one kind of line
MOST_LLR = 5.0


@dataclass(frozen=True, slots=True)
class VoiceScores:
    version: str
    seconds: tuple[float, ...]
    slope: tuple[float, ...]
    offset: tuple[float, ...]
    same_mean: tuple[float, ...]
    same_sd: tuple[float, ...]
    tail_mean: tuple[float, ...]
    tail_sd: tuple[float, ...]
    snr: tuple[float, ...]
    alike_by_noise: tuple[float, ...]

    @classmethod
    @cache
    def of_the_house(cls) -> VoiceScores:
        table = json.loads(files("antifraud").joinpath("data/voice_scores.json").read_text(encoding="utf-8"))
        version = str(table.pop("version"))
        return cls(
            version, **{name: tuple(map(float, table[name])) for name in cls.__dataclass_fields__ if name in table}
        )

    @staticmethod
    def _between(points: tuple[float, ...], row: tuple[float, ...], at: float) -> float:
        """Linear between points, constant beyond both ends."""
        if at <= points[0]:
            return row[0]
        for index in range(1, len(points)):
            low, high = points[index - 1], points[index]
            if at <= high:
                return row[index - 1] + (at - low) / (high - low) * (row[index] - row[index - 1])
        return row[-1]

    def _at(self, row: tuple[float, ...], seconds: float) -> float:
        return self._between(tuple(map(math.log, self.seconds)), row, math.log(seconds))

    def _noise(self, snr: float) -> float:
        return self._between(self.snr, self.alike_by_noise, snr)

    def llr(self, score: float, seconds: float, snr: float) -> float:
        """Natural log of how much likelier this likeness is for one speaker than for two; -5 to 5, because far tails
        of a fitted curve are no evidence. ``seconds`` and ``snr`` are those of the shorter and the noisier side."""
        score -= self._noise(snr)
        ratio = self._at(self.slope, seconds) * score + self._at(self.offset, seconds)
        return min(MOST_LLR, max(-MOST_LLR, ratio))

    def threshold(self, seconds: float, snr: float, alarm: float = ONE_TO_ONE_ALARM) -> float:
        """The likeness that two different speakers reach with probability ``alarm`` (1 % or less)."""
        tail = NormalDist(self._at(self.tail_mean, seconds), self._at(self.tail_sd, seconds))
        return tail.inv_cdf(1 - alarm) + self._noise(snr)

    def list_threshold(self, seconds: float, snr: float, size: int) -> float:
        """As ``threshold``, for the best of ``size`` strangers with probability 0.1 % in all."""
        return self.threshold(seconds, snr, LIST_ALARM / max(1, size))

    def mismatch_threshold(self, seconds: float) -> float:
        """Four deviations under the mean of one speaker on a clean line (at most one true caller in a hundred falls
        below it), and never above what one stranger in ten reaches. For two stretches over one kind of line only."""
        lowest = self._at(self.same_mean, seconds) - 4.0 * self._at(self.same_sd, seconds)
        return min(lowest, self.threshold(seconds, math.inf, 0.1))
