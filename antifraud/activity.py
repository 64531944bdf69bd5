"""Which 20 ms frames of a telephone track hold the caller's voice: energy over an adaptive noise floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["FRAME", "RATE", "active", "levels", "noise_floor"]

RATE = 8000
FRAME = 160
QUIETEST = -75.0  # dBFS; digital silence is taken for this, or one frame of it would drag the floor down
ABOVE_FLOOR = 8.0
AUDIBLE = -50.0

Floats = NDArray[np.float32]


def levels(samples: Floats) -> Floats:
    """dBFS of every whole 20 ms frame of samples in -1..1, not below -75."""
    frames = samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME)
    power = np.einsum("ij,ij->i", frames, frames) / FRAME
    return np.asarray(10.0 * np.log10(np.maximum(power, 10 ** (QUIETEST / 10))), dtype=np.float32)


def noise_floor(db: Floats) -> float:
    """The level below which a tenth of the frames lie; -75 dBFS when there are none."""
    return float(np.percentile(db, 10)) if db.size else QUIETEST


def active(db: Floats, floor: float) -> NDArray[np.bool_]:
    """True where a frame stands 8 dB above the floor and is loud enough to be a voice on a line."""
    return np.asarray(db > max(floor + ABOVE_FLOOR, AUDIBLE))
