"""The language model: trigrams of several kinds of text, mixed, as one back-off model.

Each text gives interpolated trigrams by absolute discounting (Ney et al. 1994). A text weighs more the likelier the
last words are in it (Bayes: its share times how often it holds that history): after "two thousand" the line's own
sentences decide, after "once upon" the books. The mixture's probabilities are written for every sequence that one of
the texts holds often enough, and the back-off weights are set so that each history's probabilities sum to one.

Words may be of a kind ("first name"): what was never seen after this very word is then judged by what follows words of
its kind, so that any last name may follow any first name (class n-grams, Brown et al. 1992).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["END", "START", "BackOff", "Text", "mixed"]

START, END = "<s>", "</s>"
_DISCOUNT = 0.75
#: How often a text holds a history that it lacks.
_HARDLY = 0.5

History = tuple[str, ...]
Probability = Callable[[str, History], float]


@dataclass(slots=True)
class Text:
    """Counts of one kind of text. ``share`` is its part of the mixture; sequences of two and three words are written
    from ``least`` counts on. ``whole`` says how often a word stood before any other, where ``two`` lists but a part;
    ``kinds`` of which kind a word is, whose pairs are then counted as well."""

    share: float
    least: tuple[int, int]
    one: Counter[str] = field(default_factory=Counter)
    two: Counter[tuple[str, str]] = field(default_factory=Counter)
    three: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    whole: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

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
                    if before in self.kinds:
                        self.two[self.kinds[before], word] += 1
                    if last:
                        self.three[last, before, word] += 1
        return self


@dataclass(frozen=True, slots=True)
class BackOff:
    """Probabilities by history (none, one or two words, one kind) and word, and each history's factor for all other
    words."""

    words: dict[History, dict[str, float]]
    factor: dict[History, float]
    kinds: Mapping[str, str] = field(default_factory=dict)

    def shorter(self, history: History) -> History:
        """Which history decides where this one has nothing to say."""
        return _shorter(history, self.kinds)

    def of(self, word: str, history: History) -> float:
        """The probability that a decoder would use."""
        while history:
            listed = self.words.get(history)
            if listed is not None and word in listed:
                return listed[word]
            factor = self.factor.get(history, 1.0)
            history = self.shorter(history)
            if factor != 1.0:
                return factor * self.of(word, history)
        return self.words[()][word]


def _shorter(history: History, kinds: Mapping[str, str]) -> History:
    return (kinds[history[0]],) if len(history) == 1 and history[0] in kinds else history[1:]


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
        self._size = max(1, sum(text.one.values()))

    def weight(self, history: History) -> float:
        """The text's share where these words came before, not yet a part of one."""
        return self._text.share * (self._seen.get(history, 0.0) + _HARDLY) / self._size if history else self._text.share

    def of(self, word: str, history: History) -> float:
        if not history:
            return self._single[word]
        below = self.of(word, _shorter(history, self._text.kinds))
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
    estimates = [_Estimate(text, single) for text in texts]

    def of(word: str, history: History) -> float:
        weights = [estimate.weight(history) for estimate in estimates]
        found = sum(weight * estimate.of(word, history) for weight, estimate in zip(weights, estimates, strict=True))
        return found / sum(weights)

    words: dict[History, dict[str, float]] = {(): single}
    for text in texts:
        _list(words, [(before, word) for (before, word), n in text.two.items() if n >= text.least[0]], of)
    for text in texts:
        longer = [key for key, n in text.three.items() if n >= text.least[1] and key[1] in words.get((key[0],), {})]
        _list(words, longer, of)
    kinds = {word: kind for text in texts for word, kind in text.kinds.items()}
    model = BackOff(words, {}, kinds)
    for history in sorted(words, key=lambda history: (len(history), history[:1] and history[0] in kinds)):
        if history:
            listed = words[history]
            kept = 1.0 - sum(listed.values())
            backed = 1.0 - sum(model.of(word, model.shorter(history)) for word in listed)
            model.factor[history] = max(kept, 1e-6) / max(backed, 1e-6)
    return model


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
