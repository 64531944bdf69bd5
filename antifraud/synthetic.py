"""What speech from a synthesiser may differ in: numbers of speech alone, for ``antifraud.synthetic_model``.

Cepstra of linear bands (LFCC), their modulation over time and the movement of the pitch (YIN); silence is cut out,
and neither level, nor noise floor, nor length is a feature. What a line or a corpus does to the mean spectrum is taken
out with the mean.
"""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from antifraud.activity import FRAME, RATE, active, levels, noise_floor
from antifraud.sound import pitch_track

__all__ = ["CLIP_SECONDS", "cepstra", "features", "speech_only"]

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

CLIP_SECONDS = 4.0
_HOP, _WINDOW, _FFT = 80, 160, 256
_BANDS, _CEPSTRA = 30, 20
_LOW, _HIGH = 350.0, 3200.0  # what every telephone line lets through


def speech_only(samples: Floats, most: float | None = CLIP_SECONDS) -> Floats:
    """The frames of 20 ms in which somebody speaks, joined; the first ``most`` seconds of them."""
    db = levels(samples)
    talk = active(db, noise_floor(db))
    kept = samples[: talk.size * FRAME].reshape(-1, FRAME)[talk].reshape(-1)
    return kept if most is None else kept[: int(most * RATE)]


@cache
def _filters() -> tuple[Floats, Floats]:
    """Triangles of equal width, and the cosine transform of their logarithms."""
    edges = np.linspace(_LOW, _HIGH, _BANDS + 2)
    frequency = np.arange(_FFT // 2 + 1) * RATE / _FFT
    up = (frequency - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - frequency) / (edges[2:] - edges[1:-1])[:, None]
    bands = np.maximum(0.0, np.minimum(up, down)).astype(np.float32)
    order = np.arange(_CEPSTRA)[:, None]
    cosine = np.cos(np.pi * order * (np.arange(_BANDS) + 0.5) / _BANDS).astype(np.float32)
    return bands, cosine * np.float32(math.sqrt(2 / _BANDS))


def cepstra(speech: Floats) -> Floats:
    """Twenty linear-band cepstra every 10 ms."""
    frames = np.lib.stride_tricks.sliding_window_view(speech, _WINDOW)[::_HOP] * np.hanning(_WINDOW).astype(np.float32)
    spectrum = np.fft.rfft(frames, _FFT, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    bands, cosine = _filters()
    floor = power.mean() * 1e-4 + 1e-12  # relative to the speech: a clean floor must be no feature
    return np.asarray(np.log(power @ bands.T + floor) @ cosine.T, dtype=np.float32)


def _shape(rows: Floats) -> Doubles:
    """Spread, lean and tails of each column."""
    middle = rows - rows.mean(axis=0)
    spread = middle.std(axis=0) + 1e-9
    unit = middle / spread
    return np.concatenate([np.log(spread), (unit**3).mean(axis=0), (unit**4).mean(axis=0) - 3.0]).astype(np.float64)


def _modulation(rows: Floats) -> Doubles:
    """How the energy of each cepstrum's movement is shared out among rates of 1 to 50 Hz."""
    middle = rows[:, :12] - rows[:, :12].mean(axis=0)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))[:, None], axis=0)) ** 2
    rate = np.fft.rfftfreq(len(middle), _HOP / RATE)
    edges = (1.0, 3.0, 6.0, 10.0, 16.0, 25.0, 50.0)
    parts = np.array([spectrum[(rate >= a) & (rate < b)].sum(axis=0) for a, b in itertools.pairwise(edges)])
    return np.asarray(np.log(parts / (parts.sum(axis=0) + 1e-12) + 1e-4).ravel(), dtype=np.float64)


def _pitch(speech: Floats) -> Doubles:
    """How the pitch moves: within a syllable, from frame to frame, and how often the voice breaks off."""
    track = pitch_track(speech)
    voiced = ~np.isnan(track)
    tones = 12 * np.log2(np.where(voiced, track, 100.0) / 100.0)
    both = voiced[1:] & voiced[:-1]
    step = np.diff(tones)[both]
    step = step[np.abs(step) < 2.0]
    three = voiced[2:] & voiced[1:-1] & voiced[:-2]
    bend = np.diff(tones, 2)[three]
    bend = bend[np.abs(bend) < 2.0]
    runs = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], voiced.astype(np.int8), [0]]))))[::2]
    if step.size < 20 or bend.size < 20 or not runs.size:
        return np.full(13, np.nan)
    held = tones[voiced]
    quantiles = np.percentile(held, [10, 25, 50, 75, 90])
    return np.array(
        [
            math.log(held.std() + 0.05),
            math.log(quantiles[3] - quantiles[1] + 0.05),
            math.log(quantiles[4] - quantiles[0] + 0.05),
            *np.log(np.percentile(np.abs(step), [25, 50, 75, 90]) + 0.005),
            *np.log(np.percentile(np.abs(bend), [25, 50, 90]) + 0.005),
            voiced.mean(),
            math.log(runs.mean()),
            float((np.abs(step) < 0.02).mean()),
        ]
    )


def features(speech: Floats) -> Doubles:
    """One row of numbers from speech without silence, in -1..1; NaN where the voice was too short to say."""
    rows = cepstra(speech)
    step = rows[2:] - rows[:-2]
    curve = step[2:] - step[:-2]
    return np.concatenate([_shape(rows), _shape(step), _shape(curve)[:_CEPSTRA], _modulation(rows), _pitch(speech)])
