"""Was this sound heard before: in an earlier call, or in an earlier answer of this one?"""

from __future__ import annotations

from antifraud.repeats import (
    ANSWER_BELOW,
    ANSWER_SECONDS,
    DUPLICATE_BELOW,
    LEAST_SECONDS,
    nearest,
)
from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES"]


def _duplicate(known: Known) -> Reading:
    if not known.known_audio:
        raise NotAssessed("no earlier recording to compare with")
    match = nearest(known.track.fingerprint().without(known.own_prompts), known.known_audio)
    if match is None:
        raise NotAssessed(f"needs a stretch of {LEAST_SECONDS:.0f} seconds with speech")
    if match.error >= DUPLICATE_BELOW:
        return Reading(match.error, "bit errors", f"none of {len(known.known_audio)} earlier recordings is heard again")
    text = f"from {match.at_ms / 1000:.0f} s on, {match.seconds:.0f} s of speech are a copy of an earlier recording"
    return Reading(match.error, "bit errors", text, reason_code="AUDIO_DUPLICATE")


def _own_answers(known: Known) -> Reading:
    """Assistive voices repeat themselves exactly, so this is weak by decision: it is shown, and checks nothing."""
    known.answers.settle(known.track)
    best = known.answers.closest
    if best is None:
        raise NotAssessed(f"needs two answers of {ANSWER_SECONDS} seconds")
    if best.error >= ANSWER_BELOW:
        return Reading(best.error, "bit errors", "no answer is a copy of another")
    text = "two answers are the same sound: a player, or an assistive voice"
    return Reading(best.error, "bit errors", text, reason_code="ANSWER_REPEATED")


RULES = (
    Rule("audio.duplicate", ConsentClass.RECORDING, EvidenceLevel.STRONG, _duplicate, gating=True),
    Rule("answer.repeated", ConsentClass.RECORDING, EvidenceLevel.WEAK, _own_answers),
)
