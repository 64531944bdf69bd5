"""Reads Kaldi's binary files as far as Vosk's speaker network needs: nnet3 components, matrices and vectors.

The network is data from elsewhere, so every length is checked against the file before anything is allocated, nothing
is executed, and whatever does not fit raises ``ModelCorrupt``. Format: Kaldi ``base/io-funcs.h``, ``kaldi-matrix.cc``.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelCorrupt, ModelMissing

__all__ = ["Components", "read_components", "read_matrix", "read_vector"]

Floats = NDArray[np.float32]
Value = Floats | bytes | bool
Components = dict[str, dict[str, Value]]

_TOKEN = re.compile(rb"<(/?[\w\-]+)> ")
_NAME = re.compile(rb"([\w.\-]+) ")


def _corrupt() -> ModelCorrupt:
    return ModelCorrupt("The speaker network's files are damaged; fetch them again with: loanline models fetch speaker")


class _Reader:
    def __init__(self, path: Path) -> None:
        try:
            self.data = path.read_bytes()
        except OSError as error:
            raise ModelMissing("There is no speaker network; run: loanline models fetch speaker") from error
        self.at = 0
        if self.data[:2] != b"\0B":
            raise _corrupt()
        self.at = 2

    def match(self, pattern: re.Pattern[bytes]) -> str:
        found = pattern.match(self.data, self.at)
        if found is None:
            raise _corrupt()
        self.at = found.end()
        return found.group(1).decode("ascii")

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if count < 0 or len(piece) < count:
            raise _corrupt()
        self.at += count
        return piece

    def size(self) -> int:
        if self.take(1) != b"\x04":
            raise _corrupt()
        return int(struct.unpack("<i", self.take(4))[0])

    def floats(self) -> Floats:
        """A float matrix or vector (``FM``, ``FV``) at this place."""
        kind = self.take(3)
        if kind == b"FV ":
            shape: tuple[int, ...] = (self.size(),)
        elif kind == b"FM ":
            shape = (self.size(), self.size())
        else:
            raise _corrupt()
        if any(length < 0 for length in shape):
            raise _corrupt()
        count = 1
        for length in shape:
            count *= length
        values = np.frombuffer(self.take(4 * count), dtype="<f4").reshape(shape)
        if not np.all(np.isfinite(values)):
            raise _corrupt()
        return values.astype(np.float32)

    def value(self) -> Value:
        mark = self.data[self.at : self.at + 3]
        if mark in {b"FM ", b"FV "}:
            return self.floats()
        if mark[:1] in {b"\x04", b"\x08"}:
            return self.take(1 + mark[0])[1:]
        if mark[:1] in {b"T", b"F"}:
            return self.take(1) == b"T"
        raise _corrupt()


def read_components(path: Path) -> Components:
    """The components of an nnet3 file by name: for each, its type under ``type`` and its fields by token."""
    reader = _Reader(path)
    start = reader.data.find(b"<NumComponents> ")
    if start < 0:
        raise _corrupt()
    reader.at = start
    reader.match(_TOKEN)
    components: Components = {}
    for _ in range(reader.size()):
        if reader.match(_TOKEN) != "ComponentName":
            raise _corrupt()
        name = reader.match(_NAME)
        kind = reader.match(_TOKEN)
        fields: dict[str, Value] = {"type": kind.encode()}
        while (token := reader.match(_TOKEN)) != "/" + kind:
            if not _TOKEN.match(reader.data, reader.at):
                fields[token] = reader.value()
        components[name] = fields
    return components


def read_matrix(path: Path) -> Floats:
    """A float matrix file (``transform.mat``)."""
    values = _Reader(path).floats()
    if values.ndim != 2:
        raise _corrupt()
    return values


def read_vector(path: Path) -> Floats:
    """A float vector file, binary or text (``mean.vec``)."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ModelMissing("There is no speaker network; run: loanline models fetch speaker") from error
    if raw[:2] == b"\0B":
        values = _Reader(path).floats()
    else:
        try:
            values = np.array(raw.decode("ascii").strip(" []\n").split(), dtype=np.float32)
        except ValueError as error:
            raise _corrupt() from error
    if values.ndim != 1 or not np.all(np.isfinite(values)):
        raise _corrupt()
    return values
