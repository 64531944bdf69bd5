from __future__ import annotations

import numpy as np
import pytest

from antifraud.signals.quality import bandwidth, dropouts, line_quality, snr
from antifraud.sound import Sound
from tests.antifraud.sounds import voice


def sound(samples: np.ndarray) -> Sound:
    track = Sound()
    track.add(samples, 0)
    return track


def test_noise_lowers_quality() -> None:
    values = [line_quality(sound(voice(6, noise=noise))) for noise in (0.001, 0.01, 0.03)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.9 > values[2]


def test_snr_of_a_known_mixture() -> None:
    samples = voice(6, noise=0.01).astype(float) / 32768
    on = np.sin(2 * np.pi * np.arange(samples.size) / 8000) > 0
    truth = 10 * np.log10(np.mean(samples[on] ** 2) / np.mean(samples[~on] ** 2))
    assert snr(sound(voice(6, noise=0.01))) == pytest.approx(truth, abs=1.5)


def test_holes_in_speech_are_lost_audio_and_pauses_are_not() -> None:
    samples = voice(6)
    assert dropouts(sound(samples)) == 0
    samples[1600:2080] = 0
    assert dropouts(sound(samples)) == pytest.approx(10.0, abs=0.1)
    samples = voice(6)
    samples[4100:7900] = 0
    assert dropouts(sound(samples)) == 0


def test_bandwidth_of_a_narrow_line() -> None:
    spectrum = np.fft.rfft(voice(4).astype(float))
    spectrum[np.fft.rfftfreq(32000, 1 / 8000) > 2000] = 0
    narrow = np.fft.irfft(spectrum).astype(np.int16)
    assert bandwidth(sound(narrow)) == pytest.approx(2000, abs=150)
    assert bandwidth(sound(voice(4))) > 3300
