"""What one pass over the bundle holds: sentences as they are, single words chained to strings, on lines made by chance.

Only the random generator that is handed in decides, so a seed repeats a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from speech.training.bundle import Bundle, Clip
from speech.training.channel import Sound, on_a_line, paced, with_silence

__all__ = ["Example", "Passes"]

_RATE = 8000
#: How many single words follow each other; strings of figures in life have four to ten.
_CHAINS = (1, 1, 1, 2, 3, 4, 5, 6, 8, 10)
_LONGEST_S = 16.0
#: Batches are filled with utterances of about one length, found among so many.
_SORTED = 400
_FIGURES = frozenset({"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"})


@dataclass(frozen=True, slots=True)
class Example:
    """``sound`` at 16-bit level, and the pronunciations of each word said in it."""

    sound: Sound
    words: list[list[list[int]]]


class Passes:
    """Batches without end; ``seconds`` of speech in each."""

    def __init__(self, bundle: Bundle, rng: np.random.Generator, seconds: float) -> None:
        self._bundle, self._rng, self._seconds = bundle, rng, seconds
        self._clips = [clip for clip in bundle.clips if not clip.dev]
        self._figures = _by_speaker(self._clips)

    def __iter__(self) -> Iterator[list[Example]]:
        while True:
            for batch in self._one_pass():
                yield [self._example(chain) for chain in batch]

    def _one_pass(self) -> Iterator[list[list[Clip]]]:
        chains = [chain for chain in self._chains() if _seconds(chain) < _LONGEST_S]
        self._shuffle(chains)
        batches = []
        for at in range(0, len(chains), _SORTED):
            batches += self._batches(sorted(chains[at : at + _SORTED], key=_seconds))
        self._shuffle(batches)
        yield from batches

    def _batches(self, chains: Sequence[list[Clip]]) -> list[list[list[Clip]]]:
        batches: list[list[list[Clip]]] = [[]]
        for chain in chains:
            if batches[-1] and (len(batches[-1]) + 1) * (_seconds(chain) + 0.4) > self._seconds:
                batches.append([])
            batches[-1].append(chain)
        return [batch for batch in batches if batch]

    def _chains(self) -> list[list[Clip]]:
        chains, singles = [], []
        for source in self._bundle.sources.values():
            clips = [clip for clip in self._clips if clip.source == source.name]
            many = source.passes * len(clips)
            many = int(many) + int(self._rng.random() < many % 1)
            taken = [clips[i] for k in range(0, many, max(1, len(clips))) for i in self._some(len(clips), many - k)]
            if source.single:
                singles += taken
            else:
                chains += [[clip] for clip in taken]
        self._shuffle(singles)
        at = 0
        while at < len(singles):
            size = int(self._rng.choice(_CHAINS))
            one_speaker = bool(self._figures) and size > 3 and self._rng.random() < 0.3
            chains.append(self._string(size) if one_speaker else singles[at : at + size])
            at += size
        return chains

    def _some(self, size: int, many: int) -> list[int]:
        return [int(i) for i in self._rng.permutation(size)[:many]]

    def _string(self, size: int) -> list[Clip]:
        """Figures said by one speaker."""
        speakers = list(self._figures)
        pool = self._figures[speakers[int(self._rng.integers(len(speakers)))]]
        return [pool[int(self._rng.integers(len(pool)))] for _ in range(size)]

    def _example(self, chain: Sequence[Clip]) -> Example:
        rng = self._rng
        pieces: list[Sound] = []
        for clip in chain:
            sound = paced(clip.samples.astype(np.float32) / np.float32(32768), rng)
            if len(chain) > 1:
                sound = sound * np.float32(rng.uniform(0.5, 1.0))
                if pieces:
                    pause = max(0.0, rng.normal(0.06, 0.14))
                    pieces.append(np.zeros(int(pause * _RATE), np.float32))
            pieces.append(sound)
        behind = self._clips[int(rng.integers(len(self._clips)))].samples.astype(np.float32)
        sound = on_a_line(with_silence(np.concatenate(pieces), rng), rng, behind)
        return Example(sound, [self._bundle.lexicon[word] for clip in chain for word in clip.words])

    def _shuffle(self, items: list[list[Clip]] | list[Clip] | list[list[list[Clip]]]) -> None:
        self._rng.shuffle(items)


def _seconds(chain: Sequence[Clip]) -> float:
    return sum(len(clip.samples) for clip in chain) / _RATE


def _by_speaker(clips: Sequence[Clip]) -> dict[str, list[Clip]]:
    """The figures of every speaker who said at least five different ones as single words."""
    found: dict[str, list[Clip]] = {}
    for clip in clips:
        if len(clip.words) == 1 and clip.words[0] in _FIGURES:
            found.setdefault(clip.speaker, []).append(clip)
    return {speaker: said for speaker, said in found.items() if len({clip.words for clip in said}) >= 5}
