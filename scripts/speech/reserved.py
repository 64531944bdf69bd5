"""A speaker nobody trained, tuned or fitted on: the voice of Debian's ``asterisk-core-sounds-en-wav``. Only measured.

Her single words are joined to the strings, dates and amounts that callers say.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from num2words import num2words

from scripts.speech.material import Said, joined, trimmed
from scripts.speech.sentences import DIGIT_WORDS
from speech.answers.en.words import SPOKEN_MONTHS
from speech.answers.model import Kind
from speech.audio import read_audio

__all__ = ["SOUNDS", "reserved"]

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")

#: A word and the file that says it.
Spoken = tuple[str, str]


def _number(value: int) -> list[Spoken]:
    """A number below a hundred."""
    if value <= 20 or value % 10 == 0:
        return [(num2words(value), str(value))]
    return [(num2words(value - value % 10), str(value - value % 10)), (num2words(value % 10), str(value % 10))]


def _figures(length: int, rng: np.random.Generator) -> list[Spoken]:
    return [(DIGIT_WORDS[int(n)], str(int(n))) for n in rng.integers(0, 10, length)]


def _date(rng: np.random.Generator) -> list[Spoken]:
    month, day, year = int(rng.integers(12)), int(rng.integers(1, 21)), int(rng.integers(40, 100))
    first = [(SPOKEN_MONTHS[month], f"mon-{month}"), (num2words(day, to="ordinal"), f"h-{day}")]
    return [*first, ("nineteen", "19"), *_number(year)]


def _amount(rng: np.random.Generator) -> list[Spoken]:
    said: list[Spoken] = []
    if rng.random() < 0.7:
        said += [*_number(int(rng.integers(1, 21))), ("thousand", "thousand")]
    if not said or rng.random() < 0.5:
        said += [*_number(int(rng.integers(1, 10))), ("hundred", "hundred")]
        if rng.random() < 0.5:
            said += _number(int(rng.integers(10, 100)))
    return [*said, ("dollars", "dollars")]


def reserved(rng: np.random.Generator, many: int, sounds: Path = SOUNDS) -> list[Said]:
    """``many`` answers; empty where the package is not installed."""
    made = []
    for _ in range(many if sounds.is_dir() else 0):
        kind = (Kind.DIGITS, Kind.DIGITS, Kind.DATE, Kind.AMOUNT)[int(rng.integers(4))]
        length = int(rng.choice((4, 6, 10))) if kind is Kind.DIGITS else None
        words = _figures(length, rng) if length else _date(rng) if kind is Kind.DATE else _amount(rng)
        pause = kind is Kind.DIGITS
        parts = [trimmed(read_audio(sounds / "digits" / f"{file}.wav")) for _, file in words]
        sound = joined(parts, rng) if pause else np.concatenate(parts)
        made.append(Said(kind, " ".join(word for word, _ in words), "allison", "reserved speaker", sound, length))
    return made
