"""Whose voice is it? Compared with voices of earlier calls, and with itself over this call.

Likeness opens a check or a case for a person, who listens to both recordings; it proves nobody's identity.
"""

from __future__ import annotations

from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from antifraud.voice_scores import LEAST_KEPT, LIST_SECONDS, NOISIEST, ONE_LINE, VoiceScores
from antifraud.voiceprint import Voiceprint, cosine
from antifraud.voices import CallVoices, KnownVoice
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES"]

CHANGE_SECONDS = 5.0


def _voices(known: Known) -> CallVoices:
    if known.voices is None:
        raise NotAssessed("no speaker network on this machine")
    return known.voices


def _caller(known: Known, kind: str) -> tuple[Voiceprint, list[KnownVoice]]:
    """The caller's print and the known voices of this kind that are long enough, or why there is nothing to say."""
    voices = _voices(known)
    others = [
        v
        for v in known.known_voices
        if v.kind == kind and v.voiceprint.seconds >= LIST_SECONDS and v.voiceprint.snr >= LEAST_KEPT
    ]
    if not others:
        raise NotAssessed("no earlier voice to compare with")
    caller = voices.whole()
    if caller is None or caller.seconds < LIST_SECONDS:
        raise NotAssessed(f"needs {LIST_SECONDS:.0f} seconds of speech")
    if caller.snr < NOISIEST:
        raise NotAssessed("the line is too noisy to compare voices")
    return caller, others


def _found(known: Known, kind: str, code: str, what: str) -> Reading:
    caller, others = _caller(known, kind)
    scores = VoiceScores.of_the_house()
    best = max(others, key=lambda other: cosine(caller, other.voiceprint))
    likeness, seconds = cosine(caller, best.voiceprint), min(caller.seconds, best.voiceprint.seconds)
    snr = min(caller.snr, best.voiceprint.snr)
    alike = likeness >= scores.list_threshold(seconds, snr, len(others))
    text = f"sounds like {what}" if alike else f"none of {len(others)} voices compared sounds alike"
    return Reading(likeness, "cosine", text, scores.llr(likeness, seconds, snr), code if alike else None)


def _other_identity(known: Known) -> Reading:
    return _found(known, "other_identity", "VOICE_SEEN_OTHER_IDENTITY", "a voice that applied under another identity")


def _listed(known: Known) -> Reading:
    return _found(known, "listed", "VOICE_LISTED", "a voice on the list of confirmed fraud or stock synthetic voices")


def _enrolled(known: Known) -> Reading:
    caller, others = _caller(known, "enrolled")
    others = [other for other in others if abs(other.voiceprint.snr - caller.snr) <= ONE_LINE]
    if not others:
        raise NotAssessed("the earlier calls came over another kind of line")
    scores = VoiceScores.of_the_house()
    best = max(others, key=lambda other: cosine(caller, other.voiceprint))
    likeness, seconds = cosine(caller, best.voiceprint), min(caller.seconds, best.voiceprint.seconds)
    strange = likeness < scores.mismatch_threshold(seconds)
    text = "does not sound like the applicant's earlier calls" if strange else "in keeping with the earlier calls"
    code = "VOICE_MISMATCH_ENROLLED" if strange else None
    return Reading(likeness, "cosine", text, -scores.llr(likeness, seconds, caller.snr), code)


def _change(known: Known) -> Reading:
    pair = _voices(known).early_and_late(CHANGE_SECONDS)
    if pair is None:
        raise NotAssessed(f"needs two times {CHANGE_SECONDS:.0f} seconds of speech")
    scores = VoiceScores.of_the_house()
    likeness, seconds, snr = cosine(*pair), min(part.seconds for part in pair), min(part.snr for part in pair)
    if snr < NOISIEST or abs(pair[0].snr - pair[1].snr) > ONE_LINE:
        raise NotAssessed("the line is too noisy, or changed too much, to compare voices")
    changed = likeness < scores.mismatch_threshold(seconds)
    text = "another voice than at the start of the call is possible" if changed else "one voice through the call"
    code = "SPEAKER_CHANGED" if changed else None
    return Reading(likeness, "cosine", text, -scores.llr(likeness, seconds, snr), code)


RULES = (
    *(
        Rule(name, ConsentClass.BIOMETRIC, EvidenceLevel.STRONG, read, gating=True, needs_line=True, of_machines=True)
        for name, read in (("voice.other_identity", _other_identity), ("voice.listed", _listed))
    ),
    *(
        Rule(name, ConsentClass.BIOMETRIC, EvidenceLevel.MEDIUM, read, gating=True, needs_line=True)
        for name, read in (("voice.enrolled", _enrolled), ("voice.change", _change))
    ),
)
