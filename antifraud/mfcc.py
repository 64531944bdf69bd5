"""Kaldi's MFCC in numpy, with the settings of Vosk's speaker network (``mfcc.conf``): 8 kHz, 23 cepstra, 20-3700 Hz.

25 ms Povey windows every 10 ms, energy in place of C0, lifter 22 (Kaldi ``feat/feature-mfcc.cc``), then the mean of
three seconds around each frame taken away (``SlidingWindowCmn``, centred).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antifraud.activity import RATE

__all__ = ["CEPSTRA", "HOP", "WINDOW", "mfcc", "without_mean"]

Floats = NDArray[np.float32]

CEPSTRA = 23
WINDOW, HOP = 200, 80
_FFT = 256
_LOW, _HIGH = 20.0, 3700.0
_TINY = float(np.finfo(np.float32).eps)


def _mel(frequency: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(np.asarray(frequency) / 700.0))


def _filters() -> Floats:
    edges = np.linspace(float(_mel(_LOW)), float(_mel(_HIGH)), CEPSTRA + 2)
    bins = _mel(np.arange(_FFT // 2) * RATE / _FFT)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)), dtype=np.float32)


def _cosines() -> Floats:
    k, n = np.arange(CEPSTRA)[:, None], np.arange(CEPSTRA)[None, :]
    matrix = np.sqrt(2.0 / CEPSTRA) * np.cos(np.pi / CEPSTRA * (n + 0.5) * k)
    matrix[0] = np.sqrt(1.0 / CEPSTRA)
    lifter = 1.0 + 11.0 * np.sin(np.pi * np.arange(CEPSTRA) / 22.0)
    return np.asarray(matrix * lifter[:, None], dtype=np.float32)


_POVEY = ((0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / (WINDOW - 1))) ** 0.85).astype(np.float32)
_MEL, _DCT = _filters(), _cosines()


def mfcc(samples: Floats) -> Floats:
    """One row for each 10 ms. ``samples`` in the range of 16-bit integers, at least one window long."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP].astype(np.float32)
    frames -= frames.mean(axis=1, keepdims=True)
    energy = np.log(np.maximum(np.einsum("ij,ij->i", frames, frames), _TINY))
    frames[:, 1:] -= 0.97 * frames[:, :-1]
    frames[:, 0] *= 0.03
    spectrum = np.fft.rfft(frames * _POVEY, _FFT, axis=1)[:, : _FFT // 2]
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    cepstra = np.log(np.maximum(power @ _MEL.T, _TINY)) @ _DCT.T
    cepstra[:, 0] = energy
    return np.asarray(cepstra, dtype=np.float32)


def without_mean(rows: Floats, window: int = 300) -> Floats:
    """Each row less the mean of the ``window`` rows around it, shifted inwards at both ends."""
    count = len(rows)
    start = np.clip(np.arange(count) - window // 2, 0, max(0, count - window))
    end = np.minimum(start + window, count)
    total = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
    return np.asarray(rows - (total[end] - total[start]) / (end - start)[:, None], dtype=np.float32)
