"""Was this sound heard before: in an earlier call, or in an earlier answer of this one?"""

from __future__ import annotations

from antifraud.repeats import (
    ANSWER_BELOW,
    ANSWER_SECONDS,
    DUPLICATE_BELOW,
    LEAST_SECONDS,
)
from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES"]


def _duplicate(known: Known) -> Reading:
    search = known.duplicates
    if not search.archive.size:
        raise NotAssessed("no earlier recording to compare with")
    search.settle(known.track)
    best, copied = search.best, search.answers
    if copied:
        error, seconds = max(match.error for match in copied), sum(match.seconds for match in copied)
        text = f"{len(copied)} answers, {seconds:.0f} s of speech, are copies out of one earlier recording"
        return Reading(error, "bit errors", text, reason_code="AUDIO_DUPLICATE")
    if not search.asked:
        raise NotAssessed(f"needs answers of a second, or a stretch of {LEAST_SECONDS:.0f} seconds with speech")
    if best is None:
        return Reading(0.5, "bit errors", f"no answer is out of {search.archive.size} earlier recordings")
    if best.error >= DUPLICATE_BELOW:
        return Reading(best.error, "bit errors", f"none of {search.archive.size} earlier recordings is heard again")
    text = f"from {best.at_ms / 1000:.0f} s on, {best.seconds:.0f} s of speech are a copy of an earlier recording"
    return Reading(best.error, "bit errors", text, reason_code="AUDIO_DUPLICATE")


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
    Rule("audio.duplicate", ConsentClass.RECORDING, EvidenceLevel.STRONG, _duplicate, gating=True, of_machines=True),
    Rule("answer.repeated", ConsentClass.RECORDING, EvidenceLevel.WEAK, _own_answers, of_machines=True),
)
