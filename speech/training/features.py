"""Kaldi's MFCC at 8 kHz (edges snipped, Povey window, no energy, no dither), for many sounds at once, in torch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

__all__ = ["BINS", "Mfcc"]

Tensor = Any
BINS = 30
_RATE, _WINDOW, _STEP, _SIZE = 8000, 200, 80, 256
_LOW, _HIGH, _LIFTER, _EMPHASIS = 20.0, 3872.0, 22.0, 0.97


def _mel(hertz: Any) -> Any:
    return 1127.0 * np.log(1.0 + hertz / 700.0)


class Mfcc:
    """The features of ``conf/mfcc.conf``; ``device`` is torch's name of where to compute."""

    def __init__(self, device: str = "cpu") -> None:
        n = np.arange(_WINDOW)
        window = (0.5 - 0.5 * np.cos(2 * math.pi * n / (_WINDOW - 1))) ** 0.85
        low, high = _mel(_LOW), _mel(_HIGH)
        width = (high - low) / (BINS + 1)
        mel = _mel(np.arange(_SIZE // 2) * _RATE / _SIZE)
        filters = np.zeros((_SIZE // 2 + 1, BINS), np.float32)
        for at in range(BINS):
            left, centre, right = (low + (at + k) * width for k in range(3))
            slope = np.where(mel <= centre, (mel - left) / (centre - left), (right - mel) / (right - centre))
            filters[:-1, at] = np.where((mel > left) & (mel < right), slope, 0)
        k = np.arange(BINS)
        cosines = np.sqrt(2.0 / BINS) * np.cos(math.pi / BINS * np.outer(k, k + 0.5))
        cosines[0] = np.sqrt(1.0 / BINS)
        lift = 1.0 + 0.5 * _LIFTER * np.sin(math.pi * k / _LIFTER)
        self._window = torch.tensor(window, dtype=torch.float32, device=device)
        self._filters = torch.tensor(filters, device=device)
        self._cosines = torch.tensor((lift[:, None] * cosines).T.astype(np.float32).copy(), device=device)

    def log_mel(self, sounds: Tensor) -> Tensor:
        """``sounds`` [B, N] at 16-bit level -> [B, T, 30] log energies."""
        frames = sounds.unfold(1, _WINDOW, _STEP)
        frames = frames - frames.mean(-1, keepdim=True)
        first = frames[..., :1] * (1 - _EMPHASIS)
        frames = torch.cat([first, frames[..., 1:] - _EMPHASIS * frames[..., :-1]], -1) * self._window
        power = torch.fft.rfft(frames, _SIZE).abs() ** 2
        return torch.log(torch.clamp(power @ self._filters, min=1.1920929e-07))

    def cepstra(self, log_mel: Tensor) -> Tensor:
        """Log energies -> [B, T, 30] MFCC."""
        return log_mel @ self._cosines
