from __future__ import annotations

import numpy as np
import pytest

from antifraud.sound import Sound, pitch_track
from antifraud.tones import keys_in
from tests.antifraud.sounds import key_tone, voice


@pytest.mark.parametrize("f0", [90.0, 150.0, 240.0])
def test_pitch_of_a_known_voice(f0: float) -> None:
    track = pitch_track(voice(2, f0).astype(np.float32) / 32768)
    assert np.nanmedian(track) == pytest.approx(f0, rel=0.03)


def test_noise_has_no_pitch() -> None:
    track = pitch_track((0.1 * np.random.default_rng(3).standard_normal(16000)).astype(np.float32))
    assert np.mean(np.isnan(track)) > 0.9


def test_gaps_are_counted_and_repeats_are_skipped() -> None:
    sound = Sound()
    samples = voice(3)
    sound.add(samples[:8000], 0)
    sound.add(samples[4000:12000], 500)
    assert (sound.gap_ms, sound.seconds) == (0, 1.0)
    sound.add(samples[16000:], 2000)
    assert sound.gap_ms == 500


def test_keys_are_found_where_they_sound_and_not_in_a_voice() -> None:
    quiet = np.zeros(4000, dtype=np.int16)
    track = np.concatenate([quiet, key_tone(0.1), quiet, key_tone(0.1, 941, 1477), quiet])
    found = keys_in(track.astype(np.float32) / 32768)
    assert [key for _, key in found] == ["5", "#"]
    assert found[0][0] == pytest.approx(4000, abs=410)
    assert keys_in(voice(5, 200).astype(np.float32) / 32768) == []


def test_clipping_is_counted() -> None:
    sound = Sound()
    sound.add(np.full(8000, 32767, dtype=np.int16), 0)
    assert sound.clipped == 8000
