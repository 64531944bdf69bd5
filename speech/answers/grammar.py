"""What a question listens for: phrase lists for a recogniser's run-time grammar, from the parsers' own tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.errors import InvalidInput
from speech.answers.en.grammar import grammar as english
from speech.answers.model import Kind
from speech.answers.zh.grammar import grammar as mandarin

__all__ = ["grammar", "missing_words", "words"]

_GRAMMARS: dict[str, Callable[[Kind, int | None], tuple[str, ...] | None]] = {"en-US": english, "zh-CN": mandarin}


def grammar(kind: Kind | str, language: str = "en-US", *, length: int | None = None) -> tuple[str, ...] | None:
    """The phrases that may be said, with the universal commands and the lead words of corrections.

    A phrase that stands there several times is likelier: the recogniser's language model counts it as often.
    ``length`` is how many figures are expected. ``None`` means free decoding: names, and whatever was measured to be
    heard better without a grammar. Raises ``InvalidInput`` for an unknown kind or language.
    """
    if kind not in set(Kind):
        raise InvalidInput("kind", f"unknown kind; use one of {', '.join(Kind)}")
    if language not in _GRAMMARS:
        raise InvalidInput("language", f"unknown language; use one of {', '.join(_GRAMMARS)}")
    return _GRAMMARS[language](Kind(kind), length)


def words(phrases: Iterable[str]) -> frozenset[str]:
    """The distinct words of a grammar."""
    return frozenset(word for phrase in phrases for word in phrase.split())


def missing_words(phrases: Iterable[str], knows: Callable[[str], bool]) -> tuple[str, ...]:
    """The words of a grammar that a model cannot hear, sorted; ``knows`` says whether it has a word."""
    return tuple(sorted(word for word in words(phrases) if not knows(word)))
