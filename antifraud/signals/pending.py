"""Signals that a lender would expect here and that nothing yet stands behind. They say so, and count as nothing."""

from __future__ import annotations

from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES"]

_WHY = {
    "voice.conversion": ("no recordings of converted or cloned voices to measure on", ConsentClass.VOICE_ANALYSIS),
    "audio.replay": ("no recordings through a real loudspeaker to measure on", ConsentClass.RECORDING),
}


def _rule(name: str, why: str, consent: ConsentClass) -> Rule:
    def read(known: Known) -> Reading:
        raise NotAssessed(why)

    return Rule(name, consent, EvidenceLevel.NONE, read)


RULES = tuple(_rule(name, why, consent) for name, (why, consent) in _WHY.items())
