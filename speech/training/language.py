"""The language model: trigrams of several kinds of text, mixed, as one back-off model.

Each text gives interpolated trigrams by absolute discounting (Ney et al. 1994); the mixture's probabilities are written
for every sequence that one of the texts holds often enough, and the back-off weights are set so that each history's
probabilities sum to one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["END", "START", "BackOff", "Text", "mixed"]

START, END = "<s>", "</s>"
_DISCOUNT = 0.75

History = tuple[str, ...]
Probability = Callable[[str, History], float]


@dataclass(slots=True)
class Text:
    """Counts of one kind of text. ``share`` is its part of the mixture; sequences of two and three words are written
    from ``least`` counts on. ``whole`` says how often a word stood before any other, where ``two`` lists but a part."""

    share: float
    least: tuple[int, int]
    one: Counter[str] = field(default_factory=Counter)
    two: Counter[tuple[str, str]] = field(default_factory=Counter)
    three: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    whole: Mapping[str, int] = field(default_factory=dict)

    def add(self, sentences: Iterable[Sequence[str]], vocabulary: frozenset[str]) -> Text:
        """Count sentences; nothing is counted across a word that the vocabulary lacks."""
        for sentence in sentences:
            words = [START, *(word if word in vocabulary else "" for word in sentence), END]
            for at in range(1, len(words)):
                last, before, word = words[at - 2] if at > 1 else "", words[at - 1], words[at]
                if not word:
                    continue
                self.one[word] += 1
                if before:
                    self.two[before, word] += 1
                    if last:
                        self.three[last, before, word] += 1
        return self


@dataclass(frozen=True, slots=True)
class BackOff:
    """Probabilities by history (none, one or two words) and word, and each history's factor for all other words."""

    words: dict[History, dict[str, float]]
    factor: dict[History, float]

    def of(self, word: str, history: History) -> float:
        """The probability that a decoder would use."""
        while history:
            listed = self.words.get(history)
            if listed is not None and word in listed:
                return listed[word]
            factor = self.factor.get(history, 1.0)
            history = history[1:]
            if factor != 1.0:
                return factor * self.of(word, history)
        return self.words[()][word]


class _Estimate:
    """One text's interpolated probabilities over single words that are given."""

    def __init__(self, text: Text, single: Mapping[str, float]) -> None:
        self._text, self._single = text, single
        self._seen: dict[History, float] = defaultdict(float)
        self._kept: dict[History, float] = defaultdict(float)
        for counts in (text.two, text.three):
            for key, count in counts.items():
                self._seen[key[:-1]] += count
                self._kept[key[:-1]] += max(0.0, count - _DISCOUNT)
        for word, count in text.whole.items():
            self._seen[word,] = max(self._seen[word,], count)

    def of(self, word: str, history: History) -> float:
        if not history:
            return self._single[word]
        below = self.of(word, history[1:])
        seen = self._seen.get(history, 0.0)
        if not seen:
            return below
        count = (
            self._text.two[history[0], word] if len(history) == 1 else self._text.three[history[0], history[1], word]
        )
        return (max(0.0, count - _DISCOUNT) + (seen - self._kept[history]) * below) / seen


def mixed(texts: Sequence[Text], frequencies: Mapping[str, float], rare: float = 0.3) -> BackOff:
    """The back-off model. ``frequencies`` are of general English, for every word of the vocabulary; they make the part
    ``rare`` of the single words, so that every word can be said."""
    single = _single(texts, frequencies, rare)
    estimates = [(text.share, _Estimate(text, single)) for text in texts]

    def of(word: str, history: History) -> float:
        return sum(share * estimate.of(word, history) for share, estimate in estimates)

    words: dict[History, dict[str, float]] = {(): single}
    for text in texts:
        _list(words, [(before, word) for (before, word), n in text.two.items() if n >= text.least[0]], of)
    for text in texts:
        longer = [key for key, n in text.three.items() if n >= text.least[1] and key[1] in words.get((key[0],), {})]
        _list(words, longer, of)
    factor: dict[History, float] = {}
    for history in sorted(words, key=len):
        if history:
            listed = words[history]
            kept = 1.0 - sum(listed.values())
            backed = 1.0 - sum(BackOff(words, factor).of(word, history[1:]) for word in listed)
            factor[history] = max(kept, 1e-6) / max(backed, 1e-6)
    return BackOff(words, factor)


def _single(texts: Sequence[Text], frequencies: Mapping[str, float], rare: float) -> dict[str, float]:
    single: dict[str, float] = defaultdict(float)
    for text in texts:
        total = max(1, sum(text.one.values()))
        for word, count in text.one.items():
            single[word] += (1 - rare) * text.share * count / total
    end = single[END] / (1 - rare)
    general = sum(frequencies.values())
    for word, frequency in frequencies.items():
        single[word] += rare * (1 - end) * frequency / general
    single[END] += rare * end
    whole = sum(single.values())
    return {word: share / whole for word, share in single.items()}


def _list(words: dict[History, dict[str, float]], found: Iterable[tuple[str, ...]], of: Probability) -> None:
    for *history, word in found:
        listed = words.setdefault(tuple(history), {})
        if word not in listed:
            listed[word] = of(word, tuple(history))
