"""The sets a model is chosen on (development speakers of the bundle) and those it is only measured on (reserved)."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from num2words import num2words

from speech.answers.en.words import SPOKEN_MONTHS
from speech.audio import Samples, read_audio
from speech.training.bundle import Bundle, trimmed
from speech.training.measure import Utterance
from speech.training.sentences import plain

__all__ = ["SOUNDS", "WHOLE_SENTENCES", "development", "reserved"]

#: Debian's ``asterisk-core-sounds-en-wav``: one voice that is never trained, tuned or chosen on.
SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
_PROMPTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
_FIGURES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_QUIET_DBFS = -30.0
#: Sets that are decoded freely only.
WHOLE_SENTENCES = frozenset({"dev-sentences", "ast-prompts"})


def development(bundle: Bundle, seed: int = 4) -> dict[str, list[Utterance]]:
    """Sentences, spelled names and numbers, single words, yes and no, strings of figures of the speakers that are kept
    for choosing."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret: which figures follow each other
    clips = [clip for clip in bundle.clips if clip.dev]
    sets: dict[str, list[Utterance]] = {"dev-sentences": [], "dev-an4": [], "dev-words": [], "dev-yes-no": []}
    figures: dict[str, dict[str, list[Samples]]] = {}
    for clip in clips:
        one = Utterance(clip.words, _levelled(clip.samples))
        if clip.source == "libri":
            sets["dev-sentences"].append(one)
        elif clip.source == "an4":
            sets["dev-an4"].append(one)
        elif clip.source == "sc":
            sets["dev-yes-no" if clip.words[0] in {"yes", "no"} else "dev-words"].append(one)
            if clip.words[0] in _FIGURES:
                figures.setdefault(clip.speaker, {}).setdefault(clip.words[0], []).append(one.samples)
    sets["dev-strings"] = [
        _string(takes, length, rng) for takes in figures.values() if len(takes) >= 3 for length in (4, 6, 9, 10)
    ]
    return {name: said for name, said in sets.items() if said}


def _levelled(samples: Samples) -> Samples:
    """At a level that telephones have; the bundle holds everything as loud as can be."""
    sound = samples.astype(np.float32)
    level = float(np.sqrt(np.mean(sound**2))) + 1e-9
    return np.asarray(np.round(sound * (32768 * 10 ** (_QUIET_DBFS / 20) / level)), np.int16)


def _string(takes: dict[str, list[Samples]], length: int, rng: random.Random) -> Utterance:
    words = [rng.choice(sorted(takes)) for _ in range(length)]
    return Utterance(tuple(words), _joined([rng.choice(takes[word]) for word in words], rng, 0.2))


def _joined(parts: Sequence[Samples], rng: random.Random, longest_s: float) -> Samples:
    pieces: list[Samples] = []
    for part in parts:
        pieces += [part, np.zeros(int(rng.uniform(0.0, longest_s) * 8000), np.int16)]
    return np.concatenate(pieces)


def reserved(sounds: Path = SOUNDS, prompts: Path = _PROMPTS, seed: int = 4) -> dict[str, list[Utterance]]:
    """Whole prompts, single figures and letters, and figures, amounts and dates joined of single words; empty where the
    package is not installed."""
    if not sounds.is_dir() or not prompts.is_file():
        return {}
    texts = _prompt_texts(sounds, prompts)
    rng = random.Random(seed)  # noqa: S311 - as above
    voice = _Voice(sounds / "digits", rng)
    single = {"ast-digits": "digits/", "ast-letters": "letters/", "ast-phonetic": "phonetic/"}
    sets = {
        name: [
            Utterance(words, read_audio(sounds / f"{key}.wav"))
            for key, words in texts.items()
            if _is(key, place, words)
        ]
        for name, place in single.items()
    }
    sets["ast-prompts"] = [
        Utterance(words, read_audio(sounds / f"{key}.wav")) for key, words in texts.items() if "/" not in key
    ]
    sets["ast-nine-figures"] = [voice.says([_FIGURES[rng.randrange(10)] for _ in range(9)], 0.2) for _ in range(100)]
    sets["ast-amounts"] = [voice.says(_amount(rng), 0.08) for _ in range(100)]
    sets["ast-dates"] = [voice.says(_date(rng), 0.08) for _ in range(100)]
    return {name: said for name, said in sets.items() if said}


def _is(key: str, place: str, words: tuple[str, ...]) -> bool:
    return key.startswith(place) and (place != "letters/" or (len(words) == 1 and len(words[0]) == 1))


def _prompt_texts(sounds: Path, prompts: Path) -> dict[str, tuple[str, ...]]:
    texts = {}
    with gzip.open(prompts, "rt", encoding="utf-8", errors="ignore") as file:
        lines = file.readlines()
    for line in lines:
        key, _, text = line.partition(":")
        usable = text and not line.startswith(";") and "[" not in text and not re.search(r"\d", text)
        if usable and plain(text) and (sounds / f"{key.strip()}.wav").is_file():
            texts[key.strip()] = tuple({"fourtieth": "fortieth"}.get(word, word) for word in plain(text))
    return texts


def _number(value: int) -> list[str]:
    return str(num2words(value)).replace("-", " ").split()


def _amount(rng: random.Random) -> list[str]:
    said = [*_number(rng.choice((rng.randrange(1, 100), rng.randrange(1, 20)))), "thousand"]
    if rng.random() < 0.4:
        said += [_FIGURES[rng.randrange(1, 10)], "hundred"]
        said += _number(rng.randrange(1, 100)) if rng.random() < 0.5 else []
    return [*said, "dollars"]


def _date(rng: random.Random) -> list[str]:
    day = num2words(rng.randrange(1, 32), to="ordinal").replace("-", " ").split()
    return [rng.choice(SPOKEN_MONTHS), *day, "nineteen", *_number(rng.randrange(50, 100))]


class _Voice:
    """Joins single words of Asterisk's ``digits`` folder."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self._folder, self._rng = folder, rng
        self._file = {" ".join(_number(n)): str(n) for n in (*range(21), 30, 40, 50, 60, 70, 80, 90)}
        self._file |= {num2words(n, to="ordinal"): f"h-{n}" for n in (*range(1, 21), 30)}
        self._file |= {month: f"mon-{at}" for at, month in enumerate(SPOKEN_MONTHS)}
        self._file |= {word: word for word in ("hundred", "thousand", "dollars")}

    def says(self, words: Sequence[str], longest_pause_s: float) -> Utterance:
        parts = [trimmed(read_audio(self._folder / f"{self._file[word]}.wav")) for word in words]
        return Utterance(tuple(words), _joined(parts, self._rng, longest_pause_s))
