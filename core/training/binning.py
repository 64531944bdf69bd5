"""Monotone bins with their weight of evidence, from past loans.

Fine quantile bins are merged until the bad rate runs in one direction (pool adjacent violators: the finest monotone
binning, and so the one with the most information), then until every bin is large enough and there are few of them,
each time losing the least information value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import InvalidInput

__all__ = ["Bin", "Binning", "bin_feature", "weights_of"]

_FINE = 200
#: Added to the goods and bads of a bin, so that an empty class gives no infinite weight.
_SMOOTH = 0.5


@dataclass(frozen=True, slots=True)
class Bin:
    """From ``low`` (included, ``None``: no bound) to ``high`` (not included). ``woe`` is ln(share of goods / share of
    bads): above zero is better than average. Both bounds ``None`` with ``missing``: no value was given."""

    low: float | None
    high: float | None
    goods: int
    bads: int
    woe: float
    missing: bool = False

    @property
    def count(self) -> int:
        return self.goods + self.bads


@dataclass(frozen=True, slots=True)
class Binning:
    """``bins`` in rising order, the missing bin last. ``rising`` says that a higher value is a better one."""

    bins: tuple[Bin, ...]
    rising: bool

    @property
    def information_value(self) -> float:
        goods, bads = (sum(getattr(one, name) for one in self.bins) for name in ("goods", "bads"))
        return float(sum((one.goods / goods - one.bads / bads) * one.woe for one in self.bins))


def bin_feature(
    values: np.ndarray[Any, Any], bad: np.ndarray[Any, Any], *, rising: bool, smallest: float = 0.01, most: int = 8
) -> Binning:
    """Bins of one feature. ``values`` may hold NaN (not known); ``bad`` is 1 for a loan that went wrong.

    Each bin but the missing one holds at least the share ``smallest`` of all; there are at most ``most`` of them.
    Raises ``InvalidInput`` when there are not both good and bad loans.
    """
    known = ~np.isnan(values)
    if bad[known].min(initial=1) == bad[known].max(initial=0):
        raise InvalidInput("bad", "give past loans of both kinds, good and bad")
    cuts = _fine_cuts(values[known])
    place = np.searchsorted(cuts, values[known], side="right")
    bads = np.bincount(place, weights=bad[known], minlength=len(cuts) + 1)
    counts = np.bincount(place, minlength=len(cuts) + 1)
    blocks = [[int(bads[i]), int(counts[i]), i] for i in range(len(counts)) if counts[i]]
    blocks = _pooled(blocks, rising)
    totals = (int(bad.sum()), len(bad) - int(bad.sum()))
    blocks = _merged(blocks, smallest * len(bad), most, totals)
    edges = [None, *(float(cuts[block[2]]) for block in blocks[:-1]), None]
    bins = [
        _bin(low, high, block[1] - block[0], block[0], totals)
        for low, high, block in zip(edges[:-1], edges[1:], blocks, strict=True)
    ]
    lost = int(bad[~known].sum())
    if (~known).any():
        bins.append(_bin(None, None, int((~known).sum()) - lost, lost, totals, missing=True))
    return Binning(tuple(bins), rising)


def weights_of(binning: Binning, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The weight of evidence of each value; zero (average) for a missing one where training saw none missing."""
    cuts = np.array([one.high for one in binning.bins if one.high is not None])
    woes = np.array([one.woe for one in binning.bins if not one.missing])
    missing = next((one.woe for one in binning.bins if one.missing), 0.0)
    found: np.ndarray[Any, Any] = woes[np.searchsorted(cuts, np.nan_to_num(values), side="right")]
    found[np.isnan(values)] = missing
    return found


def _fine_cuts(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Candidate bounds: quantiles, written with three significant digits so that a person can read them."""
    tails = np.concatenate([np.linspace(0, 1, _FINE + 1)[1:-1], [0.0025, 0.9975, 0.999]])
    quantiles = np.quantile(values, tails, method="inverted_cdf")
    cuts: np.ndarray[Any, Any] = np.unique([float(f"{cut:.3g}") for cut in quantiles])
    inner: np.ndarray[Any, Any] = cuts[(cuts > values.min()) & (cuts <= values.max())]
    return inner


def _pooled(blocks: list[list[int]], rising: bool) -> list[list[int]]:
    """Merge neighbours until the bad rate falls (``rising``: higher is better) or rises from bin to bin."""
    sign = -1 if rising else 1
    done: list[list[int]] = []
    for block in blocks:
        done.append(list(block))
        while len(done) > 1 and sign * done[-2][0] * done[-1][1] >= sign * done[-1][0] * done[-2][1]:
            bads, count, last = done.pop()
            done[-1] = [done[-1][0] + bads, done[-1][1] + count, last]
    return done


def _merged(blocks: list[list[int]], least: float, most: int, totals: tuple[int, int]) -> list[list[int]]:
    while len(blocks) > 1:
        small = [i for i, block in enumerate(blocks) if block[1] < least]
        if not small and len(blocks) <= most:
            break
        pairs = {i for at in small for i in (at - 1, at) if 0 <= i < len(blocks) - 1} or set(range(len(blocks) - 1))
        at = min(pairs, key=lambda i: _loss(blocks[i], blocks[i + 1], totals))
        bads, count, last = blocks.pop(at + 1)
        blocks[at] = [blocks[at][0] + bads, blocks[at][1] + count, last]
    return blocks


def _loss(left: list[int], right: list[int], totals: tuple[int, int]) -> float:
    together = [left[0] + right[0], left[1] + right[1]]
    return _value(left, totals) + _value(right, totals) - _value(together, totals)


def _value(block: list[int], totals: tuple[int, int]) -> float:
    bads, goods = block[0], block[1] - block[0]
    return (goods / totals[1] - bads / totals[0]) * _woe(goods, bads, totals)


def _woe(goods: int, bads: int, totals: tuple[int, int]) -> float:
    return math.log((goods + _SMOOTH) / (totals[1] + _SMOOTH) * (totals[0] + _SMOOTH) / (bads + _SMOOTH))


def _bin(
    low: float | None, high: float | None, goods: int, bads: int, totals: tuple[int, int], *, missing: bool = False
) -> Bin:
    return Bin(low, high, goods, bads, _woe(goods, bads, totals), missing)
