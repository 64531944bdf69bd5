"""Key tones (DTMF) inside audio, by the Goertzel energies of the eight frequencies (ITU-T Q.23, Q.24)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antifraud.activity import RATE

__all__ = ["BLOCK", "keys_in"]

BLOCK = 205  # samples: the classical length at 8 kHz, 25.6 ms
_FREQUENCIES = np.array([697, 770, 852, 941, 1209, 1336, 1477, 1633], dtype=np.float64)
_KEYS = ("123A", "456B", "789C", "*0#D")
_PROBE = np.exp(-2j * np.pi * np.outer(np.arange(BLOCK), np.round(_FREQUENCIES * BLOCK / RATE)) / BLOCK).astype(
    np.complex64
)
_PURITY = 0.8  # share of a block's energy that must lie in the two tones
_TWIST = 6.3  # 8 dB between the two tones at most
_QUIET = 1e-5


def keys_in(samples: NDArray[np.float32]) -> list[tuple[int, str]]:
    """(sample offset, key) for each tone of at least two blocks (51 ms) in samples in -1..1."""
    blocks = samples[: samples.size // BLOCK * BLOCK].reshape(-1, BLOCK)
    if not blocks.size:
        return []
    energy = np.einsum("ij,ij->i", blocks, blocks)
    power = np.abs(blocks @ _PROBE) ** 2 * (2 / BLOCK)
    low, high = power[:, :4], power[:, 4:]
    best = low.max(axis=1), high.max(axis=1)
    tone = (
        (energy > _QUIET * BLOCK)
        & (best[0] + best[1] > _PURITY * energy)
        & (best[0] < _TWIST * best[1])
        & (best[1] < _TWIST * best[0])
    )
    found: list[tuple[int, str]] = []
    previous = ""
    run = 0
    for index in range(len(blocks)):
        key = _KEYS[int(low[index].argmax())][int(high[index].argmax())] if tone[index] else ""
        run = run + 1 if key and key == previous else 1
        if key and run == 2:
            found.append(((index - 1) * BLOCK, key))
        previous = key
    return found
