from __future__ import annotations

import numpy as np

from antifraud.activity import pauses, stretches
from tests.antifraud.sounds import voice

QUIET = np.zeros(8000, dtype=np.float32)


def test_pauses_lie_between_voices_only() -> None:
    talk = np.array([0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0], dtype=bool)
    assert pauses(talk) == [3, 1]
    assert pauses(np.zeros(9, dtype=bool)) == []


def test_a_recording_falls_into_its_stretches_of_speech() -> None:
    said = voice(2).astype(np.float32) / 32768  # half a second on, half a second off
    recording = np.concatenate([QUIET, said, QUIET, said, QUIET])
    (first, second) = stretches(recording)
    assert abs(first[0] - 1000) <= 40
    assert abs(first[1] - 2500) <= 40
    assert abs(second[0] - 4000) <= 40
    assert stretches(recording, least_ms=5000) == []
    assert stretches(QUIET) == []
    assert stretches(QUIET[:0]) == []
