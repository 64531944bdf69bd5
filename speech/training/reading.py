"""Reads a network back from the ``final.mdl`` that :mod:`speech.training.export` wrote, so that training can go on from
the committed model without any other file."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InvalidInput

__all__ = ["read_acoustic_model"]

Array = npt.NDArray[Any]
_NAMES = {
    "tdnn1.affine": "tdnn1",
    "tdnn1.batchnorm": "bn1",
    "prefinal-l": "prel",
    "prefinal.affine": "pre_aff",
    "prefinal.batchnorm1": "pre_bn1",
    "prefinal.linear": "pre_lin",
    "prefinal.batchnorm2": "pre_bn2",
    "output.affine": "out",
}
_LAYER = re.compile(r"tdnnf(\d+)\.(linear|affine|batchnorm)")
_KIND = {"linear": "lin", "affine": "aff", "batchnorm": "bn"}
_COMPONENT = re.compile(rb"<ComponentName> (\S+) <\w+>")
_TOKENS = {
    b"<LinearParams> ": "weight",
    b"<Params> ": "weight",
    b"<BiasParams> ": "bias",
    b"<StatsMean> ": "mean",
    b"<StatsVar> ": "var",
}


def read_acoustic_model(path: Path, silence_penalty: float) -> dict[str, npt.NDArray[np.float32]]:
    """The weights by name; ``silence_penalty`` is what the export took from silence, and is given back.

    Raises:
        InvalidInput: the file is not of our making.
    """
    data = path.read_bytes()
    marks = [(found.start(), found[1].decode()) for found in _COMPONENT.finditer(data)]
    weights: dict[str, npt.NDArray[np.float32]] = {}
    for at, (begin, component) in enumerate(marks):
        name = _name(component)
        if name is None:
            continue
        end = marks[at + 1][0] if at + 1 < len(marks) else len(data)
        for token, part in _TOKENS.items():
            place = data.find(token, begin, end)
            values = _values(data, place + len(token)) if place >= 0 else np.zeros(0, np.float32)
            if values.size:
                weights[f"{name}.{part}"] = values
    if "out.bias" not in weights:
        raise InvalidInput("model", f"Give a final.mdl that this project made; {path.name} is none.")
    weights["out.bias"][:2] += silence_penalty
    return weights


def _name(component: str) -> str | None:
    layer = _LAYER.fullmatch(component)
    return f"{_KIND[layer[2]]}.{layer[1]}" if layer else _NAMES.get(component)


def _values(data: bytes, at: int) -> npt.NDArray[np.float32]:
    """A float vector (``FV``) or matrix (``FM``)."""
    if data[at : at + 3] == b"FV ":
        (size,) = struct.unpack_from("<i", data, at + 4)
        return np.frombuffer(data, np.float32, size, at + 8).copy()
    (rows,), (columns,) = struct.unpack_from("<i", data, at + 4), struct.unpack_from("<i", data, at + 9)
    return np.frombuffer(data, np.float32, rows * columns, at + 13).reshape(rows, columns).copy()
