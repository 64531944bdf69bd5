"""How good the line is. It lowers the confidence in every other signal and never counts as risk."""

from __future__ import annotations

import numpy as np

from antifraud.activity import RATE, active, noise_floor
from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from antifraud.sound import Sound
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES", "line_quality"]

LEAST_SPEECH = 25  # frames: half a second


def snr(sound: Sound) -> float:
    """Mean level of speech over the mean level of the pauses, in dB."""
    db = sound.db
    talk = active(db, noise_floor(db))
    if np.count_nonzero(talk) < LEAST_SPEECH or np.all(talk):
        raise NotAssessed("less than half a second of speech so far")
    power = np.power(10.0, db / 10.0)
    return float(10 * np.log10(power[talk].mean() / power[~talk].mean()))


def clipping(sound: Sound) -> float:
    """Share of samples at full scale, in per mille."""
    if not sound.seconds:
        raise NotAssessed("no audio yet")
    return 1000.0 * sound.clipped / (sound.seconds * RATE)


def dropouts(sound: Sound) -> float:
    """Missing time and holes of digital silence in the middle of speech, in per mille of the audio.

    A hole is 20 to 200 ms at -75 dBFS or below whose neighbours on both sides are speech: a lost packet, not a pause.
    """
    db = sound.db
    if not db.size:
        raise NotAssessed("no audio yet")
    talk = active(db, noise_floor(db))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (db <= -74.9).astype(np.int8), [0]])))
    lost = 0
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start <= 10 and start > 0 and end < db.size and talk[start - 1] and talk[end]:
            lost += int(end - start)
    return 1000.0 * (lost * 0.02 + sound.gap_ms / 1000) / (sound.seconds + sound.gap_ms / 1000)


def bandwidth(sound: Sound) -> float:
    """Highest frequency at which the mean speech spectrum is less than 40 dB under its peak, in Hz."""
    speech, _ = sound.spectra
    if not speech.any():
        raise NotAssessed("no speech yet")
    level = 10 * np.log10(speech + 1e-12)
    return float(np.flatnonzero(level > level.max() - 40)[-1] * RATE / 2 / (speech.size - 1))


def line_quality(sound: Sound) -> float | None:
    """0 (useless) to 1 (good): 5 dB of SNR is 0 and 25 dB is 1; clipping and lost audio take from it."""
    try:
        ratio = snr(sound)
    except NotAssessed:
        return None
    good = float(np.clip((ratio - 5.0) / 20.0, 0.0, 1.0))
    good *= float(np.clip(1.0 - clipping(sound) / 50.0, 0.2, 1.0))
    return good * float(np.clip(1.0 - dropouts(sound) / 100.0, 0.2, 1.0))


def _line(known: Known) -> Reading:
    if known.quality is None:
        raise NotAssessed("less than half a second of speech so far")
    word = "good" if known.quality >= 0.6 else "usable" if known.quality >= 0.15 else "too bad to judge from"
    return Reading(known.quality, "0..1", f"the line is {word}")


def _snr(known: Known) -> Reading:
    value = snr(known.sound)
    return Reading(value, "dB", f"speech stands {value:.0f} dB above the background")


def _clipping(known: Known) -> Reading:
    value = clipping(known.sound)
    return Reading(value, "per mille", "no clipping" if value < 1 else f"{value:.0f} in a thousand samples are clipped")


def _dropouts(known: Known) -> Reading:
    value = dropouts(known.sound)
    return Reading(value, "per mille", "no lost audio" if value < 1 else f"{value:.0f} per mille of the audio is lost")


def _bandwidth(known: Known) -> Reading:
    value = bandwidth(known.sound)
    return Reading(value, "Hz", f"speech reaches {value:.0f} Hz")


RULES = tuple(
    Rule(name, ConsentClass.RECORDING, EvidenceLevel.STRONG, read)
    for name, read in (
        ("line.quality", _line),
        ("line.snr", _snr),
        ("line.clipping", _clipping),
        ("line.dropouts", _dropouts),
        ("line.bandwidth", _bandwidth),
    )
)
