"""Answers put together from single words that one person recorded: figures, real telephone numbers, dates, amounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from num2words import num2words

from scripts.speech.material import Said, joined, trimmed
from scripts.speech.sentences import DIGIT_WORDS, figures
from speech.answers.en.words import SPOKEN_MONTHS
from speech.answers.model import Kind
from speech.audio import Samples

__all__ = ["answers"]

_SPELLED = ("maria", "james", "lopez", "smith", "walker", "susan", "davis", "kevin", "paul", "young", "brown", "chen")


def _number(value: int) -> list[str]:
    """A number below a hundred."""
    return num2words(value).replace("-", " ").split()


def _figures(rng: np.random.Generator) -> list[str]:
    length = int(rng.choice((4, 6, 10)))
    return [DIGIT_WORDS[int(figure)] for figure in figures(length, rng)]


def _date(rng: np.random.Generator) -> list[str]:
    month, day, year = str(rng.choice(SPOKEN_MONTHS)), int(rng.integers(1, 21)), int(rng.integers(40, 100))
    return [month, num2words(day, to="ordinal"), "nineteen", *_number(year)]


def _amount(rng: np.random.Generator) -> list[str]:
    said: list[str] = []
    if rng.random() < 0.7:
        said += [*_number(int(rng.integers(1, 100) if rng.random() < 0.4 else rng.integers(1, 21))), "thousand"]
    if not said or rng.random() < 0.5:
        said += [*_number(int(rng.integers(1, 10))), "hundred"]
        if rng.random() < 0.5:
            said += _number(int(rng.integers(10, 100)))
    return [*said, "dollars"]


def _name(rng: np.random.Generator) -> list[str]:
    return list(str(rng.choice(_SPELLED)))


_MAKERS: dict[Kind, Callable[[np.random.Generator], list[str]]] = {
    Kind.DIGITS: _figures,
    Kind.DATE: _date,
    Kind.AMOUNT: _amount,
    Kind.NAME: _name,
}


def answers(
    bank: Mapping[str, Samples], speaker: str, name: str, kinds: tuple[Kind, ...], rng: np.random.Generator
) -> Iterator[Said]:
    """Answers of these kinds by turns, without end, of words that the bank holds. Figures and letters have the pauses
    people make between them; the words of numbers and dates follow each other."""
    parts = {word: trimmed(sound) for word, sound in bank.items()}
    while True:
        for kind in kinds:
            words = _MAKERS[kind](rng)
            while any(word not in parts for word in words):
                words = _MAKERS[kind](rng)
            apart = kind in {Kind.DIGITS, Kind.NAME}
            sounds = [parts[word] for word in words]
            sound = joined(sounds, rng) if apart else np.concatenate(sounds)
            yield Said(kind, " ".join(words), speaker, name, sound, len(words) if kind is Kind.DIGITS else None)
