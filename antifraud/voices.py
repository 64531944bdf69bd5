"""The speaker's voice over one call: sums of the network per spoken answer, made only with the biometric consent.

The last minute of samples is held until the answers in it are known, then let go; nothing is written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from antifraud.activity import RATE
from antifraud.facts import TurnFacts
from antifraud.voiceprint import SpeakerNetwork, SpeechStats, Voiceprint

__all__ = ["CallVoices", "KnownVoice", "stock_voices"]

_KEPT = 60 * RATE


@dataclass(frozen=True, slots=True)
class KnownVoice:
    """A voice from an earlier call. ``kind``: ``other_identity`` (it spoke for somebody else), ``enrolled`` (it is the
    applicant's own, from an earlier loan) or ``listed`` (confirmed fraud, or a stock synthetic voice)."""

    kind: str
    voiceprint: Voiceprint


@cache
def stock_voices() -> tuple[KnownVoice, ...]:
    """The voices of well-known synthesisers, written by ``scripts/antifraud/stock_voices.py``. No person's is there."""
    with files("antifraud").joinpath("data/stock_voices.npz").open("rb") as file:
        rows = np.load(file, allow_pickle=False)["rows"]
    return tuple(KnownVoice("listed", Voiceprint.unpack(row.astype("<f4").tobytes())) for row in rows)


class CallVoices:
    """Feed audio and answers in any order; ``settle`` before reading."""

    def __init__(self, network: SpeakerNetwork) -> None:
        self._network = network
        self._samples = np.zeros(0, dtype=np.int16)
        self._first = 0
        self._pending: list[tuple[int, int]] = []
        self._turns: list[tuple[int, SpeechStats]] = []

    def audio(self, samples: NDArray[np.int16], start_ms: int) -> None:
        first = start_ms * RATE // 1000
        end = self._first + self._samples.size
        if not self._samples.size or first - end > _KEPT:
            self._samples, self._first, end = np.zeros(0, dtype=np.int16), first, first
        gap = np.zeros(max(0, first - end), dtype=np.int16)
        self._samples = np.concatenate([self._samples, gap, samples[max(0, end - first) :]])

    def turn(self, facts: TurnFacts) -> None:
        if not facts.by_keys:
            self._pending.append((facts.speech_start_ms * RATE // 1000, facts.speech_end_ms * RATE // 1000))

    def settle(self) -> None:
        """Take in every answer whose audio is here; about 5 ms of work for each second of speech."""
        end = self._first + self._samples.size
        # Swapped, not overwritten: an answer may be noted while a report is being made in another thread.
        pending, self._pending = self._pending, []
        waiting = []
        for start, stop in pending:
            if stop > end:
                waiting.append((start, stop))
                continue
            stats = self._network.stats(self._samples[max(0, start - self._first) : max(0, stop - self._first)])
            if stats is not None:
                self._turns.append((start, stats))
        self._pending[:0] = waiting
        drop = self._samples.size - _KEPT
        if drop > 0:
            self._samples, self._first = self._samples[drop:].copy(), self._first + drop

    def whole(self) -> Voiceprint | None:
        """The voice of the whole call so far."""
        return self._print([stats for _, stats in self._turns])

    def early_and_late(self, seconds: float) -> tuple[Voiceprint, Voiceprint] | None:
        """The first answers and the last ones, each with at least this much net speech, without overlap."""
        first = self._until(range(len(self._turns)), seconds)
        last = self._until(range(len(self._turns) - 1, -1, -1), seconds)
        if first is None or last is None or max(first) >= min(last):
            return None
        early, late = (self._print([self._turns[index][1] for index in side]) for side in (first, last))
        return (early, late) if early is not None and late is not None else None

    def answer_and_rest(self, start_ms: int, end_ms: int) -> tuple[Voiceprint | None, Voiceprint | None]:
        """The voice of the answers that began in this time, and that of all others."""
        inside = [start_ms <= start * 1000 // RATE <= end_ms for start, _ in self._turns]
        said, rest = (
            self._print([stats for (_, stats), within in zip(self._turns, inside, strict=True) if within is side])
            for side in (True, False)
        )
        return said, rest

    def _until(self, order: range, seconds: float) -> list[int] | None:
        taken, total = [], 0.0
        for index in order:
            taken.append(index)
            total += self._turns[index][1].seconds
            if total >= seconds:
                return taken
        return None

    def _print(self, parts: list[SpeechStats]) -> Voiceprint | None:
        return self._network.print_of(sum(parts[1:], parts[0])) if parts else None
