"""Speaker vectors (x-vectors, Snyder et al. 2018) from Vosk's speaker network, in numpy, over whole turns.

Vosk's own interface pools only the first four seconds, needs recognised words and gives nothing where the grammar
heard none; this one has its own voice activity and pools all speech it is given. It needs the biometric consent.
A speaker vector is a clue for a person, and never an authenticator: at five seconds one true caller in five would be
turned away at the error rate an authenticator must keep (NIST SP 800-63B).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from antifraud.activity import FRAME, RATE, active, levels, noise_floor
from antifraud.mfcc import CEPSTRA, HOP, WINDOW, mfcc, without_mean
from antifraud.nnet3 import Components, read_components, read_matrix, read_vector
from core.errors import ModelCorrupt

__all__ = ["LEAST_SECONDS", "SpeakerNetwork", "SpeechStats", "VoiceSpace", "Voiceprint", "cosine", "speech_features"]

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

LEAST_SECONDS = 1.0
_LAYERS = (("tdnn1", (-2, -1, 0, 1, 2)), ("tdnn2", (-2, 0, 2)), ("tdnn3", (-3, 0, 3)), ("tdnn4", (0,)), ("tdnn5", (0,)))
_CONTEXT = 7
_LONGEST = 6000  # frames a pass, so that memory stays small
_DITHER = 32768 * 10 ** (-70 / 20)  # -70 dBFS: exact digital silence would wreck the cepstra


class Voiceprint:
    """The speaker vector of some speech: 128 numbers of length one, the net seconds of speech behind it, and how far
    that speech stood above its background in dB (noise makes strangers sound alike).

    Personal data of the strictest kind: it has no readable ``repr`` and belongs in encrypted columns only.
    """

    __slots__ = ("seconds", "snr", "vector")

    def __init__(self, vector: Floats, seconds: float, snr: float) -> None:
        self.vector = vector
        self.seconds = seconds
        self.snr = snr

    def __repr__(self) -> str:
        return f"Voiceprint(•••, {self.seconds:.1f} s)"

    def pack(self) -> bytes:
        """130 floats of 32 bits: seconds, signal-to-noise ratio, the vector."""
        return np.concatenate([[self.seconds, self.snr], self.vector]).astype("<f4").tobytes()

    @classmethod
    def unpack(cls, packed: bytes) -> Voiceprint:
        row = np.frombuffer(packed, dtype="<f4")
        return cls(row[2:].astype(np.float32), float(row[0]), float(row[1]))


def cosine(one: Voiceprint, other: Voiceprint) -> float:
    """Likeness from -1 to 1."""
    return float(one.vector @ other.vector)


@dataclass(frozen=True, slots=True, repr=False)
class SpeechStats:
    """What the network sums up over speech. Sums of turns add, so a call is pooled as if it were one turn."""

    count: int
    total: Doubles
    squares: Doubles
    snr: float

    def __add__(self, other: SpeechStats) -> SpeechStats:
        count = self.count + other.count
        snr = (self.snr * self.count + other.snr * other.count) / count
        return SpeechStats(count, self.total + other.total, self.squares + other.squares, snr)

    @property
    def seconds(self) -> float:
        return self.count * HOP / RATE


@dataclass(frozen=True, slots=True)
class VoiceSpace:
    """Where vectors are compared: less the mean of a cohort heard over an equally noisy line, and scaled so that what
    differs within one speaker counts least (within-class covariance normalisation, Hatch et al. 2006).

    ``means`` holds one row for each signal-to-noise ratio in ``snrs`` (dB, rising)."""

    version: str
    snrs: Floats
    means: Floats
    whiten: Floats

    def moved(self, vector: Floats, snr: float) -> Floats:
        """A raw vector in this space."""
        if len(self.snrs) == 1:
            return np.asarray((vector - self.means[0]) @ self.whiten, dtype=np.float32)
        at = float(np.interp(snr, self.snrs, np.arange(len(self.snrs))))
        low = min(int(at), len(self.snrs) - 2)
        mean = self.means[low] + (at - low) * (self.means[low + 1] - self.means[low])
        return np.asarray((vector - mean) @ self.whiten, dtype=np.float32)

    @classmethod
    @cache
    def of_the_house(cls) -> VoiceSpace:
        """Fitted by ``scripts/antifraud/fit_voice.py``; see the model card in ``docs/fraud-signals.md``."""
        with files("antifraud").joinpath("data/voice_space.npz").open("rb") as file:
            data = np.load(file, allow_pickle=False)
            return cls(str(data["version"]), data["snrs"], data["means"], data["whiten"])


class SpeakerNetwork:
    """The network in ``folder`` (``vosk-model-spk-0.4``), read once; 11 MB in memory, no state: threads may share it.

    Raises ``ModelMissing`` or ``ModelCorrupt``. ``space`` is ``None`` only where the raw vectors are wanted.
    """

    def __init__(self, folder: Path, space: VoiceSpace | None) -> None:
        parts = read_components(folder / "final.ext.raw")
        width = CEPSTRA
        self._layers: list[tuple[tuple[int, ...], Floats, Floats, Floats, Floats]] = []
        for name, offsets in _LAYERS:
            weight, bias = _affine(parts, name, width * len(offsets))
            width = weight.shape[0]
            scale, shift = _batchnorm(parts, name, width)
            self._layers.append((offsets, np.ascontiguousarray(weight.T), bias, scale, shift))
        weight, self._bias = _affine(parts, "tdnn6", 2 * width)
        self._weight = np.ascontiguousarray(weight.T)
        self._transform = read_matrix(folder / "transform.mat")
        self._centre = read_vector(folder / "mean.vec")
        size = weight.shape[0]
        if self._transform.shape != (size, size) or self._centre.shape != (size,):
            raise _unfit()
        if space is not None and (space.means.shape[1:] != (size,) or space.whiten.shape != (size, size)):
            raise _unfit()
        self._space = space

    def voiceprint(self, samples: NDArray[np.int16]) -> Voiceprint | None:
        """The print of the speech in these 8 kHz samples, or ``None`` with less than a second of it."""
        stats = self.stats(samples)
        return None if stats is None else self.print_of(stats)

    def stats(self, samples: NDArray[np.int16]) -> SpeechStats | None:
        """The sums over the speech in these samples, or ``None`` where there are not even 15 frames of it."""
        rows, snr = speech_features(samples)
        if not len(rows):
            return None
        parts = [
            self._hidden(rows[start : start + _LONGEST + 2 * _CONTEXT]).astype(np.float64)
            for start in range(0, len(rows) - 2 * _CONTEXT, _LONGEST)
        ]
        sums = [SpeechStats(len(part), part.sum(axis=0), (part**2).sum(axis=0), snr) for part in parts]
        return sum(sums[1:], sums[0])

    def print_of(self, stats: SpeechStats) -> Voiceprint | None:
        if stats.seconds < LEAST_SECONDS:
            return None
        vector = self.raw(stats)
        if self._space is not None:
            vector = self._space.moved(vector, stats.snr)
        return Voiceprint((vector / np.linalg.norm(vector)).astype(np.float32), stats.seconds, stats.snr)

    def raw(self, stats: SpeechStats) -> Floats:
        """Vosk's vector: centred, transformed, of length sqrt(128)."""
        mean = stats.total / stats.count
        deviation = np.sqrt(np.maximum(stats.squares / stats.count - mean**2, 1e-10))
        pooled = np.concatenate([mean, deviation]).astype(np.float32)
        output = pooled @ self._weight + self._bias
        vector: Floats = self._transform @ (output - self._centre)
        return np.asarray(vector * (np.sqrt(vector.size) / np.linalg.norm(vector)), dtype=np.float32)

    def _hidden(self, rows: Floats) -> Floats:
        for offsets, weight, bias, scale, shift in self._layers:
            reach = offsets[-1] - offsets[0]
            length = len(rows) - reach
            wide = rows if not reach else np.hstack([rows[o - offsets[0] : o - offsets[0] + length] for o in offsets])
            rows = wide @ weight
            rows += bias
            np.maximum(rows, 0.0, out=rows)
            rows *= scale
            rows += shift
        return rows


