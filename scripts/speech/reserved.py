"""Speakers nobody trained, tuned or fitted on. They are only measured.

The voice of Debian's ``asterisk-core-sounds-en-wav``, whose single words are joined to the answers that callers give,
and the figures in Debian's ``pocketsphinx-testdata``. The other reserved speakers that exist
somewhere (FSDD's theo and yweweler, AN4's official test) are not among the recordings this project has.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from scripts.speech.material import Said
from scripts.speech.sentences import DIGIT_WORDS
from scripts.speech.word_bank import answers
from speech.answers.en.words import SPOKEN_MONTHS
from speech.answers.model import Kind
from speech.audio import Samples, read_audio, resample

__all__ = ["ALLISON", "allison", "bank", "testdata"]

ALLISON = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
TESTDATA = Path("/usr/share/pocketsphinx/test/data/tidigits/dhd.2934z.raw")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    "twentieth",
)


def bank(sounds: Path = ALLISON) -> dict[str, Samples]:
    """Every word she says that an answer may hold; empty where the package is not installed."""
    files = {word: f"digits/{word}" for word in ("oh", "hundred", "thousand", "dollars")}
    files |= {word: f"digits/{number}" for number, word in enumerate((*DIGIT_WORDS, *_TEENS))}
    files |= {word: f"digits/{10 * place}" for place, word in enumerate(_TENS, 2)}
    files |= {word: f"digits/h-{day}" for day, word in enumerate(_ORDINALS, 1)}
    files |= {word: f"digits/mon-{month}" for month, word in enumerate(SPOKEN_MONTHS)}
    files |= {letter: f"letters/{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"}
    found = {word: sounds / f"{file}.wav" for word, file in files.items()}
    return {word: read_audio(file) for word, file in found.items() if file.is_file()}


def allison(rng: np.random.Generator, many: int, name: str, *kinds: Kind) -> list[Said]:
    """``many`` of her answers; none where the package is not installed."""
    words = bank()
    return list(islice(answers(words, "allison", name, kinds, rng), many)) if words else []


def testdata(name: str) -> list[Said]:
    """The one recording of another person whose words are an answer; none where the package is not installed."""
    if not TESTDATA.is_file():
        return []
    sound = resample(np.fromfile(TESTDATA, dtype="<i2"), 16000, 8000)
    return [Said(Kind.DIGITS, "two nine three four zero", "tidigits-dhd", name, sound, 5)]
