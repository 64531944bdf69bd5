"""Writes a speaker network of a few numbers in Kaldi's own file format, for tests without the real one."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

SIZE = 4


def floats(values: np.ndarray) -> bytes:
    mark = b"FM " if values.ndim == 2 else b"FV "
    sizes = b"".join(b"\x04" + struct.pack("<i", length) for length in values.shape)
    return mark + sizes + values.astype("<f4").tobytes()


def component(name: str, kind: str, fields: bytes) -> bytes:
    return f"<ComponentName> {name} <{kind}> ".encode() + fields + f"</{kind}> ".encode()


def write(folder: Path, seed: int = 5, width: int = 6) -> Path:
    """A network with the layers of the real one and ``width`` units in each; returns its folder."""
    rng = np.random.default_rng(seed)
    parts, inputs = [], 23
    for name, taps in (("tdnn1", 5), ("tdnn2", 3), ("tdnn3", 3), ("tdnn4", 1), ("tdnn5", 1)):
        weight = rng.standard_normal((width, inputs * taps)) / np.sqrt(inputs * taps)
        rate = b"<LearningRate> \x04" + struct.pack("<f", 0.001)
        fields = rate + b"<LinearParams> " + floats(weight) + b"<BiasParams> " + floats(rng.standard_normal(width))
        parts.append(component(f"{name}.affine", "NaturalGradientAffineComponent", fields))
        fields = b"<TestMode> F<StatsMean> " + floats(0.5 * np.ones(width)) + b"<StatsVar> " + floats(np.ones(width))
        parts.append(component(f"{name}.batchnorm", "BatchNormComponent", fields))
        inputs = width
    weight = rng.standard_normal((SIZE, 2 * width))
    fields = b"<LinearParams> " + floats(weight) + b"<BiasParams> " + floats(np.zeros(SIZE))
    parts.append(component("tdnn6.affine", "NaturalGradientAffineComponent", fields))
    count = b"<NumComponents> \x04" + struct.pack("<i", len(parts))
    folder.mkdir(exist_ok=True)
    (folder / "final.ext.raw").write_bytes(b"\0B<Nnet3> \n\n" + count + b"".join(parts) + b"</Nnet3> ")
    (folder / "transform.mat").write_bytes(b"\0B" + floats(np.eye(SIZE)))
    (folder / "mean.vec").write_text(" [ " + " ".join(["0.0"] * SIZE) + " ]\n")
    return folder
