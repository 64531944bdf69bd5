"""Sounds made by arithmetic, for tests that need a known answer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 8000


def voice(
    seconds: float, f0: float = 120.0, level: float = 0.2, noise: float = 0.001, seed: int = 1
) -> NDArray[np.int16]:
    """Harmonics of ``f0`` under a falling envelope, half a second on and half a second off, over white noise."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(f0 * (1 + 0.02 * np.sin(2 * np.pi * 3 * time))) / RATE
    wave = sum(np.sin(k * phase) / k for k in range(1, int(3600 / f0)))
    wave = wave * (np.sin(2 * np.pi * time) > 0)
    wave = level * wave / np.abs(wave).max() + noise * np.random.default_rng(seed).standard_normal(time.size)
    return np.asarray(np.clip(wave * 32767, -32768, 32767), dtype=np.int16)


def key_tone(seconds: float, low: float = 770.0, high: float = 1336.0) -> NDArray[np.int16]:
    """The tones of a telephone key (5 unless told otherwise)."""
    time = np.arange(int(seconds * RATE)) / RATE
    return np.asarray(6000 * (np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time)), dtype=np.int16)
