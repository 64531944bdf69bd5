"""Which 20 ms frames of a telephone track hold the caller's voice: energy over an adaptive noise floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["FRAME", "FRAME_MS", "RATE", "active", "levels", "noise_floor", "pauses", "stretches"]

RATE = 8000
FRAME = 160
FRAME_MS = 20
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


def pauses(talk: NDArray[np.bool_]) -> list[int]:
    """The lengths, in frames, of the silences between the first and the last voice."""
    heard = np.flatnonzero(talk)
    return [int(gap) - 1 for gap in np.diff(heard) if gap > 1]


def stretches(samples: Floats, gap_ms: int = 700, least_ms: int = 300) -> list[tuple[int, int]]:
    """Where a recording holds speech, in milliseconds: what lies less than ``gap_ms`` apart is one stretch, and what is
    shorter than ``least_ms`` is none."""
    db = levels(samples)
    heard = np.flatnonzero(active(db, noise_floor(db)))
    if not heard.size:
        return []
    parts = np.split(heard, np.flatnonzero(np.diff(heard) > gap_ms // FRAME_MS) + 1)
    spans = [(int(part[0]) * FRAME_MS, (int(part[-1]) + 1) * FRAME_MS) for part in parts]
    return [(start, end) for start, end in spans if end - start >= least_ms]
