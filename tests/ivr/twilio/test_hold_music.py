"""The hold music: quiet, unclipped, never a gap, and all of it within what a telephone carries."""

from __future__ import annotations

import io

import numpy as np
import soundfile

from ivr.twilio.hold_music import SECONDS, hold_music


def test_it_is_quiet_whole_and_fits_a_telephone() -> None:
    sound, rate = soundfile.read(io.BytesIO(hold_music()))
    assert (rate, len(sound)) == (8000, round(SECONDS * 8000))
    assert np.abs(sound).max() < 0.25
    level = 20 * np.log10(np.sqrt((sound**2).mean()))
    assert -32 < level < -20
    half_seconds = np.sqrt((sound[: len(sound) // 4000 * 4000].reshape(-1, 4000) ** 2).mean(axis=1))
    assert half_seconds.min() > 0.005
    power = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / rate)
    assert power[(hertz > 300) & (hertz < 3400)].sum() / power.sum() > 0.99


def test_it_goes_round_without_a_jump() -> None:
    sound, _ = soundfile.read(io.BytesIO(hold_music()))
    steps = np.abs(np.diff(sound))
    assert abs(sound[0] - sound[-1]) <= steps.max()
