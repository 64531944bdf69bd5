"""Plain measurements of the caller's speech: how much, how high, how bright. Described, never judged.

None of these says whether a voice is genuine; they are kept as context for a person who listens, and nothing here
is read as mood, strain or truthfulness (evidence refutes that; see ``docs/fraud-signals.md``).
"""

from __future__ import annotations

import numpy as np

from antifraud.activity import active, noise_floor
from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES"]

LEAST_VOICED = 50  # frames: one second


def _activity(known: Known) -> Reading:
    db = known.sound.db
    if not db.size:
        raise NotAssessed("no audio yet")
    seconds = float(np.count_nonzero(active(db, noise_floor(db)))) * 0.02
    return Reading(seconds, "s", f"{seconds:.1f} s of speech in {known.sound.seconds:.0f} s of audio")


def _voiced(known: Known) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    f0 = known.sound.f0
    if np.count_nonzero(~np.isnan(f0)) < LEAST_VOICED:
        raise NotAssessed("less than one second of voiced speech so far")
    return f0


def _pitch(known: Known) -> Reading:
    value = float(np.nanmedian(_voiced(known)))
    return Reading(value, "Hz", f"median pitch {value:.0f} Hz")


def _voiced_rate(known: Known) -> Reading:
    f0, db = _voiced(known), known.sound.db
    spoken = max(1, int(np.count_nonzero(active(db, noise_floor(db)))))
    value = min(1.0, float(np.count_nonzero(~np.isnan(f0))) / spoken)
    return Reading(value, "0..1", f"{value:.0%} of the speech is voiced")


def _micro_variation(known: Known) -> Reading:
    step = np.abs(np.diff(12 * np.log2(_voiced(known))))
    step = step[step < 2.0]  # more than two semitones in 20 ms is an octave error or a new phrase
    if step.size < LEAST_VOICED // 2:
        raise NotAssessed("too little unbroken voiced speech so far")
    value = float(np.median(step))
    return Reading(value, "semitones", f"pitch moves {value:.2f} semitones between frames of 20 ms")


def _shape(known: Known) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    shape = known.sound.shape
    if shape is None:
        raise NotAssessed("no speech yet")
    return shape


def _centroid(known: Known) -> Reading:
    value = float(_shape(known)[0])
    return Reading(value, "Hz", f"spectral centroid {value:.0f} Hz")


def _rolloff(known: Known) -> Reading:
    value = float(_shape(known)[1])
    return Reading(value, "Hz", f"85 % of the energy lies below {value:.0f} Hz")


def _flatness(known: Known) -> Reading:
    value = float(_shape(known)[2])
    return Reading(value, "0..1", f"spectral flatness {value:.3f}")


RULES = (
    Rule("speech.activity", ConsentClass.RECORDING, EvidenceLevel.CONTEXT, _activity),
    *(
        Rule(name, ConsentClass.VOICE_ANALYSIS, EvidenceLevel.CONTEXT, read, needs_line=True)
        for name, read in (
            ("pitch.median", _pitch),
            ("pitch.voiced_rate", _voiced_rate),
            ("pitch.micro_variation", _micro_variation),
            ("spectrum.centroid", _centroid),
            ("spectrum.rolloff", _rolloff),
            ("spectrum.flatness", _flatness),
        )
    ),
)
