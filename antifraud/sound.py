"""The caller's audio turned into numbers, a second at a time, and then forgotten.

``Sound`` keeps no samples beyond the last unfinished second, but for speech that waits for ``take_speech``. Pitch and
spectrum, which say something about the speaker's voice, are computed only when asked for (``voice``); level and tones
say something about the line. Pitch is ``librosa.yin`` with a hop of 20 ms (de Cheveigné and Kawahara 2002); pYIN costs
75 times as much and is not used on a live call.
"""

from __future__ import annotations

import librosa
import numpy as np
from numpy.typing import NDArray

from antifraud.activity import FRAME, RATE, active, levels, noise_floor
from antifraud.tones import keys_in

__all__ = ["F0_HIGH", "F0_LOW", "Sound", "pitch_track"]

Floats = NDArray[np.float32]

F0_LOW, F0_HIGH = 65.0, 400.0
_YIN = 512
_LAGS = 128
_TAIL = 3  # frames carried over, so that the track runs on from second to second
_VOICED = 0.6  # least normalised correlation between one period and the next
_FFT = 256
_HERTZ = np.arange(_FFT // 2 + 1) * RATE / _FFT
_MEMORY = 1500  # frames: the noise floor is that of the last 30 s
_CLIPPED = 0.975  # of full scale; the largest mu-law value is 0.98


def pitch_track(samples: Floats) -> Floats:
    """F0 in Hz every 20 ms, NaN where no period repeats. Needs 512 samples; frame ``i`` starts at ``160 i``."""
    f0 = librosa.yin(
        samples, fmin=F0_LOW, fmax=F0_HIGH, sr=RATE, frame_length=_YIN, hop_length=FRAME, center=False
    ).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _YIN)[::FRAME][: f0.size]
    lag = np.clip(np.rint(RATE / f0), 1, _LAGS).astype(np.intp)
    span = np.arange(_YIN - _LAGS)
    first = frames[:, : span.size]
    second = np.take_along_axis(frames, lag[:, None] + span, axis=1)
    norm = np.sqrt(np.einsum("ij,ij->i", first, first) * np.einsum("ij,ij->i", second, second)) + 1e-9
    alike = np.einsum("ij,ij->i", first, second) / norm
    f0[(alike < _VOICED) | (f0 <= F0_LOW * 1.02) | (f0 >= F0_HIGH * 0.98)] = np.nan
    return np.asarray(f0)


