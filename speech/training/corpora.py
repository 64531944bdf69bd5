"""The recordings to learn from: what is declared in ``sources.toml``, read from a folder of archives."""

from __future__ import annotations

import csv
import hashlib
import io
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from core.errors import EnvironmentProblem, InvalidInput

__all__ = ["Recording", "Source", "declared", "recordings", "source_of"]

_SOURCES = Path(__file__).parent / "sources.toml"
_RATE = 8000
_SHORTEST_S, _LONGEST_S = 0.1, 20.0


@dataclass(frozen=True, slots=True)
class Source:
    """One archive; the fields are explained in ``sources.toml``."""

    name: str
    title: str
    licence: str
    passes: float = 1.0
    every: int = 1
    single: bool = False
    dev: int = 0
    dev_speakers: tuple[str, ...] = ()

    def keeps_for_choosing(self, speaker: str) -> bool:
        return speaker in self.dev_speakers or (self.dev > 0 and _among(speaker, self.dev))

    def takes(self, file: str) -> bool:
        return self.every == 1 or _among(file, self.every)


@dataclass(frozen=True, slots=True)
class Recording:
    """``samples`` are 16 bit at 8 kHz. ``dev``: kept for choosing, never trained on."""

    source: str
    file: str
    speaker: str
    words: tuple[str, ...]
    dev: bool
    samples: npt.NDArray[np.int16] = field(repr=False)


def _among(name: str, every: int) -> bool:
    """One in ``every`` names, always the same ones."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % every == 0


def declared(path: Path = _SOURCES) -> dict[str, Source]:
    """The declared sources by name."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: source_of({"name": name, **fields}) for name, fields in tables.items()}


def source_of(fields: Mapping[str, Any]) -> Source:
    """A source from plain fields, as files hold them."""
    return Source(**{**fields, "dev_speakers": tuple(fields.get("dev_speakers", ()))})


def recordings(folder: Path, source: Source) -> Iterator[Recording]:
    """Every usable recording of one source.

    Raises:
        EnvironmentProblem: the archive or its table is not in the folder.
        InvalidInput: a recording is not at 8 kHz.
    """
    archive, table = folder / f"{source.name}.tar", folder / f"{source.name}.tsv"
    if not archive.is_file() or not table.is_file():
        raise EnvironmentProblem(f"Put {source.name}.tar and {source.name}.tsv into the folder of recordings.")
    with table.open(encoding="utf-8") as rows:
        spoken = {row["file"]: row for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)}
    with tarfile.open(archive) as members:
        for member in members:
            name = member.name.removeprefix("./")
            row = spoken.get(name) or spoken.get(name.split("/", 1)[-1])
            file = members.extractfile(member) if member.isfile() and row else None
            if file is None or row is None or not source.takes(name):
                continue
            samples, rate = soundfile.read(io.BytesIO(file.read()), dtype="int16")
            if rate != _RATE:
                raise InvalidInput("recordings", f"Bring {source.name} to 8 kHz first: a recording has another rate.")
            if _SHORTEST_S <= len(samples) / _RATE <= _LONGEST_S and row["words"].split():
                dev = source.keeps_for_choosing(row["speaker"])
                yield Recording(source.name, name, row["speaker"], tuple(row["words"].split()), dev, samples)
