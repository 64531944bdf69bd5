"""Fresh digits, said back: a fixed recording cannot, and the voice must be that of the rest of the call.

It does not stop a live impostor or a machine that hears the digits. Somebody who cannot say them presses them.
"""

from __future__ import annotations

from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from antifraud.voice_scores import NOISIEST, ONE_LINE, PAIR_SECONDS, VoiceScores
from antifraud.voiceprint import cosine
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES"]

TRIES = 2


def _digits(known: Known) -> Reading:
    if not known.challenges:
        raise NotAssessed("no digits were asked for")
    passed = [each for each in known.challenges if each.heard == each.asked]
    if passed:
        way = "pressed" if passed[-1].by_keys else "said"
        return Reading(1.0, "passed", f"the caller {way} the digits asked for")
    tried = len(known.challenges)
    if tried < TRIES:
        raise NotAssessed("one try did not match; recognition may be wrong, so the caller may try again")
    return Reading(0.0, "passed", f"{tried} tries did not give the digits asked for", reason_code="CHALLENGE_FAILED")


def _voice(known: Known) -> Reading:
    """Is the voice that said the digits that of the other answers?"""
    if known.voices is None:
        raise NotAssessed("no speaker network on this machine")
    spoken = [each for each in known.challenges if not each.by_keys]
    if not spoken:
        raise NotAssessed("no digits were said")
    said, rest = known.voices.answer_and_rest(spoken[-1].start_ms, spoken[-1].end_ms)
    if said is None or rest is None or min(said.seconds, rest.seconds) < PAIR_SECONDS:
        raise NotAssessed(f"needs {PAIR_SECONDS} seconds of digits and of other speech")
    snr = min(said.snr, rest.snr)
    if snr < NOISIEST or abs(said.snr - rest.snr) > ONE_LINE:
        raise NotAssessed("the line is too noisy, or changed too much, to compare voices")
    scores, seconds = VoiceScores.of_the_house(), min(said.seconds, rest.seconds)
    likeness = cosine(said, rest)
    other = likeness < scores.mismatch_threshold(seconds)
    text = "the digits may be said by another voice" if other else "the digits are in keeping with the caller's voice"
    code = "CHALLENGE_FAILED" if other else None
    return Reading(likeness, "cosine", text, -scores.llr(likeness, seconds, snr), code)


RULES = (
    Rule("challenge.digits", ConsentClass.RECORDING, EvidenceLevel.MEDIUM, _digits, gating=True),
    Rule("challenge.voice", ConsentClass.BIOMETRIC, EvidenceLevel.MEDIUM, _voice, gating=True, needs_line=True),
)
