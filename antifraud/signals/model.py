"""What a signal is made from, and what it may say."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from antifraud.archive import DuplicateSearch, SoundArchive
from antifraud.facts import CallContext, ChallengeFacts, TurnFacts
from antifraud.own_answers import OwnAnswers
from antifraud.repeats import CallPrint
from antifraud.sound import Sound
from antifraud.synthetic_model import SpeechClips
from antifraud.voices import CallVoices, KnownVoice
from core.risk import ConsentClass, EvidenceLevel, Signal

__all__ = ["Known", "NotAssessed", "Reading", "Rule", "assess"]


@dataclass(slots=True)
class Known:
    """All that is known of a call so far. ``quality`` is that of the line, 0 to 1, ``None`` before any speech;
    ``voices`` is there only with the biometric consent and a speaker network; ``assistive`` says that this person is
    known to speak with a machine's voice."""

    sound: Sound = field(default_factory=Sound)
    turns: list[TurnFacts] = field(default_factory=list)
    challenges: list[ChallengeFacts] = field(default_factory=list)
    context: CallContext = field(default_factory=CallContext)
    quality: float | None = None
    voices: CallVoices | None = None
    known_voices: tuple[KnownVoice, ...] = ()
    track: CallPrint = field(default_factory=CallPrint)
    answers: OwnAnswers = field(default_factory=OwnAnswers)
    assistive: bool = False
    clips: SpeechClips | None = None
    duplicates: DuplicateSearch = field(default_factory=lambda: DuplicateSearch(SoundArchive()))


class NotAssessed(Exception):
    """The signal says nothing; the message says why, in plain words."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one signal found. ``reason_code`` is set only where the finding may count as risk."""

    value: float
    unit: str
    text: str
    llr: float | None = None
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A signal and the terms it is used on.

    ``gating``: it can hold an application, so that its failure (not its silence) makes the report incomplete.
    ``needs_line``: it is read from the sound, and says nothing on a line too bad to judge.
    ``of_machines``: a voice made by a machine alone can raise it, so it says nothing of a person who speaks with one.
    """

    name: str
    consent: ConsentClass
    evidence: EvidenceLevel
    read: Callable[[Known], Reading]
    gating: bool = False
    needs_line: bool = False
    of_machines: bool = False

    def silent(self, why: str, reason_code: str | None = None) -> Signal:
        return Signal(
            self.name,
            assessed=False,
            text=f"not assessed: {why}",
            evidence=self.evidence,
            consent=self.consent,
            reason_code=reason_code,
        )


WORST_LINE = 0.15


def assess(rule: Rule, known: Known) -> Signal:
    """Run one signal. Raises what the signal raises, and ``ArithmeticError`` for a value that is not a number."""
    if rule.needs_line and known.quality is not None and known.quality < WORST_LINE:
        return rule.silent("the line is too bad to judge from", "LOW_QUALITY_NO_ASSESSMENT")
    if rule.of_machines and known.assistive:
        return rule.silent("this person speaks with an assistive voice")
    try:
        reading = rule.read(known)
    except NotAssessed as why:
        return rule.silent(str(why))
    if not math.isfinite(reading.value) or (reading.llr is not None and not math.isfinite(reading.llr)):
        raise ArithmeticError(f"signal {rule.name} gave a value that is not a number")
    return Signal(
        rule.name,
        assessed=True,
        text=reading.text,
        value=round(reading.value, 4),
        unit=reading.unit,
        llr=None if reading.llr is None else round(reading.llr, 4),
        quality=None if known.quality is None or not rule.needs_line else round(known.quality, 3),
        evidence=rule.evidence,
        consent=rule.consent,
        reason_code=reading.reason_code,
    )
