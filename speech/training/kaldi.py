"""Kaldi's binary files: what is written of ``final.mdl`` (a transition model and an nnet3 network), token by token."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["KaldiFile"]

Array = npt.NDArray[Any]


class KaldiFile:
    """Collects a binary Kaldi stream; ``save`` writes it whole."""

    def __init__(self) -> None:
        self._parts: list[bytes] = [b"\0B"]

    def token(self, *tokens: str) -> None:
        self._parts += [token.encode() + b" " for token in tokens]

    def text(self, text: str) -> None:
        self._parts.append(text.encode())

    def integer(self, *values: int) -> None:
        self._parts += [b"\4" + struct.pack("<i", value) for value in values]

    def single(self, *values: float) -> None:
        self._parts += [b"\4" + struct.pack("<f", value) for value in values]

    def double(self, value: float) -> None:
        self._parts.append(b"\x08" + struct.pack("<d", value))

    def flag(self, value: bool) -> None:
        self._parts.append(b"T" if value else b"F")

    def integers(self, values: Sequence[int]) -> None:
        self._parts.append(b"\4" + struct.pack("<i", len(values)) + np.asarray(values, np.int32).tobytes())

    def vector(self, values: Array) -> None:
        plain = np.ascontiguousarray(values, np.float32)
        self._parts.append(b"FV \4" + struct.pack("<i", len(plain)) + plain.tobytes())

    def matrix(self, values: Array) -> None:
        plain = np.ascontiguousarray(values, np.float32)
        rows, columns = plain.shape
        self._parts.append(b"FM " + b"\4" + struct.pack("<i", rows) + b"\4" + struct.pack("<i", columns))
        self._parts.append(plain.tobytes())

    def append(self, other: KaldiFile) -> None:
        """What the other holds, without its head."""
        self._parts += other._parts[1:]

    def save(self, path: Path) -> None:
        part = path.with_suffix(".part")
        part.write_bytes(b"".join(self._parts))
        part.replace(path)
