"""Phrases with alternatives, and a table that finds them among the words of an answer. No language of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Generic, TypeVar

__all__ = ["Match", "PhraseTable", "expand"]

T = TypeVar("T")

_GROUP = re.compile(r"\(([^()]*)\)")


def expand(template: str) -> tuple[str, ...]:
    """Write a template out: ``"(talk|speak) to (a|) person"`` gives four phrases, in order.

    Groups are not nested; an empty alternative makes the group optional.
    """
    pieces = _GROUP.split(template)
    choices = [piece.split("|") if at % 2 else [piece] for at, piece in enumerate(pieces)]
    return tuple(dict.fromkeys(" ".join("".join(chosen).split()) for chosen in product(*choices)))


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """Words ``start`` to ``end`` (not included) stand for ``labels``; more than one where the phrase is ambiguous."""

    start: int
    end: int
    labels: tuple[T, ...]


class PhraseTable(Generic[T]):
    """Phrases, each with one or more labels. ``split`` turns a phrase into words as the answer was split."""

    def __init__(self, entries: Iterable[tuple[str, T]], split: Callable[[str], Sequence[str]] = str.split) -> None:
        found: dict[tuple[str, ...], dict[T, None]] = {}
        for phrase, label in entries:
            found.setdefault(tuple(split(phrase)), {})[label] = None
        self._labels = {words: tuple(labels) for words, labels in found.items() if words}
        lengths: dict[str, set[int]] = {}
        for words in self._labels:
            lengths.setdefault(words[0], set()).add(len(words))
        self._lengths = {first: sorted(counts, reverse=True) for first, counts in lengths.items()}

    def at(self, words: Sequence[str], start: int) -> Match[T] | None:
        """The longest phrase that begins at word ``start``."""
        if start >= len(words):
            return None
        for length in self._lengths.get(words[start], ()):
            labels = self._labels.get(tuple(words[start : start + length]))
            if labels is not None and start + length <= len(words):
                return Match(start, start + length, labels)
        return None

    def whole(self, words: Sequence[str]) -> tuple[T, ...]:
        """The labels of a phrase that is all of ``words``, else nothing."""
        return self._labels.get(tuple(words), ())

    def find(self, words: Sequence[str]) -> list[Match[T]]:
        """Phrases anywhere, without overlap; a longer phrase beats the shorter ones it touches. In spoken order."""
        candidates = [match for start in range(len(words)) if (match := self.at(words, start)) is not None]
        candidates.sort(key=lambda match: (match.start - match.end, match.start))
        taken: set[int] = set()
        kept: list[Match[T]] = []
        for match in candidates:
            span = range(match.start, match.end)
            if taken.isdisjoint(span):
                taken.update(span)
                kept.append(match)
        return sorted(kept, key=lambda match: match.start)
