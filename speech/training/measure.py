"""Word error of a model on sets of recordings: 8 kHz mu-law, 0.3 s of silence on both sides, 100 ms at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import vosk

from speech.audio import decode_mulaw, encode_mulaw

__all__ = ["Score", "Utterance", "edits", "measured", "vocabulary_of"]

_RATE, _CHUNK, _SILENCE = 8000, 1600, 2400


@dataclass(frozen=True, slots=True)
class Utterance:
    words: tuple[str, ...]
    samples: npt.NDArray[np.int16] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Score:
    """Shares in per cent; ``cost`` is processor time for each second of sound."""

    utterances: int
    words: int
    word_error: float
    utterance_error: float
    cost: float


def measured(model: Path, said: Sequence[Utterance], grammar: Sequence[str] | None) -> Score:
    """Decode every utterance, freely or with a run-time grammar of phrases and ``[unk]``; a wrong ``[unk]`` counts."""
    vosk.SetLogLevel(-2)
    loaded = vosk.Model(str(model))
    _decoded(loaded, np.zeros(_RATE, np.int16), grammar)  # the grammar is compiled outside the timing
    wrong = words = failed = 0
    seconds = 0.0
    begun = time.process_time()
    for one in said:
        sound = np.pad(one.samples, _SILENCE)
        heard = _decoded(loaded, np.frombuffer(decode_mulaw(encode_mulaw(sound)), np.int16), grammar)
        found = edits(one.words, heard)
        wrong, words, failed = wrong + found, words + len(one.words), failed + (found > 0)
        seconds += len(sound) / _RATE
    cost = (time.process_time() - begun) / max(seconds, 1e-9)
    many = max(1, len(said))
    return Score(len(said), words, round(100 * wrong / max(1, words), 2), round(100 * failed / many, 2), round(cost, 4))


def _decoded(model: Any, sound: npt.NDArray[np.int16], grammar: Sequence[str] | None) -> list[str]:
    phrases = (json.dumps([*grammar, "[unk]"]),) if grammar else ()
    recognizer = vosk.KaldiRecognizer(model, _RATE, *phrases)
    data, heard = sound.tobytes(), []
    for at in range(0, len(data), _CHUNK):
        if recognizer.AcceptWaveform(data[at : at + _CHUNK]):
            heard += json.loads(recognizer.Result())["text"].split()
    return [*heard, *json.loads(recognizer.FinalResult())["text"].split()]


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """How many words must be put in, taken out or changed."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(said, 1):
        before, row[0] = row[0], at
        for k, other in enumerate(heard, 1):
            before, row[k] = row[k], min(row[k] + 1, row[k - 1] + 1, before + (word != other))
    return row[-1]


def vocabulary_of(said: Iterable[Utterance]) -> list[str]:
    """The words of a set, as the loosest grammar for it."""
    return sorted({word for one in said for word in one.words})
