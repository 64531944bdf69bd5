"""Numerator and denominator against sums over every path, on utterances small enough to write all paths out."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch, from the extra train-ear")

from speech.training.denominator import Denominator  # noqa: E402 - only where torch is
from speech.training.numerator import Numerator, collated, graph_of  # noqa: E402 - as above
from speech.training.phones import SILENCE  # noqa: E402 - as above
from speech.training.trigram import phone_trigram  # noqa: E402 - as above

FRAMES, PHONES = 4, 3


def _outputs() -> torch.Tensor:
    return torch.tensor(np.random.default_rng(5).normal(size=(1, FRAMES, 2 * PHONES)), dtype=torch.float32)


def _score(outputs: torch.Tensor, phones: tuple[int, ...], lengths: tuple[int, ...]) -> float:
    total, at = 0.0, 0
    for phone, length in zip(phones, lengths, strict=True):
        for k in range(length):
            total += float(outputs[0, at, 2 * (phone - 1) + (k > 0)])
            at += 1
    return total


def _segmentations(count: int) -> list[tuple[int, ...]]:
    return [cut for cut in itertools.product(range(1, FRAMES + 1), repeat=count) if sum(cut) == FRAMES]


def test_the_denominator_sums_over_every_phone_sequence() -> None:
    outputs, trigram = _outputs(), phone_trigram([[1, 2], [2, 3, 1], [3]], PHONES)
    expected = 0.0
    for count in range(1, FRAMES + 1):
        for phones in itertools.product(range(1, PHONES + 1), repeat=count):
            row = (0, 0, *phones, 0)
            weight = math.prod(trigram[row[k], row[k + 1], row[k + 2]] for k in range(len(row) - 2))
            expected += sum(weight * math.exp(_score(outputs, phones, cut)) for cut in _segmentations(count))
    found = Denominator.apply(outputs, torch.tensor([FRAMES]), torch.tensor(trigram))
    assert float(found) == pytest.approx(math.log(expected), abs=1e-4)


def test_the_numerator_sums_over_the_ways_to_say_the_words() -> None:
    outputs = _outputs()
    ways = {(2,): 0.2 * 0.2, (SILENCE, 2): 0.8 * 0.2, (2, SILENCE): 0.2 * 0.8, (SILENCE, 2, SILENCE): 0.8 * 0.8}
    expected = sum(
        weight * math.exp(_score(outputs, phones, cut))
        for phones, weight in ways.items()
        for cut in _segmentations(len(phones))
    )
    found = Numerator.apply(outputs, torch.tensor([FRAMES]), *collated([graph_of([[[2]]])]))
    assert float(found) == pytest.approx(math.log(expected), abs=1e-4)


@pytest.mark.parametrize("which", ["numerator", "denominator"])
def test_each_frame_has_one_output_in_all(which: str) -> None:
    outputs = _outputs().requires_grad_()
    lengths = torch.tensor([FRAMES])
    if which == "numerator":
        total = Numerator.apply(outputs, lengths, *collated([graph_of([[[2], [3]]])]))
    else:
        total = Denominator.apply(outputs, lengths, torch.tensor(phone_trigram([[1, 2], [3]], PHONES)))
    total.sum().backward()
    assert outputs.grad is not None
    assert torch.allclose(outputs.grad.sum(-1), torch.ones(1, FRAMES), atol=1e-4)
    assert (outputs.grad >= -1e-6).all()
