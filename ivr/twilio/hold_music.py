"""What a caller hears while they wait for a person: slow, quiet notes, made from numbers here, so nobody's work.

Notes of one pentatonic scale, which has no interval that grates, from 330 to 880 Hz: a telephone carries all of them.
"""

from __future__ import annotations

import io
import wave
from functools import cache

import numpy as np

from speech.audio import SAMPLE_RATE

__all__ = ["SECONDS", "hold_music"]

#: One round; then the caller's place is said again.
SECONDS = 28.8
_STEP_S = 0.9
_RING_S = 2.7
_LEVEL = 0.09  # a quiet voice's: about -21 dB below full scale
_NOTES = (330.0, 392.0, 440.0, 523.25, 587.33, 659.26, 783.99, 880.0)
#: Which note at each step; ``None`` rests. Four phrases that rise, answer and come home.
_TUNE = (
    0, 2, 3, 5, 4, None, 2, None,
    1, 3, 4, 6, 5, None, 3, None,
    2, 4, 5, 7, 6, None, 4, None,
    5, 4, 3, 2, 1, None, 0, None,
)  # fmt: skip


def _note(hertz: float) -> np.ndarray:
    """One soft note: a slow beginning, a long end, a little of its octave."""
    t = np.arange(int(_RING_S * SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * hertz * t) + 0.18 * np.sin(4 * np.pi * hertz * t)
    return np.asarray(tone * np.minimum(t / 0.06, 1.0) * np.exp(-t / 0.75) * np.minimum((_RING_S - t) / 0.3, 1.0))


@cache
def hold_music() -> bytes:
    """A WAV file: 8 kHz, 16 bits, one channel. What rings on at its end is at its beginning, so it can go round."""
    length = int(SECONDS * SAMPLE_RATE)
    sound = np.zeros(length)
    for step, place in enumerate(_TUNE):
        if place is not None:
            note = _note(_NOTES[place])
            where = (np.arange(len(note)) + int(step * _STEP_S * SAMPLE_RATE)) % length
            sound[where] += note
    pcm = np.rint(sound * (_LEVEL * 32767 / np.abs(sound).max() * 2)).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm.tobytes())
    return out.getvalue()
