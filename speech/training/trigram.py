"""Which phones follow each other: the weights of the denominator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["phone_trigram"]


def phone_trigram(sequences: Iterable[Sequence[int]], phones: int, discount: float = 0.7) -> npt.NDArray[np.float32]:
    """P(third | first, second) as ``[first, second, third]`` of size ``phones + 1``; third 0 ends. Absolute
    discounting, interpolated down to single phones."""
    size = phones + 1
    three = np.zeros((size, size, size), np.float64)
    for sequence in sequences:
        first = second = 0
        for phone in (*sequence, 0):
            three[first, second, phone] += 1
            first, second = second, phone
    two = three.sum(0)
    one = two.sum(0) + 1.0
    below = np.broadcast_to(one / one.sum(), two.shape)
    below = _interpolated(two, below, discount)
    return _interpolated(three, np.broadcast_to(below, three.shape), discount).astype(np.float32)


def _interpolated(
    counts: npt.NDArray[np.float64], below: npt.NDArray[np.float64], discount: float
) -> npt.NDArray[np.float64]:
    total = counts.sum(-1, keepdims=True)
    seen = np.maximum(total, 1.0)
    kept = np.clip(counts - discount, 0, None) / seen
    given = discount * (counts > 0).sum(-1, keepdims=True) / seen
    return np.where(total > 0, kept + given * below, below)
