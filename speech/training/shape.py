"""The network's measures, and its weights as plain arrays in a file: what export and training have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import InvalidInput
from speech.training.phones import PHONE_COUNT

__all__ = [
    "CONTEXT",
    "LAYERS",
    "Shape",
    "Weights",
    "averaged",
    "fresh_weights",
    "load_weights",
    "save_weights",
    "shape_of",
]

Weights = Mapping[str, npt.NDArray[np.float32]]

#: Layers by their number in nnet3 and the step of their splice: 0 takes every third frame of what is below.
LAYERS = (*((number, 1) for number in (2, 3, 4)), (5, 0), *((number, 3) for number in range(6, 16)))
#: Input frames that an output needs on each side.
CONTEXT = 34


@dataclass(frozen=True, slots=True)
class Shape:
    features: int = 30
    width: int = 768
    bottleneck: int = 64


def shape_of(weights: Weights) -> Shape:
    """The measures of the network that these weights belong to.

    Raises:
        InvalidInput: a weight is missing.
    """
    try:
        width, spliced = weights["tdnn1.weight"].shape
        return Shape(spliced // 3, width, weights["pre_lin.weight"].shape[0])
    except KeyError as error:
        raise InvalidInput("weights", f"The weights lack {error}: give a file that the training wrote.") from error


def fresh_weights(shape: Shape, rng: np.random.Generator) -> dict[str, npt.NDArray[np.float32]]:
    """Weights to begin with where there is no network to continue; norms do nothing yet."""
    width, inner = shape.width, shape.bottleneck
    sizes = {"tdnn1": (width, 3 * shape.features, True), "prel": (inner, width, False), "pre_aff": (width, inner, True)}
    sizes |= {"pre_lin": (inner, width, False), "out": (2 * PHONE_COUNT, inner, True)}
    for number, step in LAYERS:
        times = 2 if step else 1
        sizes[f"lin.{number}"], sizes[f"aff.{number}"] = (inner, times * width, False), (width, times * inner, True)
    found = {}
    for name, (rows, columns, biased) in sizes.items():
        scale = 0.1 if name == "tdnn1" else 1.0
        found[f"{name}.weight"] = rng.normal(0, scale / np.sqrt(columns), (rows, columns)).astype(np.float32)
        if biased:
            found[f"{name}.bias"] = np.zeros(rows, np.float32)
    norms = {"bn1": width, "pre_bn1": width, "pre_bn2": inner, **{f"bn.{number}": width for number, _ in LAYERS}}
    for name, size in norms.items():
        found[f"{name}.mean"], found[f"{name}.var"] = np.zeros(size, np.float32), np.ones(size, np.float32)
    return found


def averaged(first: Weights, second: Weights, share: float) -> dict[str, npt.NDArray[np.float32]]:
    """``share`` of the second, the rest of the first: weights before and after a training are often best half and half
    (Wortsman et al. 2022)."""
    return {name: ((1 - share) * first[name] + share * second[name]).astype(np.float32) for name in first}


def save_weights(path: Path, weights: Weights) -> None:
    """Write whole or not at all."""
    part = path.with_suffix(".part.npz")
    np.savez(part, **dict(weights))  # type: ignore[arg-type]  # numpy's stub takes the keywords for its own
    part.replace(path)


def load_weights(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Raises ``InvalidInput`` where the file is not one of ours."""
    try:
        with np.load(path, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (OSError, ValueError) as error:
        raise InvalidInput("weights", f"Give a file of weights that can be read; {path.name} cannot.") from error
