"""Searching many earlier recordings for a stretch of this call, quickly enough to do it while the caller speaks.

All earlier fingerprints lie end to end as one row of 32-bit words. A stretch of six seconds is first compared by a
sample of its frames at every place of that row (one XOR and one count of bits a frame), then exactly at the best few
places, by the same rule as ``antifraud.repeats.best_match``. Each stretch is looked up once; a report asks only for
what was spoken since the last one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from antifraud.facts import TurnFacts
from antifraud.repeats import DUPLICATE_BELOW, LEAST_SECONDS, CallPrint, Fingerprint, Match, milliseconds

__all__ = ["COPIED_BELOW", "DuplicateSearch", "SoundArchive"]

_LENGTH = int(LEAST_SECONDS * 62.5)
_GAP = 1000  # frames between recordings; no answer is longer, so none runs from one call into the next
_LEAST = _LENGTH // 2  # frames with speech that both sides must hold
_LEAST_ANSWER = 60  # one second
#: Measured by scripts/antifraud/bench.py: answers of strangers reach 0.38, copies over a fair line 0.27.
COPIED_BELOW = 0.30
_ANSWERS, _TOGETHER = 2, 3.0
_SAMPLED = 64
_REFINED = 12
Words = NDArray[np.uint32]


def _words(signs: NDArray[np.int8]) -> Words:
    return np.packbits(signs > 0, axis=1).view(">u4").astype(np.uint32).reshape(-1)


class SoundArchive:
    """Earlier recordings, in the order given. About five bytes a frame; 62.5 frames a second."""

    def __init__(self, prints: Sequence[Fingerprint] = ()) -> None:
        gap = np.zeros((_GAP, 32), dtype=np.int8)  # so that no stretch runs from one call into the next
        rows = [part for each in prints for part in (gap, each.signs)] + [gap]
        signs = np.concatenate(rows)
        self.size = len(prints)
        self._words, self._spoken = _words(signs), signs[:, 0] != 0
        self._starts = np.cumsum([_GAP] + [len(each.signs) + _GAP for each in prints])[: len(prints)]

    def find(self, block: NDArray[np.int8], least: int = _LEAST) -> tuple[Match, int] | None:
        """The place most like this stretch and which recording it is in; ``None`` when either holds less than ``least``
        frames of speech. Times of the match count from the start of the stretch and of that recording."""
        block = block[:_GAP]
        spoken = np.flatnonzero(block[:, 0])
        if not self.size or spoken.size < least:
            return None
        chosen = spoken[np.linspace(0, spoken.size - 1, min(_SAMPLED, spoken.size)).astype(np.intp)]
        words, last = _words(block), len(self._words) - len(block)
        differing = np.zeros(last, dtype=np.uint16)
        for at in chosen:
            differing += np.bitwise_count(self._words[at : at + last] ^ words[at])
        best: tuple[float, int, int] | None = None
        mask = block[:, 0] != 0
        for lag in np.argpartition(differing, min(_REFINED, last - 1))[:_REFINED]:
            both = mask & self._spoken[lag : lag + len(block)]
            frames = int(np.count_nonzero(both))
            if frames < max(least, 0.6 * spoken.size):
                continue
            wrong = np.bitwise_count(self._words[lag : lag + len(block)][both] ^ words[both]).sum()
            error = float(wrong) / (32 * frames)
            if best is None or error < best[0]:
                best = error, frames, int(lag)
        if best is None:
            return None
        error, frames, lag = best
        owner = max(0, int(np.searchsorted(self._starts, lag, side="right")) - 1)
        at = max(0, lag - int(self._starts[owner]))
        return Match(error, frames / 62.5, 0, milliseconds(at)), owner


class DuplicateSearch:
    """One call's standing question: is it, or are its answers, in the archive? Each stretch is asked about once.

    Answers on this line are short. One that is a copy proves little, two or more from *one* earlier call with three
    seconds of speech between them as much as a long stretch.
    """

    def __init__(self, archive: SoundArchive, own_prompts: Sequence[Fingerprint] = ()) -> None:
        self.archive, self._prompts = archive, tuple(own_prompts)
        self.best: Match | None = None
        self.asked = False
        self._next = 0
        self._waiting: list[TurnFacts] = []
        self._copied: dict[int, list[Match]] = {}

    def prompt(self, prompt: Fingerprint) -> None:
        """Something the line said: where it leaks into the caller's track it is no repetition of the caller."""
        self._prompts = (*self._prompts, prompt)

    def turn(self, facts: TurnFacts) -> None:
        if not facts.by_keys:
            self._waiting.append(facts)

    def settle(self, track: CallPrint) -> None:
        """Look up what was spoken since the last time; some 5 ms for each stretch and forty earlier minutes."""
        signs = track.fingerprint().signs
        while self._next + _LENGTH <= len(signs):
            self._ask(signs, self._next)
            self._next += _LENGTH // 2
        pending, self._waiting = self._waiting, []
        for turn in pending:
            if turn.speech_end_ms > track.heard_ms:
                self._waiting.append(turn)
            else:
                self._answer(signs[track.frames(turn.speech_start_ms, turn.speech_end_ms)], turn.speech_start_ms)

    @property
    def answers(self) -> tuple[Match, ...]:
        """The answers that are copies out of one earlier call, where together they are enough to say so."""
        enough = [
            matches
            for matches in self._copied.values()
            if len(matches) >= _ANSWERS and sum(match.seconds for match in matches) >= _TOGETHER
        ]
        enough.sort(key=len)
        return tuple(enough[-1]) if enough else ()

    def _ask(self, signs: NDArray[np.int8], start: int) -> None:
        found = self._searched(signs[start : start + _LENGTH], _LEAST, DUPLICATE_BELOW)
        if found is None:
            return
        self.asked = True
        match, _ = found
        if self.best is None or match.error < self.best.error:
            self.best = Match(match.error, match.seconds, milliseconds(start), match.other_at_ms)

    def _answer(self, block: NDArray[np.int8], start_ms: int) -> None:
        found = self._searched(block, _LEAST_ANSWER, COPIED_BELOW)
        if found is None:
            return
        self.asked = True
        match, owner = found
        if match.error < COPIED_BELOW:
            self._copied.setdefault(owner, []).append(Match(match.error, match.seconds, start_ms, match.other_at_ms))

    def _searched(self, block: NDArray[np.int8], least: int, below: float) -> tuple[Match, int] | None:
        """What is found, without what the line itself says."""
        found = self.archive.find(block, least)
        if found is None or found[0].error >= below or not self._prompts:
            return found
        return self.archive.find(Fingerprint(block).without(self._prompts).signs, least)