def speech_features(samples: NDArray[np.int16]) -> tuple[Floats, float]:
    """The network's input, and the signal-to-noise ratio in dB.

    The input is the cepstra of the frames in which somebody speaks, each less its surroundings' mean.
    """
    wave = samples.astype(np.float32)
    db = levels(wave / 32768.0)
    talk = active(db, noise_floor(db))
    if samples.size < WINDOW or not talk.any():
        return np.zeros((0, CEPSTRA), dtype=np.float32), 0.0
    power = np.power(10.0, db / 10.0)
    snr = float(10 * np.log10(power[talk].mean() / power[~talk].mean()))
    noise = np.random.default_rng(samples.size).standard_normal(samples.size, dtype=np.float32)
    rows = mfcc(wave + noise * np.float32(_DITHER))
    centres = np.minimum((np.arange(len(rows)) * HOP + WINDOW // 2) // FRAME, talk.size - 1)
    kept = rows[talk[centres]]
    return (without_mean(kept) if len(kept) > 2 * _CONTEXT else kept[:0]), snr


def _unfit() -> ModelCorrupt:
    return ModelCorrupt("The speaker network is not vosk-model-spk-0.4; fetch it with: loanline models fetch speaker")


def _field(parts: Components, component: str, field: str) -> Floats:
    value = parts.get(component, {}).get(field)
    if not isinstance(value, np.ndarray):
        raise _unfit()
    return value


def _affine(parts: Components, name: str, inputs: int) -> tuple[Floats, Floats]:
    weight, bias = _field(parts, f"{name}.affine", "LinearParams"), _field(parts, f"{name}.affine", "BiasParams")
    if weight.ndim != 2 or weight.shape[1] != inputs or bias.shape != weight.shape[:1]:
        raise _unfit()
    return weight, bias


def _batchnorm(parts: Components, name: str, size: int) -> tuple[Floats, Floats]:
    """Scale and shift of a batch normalisation in test mode (epsilon 0.001, target 1)."""
    mean, variance = _field(parts, f"{name}.batchnorm", "StatsMean"), _field(parts, f"{name}.batchnorm", "StatsVar")
    if mean.shape != (size,) or variance.shape != (size,) or np.any(variance < 0):
        raise _unfit()
    scale = (1.0 / np.sqrt(variance + 0.001)).astype(np.float32)
    return scale, (-mean * scale).astype(np.float32)
