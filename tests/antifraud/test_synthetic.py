from __future__ import annotations

import numpy as np
import pytest

from antifraud.synthetic import cepstra, features, speech_only
from tests.antifraud.sounds import voice


def speech(seconds: float = 9, **more: float) -> np.ndarray:
    return speech_only(voice(seconds, **more).astype(np.float32) / 32768)


def test_silence_is_cut_and_length_is_bounded() -> None:
    cut = speech_only(voice(6).astype(np.float32) / 32768, None)
    assert cut.size == pytest.approx(3 * 8000, rel=0.1)
    assert speech(12).size == 32_000


def test_level_is_no_feature() -> None:
    """What the classes could be told apart by without being heard: the same speech, 12 dB quieter, gives one row."""
    loud = speech()
    np.testing.assert_allclose(features(loud), features(loud / 4), atol=0.02)


def test_a_faint_floor_is_no_feature() -> None:
    rng = np.random.default_rng(2)
    clean = speech(noise=0.0)
    apart = [
        np.abs(features(clean + floor * rng.standard_normal(clean.size).astype(np.float32)) - features(clean)).mean()
        for floor in (1e-4, 3e-2)
    ]
    assert apart[0] < 0.2 * apart[1]


def test_a_pitch_that_stands_still_shows() -> None:
    time = np.arange(32_000) / 8000
    flat = sum(np.sin(2 * np.pi * 125 * k * time) / k for k in range(1, 28)).astype(np.float32) / 5
    moving = speech()
    assert features(flat)[-1] > 0.9 > features(moving)[-1]


def test_too_little_voice_gives_no_numbers() -> None:
    noise = np.random.default_rng(1).standard_normal(32_000).astype(np.float32) * 0.1
    row = features(noise)
    assert np.isnan(row[-13:]).all()
    assert np.isfinite(row[:-13]).all()
    assert row.size == features(speech()).size


def test_cepstra_come_every_ten_milliseconds() -> None:
    assert cepstra(speech()).shape == (1 + (32_000 - 160) // 80, 20)
