"""Human recordings for measuring, and the telephone channels they go through. Used by the benches of this folder.

The recordings lie outside the project (see ``docs/fraud-signals.md`` for sources and licences); each archive is a tar
of 8 kHz FLAC files with a table of speakers beside it.
"""

from __future__ import annotations

import csv
import io
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import soundfile
from numpy.typing import NDArray

from antifraud.activity import FRAME, active, levels, noise_floor

Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Recording:
    file: str
    speaker: str
    samples: Samples


def recordings(folder: Path, corpus: str) -> Iterator[Recording]:
    """All recordings of one archive, in its order."""
    with (folder / f"{corpus}.tsv").open(encoding="utf-8") as table:
        speakers = {
            row["file"]: row["speaker"] for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        }
    with tarfile.open(folder / f"{corpus}.tar") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is None or not member.name.endswith(".flac"):
                continue
            name = member.name.removeprefix("./")
            samples, _ = soundfile.read(io.BytesIO(file.read()), dtype="int16")
            yield Recording(name, speakers.get(name) or speakers[name.split("/", 1)[-1]], samples)


def through(samples: Samples, subtype: str) -> Samples:
    """Once through a codec of libsndfile: ``ULAW`` or ``GSM610``."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, 8000, format="WAV", subtype=subtype)
    buffer.seek(0)
    decoded, _ = soundfile.read(buffer, dtype="int16")
    return np.asarray(decoded[: samples.size], dtype=np.int16)


def mulaw(samples: Samples) -> Samples:
    return through(samples, "ULAW")


def gain(samples: Samples, db: float) -> Samples:
    return np.asarray(np.clip(samples * 10 ** (db / 20), -32768, 32767), dtype=np.int16)


def noisy(samples: Samples, snr_db: float, rng: np.random.Generator) -> Samples:
    """White noise at this ratio to the speech (the frames in which somebody speaks)."""
    wave = samples.astype(np.float32)
    db = levels(wave / 32768)
    talk = np.repeat(active(db, noise_floor(db)), FRAME)
    power = float(np.mean(wave[: talk.size][talk] ** 2)) if talk.any() else float(np.mean(wave**2)) + 1.0
    noise = rng.standard_normal(samples.size) * np.sqrt(power / 10 ** (snr_db / 10))
    return np.asarray(np.clip(wave + noise, -32768, 32767), dtype=np.int16)


def pink(samples: Samples, snr_db: float, rng: np.random.Generator) -> Samples:
    """As ``noisy``, with noise that falls by 3 dB an octave, as rooms and streets do."""
    white = np.fft.rfft(rng.standard_normal(samples.size))
    shaped = np.fft.irfft(white / np.sqrt(np.maximum(np.arange(white.size), 20)), samples.size)
    level = np.std(noisy(samples, snr_db, rng).astype(np.float32) - samples)
    return np.asarray(np.clip(samples + shaped * level / np.std(shaped), -32768, 32767), dtype=np.int16)


def cut(samples: Samples, seconds: float) -> list[Samples]:
    """Consecutive pieces that each hold this much net speech; a shorter rest is dropped."""
    db = levels(samples.astype(np.float32) / 32768)
    spoken = np.cumsum(active(db, noise_floor(db))) * FRAME / 8000
    pieces, start = [], 0
    count = int(spoken[-1] / seconds) if spoken.size else 0
    for number in range(1, count + 1):
        end = int(np.searchsorted(spoken, number * seconds - 1e-9)) + 1
        pieces.append(samples[start * FRAME : end * FRAME])
        start = end
    return pieces


def by_speaker(folder: Path, corpus: str) -> dict[str, Samples]:
    """All recordings of each speaker joined, after mu-law."""
    found: dict[str, list[Samples]] = {}
    for recording in recordings(folder, corpus):
        found.setdefault(recording.speaker, []).append(mulaw(recording.samples))
    return {speaker: np.concatenate(pieces) for speaker, pieces in found.items()}
