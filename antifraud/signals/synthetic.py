"""Signs of a synthesiser in the voice. Weak: it may have somebody look, and can do nothing else."""

from __future__ import annotations

from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from antifraud.synthetic import CLIP_SECONDS
from antifraud.synthetic_model import SpeechClips, SyntheticModel
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES"]

LEAST_CLIPS = 2


def _synthetic(known: Known) -> Reading:
    model = SyntheticModel.of_the_house()
    if known.clips is None:
        known.clips = SpeechClips(model)
    known.clips.add(known.sound.take_speech())
    scores = known.clips.scores
    if len(scores) < LEAST_CLIPS:
        raise NotAssessed(f"needs {LEAST_CLIPS * CLIP_SECONDS:.0f} seconds of speech")
    score = sum(scores) / len(scores)
    llr = model.llr(score)
    if score < model.threshold:
        return Reading(score, "margin", "no signs of a synthesiser that was known here; others may show none", llr)
    text = "may be spoken by a machine, which some people use to speak: listen, and judge by what is said"
    return Reading(score, "margin", text, llr, "SYNTHETIC_INDICATORS")


RULES = (
    Rule(
        "voice.synthetic",
        ConsentClass.VOICE_ANALYSIS,
        EvidenceLevel.WEAK,
        _synthetic,
        needs_line=True,
        of_machines=True,
    ),
)
