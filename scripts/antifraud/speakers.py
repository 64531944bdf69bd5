"""Trials of the speaker vector: equal error rate and misses at a low false alarm rate, by net seconds of speech."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antifraud.voiceprint import SpeakerNetwork
from scripts.antifraud.sounds import Samples, cut

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trials:
    """Cosines of all pairs of segments: of one speaker (``same``) and of two (``other``)."""

    same: Floats
    other: Floats

    @property
    def eer(self) -> float:
        points = np.sort(np.concatenate([self.same, self.other]))
        miss = np.searchsorted(np.sort(self.same), points) / self.same.size
        alarm = 1 - np.searchsorted(np.sort(self.other), points) / self.other.size
        at = int(np.argmin(np.abs(miss - alarm)))
        return float((miss[at] + alarm[at]) / 2)

    def threshold(self, alarm: float) -> float:
        return float(np.quantile(self.other, 1 - alarm, method="higher"))

    def misses(self, threshold: float) -> float:
        return float(np.mean(self.same < threshold))

    def alarms(self, threshold: float) -> float:
        return float(np.mean(self.other >= threshold))


def vectors(network: SpeakerNetwork, speech: dict[str, Samples], seconds: float, most: int = 8) -> dict[str, Floats]:
    """Up to ``most`` vectors of each speaker, each from ``seconds`` of net speech."""
    found = {}
    for speaker, samples in speech.items():
        prints = [network.voiceprint(piece) for piece in cut(samples, seconds)[:most]]
        rows = [p.vector for p in prints if p is not None]
        if rows:
            found[speaker] = np.array(rows, dtype=np.float64)
    return found


def raw_vectors(
    network: SpeakerNetwork, speech: dict[str, Samples], seconds: float, most: int = 8
) -> dict[str, tuple[Floats, list[float]]]:
    """As ``vectors``, but the network's own, not yet moved into the space in which they are compared; and the
    signal-to-noise ratio of each."""
    found = {}
    for speaker, samples in speech.items():
        sums = [s for s in (network.stats(piece) for piece in cut(samples, seconds)[:most]) if s is not None]
        if sums:
            rows = np.array([network.raw(stats) for stats in sums], dtype=np.float64)
            found[speaker] = rows, [stats.snr for stats in sums]
    return found


def trials(found: dict[str, Floats]) -> Trials:
    names = [name for name, rows in found.items() for _ in rows]
    rows = np.concatenate(list(found.values()))
    likeness = rows @ rows.T
    alike = np.array(names)[:, None] == np.array(names)[None, :]
    upper = np.triu(np.ones_like(alike), 1).astype(bool)
    return Trials(likeness[upper & alike], likeness[upper & ~alike])