def _shape_of(power: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean spectral centroid and 85 % roll-off of the magnitudes (Hz), and flatness of the power, over frames; as
    ``librosa.feature`` has them, at a tenth of its cost on one second."""
    magnitude = np.sqrt(power) + 1e-12
    total = magnitude.sum(axis=0)
    reached = np.cumsum(magnitude, axis=0) >= 0.85 * total
    floored = np.maximum(power, 1e-10)
    flat = np.exp(np.log(floored).mean(axis=0)) / floored.mean(axis=0)
    return np.array([(_HERTZ @ magnitude / total).mean(), _HERTZ[reached.argmax(axis=0)].mean(), flat.mean()])


class Sound:
    """Accumulates one track. Feed it in order with ``add``; read the fields at any time."""

    def __init__(self) -> None:
        self.voice = False
        self.seconds = 0.0
        self.clipped = 0.0
        self.gap_ms = 0
        self.tones: list[tuple[int, str]] = []
        self._db: list[Floats] = []
        self._f0: list[Floats] = []
        self._shape: list[NDArray[np.float64]] = []
        self._spectrum = np.zeros(_FFT // 2 + 1)
        self._noise = np.zeros(_FFT // 2 + 1)
        self._counts = [0, 0]
        self._pending: list[Floats] = []
        self._speech: list[Floats] = []
        self._held = 0
        self._next: int | None = None
        self.origin_ms = 0
        self._tail = np.zeros(0, dtype=np.float32)
        self._tail_speaking = np.zeros(0, dtype=bool)

    def add(self, samples: NDArray[np.int16], start_ms: int) -> None:
        """Samples at 8 kHz. What was already given is skipped; what is missing is counted as a gap."""
        first = start_ms * RATE // 1000
        if self._next is None:
            self._next, self.origin_ms = first, start_ms
        if first < self._next:
            samples = samples[self._next - first :]
            first = self._next
        if not samples.size:
            return
        if first > self._next:
            self.gap_ms += (first - self._next) * 1000 // RATE
        self._next = first + samples.size
        self._pending.append(samples.astype(np.float32) / 32768.0)
        self._held += samples.size
        if self._held >= RATE:
            joined = np.concatenate(self._pending)
            whole = joined.size // RATE * RATE
            for start in range(0, whole, RATE):
                self._block(joined[start : start + RATE], (self._next - joined.size + start) * 1000 // RATE)
            self._pending = [joined[whole:]]
            self._held = joined.size - whole

    def flush(self) -> None:
        """Take in an unfinished last second (at least 100 ms). For the end of a call or a recording."""
        if self._held >= 5 * FRAME and self._next is not None:
            joined = np.concatenate(self._pending)
            self._block(joined[: joined.size // FRAME * FRAME], (self._next - joined.size) * 1000 // RATE)
        self._pending, self._held = [], 0

    def forget_voice(self) -> None:
        """Drop what was derived from the voice (the consent for it was withdrawn)."""
        self.voice = False
        self._f0, self._shape, self._speech = [], [], []

    def take_speech(self) -> Floats:
        """What was spoken since the last time (the last 30 s of it at most), without silence, in -1..1."""
        joined = np.concatenate([np.zeros(0, dtype=np.float32), *self._speech])
        self._speech = []
        return joined

    def _block(self, block: Floats, at_ms: int) -> None:
        self.seconds += block.size / RATE
        db = levels(block)
        self._db.append(db)
        speaking = active(db, self.floor)
        self.clipped += float(np.count_nonzero(np.abs(block) >= _CLIPPED))
        self.tones += [(at_ms + offset * 1000 // RATE, key) for offset, key in keys_in(block)]
        power = np.abs(librosa.stft(block, n_fft=_FFT, hop_length=FRAME, center=False)) ** 2
        talk = speaking[: power.shape[1]]
        self._spectrum += power[:, talk].sum(axis=1)
        self._noise += power[:, ~talk].sum(axis=1)
        self._counts[0] += int(np.count_nonzero(talk))
        self._counts[1] += int(talk.size - np.count_nonzero(talk))
        if self.voice:
            self._speech = [
                *self._speech[-29:],
                block[: speaking.size * FRAME].reshape(-1, FRAME)[speaking].reshape(-1),
            ]
        if self.voice and np.count_nonzero(talk) >= 5:
            self._voice(block, speaking, power[:, talk])
        elif self.voice:
            self._f0.append(np.array([np.nan], dtype=np.float32))
        self._tail, self._tail_speaking = block[-_TAIL * FRAME :], speaking[-_TAIL:]

    def _voice(self, block: Floats, speaking: NDArray[np.bool_], power: NDArray[np.float32]) -> None:
        track = pitch_track(np.concatenate([self._tail, block]))
        talk = np.concatenate([self._tail_speaking, speaking])[1 : 1 + track.size]
        self._f0.append(np.where(talk, track, np.nan).astype(np.float32))
        self._shape.append(_shape_of(power))

    @property
    def db(self) -> Floats:
        """Level of every 20 ms frame in dBFS."""
        return np.concatenate(self._db) if self._db else np.zeros(0, dtype=np.float32)

    @property
    def floor(self) -> float:
        """The noise floor of the last half minute in dBFS."""
        return noise_floor(np.concatenate(self._db[-_MEMORY // 50 :])) if self._db else noise_floor(self.db)

    @property
    def f0(self) -> Floats:
        """F0 of the frames in which the caller spoke, NaN where unvoiced."""
        return np.concatenate(self._f0) if self._f0 else np.zeros(0, dtype=np.float32)

    @property
    def shape(self) -> NDArray[np.float64] | None:
        """Mean spectral centroid (Hz), 85 % roll-off (Hz) and flatness (0..1) of the speech, or ``None``."""
        return np.asarray(np.mean(self._shape, axis=0), dtype=np.float64) if self._shape else None

    @property
    def spectra(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean power spectrum of speech and of the pauses, 129 bins to 4 kHz; zeros where there was none."""
        return self._spectrum / max(1, self._counts[0]), self._noise / max(1, self._counts[1])
