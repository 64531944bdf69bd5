from __future__ import annotations

import numpy as np
import pytest

from antifraud.mfcc import CEPSTRA, mfcc, without_mean

#: The second frame of ``signal()`` as kaldi-native-fbank 1.22 computes it with the network's ``mfcc.conf``, no dither.
KALDI = """20.856 -15.103 62.353 68.889 2.474 -100.919 79.789 -113.408 -58.373 29.513 -104.157 7.043 -21.434 0.632
-18.255 16.668 -9.217 -0.839 -6.298 -5.834 0.007 -6.463 1.098"""


def signal() -> np.ndarray:
    time = np.arange(280) / 8000
    tones = ((3000, 200, 0), (1500, 1730, 0), (400, 3100, 1))
    wave = sum(a * np.sin(2 * np.pi * f * time + phase) for a, f, phase in tones)
    return np.round(wave + 100).astype(np.float32)


def test_agrees_with_kaldi() -> None:
    rows = mfcc(signal())
    assert rows.shape == (2, CEPSTRA)
    np.testing.assert_allclose(rows[1], [float(word) for word in KALDI.split()], atol=0.01)


@pytest.mark.parametrize("count", [1, 100, 299, 300, 301, 1000])
def test_the_sliding_mean_is_that_of_the_rows_around(count: int) -> None:
    rows = np.random.default_rng(0).standard_normal((count, 3)).astype(np.float32) + 5
    plain = np.empty_like(rows)
    for index in range(count):
        start = min(max(0, index - 150), max(0, count - 300))
        plain[index] = rows[index] - rows[start : start + 300].mean(axis=0)
    np.testing.assert_allclose(without_mean(rows), plain, atol=1e-4)
