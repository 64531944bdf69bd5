"""Choosing an entry of a closed list by what was said: synonyms as data, the longest phrase first, rapidfuzz last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz, process

from speech.answers.model import Reading
from speech.answers.phrases import Match, PhraseTable, expand

__all__ = ["Chooser"]

_CLOSE = 88.0
_SHORTEST_FUZZY = 5
_WEAK = 1.0
_FUZZY = 2.0


class Chooser:
    """One list in one language. ``entries`` maps each code to its ``grammar``, ``strong`` and ``weak`` templates.

    ``fold`` brings a phrase or an answer to comparable words; a word of ``denials`` up to two words before a
    phrase takes it out ("not a student").
    """

    def __init__(
        self,
        entries: Mapping[str, Mapping[str, Sequence[str]]],
        fold: Callable[[str], list[str]],
        denials: frozenset[str],
    ) -> None:
        self._fold = fold
        self._denials = denials
        self.grammar: tuple[str, ...] = tuple(
            phrase for parts in entries.values() for phrase in parts.get("grammar", ())
        )
        self._strong = PhraseTable(self._phrases(entries, "strong", "grammar"), fold)
        self._weak = PhraseTable(self._phrases(entries, "weak"), fold)
        self._single: dict[str, str] = {}
        for phrase, code in self._phrases(entries, "strong", "grammar"):
            words = fold(phrase)
            if len(words) == 1 and len(words[0]) >= _SHORTEST_FUZZY:
                self._single.setdefault(words[0], code)

    @staticmethod
    def _phrases(entries: Mapping[str, Mapping[str, Sequence[str]]], *parts: str) -> Iterator[tuple[str, str]]:
        for code, lists in entries.items():
            for part in parts:
                for template in lists.get(part, ()):
                    yield from ((phrase, code) for phrase in expand(template))

    def choose(self, text: str) -> tuple[Reading, ...]:
        """Every entry the words name, in spoken order; nothing when they name none."""
        words = self._fold(text)
        matches = self._strong.find(words)
        kept = [match for match in matches if not self._denied(words, match)]
        if kept:
            return self._readings(kept, 0.0)
        if not matches and (weak := [match for match in self._weak.find(words) if not self._denied(words, match)]):
            return self._readings(weak, _WEAK)
        return () if matches else self._close(words)

    def _denied(self, words: Sequence[str], match: Match[Any]) -> bool:
        return any(word in self._denials for word in words[max(0, match.start - 2) : match.start])

    @staticmethod
    def _readings(matches: list[Match[str]], cost: float) -> tuple[Reading, ...]:
        codes = dict.fromkeys(code for match in matches for code in match.labels)
        return tuple(Reading(code, cost=cost) for code in codes)

    def _close(self, words: Sequence[str]) -> tuple[Reading, ...]:
        """A word heard or written a little wrong, such as "furnitur"."""
        codes: dict[str, None] = {}
        for word in words:
            if len(word) >= _SHORTEST_FUZZY:
                found = process.extractOne(word, list(self._single), scorer=fuzz.ratio, score_cutoff=_CLOSE)
                if found:
                    codes[self._single[found[0]]] = None
        return tuple(Reading(code, cost=_FUZZY) for code in codes)
